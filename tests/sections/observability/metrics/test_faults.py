"""Metrics of dev: a healthy world passes; each fault is caught by its item alone; blindness is unknown."""

import pytest

from tests.runner import judge
from tests.sections.observability.proof import assert_does_what_it_says, assert_proven, choice, fallen, faults_of

ITEMS = ("lambda-duration", "alb-response-time", "error-rate")
BESIDE = ("dashboard-healthy", "no-alarms")
"""Items that look at the same metrics."""
ALL = (*ITEMS, *BESIDE)
CHOSEN = choice(*ALL)
FAULTS = faults_of(*ITEMS)
ACTION = "cloudwatch:GetMetricData"


def test_a_healthy_world_passes_with_one_question(world_pool, tmp_path):
    """All items pass for every target, and CloudWatch was asked once for all of it, the dashboard included."""
    with world_pool.world() as world:
        judged = judge(world, tmp_path, *CHOSEN)
        asked = [call.action for call in world.calls() if call.action == ACTION]
    assert fallen(judged, ALL) == set(), judged.printed
    assert len(asked) == 1
    measured = {
        f"{item}[{subject['name']}]": subject["measured"] for item in ITEMS for subject in judged.item(item)["subjects"]
    }
    assert measured["lambda-duration[lambda]"].startswith("p99 3")
    assert "API Gateway 0 %" in measured["error-rate[lambda]"]
    assert "load balancer 0 %" in measured["error-rate[ec2]"]
    page = (tmp_path / "checklist.html").read_text()
    for title in ("p99 of lambda by minute", "p99 of ec2 by minute", "Error rate of lambda by minute"):
        assert f"<b>{title}</b>" in page


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(world_pool, tmp_path, fault):
    """A fault fails its item, a clean twin nothing, blindness makes it unknown; besides only what is declared falls."""
    with world_pool.world(fault.name) as world:
        judged = judge(world, tmp_path, *CHOSEN)
    assert_does_what_it_says(fault, judged, ALL, seen_by=ITEMS)


def test_every_item_is_proven():
    """Each item has a fault it must catch, a clean twin, and a blindness that must not pass."""
    assert_proven(FAULTS, ITEMS)
