"""Faults of the item deployment-groups: how CodeDeploy is configured in prod, and where it is other than in dev."""

import json
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

IN_PLACE = {"deploymentType": "IN_PLACE", "deploymentOption": "WITH_TRAFFIC_CONTROL"}
UNCONTROLLED = {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITHOUT_TRAFFIC_CONTROL"}


@fault("prod-deploys-in-place", item="deployment-groups")
def _(world: "World") -> None:
    """The group of prod's instances deploys in place: what runs would be overwritten."""
    world.prod.ec2_group.deployment_style = IN_PLACE


@fault("both-deploy-without-traffic-control", item="deployment-groups")
def _(world: "World") -> None:
    """The groups of the instances do not switch the load balancer, in dev and in prod."""
    for environment in (world.dev, world.prod):
        environment.ec2_group.deployment_style = UNCONTROLLED


@fault("prod-target-group-deleted", item="deployment-groups",
       falls_with=("rollback-alarms[ec2]",))  # fmt: skip
def _(world: "World") -> None:
    """The target group of the next fleet was deleted, and the deployment group still names it."""
    from promotion.sandbox.world import two_groups

    two_groups.part(world)
    balancers = world.prod.backend("elbv2")
    del balancers.target_groups[world.prod.target_groups["blue"]]
    green = [{"TargetGroupArn": world.prod.target_groups["green"], "Weight": 100}]
    world.prod.client("elbv2").modify_listener(
        ListenerArn=world.prod.listeners[443],
        DefaultActions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": green}}],
    )


@fault("prod-group-on-other-target-groups", item="deployment-groups")
def _(world: "World") -> None:
    """Both groups of the instances register them with another target group than the load balancer's, in dev and in prod."""
    for environment in (world.dev, world.prod):
        name = f"shop-{environment.name}-internal"
        environment.ec2_group.load_balancer_info = {"targetGroupInfoList": [{"name": name}]}


@fault("prod-app-spec-of-another-alias", item="deployment-groups", falls_with=("previous-version[lambda]",))
def _(world: "World") -> None:
    """What was deployed to prod last moved another alias than the one that callers use."""
    target: Any = world.prod.latest_lambda_deployment.target("shop-api")
    target.function["functionAlias"] = "candidate"


@fault("prod-service-role-gone", item="deployment-groups", falls_with=("least-privilege[prod shop-codedeploy-lambda]",))
def _(world: "World") -> None:
    """The role with which CodeDeploy shifts the function's traffic in prod was deleted."""
    _forget(world, "shop-codedeploy-lambda")


@fault(
    "prod-service-role-trusts-others",
    item="deployment-groups",
    falls_with=("least-privilege[prod shop-codedeploy-ec2]",),
)
def _(world: "World") -> None:
    """CodeDeploy may not assume the role with which it deploys to prod's instances."""
    iam = world.prod.client("iam")
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.update_assume_role_policy(RoleName="shop-codedeploy-ec2", PolicyDocument=document)


@fault("groups-drift-in-fleet", item="deployment-groups")
def _(world: "World") -> None:
    """In prod the new instances are to be there already, in dev they are copied from the old ones' group."""
    _blue_green(world, greenFleetProvisioningOption={"action": "DISCOVER_EXISTING"})


@fault("groups-drift-in-triggers", item="deployment-groups")
def _(world: "World") -> None:
    """The group of prod's function tells nobody when a deployment fails, as dev's does."""
    topic = f"arn:aws:sns:eu-west-1:{world.dev.id}:shop-on-call"
    world.dev.lambda_group.trigger_configurations = [
        {"triggerName": "failed", "triggerTargetArn": topic, "triggerEvents": ["DeploymentFailure"]}
    ]


@fault("groups-drift-in-strategy", item="deployment-groups")
def _(world: "World") -> None:
    """Instances that start during a deployment are not updated in prod, but are in dev."""
    world.prod.ec2_group.outdated_instances_strategy = "IGNORE"


@fault("groups-alike-but-for-names", item="deployment-groups", kind="clean")
def _(world: "World") -> None:
    """Both groups of the function notify their own environment's topic when a deployment fails."""
    for environment in (world.dev, world.prod):
        topic = f"arn:aws:sns:eu-west-1:{environment.id}:shop-{environment.name}-on-call"
        environment.lambda_group.trigger_configurations = [
            {"triggerName": "failed", "triggerTargetArn": topic, "triggerEvents": ["DeploymentFailure"]}
        ]


@fault("fleets-with-two-target-groups", item="deployment-groups", kind="clean")
def _(world: "World") -> None:
    """Each fleet has a target group of its own, between which the listener is moved."""
    from promotion.sandbox.world import two_groups

    two_groups.part(world)


@fault("prod-group-in-other-order", item="deployment-groups", kind="clean")
def _(world: "World") -> None:
    """CodeDeploy lists prod's alarms, events and two target groups in another order than dev's."""
    from promotion.sandbox.world import two_groups

    two_groups.part(world)
    group = world.prod.ec2_group
    alarms, rollback = group.alarm_configuration, group.auto_rollback_configuration
    group.alarm_configuration = {**alarms, "alarms": alarms["alarms"][::-1]}
    group.auto_rollback_configuration = {**rollback, "events": rollback["events"][::-1]}
    pair = group.load_balancer_info["targetGroupInfoList"]
    group.load_balancer_info = {"targetGroupInfoList": pair[::-1]}


@fault("prod-role-of-the-region", item="deployment-groups", kind="clean")
def _(world: "World") -> None:
    """The role of CodeDeploy in prod trusts the service in its region alone."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": ["codedeploy.eu-west-1.amazonaws.com"]},
        "Action": ["sts:AssumeRole"],
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    world.prod.client("iam").update_assume_role_policy(RoleName="shop-codedeploy-lambda", PolicyDocument=document)


wire_fault("prod-role-denied", "GetRole is denied in prod.", "deny", "iam:GetRole", item="deployment-groups", on="prod")


wire_fault(
    "dev-group-denied",
    "GetDeploymentGroup is denied in dev, so there is nothing to compare with.",
    "deny",
    "codedeploy:GetDeploymentGroup",
    item="deployment-groups",
    on="dev",
    falls_with=("canary-monitored[lambda]",),
)


wire_fault(
    "dev-config-throttled",
    "GetDeploymentConfig is throttled in dev in every attempt.",
    "throttle",
    "codedeploy:GetDeploymentConfig",
    item="deployment-groups",
    on="dev",
)


def _blue_green(world: "World", **parts: Any) -> None:
    group = world.prod.ec2_group
    group.blue_green_deployment_configuration = {**group.blue_green_deployment_configuration, **parts}


def _forget(world: "World", role: str) -> None:
    """Delete a role with everything in it."""
    backend = world.prod.backend("iam")
    found = next(key for key, one in backend.roles.items() if one.name == role)
    del backend.roles[found]
