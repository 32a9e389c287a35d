"""Faults of the items on how traffic is shifted in prod: the canary, the rest, rollbacks, and what is watched."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.endpoints import Places
    from promotion.sandbox.faulted_world import Seeded as World

DRIFT_LAMBDA, DRIFT_EC2 = "deployment-groups[lambda]", "deployment-groups[ec2]"
GROUP = ("previous-version", "rollback-alarms", "deployment-groups", "canary-strategy", "full-shift")


@fault("function-shifts-at-once", item="canary-strategy", falls_with=(DRIFT_LAMBDA, "full-shift[lambda]"))
def _(world: "World") -> None:
    """The configuration that is attached to prod's group shifts all traffic at once."""
    world.prod.lambda_group.deployment_config_name = "CodeDeployDefault.LambdaAllAtOnce"


@fault("function-shifts-linearly", item="canary-strategy", falls_with=(DRIFT_LAMBDA, "full-shift[lambda]"))
def _(world: "World") -> None:
    """The configuration that is attached to prod's group shifts a tenth of the traffic every minute."""
    world.prod.lambda_group.deployment_config_name = "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"


@fault("canary-too-large", item="canary-strategy", falls_with=(DRIFT_LAMBDA,))
def _(world: "World") -> None:
    """A configuration of the team's own shifts a fifth of the traffic first."""
    _own_config(world, 20, 5)


@fault("canary-too-long", item="canary-strategy", falls_with=(DRIFT_LAMBDA,))
def _(world: "World") -> None:
    """The configuration that is attached to prod's group waits for 15 minutes."""
    world.prod.lambda_group.deployment_config_name = "CodeDeployDefault.LambdaCanary10Percent15Minutes"


@fault("canary-shorter-than-alarms", item="canary-strategy", falls_with=(DRIFT_LAMBDA,))
def _(world: "World") -> None:
    """Plan and configuration agree on a canary of two minutes, in which no alarm can have fired."""
    _own_config(world, 10, 2)
    _rewrite(world, lambda text: text.replace("percent = 10, minutes = 5", "percent = 10, minutes = 2"))


@fault("canary-other-than-planned", item="canary-strategy")
def _(world: "World") -> None:
    """The plan says 5 % for 10 minutes, and 10 % for 5 minutes is attached, in dev and in prod."""
    _rewrite(world, lambda text: text.replace("percent = 10, minutes = 5", "percent = 5, minutes = 10"))


@fault("fleet-half-at-a-time", item="canary-strategy", falls_with=(DRIFT_EC2,))
def _(world: "World") -> None:
    """The configuration that is attached to prod's instances reroutes traffic to half of them at a time."""
    world.prod.ec2_group.deployment_config_name = "CodeDeployDefault.HalfAtATime"


@fault("fleet-rerouted-by-hand", item="canary-strategy", falls_with=(DRIFT_EC2,))
def _(world: "World") -> None:
    """The group of prod's instances waits an hour for somebody to reroute traffic, which the plan does not say."""
    group = world.prod.ec2_group
    ready = {"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 60}
    group.blue_green_deployment_configuration = {
        **group.blue_green_deployment_configuration,
        "deploymentReadyOption": ready,
    }


@fault("canary-of-own-config", item="canary-strategy", kind="clean")
def _(world: "World") -> None:
    """A configuration of the team's own does what the plan says."""
    _own_config(world, 10, 5)


@fault("fleet-not-planned", item="canary-strategy", kind="blind")
def _(world: "World") -> None:
    """The plan does not say how traffic is rerouted to prod's instances."""
    _rewrite(world, lambda text: text.replace('[rollback.fleets.ec2]\nmoves = "all-at-once"', ""))


wire_fault(
    "prod-config-denied",
    "GetDeploymentConfig is denied in prod.",
    "deny",
    "codedeploy:GetDeploymentConfig",
    item="canary-strategy",
    on="prod",
    falls_with=("deployment-groups", "full-shift[lambda]"),
)


@fault("canary-without-own-metrics", item="canary-monitored")
def _(world: "World") -> None:
    """Lambda published nothing of the canary's version by itself when dev was deployed to."""
    _silence(world.dev, lambda metric: ("ExecutedVersion", "8") in metric.dimensions)


@fault("prod-log-infrequent", item="canary-monitored", kind="blind")
def _(world: "World") -> None:
    """The log group of prod's function is of the class INFREQUENT_ACCESS, which FilterLogEvents refuses to read."""
    from promotion.sandbox.world.names import LAMBDA_LOGS

    vars(world.prod.backend("logs").groups[LAMBDA_LOGS])["log_group_class"] = "INFREQUENT_ACCESS"


@fault("prod-logs-failures-alone", item="canary-monitored", kind="blind")
def _(world: "World") -> None:
    """Prod's function logs JSON with SystemLogLevel WARN, so that invocations that succeed leave no report."""
    world.prod.log_as(world.prod.live_version, LogFormat="JSON", SystemLogLevel="WARN")


@fault("dev-logs-failures-alone", item="canary-monitored", kind="blind")
def _(world: "World") -> None:
    """What is to be promoted logs JSON with SystemLogLevel WARN in dev."""
    world.dev.log_as(world.dev.live_version, LogFormat="JSON", SystemLogLevel="WARN")


@fault("prod-logs-json", item="canary-monitored", kind="clean")
def _(world: "World") -> None:
    """Prod's function logs JSON with a report of each invocation."""
    world.prod.log_as(world.prod.live_version, LogFormat="JSON", SystemLogLevel="INFO")


@fault("api-without-metrics", item="canary-monitored")
def _(world: "World") -> None:
    """API Gateway counts no request in prod."""
    _silence(world.prod, lambda metric: metric.namespace == "AWS/ApiGateway")


@fault("detailed-monitoring-off", item="canary-monitored")
def _(world: "World") -> None:
    """The metrics of one of prod's instances come every five minutes."""
    world.prod.instance(world.prod.green[0]).monitoring_state = "disabled"


@fault("memory-not-measured", item="canary-monitored")
def _(world: "World") -> None:
    """No agent tells how much memory is used on prod's instances."""
    _silence(world.prod, lambda metric: metric.namespace == "CWAgent")


@fault("memory-metric-stopped", item="canary-monitored")
def _(world: "World") -> None:
    """The agent on one of prod's instances stopped an hour ago, so that its metric is known but silent."""
    from promotion.sandbox.world.model import ago

    mine = ("InstanceId", world.prod.green[0])
    for metric, source in world.prod.metrics.items():
        if metric.namespace == "CWAgent" and mine in metric.dimensions:
            source.until = ago(hours=1)


@fault("hosts-not-counted", item="canary-monitored")
def _(world: "World") -> None:
    """The load balancer counts no healthy host in prod."""
    _silence(world.prod, lambda metric: metric.name == "HealthyHostCount")


@fault("prod-log-group-gone", item="canary-monitored")
def _(world: "World") -> None:
    """The log group of prod's function was deleted."""
    world.prod.backend("logs").groups.pop("/aws/lambda/shop-api")


@fault("prod-other-metrics-gone", item="canary-monitored", kind="clean")
def _(world: "World") -> None:
    """Metrics of older versions are gone from prod, which no watch reads."""
    _silence(world.prod, lambda metric: ("ExecutedVersion", "3") in metric.dimensions)


wire_fault(
    "prod-metrics-on-second-page",
    "The list of prod's metrics begins with an empty page and a token.",
    "empty_page",
    "cloudwatch:ListMetrics",
    item="canary-monitored",
    kind="clean",
    on="prod",
)


wire_fault(
    "prod-logs-denied",
    "FilterLogEvents is denied in prod.",
    "deny",
    "logs:FilterLogEvents",
    item="canary-monitored",
    on="prod",
)


wire_fault(
    "prod-metrics-denied",
    "GetMetricData is denied in prod.",
    "deny",
    "cloudwatch:GetMetricData",
    item="canary-monitored",
    on="prod",
)


wire_fault(
    "prod-memory-throttled",
    "ListMetrics is throttled in prod in every attempt.",
    "throttle",
    "cloudwatch:ListMetrics",
    item="canary-monitored",
    on="prod",
)


wire_fault(
    "prod-instances-denied",
    "DescribeInstances is denied in prod.",
    "deny",
    "ec2:DescribeInstances",
    item="canary-monitored",
    on="prod",
    falls_with=("previous-version[ec2]",),
)


@fault("replaced-terminated-at-once", item="full-shift")
def _(world: "World") -> None:
    """Prod's replaced instances are terminated as soon as the traffic has moved."""
    _wait(world, 0)


@fault("replaced-terminated-early", item="full-shift")
def _(world: "World") -> None:
    """Prod's replaced instances are terminated ten minutes after the traffic has moved."""
    _wait(world, 10)


@fault("replaced-kept-just-long-enough", item="full-shift", kind="clean")
def _(world: "World") -> None:
    """Prod's replaced instances are terminated thirty minutes after the traffic has moved."""
    _wait(world, 30)


wire_fault(
    "prod-group-cut-off",
    "The answers of GetDeploymentGroup in prod are cut off half-way, with status 200.",
    "truncate",
    "codedeploy:GetDeploymentGroup",
    item="full-shift",
    on="prod",
    falls_with=(*GROUP, "automatic-rollback", "canary-monitored[ec2]"),
)


@fault("rollback-disabled", item="automatic-rollback", falls_with=(DRIFT_LAMBDA,))
def _(world: "World") -> None:
    """The group of prod's function does not roll back by itself."""
    _events(world.prod.lambda_group, enabled=False)


@fault("rollback-not-on-alarm", item="automatic-rollback", falls_with=(DRIFT_EC2,))
def _(world: "World") -> None:
    """The group of prod's instances rolls back when a deployment fails, but not when an alarm stops it."""
    _events(world.prod.ec2_group, "DEPLOYMENT_FAILURE")


@fault("rollback-not-on-failure", item="automatic-rollback")
def _(world: "World") -> None:
    """The groups of the function roll back when an alarm stops a deployment, but not when it fails, in dev and in prod."""
    for environment in (world.dev, world.prod):
        _events(environment.lambda_group, "DEPLOYMENT_STOP_ON_ALARM")


@fault("rollback-not-on-request", item="automatic-rollback", kind="clean")
def _(world: "World") -> None:
    """The groups of the function do not roll back when somebody stops a deployment, in dev and in prod."""
    for environment in (world.dev, world.prod):
        _events(environment.lambda_group, "DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM")


wire_fault(
    "prod-group-throttled",
    "GetDeploymentGroup is throttled in prod in every attempt.",
    "throttle",
    "codedeploy:GetDeploymentGroup",
    item="automatic-rollback",
    on="prod",
    falls_with=(*GROUP, "canary-monitored[ec2]"),
)


wire_fault(
    "prod-target-groups-empty",
    "Prod's target groups are left out of the answer, and not refused.",
    "empty",
    "elbv2:DescribeTargetGroups",
    item="canary-monitored",
    on="prod",
    falls_with=(
        "deployment-groups[ec2]",
        "previous-version[ec2]",
        "rollback-alarms[ec2]",
        "secrets-manager[prod shop/prod/database]",
        "secrets-manager[prod shop/prod/payment-api]",
        "security-groups[prod instances of ec2]",
        "security-groups[prod other groups]",
    ),
)


def _own_config(world: "World", percent: int, minutes: int) -> None:
    """Attach a configuration of the team's own to the group of prod's function."""
    routing = {
        "type": "TimeBasedCanary",
        "timeBasedCanary": {"canaryPercentage": percent, "canaryInterval": minutes},
    }
    world.prod.client("codedeploy").create_deployment_config(
        deploymentConfigName="shop-canary", computePlatform="Lambda", trafficRoutingConfig=routing
    )
    world.prod.lambda_group.deployment_config_name = "shop-canary"


def _rewrite(world: "World", change: Callable[[str], str]) -> None:
    """Let promotion.toml say something else."""
    written = world.promotion_toml

    def rewritten(places: "Places") -> str:
        before = written(places)
        after = change(before)
        assert after != before, "promotion.toml does not say what was to be changed"
        return after

    vars(world)["promotion_toml"] = rewritten


def _silence(environment: Any, chosen: Callable[[Any], bool]) -> None:
    """Take metrics out, as if they had never been published."""
    for metric in [metric for metric in environment.metrics if chosen(metric)]:
        del environment.metrics[metric]


def _wait(world: "World", minutes: int) -> None:
    group = world.prod.ec2_group
    group.blue_green_deployment_configuration = {
        **group.blue_green_deployment_configuration,
        "terminateBlueInstancesOnDeploymentSuccess": {"action": "TERMINATE", "terminationWaitTimeInMinutes": minutes},
    }


def _events(group: Any, *events: str, enabled: bool = True) -> None:
    """Change on what a deployment group rolls back."""
    chosen = list(events) or group.auto_rollback_configuration["events"]
    group.auto_rollback_configuration = {"enabled": enabled, "events": chosen}
