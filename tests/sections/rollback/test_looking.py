"""The look-ups in prod: a healthy world passes, nothing is asked twice, and other ways of telling an image work too."""

import pytest

from tests.runner import judge
from tests.sections.rollback.proof import chosen

ITEMS = (
    "previous-version",
    "rollback-alarms",
    "deployment-groups",
    "canary-strategy",
    "canary-monitored",
    "full-shift",
    "automatic-rollback",
)
PROD = "444455556666"


def test_a_healthy_world_passes_and_nothing_is_asked_twice(world_pool, tmp_path):
    """All seven items pass for both targets, and each thing in prod is asked for once, or once for each target."""
    with world_pool.world() as world:
        judged = judge(world, tmp_path, *chosen(*ITEMS))
        asked = [call.action for call in world.calls() if call.action and call.account == PROD]
    assert judged.bad() == set(), judged.printed
    assert [judged.item(item)["status"] for item in ITEMS] == ["passed"] * len(ITEMS)
    assert {len(judged.item(item)["subjects"]) for item in ITEMS} == {2}
    for action in (
        "lambda:GetFunction",
        "lambda:GetAlias",
        "ec2:DescribeInstances",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:ListMetrics",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTargetGroups",
        "codedeploy:GetApplicationRevision",
        "s3:GetObject",
    ):
        assert asked.count(action) == 1, action
    for action in ("codedeploy:GetDeploymentGroup", "codedeploy:GetDeploymentConfig", "codedeploy:ListDeployments"):
        assert asked.count(action) == 2, action


@pytest.mark.parametrize(
    ("declared", "told_by"),
    [
        ('running_digest = { kind = "version" }', "/version of each instance"),
        ('running_digest = { kind = "tag", tag = "image" }', "the EC2 tag image"),
    ],
)
def test_the_image_in_prod_is_told_as_declared(world_pool, tmp_path, declared, told_by):
    """By the service's own word, or by a tag; without such a tag, which image runs cannot be told, and fails."""
    with world_pool.world() as world:
        dev, prod = world.config.read_text().split("[prod.targets.ec2]")
        prod = prod.replace('revision_key = "shop/{digest}.zip"', declared)
        world.config.write_text(f"{dev}[prod.targets.ec2]{prod}")
        judged = judge(world, tmp_path, *chosen("previous-version"))
    told = judged.record["evidence"]["prod_running[ec2]"]["value"]
    assert told["told_by"] == told_by, judged.printed
    expected = "failed" if "tag" in declared else "passed"
    assert judged.item("previous-version")["status"] == expected, judged.printed


def test_a_target_without_counterpart_is_not_compared(world_pool, tmp_path):
    """A prod target that dev has not is unknown, not-declared, and is compared when its counterpart is named."""
    for more, status in (("", "unknown"), ('\n[rollback.groups]\nwith_dev = { front = "lambda" }', "passed")):
        with world_pool.world() as world:
            tables = world.config.read_text().replace("[prod.targets.lambda]", "[prod.targets.front]").split("\n\n")
            renamed = [
                table.replace('target = "lambda"', 'target = "front"') if table.startswith("[[prod.") else table
                for table in tables
            ]
            world.config.write_text("\n\n".join(renamed) + more)
            judged = judge(world, tmp_path, *chosen("deployment-groups"))
        front = judged.item("deployment-groups")["subjects"][0]
        assert (front["name"], front["status"]) == ("front", status), judged.printed
        assert front["reason"] == (None if status == "passed" else "not-declared")
