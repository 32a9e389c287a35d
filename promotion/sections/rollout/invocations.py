"""What a version of a function did, by the reports that Lambda writes into its log: one for each invocation. Pure.

Text: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html. JSON: `platform.report` of
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from promotion.sections.rollout.canary import VersionCounts

MOST = 5000
"""Durations of a side that are kept; counts are of all."""
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


@dataclass(frozen=True)
class Counted:
    """What one version did until a moment."""

    version: str
    requests: int = 0
    errors: int = 0
    """By its reports, or by its metrics where these know of more."""
    durations_ms: tuple[float, ...] = ()
    """Of warm invocations; evenly taken out of them where there are very many."""
    cold_ms: tuple[float, ...] = ()
    """Of invocations that had to start an environment first, with that start."""

    def describe(self) -> str:
        """The counts in a few words."""
        took = f", median {median(self.durations_ms):.0f} ms" if self.durations_ms else ""
        return f"version {self.version or '-'}: {self.requests:,} requests, {self.errors:,} failed{took}"

    def side(self, throttles: int = 0) -> VersionCounts:
        """Give it as the judge of canaries takes it."""
        return VersionCounts(self.requests, self.errors, throttles, self.durations_ms, self.cold_ms)


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
    )


def count_invocations(
    version: str, invocations: Iterable[Invocation], until: datetime, measured: tuple[float, float] = (0, 0)
) -> Counted:
    """Count what a version did until a moment.

    `measured` are the requests and errors by its metrics in the same time: not every runtime says in the log that an
    exception was raised, and metrics come late; so the larger count of each holds.
    """
    found = sorted((one for one in invocations if one.at < until), key=lambda one: one.at)
    warm = [one.ms for one in found if one.start_ms is None]
    cold = [round(one.ms + one.start_ms, 2) for one in found if one.start_ms is not None]
    errors = max(sum(one.failed for one in found), round(measured[1]))
    return Counted(version, max(len(found), round(measured[0]), errors), errors, _some(warm), _some(cold))


def _some(durations: list[float]) -> tuple[float, ...]:
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
