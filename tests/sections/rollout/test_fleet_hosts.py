"""Which hosts must be well while CodeDeploy replaces a fleet in the one target group that both stand in."""

import pytest

from promotion.clients.aws.load_balancers import Host
from promotion.sections.observability.dashboards.signals import Balanced
from promotion.sections.rollout.decision import decide
from promotion.sections.rollout.fleet_evidence import Fleet
from promotion.sections.rollout.fleet_judgement import hosts_short
from promotion.sections.rollout.watch import Live
from promotion.settings.environment import DeploymentGroupRef, Ec2Target
from tests.sections.rollout.made import T0, fleet_shift, look, settings, stages

TARGET = Ec2Target(
    kind="ec2",
    url="https://localhost",
    load_balancer="shop",
    target_groups=("shop",),
    codedeploy=DeploymentGroupRef(application="shop", group="fleet"),
)
ARN = "arn:aws:elasticloadbalancing:eu-west-1:444455556666:loadbalancer/app/shop/1"
NEW = ("g1", "g2")


def fleet(hosts, **groups):
    """Hosts in target groups that the listeners forward to: `b1 healthy, g1 initial`; in `shop`, unless it is said."""
    groups = groups or {"shop": 1}
    said = [one.split() for one in hosts.split(", ") if one]
    hosts = tuple(Host(name, *(group or ["shop"]), state, "") for name, state, *group in said)
    return Fleet(Balanced(ARN, {name: name for name in groups}, groups), hosts)


@pytest.mark.parametrize(
    ("hosts", "moved", "outcome"),
    [
        ("b1 healthy, b2 healthy", False, "enough"),
        ("b1 healthy, b2 unhealthy", False, "short"),
        ("b1 healthy", False, "short"),
        ("b1 healthy, b2 initial", False, "may come"),
        ("b1 healthy, b2 healthy, g1 initial, g2 initial", False, "enough"),
        ("b1 healthy, b2 healthy, g1 healthy, g2 initial", False, "enough"),
        ("b1 healthy, b2 healthy, g1 healthy, g2 healthy", False, "enough"),
        ("b1 healthy, b2 healthy, g1 unhealthy, g2 unhealthy", False, "short"),
        ("b1 healthy, b2 healthy, g1 healthy, g2 unhealthy", False, "short"),
        ("b1 healthy, b2 healthy, g1 unavailable, g2 healthy", False, "enough"),
        ("b1 healthy, b2 healthy, g1 unavailable, g2 healthy", True, "may come"),
        ("g1 unavailable, g2 healthy", True, "may come"),
        ("b1 unhealthy, b2 healthy, g1 healthy, g2 healthy", False, "enough"),
        ("b1 draining, b2 draining, g1 healthy, g2 healthy", True, "enough"),
        ("b1 unhealthy.draining, b2 unused, g1 healthy, g2 healthy", True, "enough"),
        ("b1 healthy, b2 healthy, g1 healthy, g2 initial", True, "may come"),
        ("b1 healthy, b2 healthy, g1 healthy", True, "short"),
        ("g1 healthy, g2 healthy", True, "enough"),
        ("g1 healthy, g2 unhealthy", True, "short"),
        ("g1 healthy", True, "short"),
        ("", True, "short"),
    ],
)
def test_new_hosts_must_be_well_once_they_are_there(hosts, moved, outcome):
    """Old ones that are healthy beside them hide nothing, and make up for those that are only being checked."""
    short = hosts_short("ec2", TARGET, fleet(hosts), NEW, moved=moved)
    assert outcome == ("enough" if short is None else "may come" if short.may_come else "short")


def test_without_a_deployment_every_host_must_be_well():
    """An unhealthy one is told of though enough others are healthy."""
    short = hosts_short("ec2", TARGET, fleet("b1 healthy, b2 healthy, g1 unhealthy, g2 unhealthy"))
    assert not short.may_come
    assert "g1 in shop is unhealthy" in short.message


def test_hosts_must_be_well_in_each_group_that_gets_traffic():
    """CodeDeploy registers a fleet in every target group that it is told; one without a healthy host answers 503."""
    two = {"public": 1, "internal": 1}
    both = "g1 healthy public, g2 healthy public, g1 healthy internal, g2 healthy internal"
    assert hosts_short("ec2", TARGET, fleet(both, **two), NEW, moved=True) is None
    ill = both.replace("g2 healthy internal", "g2 unhealthy internal")
    assert hosts_short("ec2", TARGET, fleet(ill, **two), NEW, moved=True)
    assert hosts_short("ec2", TARGET, fleet("g1 healthy public, g2 healthy public", **two), NEW, moved=True)
    idle = {"public": 1, "internal": 0}
    assert hosts_short("ec2", TARGET, fleet("g1 healthy public, g2 healthy public", **idle), NEW, moved=True) is None


@pytest.mark.parametrize(
    ("hosts", "decision"),
    [
        ("b1 healthy, b2 healthy, i-0 initial, i-1 initial", "go"),
        ("b1 healthy, b2 healthy, i-0 unhealthy, i-1 unhealthy", "no-go"),
    ],
)
def test_unhealthy_new_hosts_are_a_no_go_at_the_first_decision(hosts, decision):
    """They are, while the old ones still answer every request; new ones that are only being checked are not."""
    moving = fleet_shift(stages=stages(Install=60, AllowTraffic=None))
    seen = look("T+2", 2.0)
    seen = look(
        "T+2", 2.0, shifts=(seen.shifts[0], moving), answers={}, live=Live({"ec2": fleet(hosts)}, seen.live.health)
    )
    assert moving.began == T0
    assert decide(seen, settings(), final=False).decision == decision
