"""What watches an environment: its alarms with their history, and its dashboard."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.moto_patches.alarm_history import configured, history, moved
from promotion.sandbox.world.api_metrics import api_dimensions, error_names
from promotion.sandbox.world.model import ago
from promotion.sandbox.world.names import ALIAS, EC2_LOGS, FUNCTION, LAMBDA_LOGS, REGION
from promotion.sandbox.world.network import INSTANCES

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Environment

OVER = "GreaterThanThreshold"
MADE_DAYS_AGO = 200
CHECKED_DAYS_AGO = 12
"""When the alarms last changed their state for good: within the two weeks that CloudWatch keeps their history."""


@dataclass(frozen=True)
class _Alarm:
    """One alarm: it looks every minute, and missing data is not a breach unless said otherwise."""

    name: str
    namespace: str
    metric: str
    dimensions: dict[str, str]
    threshold: float
    statistic: str = "Sum"
    points: int = 1
    missing: str = "notBreaching"
    more: dict[str, Any] = field(default_factory=dict)


def _alarms(environment: "Environment") -> Iterator[_Alarm]:
    alias = {"FunctionName": FUNCTION, "Resource": f"{FUNCTION}:{ALIAS}"}
    balancer = {"LoadBalancer": environment.load_balancer.partition("loadbalancer/")[2]}
    yield _Alarm("lambda-errors", "AWS/Lambda", "Errors", alias, 1)
    yield _Alarm("lambda-throttles", "AWS/Lambda", "Throttles", alias, 0)
    slow = {"more": {"evaluate_low_sample_count_percentile": "evaluate"}}
    yield _Alarm("lambda-duration", "AWS/Lambda", "Duration", alias, 1000, "p99", 2, **slow)  # type: ignore[arg-type]
    yield _Alarm("api-5xx", "AWS/ApiGateway", error_names(environment)[1], api_dimensions(environment), 1)
    yield _Alarm("alb-5xx", "AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", balancer, 1)
    for short, arn in environment.target_groups.items():
        group = {"TargetGroup": arn.rpartition(":")[2], **balancer}
        suffix = suffix_of(short)
        yield _Alarm(f"alb-target-5xx{suffix}", "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", group, 1)
        yield _Alarm(f"alb-unhealthy-hosts{suffix}", "AWS/ApplicationELB", "UnHealthyHostCount", group, 0, "Maximum")
        yield _Alarm(
            f"alb-response-time{suffix}", "AWS/ApplicationELB", "TargetResponseTime", group, 0.5, "p99", 2,
            **slow,  # type: ignore[arg-type]
        )  # fmt: skip
    for number, key in enumerate(environment.green, start=1):
        instance = {"InstanceId": key}
        yield _Alarm(f"cpu-{number}", "AWS/EC2", "CPUUtilization", instance, 80, "Average", 2, "breaching")


def suffix_of(group: str) -> str:
    """Give what the names of alarms on a target group end in, by its short name."""
    return "" if group in {INSTANCES, "green"} else f"-{group}"


def set_alarms(environment: "Environment") -> None:
    """Make the alarms, which have all been in OK for long, and one that looks at all of them."""
    cloudwatch = environment.backend("cloudwatch")
    for alarm in _alarms(environment):
        _put(environment, alarm)
    environment.client("cloudwatch").put_composite_alarm(
        AlarmName=f"shop-{environment.name}-unwell",
        AlarmRule=rule_of(cloudwatch.alarms),
        AlarmActions=[_topic(environment)],
    )
    history(cloudwatch).clear()
    for name in cloudwatch.alarms:
        settle(environment, name)
    flapped = f"shop-{environment.name}-lambda-duration"
    turn(environment, flapped, "ALARM", ago(days=6, minutes=4))
    turn(environment, flapped, "OK", ago(days=6))


def add_alarms(environment: "Environment") -> None:
    """Make the alarms that there are not yet, which have been in OK for long as well, and have "unwell" look at them."""
    cloudwatch = environment.backend("cloudwatch")
    for alarm in _alarms(environment):
        name = f"shop-{environment.name}-{alarm.name}"
        if name not in cloudwatch.alarms:
            known = len(history(cloudwatch))
            _put(environment, alarm)
            del history(cloudwatch)[known:]
            settle(environment, name)
    environment.alarm("unwell").rule = rule_of(name for name, one in cloudwatch.alarms.items() if one.rule is None)


def rule_of(names: Iterable[str]) -> str:
    """Write the rule of a composite alarm that goes off when any of these does."""
    return " OR ".join(f'ALARM("{name}")' for name in names)


def _put(environment: "Environment", alarm: _Alarm) -> None:
    percentile = alarm.statistic.startswith("p")
    environment.backend("cloudwatch").put_metric_alarm(
        name=f"shop-{environment.name}-{alarm.name}",
        namespace=alarm.namespace,
        metric_name=alarm.metric,
        dimensions=[{"Name": name, "Value": value} for name, value in alarm.dimensions.items()],
        comparison_operator=OVER,
        evaluation_periods=alarm.points,
        datapoints_to_alarm=alarm.points,
        period=60,
        threshold=float(alarm.threshold),
        statistic=None if percentile else alarm.statistic,
        extended_statistic=alarm.statistic if percentile else None,
        description=f"{alarm.metric} of {environment.name}",
        alarm_actions=[_topic(environment)],
        ok_actions=[_topic(environment)],
        treat_missing_data=alarm.missing,
        **alarm.more,
    )


def settle(environment: "Environment", name: str) -> None:
    """Let an alarm have been made long ago, and have been in OK since."""
    cloudwatch = environment.backend("cloudwatch")
    alarm, made = cloudwatch.alarms[name], ago(days=MADE_DAYS_AGO)
    configured(cloudwatch, alarm, "Create", made)
    alarm.configuration_updated_timestamp = made
    turn(environment, name, "OK", ago(days=CHECKED_DAYS_AGO))


def _topic(environment: "Environment") -> str:
    return f"arn:aws:sns:{REGION}:{environment.id}:shop-on-call"


def turn(environment: "Environment", name: str, state: str, when: datetime, reason: str | None = None) -> None:
    """Let an alarm have changed its state at a moment, UTC without a zone, with the trace that this leaves."""
    cloudwatch = environment.backend("cloudwatch")
    alarm = cloudwatch.alarms[name]
    old = {"stateValue": alarm.state_value, "stateReason": alarm.state_reason}
    crossed = {"OK": "was not greater than", "ALARM": "was greater than"}.get(state)
    value = (alarm.threshold or 0) + (1 if state == "ALARM" else -1)
    point = f"[{max(value, 0)} ({when:%d/%m/%y %H:%M:00})]"
    told = f"Threshold Crossed: 1 datapoint {point} {crossed} the threshold ({alarm.threshold})."
    alarm.state_value = state
    alarm.state_reason = reason or (told if crossed else "Insufficient Data: 1 datapoint was unknown.")
    alarm.state_reason_data = json.dumps(_reason_data(alarm, value, when)) if alarm.rule is None else None
    alarm.state_updated_timestamp = alarm.state_transitioned_timestamp = when
    moved(cloudwatch, alarm, old, when)


def _reason_data(alarm: Any, value: float, when: datetime) -> dict[str, Any]:
    queried = when.isoformat(timespec="milliseconds") + "+0000"
    started = (when - timedelta(minutes=2)).isoformat(timespec="milliseconds") + "+0000"
    return {
        "version": "1.0",
        "queryDate": queried,
        "startDate": started,
        "statistic": alarm.extended_statistic or alarm.statistic,
        "period": alarm.period,
        "recentDatapoints": [max(value, 0)],
        "threshold": alarm.threshold,
    }


def draw_dashboard(environment: "Environment") -> None:
    """Make the dashboard, with the shorthand that people write dashboards in."""
    environment.backend("cloudwatch").put_dashboard(
        f"shop-{environment.name}", json.dumps({"widgets": _widgets(environment)})
    )


def _widgets(environment: "Environment") -> list[dict[str, Any]]:
    balancer = environment.load_balancer.partition("loadbalancer/")[2]
    groups = [arn.rpartition(":")[2] for arn in environment.groups_of(environment.serving)]
    first, second = environment.fleet
    resource = ["FunctionName", FUNCTION, "Resource", f"{FUNCTION}:{ALIAS}"]
    api = [part for pair in api_dimensions(environment).items() for part in pair]
    missed, failures = error_names(environment)
    alb, *more = (["TargetGroup", group, "LoadBalancer", balancer] for group in groups)
    memory = ["InstanceId", first, "ImageId", environment.instance(first).image_id,
              "InstanceType", environment.instance(first).instance_type,
              "AutoScalingGroupName", environment.scaling_group]  # fmt: skip
    graphs = (
        ("Lambda duration", [["AWS/Lambda", "Duration", *resource, {"stat": "p99"}], ["...", {"stat": "p50"}]], 1000),
        ("Lambda errors", [["AWS/Lambda", "Errors", *resource, {"stat": "Sum"}],
                           [".", "Throttles", ".", ".", ".", ".", {"stat": "Sum"}]], 5),
        ("Lambda invocations", [["AWS/Lambda", "Invocations", *resource, {"stat": "Sum"}]], None),
        ("API errors", [["AWS/ApiGateway", failures, *api, {"stat": "Sum"}]], 5),
        ("API requests", [["AWS/ApiGateway", "Count", *api, {"stat": "Sum"}],
                          [".", missed, ".", ".", ".", ".", {"stat": "Sum"}]], None),
        ("API latency", [["AWS/ApiGateway", "Latency", *api, {"stat": "p99"}]], 1000),
        ("Response time", [["AWS/ApplicationELB", "TargetResponseTime", *one, {"stat": "p99"}]
                           for one in (alb, *more)], 0.5),
        ("ALB errors", [["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", *alb, {"stat": "Sum"}],
                        [".", "HTTPCode_ELB_5XX_Count", "LoadBalancer", balancer, {"stat": "Sum"}],
                        *(["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", *one, {"stat": "Sum"}] for one in more)],
         5),
        ("ALB requests", [["AWS/ApplicationELB", "RequestCount", *alb, {"stat": "Sum"}]], None),
        ("Hosts", [["AWS/ApplicationELB", "HealthyHostCount", *alb, {"stat": "Minimum"}],
                   [".", "UnHealthyHostCount", ".", ".", ".", ".", {"stat": "Maximum"}],
                   *(["AWS/ApplicationELB", "HealthyHostCount", *one, {"stat": "Minimum"}] for one in more)], None),
        ("CPU", [["AWS/EC2", "CPUUtilization", "InstanceId", first, {"stat": "Average"}],
                 ["...", second, {"stat": "Average"}]], 80),
        ("Memory", [["CWAgent", "mem_used_percent", *memory, {"stat": "Average"}],
                    [".", ".", ".", second, ".", ".", ".", ".", ".", ".", {"stat": "Average"}]], 85),
    )  # fmt: skip
    widgets = [
        _widget("text", place=0, markdown=f"# shop in {environment.name}"),
        _widget("alarm", place=1, title="Alarms", alarms=_arns(environment)),
    ]
    for place, (title, metrics, limit) in enumerate(graphs, start=2):
        marks = {"horizontal": [{"label": "limit", "value": limit, "fill": "above"}]} if limit is not None else {}
        widgets.append(
            _widget("metric", place, title=title, metrics=metrics, annotations=marks, period=60, view="timeSeries")
        )
    query = (
        f"SOURCE '{LAMBDA_LOGS}' | SOURCE '{EC2_LOGS}' | fields @timestamp, @message | sort @timestamp desc | limit 20"
    )
    widgets.append(_widget("log", len(graphs) + 2, title="Newest lines", query=query, view="table"))
    return widgets


def _widget(kind: str, place: int, **properties: Any) -> dict[str, Any]:
    if kind != "text":
        properties["region"] = REGION
    return {
        "type": kind,
        "x": 8 * (place % 3),
        "y": 6 * (place // 3),
        "width": 8,
        "height": 6,
        "properties": properties,
    }


def _arns(environment: "Environment") -> list[str]:
    return [alarm.alarm_arn for alarm in environment.backend("cloudwatch").alarms.values()]
