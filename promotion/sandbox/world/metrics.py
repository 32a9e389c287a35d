"""The metrics of an environment, computed from its traffic when they are asked for.

Names, dimensions and units are those of the services: https://docs.aws.amazon.com/lambda/latest/dg/
monitoring-metrics-types.html, https://docs.aws.amazon.com/elasticloadbalancing/latest/application/
load-balancer-cloudwatch-metrics.html (counts of errors come only when there are any; response times are in seconds),
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from promotion.sandbox.fills.metrics import Computed, Metric, Sample, computed, metric
from promotion.sandbox.world.names import ALIAS, FUNCTION
from promotion.sandbox.world.traffic import Flow

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Environment

NODES = 2
"""Nodes of the load balancer; each of them counts the healthy hosts."""

Samples = Callable[[int], Iterable[Sample]]
Part = Callable[[int], float]
"""The share of a minute's requests that a metric is about."""


def measure(environment: "Environment") -> None:
    """Make every metric of the environment."""
    made = computed(environment.backend("cloudwatch"))
    for make in (_function, _api, _balancer, _instances, _canary):
        made.update(make(environment))


def binary(total: int, hits: int) -> list[Sample]:
    """Give one sample for each of `total` requests: 1 for `hits` of them, 0 for the rest."""
    return [pair for pair in ((0.0, total - hits), (1.0, hits)) if pair[1] > 0]


def _of(flow: Flow, minute: int, part: Part) -> tuple[Flow, int]:
    knobs = flow.at(minute)
    return knobs, round(knobs.count(minute) * part(minute))


def _function(environment: "Environment") -> dict[Metric, Computed]:
    flow = environment.flows["lambda"]

    def all_of_it(_: int) -> float:
        return 1.0

    made: dict[Metric, Computed] = {}
    alias = f"{FUNCTION}:{ALIAS}"
    views: list[tuple[dict[str, str], Part]] = [({"FunctionName": FUNCTION}, all_of_it)]
    views.append(({"FunctionName": FUNCTION, "Resource": alias}, all_of_it))
    for version in environment.versions:

        def of_version(minute: int, version: int = version) -> float:
            return environment.weight(version, minute)

        views.append(({"FunctionName": FUNCTION, "Resource": alias, "ExecutedVersion": str(version)}, of_version))
    for dimensions, part in views:
        for name, samples, unit in _function_metrics(flow, part):
            made[metric("AWS/Lambda", name, **dimensions)] = Computed(samples, unit)
    for dimensions, part in views[:2]:
        made[metric("AWS/Lambda", "Throttles", **dimensions)] = Computed(_throttles(flow, part), "Count")
    return made


def _function_metrics(flow: Flow, part: Part) -> list[tuple[str, Samples, str]]:
    def invocations(minute: int) -> list[Sample]:
        knobs, count = _of(flow, minute, part)
        done = count - knobs.share(minute, count, knobs.refused)
        return [(1.0, done)] if done else []

    def errors(minute: int) -> list[Sample]:
        knobs, count = _of(flow, minute, part)
        return binary(count - knobs.share(minute, count, knobs.refused), knobs.share(minute, count, knobs.errors))

    def duration(minute: int) -> list[Sample]:
        knobs, count = _of(flow, minute, part)
        return [(ms, 1) for ms in knobs.took(minute, count - knobs.share(minute, count, knobs.refused))]

    def concurrency(minute: int) -> list[Sample]:
        _, count = _of(flow, minute, part)
        return [(2.0, count)] if count else []

    return [
        ("Invocations", invocations, "Count"),
        ("Errors", errors, "Count"),
        ("Duration", duration, "Milliseconds"),
        ("ConcurrentExecutions", concurrency, "Count"),
    ]


def _throttles(flow: Flow, part: Part) -> Samples:
    def throttles(minute: int) -> list[Sample]:
        knobs, count = _of(flow, minute, part)
        return binary(count, knobs.share(minute, count, knobs.refused))

    return throttles


def _api(environment: "Environment") -> dict[Metric, Computed]:
    flow = environment.flows["lambda"]

    def share(minute: int, *names: str) -> list[Sample]:
        knobs = flow.at(minute)
        count = knobs.count(minute)
        return binary(count, sum(knobs.share(minute, count, getattr(knobs, name)) for name in names))

    def took(minute: int, more: float) -> list[Sample]:
        knobs = flow.at(minute)
        return [(round(ms + more, 2), 1) for ms in knobs.took(minute, knobs.count(minute))]

    kinds: list[tuple[str, Samples, str]] = [
        ("Count", lambda minute: binary(*[flow.at(minute).count(minute)] * 2), "Count"),
        ("5xx", lambda minute: share(minute, "errors", "refused", "handled_errors"), "Count"),
        ("4xx", lambda minute: share(minute, "client_errors"), "Count"),
        ("Latency", lambda minute: took(minute, 13.0), "Milliseconds"),
        ("IntegrationLatency", lambda minute: took(minute, 9.0), "Milliseconds"),
    ]
    views = ({"ApiId": environment.api}, {"ApiId": environment.api, "Stage": "$default"})
    return {
        metric("AWS/ApiGateway", name, **view): Computed(samples, unit)
        for view in views
        for name, samples, unit in kinds
    }


def _balancer(environment: "Environment") -> dict[Metric, Computed]:
    flow = environment.flows["ec2"]
    balancer = {"LoadBalancer": environment.load_balancer.partition("loadbalancer/")[2]}
    made: dict[Metric, Computed] = {}

    def put(name: str, samples: Samples, unit: str, **more: str) -> None:
        made[metric("AWS/ApplicationELB", name, **balancer, **more)] = Computed(samples, unit)

    for colour in ("", "blue", "green"):
        group = {"TargetGroup": environment.target_groups[colour].rpartition(":")[2]} if colour else {}

        def part(minute: int, colour: str = colour) -> float:
            return environment.traffic_on(colour, minute) if colour else 1.0

        for name, samples, unit in _target_metrics(flow, part):
            put(name, samples, unit, **group)
        if colour:
            for name, healthy in (("HealthyHostCount", True), ("UnHealthyHostCount", False)):
                put(name, _hosts(environment, colour, healthy=healthy), "Count", **group)

    def refused(minute: int) -> list[Sample]:
        knobs = flow.at(minute)
        count = knobs.share(minute, knobs.count(minute), knobs.refused)
        return [(1.0, count)] if count else []

    for name in ("HTTPCode_ELB_5XX_Count", "HTTPCode_ELB_503_Count"):
        put(name, refused, "Count")
    return made


def _target_metrics(flow: Flow, part: Part) -> list[tuple[str, Samples, str]]:
    def reached(minute: int) -> tuple[Flow, int]:
        knobs, count = _of(flow, minute, part)
        return knobs, count - knobs.share(minute, count, knobs.refused)

    def failed(name: str) -> Samples:
        def samples(minute: int) -> list[Sample]:
            knobs, count = reached(minute)
            hits = knobs.share(minute, count, getattr(knobs, name))
            return [(1.0, hits)] if hits else []

        return samples

    def succeeded(minute: int) -> list[Sample]:
        knobs, count = reached(minute)
        hits = count - sum(knobs.share(minute, count, share) for share in (knobs.errors, knobs.client_errors))
        return [(1.0, hits)] if hits > 0 else []

    def requests(minute: int) -> list[Sample]:
        _, count = reached(minute)
        return [(1.0, count)] if count else []

    def response_time(minute: int) -> list[Sample]:
        knobs, count = reached(minute)
        return [(round(ms / 1000, 6), 1) for ms in knobs.took(minute, count)]

    return [
        ("RequestCount", requests, "Count"),
        ("TargetResponseTime", response_time, "Seconds"),
        ("HTTPCode_Target_2XX_Count", succeeded, "Count"),
        ("HTTPCode_Target_4XX_Count", failed("client_errors"), "Count"),
        ("HTTPCode_Target_5XX_Count", failed("errors"), "Count"),
    ]


def _hosts(environment: "Environment", colour: str, *, healthy: bool) -> Samples:
    """Count the hosts of a target group as each node of the load balancer does, every minute."""

    def hosts(_: int) -> list[Sample]:
        fleet = environment.green if colour == "green" else []
        ill = [key for key in fleet if environment.health.get(key, ("healthy",))[0] != "healthy"]
        return [(float(len(fleet) - len(ill) if healthy else len(ill)), NODES)]

    return hosts


def _instances(environment: "Environment") -> dict[Metric, Computed]:
    made = {}
    group = {"AutoScalingGroupName": environment.scaling_group}
    for key in environment.green:
        instance = environment.instance(key)
        agent = {"InstanceId": key, "ImageId": instance.image_id, "InstanceType": instance.instance_type, **group}

        def processor(minute: int, key: str = key) -> list[Sample]:
            load = environment.loads[key]
            return [(load.wobble(minute, load.cpu), 1)]

        def memory(minute: int, key: str = key) -> list[Sample]:
            load = environment.loads[key]
            return [(load.wobble(minute, load.memory), 1)]

        made[metric("AWS/EC2", "CPUUtilization", InstanceId=key)] = Computed(processor, "Percent")
        made[metric("AWS/EC2", "StatusCheckFailed", InstanceId=key)] = Computed(lambda _: [(0.0, 1)], "Count")
        made[metric("CWAgent", "mem_used_percent", **agent)] = Computed(memory, "Percent")

    def fleet(minute: int) -> list[Sample]:
        return [(environment.loads[key].wobble(minute, environment.loads[key].cpu), 1) for key in environment.green]

    made[metric("AWS/EC2", "CPUUtilization", **group)] = Computed(fleet, "Percent")
    return made


def _canary(environment: "Environment") -> dict[Metric, Computed]:
    def success(minute: int) -> list[Sample]:
        runs = environment.canary
        every = int(runs.every.total_seconds() // 60)
        return [(100.0 if runs.state == "PASSED" else 0.0, 1)] if minute % every == 0 else []

    name = {"CanaryName": environment.canary_name}
    return {metric("CloudWatchSynthetics", "SuccessPercent", **name): Computed(success, "Percent")}
