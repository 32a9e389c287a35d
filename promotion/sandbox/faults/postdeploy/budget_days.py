"""Faults of the days over which the error budget is counted, in the scene rolled-out."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from promotion.sandbox.faulted_world import Seeded as World

BUDGET = "error-budget"
NIGHT = timedelta(hours=9)


@fault("budget-used-up-weeks-ago", item=BUDGET)
def _(world: "World") -> None:
    """Twenty days ago nothing was answered for two hours, which was more than the whole budget."""
    _outage(world, days=20)


@fault("budget-used-up-before-its-days", item=BUDGET, kind="clean")
def _(world: "World") -> None:
    """Thirty-one days ago nothing was answered for two hours: that is over, and no part of the last thirty days."""
    _outage(world, days=31)


@fault("budget-of-young-service", item=BUDGET, kind="blind")
def _(world: "World") -> None:
    """The API has been measured for twelve days, and its budget is one of thirty."""
    _measured_but(world, 30.5, 12)


@fault("budget-with-a-hole", item=BUDGET, kind="blind")
def _(world: "World") -> None:
    """For four of the thirty days nothing was measured, so it is unknown what failed then."""
    _measured_but(world, 14, 10)


@fault("budget-a-day-unmeasured", item=BUDGET, kind="clean")
def _(world: "World") -> None:
    """On one of the thirty days nothing was measured."""
    _measured_but(world, 9, 8)


@fault("budget-quiet-nights", item=BUDGET, kind="clean")
def _(world: "World") -> None:
    """Nobody calls at night, which does not count as a gap."""
    from promotion.sandbox.world.model import ago

    flow = world.prod.flows["lambda"]
    usual = flow.requests
    for day in range(31, 0, -1):
        flow.change(ago(days=day), requests=0)
        flow.change(ago(days=day) + NIGHT, requests=usual)


def _outage(world: "World", days: int) -> None:
    from promotion.sandbox.world.model import ago

    flow = world.prod.flows["lambda"]
    flow.change(ago(days=days), errors=1)
    flow.change(ago(days=days) + timedelta(hours=2), errors=0)


def _measured_but(world: "World", since: float, until: float) -> None:
    """Remove the measurements of the API between two numbers of days ago."""
    from promotion.sandbox.world.model import ago
    from promotion.sandbox.world.traffic import minute_of

    first, stop = minute_of(ago(days=since)), minute_of(ago(days=until))
    for metric, kept in world.prod.metrics.items():
        if metric.namespace == "AWS/ApiGateway":
            kept.samples = _without(kept.samples, first, stop)


def _without(samples: "Callable[[int], Iterable[Any]]", first: int, stop: int) -> "Callable[[int], Iterable[Any]]":
    from promotion.sandbox.moto_patches.metrics import Summed

    def some(minute: int) -> "Iterable[Any]":
        return () if first <= minute < stop else samples(minute)

    def over(start: int, end: int) -> "Iterable[Any]":
        whole = end <= first or start >= stop
        if whole and isinstance(samples, Summed):
            return samples.over(start, end)
        return [one for minute in range(start, end) for one in some(minute)]

    return Summed(some, over)
