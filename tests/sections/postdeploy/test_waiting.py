"""Nothing is judged before it is due; with --wait it is waited for. How that goes on, `tests/stories` tell."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from promotion.sections.observability.measurements import Untellable
from promotion.sections.postdeploy.schedule import Began, reach
from promotion.sections.rollout.watch import Absent, ProdDeployment
from promotion.unknown import Reason, Unknown
from tests.runner import judge

T0 = datetime(2026, 5, 4, 10, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that passes when it is slept by."""

    at: datetime
    slept: list[float] = field(default_factory=list)

    def now(self):
        """Tell the time."""
        return self.at

    def sleep(self, seconds):
        """Let it pass."""
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


def began(*minutes):
    """Give deployments of the digest that began so many minutes after T0."""
    shifts = {str(one): ProdDeployment(str(one), "d-1", "Succeeded", T0 + timedelta(minutes=one)) for one in minutes}
    return Began(shifts, {"other": Absent("other", Untellable(Reason.NO_DATA, "there is none"))})


def test_before_it_is_due_it_is_pending():
    """A second too early is not due; the message says when it is."""
    with pytest.raises(Unknown, match="due at 10:14:00Z") as caught:
        reach("T+10", began(0, 4), 10, Clock(T0 + timedelta(minutes=13, seconds=59)), wait=False)
    assert caught.value.reason is Reason.NOT_DUE


def test_when_it_is_due_nothing_is_waited_for():
    """From that instant on it is judged."""
    clock = Clock(T0 + timedelta(minutes=14))
    assert not reach("T+10", began(0, 4), 10, clock, wait=True).waited
    assert clock.slept == []


def test_it_is_waited_for_no_longer_than_needed():
    """In short steps, so that it can be told how long it still takes."""
    clock = Clock(T0 + timedelta(minutes=13, seconds=35))
    assert reach("T+10", began(0, 4), 10, clock, wait=True).waited
    assert clock.slept == [10, 10, 5]


def test_a_target_without_a_deployment_is_unknown():
    """The others are judged all the same."""
    one = began(0, 4)
    assert (one.t0, one.last) == (T0, T0 + timedelta(minutes=4))
    assert one.of("4").target == "4"
    with pytest.raises(Unknown, match="there is none"):
        one.of("other")


def test_nine_minutes_after_the_deployment(world_pool, tmp_path):
    """Without --wait everything is pending, exit 11; nobody called prod."""
    with world_pool.world(scene="rolled-out", minutes=9) as world:
        judged = judge(world, tmp_path, "-m", "postdeploy")
        assert not [call for call in world.calls() if call.service.startswith("prod-")]
    assert {item["status"] for item in judged.record["items"] if item["section"] == "postdeploy"} == {"pending"}
    assert judged.code == 11
