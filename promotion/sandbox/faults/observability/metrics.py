"""Faults of section 3: how CloudWatch answers, whatever it is asked."""

from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault
from promotion.sandbox.measured import page
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

EVERYTHING = ("lambda-duration", "alb-response-time", "dashboard-healthy")
"""What also fails with `error-rate` where no metric can be read."""


wire_fault(
    "metrics-denied",
    "GetMetricData is denied.",
    "deny",
    "cloudwatch:GetMetricData",
    item="error-rate",
    on="dev",
    falls_with=EVERYTHING,
)


wire_fault(
    "metrics-throttled",
    "GetMetricData is throttled in every attempt.",
    "throttle",
    "cloudwatch:GetMetricData",
    item="error-rate",
    on="dev",
    falls_with=EVERYTHING,
)


wire_fault(
    "metrics-throttled-once",
    "GetMetricData is throttled at the first attempt.",
    "throttle",
    "cloudwatch:GetMetricData",
    item="error-rate",
    kind="clean",
    on="dev",
    times=1,
)


wire_fault(
    "metrics-cut-off",
    "The answer of GetMetricData is cut off half-way, with status 200.",
    "truncate",
    "cloudwatch:GetMetricData",
    item="error-rate",
    on="dev",
    falls_with=EVERYTHING,
)


@fault("metrics-silent", item="error-rate", kind="blind", falls_with=EVERYTHING)
def _(world: "World") -> None:
    """CloudWatch has no value at all of anything, and says that this is complete."""
    world.dev.metrics.clear()


@fault("metrics-on-second-page", item="error-rate", kind="clean")
def _(world: "World") -> None:
    """The answer of GetMetricData begins with a page that has a token, PartialData and no value."""
    page(world, lambda token: token == "more")


@fault("metrics-pages-in-a-circle", item="error-rate", kind="blind", falls_with=EVERYTHING)
def _(world: "World") -> None:
    """Every page of GetMetricData is empty and leads to itself."""
    page(world, lambda _: False)
