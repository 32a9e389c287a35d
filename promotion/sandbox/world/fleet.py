"""The instances of an environment: the fleet that serves, and the one before it, terminated after the traffic moved."""

import base64
from datetime import datetime
from typing import TYPE_CHECKING

from promotion.sandbox.world.names import REGION

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Environment

INSTANCES = 2
INSTANCE_TYPE = "t3.small"
TEMPLATE = "shop"
PROFILE = "shop-instance"


def scaling_group_of(group: str, deployment: str) -> str:
    """Give the name CodeDeploy gives to the Auto Scaling group that it copies for a deployment."""
    return f"CodeDeploy_{group}_{deployment}"


def prepare(environment: "Environment") -> None:
    """Make the launch template."""
    ec2 = environment.client("ec2")
    image = ec2.register_image(
        Name="shop-base", Architecture="x86_64", RootDeviceName="/dev/xvda", VirtualizationType="hvm"
    )["ImageId"]
    ec2.create_launch_template(
        LaunchTemplateName=TEMPLATE,
        LaunchTemplateData={
            "ImageId": image,
            "InstanceType": INSTANCE_TYPE,
            "IamInstanceProfile": {"Name": PROFILE},
            "SecurityGroupIds": [environment.groups["instances"]],
            "Monitoring": {"Enabled": True},
            "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1, "HttpEndpoint": "enabled"},
            "UserData": base64.b64encode(b"#!/bin/sh\nsystemctl start codedeploy-agent\n").decode(),
        },
    )


def launch(environment: "Environment", group: str, deployment: str, previous: str, launched: datetime) -> None:
    """Launch both fleets: the one that deployment `previous` brought is gone, the newest one's serves."""
    name = scaling_group_of(group, deployment)
    environment.blue = _run(environment, scaling_group_of(group, previous))
    environment.client("ec2").terminate_instances(InstanceIds=environment.blue)
    environment.scaling_group = name
    environment.green = bring(environment, name, launched, *environment.groups_of("green"))


def bring(environment: "Environment", name: str, launched: datetime, *target_groups: str) -> list[str]:
    """Make an Auto Scaling group of that name, and its instances, registered with target groups. Gives their ids."""
    environment.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": TEMPLATE, "Version": "$Latest"},
        MinSize=1,
        MaxSize=2 * INSTANCES,
        DesiredCapacity=1,
        VPCZoneIdentifier=",".join(environment.private_subnets),
        TargetGroupARNs=list(target_groups),
        HealthCheckType="ELB",
        HealthCheckGracePeriod=120,
        Tags=[{"Key": "Name", "Value": f"shop-{environment.name}", "PropagateAtLaunch": True}],
    )
    backend = environment.backend("autoscaling")
    scaling = backend.autoscaling_groups[name]
    first, second = environment.private_subnets
    scaling.vpc_zone_identifier = f"{second},{first}"  # moto puts everything into the first
    backend.set_desired_capacity(name, INSTANCES)
    scaling.min_size, scaling.vpc_zone_identifier = INSTANCES, f"{first},{second}"
    made = [state.instance.id for state in scaling.instance_states]
    for key in made:
        _settle(environment, key, launched)
    return made


def _run(environment: "Environment", scaling_group: str) -> list[str]:
    answer = environment.client("ec2").run_instances(
        LaunchTemplate={"LaunchTemplateName": TEMPLATE},
        MinCount=INSTANCES,
        MaxCount=INSTANCES,
        SubnetId=environment.private_subnets[0],
        TagSpecifications=[
            {
                "ResourceType": "instance",
                "Tags": [
                    {"Key": "Name", "Value": f"shop-{environment.name}"},
                    {"Key": "aws:autoscaling:groupName", "Value": scaling_group},
                ],
            }
        ],
    )
    return [instance["InstanceId"] for instance in answer["Instances"]]


def _settle(environment: "Environment", key: str, launched: datetime) -> None:
    """Give an instance what moto's Auto Scaling does not take from the launch template."""
    instance = environment.instance(key)
    instance.launch_time, instance.region_name = launched, REGION
    instance.monitoring_state = "enabled"
    instance.metadata_options.http_tokens = "required"
    environment.backend("ec2").associate_iam_instance_profile(key, iam_instance_profile_name=PROFILE)
