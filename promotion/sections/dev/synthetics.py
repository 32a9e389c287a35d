"""The last run of a CloudWatch Synthetics canary, and what is wrong with it. Pure.

Shapes: https://docs.aws.amazon.com/AmazonSynthetics/latest/APIReference/API_CanaryRun.html.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from promotion.settings.endpoints import CanaryJourney
from promotion.unknown import Reason, Unknown


@dataclass(frozen=True)
class SyntheticsRun:
    """A canary's newest run."""

    canary: str
    state: str
    """`PASSED`, `FAILED` or `RUNNING`."""
    completed: datetime
    why: str = ""
    problems: tuple[str, ...] = ()

    @property
    def measured(self) -> str:
        """In a few words."""
        return f"{self.state.lower()} at {self.completed:%H:%M}Z"


def last_run_look(
    journey: CanaryJourney,
    runs: Sequence[Mapping[str, Any]],
    now: datetime,
    earlier: Callable[[], Iterable[Mapping[str, Any]]] = tuple,
) -> SyntheticsRun:
    """Read the answer of DescribeCanariesLastRun: a row for each browser that the canary runs in, all of which must pass.

    `earlier` gives the canary's runs, newest first; it is asked where the newest run still goes on, and the last one that
    ended counts. Raises Unknown when the canary never ran, runs right now for the first time, or ran too long ago to tell.
    """
    rows = [run["LastRun"] for run in runs if run["CanaryName"] == journey.canary]
    if not rows:
        raise Unknown(Reason.NO_DATA, f"canary {journey.canary} has no run: start it, or check its name")
    if any(row["Timeline"].get("Completed") is None for row in rows):
        known = list(earlier())
        rows = [_ended(row, known) for row in rows]
    ended: list[SyntheticsRun] = []
    unclear: list[Unknown] = []
    for row in rows:
        try:
            ended.append(_judged(journey, row, now))
        except Unknown as unknown:
            unclear.append(unknown)
    problems = tuple(problem for one in ended for problem in one.problems)
    if unclear and not problems:
        raise unclear[0]
    oldest = min(ended, key=lambda one: (not one.problems, one.completed))
    return replace(oldest, problems=problems)


def _ended(row: Mapping[str, Any], earlier: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Give a run if it has ended, else the newest one in the same browser that has; itself if there is none."""
    if row["Timeline"].get("Completed") is not None:
        return row
    browser = row.get("BrowserType")
    alike = (
        one
        for one in earlier
        if one["Timeline"].get("Completed") is not None and one.get("BrowserType", browser) == browser
    )
    return next(alike, row)


def _judged(journey: CanaryJourney, row: Mapping[str, Any], now: datetime) -> SyntheticsRun:
    status, completed = row["Status"], row["Timeline"].get("Completed")
    who = f"canary {journey.canary}" + (f" in {row['BrowserType']}" if row.get("BrowserType") else "")
    if completed is None:
        raise Unknown(
            Reason.NO_DATA, f"the newest run of {who} has not ended, and there is none before it: run again in a minute"
        )
    age = (now - completed).total_seconds() / 60
    if age > journey.max_age_minutes:
        raise Unknown(
            Reason.STALE,
            f"the newest finished run of {who} ended {age:.0f} min ago, which is more than "
            f"{journey.max_age_minutes:g}: check whether it is still scheduled",
        )
    why = str(status.get("StateReason", ""))
    problems = () if status["State"] == "PASSED" else (f"{who} {status['State']}: {why or 'no reason'}",)
    return SyntheticsRun(journey.canary, status["State"], completed.astimezone(UTC), why, problems)
