"""Faults of section 6 about the word that stakeholders were notified."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

ITEM = "stakeholders-notified"


@fault("stakeholders-told-of-another-image", item=ITEM)
def _(world: "World") -> None:
    """The word that stakeholders were notified is of another image."""
    _word(world, digest="sha256:" + "b" * 64)


@fault("stakeholders-told-long-ago", item=ITEM)
def _(world: "World") -> None:
    """The word that stakeholders were notified has expired."""
    at = world.agreed.now - timedelta(days=20)
    _word(world, at=at, expires=at + timedelta(days=7))


@fault("stakeholders-told-by-nobody-known", item=ITEM)
def _(world: "World") -> None:
    """Somebody who is not declared says that stakeholders were notified."""
    _word(world, by="passer-by", signature="")


@fault("stakeholders-told-with-a-dead-link", item=ITEM)
def _(world: "World") -> None:
    """The announcement that the word links to does not exist."""
    _word(world, link="https://github.com/example/shop/issues/99999")


@fault("stakeholders-not-told-yet", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """Nobody has said yet that stakeholders were notified."""
    world.agreed.words = [one for one in world.agreed.words if one.item != ITEM]


@fault("stakeholders-told-without-a-link", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The word that stakeholders were notified has no link: they were called."""
    _word(world, statement="Called the three of them.", link="")


def _word(world: "World", **changes: Any) -> None:
    """Have another word in place of the right one."""
    right = next(one for one in world.agreed.words if one.item == ITEM)
    world.agreed.words = [one for one in world.agreed.words if one is not right]
    said = right.model_dump(exclude={"signature", "item"}) | changes
    world.agreed.attest(ITEM, **said)
