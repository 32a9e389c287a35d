"""Which alarms of prod were in ALARM in a span of time. This module does I/O."""

from collections.abc import Mapping
from datetime import datetime

from promotion.clients.aws.account import Account
from promotion.clients.aws.cloudwatch.alarm_history import AlarmHistoryReader
from promotion.clients.aws.cloudwatch.alarm_history import parse_history as read_history
from promotion.clients.aws.cloudwatch.alarms import ALARM, described_alarms, listed_alarms
from promotion.clients.aws.deployment_group import DeploymentGroup
from promotion.sections.postdeploy.events import Fired
from promotion.settings import Settings
from promotion.unknown import Reason, Unknown


def alarms_fired(
    settings: Settings, account: Account, groups: Mapping[str, DeploymentGroup], since: datetime, until: datetime
) -> tuple[Fired, ...]:
    """Give the alarms of prod that were in ALARM in a span of time.

    Raises Unknown, not-declared, if there is none to look at, and no-data if one that is named is not there.
    """
    declared = settings.prod.alarms
    names = declared.names
    if not declared.names and not declared.prefix:
        names = tuple(dict.fromkeys(name for target in settings.prod.targets for name in groups[target].alarms))
    if not names and not declared.prefix:
        raise Unknown(
            Reason.NOT_DECLARED,
            "no alarm watches prod: declare [prod.alarms], or name alarms in the deployment groups",
        )
    return _fired(account, names, declared.prefix, since, until)


def _fired(account: Account, names: tuple[str, ...], prefix: str, since: datetime, now: datetime) -> tuple[Fired, ...]:
    found = [*described_alarms(account, names), *(listed_alarms(account, prefix) if prefix else ())]
    alarms = {one.name: one for one in found}
    if missing := [name for name in names if name not in alarms]:
        raise Unknown(
            Reason.NO_DATA,
            f"alarm {', '.join(missing)}, which a deployment group or [prod.alarms] names, does not exist, so it "
            "is unknown whether it fired: create it, or allow the gate's role to see it",
        )
    still = [one for one in alarms.values() if one.state == ALARM and one.transitioned <= now]
    fired = {one.name: Fired(one.name, None) for one in still}
    items = [
        item for item in AlarmHistoryReader(account).between(since, now, "StateUpdate") if item["AlarmName"] in alarms
    ]
    for change in reversed(read_history(items).states):
        if change.new == ALARM and change.when >= since:
            fired[change.alarm] = Fired(change.alarm, change.when)
    return tuple(fired[name] for name in sorted(fired))
