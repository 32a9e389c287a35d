"""Whether the alarms of a deployment group would stop a bad deployment in time.

Sources: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_AlarmConfiguration.html (ten alarms; what happens
when they cannot be read), https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-create-alarms.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html (missing data, percentiles and
low samples), https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_CompositeAlarm.html.
"""

from collections.abc import Sequence

from promotion.clients.aws.cloudwatch.alarms import ALARM, INSUFFICIENT
from promotion.clients.aws.cloudwatch.query import Metric
from promotion.clients.aws.deployment_group import DeploymentGroup
from promotion.core.findings import Findings
from promotion.sections.observability.alarms.lifecycle import companion, is_sparse
from promotion.sections.observability.dashboards.signals import Balanced
from promotion.sections.observability.evaluator.synthetic import Service
from promotion.sections.rollback.alarm import StoppingAlarm, StoppingAlarms, Together
from promotion.sections.rollback.firing import fired_together, judge_firing, try_alarms, unevaluable
from promotion.sections.rollback.required_metrics import RequiredMetric, aside, places
from promotion.settings.environment import Target
from promotion.settings.rollback import RollbackAlarms
from promotion.unknown import Reason, Unknown

MOST = 10
"""How many alarms CodeDeploy takes."""


def judge_stopping_alarms(
    group: DeploymentGroup,
    look: StoppingAlarms,
    target: Target,
    balanced: Balanced | None,
    wanted: RollbackAlarms,
    service: Service,
) -> Findings:
    """Say what keeps the alarms of a group from stopping a deployment to a target."""
    findings, open_ended = Findings(), unevaluable(look, service)
    together = fired_together(look, service), fired_together(look, service, open_ended)
    _configuration(group, findings)
    firing, unread = list[StoppingAlarm](), list[str]()
    for name in group.alarms:
        one = look.by_name.get(name)
        if one is None:
            findings.problems.append(
                f"alarm {name}, which {group.name} names, does not exist: create it, or, if it is a composite "
                "alarm, allow cloudwatch:DescribeAlarms on * so that the gate can see it"
            )
            continue
        _state(one, look, balanced, findings)
        try:
            firing += _behind(one, look, together, open_ended, findings)
        except Unknown as strange:
            findings.doubt(strange.reason, strange.message)
            unread.append(name)
    firing = [*{one.alarm.name: one for one in firing}.values()]
    needed = tuple(places(target, balanced, wanted))
    judge_firing(firing, try_alarms(firing, service), needed, service, findings)
    for one in firing:
        _in_time(one, wanted, findings)
        for metric in one.alarm.metrics:
            if beside := aside(metric, target, balanced):
                findings.problems.append(
                    f"alarm {one.alarm.name} watches {beside}: set its dimensions to what is in service, or remove "
                    f"it from {group.name}"
                )
    if not unread:
        _coverage(group, firing, needed, findings)
    findings.say_once()
    return findings


def _configuration(group: DeploymentGroup, findings: Findings) -> None:
    if not group.alarms:
        findings.problems.append(
            f"{group.name} names no alarm, so none can stop a deployment: add the ones that should"
        )
    elif not group.alarms_enabled:
        findings.problems.append(
            f"{group.name} names {len(group.alarms)} alarms, but its alarm configuration is disabled: enable it"
        )
    if group.ignores_unreadable_alarms:
        findings.problems.append(
            f"{group.name} continues a deployment when it cannot read its alarms (ignorePollAlarmFailure), "
            "expected it to stop: disable that"
        )
    if len(group.alarms) > MOST:
        findings.problems.append(
            f"{group.name} names {len(group.alarms)} alarms, but CodeDeploy accepts {MOST}: combine some in a "
            "composite alarm"
        )


def _behind(
    one: StoppingAlarm,
    look: StoppingAlarms,
    together: tuple[Together, Together],
    open_ended: frozenset[str],
    findings: Findings,
) -> tuple[StoppingAlarm, ...]:
    """Give the metric alarms by which this alarm fires.

    Raises Unknown, not-supported, where that hangs on alarms that cannot be evaluated: `together` is without and with them.
    """
    if not one.is_composite:
        return (one,)
    if missing := look.missing_behind(one.alarm.name):
        findings.problems.append(
            f"the composite alarm {one.alarm.name} refers to {', '.join(missing)}, which does not exist: create "
            "it, or correct the rule"
        )
    found, otherwise = (look.sets_off(one.alarm.name, each) for each in together)
    if found != otherwise:
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"whether the composite alarm {one.alarm.name} fires depends on {', '.join(sorted(open_ended))}, which cannot be "
            f"evaluated here ({one.rule}): use an alarm with a fixed threshold in its place",
        )
    if not found:
        red = look.red_behind(one.alarm.name)
        because = f", as {', '.join(red)} is in ALARM already" if red else ""
        findings.problems.append(
            f"no metric alarm sets off the composite alarm {one.alarm.name} in the present states{because} "
            f"({one.rule}): correct its rule, or end what holds it back"
        )
    return found


def _state(one: StoppingAlarm, look: StoppingAlarms, balanced: Balanced | None, findings: Findings) -> None:
    alarm, suppressor = one.alarm, look.by_name.get(one.suppressor)
    if alarm.state == ALARM:
        findings.problems.append(
            f"alarm {alarm.name} has been in ALARM since {alarm.transitioned:%Y-%m-%d %H:%M}Z, so CodeDeploy would "
            "stop any deployment: find and fix the cause"
        )
    if not alarm.actions_enabled:
        # CodeDeploy asks for the state and does without the actions; the people whom they call do not.
        findings.problems.append(
            f"the actions of alarm {alarm.name} are disabled: CodeDeploy still sees its state, but nobody is "
            "notified; enable them"
        )
    if one.suppressed_by or (suppressor is not None and suppressor.alarm.state == ALARM):
        by = f" by {one.suppressor}" if one.suppressor else ""
        findings.problems.append(
            f"the actions of alarm {alarm.name} are suppressed{by} now, expected none to be: end what suppresses them"
        )
    elif one.suppressor:
        findings.said.append(f"{one.suppressor} may suppress the actions of alarm {alarm.name}")
    if alarm.trouble:
        findings.doubt(
            Reason.NO_DATA,
            f"CloudWatch cannot evaluate alarm {alarm.name} ({alarm.trouble}): check it in the console",
        )
    if alarm.state == INSUFFICIENT and not _may_be_silent(one, balanced):
        findings.problems.append(
            f"alarm {alarm.name} has had insufficient data since {alarm.transitioned:%Y-%m-%d %H:%M}Z (missing "
            f"data is treated as {alarm.treat_missing}), although its metric must have data: check its namespace, "
            "metric and dimensions"
        )


def _may_be_silent(one: StoppingAlarm, balanced: Balanced | None) -> bool:
    """Whether no data is what one sees when all is well: no errors, or a target group that nobody asks."""
    if one.alarm.treat_missing not in ("missing", "ignore") or not one.alarm.metrics:
        return False

    def silent(metric: Metric) -> bool:
        idle = balanced is not None and balanced.idle(metric) != ""
        return is_sparse(metric) or (idle and (companion(metric) is not None or metric.name.endswith("HostCount")))

    return all(silent(metric) for metric in one.alarm.metrics)


def _in_time(one: StoppingAlarm, wanted: RollbackAlarms, findings: Findings) -> None:
    if one.seconds > wanted.reaction_seconds:
        findings.problems.append(
            f"alarm {one.alarm.name} fires after {one.datapoints} × {one.period} s = {one.seconds} s, expected at "
            f"most {wanted.reaction_seconds} s, or the canary ends before it: shorten its period or its datapoints "
            "to alarm"
        )


def _coverage(
    group: DeploymentGroup,
    firing: list[StoppingAlarm],
    needed: Sequence[RequiredMetric],
    findings: Findings,
) -> None:
    if not group.alarms:
        return
    metrics = [metric for one in firing for metric in one.alarm.metrics]
    unseen = [place.name for place in needed if not any(place.is_watched_by(metric) for metric in metrics)]
    if unseen:
        findings.problems.append(
            f"no alarm of {group.name} watches {'; '.join(unseen)}: add one, or change `rollback.alarms`"
        )
