"""What of the hosts behind a load balancer counts, while Auto Scaling has them come and go."""

from dataclasses import dataclass

import pytest

from promotion.clients.aws.hosts import count, problems, serves
from promotion.unknown import Reason, Unknown


@dataclass(frozen=True)
class Host:
    """A host as the load balancer describes it."""

    id: str
    state: str

    def describe(self):
        """The host in a few words."""
        return f"{self.id} is {self.state}"


def fleet(*states, healthy=2):
    """Give so many healthy hosts and some others."""
    return [Host(f"i-{number}", state) for number, state in enumerate(["healthy"] * healthy + [*states], 1)]


@pytest.mark.parametrize("state", ["draining", "unused", "unhealthy.draining"])
def test_what_leaves_is_nothing(state):
    """Two healthy ones are enough, whoever is on the way out; one is not."""
    assert list(problems(fleet(state), 2)) == []
    assert list(problems(fleet(state, healthy=1), 2)) == ["1 instances are registered and healthy, expected 2"]
    assert not serves(Host("i-1", state))


def test_what_has_just_come_is_not_due():
    """Whether it makes up for one that is missing or comes besides; if it cannot, too few are too few."""
    for hosts in (fleet("initial"), fleet("initial", healthy=1)):
        with pytest.raises(Unknown, match="is initial: registered a moment ago") as raised:
            list(problems(hosts, 2))
        assert raised.value.reason is Reason.NOT_DUE
    assert list(problems(fleet("initial", healthy=1), 3)) == ["1 instances are registered and healthy, expected 3"]


def test_what_is_ill_is_wrong():
    """Also beside enough healthy ones, and beside one that has just come."""
    assert list(problems(fleet("unhealthy"), 2)) == ["i-3 is unhealthy; expected healthy"]
    assert list(problems(fleet("initial", "unhealthy"), 2)) == ["i-4 is unhealthy; expected healthy"]


@pytest.mark.parametrize(("state", "reason"), [("unavailable", "no-data"), ("recovering", "not-supported")])
def test_what_cannot_be_told_is_unknown(state, reason):
    """By the load balancer's own word, or because the state is not known here."""
    with pytest.raises(Unknown) as raised:
        list(problems(fleet(state), 2))
    assert raised.value.reason == reason
    assert state in raised.value.message
    assert serves(Host("i-1", state))


def test_a_host_that_is_ill_in_one_group_is_not_well_in_another():
    """It stands in two target groups that get traffic."""
    hosts = [Host("i-1", "healthy"), Host("i-1", "unhealthy"), Host("i-2", "healthy")]
    assert count(hosts).well == {"i-2"}
