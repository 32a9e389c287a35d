"""Faults of section 2: which instances of dev get traffic, and whether they are healthy."""

from datetime import timedelta
from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault
from promotion.sandbox.faults.dev.steps import (
    ON_EC2,
    SECRETS,
    forward,
    register,
    run_instance,
    scale_out,
)
from promotion.sandbox.patience import STRICT_MS, TOO_LATE
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World


@fault("ec2-scaled-out", item="blue-green-completed", kind="clean")
def _(world: "World") -> None:
    """Auto Scaling added an instance after the deployment, which got the same revision."""
    dev = world.dev
    extra = run_instance(world)
    scale_out(world, extra, dev.latest_ec2_deployment.target(dev.green[0]))
    register(world, extra)
    member = next(iter(world.fronts["dev-ec2"].members))
    world.fronts["dev-ec2"].members.add(type(member)(extra, member.release))


@fault("older-instance-serves", item="blue-green-completed")
def _(world: "World") -> None:
    """An instance that is not of the newest deployment is in the target group that gets the traffic."""
    register(world, run_instance(world))


@fault("original-instances-still-run", item="blue-green-completed")
def _(world: "World") -> None:
    """The replaced instances should have been terminated half an hour ago, and still run."""
    dev = world.dev
    dev.latest_ec2_deployment.shift(timedelta(hours=-1))
    for instance in dev.blue:
        dev.instance(instance)._state.name, dev.instance(instance)._state.code = "running", 16


@fault("original-instances-lost", item="blue-green-completed")
def _(world: "World") -> None:
    """The replaced instances should be kept for a rollback, but were terminated."""
    world.dev.ec2_group.blue_green_deployment_configuration["terminateBlueInstancesOnDeploymentSuccess"] = {
        "action": "KEEP_ALIVE"
    }


@fault("original-instances-kept", item="blue-green-completed", kind="clean")
def _(world: "World") -> None:
    """The group says to keep the replaced instances, and they are there."""
    dev = world.dev
    dev.ec2_group.blue_green_deployment_configuration["terminateBlueInstancesOnDeploymentSuccess"] = {
        "action": "KEEP_ALIVE"
    }
    for instance in dev.blue:
        dev.instance(instance)._state.name, dev.instance(instance)._state.code = "running", 16


@fault(
    "traffic-not-shifted",
    item="blue-green-completed",
    falls_with=(
        "health-checks[ec2]",
        "digest-immutable[ec2]",
        "logs-flowing[ec2]",
        "correlation-ids[ec2]",
        "dashboard-healthy",
    ),
)
def _(world: "World") -> None:
    """Each fleet has a target group; the listener still sends all traffic to the one where nobody is registered."""
    from promotion.sandbox.world import two_groups

    two_groups.part(world)
    forward(world, "blue")


@fault("dev-with-two-target-groups", item="blue-green-completed", kind="clean")
def _(world: "World") -> None:
    """Each fleet has a target group of its own, and the listener forwards to the one of the new instances."""
    from promotion.sandbox.world import two_groups

    two_groups.part(world)


@fault("dev-in-two-target-groups-at-once", item="blue-green-completed", kind="clean")
def _(world: "World") -> None:
    """CodeDeploy registers the instances in two target groups, to both of which the load balancer forwards."""
    from promotion.sandbox.world import two_groups

    two_groups.add_internal(world)


@fault("block-traffic-failed", item="blue-green-completed")
def _(world: "World") -> None:
    """Taking traffic from one of the replaced instances failed."""
    dev = world.dev
    dev.latest_ec2_deployment.target(dev.blue[0]).event("BlockTraffic").status = "Failed"


@fault("deployed-in-place", item="blue-green-completed")
def _(world: "World") -> None:
    """The deployment group deploys in place."""
    world.dev.ec2_group.deployment_style = {
        "deploymentType": "IN_PLACE",
        "deploymentOption": "WITH_TRAFFIC_CONTROL",
    }


wire_fault(
    "listeners-denied",
    "DescribeListeners is denied.",
    "deny",
    "elbv2:DescribeListeners",
    item="blue-green-completed",
    on="dev",
    falls_with=("health-checks[ec2]",),
)


wire_fault(
    "instances-denied",
    "DescribeInstances is denied.",
    "deny",
    "ec2:DescribeInstances",
    item="blue-green-completed",
    on="dev",
)


@fault("target-unhealthy", item="health-checks")
def _(world: "World") -> None:
    """The load balancer finds one instance unhealthy."""
    world.dev.health[world.dev.green[0]] = (
        "unhealthy",
        "Target.ResponseCodeMismatch",
        "Health checks failed with these codes: [500]",
    )


@fault("target-draining", item="health-checks")
def _(world: "World") -> None:
    """One instance is being taken out of the target group."""
    world.dev.health[world.dev.green[0]] = (
        "draining",
        "Target.DeregistrationInProgress",
        "Target deregistration is in progress",
    )


@fault("target-not-registered", item="health-checks")
def _(world: "World") -> None:
    """One of the two instances is not registered."""
    dev = world.dev
    dev.client("elbv2").deregister_targets(TargetGroupArn=dev.target_group, Targets=[{"Id": dev.green[0]}])


@fault("health-endpoint-fails", item="health-checks")
def _(world: "World") -> None:
    """The function's health endpoint answers 503."""
    for member in world.fronts["dev-lambda"].members:
        member.healthy = False


@fault("health-endpoint-slow", item="health-checks")
def _(world: "World") -> None:
    """The function's health endpoint answers 200, but later than it may."""
    world.dev.health_max_ms = STRICT_MS
    world.edges["dev-lambda"].hang("GET /health", TOO_LATE)


@fault("health-endpoint-redirects", item="health-checks")
def _(world: "World") -> None:
    """The health endpoint behind the load balancer sends callers to a login page."""
    from promotion.sandbox.order import Reply

    for member in world.fronts["dev-ec2"].members:
        member.fixed["/health"] = Reply(302, None, {"Location": "https://login.example/?next=/health"})


@fault(
    "certificate-expired",
    item="health-checks",
    falls_with=(*ON_EC2, *SECRETS, "correlation-ids[ec2]", "https-alb[dev ec2]"),
)
def _(world: "World") -> None:
    """The load balancer's certificate ran out yesterday."""
    world.tls.show("dev-ec2", "expired")


@fault("certificate-wrong-name", item="health-checks", falls_with=ON_EC2)
def _(world: "World") -> None:
    """The load balancer shows a certificate for another host."""
    world.tls.show("dev-ec2", "wrong-name")


@fault("certificate-self-signed", item="health-checks", falls_with=ON_EC2)
def _(world: "World") -> None:
    """The load balancer shows a certificate that no authority signed."""
    world.tls.show("dev-ec2", "self-signed")


@fault("health-connection-closed", item="health-checks", kind="blind")
def _(world: "World") -> None:
    """The connection to the health endpoint is closed without an answer."""
    world.edges["dev-lambda"].drop("GET /health")


wire_fault(
    "target-health-denied",
    "DescribeTargetHealth is denied.",
    "deny",
    "elbv2:DescribeTargetHealth",
    item="health-checks",
    on="dev",
    falls_with=("blue-green-completed",),
)


wire_fault(
    "listener-rules-denied",
    "DescribeRules is denied.",
    "deny",
    "elbv2:DescribeRules",
    item="blue-green-completed",
    on="dev",
    falls_with=(
        *("digest-immutable[ec2]", "health-checks[ec2]", "logs-flowing[ec2]", "correlation-ids[ec2]"),
        *("dashboard-healthy", "https-alb[dev ec2]"),
    ),
)


wire_fault(
    "dev-rules-empty",
    "Dev's load balancer names no rule of its listeners, not even a default one.",
    "empty",
    "elbv2:DescribeRules",
    item="blue-green-completed",
    on="dev",
    falls_with=(
        "correlation-ids[ec2]",
        "dashboard-healthy",
        "digest-immutable[ec2]",
        "health-checks[ec2]",
        "https-alb[dev ec2]",
        "logs-flowing[ec2]",
    ),
)


wire_fault(
    "dev-instances-empty",
    "EC2 says of none of dev's instances that it is there.",
    "empty",
    "ec2:DescribeInstances",
    item="blue-green-completed",
    on="dev",
    falls_with=(
        "secrets-manager[dev shop/dev/database]",
        "secrets-manager[dev shop/dev/payment-api]",
    ),
)
