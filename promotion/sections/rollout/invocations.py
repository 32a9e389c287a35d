"""What a version of a function did, by the reports that Lambda writes into its log: one for each invocation. Pure.

Text: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html. JSON: `platform.report` of
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from promotion.sections.rollout.minute_counts import MinuteCounts, by_minute
from promotion.sections.rollout.minutes import VersionMinutes
from promotion.sections.rollout.pooled_canary import VersionCounts

MOST = 1000
"""Durations of cold starts that are kept; counts are of all."""
PATTERN = '?"REPORT RequestId" ?"platform.report"'
"""Lets through reports alone, in either format."""

_REPORT = re.compile(r"REPORT RequestId: (?P<request>\S+)\s")
_DURATION = re.compile(r"(?:^|\t)\s*Duration: (?P<ms>[\d.]+) ms")
_START = re.compile(r"\b(?:Init|Restore) Duration: (?P<ms>[\d.]+) ms")
_STATUS = re.compile(r"\bStatus: (?P<status>\w+)")
_FAILED = frozenset({"error", "failure", "timeout"})


@dataclass(frozen=True)
class Invocation:
    """One invocation, as Lambda reports it."""

    request: str
    at: datetime
    """When it ended."""
    ms: float
    start_ms: float | None = None
    """How long the environment took to start, if it had to."""
    failed: bool = False
    """Whether Lambda says so: a time-out, a crash, an exception. What the function answers itself, 500 too, is none."""
    has_outcome: bool = True
    """Whether the report says how it ended in any case; in text it names time-outs and crashes alone."""


@dataclass(frozen=True)
class Counted:
    """What one version did until a moment."""

    version: str
    requests: int = 0
    errors: int = 0
    """By its reports, or by its metrics where these know of more."""
    durations_ms: tuple[float, ...] = ()
    """Of warm invocations, all together: in records that were made before they were kept by the minute."""
    cold_ms: tuple[float, ...] = ()
    """Of invocations that had to start an environment first, with that start."""
    minutes: tuple[MinuteCounts, ...] = ()
    """The same by the minute since T0, of users' requests."""
    outcomes: bool = True
    """Whether each report says how its invocation ended; else exceptions are known by their metric alone, minutes later."""
    own: tuple[MinuteCounts, ...] = ()
    """And of those that the gate made itself; they are none of `requests` and `errors`."""

    @property
    def is_pooled(self) -> bool:
        """Whether it was counted before counts were kept by the minute."""
        return bool(self.requests and not self.minutes)

    def describe(self) -> str:
        """The counts in a few words."""
        middle = self._median()
        took = "" if middle is None else f", median {middle:.0f} ms"
        made, failed = (sum(getattr(one, part) for one in self.own) for part in ("requests", "errors"))
        own = f" · {made:,} of our own, {failed:,} failed" if made else ""
        return f"version {self.version or '-'}: {self.requests:,} requests, {self.errors:,} failed{took}{own}"

    def side(self, throttles: int = 0) -> VersionMinutes:
        """Give it as the judge of canaries takes it."""
        own = tuple(one.minute() for one in self.own)
        return VersionMinutes(tuple(one.minute() for one in self.minutes), own, throttles, self.cold_ms)

    def pooled_side(self, throttles: int = 0) -> VersionCounts:
        """Give it as records that were made before are judged."""
        return VersionCounts(self.requests, self.errors, throttles, self.durations_ms, self.cold_ms)

    def _median(self) -> float | None:
        if self.durations_ms:
            return median(self.durations_ms)
        pairs = sorted(
            (ms, one.times[place] if one.times else 1)
            for one in self.minutes
            for place, ms in enumerate(one.durations_ms)
        )
        half = sum(times for _, times in pairs) / 2
        for ms, times in pairs:
            half -= times
            if half <= 0:
                return ms
        return None


def read_report(message: str, at: datetime) -> Invocation | None:
    """Read a line of the log; None if it is not a report."""
    text = message.strip()
    if text.startswith("{"):
        return _from_json(text, at)
    named, took = _REPORT.match(text), _DURATION.search(text)
    if named is None or took is None:
        return None
    start, status = _START.search(text), _STATUS.search(text)
    return Invocation(
        named["request"],
        at,
        float(took["ms"]),
        float(start["ms"]) if start else None,
        failed=status is not None and status["status"].lower() in _FAILED,
        has_outcome=status is not None,
    )


def count_invocations(
    version: str,
    invocations: Iterable[Invocation],
    t0: datetime,
    until: datetime,
    measured: Mapping[datetime, tuple[float, float]] | None = None,
    measured_from: datetime | None = None,
) -> Counted:
    """Count what a version did since T0, until a moment.

    `measured` are the requests and errors by its metrics, by the minute of the clock: not every runtime says in the log
    that an exception was raised, and metrics come late; so the larger count of each holds. `measured_from` is since when
    they are of this version since T0 alone: of a report before it that says no outcome, none is known.
    """
    found = [one for one in invocations if one.at < until]
    metrics = measured or {}
    outcomes = all(one.has_outcome for one in found)
    minutes = by_minute(
        ((one.at, one.failed, one.ms if one.start_ms is None else None) for one in found),
        t0,
        until,
        _unseen(found, metrics),
        None if outcomes else measured_from,
    )
    cold = sorted(round(one.ms + one.start_ms, 2) for one in found if one.start_ms is not None)
    return Counted(
        version,
        sum(one.requests for one in minutes),
        sum(one.errors for one in minutes),
        cold_ms=_some(cold),
        minutes=minutes,
        outcomes=outcomes,
    )


def _unseen(
    found: Sequence[Invocation], metrics: Mapping[datetime, tuple[float, float]]
) -> Iterator[tuple[datetime, int, int]]:
    """Give the requests and failures that metrics tell of and reports do not, in the middle of each minute.

    Together there are no more than the metrics have beyond the reports: these bear the end of an invocation, and metrics
    its beginning, so that one may be counted in two minutes.
    """
    told: dict[datetime, tuple[int, int]] = {}
    for one in found:
        minute = one.at.replace(second=0, microsecond=0)
        requests, failures = told.get(minute, (0, 0))
        told[minute] = (requests + 1, failures + one.failed)
    sums = [round(sum(one[part] for one in metrics.values())) for part in (0, 1)]
    left = [max(sums[0] - len(found), 0), max(sums[1] - sum(one.failed for one in found), 0)]
    for minute, counted in sorted(metrics.items()):
        known = told.get(minute, (0, 0))
        more = [min(max(round(counted[part]) - known[part], 0), left[part]) for part in (0, 1)]
        left = [had - now for had, now in zip(left, more, strict=True)]
        if any(more):
            yield minute + timedelta(seconds=30), more[0], more[1]


def _some(durations: Sequence[float]) -> tuple[float, ...]:
    step = -(-len(durations) // MOST) or 1
    return tuple(durations[::step])


def _from_json(text: str, at: datetime) -> Invocation | None:
    try:
        tree: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    record = tree.get("record") if isinstance(tree, dict) and tree.get("type") == "platform.report" else None
    metrics = record.get("metrics") if isinstance(record, dict) else None
    if not isinstance(record, dict) or not isinstance(metrics, dict):
        return None
    took = metrics.get("durationMs")
    if not isinstance(took, int | float) or not isinstance(record.get("requestId"), str):
        return None
    start = metrics.get("initDurationMs", metrics.get("restoreDurationMs"))
    return Invocation(
        record["requestId"],
        at,
        float(took),
        float(start) if isinstance(start, int | float) else None,
        failed=record.get("status") in _FAILED,
    )
