"""What promotion.toml says of the search of logs for secrets."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promotion.sandbox.endpoints import Places
    from promotion.sandbox.world.building import World


def toml(world: "World", places: "Places") -> str:  # noqa: ARG001 - each area is asked alike
    """Write the table: nobody counts calls here, and what never ends need not be waited for."""
    return "[leaks]\ncalls_per_second = 50\nminutes = 2"
