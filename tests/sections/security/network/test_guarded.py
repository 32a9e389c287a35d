"""Parts of the service and what guards them, without a world: chains, circles, and a load balancer that is not there."""

import pytest

from promotion.core.answers import NotApplicable
from promotion.sections.security.network.balancer import Balancer, BalancerLook, Listener, Registered
from promotion.sections.security.network.groups import Interface, Peer, SecurityGroup, SecurityGroupRule
from promotion.sections.security.network.subjects import ServiceParts, collect_groups, judge_network
from promotion.settings import load
from promotion.settings.network import Https
from promotion.unknown import Reason, Unknown
from tests.runner import ROOT

ACCOUNT, VPC = "111122223333", "vpc-1"
DEV = load(ROOT / "promotion.example.toml", environ={}).settings.dev
ENVIRONMENT = DEV.model_copy(update={"network": type(DEV.network)()})
BALANCER = Balancer(
    "shop", "arn:aws:elasticloadbalancing:…:loadbalancer/app/shop/1", VPC, ("sg-alb",), (Listener("a", 443, "HTTPS"),)
)
REGISTERED = (Registered("i-1", (8080,)),)
NOBODY = BalancerLook("shop", None)


def group(key, *rules, name="", egress=()):
    """A group of the VPC."""
    return SecurityGroup(key, name or key.removeprefix("sg-"), VPC, rules, egress)


def tcp(port, *cidrs, peers=(), account=ACCOUNT):
    """A rule for one port."""
    return SecurityGroupRule("6", port, port, cidrs, (), tuple(Peer(one, account) for one in peers))


ALB = group("sg-alb", tcp(443, "0.0.0.0/0", "::/0"))
APP = group("sg-app", tcp(8080, peers=["sg-alb"]))
HOST = Interface("eni-1", VPC, ("sg-app",), instance="i-1")
FRONT = Interface("eni-2", VPC, ("sg-alb",), description=BALANCER.interface)


class Functions(dict):
    """No function is connected to the network."""

    def __missing__(self, subject):
        return type("Look", (), {"vpc": "", "groups": (), "interface": "none"})()


def parts(look=BALANCER, declared=None, registered=REGISTERED):
    """What was seen of the service."""
    found = look if isinstance(look, BalancerLook) else BalancerLook("shop", look)
    return ServiceParts(declared or {}, {"dev ec2": found}, {"dev ec2": registered}, Functions())


def judged(subject, *groups, interfaces=(HOST, FRONT), seen=None):
    """What is wrong with one part."""
    ground = collect_groups(ENVIRONMENT, groups, interfaces, list)
    return judge_network(subject, ENVIRONMENT, ground, seen or parts())[0]


def test_a_shut_service_is_well():
    """Nothing is found in any part of it."""
    for subject in ("dev load balancer of ec2", "dev instances of ec2", "dev function of lambda", "dev other groups"):
        findings = judged(subject, ALB, APP, group("sg-d", name="default"))
        assert (findings.problems, findings.doubts) == ([], []), subject


def test_what_ec2_must_know_of_cannot_be_missing():
    """A load balancer has an interface in each of its subnets, and a group that is in use is a group that there is."""
    for subject, groups, interfaces in (
        ("dev load balancer of ec2", (ALB, APP), (HOST,)),
        ("dev other groups", (ALB,), (HOST, FRONT)),
        ("dev other groups", (), (HOST, FRONT)),
    ):
        with pytest.raises(Unknown) as raised:
            judged(subject, *groups, interfaces=interfaces)
        assert raised.value.reason is Reason.MALFORMED


def test_circles_come_to_an_end():
    """Groups that let each other in, and themselves, are followed once."""
    ring = [
        group("sg-app", tcp(8080, peers=["sg-alb"]), tcp(22, peers=["sg-a", "sg-app"])),
        group("sg-a", tcp(22, peers=["sg-b"])),
        group("sg-b", tcp(22, peers=["sg-a", "sg-app"])),
    ]
    standing = tuple(Interface(f"eni-{one.id}", VPC, (one.id,)) for one in ring[1:])
    assert not judged("dev instances of ec2", ALB, *ring, interfaces=(HOST, *standing)).problems


def test_a_long_chain_is_followed_to_the_internet():
    """However many groups lie between."""
    chain = [group(f"sg-{n}", tcp(22, peers=[f"sg-{n + 1}"])) for n in range(5)]
    last = group("sg-5", tcp(22, "0.0.0.0/1", "128.0.0.0/1"))
    standing = tuple(Interface(f"eni-{n}", VPC, (f"sg-{n}",), f"host {n}") for n in range(6))
    app = group("sg-app", tcp(8080, peers=["sg-alb"]), tcp(22, peers=["sg-0"]))
    (problem,) = judged("dev instances of ec2", ALB, app, *chain, last, interfaces=(HOST, *standing)).problems
    assert "host 5" in problem
    assert "every IPv4 address" in problem


def test_a_chain_that_nobody_stands_in_leads_nowhere():
    """A group without anybody in it lets nobody on; it is judged among the others."""
    app = group("sg-app", tcp(8080, peers=["sg-alb"]), tcp(22, peers=["sg-old"]))
    old = group("sg-old", tcp(22, "0.0.0.0/0"))
    assert not judged("dev instances of ec2", ALB, app, old).problems
    assert judged("dev other groups", ALB, app, old).problems


def test_what_several_groups_of_one_interface_let_in_is_summed_for_others_too():
    """Half of the internet by each, and neither is wide by itself beyond the limit but together they are."""
    halves = [group("sg-a", tcp(22, "1.2.3.0/25")), group("sg-b", tcp(22, "1.2.4.0/24"))]
    both = Interface("eni-9", VPC, ("sg-a", "sg-b"), "host")
    assert not judged("dev other groups", ALB, APP, *halves).problems
    (problem,) = judged("dev other groups", ALB, APP, *halves, interfaces=(HOST, both)).problems
    assert "together" in problem


def test_the_whole_balancer_is_let_in_and_nobody_else():
    """A group of the same id in another account is another group."""
    app = group("sg-app", tcp(8080, peers=["sg-alb"], account="999988887777"))
    problems = judged("dev instances of ec2", ALB, app).problems
    assert any("999988887777" in one for one in problems)


def test_a_declared_absence_does_not_apply():
    """Instances without a load balancer let nobody in at their port, and the load balancer is not judged."""
    seen = parts(NOBODY, {"dev ec2": Https(not_applicable="no load balancer")})
    with pytest.raises(NotApplicable, match="no load balancer"):
        judged("dev load balancer of ec2", APP, seen=seen)
    assert not judged("dev instances of ec2", group("sg-app"), seen=seen).problems
    assert judged("dev instances of ec2", APP, seen=seen).problems
    assert not judged("dev other groups", group("sg-app"), seen=seen).problems


def test_an_absence_that_is_not_declared_is_unknown():
    """The name may be wrong."""
    for subject in ("dev load balancer of ec2", "dev instances of ec2", "dev other groups"):
        with pytest.raises(Unknown) as unknown:
            judged(subject, ALB, APP, seen=parts(NOBODY))
        assert unknown.value.reason is Reason.NO_DATA


def test_targets_that_are_no_instances_are_unknown():
    """An address that is registered has an interface that is not looked for."""
    with pytest.raises(Unknown, match=r"10\.0\.0\.7") as unknown:
        judged("dev instances of ec2", ALB, APP, seen=parts(registered=(Registered("10.0.0.7", (8080,)),)))
    assert unknown.value.reason is Reason.NO_DATA
