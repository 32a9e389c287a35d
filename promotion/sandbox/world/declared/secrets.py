"""What promotion.toml says of the secrets of both environments."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promotion.sandbox.endpoints import Places
    from promotion.sandbox.world.building import World


def toml(world: "World", places: "Places") -> str:  # noqa: ARG001 - each area is asked alike
    """Write the tables of promotion.toml."""
    return "\n\n".join(
        _secret(world, environment.name, name)
        for environment in (world.dev, world.prod)
        for name in environment.secrets
    )


def declare(world: "World", secret: str, **keys: str) -> None:
    """Let promotion.toml say something else of a secret, given as `dev/database`: keys and their TOML; "" drops one."""
    _told(world).setdefault(secret, {}).update(keys)


def _secret(world: "World", environment: str, name: str) -> str:
    declared = {
        "name": f'"shop/{environment}/{name}"',
        "customer_key": "true",
        "ready": f"""{{ path = "/ready", json = {{ 'secrets."shop/{environment}/{name}"' = "loaded" }} }}""",
        **_told(world).get(f"{environment}/{name}", {}),
    }
    lines = [f"{key} = {value}" for key, value in declared.items() if value]
    return "\n".join([f"[[{environment}.secrets]]", *lines])


def _told(world: "World") -> dict[str, dict[str, Any]]:
    told: dict[str, dict[str, Any]] = vars(world).setdefault("declared_secrets", {})
    return told
