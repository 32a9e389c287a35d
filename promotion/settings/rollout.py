"""When a canary is good enough to continue, and when it must be rolled back."""

from typing import Literal

from pydantic import Field

from promotion.settings.strict import Strict


class Judge(Strict):
    """How sure the judge of a canary must be. The figures behind the defaults: `python -m benchmarks.canary`."""

    error_rate: float = Field(default=0.001, gt=0, lt=1)
    """The share of requests that may end in an error."""
    error_proof: float = Field(default=20, gt=1)
    """How much likelier a broken limit must be than a kept one: at 20, at most 1 good version of 20 is ever sent back."""
    slower_by: float = Field(default=1.10, gt=1)
    """A median under this many times the old version's is accepted, however significant the difference is."""
    slower_chance: float = Field(default=0.001, gt=0, lt=0.5)
    """The chance of being wrong about a slower version, or about its slow share."""
    slow_share: float = Field(default=0.01, gt=0, lt=1)
    """The share of requests that may be slower than the limit of durations: 0.01 is the 99th percentile."""
    throttles: int = Field(default=0, ge=0)
    """How many requests to the new version may be refused for want of concurrency."""
    first_look_requests: int = Field(default=100, ge=1)
    """Requests the new version must have had to be called healthy so far at T+2: of 3 % errors, this finds 80 %."""
    requests: int = Field(default=670, ge=1)
    """Requests the new version must have had to be called healthy at T+5: of 1 % errors, this finds 90 %."""
    durations: int = Field(default=299, ge=1)
    """Durations that must be known at T+5: this many without a slow one bound the slow share under 1 %."""


class RecordedBaseline(Strict):
    """When a fleet does plainly worse than its recorded baseline, which is of another day: nothing old runs beside it."""

    slower_by: float = Field(default=1.25, gt=1)
    """A median under this many times the recorded one is accepted, however significant the difference is."""
    slow_share: float = Field(default=0.03, gt=0.01, lt=1)
    """The share of answers that may take longer than the recorded 99th percentile."""
    fails_by: float = Field(default=2, gt=1)
    """A share of failures under this many times the recorded one is accepted."""
    max_age_days: int = Field(default=30, ge=1)
    """An older baseline is not used."""


class Rollout(Strict):
    """How a rollout is watched, and what follows."""

    judge: Judge = Judge()
    baseline: RecordedBaseline = RecordedBaseline()
    cpu_percent: float = Field(default=85, gt=0, le=100)
    """How busy an instance's processors may be, averaged over the newest minutes."""
    memory_percent: float = Field(default=85, gt=0, le=100)
    """How much of an instance's memory may be used."""
    tick_seconds: float = Field(default=15, ge=1)
    """Seconds between looks."""
    first_decision_minutes: float = Field(default=2, gt=0)
    second_decision_minutes: float = Field(default=5, gt=0, le=55)
    """A rollout is watched for an hour at most."""
    hold: Literal["roll-back", "keep-holding"] = "roll-back"
    """What follows with `--act` when the second decision can be neither go nor no-go."""
