"""How many requests a target had in many minutes at once: the same as minute by minute, for a fraction of the time.

So months of metrics can be asked for. Minutes in which a rollout is played, or somebody really asked, are counted one
by one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from promotion.sandbox.moto_patches.metrics import Sample, Summed
from promotion.sandbox.world.traffic import Flow

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Environment

CYCLE = 31
"""After this many minutes `Flow.count` begins again."""


@dataclass(frozen=True)
class Span:
    """Minutes of a target's traffic that nothing but its knobs decides."""

    target: str
    flow: Flow
    first: int
    """Minutes since 1970."""
    stop: int
    """The minute after the last one."""

    @property
    def asked(self) -> int:
        """How many requests there were."""
        return sum(_asked(knobs, first, stop) for knobs, first, stop in self._parts())

    def went_wrong(self, *knobs: str) -> int:
        """How many of them these knobs turned bad, such as `errors` and `refused`."""
        return sum(
            self._share(turned, minute, name)
            for turned, first, stop in self._parts()
            for name in knobs
            if getattr(turned, name)
            for minute in range(first, stop)
        )

    def _share(self, knobs: Flow, minute: int, name: str) -> int:
        count = knobs.count(minute)
        if self.target != "lambda" and name != "refused":
            count -= knobs.share(minute, count, knobs.refused)
        return knobs.share(minute, count, getattr(knobs, name))

    def _parts(self) -> Iterator[tuple[Flow, int, int]]:
        """Give the spans in which no knob is turned."""
        turned = {since for since, _ in self.flow.changes if self.first < since < self.stop}
        edges = [self.first, *sorted(turned), self.stop]
        for first, stop in pairwise(edges):
            yield self.flow.at(first), first, stop


def summed(
    environment: "Environment",
    target: str,
    samples: Callable[[int], Iterable[Sample]],
    counted: Callable[[Span], Iterable[Sample]],
) -> Summed:
    """Give samples that can be had of many minutes at once, where `counted` gives those of a span."""

    def told(first: int, stop: int) -> list[Sample]:
        flow, timeline = environment.flows[target], environment.timeline
        began = (timeline.began if timeline else None, flow.live.began)
        apart = min([stop, *(minute for minute in began if minute is not None)])
        found = list(counted(Span(target, flow, first, apart))) if first < apart else []
        return found + [one for minute in range(max(first, apart), stop) for one in samples(minute)]

    return Summed(samples, told)


def _asked(knobs: Flow, first: int, stop: int) -> int:
    counted = _counted(knobs.requests)
    return _until(counted, stop) - _until(counted, first)


def _until(counted: Sequence[int], stop: int) -> int:
    cycles, rest = divmod(stop, CYCLE)
    return cycles * counted[CYCLE] + counted[rest]


@cache
def _counted(requests: int) -> Sequence[int]:
    """Give how many requests come in the first 0, 1, 2 … minutes of a cycle, where there are this many on average."""
    knobs = Flow(median_ms=1, spread=0, ceiling_ms=1, requests=requests)
    return [0, *accumulate(knobs.count(minute) for minute in range(CYCLE))]
