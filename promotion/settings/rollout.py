"""When a canary is good enough to continue, and when it must be rolled back."""

from typing import Literal, Self

from pydantic import Field, model_validator

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
    """The chance of being wrong about a version's slow tail, or about a fleet that is slower than recorded."""
    slow_share: float = Field(default=0.01, gt=0, lt=1)
    """The share of requests that may be slower than the limit of durations: 0.01 is the 99th percentile."""
    throttles: int = Field(default=0, ge=0)
    """How many requests to the new version may be refused for want of concurrency."""
    errors_seen: float | None = Field(default=None, gt=0, lt=1)
    """Errors of this share would have been found, with `power`, where T+5 says go; 3 %, or three times `error_rate` if
    that is more: 208 requests do for 3 %."""
    first_errors_seen: float | None = Field(default=None, gt=0, lt=1)
    """The same at T+2, which only says that watching may go on; 10 %, or ten times `error_rate` if that is more."""
    slower_seen: float = Field(default=2.0, gt=1)
    """A version this many times as slow as the old one would have been found, with `power`, where T+5 says go."""
    power: float = Field(default=0.95, gt=0.5, lt=1)
    """The chance with which harm of that size is found."""
    first_look_requests: int | None = Field(default=None, ge=1)
    """Requests the new version must have had at T+2 besides; no number is asked for unless this is declared."""
    requests: int | None = Field(default=None, ge=1)
    """Requests the new version must have had at T+5 besides; no number is asked for unless this is declared."""
    durations: int | None = Field(default=None, ge=1)
    """Durations that must be known at T+5 besides; no number is asked for unless this is declared."""

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        for name, share in (("errors_seen", self.errors_seen), ("first_errors_seen", self.first_errors_seen)):
            if share is not None and share < 2 * self.error_rate:
                raise ValueError(
                    f"`{name}` = {share:g} is less than twice `error_rate` = {self.error_rate:g}: no traffic tells them "
                    "apart in a few minutes"
                )
        return self

    def errors_to_find(self, *, final: bool) -> float:
        """Give the share of errors that must have been findable for go."""
        declared, usual, times = (self.errors_seen, 0.03, 3) if final else (self.first_errors_seen, 0.10, 10)
        return min(max(usual, times * self.error_rate), 0.9) if declared is None else declared


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


AfterHold = Literal["roll-back", "keep-holding"]
"""What follows a hold with `--act`: the deployment is taken back, or left alone and a person called."""


class HoldCases(Strict):
    """What follows a hold, by what it rests on."""

    too_little: AfterHold = "keep-holding"
    """There was too little traffic, or too much noise, to tell; nothing is suspected."""
    blind: AfterHold = "keep-holding"
    """Something could not be read or counted, or was not there to be looked at."""
    suspected: AfterHold = "keep-holding"
    """Harm is suspected and not proven."""


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
    hold: AfterHold | HoldCases = "keep-holding"
    """What follows with `--act` when the second decision can be neither go nor no-go: in every case, or case by case."""

    @property
    def hold_cases(self) -> HoldCases:
        """What follows a hold, case by case."""
        if isinstance(self.hold, HoldCases):
            return self.hold
        return HoldCases(too_little=self.hold, blind=self.hold, suspected=self.hold)
