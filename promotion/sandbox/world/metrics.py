"""The metrics of an environment, computed from its traffic when they are asked for.

Names, dimensions and units are those of the services: https://docs.aws.amazon.com/lambda/latest/dg/
monitoring-metrics-types.html, https://docs.aws.amazon.com/elasticloadbalancing/latest/application/
load-balancer-cloudwatch-metrics.html (counts of errors come only when there are any; response times are in seconds).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from promotion.sandbox.moto_patches.metrics import Computed, Metric, Sample, computed, metric
from promotion.sandbox.world.api_metrics import api_metrics
from promotion.sandbox.world.names import ALIAS, FUNCTION
from promotion.sandbox.world.requests import tally
from promotion.sandbox.world.spans import Span, summed
from promotion.sandbox.world.traffic import Answered, binary, start_of

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Environment

NODES = 2
"""Nodes of the load balancer; each of them counts the healthy hosts."""

SELDOM = 20
"""One request in this many is for the second target group, where there are two for the same fleet."""

Samples = Callable[[int], Iterable[Sample]]


def measure(environment: "Environment") -> None:
    """Make every metric of the environment."""
    made = computed(environment.backend("cloudwatch"))
    for make in (_function, api_metrics, measure_balancer, _canary):
        made.update(make(environment))
    measure_instances(environment, environment.green, environment.scaling_group)


def _function(environment: "Environment") -> dict[Metric, Computed]:
    made: dict[Metric, Computed] = {}
    views = ({"FunctionName": FUNCTION}, {"FunctionName": FUNCTION, "Resource": f"{FUNCTION}:{ALIAS}"})
    for dimensions in views:
        for name, samples, unit in _function_metrics(environment, None):
            made[metric("AWS/Lambda", name, **dimensions)] = Computed(samples, unit)
        made[metric("AWS/Lambda", "Throttles", **dimensions)] = Computed(_throttles(environment), "Count")
    for version in environment.versions:
        made.update(_version(environment, str(version)))
    return made


def measure_version(environment: "Environment", version: int, since: datetime) -> None:
    """Make the metrics of a version of the function that was not there when the others were made."""
    made = _version(environment, str(version))
    for one in made.values():
        one.since = since
    computed(environment.backend("cloudwatch")).update(made)


def _version(environment: "Environment", version: str) -> dict[Metric, Computed]:
    dimensions = {"FunctionName": FUNCTION, "Resource": f"{FUNCTION}:{ALIAS}", "ExecutedVersion": version}
    return {
        metric("AWS/Lambda", name, **dimensions): Computed(samples, unit)
        for name, samples, unit in _function_metrics(environment, version)
    }


def _function_metrics(environment: "Environment", version: str | None) -> list[tuple[str, Samples, str]]:
    """Give the metrics of a function, or of one version of it. What it answers itself, 500 too, is not an error of it."""
    live = environment.flows["lambda"].live

    def invocations(minute: int) -> list[Sample]:
        done = tally(environment, "lambda", minute, version).reached + len(live.served(minute, version))
        return [(1.0, done)] if done else []

    def errors(minute: int) -> list[Sample]:
        told = tally(environment, "lambda", minute, version)
        return binary(told.reached + len(live.served(minute, version)), told.errors)

    def duration(minute: int) -> list[Sample]:
        own = [one.ms for one in live.served(minute, version)]
        return [(ms, 1) for ms in (*tally(environment, "lambda", minute, version).took(), *own)]

    def concurrency(minute: int) -> list[Sample]:
        count = tally(environment, "lambda", minute, version).asked + len(live.served(minute, version))
        return [(2.0, count)] if count else []

    return [
        ("Invocations", invocations, "Count"),
        ("Errors", errors, "Count"),
        ("Duration", duration, "Milliseconds"),
        ("ConcurrentExecutions", concurrency, "Count"),
    ]


def _throttles(environment: "Environment") -> Samples:
    def throttles(minute: int) -> list[Sample]:
        told = tally(environment, "lambda", minute)
        return binary(told.asked + len(environment.flows["lambda"].live.served(minute)), told.refused)

    return throttles


def measure_balancer(environment: "Environment") -> dict[Metric, Computed]:
    """Give the metrics of the load balancer, as a whole and by target group."""
    flow = environment.flows["ec2"]
    balancer = {"LoadBalancer": environment.load_balancer.partition("loadbalancer/")[2]}
    made: dict[Metric, Computed] = {}

    def put(name: str, samples: Samples, unit: str, **more: str) -> None:
        made[metric("AWS/ApplicationELB", name, **balancer, **more)] = Computed(samples, unit)

    for name, samples, unit in _target_metrics(environment, None):
        put(name, samples, unit)
    for short, arn in environment.target_groups.items():
        group = {"TargetGroup": arn.rpartition(":")[2]}
        for name, samples, unit in _target_metrics(environment, short if environment.paired else None):
            whole = environment.paired or len(environment.target_groups) == 1
            put(name, samples if whole else _portion(samples, rest=arn != environment.target_group), unit, **group)
        for name, healthy in (("HealthyHostCount", True), ("UnHealthyHostCount", False)):
            put(name, _hosts(environment, short, healthy=healthy), "Count", **group)

    def refused(minute: int) -> list[Sample]:
        count = tally(environment, "ec2", minute).refused + flow.live.turned_away(minute)
        return [(1.0, count)] if count else []

    for name in ("HTTPCode_ELB_5XX_Count", "HTTPCode_ELB_503_Count"):
        put(name, refused, "Count")
    views = [balancer]
    if len(environment.target_groups) == 1:  # which then counts the same
        views.append({**balancer, "TargetGroup": environment.target_group.rpartition(":")[2]})
    for name, count in _COUNTED_AT_ONCE.items():
        for view in views:
            kept = made.get(metric("AWS/ApplicationELB", name, **view))
            if kept is not None:
                kept.samples = summed(environment, "ec2", kept.samples, _each_one(count))
    return made


_COUNTED_AT_ONCE: Mapping[str, Callable[[Span], int]] = {
    "RequestCount": lambda span: span.asked - span.went_wrong("refused"),
    "HTTPCode_Target_5XX_Count": lambda span: span.went_wrong("errors"),
    "HTTPCode_ELB_5XX_Count": lambda span: span.went_wrong("refused"),
}


def _each_one(count: Callable[[Span], int]) -> Callable[[Span], list[Sample]]:
    """Give a sample of 1 for each of what is counted in a span, and none where there is nothing to count."""

    def told(span: Span) -> list[Sample]:
        hits = count(span)
        return [(1.0, hits)] if hits else []

    return told


def _target_metrics(environment: "Environment", colour: str | None) -> list[tuple[str, Samples, str]]:
    """Give the metrics of a fleet that has a target group of its own, or of both."""

    def live(minute: int) -> list[Answered]:
        served = environment.flows["ec2"].live.served(minute)
        return [one for one in served if colour in {None, environment.colour_of(one.member)}]

    def counted(minute: int, family: int) -> int:
        told = tally(environment, "ec2", minute, colour)
        own = {200: told.reached - told.errors - told.missed, 400: told.missed, 500: told.errors}[family]
        return own + sum(one.status // 100 == family // 100 for one in live(minute))

    def answered(family: int) -> Samples:
        def samples(minute: int) -> list[Sample]:
            hits = counted(minute, family)
            return [(1.0, hits)] if hits > 0 else []

        return samples

    def requests(minute: int) -> list[Sample]:
        count = tally(environment, "ec2", minute, colour).reached + len(live(minute))
        return [(1.0, count)] if count else []

    def response_time(minute: int) -> list[Sample]:
        own = [one.ms for one in live(minute)]
        return [(round(ms / 1000, 6), 1) for ms in (*tally(environment, "ec2", minute, colour).took(), *own)]

    return [
        ("RequestCount", requests, "Count"),
        ("TargetResponseTime", response_time, "Seconds"),
        ("HTTPCode_Target_2XX_Count", answered(200), "Count"),
        ("HTTPCode_Target_4XX_Count", answered(400), "Count"),
        ("HTTPCode_Target_5XX_Count", answered(500), "Count"),
    ]


def _portion(samples: Samples, *, rest: bool) -> Samples:
    """Leave to the first of two target groups all but one in twenty of the samples of a fleet that is in both."""

    def portion(minute: int) -> list[Sample]:
        found, before = [], 0
        for value, count in samples(minute):
            of_rest = (before + int(count)) // SELDOM - before // SELDOM
            before += int(count)
            found.append((value, of_rest if rest else count - of_rest))
        return [(value, count) for value, count in found if count]

    return portion


def _hosts(environment: "Environment", group: str, *, healthy: bool) -> Samples:
    """Count the hosts of a target group as each node of the load balancer does, every minute."""

    def hosts(minute: int) -> list[Sample]:
        fleet = [key for colour in environment.colours_in(group) for key in environment.hosts(colour, minute)]
        well = {"healthy", *(("initial", "draining") if environment.timeline else ())}  # of these moments ago
        ill = [key for key in fleet if environment.health.get(key, ("healthy",))[0] not in well]
        return [(float(len(fleet) - len(ill) if healthy else len(ill)), NODES)]

    return hosts


def measure_instances(environment: "Environment", fleet: list[str], scaling_group: str, since: int = 0) -> None:
    """Make the metrics of the instances of an Auto Scaling group, which begin at a minute since 1970."""
    made = {}
    group = {"AutoScalingGroupName": scaling_group}

    def of(knob: str, *keys: str) -> Samples:
        def samples(minute: int) -> list[Sample]:
            loads = [environment.loads[key] for key in keys] if minute >= since else []
            return [(load.wobble(minute, getattr(load, knob)), 1) for load in loads]

        return samples

    for key in fleet:
        instance = environment.instance(key)
        agent = {"InstanceId": key, "ImageId": instance.image_id, "InstanceType": instance.instance_type, **group}
        made[metric("AWS/EC2", "CPUUtilization", InstanceId=key)] = Computed(of("cpu", key), "Percent")
        made[metric("AWS/EC2", "StatusCheckFailed", InstanceId=key)] = Computed(
            lambda minute: [(0.0, 1)] if minute >= since else [], "Count"
        )
        made[metric("CWAgent", "mem_used_percent", **agent)] = Computed(of("memory", key), "Percent")
    made[metric("AWS/EC2", "CPUUtilization", **group)] = Computed(of("cpu", *fleet), "Percent")
    if since:
        for one in made.values():
            one.since = start_of(since)
    computed(environment.backend("cloudwatch")).update(made)


def _canary(environment: "Environment") -> dict[Metric, Computed]:
    def success(minute: int) -> list[Sample]:
        runs = environment.canary
        every = int(runs.every.total_seconds() // 60)
        return [(100.0 if runs.state == "PASSED" else 0.0, 1)] if minute % every == 0 else []

    name = {"CanaryName": environment.canary_name}
    return {metric("CloudWatchSynthetics", "SuccessPercent", **name): Computed(success, "Percent")}
