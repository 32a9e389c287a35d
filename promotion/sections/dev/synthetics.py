"""The last run of a CloudWatch Synthetics canary, and what is wrong with it. Pure.

Shapes: https://docs.aws.amazon.com/AmazonSynthetics/latest/APIReference/API_CanaryRun.html.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


def last_run_look(journey: CanaryJourney, runs: Sequence[Mapping[str, Any]], now: datetime) -> SyntheticsRun:
    """Read the answer of DescribeCanariesLastRun.

    Raises Unknown when the canary never ran, runs right now for the first time, or ran too long ago to tell.
    """
    mine = [run["LastRun"] for run in runs if run["CanaryName"] == journey.canary]
    if not mine:
        raise Unknown(Reason.NO_DATA, f"canary {journey.canary} has no run: start it, or check its name")
    status, timeline = mine[0]["Status"], mine[0]["Timeline"]
    completed = timeline.get("Completed")
    if completed is None:
        raise Unknown(Reason.NO_DATA, f"the newest run of canary {journey.canary} has not ended: run again in a minute")
    age = (now - completed).total_seconds() / 60
    if age > journey.max_age_minutes:
        raise Unknown(
            Reason.STALE,
            f"the newest run of canary {journey.canary} ended {age:.0f} min ago, which is more than "
            f"{journey.max_age_minutes:g}: check whether it is still scheduled",
        )
    why = str(status.get("StateReason", ""))
    problems = (
        () if status["State"] == "PASSED" else (f"canary {journey.canary} {status['State']}: {why or 'no reason'}",)
    )
    return SyntheticsRun(journey.canary, status["State"], completed.astimezone(UTC), why, problems)
