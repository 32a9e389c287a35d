"""A dev that nobody uses is judged by requests that the run makes itself, on a clock that goes faster than ours."""

import re
from collections import Counter
from dataclasses import replace

from tests.runner import judge
from tests.sections.observability.proof import choice, fallen

ITEMS = ("error-rate", "lambda-duration", "alb-response-time")
CHOSEN = choice(*ITEMS)
RATE = 60
"""Seconds of the world in one of ours: the three minutes until metrics have settled pass in three seconds."""
REQUESTS = 330
"""More than the 299 that prove, if none is slow and none fails, a 99th percentile and an error rate under 1 %."""


def own(path="/orders/o-5001", **more):
    """The settings by which the run makes requests itself."""
    declared = {
        "dev.traffic.requests": REQUESTS,
        "dev.traffic.per_second": 200,
        "dev.traffic.path": path,
        "limits.error_rate": 0.01,
        **more,
    }
    return [option for name, value in declared.items() for option in ("--set", f"{name}={value}")]


def judged_on_its_clock(world_pool, folder, *faults, options=()):
    """Judge a world by its own clock."""
    with world_pool.world(*faults, rate=RATE) as world:
        timed = replace(world, environment=world.environment | {"PROMOTION_CLOCK": world.places.clock})
        return judge(timed, folder, *CHOSEN, *options)


def requests_at(place, said):
    """How many requests were counted at a place, none of which failed."""
    return int(re.search(rf"{re.escape(place)} 0 % \(0 of (\d+)\)", said)[1])


def test_without_requests_nobody_can_tell(world_pool, tmp_path):
    """Nothing is measured: every item is unknown, and none passes."""
    judged = judged_on_its_clock(world_pool, tmp_path, "dev-deserted")
    assert {judged.item(item)["status"] for item in ITEMS} == {"unknown"}, judged.printed
    assert {one["reason"] for item in ITEMS for one in judged.item(item)["subjects"]} == {"no-data"}


def test_own_requests_are_judged(world_pool, tmp_path):
    """They are counted where all requests are: by the function, its API, and the target group that gets traffic."""
    judged = judged_on_its_clock(world_pool, tmp_path, "dev-deserted", options=own())
    assert fallen(judged, ITEMS) == set(), judged.printed
    said = {one["name"]: one["measured"] for one in judged.item("error-rate")["subjects"]}
    for name, places in (
        ("lambda", ("function", "API Gateway")),
        ("ec2", ("target group shop-dev-instances", "load balancer")),
    ):
        assert f"own requests 0 % (0 of {REQUESTS})" in said[name]
        for place in places:
            assert 299 <= requests_at(place, said[name]) <= REQUESTS


def test_too_few_own_requests_prove_nothing(world_pool, tmp_path):
    """A hundred that went well are compatible with a broken service; how many more are wanted is said."""
    judged = judged_on_its_clock(world_pool, tmp_path, "dev-deserted", options=own(**{"dev.traffic.requests": 100}))
    assert {judged.item(item)["status"] for item in ITEMS} == {"unknown"}, judged.printed
    assert {one["reason"] for item in ITEMS for one in judged.item(item)["subjects"]} == {"too-few-samples"}
    assert "more requests without one" in judged.item("lambda-duration")["subjects"][0]["message"]


def test_own_requests_find_what_nobody_has_noticed(world_pool, tmp_path):
    """They fail, it stops early, and both what the run saw and what CloudWatch counted is over the limit."""
    judged = judged_on_its_clock(world_pool, tmp_path, "dev-deserted-and-failing", options=own())
    item = judged.item("error-rate")
    assert item["status"] == "failed", judged.printed
    for one in item["subjects"]:
        assert "own requests at least" in one["message"]
        assert ("API Gateway at least" if one["name"] == "lambda" else "load balancer at least") in one["message"]
    made = judged.record["evidence"]["dev_requests_made[lambda]"]["value"]
    assert made["stopped"] == "too many failed"
    assert set(made["answers"]) == {"500"}
    assert made["made"] < REQUESTS


def test_the_same_requests_without_a_fault_elsewhere_pass_it_by(world_pool, tmp_path):
    """A healthy page of the same service: the fault is that of one page, and only requests for it show it."""
    judged = judged_on_its_clock(world_pool, tmp_path, "dev-deserted-and-failing", options=own(path="/health"))
    assert fallen(judged, ITEMS) == set(), judged.printed


def test_who_made_them_is_seen(world_pool, tmp_path):
    """As many as declared of each target and nothing else; what they found is noted once, not once for each."""
    with world_pool.world("dev-deserted", rate=RATE) as world:
        timed = replace(world, environment=world.environment | {"PROMOTION_CLOCK": world.places.clock})
        judged = judge(timed, tmp_path, *CHOSEN, *own(**{"dev.traffic.requests": 20}))
        asked = Counter((call.service, call.operation) for call in world.calls() if call.service.startswith("dev-"))
    assert asked == {(front, "GET /orders/o-5001"): 20 for front in ("dev-lambda", "dev-ec2")}
    assert len(judged.record["evidence"]["dev_requests_made[lambda]"]["calls"]) == 1
