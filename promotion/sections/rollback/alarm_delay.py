"""Whether alarms can stop a canary before its wait is over."""

from collections.abc import Iterator

from promotion.clients.aws.cloudwatch.alarms import REACTION
from promotion.clients.aws.deployment_group import DeploymentGroup
from promotion.sections.rollback.alarm import StoppingAlarms


def too_late(group: DeploymentGroup, look: StoppingAlarms, minutes: int) -> Iterator[str]:
    """Say which alarms cannot have seen a bad canary when the rest of the traffic follows after this many minutes.

    What a group names and there is not is judged elsewhere. Raises Unknown for a rule that cannot be read.
    """
    known, lag = look.by_name, int(REACTION.total_seconds())
    alarms = {one.alarm.name: one for name in group.alarms if name in known for one in look.sets_off(name)}
    for one in alarms.values():
        if one.seconds + lag > minutes * 60:
            yield (
                f"alarm {one.alarm.name} needs {one.seconds} s to fire, and about {lag} s more to be evaluated, "
                f"but the rest of the traffic follows after {minutes * 60} s: shorten its period, or lengthen the "
                "canary"
            )
