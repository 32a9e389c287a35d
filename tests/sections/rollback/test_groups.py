"""Deployment groups, pure: how they read, where two of them differ, and what their configuration shifts."""

from types import SimpleNamespace

import pytest

from promotion.clients.aws.deployment_group import parse_deployment_group
from promotion.sections.rollback import drift, groups
from promotion.sections.rollback import traffic_config as shift
from promotion.settings.rollback import Canary, Comparison, FleetShift, MinimumHealthy

COPIED = "autoScalingGroups.name"


def canary(percent=10, minutes=5, name="CodeDeployDefault.LambdaCanary10Percent5Minutes"):
    """A configuration of a function's traffic."""
    timed = {"canaryPercentage": percent, "canaryInterval": minutes}
    routing = {"type": "TimeBasedCanary", "timeBasedCanary": timed}
    return shift.parse_deployment_config(
        {"deploymentConfigName": name, "computePlatform": "Lambda", "trafficRoutingConfig": routing}
    )


def hosts(kind, value, name="own"):
    """A configuration for instances."""
    least = {"type": kind, "value": value}
    return shift.parse_deployment_config(
        {"deploymentConfigName": name, "computePlatform": "Server", "minimumHealthyHosts": least}
    )


def side(environment, account, **info):
    """One of two groups that are compared."""
    place = SimpleNamespace(account=account, region="eu-west-1")
    return drift.GroupSide(parse_deployment_group(info, "shop", f"shop-{environment}"), canary(), place, (environment,))


def differences(ours, theirs, **comparison):
    """How prod's group differs from dev's."""
    prod, dev = side("prod", "444455556666", **ours), side("dev", "111122223333", **theirs)
    return [*drift.differences(prod, dev, Comparison(**comparison))]


def test_an_empty_group_is_read():
    """What CodeDeploy leaves out is off, in place, and never deployed."""
    group = parse_deployment_group({}, "shop", "shop-prod")
    assert (group.style, group.traffic_control, group.rolls_back, group.alarms_enabled) == (
        "IN_PLACE",
        False,
        False,
        False,
    )
    assert (group.newest, group.newest_created, group.target_groups) == (None, None, ())


def test_every_way_to_name_target_groups_counts():
    """A list of them, or a pair."""
    pair = {"targetGroups": [{"name": "blue"}, {"name": "green"}]}
    assert parse_deployment_group(
        {"loadBalancerInfo": {"targetGroupPairInfoList": [pair]}}, "a", "g"
    ).target_groups == ("blue", "green")
    assert parse_deployment_group(
        {"loadBalancerInfo": {"targetGroupInfoList": [{"name": "one"}]}}, "a", "g"
    ).target_groups == ("one",)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("CodeDeploy_shop-ec2-prod_d-2ASHKGMB0", "CodeDeploy_shop-ec2-dev_d-2V9GK94H6"),
        ("arn:aws:iam::444455556666:role/deploy-prod", "arn:aws:iam::111122223333:role/deploy-dev"),
        ("app/shop-prod/50dc6c495c0c9188/f2f7dc8efc522ab2", "app/shop-dev/0123456789abcdef/fedcba9876543210"),
    ],
)
def test_what_is_particular_to_an_environment_is_no_difference(ours, theirs):
    """Words for the environment, accounts, and ids that AWS has made."""
    assert differences({"autoScalingGroups": [{"name": ours}]}, {"autoScalingGroups": [{"name": theirs}]}) == []


@pytest.mark.parametrize(("ours", "theirs"), [("shop-prod", "shop-production"), ("product-api", "devuct-api")])
def test_a_word_is_a_whole_word(ours, theirs):
    """`prod` in `product` or `dev` in `devuct` stands for no environment."""
    assert differences({"autoScalingGroups": [{"name": ours}]}, {"autoScalingGroups": [{"name": theirs}]}) != []


def test_a_difference_says_both_sides():
    """Field by field, with what is there, and not where it is declared."""
    ours, theirs = {"deploymentStyle": {"deploymentType": "IN_PLACE"}}, {"deploymentStyle": {"deploymentOption": "X"}}
    assert differences(ours, theirs) == [
        "deploymentStyle.deploymentOption is nothing in prod and X in dev",
        "deploymentStyle.deploymentType is IN_PLACE in prod and nothing in dev",
    ]
    assert differences(ours, theirs, may_differ=("deploymentStyle",)) == []
    assert len(differences(ours, theirs, may_differ=("deploymentStyle.deploymentType", "deployment"))) == 1


def test_configurations_are_compared_by_what_they_do():
    """Another name for the same is no difference; the same name for something else is one."""
    prod, dev = side("prod", "1" * 12), side("dev", "2" * 12)
    same = drift.GroupSide(prod.group, canary(name="own"), prod.environment, prod.words)
    other = drift.GroupSide(prod.group, canary(percent=20), prod.environment, prod.words)
    assert [*drift.differences(same, dev, Comparison())] == []
    assert len([*drift.differences(other, dev, Comparison())]) == 1


@pytest.mark.parametrize(
    ("config", "plan", "agree"),
    [
        (hosts("HOST_COUNT", 0), FleetShift(moves="all-at-once"), True),
        (hosts("FLEET_PERCENT", 50), FleetShift(moves="half-at-a-time"), True),
        (hosts("FLEET_PERCENT", 50), FleetShift(moves="all-at-once"), False),
        (hosts("MOST_CONCURRENCY", 1, shift.ONE_AT_A_TIME), FleetShift(moves="one-at-a-time"), True),
        (hosts("MOST_CONCURRENCY", 0), FleetShift(moves="all-at-once"), False),
        (hosts("HOST_COUNT", 2), FleetShift(minimum_healthy=MinimumHealthy(hosts=2)), True),
        (hosts("FLEET_PERCENT", 2), FleetShift(minimum_healthy=MinimumHealthy(hosts=2)), False),
        (hosts("FLEET_PERCENT", 75), FleetShift(minimum_healthy=MinimumHealthy(percent=75)), True),
    ],
)
def test_a_fleet_is_shifted_as_planned(config, plan, agree):
    """By what the configuration keeps healthy."""
    group = parse_deployment_group({}, "shop", "shop-prod")
    assert ([*shift.no_such_fleet_shift(config, group, plan)] == []) is agree


def test_a_canary_is_what_the_plan_says():
    """Share and wait, whatever the configuration is called."""
    assert shift.no_such_canary(canary(name="own"), Canary()) == ""
    assert "20 %" in shift.no_such_canary(canary(percent=20), Canary())
    assert "15 min" in shift.no_such_canary(canary(minutes=15), Canary())


@pytest.mark.parametrize(
    ("statement", "trusted"),
    [
        ({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "a.b"}}, ("a.b",)),
        ({"Effect": "Allow", "Action": ["sts:*"], "Principal": {"Service": ["a.b", "c.d"]}}, ("a.b", "c.d")),
        ({"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"Service": "a.b"}}, ()),
        ({"Effect": "Allow", "Action": "sts:TagSession", "Principal": {"Service": "a.b"}}, ()),
        ({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "123456789012"}}, ()),
    ],
)
def test_who_may_assume_a_role(statement, trusted):
    """Services that an allowing statement names; one statement is as good as a list of them."""
    assert groups.trusted_services({"Statement": statement}) == trusted
    assert groups.trusted_services({"Statement": [statement]}) == trusted


@pytest.mark.parametrize(
    ("service", "fine"),
    [
        ("codedeploy.amazonaws.com", True),
        ("codedeploy.eu-west-1.amazonaws.com", True),
        ("codedeploy.us-east-1.amazonaws.com", False),
        ("ec2.amazonaws.com", False),
    ],
)
def test_codedeploy_goes_by_its_name_or_its_region_s(service, fine):
    """https://docs.aws.amazon.com/codedeploy/latest/userguide/getting-started-create-service-role.html."""
    group = parse_deployment_group({}, "shop", "shop-prod")
    assert ([*groups.role_problems(group, groups.ServiceRole("r", (service,)), "eu-west-1")] == []) is fine
