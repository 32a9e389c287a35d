"""Faults of section 2: whether the image was deployed to functions and instances in dev."""

from datetime import timedelta
from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault
from promotion.sandbox.faults.dev.steps import (
    DEPLOYMENTS,
    GROUPS,
    ROLES,
    SECRETS,
    SINCE_DEPLOYED,
    scale_out,
    undo_deployment,
)
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World


@fault("lambda-deployment-failed", item="lambda-deployed")
def _(world: "World") -> None:
    """The newest deployment of the function failed."""
    world.dev.latest_lambda_deployment.fail("HEALTH_CONSTRAINTS", "too few healthy targets")


@fault("lambda-stopped-on-alarm", item="lambda-deployed")
def _(world: "World") -> None:
    """An alarm stopped the newest deployment of the function."""
    world.dev.latest_lambda_deployment.stop_on_alarm("shop-dev-lambda-errors")


@fault("lambda-other-digest", item="lambda-deployed")
def _(world: "World") -> None:
    """The newest deployment deployed a version with another image."""
    newest, older = world.dev.version(8), world.dev.version(7)
    newest.code, newest.code_sha_256 = older.code, older.code_sha_256


@fault("lambda-alias-leftover-weight", item="lambda-deployed")
def _(world: "World") -> None:
    """The alias still sends a tenth of its traffic to the previous version."""
    world.dev.alias.routing_config = {"AdditionalVersionWeights": {"7": 0.1}}


@fault(
    "lambda-alias-moved-back",
    item="lambda-deployed",
    falls_with=("digest-immutable[lambda]", "logs-flowing[lambda]", "correlation-ids[lambda]"),
)
def _(world: "World") -> None:
    """The newest deployment succeeded, but somebody put the alias back on the previous version."""
    world.dev.alias.function_version = "7"


@fault("lambda-rolled-back", item="lambda-deployed")
def _(world: "World") -> None:
    """A rollback was deployed after the newest deployment of the function."""
    undo_deployment(world, world.dev.latest_lambda_deployment)


@fault("lambda-hook-failed", item="lambda-deployed")
def _(world: "World") -> None:
    """The deployment says Succeeded, but its validation hook AfterAllowTraffic failed."""
    world.dev.latest_lambda_deployment.target("shop-api").event("AfterAllowTraffic").status = "Failed"


@fault("lambda-version-failed", item="lambda-deployed")
def _(world: "World") -> None:
    """The deployed version could not be made active."""
    world.dev.version(8).state = "Failed"


@fault("lambda-update-failed", item="lambda-deployed")
def _(world: "World") -> None:
    """The last update of the deployed version failed."""
    world.dev.version(8).last_update_status = "Failed"


@fault("lambda-older-deployment-failed", item="lambda-deployed", kind="clean")
def _(world: "World") -> None:
    """A deployment before the newest one failed, and the newest succeeded."""
    world.dev.lambda_deployments[1].fail("HEALTH_CONSTRAINTS", "too few healthy targets")


@fault("lambda-empty-routing", item="lambda-deployed", kind="clean")
def _(world: "World") -> None:
    """The alias has a routing configuration with no weights in it."""
    world.dev.alias.routing_config = {"AdditionalVersionWeights": {}}


@fault("lambda-deployment-in-progress", item="lambda-deployed", kind="blind", falls_with=SINCE_DEPLOYED)
def _(world: "World") -> None:
    """The newest deployment of the function is still in progress."""
    world.dev.latest_lambda_deployment.status = "InProgress"


wire_fault(
    "function-unreadable", "GetFunction is denied.", "deny", "lambda:GetFunction", item="lambda-deployed", on="dev"
)


wire_fault(
    "alias-answer-cut-off",
    "The answer of GetAlias is cut off half-way, with status 200.",
    "truncate",
    "lambda:GetAlias",
    item="lambda-deployed",
)


wire_fault(
    "alias-answer-shorter-than-announced",
    "The answer of GetAlias is shorter than its Content-Length says.",
    "cut",
    "lambda:GetAlias",
    item="lambda-deployed",
)


@fault("ec2-instance-failed", item="ec2-deployed")
def _(world: "World") -> None:
    """One of the two instances failed in AfterAllowTraffic."""
    dev = world.dev
    dev.latest_ec2_deployment.target(dev.green[1]).fail("AfterAllowTraffic", "Script at specified location timed out")


@fault("ec2-deployment-failed", item="ec2-deployed")
def _(world: "World") -> None:
    """The newest deployment to the instances failed as a whole."""
    world.dev.latest_ec2_deployment.fail("HEALTH_CONSTRAINTS", "too few healthy instances")


@fault("ec2-instance-missing", item="ec2-deployed")
def _(world: "World") -> None:
    """The newest deployment reached one instance, and the other one runs what Auto Scaling deployed to it."""
    dev = world.dev
    missing = dev.green[1]
    target = dev.latest_ec2_deployment.targets.pop(missing)
    scale_out(world, missing, target)


@fault("ec2-other-revision", item="ec2-deployed")
def _(world: "World") -> None:
    """The newest deployment deployed the revision of another digest."""
    dev = world.dev
    dev.latest_ec2_deployment.record.revision = dev.ec2_deployments[-1].record.revision


@fault("ec2-rolled-back", item="ec2-deployed", falls_with=("blue-green-completed",))
def _(world: "World") -> None:
    """A rollback was deployed after the newest deployment to the instances."""
    undo_deployment(world, world.dev.latest_ec2_deployment)


@fault("ec2-validation-failed", item="ec2-deployed")
def _(world: "World") -> None:
    """The script of ValidateService failed on both instances."""
    for instance in world.dev.green:
        world.dev.latest_ec2_deployment.target(instance).fail("ValidateService", "Script exited with 1")


@fault("ec2-deployment-targets-empty", item="ec2-deployed", kind="blind", falls_with=("blue-green-completed",))
def _(world: "World") -> None:
    """The newest deployment to the instances lists no target."""
    world.dev.latest_ec2_deployment.targets.clear()


wire_fault(
    "deployment-targets-denied",
    "BatchGetDeploymentTargets is denied.",
    "deny",
    "codedeploy:BatchGetDeploymentTargets",
    item="ec2-deployed",
    on="dev",
    falls_with=(*DEPLOYMENTS, "digest-immutable[ec2]", "canary-monitored[lambda]"),
)


wire_fault(
    "deployment-group-throttled",
    "GetDeploymentGroup is throttled in every attempt.",
    "throttle",
    "codedeploy:GetDeploymentGroup",
    item="ec2-deployed",
    falls_with=DEPLOYMENTS,
)


wire_fault(
    "deployments-unreachable",
    "CodeDeploy answers with the error page of a proxy.",
    "fail",
    "codedeploy:*",
    502,
    item="lambda-deployed",
    falls_with=DEPLOYMENTS,
)


wire_fault(
    "deployments-connection-closed",
    "CodeDeploy closes the connection without an answer.",
    "drop",
    "codedeploy:ListDeployments",
    item="lambda-deployed",
    falls_with=DEPLOYMENTS,
)


@fault(
    "never-deployed",
    item="lambda-deployed",
    kind="blind",
    falls_with=(*SINCE_DEPLOYED, "no-secrets-in-logs[/aws/lambda/shop-api]"),
)
def _(world: "World") -> None:
    """CodeDeploy has no deployment of the function at all."""
    deployments = world.dev.backend("codedeploy").deployments
    for deployment in world.dev.lambda_deployments:
        deployments.pop(deployment.id)


@fault("deployments-on-second-page", item="lambda-deployed", kind="clean")
def _(world: "World") -> None:
    """The lists of deployments and of their targets begin with an empty page and a token."""
    world.wire.empty_page("codedeploy:ListDeployments")
    world.wire.empty_page("codedeploy:ListDeploymentTargets")


wire_fault(
    "role-cannot-be-assumed",
    "The role that looks at dev cannot be assumed.",
    "deny",
    "sts:AssumeRole",
    item="lambda-deployed",
    on="dev",
    falls_with=(
        *DEPLOYMENTS,
        *SECRETS,
        *SINCE_DEPLOYED,
        "health-checks[ec2]",
        "synthetic-tests[heartbeat]",
        "digest-immutable[lambda]",
        "digest-immutable[ec2]",
        "logs-flowing",
        "correlation-ids",
        "error-rate[ec2]",
        "alb-response-time[ec2]",
        "dashboard-healthy",
        "deployment-groups",
        "https-alb[dev ec2]",
        "no-secrets-in-logs",
        *(f"least-privilege[dev shop-{role}]" for role in ROLES),
        *(f"security-groups[dev {group}]" for group in GROUPS),
    ),
)


@fault(
    "lambda-deployed-in-the-future",
    item="lambda-deployed",
    kind="blind",
    falls_with=(
        "canary-monitored[lambda]",
        "error-rate[lambda]",
        "lambda-duration[lambda]",
        "no-alarms",
        "no-secrets-in-logs[/aws/lambda/shop-api]",
    ),
)
def _(world: "World") -> None:
    """CodeDeploy says that the newest deployment of the function was created three hours from now."""
    world.dev.latest_lambda_deployment.shift(timedelta(hours=3))
