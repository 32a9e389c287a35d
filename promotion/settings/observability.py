"""What is measured, logged and watched, and the limits for it."""

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from promotion.settings.strict import Strict


class MetricLimits(Strict):
    """The limits for metrics, and the confidence that is required."""

    lambda_duration_ms: float = Field(default=1000, gt=0)
    """The 99th percentile of a Lambda function's duration must be under this."""
    alb_response_time_ms: float = Field(default=500, gt=0)
    """The 99th percentile of a load balancer's target response time must be under this."""
    error_rate: float = Field(default=0.001, gt=0, lt=1)
    """The share of requests that may fail: 0.001 is 0.1 %."""
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    """How sure a pass or a fail has to be; between the two is unknown."""
    window_minutes: int = Field(default=30, ge=5, le=180)
    """How long a window is judged, ending two minutes before now."""
    metric_age_minutes: float = Field(default=10, gt=0)
    """Requests must have been counted so lately before the window's end."""
    log_age_minutes: float = Field(default=10, gt=0)
    """The newest log event must be younger than this."""
    correlation_share: float = Field(default=0.99, gt=0, le=1)
    """The share of application events that must carry a correlation id."""
    log_lag_seconds: float = Field(default=30, gt=0, le=120)
    """How long after a request its correlation id may take to be found in the log."""


class Api(Strict):
    """The API Gateway API before a Lambda function."""

    kind: Literal["http", "rest"] = "http"
    id: str | None = None
    """Its id; metrics of HTTP APIs go by it."""
    name: str | None = None
    """Its name; metrics of REST APIs go by it."""
    stage: str = "$default"

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if self.kind == "http" and not self.id:
            raise ValueError("metrics of an HTTP API are found by its `id`")
        if self.kind == "rest" and not self.name:
            raise ValueError("metrics of a REST API are found by its `name`")
        return self


class GeneratedLoad(Strict):
    """Requests the run makes itself, so that a quiet environment can be judged."""

    requests: int = Field(default=0, ge=0, le=100_000)
    """How many for each target; 0 makes none."""
    per_second: float = Field(default=20, gt=0, le=200)
    """How many each second, for each target."""
    at_once: int = Field(default=8, ge=1, le=32)
    path: str = Field(default="/health", pattern="^/")
    abort_after_errors: int = Field(default=20, ge=1)
    """Answers of 500 and above, or none at all, after which it stops."""


class Logs(Strict):
    """Where a target logs, and how its lines carry the correlation id."""

    group: str
    """The CloudWatch log group."""
    correlation_id: str = "correlation_id"
    """JMESPath expression over a JSON log line that gives the correlation id."""
    header: str = Field(default="X-Correlation-ID", pattern="^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
    """The request header that carries it."""
    path: str | None = Field(default=None, pattern="^/[^{}]*$")
    """Path of a GET request that is logged, to make and find in the log; the health endpoint if it is not given."""

    @field_validator("correlation_id")
    @classmethod
    def _is_an_expression(cls, expression: str) -> str:
        from promotion.settings.expressions import check_expression

        check_expression(expression)
        return expression


class Alarms(Strict):
    """Which alarms must be quiet; without any of it, those the deployment groups name and those on the dashboard."""

    names: tuple[str, ...] = ()
    prefix: str = ""
    """Alarms whose name begins like this."""
