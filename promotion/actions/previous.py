"""Whether what served before is there and well, so that one may go back to it. This module does I/O."""

from collections.abc import Iterator

from promotion.actions.found_deployments import Brought
from promotion.clients.aws.account import Account
from promotion.clients.aws.ec2 import instances
from promotion.clients.aws.functions import version
from promotion.clients.aws.load_balancers import hosts, target_groups
from promotion.settings.environment import Ec2Target, LambdaTarget, Target


def troubles(account: Account, target: Target, brought: Brought) -> list[str]:
    """Give every reason not to go back at a target, a sentence without its end; nothing if what served before is well.

    Raises what boto3 raises: what could not be looked at is not well.
    """
    if isinstance(target, LambdaTarget):
        return list(_of_function(account, target, brought))
    return list(_of_fleet(account, target, brought))


def _of_function(account: Account, target: LambdaTarget, brought: Brought) -> Iterator[str]:
    if brought.previous_version is None:
        yield f"{_id(brought)} does not say which version of {target.function} served before"
        return
    if brought.previous_version == brought.brought_version:
        yield (
            f"{_id(brought)} names version {brought.previous_version} as the previous one, but deploys that "
            "same version"
        )
        return
    found = version(account, target.function, brought.previous_version)
    if found.state != "Active" or found.last_update != "Successful":
        yield (
            f"version {found.version} of {target.function}, which served before, is {found.state} and its last update "
            f"{found.last_update}; expected Active and Successful"
        )


def _of_fleet(account: Account, target: Ec2Target, brought: Brought) -> Iterator[str]:
    registered = hosts(account, target_groups(account, list(target.target_groups)))
    new = set(brought.new)
    original = brought.original or tuple(sorted({host.id for host in registered} - new))
    states = {one.id: one.state for one in instances(account, list(original))}
    gone = [f"{name} is {state}" for name, state in sorted(states.items()) if state != "running"]
    if gone:
        yield f"of the previous instances, {', '.join(gone)}; expected all to be running"
    # One that gets no traffic any more is registered nowhere, or waits unused: only that it is ill speaks against it.
    ill = [host.describe() for host in registered if host.id in states and host.state in ("unhealthy", "unavailable")]
    if ill:
        yield f"of the previous instances, {'; '.join(ill)}; expected all to be healthy"
    if len(states) < target.instances:
        yield f"{len(states)} of the {target.instances} previous instances are known"


def _id(brought: Brought) -> str:
    return brought.deployment.id if brought.deployment is not None else "no deployment"
