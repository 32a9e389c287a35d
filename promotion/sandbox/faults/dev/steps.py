"""What faults of dev are made of: instances, registrations, answers; and what falls with several of them."""

from typing import TYPE_CHECKING, Any

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


def undo_deployment(world: "World", broken: Any) -> None:
    """Have CodeDeploy have taken a deployment back: it failed, and another one deploys the revision before it."""
    from moto.core.utils import utcnow

    from promotion.sandbox.moto_patches.rollbacks import roll_back

    made = roll_back(world.dev.backend("codedeploy"), broken.record)
    made.status, made.complete_time = "Succeeded", utcnow()


def scale_out(world: "World", instance: str, like: Any) -> None:
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


def run_instance(world: "World") -> str:
    """Launch one more instance, and give its id."""
    ec2 = world.dev.client("ec2")
    made = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=world.dev.private_subnets[0])
    return str(made["Instances"][0]["InstanceId"])


def register(world: "World", instance: str) -> None:
    """Register an instance in the target group."""
    world.dev.client("elbv2").register_targets(TargetGroupArn=world.dev.target_group, Targets=[{"Id": instance}])


def forward(world: "World", colour: str) -> None:
    """Have every listener forward all of its requests to the target group of a colour."""
    groups = [
        {"TargetGroupArn": arn, "Weight": 100 if name == colour else 0} for name, arn in world.dev.target_groups.items()
    ]
    world.dev.client("elbv2").modify_listener(
        ListenerArn=world.dev.listeners[443],
        DefaultActions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}],
    )


def fix_answer(world: "World", front: str, path: str, status: int, body: Any) -> None:
    """Have a front-end answer one path with this status and body, whatever the service says."""
    from promotion.sandbox.order import Reply

    for member in world.fronts[front].members:
        member.fixed[path] = Reply(status, body)
