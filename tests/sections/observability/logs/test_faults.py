"""Logs: a healthy world passes; each fault is caught by its item alone in section 3; blindness is unknown."""

import json

import pytest

from tests.runner import judge
from tests.sections.observability.proof import assert_does_what_it_says, assert_proven, faults_of

ITEMS = ("logs-flowing", "correlation-ids")
ALL = (*ITEMS, "dashboard-healthy", "no-alarms", "lambda-duration", "alb-response-time", "error-rate")
FAULTS = faults_of(*ITEMS)
RUN = ("-m", "observability", "--set", "limits.log_lag_seconds=2")


def test_a_healthy_world_passes_at_once(world_pool, tmp_path):
    """Both items pass for both targets, found at the first look: two calls a target, the least there can be."""
    with world_pool.world() as world:
        judged = judge(world, tmp_path, "-m", "observability")
        asked = [call for call in world.calls() if call.operation == "FilterLogEvents"]
    assert judged.bad() == set(), judged.printed
    assert [judged.item(item)["status"] for item in ITEMS] == ["passed"] * 2
    said = {subject["name"]: subject["measured"] for subject in judged.item("correlation-ids")["subjects"]}
    assert all("found by the X-Correlation-ID sent" in text for text in said.values())
    assert len(asked) == 4


def test_only_safe_requests_are_made_and_lines_are_not_kept(world_pool, tmp_path):
    """Every request is a GET; the record has counts, ids that were sent, streams and times, and no line."""
    with world_pool.world() as world:
        judged = judge(world, tmp_path, *RUN)
        asked = {
            call.operation.partition(" ")[0] for call in world.calls() if call.service.startswith(("dev-", "prod-"))
        }
    assert asked == {"GET"}
    kept = json.dumps({name: look["value"] for name, look in judged.record["evidence"].items() if "_log_" in name})
    for text in ("request received", "c-1001", "duration_ms", "RequestId", "START"):
        assert text not in kept
    trail = judged.record["evidence"]["dev_correlation[ec2]"]["value"]
    assert len(trail["hits"]) == 2
    assert all(len(hit["id"]) == 32 for hit in trail["hits"].values())


def test_a_gateway_id_is_said_and_not_kept(world_pool, tmp_path):
    """Which id matched is said; what the answer gave for an id is not written into the evidence."""
    with world_pool.world("log-gateway-id") as world:
        judged = judge(world, tmp_path, *RUN)
    found = next(one for one in judged.item("correlation-ids")["subjects"] if one["name"] == "lambda")
    assert found["measured"].startswith("found by the apigw-requestid of the answer")
    assert judged.record["evidence"]["dev_correlation[lambda]"]["value"]["hits"]["8"]["id"] == ""


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(world_pool, tmp_path, fault):
    """A fault fails its item, a clean twin nothing, blindness makes it unknown; besides only what is declared falls."""
    with world_pool.world(fault.name) as world:
        judged = judge(world, tmp_path, *RUN)
    assert_does_what_it_says(fault, judged, ALL)


def test_there_are_enough():
    """Each item has a fault it must catch, a twin that must pass, and a blindness that must not."""
    assert_proven(FAULTS, ITEMS)
    assert len(FAULTS) >= 16
