"""A load balancer that other services share: what it counts as a whole is theirs too, what a target group counts is not."""

from types import SimpleNamespace

import pytest

from promotion.sandbox.world import build
from promotion.sandbox.world.neighbour import share_balancer
from promotion.sections.observability.metrics.errors import errors
from promotion.sections.observability.metrics.queries_for import MeasuredTarget
from promotion.sections.observability.metrics.signals import BALANCER_PLACE, GROUPS_PLACE, failures_of, whole_of
from tests.sections.observability.metrics.conftest import AGE, Reader

LIMIT = 0.001


class BesideANeighbour(Reader):
    """Reads the world as the gate does once it has seen that the load balancer forwards to others too."""

    def measured(self, name):
        """Name where a target of the world is measured."""
        found = super().measured(name)
        return MeasuredTarget(name, found.target, found.balancer, found.groups, shared=name == "ec2")


@pytest.fixture
def beside():
    """Give a reader of a world of its own, to which a neighbour comes as a test wants it."""
    return BesideANeighbour(build())


def test_failures_of_a_neighbour_are_not_ours(beside):
    """One in ten of its answers is a 5xx, which the load balancer's counts have and our target group's do not."""
    share_balancer(beside.dev, failed=0.1)
    of_everybody = sum(beside.ask("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", beside.balancer))
    assert of_everybody / sum(beside.ask("AWS/ApplicationELB", "RequestCount", beside.balancer)) > 50 * LIMIT
    look = beside.errors("ec2")
    assert not any(proof.broken for proof in look.proofs(0.95).values())
    assert look.unattributed(0.95) is None


def test_our_failures_are_not_diluted(beside):
    """Ten times as many good answers of the neighbour leave our share as it is."""
    share_balancer(beside.dev)
    beside.dev.flows["ec2"].errors = 0.02
    shares = {place.place: place.share for place in beside.errors("ec2").places if not place.shared}
    assert list(shares.values()) == pytest.approx([0.02], abs=0.002)
    assert beside.broken("ec2") == set(shares)


def test_what_the_balancer_answers_itself_is_nobodys(beside):
    """503 of a shared load balancer speaks against nobody, and is not passed over."""
    share_balancer(beside.dev, refused=0.02)
    look = beside.errors("ec2")
    assert not any(proof.broken for proof in look.proofs(0.95).values())
    found = look.unattributed(0.95)
    assert found.place == BALANCER_PLACE
    assert set(found.parts) == {"HTTPCode_ELB_5XX_Count"}
    assert "shares with other services" in found.of_others_too("ec2")


def test_of_an_exclusive_balancer_it_is_ours(read):
    """Where it forwards to no other, what it refuses is a failure of the target."""
    read.dev.flows["ec2"].refused = 0.02
    assert read.broken("ec2") == {BALANCER_PLACE}


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("shared", [True, False])
def test_each_failure_is_related_to_the_requests_it_is_one_of(groups, shared):
    """Of a target group to its own, of a shared load balancer to those of all; and all of ours are counted once."""
    balancer = "arn:aws:elasticloadbalancing:eu-west-1:444455556666:loadbalancer/app/company/1"
    arns = {
        f"shop-{one}": f"arn:aws:elasticloadbalancing:eu-west-1:444455556666:targetgroup/shop/{one}"
        for one in range(groups)
    }
    target = SimpleNamespace(instances=2)
    places = failures_of(target, balancer, arns, shared=shared)
    for place in places:
        if place.shared:
            assert [metric.name for metric in place.failed] == ["HTTPCode_ELB_5XX_Count"]
            assert not any("TargetGroup" in metric.dimensions for metric in place.metrics)
        else:
            of_groups = [one.dimensions["TargetGroup"] for one in place.requests]
            failed = [one.dimensions["TargetGroup"] for one in place.failed if "TargetGroup" in one.dimensions]
            assert of_groups == failed
    whole = whole_of(places)
    assert len(whole.requests) == groups
    assert whole.name == (BALANCER_PLACE if not shared else GROUPS_PLACE if groups > 1 else "target group shop-0")


def test_an_api_that_leaves_out_its_zeros_has_no_failure(read):
    """No page says whether an HTTP API has 5xx where nothing failed; its 4xx, published alike, is left out too."""
    for metric, computed in read.dev.metrics.items():
        if metric.namespace == "AWS/ApiGateway" and metric.name in {"4xx", "5xx"}:
            read.dev.metrics[metric] = SimpleNamespace(**vars(computed) | {"samples": _without_zeros(computed.samples)})
    look = errors("lambda", read.measured("lambda").failures, read.look("lambda"), LIMIT, AGE)
    assert {place.place: place.failed for place in look.places}["API Gateway"] == 0
    assert not look.untold


def _without_zeros(samples):
    return lambda minute: [pair for pair in samples(minute) if pair[0]]
