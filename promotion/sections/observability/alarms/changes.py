"""What was done to an alarm inside a window, and whether it could still have fired as before."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from promotion.clients.aws.cloudwatch.alarm_history import ConfigurationChange
from promotion.clients.aws.cloudwatch.alarms import Alarm
from promotion.core.findings import Findings
from promotion.unknown import Reason

_OUT_OF_REACH = {
    "GreaterThanThreshold": 1,
    "GreaterThanOrEqualToThreshold": 1,
    "LessThanThreshold": -1,
    "LessThanOrEqualToThreshold": -1,
}
"""In which direction a threshold moves out of reach, by the comparison operator. A band has no such direction."""


def judge_changes(
    name: str,
    alarm: Alarm | None,
    changes: Sequence[ConfigurationChange],
    window: tuple[datetime, datetime],
    findings: Findings,
) -> None:
    """Say what was done to an alarm in a window. `changes` are all that are known of it, older ones too."""
    start, end = window
    inside = [change for change in changes if start <= change.when <= end]
    older = [change for change in changes if change.when < start]
    known: Mapping[str, str] | None = older[-1].after if older and older[-1].change != "Delete" else None
    for change in inside:
        match change.change:
            case "Delete":
                again = any(one.change == "Create" and one.when >= change.when for one in inside)
                _deleted(name, change.when, findings, again=again)
            case "Create":
                if not any(one.change == "Delete" and one.when <= change.when for one in inside):
                    findings.doubt(
                        Reason.NO_DATA,
                        f"alarm {name} was created at {change.when:%H:%M:%S}Z, during the deployment, so it did "
                        "not watch the start; redeploy with the alarm in place",
                    )
            case "Update":
                before = change.before if change.before is not None else known
                _updated(name, change, before, alarm.comparison if alarm else "", findings)
            case _:
                findings.doubt(
                    Reason.MALFORMED,
                    f"alarm {name} was changed at {change.when:%H:%M:%S}Z, during the deployment, and its history "
                    "does not say how: check it in the console",
                )
        known = change.after if change.change in ("Create", "Update") else None
    if alarm is not None and not inside and start < alarm.configured <= end:
        findings.doubt(
            Reason.TRUNCATED,
            f"alarm {name} was changed at {alarm.configured:%H:%M:%S}Z, during the deployment, which is not in its "
            "history: check it in the console",
        )


def _deleted(name: str, when: datetime, findings: Findings, *, again: bool) -> None:
    if again:
        findings.doubt(
            Reason.NO_DATA,
            f"alarm {name} was deleted and created again at {when:%H:%M:%S}Z, during the deployment, so it did not "
            "watch all of it; redeploy with the alarm in place",
        )
    else:
        findings.problems.append(
            f"alarm {name} was deleted at {when:%H:%M:%S}Z, during the deployment: create it again, and redeploy"
        )


def _updated(
    name: str, change: ConfigurationChange, before: Mapping[str, str] | None, comparison: str, findings: Findings
) -> None:
    if change.after.get("actionsEnabled") == "false" and (before or {}).get("actionsEnabled", "true") != "false":
        findings.problems.append(
            f"the actions of alarm {name} were disabled at {change.when:%H:%M:%S}Z, during the deployment: enable "
            "them, and redeploy"
        )
        return
    if before is None:
        findings.doubt(
            Reason.NO_DATA,
            f"alarm {name} was changed at {change.when:%H:%M:%S}Z, during the deployment, and its earlier "
            "configuration is no longer available: find out what was changed, or redeploy",
        )
        return
    changed = [key for key, value in before.items() if key in change.after and change.after[key] != value]
    moved = _moved(change, before, comparison)
    if moved > 0:
        findings.problems.append(
            f"the threshold of alarm {name} was changed from {before['threshold']} to {change.after['threshold']} "
            f"at {change.when:%H:%M:%S}Z, during the deployment, so it fires later: change it back, and redeploy"
        )
    others = [key for key in changed if key != "actionsEnabled" and (key != "threshold" or moved == 0)]
    if others:
        findings.doubt(
            Reason.NO_DATA,
            f"alarm {name} was changed at {change.when:%H:%M:%S}Z, during the deployment ({', '.join(others)}): "
            "cannot tell whether it would have fired before the change; redeploy",
        )
    elif not moved and not changed:
        findings.said.append(f"alarm {name} was saved at {change.when:%H:%M:%S}Z without a relevant change")


def _moved(change: ConfigurationChange, before: Mapping[str, str], comparison: str) -> float:
    """Tell how far a threshold moved out of reach; 0 if it did not move, or it is unknown which way that is."""
    old, new = _number(before.get("threshold")), _number(change.after.get("threshold"))
    return 0 if old is None or new is None else (new - old) * _OUT_OF_REACH.get(comparison, 0)


def _number(text: str | None) -> float | None:
    value: Any = json.loads(text or "null")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
