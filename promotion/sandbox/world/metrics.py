"""The metrics of an environment, computed from its traffic when they are asked for.

Names, dimensions and units are those of the services: https://docs.aws.amazon.com/lambda/latest/dg/
monitoring-metrics-types.html, https://docs.aws.amazon.com/elasticloadbalancing/latest/application/
load-balancer-cloudwatch-metrics.html (counts of errors come only when there are any; response times are in seconds).
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from promotion.sandbox.fills.metrics import Computed, Metric, Sample, computed, metric
from promotion.sandbox.world.api_metrics import api_metrics
from promotion.sandbox.world.names import ALIAS, FUNCTION
from promotion.sandbox.world.traffic import Flow, binary

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
    for make in (_function, api_metrics, _balancer, _instances, _canary):
        made.update(make(environment))


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
        for name, samples, unit in _function_metrics(flow, part, dimensions.get("ExecutedVersion")):
            made[metric("AWS/Lambda", name, **dimensions)] = Computed(samples, unit)
    for dimensions, part in views[:2]:
        made[metric("AWS/Lambda", "Throttles", **dimensions)] = Computed(_throttles(flow, part), "Count")
    return made


def _function_metrics(flow: Flow, part: Part, version: str | None) -> list[tuple[str, Samples, str]]:
    """Give the metrics of a function, or of one version of it. What it answers itself, 500 too, is no error of it."""

    def invoked(minute: int) -> tuple[Flow, int, int]:
        knobs, count = _of(flow, minute, part)
        return knobs, count, count - knobs.share(minute, count, knobs.refused)

    def invocations(minute: int) -> list[Sample]:
        _, _, done = invoked(minute)
        done += len(flow.live.served(minute, version))
        return [(1.0, done)] if done else []

    def errors(minute: int) -> list[Sample]:
        knobs, count, done = invoked(minute)
        return binary(done + len(flow.live.served(minute, version)), knobs.share(minute, count, knobs.errors))

    def duration(minute: int) -> list[Sample]:
        knobs, _, done = invoked(minute)
        live = [one.ms for one in flow.live.served(minute, version)]
        return [(ms, 1) for ms in (*knobs.took(minute, done), *live)]

    def concurrency(minute: int) -> list[Sample]:
        _, count = _of(flow, minute, part)
        count += len(flow.live.served(minute, version))
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
        return binary(count + len(flow.live.served(minute)), knobs.share(minute, count, knobs.refused))

    return throttles


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

        for name, samples, unit in _target_metrics(flow, part, live=colour != "blue"):
            put(name, samples, unit, **group)
        if colour:
            for name, healthy in (("HealthyHostCount", True), ("UnHealthyHostCount", False)):
                put(name, _hosts(environment, colour, healthy=healthy), "Count", **group)

    def refused(minute: int) -> list[Sample]:
        knobs = flow.at(minute)
        count = knobs.share(minute, knobs.count(minute), knobs.refused) + flow.live.turned_away(minute)
        return [(1.0, count)] if count else []

    for name in ("HTTPCode_ELB_5XX_Count", "HTTPCode_ELB_503_Count"):
        put(name, refused, "Count")
    return made


def _target_metrics(flow: Flow, part: Part, *, live: bool) -> list[tuple[str, Samples, str]]:
    """Give the metrics of a target group, or of all. `live` tells whether live requests go there."""

    def reached(minute: int) -> tuple[Flow, int]:
        knobs, count = _of(flow, minute, part)
        return knobs, count - knobs.share(minute, count, knobs.refused)

    def answered(minute: int, family: int) -> int:
        return flow.live.answered(minute, family) if live else 0

    def failed(name: str, family: int) -> Samples:
        def samples(minute: int) -> list[Sample]:
            knobs, count = reached(minute)
            hits = knobs.share(minute, count, getattr(knobs, name)) + answered(minute, family)
            return [(1.0, hits)] if hits else []

        return samples

    def succeeded(minute: int) -> list[Sample]:
        knobs, count = reached(minute)
        hits = count - sum(knobs.share(minute, count, share) for share in (knobs.errors, knobs.client_errors))
        hits += answered(minute, 200)
        return [(1.0, hits)] if hits > 0 else []

    def requests(minute: int) -> list[Sample]:
        _, count = reached(minute)
        count += len(flow.live.served(minute)) if live else 0
        return [(1.0, count)] if count else []

    def response_time(minute: int) -> list[Sample]:
        knobs, count = reached(minute)
        own = [one.ms for one in flow.live.served(minute)] if live else []
        return [(round(ms / 1000, 6), 1) for ms in (*knobs.took(minute, count), *own)]

    return [
        ("RequestCount", requests, "Count"),
        ("TargetResponseTime", response_time, "Seconds"),
        ("HTTPCode_Target_2XX_Count", succeeded, "Count"),
        ("HTTPCode_Target_4XX_Count", failed("client_errors", 400), "Count"),
        ("HTTPCode_Target_5XX_Count", failed("errors", 500), "Count"),
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
