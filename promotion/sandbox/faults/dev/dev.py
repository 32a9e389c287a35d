"""Faults of section 2: deployments, traffic, health, live checks in dev."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.patience import ANSWER_MS, STRICT_MS, TOO_LATE
from promotion.sandbox.settings_edits import edit_settings
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

ON_EC2 = (
    "health-checks[ec2]",
    "smoke-tests[ec2 list orders]",
    "smoke-tests[ec2 read a customer]",
    "smoke-tests[ec2 tell the version]",
    "smoke-tests[ec2 load the secrets]",
    "smoke-tests[ec2 refuse what is not there]",
    "smoke-tests[ec2 refuse an incomplete order]",
    "smoke-tests[ec2 take an order]",
    "synthetic-tests[order through ec2]",
)
DEPLOYMENTS = ("lambda-deployed", "ec2-deployed", "blue-green-completed")
SECRETS = ("secrets-manager[dev shop/dev/database]", "secrets-manager[dev shop/dev/payment-api]")
"""Which the service is asked whether it can load."""
ROLES = ("lambda", "instance", "codedeploy-lambda", "codedeploy-ec2", "rotation")
GROUPS = ("function of lambda", "instances of ec2", "load balancer of ec2", "other groups")
SINCE_DEPLOYED = ("canary-monitored[lambda]", "lambda-duration[lambda]", "error-rate[lambda]", "no-alarms")
"""What is looked at from the end of the function's deployment on."""


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
    _roll_back(world, world.dev.latest_lambda_deployment)


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
    _scale_out(world, missing, target)


@fault("ec2-other-revision", item="ec2-deployed")
def _(world: "World") -> None:
    """The newest deployment deployed the revision of another digest."""
    dev = world.dev
    dev.latest_ec2_deployment.record.revision = dev.ec2_deployments[-1].record.revision


@fault("ec2-rolled-back", item="ec2-deployed", falls_with=("blue-green-completed",))
def _(world: "World") -> None:
    """A rollback was deployed after the newest deployment to the instances."""
    _roll_back(world, world.dev.latest_ec2_deployment)


@fault("ec2-validation-failed", item="ec2-deployed")
def _(world: "World") -> None:
    """The script of ValidateService failed on both instances."""
    for instance in world.dev.green:
        world.dev.latest_ec2_deployment.target(instance).fail("ValidateService", "Script exited with 1")


@fault("ec2-deployment-targets-empty", item="ec2-deployed", kind="blind", falls_with=("blue-green-completed",))
def _(world: "World") -> None:
    """The newest deployment to the instances lists no target."""
    world.dev.latest_ec2_deployment.targets.clear()


@fault("ec2-scaled-out", item="blue-green-completed", kind="clean")
def _(world: "World") -> None:
    """Auto Scaling added an instance after the deployment, which got the same revision."""
    dev = world.dev
    extra = _run_instance(world)
    _scale_out(world, extra, dev.latest_ec2_deployment.target(dev.green[0]))
    _register(world, extra)
    member = next(iter(world.fronts["dev-ec2"].members))
    world.fronts["dev-ec2"].members.add(type(member)(extra, member.release))


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


@fault("older-instance-serves", item="blue-green-completed")
def _(world: "World") -> None:
    """An instance that is not of the newest deployment is in the target group that gets the traffic."""
    _register(world, _run_instance(world))


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
    _forward(world, "blue")


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


@fault("endpoint-wrong-body", item="smoke-tests")
def _(world: "World") -> None:
    """An endpoint answers 200 with a body that belongs to somebody else."""
    _fix(world, "dev-lambda", "/customers/c-1002", 200, {"id": "c-1001", "tier": "standard"})


@fault("endpoint-not-json", item="smoke-tests")
def _(world: "World") -> None:
    """An endpoint answers 200 with JSON that is cut off."""
    _fix(world, "dev-ec2", "/version", 200, b'{"version": "1.8')


@fault("endpoint-empty-body", item="smoke-tests")
def _(world: "World") -> None:
    """An endpoint answers 200 with nothing."""
    _fix(world, "dev-lambda", "/version", 200, None)


@fault("endpoint-other-digest", item="smoke-tests")
def _(world: "World") -> None:
    """The service itself says that it runs another digest."""
    _fix(world, "dev-lambda", "/version", 200, {"version": "1.7.0", "digest": world.previous_digest})


@fault("endpoint-fails", item="smoke-tests")
def _(world: "World") -> None:
    """An endpoint answers 500."""
    _fix(world, "dev-lambda", "/customers/c-1002", 500, {"title": "Internal Server Error"})


@fault("endpoint-slow", item="smoke-tests")
def _(world: "World") -> None:
    """An endpoint answers as declared, but later than it may."""
    as_declared = 'x-correlation-id = "?*" }, max_ms = '
    edit_settings(world, f"{as_declared}{ANSWER_MS}", f"{as_declared}{STRICT_MS}")
    world.edges["dev-ec2"].hang("GET /customers/*", TOO_LATE)


@fault("endpoint-without-correlation-id", item="smoke-tests")
def _(world: "World") -> None:
    """Answers lack the correlation id header that is declared."""
    for member in world.fronts["dev-lambda"].members:
        member.without_headers.add("X-Correlation-ID")


@fault("endpoint-body-cut-off", item="smoke-tests", kind="blind")
def _(world: "World") -> None:
    """An answer is shorter than its Content-Length says."""
    world.edges["dev-lambda"].cut("GET /customers/*")


@fault("endpoint-connection-closed", item="smoke-tests", kind="blind")
def _(world: "World") -> None:
    """The connection is closed without an answer."""
    world.edges["dev-lambda"].drop("GET /version")


@fault("orders-cannot-be-cancelled", item="synthetic-tests")
def _(world: "World") -> None:
    """Cancelling an order answers 500, which no smoke test tries."""
    world.edges["dev-lambda"].fail("DELETE /orders/*")


@fault("canary-failed", item="synthetic-tests")
def _(world: "World") -> None:
    """The last run of the Synthetics canary failed."""
    world.dev.canary.state, world.dev.canary.reason = "FAILED", "TimeoutError: waiting for selector `#order` failed"


@fault("canary-failed-in-one-browser", item="synthetic-tests")
def _(world: "World") -> None:
    """The canary runs in two browsers, and its last run failed in the second."""
    world.dev.canary.browsers = {"CHROME": "", "FIREFOX": "FAILED"}
    world.dev.canary.reason = "no basket"


@fault("canary-in-two-browsers", item="synthetic-tests", kind="clean")
def _(world: "World") -> None:
    """The canary runs in two browsers, and passes in both."""
    world.dev.canary.browsers = {"FIREFOX": "", "CHROME": ""}


@fault("canary-runs-right-now", item="synthetic-tests", kind="clean")
def _(world: "World") -> None:
    """A run of the canary is always in progress; the one before it passed."""
    world.dev.canary.running = True


@fault("canary-failed-before-this-run", item="synthetic-tests")
def _(world: "World") -> None:
    """A run of the canary is in progress, and the last finished one failed."""
    world.dev.canary.running = True
    world.dev.canary.state, world.dev.canary.reason = "FAILED", "no basket"


@fault("canary-runs-denied", item="synthetic-tests", kind="blind")
def _(world: "World") -> None:
    """A run of the canary is in progress, and the role may not read earlier runs."""
    world.dev.canary.running = True
    world.wire.deny("synthetics:GetCanaryRuns", account=world.dev.id)


@fault("command-fails", item="synthetic-tests")
def _(world: "World") -> None:
    """The other tool's functional check exits with 3."""
    written = world.promotion_toml
    vars(world)["promotion_toml"] = lambda places: written(places).replace("SystemExit(0)", "SystemExit(3)")


@fault("command-missing", item="synthetic-tests", kind="blind")
def _(world: "World") -> None:
    """The other tool is not installed where the gate runs."""
    written = world.promotion_toml

    def without_tool(places: Any) -> str:
        lines = written(places).splitlines()
        return "\n".join('command = ["no-such-tool-here"]' if line.startswith("command =") else line for line in lines)

    vars(world)["promotion_toml"] = without_tool


@fault("canary-stale", item="synthetic-tests", kind="blind")
def _(world: "World") -> None:
    """The Synthetics canary last ran two hours ago."""
    from promotion.sandbox.world.model import ago

    world.dev.canary.until = ago(hours=2)


wire_fault(
    "canaries-denied",
    "DescribeCanariesLastRun is denied.",
    "deny",
    "synthetics:DescribeCanariesLastRun",
    item="synthetic-tests",
    on="dev",
)


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


def _roll_back(world: "World", broken: Any) -> None:
    from moto.core.utils import utcnow

    from promotion.sandbox.moto_patches.rollbacks import roll_back

    made = roll_back(world.dev.backend("codedeploy"), broken.record)
    made.status, made.complete_time = "Succeeded", utcnow()


def _scale_out(world: "World", instance: str, like: Any) -> None:
    """Let Auto Scaling have added an instance after the newest deployment, with the same revision."""
    import copy

    dev = world.dev
    newest = dev.latest_ec2_deployment.record
    backend = dev.backend("codedeploy")
    made = backend.deployments[
        backend.create_deployment(newest.application_name, newest.deployment_group_name, newest.revision)
    ]
    target = copy.deepcopy(like)
    target.id, target.label = instance, None
    made.creator, made.status, made.complete_time = "autoscaling", "Succeeded", newest.complete_time
    made.targets = {instance: target}


def _run_instance(world: "World") -> str:
    ec2 = world.dev.client("ec2")
    made = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=world.dev.private_subnets[0])
    return str(made["Instances"][0]["InstanceId"])


def _register(world: "World", instance: str) -> None:
    world.dev.client("elbv2").register_targets(TargetGroupArn=world.dev.target_group, Targets=[{"Id": instance}])


def _forward(world: "World", colour: str) -> None:
    groups = [
        {"TargetGroupArn": arn, "Weight": 100 if name == colour else 0} for name, arn in world.dev.target_groups.items()
    ]
    world.dev.client("elbv2").modify_listener(
        ListenerArn=world.dev.listeners[443],
        DefaultActions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}],
    )


def _fix(world: "World", front: str, path: str, status: int, body: Any) -> None:
    from promotion.sandbox.order import Reply

    for member in world.fronts[front].members:
        member.fixed[path] = Reply(status, body)
