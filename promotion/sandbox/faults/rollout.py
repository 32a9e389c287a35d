"""Faults of a rollout: what the new version does wrong, what shows it, and what keeps the watch from seeing.

They are about the scene `rollout`, in which the newest deployments of prod have just been made.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault

if TYPE_CHECKING:
    from datetime import datetime

    from promotion.sandbox.seeded import Seeded as World

DECISIONS = ("go-no-go-t2", "go-no-go-t5")
FILTER, HISTORY, METRICS = "logs:FilterLogEvents", "cloudwatch:DescribeAlarmHistory", "cloudwatch:GetMetricData"
HEALTH = "elbv2:DescribeTargetHealth"


@fault("canary-errors", item="lambda-canary", falls_with=("api-gateway-errors", *DECISIONS))
def _(world: "World") -> None:
    """One in twenty requests to the new version fails."""
    _canary(world, errors=0.05)


@fault("canary-slow", item="lambda-canary", falls_with=DECISIONS)
def _(world: "World") -> None:
    """The new version takes twice as long as the old one, which is within the limit still."""
    _canary(world, slowness=2)


@fault("canary-throttled", item="lambda-canary", falls_with=DECISIONS)
def _(world: "World") -> None:
    """Some calls of the new version are refused for want of concurrency."""
    _canary(world, refused=0.05)


@fault("canary-cold-starts", item="lambda-canary", kind="clean")
def _(world: "World") -> None:
    """Many environments of the new version had to be started."""
    _canary(world, cold=0.1)


@fault("canary-reports-on-second-page", item="lambda-canary", kind="clean")
def _(world: "World") -> None:
    """The log begins with an empty page and a token."""
    world.wire.empty_page(FILTER)


@fault(
    "canary-logs-denied",
    item="lambda-canary",
    kind="blind",
    falls_with=("canary-correlation-ids", *DECISIONS),
)
def _(world: "World") -> None:
    """The role may not read prod's logs."""
    world.wire.deny(FILTER, account=world.prod.id)


@fault(
    "canary-without-traffic",
    item="lambda-canary",
    kind="blind",
    falls_with=("api-gateway-errors", "target-group-errors", "canary-correlation-ids", *DECISIONS),
)
def _(world: "World") -> None:
    """Hardly anybody calls the service during the rollout."""
    for flow in world.prod.flows.values():
        flow.change(_after(world, minutes=-30), requests=6)


@fault("canary-answers-500", item="api-gateway-errors", falls_with=DECISIONS)
def _(world: "World") -> None:
    """The new version answers one in ten requests with a 500 of its own, which Lambda counts as no error."""
    _canary(world, handled_errors=0.1)


@fault("callers-are-wrong", item="api-gateway-errors", kind="clean")
def _(world: "World") -> None:
    """One in five requests is answered with 404."""
    for flow in world.prod.flows.values():
        flow.client_errors = 0.2


@fault("api-uncounted", item="api-gateway-errors", kind="blind")
def _(world: "World") -> None:
    """No metric of the API comes."""
    metrics = world.prod.metrics
    for key in [key for key in metrics if key.namespace == "AWS/ApiGateway"]:
        del metrics[key]


@fault("canary-logs-no-id", item="canary-correlation-ids")
def _(world: "World") -> None:
    """A fifth of the new version's lines carries no correlation id."""
    _canary(world, uncorrelated=0.2)


@fault("canary-logs-one-id", item="canary-correlation-ids")
def _(world: "World") -> None:
    """The new version logs every request with the same correlation id."""
    _canary(world, one_id=True)


@fault("old-version-logs-no-id", item="canary-correlation-ids", kind="clean")
def _(world: "World") -> None:
    """Half of the old version's lines carries no correlation id."""
    world.prod.flows["lambda"].versions[str(max(world.prod.versions) - 1)] = {"uncorrelated": 0.5}


@fault("canary-logs-throttled", item="canary-correlation-ids", kind="blind", falls_with=("lambda-canary", *DECISIONS))
def _(world: "World") -> None:
    """CloudWatch Logs answers that it is asked too often, however long one waits."""
    world.wire.throttle(FILTER)


@fault("new-instance-unhealthy", item="alb-targets", falls_with=("go-no-go-t5",))
def _(world: "World") -> None:
    """The load balancer finds one of the new instances unhealthy."""
    said = ("unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [500]")
    _fleet(world).balancer.ill[world.prod.green[0]] = said
    world.prod.health[world.prod.green[0]] = said


@fault("old-instance-drains", item="alb-targets", kind="clean")
def _(world: "World") -> None:
    """An old instance is still being drained."""
    world.prod.health[world.prod.blue[0]] = ("draining", "Target.DeregistrationInProgress", "Being deregistered")


@fault(
    "rollout-target-health-denied", item="alb-targets", kind="blind", falls_with=("target-group-errors", "go-no-go-t5")
)
def _(world: "World") -> None:
    """The role may not see how prod's hosts are."""
    world.wire.deny(HEALTH, account=world.prod.id)


@fault("new-instances-fail", item="target-group-errors", falls_with=("go-no-go-t5",))
def _(world: "World") -> None:
    """One in twenty requests to the new instances is answered with a 5xx."""
    fleet = _fleet(world)
    world.prod.flows["ec2"].versions[fleet.new] = {"errors": 0.05}


@fault("balancer-refuses", item="target-group-errors", falls_with=("go-no-go-t5",))
def _(world: "World") -> None:
    """The load balancer itself answers some requests with 503, which no target group counts."""
    world.prod.flows["ec2"].versions[_fleet(world).new] = {"refused": 0.05}


@fault("one-answer-fails", item="target-group-errors", kind="clean")
def _(world: "World") -> None:
    """A single request in ten thousand fails, which is what the limit lets."""
    world.prod.flows["ec2"].errors = 0.0001


@fault(
    "rollout-metrics-denied",
    item="target-group-errors",
    kind="blind",
    falls_with=(
        "lambda-canary",
        "api-gateway-errors",
        "instance-load",
        "dashboard-watch",
        *DECISIONS,
    ),
)
def _(world: "World") -> None:
    """The role may not read prod's metrics."""
    world.wire.deny(METRICS, account=world.prod.id)


@fault("new-instance-busy", item="instance-load")
def _(world: "World") -> None:
    """The processors of a new instance are at 97 %."""
    world.prod.loads[world.prod.green[1]].cpu = 97


@fault("new-instance-out-of-memory", item="instance-load")
def _(world: "World") -> None:
    """Nearly all memory of a new instance is used."""
    world.prod.loads[world.prod.green[0]].memory = 96


@fault("new-instances-work", item="instance-load", kind="clean")
def _(world: "World") -> None:
    """The new instances are busy, within the limits."""
    for key in world.prod.green:
        world.prod.loads[key].cpu, world.prod.loads[key].memory = 78, 80


@fault("instance-memory-denied", item="instance-load", kind="blind")
def _(world: "World") -> None:
    """The role may not look which metrics of memory there are."""
    world.wire.deny("cloudwatch:ListMetrics", account=world.prod.id)


@fault("prod-dashboard-on-other-alias", item="dashboard-watch")
def _(world: "World") -> None:
    """The widgets of the function look at an alias that nobody calls."""
    dashboard = world.prod.backend("cloudwatch").dashboards["shop-prod"]
    dashboard.body = dashboard.body.replace("shop-api:live", "shop-api:old")


@fault("prod-dashboard-with-text", item="dashboard-watch", kind="clean")
def _(world: "World") -> None:
    """Somebody added a note to the dashboard."""
    import json

    dashboard = world.prod.backend("cloudwatch").dashboards["shop-prod"]
    tree = json.loads(dashboard.body)
    tree["widgets"].append({"type": "text", "properties": {"markdown": "During a rollout, look at the errors first."}})
    dashboard.body = json.dumps(tree)


@fault("prod-dashboard-denied", item="dashboard-watch", kind="blind", falls_with=("alarms-quiet", *DECISIONS))
def _(world: "World") -> None:
    """The role may not see prod's dashboards, nor therefore which alarms are on them."""
    world.wire.deny("cloudwatch:GetDashboard", account=world.prod.id)


@fault("rollout-alarm-recovered", item="alarms-quiet", falls_with=DECISIONS)
def _(world: "World") -> None:
    """An alarm was in ALARM for half a minute of the first two, and has long been OK again."""
    world.prod.turn_alarm("lambda-errors", "ALARM", _after(world, seconds=40))
    world.prod.turn_alarm("lambda-errors", "OK", _after(world, seconds=70))


@fault("alarm-before-the-rollout", item="alarms-quiet", kind="clean")
def _(world: "World") -> None:
    """An alarm went off and recovered an hour before the rollout."""
    world.prod.turn_alarm("lambda-errors", "ALARM", _after(world, minutes=-60))
    world.prod.turn_alarm("lambda-errors", "OK", _after(world, minutes=-50))


@fault("rollout-alarm-history-denied", item="alarms-quiet", kind="blind", falls_with=("dashboard-watch", *DECISIONS))
def _(world: "World") -> None:
    """The role may not read what prod's alarms did."""
    world.wire.deny(HISTORY, account=world.prod.id)


@fault("new-version-unwell", item="health-during-shift")
def _(world: "World") -> None:
    """The health endpoint behind the API answers 500."""
    for member in world.fronts["prod-lambda"].members:
        member.error_share = 1


@fault("new-version-hesitates", item="health-during-shift", kind="clean")
def _(world: "World") -> None:
    """The health endpoint takes a fifth of a second."""
    for member in world.fronts["prod-lambda"].members:
        member.slow_ms = 200


@fault("new-version-closes-connections", item="health-during-shift", kind="blind")
def _(world: "World") -> None:
    """The connection to the health endpoint behind the API is closed without an answer."""
    world.edges["prod-lambda"].drop("GET /health")


@fault("alarm-after-t2", item="go-no-go-t2", kind="clean")
def _(world: "World") -> None:
    """An alarm fires three minutes after the rollout began, when the first decision has been taken."""
    world.prod.turn_alarm("alb-5xx", "ALARM", _after(world, minutes=3))


@fault("alarm-until-t5", item="go-no-go-t5", falls_with=("alarms-quiet", "dashboard-watch"))
def _(world: "World") -> None:
    """An alarm fires three minutes after the rollout began."""
    world.prod.turn_alarm("alb-5xx", "ALARM", _after(world, minutes=3))


@fault("alarm-after-t5", item="go-no-go-t5", kind="clean")
def _(world: "World") -> None:
    """An alarm fires five and a half minutes after the rollout began, when the last decision has been taken."""
    world.prod.turn_alarm("alb-5xx", "ALARM", _after(world, minutes=5.5))


@fault("both-versions-fail", item="go-no-go-t2", kind="blind", falls_with=("api-gateway-errors", "go-no-go-t5"))
def _(world: "World") -> None:
    """Something that both versions lean on is down, so that going back would mend nothing."""
    world.prod.flows["lambda"].errors = 0.05


@fault("rollout-stopped", item="go-no-go-t5", falls_with=("go-no-go-t2",))
def _(world: "World") -> None:
    """Somebody stopped the function's deployment, and CodeDeploy rolls it back."""
    world.prod.latest_lambda_deployment.record.playing.stop(_after(world, minutes=1.5), rolls_back=True)


def _canary(world: "World", **knobs: Any) -> None:
    """Turn the knobs of the new version alone."""
    world.prod.flows["lambda"].versions[str(max(world.prod.versions))] = knobs


def _fleet(world: "World") -> Any:
    """Give the instances' part of the rollout."""
    return world.prod.latest_ec2_deployment.record.playing


def _after(world: "World", **span: float) -> "datetime":
    """Give a moment so long after the rollout began."""
    deployments = (world.prod.latest_lambda_deployment, world.prod.latest_ec2_deployment)
    began: datetime = min(deployment.record.create_time for deployment in deployments)
    return began + timedelta(**span)
