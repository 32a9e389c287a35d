"""What promotion.toml says of the way back."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promotion.sandbox.endpoints import Places
    from promotion.sandbox.world.building import World


def toml(world: "World", places: "Places") -> str:  # noqa: ARG001 - each area is asked alike
    """Write the tables of promotion.toml."""
    return """[rollback]
canary = { percent = 10, minutes = 5 }

[rollback.fleets.ec2]
moves = "all-at-once\""""
