"""Faults of section 3: how long the requests of the dev targets take."""

from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.measured import (
    answer,
    emptied,
    is_bounded,
    scaled,
    take_out,
    thinned,
    with_slow_ones,
    with_status,
)

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

DASHBOARD = "dashboard-healthy"
"""It shows the same metrics."""


@fault("lambda-slow", item="lambda-duration", falls_with=(DASHBOARD,))
def _(world: "World") -> None:
    """The function takes eight times as long as it should."""
    world.dev.flows["lambda"].slowness = 8


@fault("lambda-slow-tail", item="lambda-duration", falls_with=(DASHBOARD,))
def _(world: "World") -> None:
    """A few of a hundred invocations take ten times as long, which no average shows."""
    world.dev.flows["lambda"].tail = 0.06


@fault("lambda-slow-in-a-busy-minute", item="lambda-duration")
def _(world: "World") -> None:
    """One busy minute is slow, which the average of the minutes' 99th percentiles does not show."""
    from promotion.sandbox.world.model import ago

    flow = world.dev.flows["lambda"]
    flow.change(ago(minutes=15), requests=3000, tail=0.12)
    flow.change(ago(minutes=14), requests=flow.requests, tail=0)


@fault("lambda-slow-in-a-quiet-minute", item="lambda-duration", kind="clean")
def _(world: "World") -> None:
    """One quiet minute is slow, and hardly any request with it."""
    from promotion.sandbox.world.model import ago

    flow = world.dev.flows["lambda"]
    flow.change(ago(minutes=15), requests=40, slowness=6)
    flow.change(ago(minutes=14), requests=flow.requests, slowness=1)


@fault("lambda-slower-within-limit", item="lambda-duration", kind="clean")
def _(world: "World") -> None:
    """The function takes twice as long as it did, which its limit allows."""
    world.dev.flows["lambda"].slowness = 2


@fault("lambda-slow-before-deployment", item="lambda-duration", kind="clean")
def _(world: "World") -> None:
    """The previous version was slow; the one that was deployed is not."""
    from promotion.sandbox.world.model import ago

    flow = world.dev.flows["lambda"]
    flow.slowness = 9
    flow.change(ago(minutes=34), slowness=1)


@fault("lambda-duration-at-limit", item="lambda-duration", kind="blind")
def _(world: "World") -> None:
    """One in a hundred invocations takes longer than the limit: too close to tell."""
    from promotion.sandbox.world.model import ago
    from promotion.sandbox.world.traffic import minute_of

    flow, quiet = world.dev.flows["lambda"], minute_of(ago(minutes=12))

    def slow(minute: int, count: int) -> int:
        # Not of late: the 99th percentile of a single minute would now and then cross the dashboard's line.
        return flow.share(minute, count, 0.015) if minute < quiet else 0

    for metric, computed in world.dev.metrics.items():
        if metric.name == "Duration":
            computed.samples = with_slow_ones(computed.samples, slow)


@fault("lambda-duration-missing", item="lambda-duration", kind="blind", falls_with=(DASHBOARD,))
def _(world: "World") -> None:
    """The function is invoked, but its duration is not measured."""
    take_out(world, "AWS/Lambda", "Duration")


@fault("lambda-duration-partial", item="lambda-duration", kind="blind", falls_with=(DASHBOARD,))
def _(world: "World") -> None:
    """CloudWatch answers PartialData for the function's duration."""
    answer(world, with_status("PartialData", "Duration"))


@fault("lambda-durations-late", item="lambda-duration", kind="blind")
def _(world: "World") -> None:
    """The durations of a tenth of the invocations are late."""
    for metric, computed in world.dev.metrics.items():
        if metric.name == "Duration":
            computed.samples = thinned(computed.samples)


@fault("trimmed-count-not-offered", item="lambda-duration", kind="clean")
def _(world: "World") -> None:
    """CloudWatch has no value for trimmed counts and percentile ranks, only percentiles."""
    answer(world, lambda query, result: emptied(result) if is_bounded(query) else result)


@fault("trimmed-count-refused", item="lambda-duration", kind="clean")
def _(world: "World") -> None:
    """CloudWatch refuses questions for trimmed counts and percentile ranks."""
    from moto.cloudwatch.exceptions import ValidationError

    def refuse(query: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
        if is_bounded(query):
            raise ValidationError("The statistic is not supported for this metric.")
        return result

    answer(world, refuse)


@fault("alb-slow", item="alb-response-time", falls_with=(DASHBOARD,))
def _(world: "World") -> None:
    """The instances take a second and more; CloudWatch says so in seconds, and 1.1 looks little beside 500."""
    world.dev.flows["ec2"].slowness = 6


@fault("alb-slow-tail", item="alb-response-time", falls_with=(DASHBOARD,))
def _(world: "World") -> None:
    """A few of a hundred requests to the instances take ten times as long."""
    world.dev.flows["ec2"].tail = 0.06


@fault("neighbour-is-slow", item="alb-response-time", kind="clean")
def _(world: "World") -> None:
    """Another service behind the same load balancer takes two seconds for each answer."""
    from promotion.sandbox.world.neighbour import share_balancer

    share_balancer(world.dev, ms=2000)


@fault("counts-of-slow-ones-differ", item="alb-response-time", kind="clean")
def _(world: "World") -> None:
    """The percentile rank and the trimmed count are a few answers apart, since either may be interpolated."""
    answer(world, _rank_off_by)


@fault("alb-slow-within-limit", item="alb-response-time", kind="clean")
def _(world: "World") -> None:
    """The instances take twice as long as they did, which their limit allows."""
    world.dev.flows["ec2"].slowness = 2


@fault("alb-response-time-missing", item="alb-response-time", kind="blind", falls_with=(DASHBOARD,))
def _(world: "World") -> None:
    """Requests reach the target groups, but how long they take is not measured."""
    take_out(world, "AWS/ApplicationELB", "TargetResponseTime", "TargetGroup")


@fault("alb-response-time-in-other-unit", item="alb-response-time", kind="blind", falls_with=(DASHBOARD,))
def _(world: "World") -> None:
    """Response times are a million times what they can be: in microseconds."""
    for metric, computed in world.dev.metrics.items():
        if metric.name == "TargetResponseTime":
            computed.samples = scaled(computed.samples, 1_000_000)


@fault("alb-metrics-stale", item="alb-response-time", kind="blind", falls_with=("error-rate[ec2]", DASHBOARD))
def _(world: "World") -> None:
    """Nothing has been measured at the load balancer for twenty minutes, in spite of much traffic before."""
    from promotion.sandbox.world.model import ago

    world.dev.flows["ec2"].requests = 900
    for metric, computed in world.dev.metrics.items():
        if metric.namespace == "AWS/ApplicationELB":
            computed.until = ago(minutes=20)


@fault("alb-quiet", item="alb-response-time", kind="blind", falls_with=("error-rate[ec2]",))
def _(world: "World") -> None:
    """The instances get little traffic: a hundred requests prove neither."""
    world.dev.flows["ec2"].requests = 4


def _rank_off_by(query: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """Take a hundredth of a percent from a percentile rank: a few answers in some ten thousand."""
    if not query["MetricStat"]["Stat"].startswith("PR("):
        return result
    return result | {"values": [max(rank - 0.01, 0.0) for rank in result["values"]]}
