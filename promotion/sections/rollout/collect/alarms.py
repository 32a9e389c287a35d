"""Prod's alarms during a rollout, and what became of them until a moment of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from promotion.clients.aws.account import Account
from promotion.clients.aws.cloudwatch.alarm_history import AlarmHistoryReader, History, join, older_settings
from promotion.clients.aws.cloudwatch.alarm_history import parse_history as read_history
from promotion.clients.aws.cloudwatch.alarms import AlarmsLook, described_alarms, listed_alarms, name_of, place_of
from promotion.clients.aws.deployment_group import DeploymentGroup
from promotion.sections.observability.alarms.activity import alive_during
from promotion.sections.observability.alarms.judgement import AlarmHistory
from promotion.sections.observability.alarms.judgement import WatchedDeployment as AlarmWatch
from promotion.sections.observability.dashboards.body import parse_dashboard as read_dashboard
from promotion.sections.rollout.watch import RolloutAlarms
from promotion.settings import Settings


def prod_alarms(
    settings: Settings,
    account: Account,
    groups: Mapping[str, DeploymentGroup],
    dashboard: Callable[[], str | None],
    t0: datetime,
    now: datetime,
) -> RolloutAlarms:
    """Read prod's alarms and all that happened to them since T0. `dashboard` gives the body of prod's, if there is one."""
    declared = settings.prod.alarms
    if declared.names or declared.prefix:
        names = list(declared.names)
    else:
        names = [name for target in settings.prod.targets for name in groups[target].alarms]
        body = dashboard()
        if body is not None:
            here = (account.region, account.account)
            arns = read_dashboard(body, *here).alarms
            names += [name for arn in arns if (name := name_of(arn)) and place_of(arn) == here]
    found = {one.name: one for one in described_alarms(account, names)}
    if declared.prefix:
        found |= {one.name: one for one in listed_alarms(account, declared.prefix)}
    # The window ends with the look: what an alarm does later because of it is seen at the next one.
    alarms = tuple(replace(one, lag=timedelta(0)) for one in found.values())
    look = AlarmsLook(tuple(dict.fromkeys(names)), alarms, declared.prefix)
    ask, known = AlarmHistoryReader(account), set(look.names)
    items = [
        item
        for item in ask.between(t0, now)
        if item["AlarmName"] in known or (declared.prefix and item["AlarmName"].startswith(declared.prefix))
    ]
    inside = read_history(items)
    return RolloutAlarms(look, AlarmHistory((), join([inside, *older_settings(ask, inside)]), {}, {}, now))


def alarms_until(
    read: RolloutAlarms, account: Account, deployments: str, t0: datetime, moment: datetime
) -> RolloutAlarms:
    """Take what happened to alarms until a moment; `deployments` says what they were watched for."""
    look, known = read.look, read.history
    watch = AlarmWatch(deployments, t0, moment)
    before = {f"{deployments} {alarm}": state for alarm, state in _states_at(moment, known.history).items()}
    history = replace(known, watches=(watch,), before=before, looked=max(known.looked, moment))
    return RolloutAlarms(look, replace(history, alive=alive_during(account, look, history)))


def _states_at(moment: datetime, history: History) -> dict[str, str]:
    """Give the state that alarms were in at a moment by their next change, where nothing happened to them before."""
    found: dict[str, str] = {}
    changed = {one.alarm for one in history.states if one.when <= moment}
    for one in history.states:
        if one.when > moment and one.alarm not in changed:
            found.setdefault(one.alarm, one.old)
    return found
