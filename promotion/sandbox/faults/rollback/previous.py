"""Faults of the item previous-version: what one would go back to is ill, gone, or not what one thinks."""

from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

BOTH_FLEETS = ("rollback-alarms[ec2]", "deployment-groups[ec2]", "canary-monitored[ec2]")


@fault("previous-image-expired", item="previous-version")
def _(world: "World") -> None:
    """A lifecycle policy has taken the image that prod runs out of the registry."""
    from promotion.sandbox.world.names import REPOSITORY

    store = world.registry.repository(REPOSITORY)
    del store.manifests[world.previous_digest]
    store.tags = {tag: digest for tag, digest in store.tags.items() if digest != world.previous_digest}


@fault("previous-image-incomplete", item="previous-version")
def _(world: "World") -> None:
    """The manifest of the image that prod runs is there, and its configuration is gone."""
    from promotion.sandbox.registry_store import named_in, read
    from promotion.sandbox.world.names import REPOSITORY

    store = world.registry.repository(REPOSITORY)
    document = read(store.manifests[world.previous_digest])
    images = [digest for digest in named_in(document)[1] if digest in store.manifests] or [world.previous_digest]
    for image in images:
        store.blobs.pop(read(store.manifests[image])["config"]["digest"])


@fault("prod-version-failed", item="previous-version")
def _(world: "World") -> None:
    """The version that prod's alias is on has failed."""
    world.prod.version(5).state = "Failed"


@fault("prod-endpoint-fails", item="previous-version")
def _(world: "World") -> None:
    """Prod's function answers 500."""
    for member in world.fronts["prod-lambda"].members:
        member.error_share = 1


@fault("prod-instance-unhealthy", item="previous-version")
def _(world: "World") -> None:
    """The load balancer finds one of prod's instances unhealthy."""
    prod = world.prod
    prod.health[prod.green[0]] = ("unhealthy", "Target.Timeout", "Request timed out")


@fault("prod-instance-missing", item="previous-version")
def _(world: "World") -> None:
    """One of prod's two instances is not registered."""
    prod = world.prod
    prod.client("elbv2").deregister_targets(TargetGroupArn=prod.target_group, Targets=[{"Id": prod.green[0]}])


@fault("prod-alias-moved-by-hand", item="previous-version")
def _(world: "World") -> None:
    """Somebody put prod's alias on an older version, so that a rollback would deploy another one."""
    world.prod.alias.function_version = "4"


@fault("prod-shift-left-over", item="previous-version")
def _(world: "World") -> None:
    """Prod's alias still sends a tenth of its traffic to the previous version."""
    world.prod.alias.routing_config = {"AdditionalVersionWeights": {"4": 0.1}}


@fault("prod-instance-of-another-deployment", item="previous-version")
def _(world: "World") -> None:
    """The last deployment did not reach one of prod's instances."""
    prod = world.prod
    prod.latest_ec2_deployment.targets.pop(prod.green[1])


@fault("prod-originals-still-run", item="previous-version")
def _(world: "World") -> None:
    """The instances that were replaced in prod should have been terminated two days ago, and still run."""
    for instance in world.prod.blue:
        state = world.prod.instance(instance)._state
        state.name, state.code = "running", 16


@fault("previous-revision-deleted", item="previous-version")
def _(world: "World") -> None:
    """The bundle that runs on prod's instances is deleted from the bucket."""
    bucket, key = _bundle(world)
    world.tools.client("s3").delete_object(Bucket=bucket, Key=key)


@fault("previous-revision-written-over", item="previous-version")
def _(world: "World") -> None:
    """Another bundle was written over the one that runs on prod's instances."""
    bucket, key = _bundle(world)
    world.tools.client("s3").put_object(Bucket=bucket, Key=key, Body=b"another bundle")


@fault("previous-app-spec-gone", item="previous-version")
def _(world: "World") -> None:
    """CodeDeploy no longer has the AppSpec of prod's last successful deployment."""
    prod, good = world.prod, world.prod.latest_lambda_deployment.record
    known = prod.backend("codedeploy").deployments[good.deployment_id].revision
    prod.latest_lambda_deployment.record.revision = {
        "revisionType": "AppSpecContent",
        "appSpecContent": {"content": "", "sha256": known["appSpecContent"]["sha256"]},
    }


@fault("prod-deployment-failed-since", item="previous-version", kind="clean")
def _(world: "World") -> None:
    """A deployment of the function to prod failed an hour ago, and the alias was never moved."""
    from promotion.sandbox.world.model import ago

    made = _again(world, world.prod.latest_lambda_deployment.record)
    made.status, made.create_time, made.complete_time = "Failed", ago(hours=1), ago(minutes=54)
    made.error_information = {"code": "HOOK_EXECUTION_FAILURE", "message": "the hook BeforeAllowTraffic failed"}


@fault("prod-scaled-out", item="previous-version", kind="clean")
def _(world: "World") -> None:
    """Auto Scaling replaced one of prod's instances since, and deployed the same revision to it."""
    import copy

    from promotion.sandbox.world.model import ago

    prod = world.prod
    latest, instance = prod.latest_ec2_deployment, prod.green[1]
    made = _again(world, latest.record)
    target: Any = copy.deepcopy(latest.targets.pop(instance))
    target.label = None
    made.creator, made.status = "autoscaling", "Succeeded"
    made.create_time, made.complete_time = ago(hours=3), ago(hours=2, minutes=57)
    made.targets = {instance: target}


@fault("older-prod-image-expired", item="previous-version", kind="clean")
def _(world: "World") -> None:
    """A lifecycle policy has taken an image out of the registry that nothing runs."""
    from promotion.sandbox.world.names import REPOSITORY

    oldest = world.releases[0].digest
    store = world.registry.repository(REPOSITORY)
    store.manifests.pop(oldest)
    store.tags = {tag: digest for tag, digest in store.tags.items() if digest != oldest}


@fault("prod-deployment-under-way", item="previous-version", kind="blind")
def _(world: "World") -> None:
    """A deployment to prod is in progress."""
    from promotion.sandbox.world.model import ago

    made = _again(world, world.prod.latest_lambda_deployment.record)
    made.status, made.create_time = "InProgress", ago(minutes=1)


@fault("nothing-succeeded-in-prod", item="previous-version", kind="blind")
def _(world: "World") -> None:
    """Every deployment of the function to prod that CodeDeploy knows has failed."""
    for deployment in world.prod.lambda_deployments:
        deployment.fail("HEALTH_CONSTRAINTS", "too few healthy targets")


wire_fault(
    "previous-revision-denied",
    "The role that looks at prod may not read the bucket of the bundles.",
    "deny",
    "s3:HeadObject",
    item="previous-version",
    on="prod",
)


@fault("previous-image-unreachable", item="previous-version", kind="blind")
def _(world: "World") -> None:
    """The registry closes the connection when it is asked for the image that prod runs."""
    world.edges["registry"].drop(f"GET /v2/*/manifests/{world.previous_digest}")


@fault("prod-endpoint-unreachable", item="previous-version", kind="blind")
def _(world: "World") -> None:
    """Prod's load balancer closes the connection without an answer."""
    world.edges["prod-ec2"].drop("GET /health")


wire_fault(
    "prod-alias-throttled",
    "GetAlias is throttled in prod in every attempt.",
    "throttle",
    "lambda:GetAlias",
    item="previous-version",
    on="prod",
)


wire_fault(
    "prod-deployments-cut-off",
    "The answers of BatchGetDeployments in prod are cut off half-way, with status 200.",
    "truncate",
    "codedeploy:BatchGetDeployments",
    item="previous-version",
    on="prod",
    falls_with=("deployment-groups[lambda]", "canary-monitored[ec2]"),
)


wire_fault(
    "prod-target-health-denied",
    "DescribeTargetHealth is denied in prod.",
    "deny",
    "elbv2:DescribeTargetHealth",
    item="previous-version",
    on="prod",
    falls_with=("canary-monitored[ec2]",),
)


wire_fault(
    "prod-listener-rules-denied",
    "DescribeRules is denied in prod.",
    "deny",
    "elbv2:DescribeRules",
    item="previous-version",
    on="prod",
    falls_with=("rollback-alarms[ec2]", "deployment-groups[ec2]", "canary-monitored[ec2]", "https-alb[prod ec2]"),
)


wire_fault(
    "prod-listeners-unreachable",
    "Elastic Load Balancing in prod answers for listeners with the error page of a proxy.",
    "fail",
    "elbv2:DescribeListeners",
    502,
    item="previous-version",
    on="prod",
    falls_with=BOTH_FLEETS,
)


wire_fault(
    "prod-instances-empty",
    "EC2 says of none of prod's instances that it is there, while they are registered.",
    "empty",
    "ec2:DescribeInstances",
    item="previous-version",
    on="prod",
    falls_with=(
        "canary-monitored[ec2]",
        "secrets-manager[prod shop/prod/database]",
        "secrets-manager[prod shop/prod/payment-api]",
    ),
)


def _again(world: "World", like: Any) -> Any:
    """Deploy to prod once more what a deployment brought."""
    backend = world.prod.backend("codedeploy")
    made = backend.create_deployment(like.application_name, like.deployment_group_name, like.revision)
    return backend.deployments[made]


def _bundle(world: "World") -> tuple[str, str]:
    place = world.prod.latest_ec2_deployment.record.revision["s3Location"]
    return place["bucket"], place["key"]
