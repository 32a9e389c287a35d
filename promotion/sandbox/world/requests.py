"""What became of a target's requests in a minute: all of them, or those of one version or fleet.

Where a rollout is played, each request is told apart, so that metrics and logs agree on who answered it and how. Any
other minute is told by counts.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from math import floor
from typing import TYPE_CHECKING, Literal, NamedTuple

from promotion.sandbox.world.traffic import EPOCH, GOLDEN, Flow

if TYPE_CHECKING:
    from datetime import datetime

    from promotion.sandbox.world.model import Environment
    from promotion.sandbox.world.timeline import Timeline

EXECUTION_ENVIRONMENTS = 2
"""How many environments Lambda runs of a version at once; each has a stream, and a cold start."""
KEPT = 240
"""How many minutes are remembered."""

Outcome = Literal["answered", "missed", "handled", "error", "refused"]
"""`missed`: 4xx. `handled`: 500 that the function answers. `error`: the function's, a 5xx of an instance. `refused`:
it did not reach the target."""
_KNOBS: tuple[tuple[Outcome, str], ...] = (
    ("refused", "refused"),
    ("error", "errors"),
    ("handled", "handled_errors"),
    ("missed", "client_errors"),
)


class Request(NamedTuple):
    """One request."""

    at: int
    """When it came, in milliseconds since 1970."""
    ms: float
    """How long it took."""
    who: str
    """The version of the function, or the fleet of instances, `blue` or `green`."""
    number: int
    """Its place among the requests that `who` got in the minute."""
    outcome: Outcome
    cold: bool
    """Whether it waited for a cold start."""

    @property
    def done(self) -> int:
        """When it was answered, in milliseconds since 1970."""
        return self.at + int(self.ms)


@dataclass(frozen=True)
class Tally:
    """A minute's requests, counted. The live ones are not among them."""

    asked: int
    refused: int
    errors: int
    handled: int
    missed: int
    took: Callable[[], Sequence[float]]
    """Gives how long each took that reached the target, in milliseconds."""
    waited: Callable[[float], Sequence[float]]
    """Gives how long each took that was asked, those that waited for a cold start as much longer as is said."""

    @property
    def reached(self) -> int:
        """How many reached the target."""
        return self.asked - self.refused


def tally(environment: "Environment", target: str, minute: int, who: str | None = None) -> Tally:
    """Count the requests of a minute; `who` is a version of the function or a fleet, None everybody."""
    timeline = environment.timeline
    if timeline and timeline.covers(minute):
        return _minute(environment, target, minute).tally(who)
    knobs = environment.flows[target].at(minute)
    count = knobs.count(minute)
    if who is not None:
        part = environment.weight(int(who), minute) if target == "lambda" else environment.traffic_on(who, minute)
        count = round(count * part)
    refused = knobs.share(minute, count, knobs.refused)
    of = count if target == "lambda" else count - refused
    cold = knobs.share(minute, count, knobs.cold)
    return Tally(
        count,
        refused,
        knobs.share(minute, of, knobs.errors),
        knobs.share(minute, of, knobs.handled_errors),
        knobs.share(minute, of, knobs.client_errors),
        took=lambda: knobs.took(minute, count - refused),
        waited=lambda more: [ms + (more if place < cold else 0) for place, ms in enumerate(knobs.took(minute, count))],
    )


@dataclass(frozen=True)
class Minute:
    """A minute's requests, told apart."""

    requests: list[Request]
    _tallies: dict[str | None, Tally] = field(default_factory=dict)

    def tally(self, who: str | None) -> Tally:
        """Count them. Some twenty metrics ask for the same counts."""
        if who not in self._tallies:
            self._tallies[who] = self._count([one for one in self.requests if who in {None, one.who}])
        return self._tallies[who]

    @staticmethod
    def _count(found: list[Request]) -> Tally:
        outcomes = Counter(one.outcome for one in found)
        return Tally(
            len(found),
            outcomes["refused"],
            outcomes["error"],
            outcomes["handled"],
            outcomes["missed"],
            took=lambda: [one.ms for one in found if one.outcome != "refused"],
            waited=lambda more: [one.ms + (more if one.cold else 0) for one in found],
        )


def requests(environment: "Environment", target: str, minute: int, until: int | None = None) -> list[Request]:
    """Give every request of a minute of the timeline, in the order they came; those that came until `until` if given.

    What is given for a part of the minute is the beginning of what is given for the whole.
    """
    if until is None or until >= (minute + 1) * 60_000:
        return _minute(environment, target, minute).requests
    assert environment.timeline, "requests are told apart where a rollout is played"
    return _requests(environment.timeline, target, environment.flows[target], minute, until)


def _minute(environment: "Environment", target: str, minute: int) -> Minute:
    timeline, flow = environment.timeline, environment.flows[target]
    assert timeline, "requests are told apart where a rollout is played"
    # Faults turn knobs, and a stopped rollout moves the traffic elsewhere.
    key = (target, minute, str(flow.versions), str(flow.changes), str(timeline.moves[target]))
    kept = environment.told_apart
    if key not in kept:
        if len(kept) >= KEPT:
            kept.clear()
        kept[key] = Minute(_requests(timeline, target, flow, minute, None))
    return kept[key]


def _requests(timeline: "Timeline", target: str, flow: Flow, minute: int, until: int | None) -> list[Request]:
    total = flow.at(minute).count(minute)
    drawn = flow.drawn(minute, total)
    start = minute * 60_000
    crowd: dict[str, _Share] = {}
    # By chance, as a load balancer's or an alias's shares are: a regular choice would repeat itself in how long they take.
    dice = random.Random(f"{target} {minute}")
    found = []
    for place in range(total):
        at = start + (60_000 * place + 30_000) // total
        if until is not None and at > until:
            break
        left, who = dice.random(), ""
        for who, share in timeline.shares(target, at).items():  # noqa: B007 - the last one takes what rounding leaves
            left -= share
            if left < 0:
                break
        if who not in crowd:
            fresh = target == "lambda" and timeline.joined(target, who) >= start
            crowd[who] = _Share(flow.of(who, minute), minute, fresh=fresh)
        found.append(crowd[who].next(at, drawn[place], who))
    return found


class _Share:
    """The requests of a minute that one version or fleet gets: the knobs say which of them go wrong, evenly spread."""

    def __init__(self, knobs: Flow, minute: int, *, fresh: bool) -> None:
        """`fresh`: its environments are started in this minute."""
        self._knobs, self._fresh, self._number = knobs, fresh, 0
        phase = minute * GOLDEN
        self._outcomes = [
            (outcome, share, (phase + place * 0.37) % 1)
            for place, (outcome, name) in enumerate(_KNOBS)
            if (share := getattr(knobs, name))
        ]
        self._tail, self._cold = (phase + 0.19) % 1, (phase + 0.71) % 1

    def next(self, at: int, ms: float, who: str) -> Request:
        """Say what becomes of the next request, which takes so long where nothing is wrong."""
        number, knobs = self._number, self._knobs
        self._number += 1
        outcome: Outcome = next(
            (name for name, share, phase in self._outcomes if _hits(number, share, phase)), "answered"
        )
        if knobs.slowness != 1 or knobs.tail:
            ms = round(ms * knobs.slowness * (10 if _hits(number, knobs.tail, self._tail) else 1), 2)
        cold = (self._fresh and number < EXECUTION_ENVIRONMENTS) or _hits(number, knobs.cold, self._cold)
        return Request(at, ms, who, number, outcome, cold)


def _hits(number: int, share: float, phase: float) -> bool:
    return floor((number + 1) * share + phase) > floor(number * share + phase) if share else False


def moment_of(at: int) -> "datetime":
    """Give milliseconds since 1970 as a moment: UTC without a zone."""
    return EPOCH + timedelta(milliseconds=at)
