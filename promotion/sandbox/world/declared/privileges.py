"""What promotion.toml says of the roles."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promotion.sandbox.endpoints import Places
    from promotion.sandbox.world.building import World

ROLES = {
    "shop-lambda": "function",
    "shop-instance": "instance",
    "shop-codedeploy-lambda": "codedeploy-lambda",
    "shop-codedeploy-ec2": "codedeploy-ec2",
    "shop-rotation": "rotation",
}
"""The roles of the service, and whose they are."""


def toml(world: "World", places: "Places") -> str:  # noqa: ARG001 - each area is asked alike
    """Write the tables of promotion.toml."""
    return "\n\n".join(
        f"""[[{environment.name}.roles]]
name = "{name}"
kind = "{kind}\""""
        for environment in (world.dev, world.prod)
        for name, kind in ROLES.items()
    )
