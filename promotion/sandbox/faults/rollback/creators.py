"""Faults of the item previous-version about who deployed to prod, and about hosts that come and go."""

import copy
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.faults.rollback.previous import _again

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

PREVIOUS = "previous-version"


def followed(world: "World", creator: str, *, takes: bool) -> None:
    """Let a deployment of one instance have followed the newest one; `takes`: only that one brought it the revision."""
    from promotion.sandbox.world.model import ago

    prod = world.prod
    latest, instance = prod.latest_ec2_deployment, prod.green[1]
    made = _again(world, latest.record)
    target: Any = copy.deepcopy(latest.target(instance))
    if takes:
        latest.targets.pop(instance)
    target.label = None
    made.creator, made.status = creator, "Succeeded"
    made.create_time, made.complete_time = ago(hours=3), ago(hours=2, minutes=57)
    made.targets = {instance: target}


@fault("prod-updated-by-codedeploy", item=PREVIOUS, kind="clean")
def _(world: "World") -> None:
    """One of prod's instances was launched in the middle of the last deployment, and CodeDeploy brought it up to date."""
    followed(world, "CodeDeployAutoUpdate", takes=True)


@fault("prod-scaled-in-with-a-hook", item=PREVIOUS, kind="clean")
def _(world: "World") -> None:
    """CodeDeploy ran the scripts of an instance that Auto Scaling wanted to terminate."""
    followed(world, "autoscalingTermination", takes=False)


@fault("prod-instance-only-terminated", item=PREVIOUS)
def _(world: "World") -> None:
    """One of prod's instances got nothing of what was deployed last; only a deployment at its termination names it."""
    followed(world, "autoscalingTermination", takes=True)


@fault("prod-creator-new", item=PREVIOUS, kind="blind", falls_with=("deployment-groups[lambda]",))
def _(world: "World") -> None:
    """The newest deployment of the function to prod has a creator that there was not when the gate was made."""
    world.prod.latest_lambda_deployment.record.creator = "SomethingNew"


def extra(world: "World", state: str, reason: str) -> None:
    """Let one more instance be registered in prod, in a state that gets no traffic."""
    prod = world.prod
    made = prod.client("ec2").run_instances(
        ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=prod.private_subnets[0]
    )
    instance = str(made["Instances"][0]["InstanceId"])
    for arn in set(prod.target_groups.values()):
        prod.client("elbv2").register_targets(TargetGroupArn=arn, Targets=[{"Id": instance}])
    prod.health[instance] = (state, reason, None)


@fault("prod-host-drains", item=PREVIOUS, kind="clean")
def _(world: "World") -> None:
    """An instance that was taken out of service in prod is still being drained."""
    extra(world, "draining", "Target.DeregistrationInProgress")


@fault("prod-host-unused", item=PREVIOUS, kind="clean")
def _(world: "World") -> None:
    """An instance that is stopped is still registered in prod."""
    extra(world, "unused", "Target.InvalidState")


@fault("prod-version-pending", item=PREVIOUS, kind="blind")
def _(world: "World") -> None:
    """The version that prod's alias is on is being prepared."""
    world.prod.version(world.prod.live_version).state = "Pending"


@fault("prod-version-inactive", item=PREVIOUS)
def _(world: "World") -> None:
    """The version that prod's alias is on was idle for so long that its next call fails."""
    world.prod.version(world.prod.live_version).state = "Inactive"
