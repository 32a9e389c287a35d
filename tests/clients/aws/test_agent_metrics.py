"""Metrics of an agent on instances that are not listed yet: the dimensions of older ones, with the values of the new."""

import pytest

from promotion.clients.aws.cloudwatch.agent_metrics import metrics_of_instances
from promotion.clients.aws.ec2 import described_instances

OLD, NEW, GONE = "i-0old", "i-0new", "i-0gone"
LISTED = {
    "none": ("InstanceId",),
    "all": ("AutoScalingGroupName", "ImageId", "InstanceId", "InstanceType"),
}


class Answers:
    """An account in which ListMetrics lists the metrics of some instances, and EC2 describes others."""

    def __init__(self, listed, described):
        self.listed, self.described = listed, described

    def client(self, _service):
        """Any service."""
        return self

    def get_paginator(self, operation):
        """Pages of an operation."""
        self.operation = operation
        return self

    def paginate(self, **asked):
        """One page of what is there."""
        if self.operation == "list_metrics":
            metrics = [[{"Name": name, "Value": value} for name, value in one.items()] for one in self.listed]
            return [{"Metrics": [{"Dimensions": dimensions} for dimensions in metrics]}]
        wanted = asked["Filters"][0]["Values"]
        return [{"Reservations": [{"Instances": [one for one in self.described if one["InstanceId"] in wanted]}]}]


def instance(name, image="ami-1", group="fleet-1"):
    """An instance as EC2 describes it."""
    return {
        "InstanceId": name,
        "ImageId": image,
        "InstanceType": "t3.small",
        "Tags": [{"Key": "aws:autoscaling:groupName", "Value": group}],
    }


def dimensions(name, appended, image="ami-1", group="fleet-1", **others):
    """What an agent that appends so many dimensions publishes under."""
    values = {"InstanceId": name, "ImageId": image, "InstanceType": "t3.small", "AutoScalingGroupName": group}
    return {key: values[key] for key in appended} | others


def found(listed, described):
    """The dimensions that are found for the new instance, or None."""
    metrics = metrics_of_instances(Answers(listed, described), "CWAgent", "mem_used_percent", [NEW], [OLD])
    return dict(metrics[NEW].dimensions) if NEW in metrics else None


@pytest.mark.parametrize("appended", LISTED.values(), ids=list(LISTED))
def test_a_new_instance_is_known_before_it_is_listed(appended):
    """It has another image and another Auto Scaling group, as after a blue/green deployment."""
    described = [instance(OLD), instance(NEW, "ami-2", "fleet-2")]
    assert found([dimensions(OLD, appended)], described) == dimensions(NEW, appended, "ami-2", "fleet-2")


def test_what_else_the_agent_says_is_kept():
    """Where all older ones say the same."""
    listed = [dimensions(one, LISTED["none"], Team="shop") for one in (OLD, GONE)]
    assert found(listed, [instance(OLD), instance(NEW)]) == {"InstanceId": NEW, "Team": "shop"}


@pytest.mark.parametrize(
    ("listed", "described"),
    [
        ([], [instance(OLD), instance(NEW)]),
        ([dimensions(OLD, LISTED["all"])], [instance(OLD)]),
        ([dimensions(OLD, LISTED["all"], image="ami-9")], [instance(OLD), instance(NEW)]),
    ],
    ids=[
        "no instance is listed",
        "the new one is not described",
        "the values of the old one do not explain its dimensions",
    ],
)
def test_what_is_not_certain_is_left_out(listed, described):
    """Then its memory is unknown, and not guessed."""
    assert found(listed, described) is None


def test_many_instances_are_described_in_parts():
    """EC2 refuses a filter of more than 200 values; each instance is described once."""
    asked = []

    class Counting(Answers):
        def paginate(self, **question):
            asked.append(question["Filters"][0]["Values"])
            return super().paginate(**question)

    names = [f"i-{number:04}" for number in range(450)]
    found = list(described_instances(Counting([], [instance(name) for name in names]), [*names, names[0]]))
    assert [one["InstanceId"] for one in found] == names
    assert [len(one) for one in asked] == [200, 200, 50]
