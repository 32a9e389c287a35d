"""Whether the newest record of the baseline is that of a deployment. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from promotion.clients.aws.cloudwatch.window import MINUTE, SETTLED_AFTER, ceil_minute
from promotion.sections.observability.baseline.guard import FEWEST, STEADY_AFTER
from promotion.sections.observability.baseline.record import Baseline
from promotion.sections.observability.baseline.store import StoredBaseline
from promotion.settings import Settings


def measurable_at(began: datetime, minutes: int) -> datetime:
    """Tell when so many whole minutes will have settled in which a deployment that began then is steady."""
    return ceil_minute(began + STEADY_AFTER) + minutes * MINUTE + SETTLED_AFTER


def awaited(kept: StoredBaseline, digest: str, settings: Settings, due: datetime) -> str:
    """Say who is to do what, while no record of this image is there; empty once there is one, or another since."""
    newest, began = kept.newest, _began(settings, due)
    if newest is not None and (newest.digest == digest or newest.end > began):
        return ""
    there = "has no record" if newest is None else f"ends with one of {newest.digest}, from before the deployment"
    return (
        f"the baseline of this image is not measured yet, {kept.place} {there}: run `promotion baseline --digest "
        f"{digest}`, from {measurable_at(began, settings.baseline.minutes):%H:%M}Z on, and then this item again"
    )


def baseline_problems(kept: StoredBaseline, digest: str, settings: Settings, due: datetime) -> Iterator[str]:
    """Say what is wrong with the newest record; `due` is when the second validation was.

    That there is none of this image yet is not wrong: see `awaited`.
    """
    write = f"measure it with `promotion baseline --digest {digest}`"
    newest, began = kept.newest, _began(settings, due)
    if kept.broken:
        yield f"the chain in {kept.place} is broken: {kept.broken}; restore the original records"
    if newest is None:
        return
    if newest.service != settings.service:
        yield f"the newest record in {kept.place} is of the service {newest.service!r}, expected {settings.service!r}"
    if newest.digest != digest:
        if newest.end > began:
            yield (
                f"the newest record in {kept.place} is of {newest.digest}, though it was measured until "
                f"{newest.end:%Y-%m-%d %H:%M}Z, after the deployment of {digest} began: find out who wrote it, and "
                f"{write}"
            )
        return
    if newest.written_at < due:
        yield f"the newest record is of {newest.written_at:%H:%M:%S}Z, before {due:%H:%M:%S}Z: {write} again"
    if newest.start < began + STEADY_AFTER:
        yield (
            f"its window begins at {newest.start:%H:%M:%S}Z, less than {STEADY_AFTER / timedelta(minutes=1):g} min after the "
            f"deployment began: {write} again"
        )
    if newest.end > newest.written_at or newest.start >= newest.end:
        yield "its window had not ended when it was written: find out who wrote it"
    yield from _thin(newest, settings, write)


def _began(settings: Settings, due: datetime) -> datetime:
    """When CodeDeploy was asked for the last deployment, from which `due` is counted."""
    return due - timedelta(minutes=settings.postdeploy.second_minutes)


def _thin(newest: Baseline, settings: Settings, write: str) -> Iterator[str]:
    """Say of which targets it tells nothing, or too little."""
    for name in settings.prod.targets:
        found = newest.targets.get(name)
        if found is None:
            yield f"it has no data of {name}: {write} again"
        elif found.requests < FEWEST:
            yield (f"it is based on {found.requests:,} requests of {name}, expected at least {FEWEST:,}: {write} again")
        elif sum(count for _, count in found.latency) < FEWEST:
            yield (
                f"it is based on {sum(count for _, count in found.latency):,} durations of {name}, expected {FEWEST:,}"
            )
