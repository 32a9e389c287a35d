"""The metrics that the CloudWatch agent on an instance publishes. The reader does I/O.

Which dimensions they have depends on how the agent is configured, so they are looked for and not guessed:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
(`append_dimensions`: ImageId, InstanceId, InstanceType, AutoScalingGroupName). But a new metric is listed up to 15 minutes
late, while its values can be had at once (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html).
So for an instance that is not listed yet, the dimensions are those of one that ran before it, with its own values in place of
the other's.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from promotion.clients.aws.account import Account
from promotion.clients.aws.cloudwatch.query import Metric
from promotion.clients.aws.ec2 import described_instances, tags_of
from promotion.clients.aws.pages import entries

Dimensions = Mapping[str, str]


def metrics_of_instances(
    account: Account, namespace: str, name: str, instances: Collection[str], like: Collection[str] = ()
) -> dict[str, Metric]:
    """Give the metric of that name that each instance publishes, by instance; those of which it cannot be told are left out.

    `like` are instances with the same agent that ran before them. Instances that are listed serve for it as well.
    """
    listed: dict[str, list[Dimensions]] = {}
    for told in entries(account, "cloudwatch", "list_metrics", "Metrics", Namespace=namespace, MetricName=name):
        dimensions = {one["Name"]: one["Value"] for one in told["Dimensions"]}
        if "InstanceId" in dimensions:
            listed.setdefault(dimensions["InstanceId"], []).append(dimensions)
    found = {one: Metric(namespace, name, listed[one][0]) for one in instances if one in listed}
    missing = [one for one in instances if one not in listed]
    known = {one: listed[one] for one in (*instances, *like) if one in listed}
    if missing and known:
        described = {one["InstanceId"]: values_of(one) for one in described_instances(account, [*missing, *known])}
        for one in missing:
            for its_own in derived(described.get(one, {}), known, described):
                found.setdefault(one, Metric(namespace, name, its_own))
    return found


def values_of(described: Mapping[str, Any]) -> dict[str, str]:
    """Give the values that the agent may append to the metrics of an instance, as DescribeInstances has them."""
    values = {
        "InstanceId": described["InstanceId"],
        "ImageId": described.get("ImageId"),
        "InstanceType": described.get("InstanceType"),
        "AutoScalingGroupName": tags_of(described).get("aws:autoscaling:groupName"),
    }
    return {name: str(value) for name, value in values.items() if value}


def derived(
    own: Dimensions, known: Mapping[str, Sequence[Dimensions]], described: Mapping[str, Dimensions]
) -> Iterator[Dimensions]:
    """Give the sets of dimensions that a metric of an instance must have, by those of others; none that is not certain.

    `own` are the instance's values; `known` the sets of others, `described` their values, each by instance. A set counts if
    the other's values explain it, and what else is in it is alike for all others.
    """
    if "InstanceId" not in own:
        return
    for instance, sets in known.items():
        values = described.get(instance, {"InstanceId": instance})
        for dimensions in sets:
            constant = {name: value for name, value in dimensions.items() if name not in _APPENDED}
            alike = all(any(constant.items() <= one.items() for one in others) for others in known.values())
            explained = all(
                values.get(name, dimensions[name]) == dimensions[name] for name in dimensions if name in _APPENDED
            )
            if alike and explained and all(name in own for name in dimensions if name in _APPENDED):
                yield {name: own[name] if name in _APPENDED else value for name, value in dimensions.items()}


_APPENDED = frozenset({"InstanceId", "ImageId", "InstanceType", "AutoScalingGroupName"})
