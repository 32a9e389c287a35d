"""The settings of a world, changed by a fault: a line of promotion.toml that says something else."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promotion.sandbox.endpoints import Places
    from promotion.sandbox.world.building import World


def edit_settings(world: "World", before: str, after: str) -> None:
    """Write `after` in place of `before` in promotion.toml, wherever it stands.

    Raises ValueError, when the world goes live, if it does not stand there: then the fault would change nothing.
    """
    written = world.promotion_toml

    def changed(places: "Places") -> str:
        text = written(places)
        if before not in text:
            raise ValueError(f"promotion.toml of this world has no {before!r}")
        return text.replace(before, after)

    vars(world)["promotion_toml"] = changed


def append_settings(world: "World", lines: str) -> None:
    """Add lines to the end of promotion.toml: a table of its own."""
    written = world.promotion_toml
    vars(world)["promotion_toml"] = lambda places: f"{written(places)}\n{lines}\n"
