"""The CodeDeploy applications, groups and history of an environment.

The order of the steps on instances: https://docs.aws.amazon.com/codedeploy/latest/userguide/
reference-appspec-file-structure-hooks.html (blue/green with a load balancer).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.moto_patches.deployment_targets import InstanceTarget, LambdaTarget, LifecycleEvent
from promotion.sandbox.world import fleet, watch
from promotion.sandbox.world.deployment import Deployment
from promotion.sandbox.world.names import ALIAS, EC2_APPLICATION, FUNCTION, LAMBDA_APPLICATION, REGION, RELEASES_BUCKET
from promotion.sandbox.world.releases import key_of
from promotion.sandbox.world.traffic import minute_of

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Environment

CANARY = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
BLUE_GREEN = {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}
ROLLBACK = {"enabled": True, "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]}
GREEN_STEPS = (
    "ApplicationStop",
    "DownloadBundle",
    "BeforeInstall",
    "Install",
    "AfterInstall",
    "ApplicationStart",
    "ValidateService",
    "BeforeAllowTraffic",
    "AllowTraffic",
    "AfterAllowTraffic",
)
BLUE_STEPS = ("BeforeBlockTraffic", "BlockTraffic", "AfterBlockTraffic")
LAMBDA_STEPS = {
    "BeforeAllowTraffic": timedelta(seconds=21),
    "AllowTraffic": timedelta(minutes=5, seconds=3),
    "AfterAllowTraffic": timedelta(seconds=17),
}
TERMINATION_WAIT = {"dev": timedelta(minutes=5), "prod": timedelta(minutes=60)}
"""How long the replaced instances are kept: in prod until nobody would want to go back to them."""


def alarm_names(environment: "Environment", target: str) -> list[str]:
    """Name the alarms that stop a deployment of `lambda` or `ec2`."""
    watched = {
        "lambda": ("lambda-errors", "lambda-throttles", "lambda-duration", "api-5xx"),
        "ec2": (
            "alb-5xx",
            *(
                f"alb-{signal}{watch.suffix_of(group)}"
                for signal in ("target-5xx", "response-time", "unhealthy-hosts")
                for group in environment.target_groups
            ),
        ),
    }
    return [f"shop-{environment.name}-{name}" for name in watched[target]]


def configure(environment: "Environment") -> None:
    """Make the two applications and their deployment groups."""
    codedeploy, e = environment.client("codedeploy"), environment.name
    codedeploy.create_application(applicationName=LAMBDA_APPLICATION, computePlatform="Lambda")
    codedeploy.create_application(applicationName=EC2_APPLICATION, computePlatform="Server")
    codedeploy.create_deployment_group(
        applicationName=LAMBDA_APPLICATION,
        deploymentGroupName=f"shop-lambda-{e}",
        serviceRoleArn=environment.role("shop-codedeploy-lambda"),
        deploymentConfigName=CANARY,
        deploymentStyle=BLUE_GREEN,
        autoRollbackConfiguration=ROLLBACK,
        alarmConfiguration=alarm_configuration(environment, "lambda"),
    )
    codedeploy.create_deployment_group(
        applicationName=EC2_APPLICATION,
        deploymentGroupName=f"shop-ec2-{e}",
        serviceRoleArn=environment.role("shop-codedeploy-ec2"),
        deploymentConfigName="CodeDeployDefault.AllAtOnce",
        deploymentStyle=BLUE_GREEN,
        autoRollbackConfiguration=ROLLBACK,
        alarmConfiguration=alarm_configuration(environment, "ec2"),
        loadBalancerInfo=load_balancer_info(environment),
        blueGreenDeploymentConfiguration={
            "terminateBlueInstancesOnDeploymentSuccess": {
                "action": "TERMINATE",
                "terminationWaitTimeInMinutes": int(TERMINATION_WAIT[e].total_seconds() // 60),
            },
            "deploymentReadyOption": {"actionOnTimeout": "CONTINUE_DEPLOYMENT", "waitTimeInMinutes": 0},
            "greenFleetProvisioningOption": {"action": "COPY_AUTO_SCALING_GROUP"},
        },
    )


def load_balancer_info(environment: "Environment") -> dict[str, Any]:
    """Name the target groups in which CodeDeploy registers new instances, and from which it takes old ones."""
    return {
        "targetGroupInfoList": [{"name": f"shop-{environment.name}-{short}"} for short in environment.target_groups]
    }


def alarm_configuration(environment: "Environment", target: str) -> dict[str, Any]:
    """Name the alarms that stop a deployment of `lambda` or `ec2`, as a deployment group does."""
    names = alarm_names(environment, target)
    return {"enabled": True, "ignorePollAlarmFailure": False, "alarms": [{"name": name} for name in names]}


def deploy_function(environment: "Environment", newest: datetime, count: int) -> None:
    """Write the history of the function's group: the newest `count` versions, the last one started at `newest`."""
    last = len(environment.versions)
    for version in range(last - count + 1, last + 1):
        started = newest - timedelta(days=2 * (last - version))
        made = _create(environment, LAMBDA_APPLICATION, "lambda", app_spec(version - 1, version))
        end = started
        events = []
        for name, takes in LAMBDA_STEPS.items():
            events.append(LifecycleEvent(name, start=end, end=end + takes))
            end += takes
        target = LambdaTarget(
            made.deployment_id,
            FUNCTION,
            f"arn:aws:lambda:{REGION}:{environment.id}:function:{FUNCTION}",
            end,
            events,
            function={
                "functionName": FUNCTION,
                "functionAlias": ALIAS,
                "currentVersion": str(version - 1),
                "targetVersion": str(version),
                "targetVersionWeight": 100.0,
            },
        )
        _finish(made, [target], started, end + timedelta(seconds=2))
        environment.lambda_deployments.insert(0, Deployment(made, environment.versions[version]))
        shift = target.event("AllowTraffic")
        environment.shifts += [
            (minute_of(shift.start or started), {version - 1: 0.9, version: 0.1}),
            (minute_of(shift.end or end), {version: 1.0}),
        ]


def app_spec(current: int | str, target: int | str) -> dict[str, Any]:
    """Give the revision that moves the alias from version `current` to version `target`."""
    properties = {"Name": FUNCTION, "Alias": ALIAS, "CurrentVersion": str(current), "TargetVersion": str(target)}
    resource = {FUNCTION: {"Type": "AWS::Lambda::Function", "Properties": properties}}
    content = json.dumps({"version": 0.0, "Resources": [resource]})
    return {
        "revisionType": "AppSpecContent",
        "appSpecContent": {"content": content, "sha256": hashlib.sha256(content.encode()).hexdigest()},
    }


def bundle(digest: str, etag: str) -> dict[str, Any]:
    """Give the revision in S3 that installs an image on instances."""
    place = {"bucket": RELEASES_BUCKET, "key": key_of(digest), "bundleType": "zip", "eTag": etag}
    return {"revisionType": "S3", "s3Location": place}


def deploy_instances(environment: "Environment", newest: datetime, bundles: Mapping[str, str]) -> None:
    """Write the history of the instances' group, and launch the fleets.

    `bundles` are the ETags of the bundles by digest, oldest first; the last one was deployed by the deployment created
    at `newest`, the others two days apart. Between the last two, Auto Scaling replaced an instance, which makes a
    deployment of its own.
    """
    group, digests = f"shop-ec2-{environment.name}", list(bundles)
    revisions = [bundle(digest, etag) for digest, etag in bundles.items()]
    blue_green = [_create(environment, EC2_APPLICATION, "ec2", revision) for revision in revisions]
    launched = newest + timedelta(seconds=40)
    fleet.launch(environment, group, blue_green[-1].deployment_id, blue_green[-2].deployment_id, launched)
    gone = [_gone(environment, number) for number in range(fleet.INSTANCES * len(digests))]
    for number, (made, digest) in enumerate(zip(blue_green, digests, strict=True)):
        age = len(digests) - 1 - number
        created = newest - timedelta(days=2 * age)
        green = (environment.green, environment.blue, gone[:2])[min(age, 2)]
        blue = (environment.blue, gone[:2], gone[2:4])[min(age, 2)]
        _blue_green(environment, made, created, blue, green)
        environment.ec2_deployments.insert(0, Deployment(made, digest))
        if age == 1:
            replaced = _create(environment, EC2_APPLICATION, "ec2", revisions[number])
            replaced.creator = "autoscaling"
            start = created + timedelta(days=1)
            target = _instance(environment, replaced, environment.blue[1], start, GREEN_STEPS[:7], None)
            _finish(replaced, [target], start, target.updated)
            environment.ec2_deployments.insert(0, Deployment(replaced, digest))
    environment.ec2_group.auto_scaling_groups = [environment.scaling_group]
    moved = environment.latest_ec2_deployment.target(environment.green[0]).event("AllowTraffic").end
    environment.green_since = minute_of(moved or newest)


def _blue_green(
    environment: "Environment", made: Any, created: datetime, blue: Iterable[str], green: Iterable[str]
) -> None:
    installing = created + timedelta(seconds=95)  # until the replacement fleet is up
    targets = [_instance(environment, made, key, installing, GREEN_STEPS, "Green") for key in green]
    shifted = targets[0].event("AllowTraffic").end or installing
    targets += [_instance(environment, made, key, shifted, BLUE_STEPS, "Blue") for key in blue]
    _finish(made, targets, created, max(target.updated for target in targets) + TERMINATION_WAIT[environment.name])
    group = fleet.scaling_group_of(made.deployment_group_name, made.deployment_id)
    made.target_instances = {"autoScalingGroups": [group]}
    made.instance_termination_wait_time_started = True


def _instance(
    environment: "Environment", made: Any, key: str, start: datetime, steps: Iterable[str], label: str | None
) -> InstanceTarget:
    events, end = [], start
    for name in steps:
        takes = timedelta(
            seconds={"DownloadBundle": 9, "Install": 6, "AllowTraffic": 48, "BlockTraffic": 33}.get(name, 2)
        )
        events.append(LifecycleEvent(name, start=end, end=end + takes))
        end += takes
    arn = f"arn:aws:ec2:{REGION}:{environment.id}:instance/{key}"
    return InstanceTarget(made.deployment_id, key, arn, end, events, label=label)


def _create(environment: "Environment", application: str, target: str, revision: dict[str, Any]) -> Any:
    backend = environment.backend("codedeploy")
    group = f"shop-{target}-{environment.name}"
    return backend.deployments[backend.create_deployment(application, group, revision)]


def _finish(made: Any, targets: Iterable[Any], created: datetime, completed: datetime) -> None:
    made.status = "Succeeded"
    made.create_time = created
    made.start_time = created + timedelta(seconds=1)
    made.complete_time = completed
    made.auto_rollback_configuration = made.deployment_group.auto_rollback_configuration
    made.targets = {target.id: target for target in targets}


def _gone(environment: "Environment", number: int) -> str:
    """Give the id of an instance that EC2 has forgotten."""
    return "i-0" + hashlib.sha256(f"{environment.name} {number}".encode()).hexdigest()[:16]
