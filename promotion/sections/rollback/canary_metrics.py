"""Whether what the watch of a rollout will read is there: per version, per instance, every minute.

Which metrics come for a version behind an alias: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics.html
(`ExecutedVersion`, of a weighted alias). Every five or every minute:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-detailed-monitoring.html.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from promotion.clients.aws.cloudwatch.query import Metric, Query
from promotion.clients.aws.cloudwatch.series import MetricsLook, Series
from promotion.clients.aws.ec2 import Instance
from promotion.clients.aws.functions import LambdaVersion
from promotion.core.findings import Findings
from promotion.sections.observability.dashboards.signals import Balanced
from promotion.sections.observability.metrics.liveness import require_requests
from promotion.sections.observability.metrics.signals import BALANCER, LAMBDA, dimension, failures_of
from promotion.settings.environment import Ec2Target, LambdaTarget
from promotion.settings.rollback import Memory
from promotion.unknown import Reason, Unknown

PER_VERSION = ("Invocations", "Errors", "Duration")
"""What Lambda counts for each version behind an alias; throttled calls reach no version."""
CPU = "CPUUtilization"
REQUESTS_OF = "requests of "
"""Begins the keys of queries for the requests of target groups: of several for the same instances one may be hardly asked."""


@dataclass(frozen=True)
class CanaryLook:
    """What was measured in dev of one version while traffic was shifted to it."""

    deployment: str
    """In a few words."""
    version: str
    metrics: MetricsLook


@dataclass(frozen=True)
class LogLook:
    """Whether a log may be read."""

    group: str
    newest: datetime | None
    """Of the events that were shown; None if there were none."""
    missing: bool = False
    """Whether there is no such log group."""


def of_version(target: LambdaTarget, version: str) -> tuple[Query, ...]:
    """Ask for everything that is counted for one version behind the alias."""
    dimensions = {
        "FunctionName": target.function,
        "Resource": f"{target.function}:{target.alias}",
        "ExecutedVersion": version,
    }
    return tuple(Query(name, Metric(LAMBDA, name, dimensions), "SampleCount") for name in PER_VERSION)


def of_function(target: LambdaTarget) -> tuple[Query, ...]:
    """Ask for the requests of a function and of the API before it."""
    return tuple(Query(place.name, metric, "SampleCount") for place in failures_of(target) for metric in place.requests)


def of_fleet(balanced: Balanced, instances: Sequence[str], memory: Sequence[Metric]) -> tuple[Query, ...]:
    """Ask for the requests and hosts of each target group that serves, and the load of each instance."""
    whole = {"LoadBalancer": dimension(balanced.arn)}
    asked: list[Query] = []
    for name, arn in balanced.serving.items():
        group = {"TargetGroup": dimension(arn), **whole}
        asked.append(Query(f"{REQUESTS_OF}{name}", Metric(BALANCER, "RequestCount", group), "Sum"))
        asked.append(Query(f"hosts of {name}", Metric(BALANCER, "HealthyHostCount", group), "Minimum"))
    asked += [Query(f"CPU of {one}", Metric("AWS/EC2", CPU, {"InstanceId": one}), "Average") for one in instances]
    asked += [Query(f"memory of {one.dimensions['InstanceId']}", one, "Average") for one in memory]
    return tuple(asked)


def judge_canary(look: CanaryLook, findings: Findings) -> None:
    """Say which metrics of its own the newest version in dev had not while traffic was shifted to it."""
    silent = [name for name, series in look.metrics.series.items() if not _points(series, findings)]
    if silent and not findings.doubts:
        findings.problems.append(
            f"CloudWatch had no {', '.join(silent)} of version {look.version} separately while {look.deployment} "
            "shifted traffic to it, so the canary cannot be distinguished from the rest: use a canary in dev too, "
            "with some traffic"
        )


def judge_reports(versions: Iterable[LambdaVersion], findings: Findings) -> None:
    """Doubt that a canary can be watched by its reports where a version does not write one for each invocation."""
    for version in versions:
        if version.unreported:
            findings.doubt(Reason.NOT_SUPPORTED, version.unreported)


def judge_metrics(queries: Sequence[Query], look: MetricsLook, max_age: timedelta, findings: Findings) -> None:
    """Say which of the metrics are silent in prod now."""
    groups = [query for query in queries if query.key.startswith(REQUESTS_OF)]
    silent = [query.key for query in groups if not look.series[query.key].times]
    for query in queries:
        if query.key in silent and len(silent) < len(groups):
            findings.said.append(f"there are no {query.key}, although there are for others")
            continue
        try:
            require_requests(look.series[query.key].points(), query.metric.describe(), look.window, max_age)
        except Unknown as silence:
            if silence.reason not in (Reason.NO_DATA, Reason.STALE):
                findings.doubt(silence.reason, silence.message)
            else:
                findings.problems.append(f"{silence.message} ({query.key}); it is needed to judge the canary")


def judge_instances(target: Ec2Target, instances: Mapping[str, Instance], serving: Sequence[str]) -> Iterator[str]:
    """Say which instances are measured every five minutes alone."""
    basic = [name for name in serving if name not in instances or not instances[name].detailed_monitoring]
    if basic:
        yield (
            f"detailed monitoring is off on {', '.join(basic)} behind {target.load_balancer}, so their metrics "
            "come every five minutes, which is as long as a canary lasts: enable it in the launch template"
        )


def judge_memory(memory: Sequence[Metric], where: Memory, serving: Sequence[str]) -> Iterator[str]:
    """Say which instances do not publish how much memory is used."""
    found = {metric.dimensions.get("InstanceId") for metric in memory}
    if absent := [name for name in serving if name not in found]:
        yield (
            f"no metric {where.metric} of {where.namespace} has the dimension InstanceId of {', '.join(absent)}: "
            "configure the agent to append it, or set `rollback.memory`"
        )


def judge_log(look: LogLook) -> Iterator[str]:
    """Say that there is no log to read."""
    if look.missing:
        yield f"log group {look.group} does not exist in prod: check `logs` of its target"


def _points(series: Series, findings: Findings) -> bool:
    try:
        return bool(series.points())
    except Unknown as untold:
        findings.doubt(untold.reason, untold.message)
        return True
