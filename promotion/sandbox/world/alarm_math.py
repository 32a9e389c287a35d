"""Alarms on expressions over the errors and invocations of the function's alias."""

from typing import TYPE_CHECKING, Any

from promotion.sandbox.moto_patches.alarm_history import history
from promotion.sandbox.world.names import ALIAS, FUNCTION
from promotion.sandbox.world.watch import OVER, settle

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Environment


def put_by_math(
    environment: "Environment",
    short: str,
    expression: str,
    threshold: float | None,
    *more: tuple[str, str],
    comparison: str = OVER,
) -> None:
    """Make an alarm on an expression over m1, the errors, and m2, the invocations of the alias; it has been in OK for long.

    `more` are ids and expressions that are not returned; without a threshold, the expression is a band around m1.
    """
    dimensions = [{"Name": "FunctionName", "Value": FUNCTION}, {"Name": "Resource", "Value": f"{FUNCTION}:{ALIAS}"}]
    metrics: list[dict[str, Any]] = [{"Id": "e1", "Expression": expression, "ReturnData": True}]
    metrics += [{"Id": key, "Expression": text, "ReturnData": False} for key, text in more]
    for key, metric in (("m1", "Errors"), ("m2", "Invocations")):
        measured = {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": dimensions}
        returned = threshold is None and key == "m1"
        metrics.append(
            {"Id": key, "ReturnData": returned, "MetricStat": {"Metric": measured, "Period": 60, "Stat": "Sum"}}
        )
    held: dict[str, Any] = {"ThresholdMetricId": "e1"} if threshold is None else {"Threshold": float(threshold)}
    name = f"shop-{environment.name}-{short}"
    before = len(history(environment.backend("cloudwatch")))
    environment.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        EvaluationPeriods=1,
        DatapointsToAlarm=1,
        ComparisonOperator=comparison,
        TreatMissingData="notBreaching",
        Metrics=metrics,
        **held,
    )
    del history(environment.backend("cloudwatch"))[before:]
    settle(environment, name)
