"""When and by what a deployment is validated after it."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from promotion.settings.observability import MetricLimits
from promotion.settings.strict import Strict


class Slo(Strict):
    """The limits for prod, where they differ from those of `[limits]`."""

    lambda_duration_ms: float | None = Field(default=None, gt=0)
    alb_response_time_ms: float | None = Field(default=None, gt=0)
    error_rate: float | None = Field(default=None, gt=0, lt=1)
    """The share of requests that may fail: 0.001 is 0.1 %."""

    def over(self, limits: MetricLimits) -> MetricLimits:
        """Give the limits with these in place of their values."""
        return limits.model_copy(update=self.model_dump(exclude_none=True))


class Spikes(Strict):
    """What counts as a spike of errors."""

    before_minutes: int = Field(default=60, ge=5, le=24 * 60)
    """How many minutes before the deployment those since it are compared with."""
    chance: float = Field(default=0.01, gt=0, lt=0.5)
    """A rise that chance would bring more often than this is none."""
    factor: float = Field(default=1.5, ge=1)
    """A rise by less than this is none, however sure it is."""


class TargetBudget(Strict):
    """What is other for one target of prod."""

    objective: float | None = Field(default=None, gt=0, lt=1)
    open_slo: str | None = Field(default=None, min_length=1)
    """`metadata.name` of its SLO in the files of `open_slo`; needed if these hold several."""
    application_signals: str | None = Field(default=None, min_length=1)
    """Name or ARN of its service level objective in CloudWatch Application Signals."""


class BudgetSettings(Strict):
    """The error budget: what the objective leaves room for."""

    objective: float = Field(default=0.999, gt=0, lt=1)
    """The share of requests that must succeed."""
    days: int = Field(default=30, ge=1, le=90)
    """Over how many days."""
    spent: float = Field(default=0.02, gt=0, le=1)
    """The share of the budget that one deployment may take."""
    covered: float = Field(default=0.9, gt=0, le=1)
    """The share of the days on which requests must have been counted; with less, it is unknown how much is used."""
    open_slo: tuple[str, ...] = ()
    """Files with SLOs in the format of OpenSLO v1, JSON or YAML: their targets must be the same as here."""
    targets: dict[str, TargetBudget] = {}
    """By the name of a target of prod."""


class CustomerIssues(Strict):
    """Where customers' reports stand."""

    labels: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """An issue of the repository with one of these labels is one that a customer reported; none: a person attests."""


class Rotation(Strict):
    """Which of prod's secrets rotate. Without more said, every one of `[[prod.secrets]]` must."""

    exempt: dict[str, Annotated[str, Field(min_length=10)]] = {}
    """By the name of a secret that does not rotate, why."""
    grace_hours: float = Field(default=24, gt=0, le=24 * 7)
    """How late a rotation may be, and how long one may take."""


class Postdeploy(Strict):
    """When and by what a deployment is validated after it."""

    first_minutes: float = Field(default=10, gt=0)
    """When items that are due at T+10 are: so long after the last deployment of the digest to a target of prod began."""
    second_minutes: float = Field(default=30, gt=0)
    """When items that are due at T+30, and after it, are."""
    window_hours: float = Field(default=6, ge=0.5, le=24)
    """Metrics of so long after the deployment are judged at most."""
    slo: Slo = Slo()
    spikes: Spikes = Spikes()
    budget: BudgetSettings = BudgetSettings()
    customer_issues: CustomerIssues = CustomerIssues()
    rotation: Rotation = Rotation()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.second_minutes < self.first_minutes:
            raise ValueError("`second_minutes` is before `first_minutes`")
        return self
