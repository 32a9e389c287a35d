"""CloudWatch alarms: how they start, how they are listed, and composite ones.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""

from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterValue, ValidationError
from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from promotion.sandbox.moto_patches import amends, operation
from promotion.sandbox.moto_patches.paging import page
from promotion.sandbox.moto_patches.statistics import known

PAGE = 50


@amends(Alarm, "__init__")
def unchecked(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
    """Let a new alarm not know its state yet."""
    original(self, *args, **kwargs)
    self.state_value = "INSUFFICIENT_DATA"
    self.state_transitioned_timestamp = self.state_updated_timestamp


@amends(Alarm, "update_state")
def transition(original: Any, self: Any, reason: str, reason_data: str, state_value: str) -> None:
    """Note when the state changed, which is not each time it was found again."""
    before = self.state_value
    original(self, reason, reason_data, state_value)
    if state_value != before:
        self.state_transitioned_timestamp = self.state_updated_timestamp


@amends(CloudWatchBackend, "put_metric_alarm")
def same_state(original: Any, self: Any, name: str, **more: Any) -> Any:
    """Leave the state of an alarm that is changed, and take every statistic that CloudWatch takes."""
    before, extended = self.alarms.get(name), more.get("extended_statistic")
    if extended and not known(extended):
        raise InvalidParameterValue(f"The value {extended} for parameter ExtendedStatistic is not supported.")
    alarm = original(self, name=name, **{**more, "extended_statistic": None})
    alarm.extended_statistic = extended
    if before:
        for part in ("reason", "reason_data", "value", "updated_timestamp", "transitioned_timestamp"):
            setattr(alarm, f"state_{part}", getattr(before, f"state_{part}"))
    return alarm


@operation(CloudWatchResponse)
def PutCompositeAlarm(backend: Any, ask: Any) -> dict[str, Any]:
    """Make an alarm of other alarms; nothing evaluates its rule here."""
    alarm = backend.put_metric_alarm(
        name=ask("AlarmName"),
        namespace=None,
        metric_name=None,
        comparison_operator=None,
        evaluation_periods=None,
        period=None,
        threshold=None,
        statistic=None,
        description=ask("AlarmDescription"),
        dimensions=[],
        alarm_actions=ask("AlarmActions") or [],
        ok_actions=ask("OKActions") or [],
        insufficient_data_actions=ask("InsufficientDataActions") or [],
        actions_enabled=ask("ActionsEnabled") is not False,
        rule=ask("AlarmRule"),
    )
    alarm.actions_suppressor = ask("ActionsSuppressor")
    alarm.actions_suppressor_wait_period = ask("ActionsSuppressorWaitPeriod")
    alarm.actions_suppressor_extension_period = ask("ActionsSuppressorExtensionPeriod")
    return {}


def kind(alarm: Any) -> str:
    """Tell whether an alarm is a MetricAlarm or a CompositeAlarm."""
    return "MetricAlarm" if alarm.rule is None else "CompositeAlarm"


def refuse_unknown_types(backend: Any, types: list[str]) -> None:
    """Refuse LogAlarm where a backend is `without_log_alarms`, as an endpoint is that is older than this type."""
    if vars(backend).get("without_log_alarms") and "LogAlarm" in types:
        raise ValidationError(
            "1 validation error detected: Value 'LogAlarm' at 'alarmTypes' failed to satisfy constraint: Member must satisfy "
            "enum value set: [CompositeAlarm, MetricAlarm]"
        )


@amends(CloudWatchResponse, "describe_alarms")
def in_pages(original: Any, self: Any) -> ActionResult:
    """List alarms by name, in pages; without AlarmTypes only metric alarms."""
    del original
    ask, alarms = self._get_param, self.cloudwatch_backend.alarms
    names, types = ask("AlarmNames"), ask("AlarmTypes") or ["MetricAlarm"]
    refuse_unknown_types(self.cloudwatch_backend, types)
    prefix, state, action = ask("AlarmNamePrefix") or "", ask("StateValue"), ask("ActionPrefix")
    fitting = [
        alarm
        for name, alarm in sorted(alarms.items())
        if kind(alarm) in types
        and (not names or name in names)
        and name.startswith(prefix)
        and state in {None, alarm.state_value}
        and (not action or any(arn.startswith(action) for arn in alarm.alarm_actions))
    ]
    found, token = page(fitting, ask("NextToken"), int(ask("MaxRecords") or PAGE))
    return ActionResult(
        {
            "MetricAlarms": [alarm for alarm in found if kind(alarm) == "MetricAlarm"],
            "CompositeAlarms": [alarm for alarm in found if kind(alarm) == "CompositeAlarm"],
            "NextToken": token,
        }
    )
