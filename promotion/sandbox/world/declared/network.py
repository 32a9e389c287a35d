"""What promotion.toml says of what the security groups and the load balancer may let in."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promotion.sandbox.endpoints import Places
    from promotion.sandbox.world.building import World


def toml(world: "World", places: "Places") -> str:
    """Write the tables of promotion.toml."""
    return "\n\n".join([*(_https(world, name, url) for name, url in places.plain.items()), *_more(world)])


def declare(world: "World", table: str) -> None:
    """Let promotion.toml say a table more, such as an exception."""
    _more(world).append(table)


def https_of(world: "World", front: str) -> dict[str, str]:
    """Give what more promotion.toml says of HTTPS at a front-end, to be changed."""
    said: dict[str, str] = vars(world).setdefault("declared_https", {}).setdefault(front, {})
    return said


def _https(world: "World", front: str, url: str) -> str:
    environment, _, target = front.partition("-")
    said = {"http_url": url, **https_of(world, front)}
    lines = [f"[{environment}.network.https.{target}]", *(f'{key} = "{value}"' for key, value in said.items())]
    return "\n".join(lines)


def _more(world: "World") -> list[str]:
    more: list[str] = vars(world).setdefault("declared_network", [])
    return more
