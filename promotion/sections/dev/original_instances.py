"""What becomes of the instances that a blue/green deployment replaced. Pure."""

from collections.abc import Mapping
from datetime import datetime

from promotion.clients.aws.deployment_group import DeploymentGroup
from promotion.clients.aws.deployments import Deployment
from promotion.clients.aws.ec2 import is_there

GRACE_MINUTES = 10
"""EC2 takes a while to shut an instance down."""


def original_instances_problem(
    group: DeploymentGroup, deployment: Deployment, states: Mapping[str, str], now: datetime
) -> str:
    """What is wrong with the replaced instances, by what the group says should become of them; empty if nothing is.

    Raises Unknown, not-supported, for a state of an instance that is not known here.
    """
    up = sorted(name for name, state in states.items() if is_there(name, state))
    if group.blue_action == "KEEP_ALIVE":
        lost = sorted(set(states) - set(up))
        return f"{', '.join(lost)} should be kept for a rollback, but no longer exist" if lost else ""
    ended = deployment.completed or deployment.created
    minutes = (now - ended).total_seconds() / 60
    if up and minutes > group.blue_wait_minutes + GRACE_MINUTES:
        wait = f"{group.blue_wait_minutes} min after {deployment.id}"
        return f"{', '.join(up)} should be terminated {wait}, but still exist"
    return ""
