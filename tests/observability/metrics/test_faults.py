"""Metrics of dev: a healthy world passes; each fault is caught by its item alone; blindness is unknown."""

import pytest

from promotion.sandbox import catalogue
from tests.gate import judge

ITEMS = ("lambda-duration", "alb-response-time", "error-rate")
BESIDE = ("dashboard-healthy", "no-alarms")
"""Items that look at the same metrics."""
CHOSEN = ("-m", "observability", "-k", " or ".join(item.replace("-", "_") for item in (*ITEMS, *BESIDE)))
FAULTS = [fault for fault in catalogue.load().values() if fault.item in ITEMS]
ACTION = "cloudwatch:GetMetricData"


def fallen(judged):
    """What of these items, and of those beside them, is not good."""
    return {one for one in judged.bad() if one.startswith((*ITEMS, *BESIDE))}


def covers(declared, found):
    """Whether a declaration `item` or `item[subject]` speaks of what was found, an `item[subject]`."""
    return found == declared or found.startswith(f"{declared}[")


def test_a_healthy_world_passes_with_one_question(nursery, tmp_path):
    """All three items pass for every target, and CloudWatch was asked once for all of it."""
    with nursery.world() as world:
        judged = judge(
            world, tmp_path, "-m", "observability", "-k", "lambda_duration or alb_response_time or error_rate"
        )
        asked = [call.action for call in world.calls() if call.action == ACTION]
    assert fallen(judged) == set(), judged.printed
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
def test_what_a_fault_does(nursery, tmp_path, fault):
    """A fault fails its item, a clean twin nothing, blindness makes it unknown; besides only what is declared falls."""
    with nursery.world(fault.name) as world:
        judged = judge(world, tmp_path, *CHOSEN)
    bad, status = fallen(judged), judged.item(fault.item)["status"]
    if fault.kind == "clean":
        assert bad == set(), judged.printed
        return
    assert status == {"fault": "failed", "blind": "unknown"}[fault.kind], judged.printed
    assert not {one for one in bad if not any(covers(name, one) for name in (fault.item, *fault.falls_with))}
    assert not [name for name in fault.falls_with if not any(covers(name, one) for one in bad)], judged.printed
    if fault.kind == "blind":
        assert not [item for item in ITEMS if judged.item(item)["status"] == "failed"], judged.printed
    assert "Traceback" not in judged.printed
    assert all(subject["message"] for subject in judged.item(fault.item)["subjects"] if subject["status"] != "passed")


@pytest.mark.parametrize("item", ITEMS)
def test_every_item_is_proven(item):
    """Each item has a fault it must catch, a clean twin, and a blindness that must not pass."""
    kinds = {fault.kind for fault in FAULTS if fault.item == item}
    assert kinds == {"fault", "clean", "blind"}
