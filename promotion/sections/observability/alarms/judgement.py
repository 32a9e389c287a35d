"""Whether alarms were quiet while something was deployed, and whether they would have spoken."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from promotion.clients.aws.cloudwatch.alarm_history import History
from promotion.clients.aws.cloudwatch.alarms import ALARM, INSUFFICIENT, OK, REACTION, Alarm, AlarmsLook
from promotion.core.findings import Findings
from promotion.sections.observability.alarms.changes import judge_changes
from promotion.sections.observability.alarms.lifecycle import companion, is_sparse
from promotion.sections.observability.alarms.state_history import Spell, rebuild
from promotion.unknown import Reason, Unknown


@dataclass(frozen=True)
class WatchedDeployment:
    """A deployment that alarms should have watched, or several at the same time."""

    deployments: str
    """In a few words: `d-1 of lambda and d-2 of ec2`."""
    start: datetime
    end: datetime
    """Without the time that alarms need to react."""


@dataclass(frozen=True)
class AlarmHistory:
    """What alarms did while each target was deployed."""

    watches: tuple[WatchedDeployment, ...]
    history: History
    """Everything inside the windows, and the newest item before where that was looked for."""
    before: Mapping[str, str]
    """State of an alarm by the newest item before the window, by `deployments alarm`."""
    alive: Mapping[str, bool]
    """Whether requests were counted on the dimensions of an alarm's metric, by `deployments alarm`."""
    looked: datetime
    """When the history was read: nothing later is known."""


def together(watches: Iterable[WatchedDeployment]) -> tuple[WatchedDeployment, ...]:
    """Put deployments that went on at the same time together: an alarm speaks of all of them."""
    found: list[WatchedDeployment] = []
    for watch in sorted(watches, key=lambda watch: watch.start):
        if found and watch.start <= found[-1].end:
            both = f"{found[-1].deployments} and {watch.deployments}"
            found[-1] = WatchedDeployment(both, found[-1].start, max(found[-1].end, watch.end))
        else:
            found.append(watch)
    return tuple(found)


def window_of(alarm: Alarm | None, look: AlarmsLook, watch: WatchedDeployment) -> tuple[datetime, datetime]:
    """Give the time in which an alarm may have fired because of a deployment.

    That is until it can have evaluated the deployment's last minute; a composite alarm waits for the slowest of all.
    """
    if alarm is None or alarm.kind == "CompositeAlarm":
        lag = max((one.lag for one in look.alarms), default=REACTION)
    else:
        lag = alarm.lag
    return watch.start, watch.end + lag


def longest_lag(look: AlarmsLook) -> timedelta:
    """Tell how long after a deployment the slowest alarm may still fire because of it."""
    return max((alarm.lag for alarm in look.alarms), default=REACTION)


def spells(name: str, look: AlarmsLook, watch: WatchedDeployment, seen: AlarmHistory) -> tuple[Spell, ...]:
    """Give the states of an alarm that there is during a deployment. Raises Unknown where its history has a gap."""
    alarm = look.by_name[name]
    return rebuild(
        name,
        [change for change in seen.history.states if change.alarm == name],
        (alarm.state, alarm.transitioned),
        seen.before.get(f"{watch.deployments} {name}"),
        window_of(alarm, look, watch),
    )


def judge_alarms(look: AlarmsLook, seen: AlarmHistory) -> Findings:
    """Say which alarms fired, were changed or were blind during the deployments."""
    findings = Findings()
    if not look.names:
        findings.doubt(
            Reason.NO_DATA,
            "there is no alarm to check: declare [dev.alarms], name alarms in the deployment groups, or add them "
            "to the dashboard",
        )
    changed = [change.alarm for change in seen.history.configurations]
    fired = [change.alarm for change in seen.history.states]
    for name in dict.fromkeys([*look.names, *changed, *fired]):
        for watch in seen.watches:
            _judge_one(name, look, watch, seen, findings)
    findings.say_once()
    late = max((watch.end for watch in seen.watches), default=seen.looked) + longest_lag(look)
    if seen.looked < late:
        findings.doubt(
            Reason.NOT_DUE,
            f"alarms may still fire because of the deployment until {late:%H:%M:%S}Z: run again then",
        )
    return findings


def _judge_one(name: str, look: AlarmsLook, watch: WatchedDeployment, seen: AlarmHistory, findings: Findings) -> None:
    alarm = look.by_name.get(name)
    window = window_of(alarm, look, watch)
    known = [change for change in seen.history.configurations if change.alarm == name]
    before = len(findings.problems) + len(findings.doubts)
    judge_changes(name, alarm, known, window, findings)
    fired = [change for change in seen.history.states if change.alarm == name and change.new == ALARM]
    if alarm is None:
        findings.problems += [
            f"alarm {name} fired at {change.when:%H:%M:%S}Z, during {watch.deployments}: "
            f"{change.why or 'no reason given'}"
            for change in fired
            if window[0] <= change.when <= window[1]
        ]
        if len(findings.problems) + len(findings.doubts) == before:
            findings.doubt(
                Reason.NO_DATA,
                f"alarm {name}, which the deployment group, the dashboard or promotion.toml names, does not exist: "
                "create it, or, if it is a composite alarm, allow cloudwatch:DescribeAlarms on * so that the gate "
                "can see it",
            )
        return
    if alarm.trouble:
        findings.doubt(
            Reason.NO_DATA, f"CloudWatch cannot evaluate alarm {name} ({alarm.trouble}): check it in the console"
        )
    try:
        found = spells(name, look, watch, seen)
    except Unknown as gap:
        findings.doubt(gap.reason, gap.message)
        return
    _fired(name, found, watch, seen, findings)
    _blind(alarm, found, watch, seen, findings)
    for change in seen.history.states:
        if change.alarm == name and change.new == OK and change.by_hand and window[0] <= change.when <= window[1]:
            findings.doubt(
                Reason.NO_DATA,
                f"alarm {name} was set to OK manually at {change.when:%H:%M:%S}Z, during {watch.deployments}: "
                "cannot tell whether it would have fired; redeploy",
            )


def _fired(
    name: str, found: tuple[Spell, ...], watch: WatchedDeployment, seen: AlarmHistory, findings: Findings
) -> None:
    inside = [spell for spell in found if spell.state == ALARM]
    if not inside:
        return
    first = inside[0]
    why = next((one.why for one in seen.history.states if one.alarm == name and one.when == first.since), "")
    began = f"since {first.since:%H:%M:%S}Z" if first.since else "from before it"
    ended = f"until {first.until:%H:%M:%S}Z" if first.until else "to its end"
    more = f", {len(inside)} times in all" if len(inside) > 1 else ""
    findings.problems.append(
        f"alarm {name} was in ALARM during {watch.deployments}, {began} {ended}{more}{f' ({why})' if why else ''}; "
        "expected no alarm: fix the cause, and redeploy"
    )


def _blind(
    alarm: Alarm, found: tuple[Spell, ...], watch: WatchedDeployment, seen: AlarmHistory, findings: Findings
) -> None:
    """INSUFFICIENT_DATA is no harm where nothing is what one sees when all is well, and something proves one looked."""
    blind = [spell for spell in found if spell.state == INSUFFICIENT]
    if not blind:
        return
    alive = seen.alive.get(f"{watch.deployments} {alarm.name}", False)
    sparse = bool(alarm.metrics) and all(is_sparse(metric) for metric in alarm.metrics)
    hangs_on_requests = bool(alarm.metrics) and all(companion(metric) is not None for metric in alarm.metrics)
    throughout = len(blind) == len(found)
    if alive and sparse and alarm.treat_missing in ("missing", "ignore"):
        findings.said.append(f"alarm {alarm.name} has no data, because its metric counts only errors")
        return
    if alive and hangs_on_requests and not throughout:
        return
    when = f"throughout {watch.deployments}" if throughout else f"during a part of {watch.deployments}"
    findings.doubt(
        Reason.NO_DATA,
        f"alarm {alarm.name} had insufficient data {when} (missing data is treated as {alarm.treat_missing}): "
        f"{_remedy(alarm, alive=alive, hangs=hangs_on_requests)}",
    )


def _remedy(alarm: Alarm, *, alive: bool, hangs: bool) -> str:
    if not alarm.metrics:
        return "check which of its alarms has no data"
    if hangs and not alive:
        return "no request was counted either; send traffic during the deployment, or check the alarm's dimensions"
    return "check its namespace, its metric and its dimensions, and that the metric is published"
