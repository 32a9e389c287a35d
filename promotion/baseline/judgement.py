"""Whether the newest record of the baseline is that of a deployment. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from promotion.baseline.keeping import Kept
from promotion.baseline.ratchet import FEWEST, STEADY_AFTER
from promotion.settings import Settings


def problems(kept: Kept, digest: str, settings: Settings, due: datetime) -> Iterator[str]:
    """Say what is wrong with the newest record; `due` is when the second validation was."""
    write = f"measure it with `promotion baseline --digest {digest}`"
    newest = kept.newest
    if newest is None:
        yield f"there is no record in {kept.place} yet: {write}"
        return
    if kept.broken:
        yield f"the chain in {kept.place} is broken: {kept.broken}; put back what stood there"
    if newest.service != settings.service:
        yield f"the newest record in {kept.place} is of the service {newest.service!r}, expected {settings.service!r}"
    if newest.digest != digest:
        yield f"the newest record in {kept.place}, of {newest.written_at:%Y-%m-%d %H:%M}Z, is of {newest.digest}: {write}"
        return
    if newest.written_at < due:
        yield f"the newest record is of {newest.written_at:%H:%M:%S}Z, before {due:%H:%M:%S}Z: {write} again"
    began = due - timedelta(minutes=settings.postdeploy.second_minutes)
    if newest.start < began + STEADY_AFTER:
        yield (
            f"its window begins at {newest.start:%H:%M:%S}Z, less than {STEADY_AFTER / timedelta(minutes=1):g} min after the "
            f"deployment began: {write} again"
        )
    if newest.end > newest.written_at or newest.start >= newest.end:
        yield "its window is none that was over when it was written: see who wrote it"
    for name in settings.prod.targets:
        found = newest.targets.get(name)
        if found is None:
            yield f"it says nothing of {name}: {write} again"
        elif found.requests < FEWEST:
            yield f"it rests on {found.requests:,} requests of {name}, expected at least {FEWEST:,}: {write} again"
        elif sum(count for _, count in found.latency) < FEWEST:
            yield f"it rests on {sum(count for _, count in found.latency):,} durations of {name}, expected {FEWEST:,}"
