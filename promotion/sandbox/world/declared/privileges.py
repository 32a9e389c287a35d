"""What promotion.toml says of the roles."""

from typing import TYPE_CHECKING, Any

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
        _role(world, environment.name, name, kind)
        for environment in (world.dev, world.prod)
        for name, kind in ROLES.items()
    )


def declare(world: "World", role: str, **keys: str) -> None:
    """Let promotion.toml say more of a role, given as `dev/shop-lambda`: keys and their TOML."""
    _declared(world).setdefault(role, {}).update(keys)


def _role(world: "World", environment: str, name: str, kind: str) -> str:
    declared = {"name": f'"{name}"', "kind": f'"{kind}"', **_declared(world).get(f"{environment}/{name}", {})}
    return "\n".join([f"[[{environment}.roles]]", *(f"{key} = {value}" for key, value in declared.items())])


def _declared(world: "World") -> dict[str, dict[str, Any]]:
    declared: dict[str, dict[str, Any]] = vars(world).setdefault("declared_roles", {})
    return declared
