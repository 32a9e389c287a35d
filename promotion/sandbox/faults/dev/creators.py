"""Faults of section 2 about who makes deployments: Auto Scaling, CodeDeploy itself, CloudFormation; and new words of APIs.

Who may have made one: DeploymentCreator in botocore's model of CodeDeploy. Instances that are launched during a
deployment get the last successful revision, and then a deployment of CodeDeploy's own (https://docs.aws.amazon.com/codedeploy/latest/userguide/
integrations-aws-auto-scaling.html); a group with a termination hook makes a deployment at each scale-in.
"""

import copy
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.faults.dev.steps import SINCE_DEPLOYED, register, run_instance, undo_deployment

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

LAMBDA, EC2, SHIFTED = "lambda-deployed", "ec2-deployed", "blue-green-completed"
OF_INSTANCES = ("digest-immutable[ec2]", "logs-flowing[ec2]", "correlation-ids[ec2]")


def followed(world: "World", creator: str, status: str = "Succeeded", *, steps: int = 7) -> str:
    """Let a deployment of an instance of its own have followed the newest one to the instances. Gives the instance."""
    dev = world.dev
    newest = dev.latest_ec2_deployment.record
    backend = dev.backend("codedeploy")
    key = backend.create_deployment(newest.application_name, newest.deployment_group_name, newest.revision)
    made = backend.deployments[key]
    extra = run_instance(world)
    target: Any = copy.deepcopy(dev.latest_ec2_deployment.target(dev.green[0]))
    target.id, target.label, target.deployment_id, target.status = extra, None, key, status
    target.events = target.events[:steps]
    made.creator, made.status, made.complete_time = creator, status, newest.complete_time
    made.targets = {extra: target}
    return extra


def serves(world: "World", instance: str) -> None:
    """Let an instance stand behind the load balancer, and answer."""
    register(world, instance)
    member = next(iter(world.fronts["dev-ec2"].members))
    world.fronts["dev-ec2"].members.add(type(member)(instance, member.release))


@fault("ec2-updated-by-codedeploy", item=EC2, kind="clean")
def _(world: "World") -> None:
    """An instance was launched in the middle of the deployment, and CodeDeploy updated it by a deployment of its own."""
    serves(world, followed(world, "CodeDeployAutoUpdate"))


@fault("ec2-scaled-in-with-a-hook", item=EC2, kind="clean")
def _(world: "World") -> None:
    """Auto Scaling took an instance away after the deployment; CodeDeploy ran its scripts by a deployment of its own."""
    world.dev.client("ec2").terminate_instances(InstanceIds=[followed(world, "autoscalingTermination", steps=1)])


@fault("ec2-terminating-instance-serves", item=SHIFTED, falls_with=OF_INSTANCES)
def _(world: "World") -> None:
    """A deployment at its termination names an instance that is still in the target group; it deployed nothing to it."""
    serves(world, followed(world, "autoscalingTermination", steps=1))


@fault("ec2-update-failed", item=SHIFTED, falls_with=OF_INSTANCES)
def _(world: "World") -> None:
    """CodeDeploy could not update an instance that was launched in the middle of the deployment and gets traffic."""
    serves(world, followed(world, "CodeDeployAutoUpdate", "Failed"))


@fault("ec2-update-goes-on", item=SHIFTED, kind="blind", falls_with=OF_INSTANCES)
def _(world: "World") -> None:
    """CodeDeploy is updating an instance that already gets traffic."""
    serves(world, followed(world, "CodeDeployAutoUpdate", "InProgress"))


@fault("lambda-deployed-by-cloudformation", item=LAMBDA, kind="clean")
def _(world: "World") -> None:
    """A stack of CloudFormation made the newest deployment of the function."""
    world.dev.latest_lambda_deployment.record.creator = "CloudFormation"


@fault("lambda-rolled-back-by-cloudformation", item=LAMBDA)
def _(world: "World") -> None:
    """CloudFormation rolled its stack back, by a deployment that names no other one."""
    undo_deployment(world, world.dev.latest_lambda_deployment)
    newest = world.dev.latest_lambda_deployment.record
    back = newest.rollback_info["rollbackDeploymentId"]
    made = world.dev.backend("codedeploy").deployments[back]
    made.creator, made.rollback_info, newest.rollback_info = "CloudFormationRollback", None, None


@fault("ec2-rolled-back-by-cloudformation", item=EC2, falls_with=(SHIFTED,))
def _(world: "World") -> None:
    """The newest deployment to the instances is one of a stack that was rolled back."""
    world.dev.latest_ec2_deployment.record.creator = "CloudFormationRollback"


@fault("lambda-creator-undocumented", item=LAMBDA, kind="blind", falls_with=SINCE_DEPLOYED)
def _(world: "World") -> None:
    """The newest deployment of the function has a creator that AWS does not document."""
    world.dev.latest_lambda_deployment.record.creator = "CodeDeploy"


@fault("ec2-creator-new", item=EC2, kind="blind", falls_with=(SHIFTED, "digest-immutable[ec2]"))
def _(world: "World") -> None:
    """The newest deployment to the instances has a creator that did not exist when the gate was released."""
    world.dev.latest_ec2_deployment.record.creator = "autoscalingWarmPool"


@fault("lambda-older-creator-new", item=LAMBDA, kind="clean")
def _(world: "World") -> None:
    """A deployment before the newest one has a creator that did not exist when the gate was released."""
    world.dev.lambda_deployments[1].record.creator = "SomethingNew"


@fault("lambda-deployment-status-new", item=LAMBDA, kind="blind", falls_with=SINCE_DEPLOYED)
def _(world: "World") -> None:
    """The newest deployment of the function has a status that did not exist when the gate was released."""
    world.dev.latest_lambda_deployment.status = "Paused"


@fault("ec2-target-status-untold", item=EC2, kind="blind")
def _(world: "World") -> None:
    """CodeDeploy does not know how the deployment ended on one of the instances."""
    world.dev.latest_ec2_deployment.target(world.dev.green[1]).status = "Unknown"


@fault("lambda-version-pending", item=LAMBDA, kind="blind")
def _(world: "World") -> None:
    """The deployed version is still being prepared."""
    world.dev.version(8).state = "Pending"


@fault("lambda-version-not-invocable", item=LAMBDA)
def _(world: "World") -> None:
    """The deployed version is active and cannot be called."""
    world.dev.version(8).state = "ActiveNonInvocable"


@fault("lambda-version-state-new", item=LAMBDA, kind="blind")
def _(world: "World") -> None:
    """The deployed version has a state that did not exist when the gate was released."""
    world.dev.version(8).state = "Hibernating"


def extra_host(world: "World", state: str, reason: str) -> None:
    """Let one more instance be registered, of which the load balancer says something."""
    extra = followed(world, "autoscaling")
    serves(world, extra)
    world.dev.health[extra] = (state, reason, None)


HEALTH = "health-checks"


@fault("host-drains-after-scaling-in", item=HEALTH, kind="clean")
def _(world: "World") -> None:
    """An instance that Auto Scaling takes away is still being drained beside those that serve."""
    extra_host(world, "draining", "Target.DeregistrationInProgress")


@fault("ill-host-drains", item=HEALTH, kind="clean")
def _(world: "World") -> None:
    """An instance that was found unhealthy is being drained beside those that serve."""
    extra_host(world, "unhealthy.draining", "Target.DeregistrationInProgress")


@fault("host-unused", item=HEALTH, kind="clean")
def _(world: "World") -> None:
    """One more instance is registered and stopped, and gets no requests."""
    extra_host(world, "unused", "Target.InvalidState")


@fault("host-just-registered", item=HEALTH, kind="blind")
def _(world: "World") -> None:
    """Auto Scaling has just added an instance, which has not passed its health checks yet."""
    extra_host(world, "initial", "Elb.RegistrationInProgress")


@fault("host-health-unavailable", item=HEALTH, kind="blind")
def _(world: "World") -> None:
    """The load balancer cannot tell how one of the instances is."""
    extra_host(world, "unavailable", "Elb.InternalError")


@fault("extra-host-ill", item=HEALTH)
def _(world: "World") -> None:
    """Auto Scaling has added an instance that fails its health checks, beside two that are healthy."""
    extra_host(world, "unhealthy", "Target.FailedHealthChecks")


@fault("lambda-runs-a-platform", item=LAMBDA, kind="clean")
def _(world: "World") -> None:
    """The image is an index for two platforms, and the function was deployed with the manifest of one of them."""
    _index(world)


@fault("ec2-revision-of-a-platform", item=EC2, kind="clean")
def _(world: "World") -> None:
    """The image is an index for two platforms, and the instances got the revision of one of its manifests."""
    from promotion.sandbox.world.releases import key_of

    world.dev.latest_ec2_deployment.record.revision["s3Location"]["key"] = key_of(_index(world)[0].digest)


@fault("lambda-runs-a-platform-of-another-image", item=LAMBDA, falls_with=("digest-immutable[lambda]",))
def _(world: "World") -> None:
    """The image is an index for two platforms, and the function runs the manifest of another one."""
    _index(world)
    version = world.dev.version(world.dev.live_version)
    version.code = world.dev.version(world.dev.live_version - 1).code
    version.code_sha_256 = world.dev.version(world.dev.live_version - 1).code_sha_256


def _index(world: "World") -> Any:
    from promotion.sandbox.faults.artifact.image import _image
    from promotion.sandbox.images import build_index
    from promotion.sandbox.world.swap import promote_instead, run_in_dev

    index = build_index([_image(world), _image(world, platform="linux/arm64")])
    promote_instead(world, index)
    run_in_dev(world, index.images[0].digest)
    return index.images
