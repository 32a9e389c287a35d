"""Records as runs write them: a good one, one with every kind of answer, one broken off, one of the days after."""

import copy
from typing import Any

from . import rollout
from .checklist import SECTIONS, blank_items
from .found import EVIDENCE, GOOD, TROUBLE
from .people import BEFORE, PROMOTION, WAIVERS

DIGEST = "sha256:9f2b6c1e0a7d4f83b5ce11d0a4e7763fd2c8b90145aa6e3f7c19d8e2046b5a31"
PLACES = {
    "service": "shop",
    "dev": {"account": "111122223333", "region": "eu-west-1"},
    "prod": {"account": "444455556666", "region": "eu-west-1"},
}


def blank(phase: str = "pre_promotion", sections: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Make the record of a run that has looked at nothing: what a killed process leaves behind."""
    chosen = SECTIONS[:6] if sections is None else sections
    return {
        "schema": "promotion-checklist/record/v2",
        "phase": phase,
        "service": "shop",
        "verdict": "HOLD",
        "exit_code": 3,
        "complete": False,
        "rehearsal": False,
        "digest": DIGEST,
        "started": "2026-11-23T09:41:07.120Z",
        "finished": "2026-11-23T09:41:07.120Z",
        "clock": "2026-11-23T09:41:07.120Z",
        "selection": phase,
        "errors": [],
        "settings": copy.deepcopy(PLACES),
        "settings_sha256": "5c0e41b7a0d9e9e0b8f4f8e33f6f2c9a7d1c4b3e8a6550f1d2c3b4a59687a1f7",
        "checklist_sha256": "be81c2f0dd93a4775f0a1e6c9b2d38e74455f6a7b8c9d0e1f2a3b4c5d6e7f809",
        "sections": copy.deepcopy(chosen),
        "items": blank_items(chosen),
        "evidence": {},
    }


def fill(
    record: dict[str, Any], answers: dict[str, dict[str, Any]], evidence: dict[str, dict[str, Any]] = EVIDENCE
) -> dict[str, Any]:
    """Put these answers into the record, and the evidence that they name."""
    for item in record["items"]:
        item.update(copy.deepcopy(answers.get(item["id"], {})))
        for subject in item["subjects"]:
            for name in subject["evidence"]:
                record["evidence"][name] = copy.deepcopy(evidence[name])
    return record


def _whole(record: dict[str, Any], verdict: str, exit_code: int) -> dict[str, Any]:
    end = {"finished": "2026-11-23T09:42:55.804Z", "clock": "2026-11-23T09:42:52.310Z"}
    return {**record, **end, "complete": True, "verdict": verdict, "exit_code": exit_code}


def _planned(record: dict[str, Any]) -> dict[str, Any]:
    """Add what people have agreed upon, and what the promotion before measured."""
    record["evidence"]["promotion_record"] = copy.deepcopy(PROMOTION)
    return {**record, "waivers": copy.deepcopy(WAIVERS), "before": copy.deepcopy(BEFORE), "chain": []}


def good() -> dict[str, Any]:
    """GO: everything passed, but for what people vouch for."""
    return _planned(_whole(fill(blank(), GOOD), "GO", 0))


def troubled() -> dict[str, Any]:
    """NO-GO: two items failed, two are unknown, two wait for a person, one was left out, one is waived."""
    record = _planned(_whole(fill(blank(), {**GOOD, **TROUBLE}), "NO-GO", 1))
    earlier = {**rollout.CHAIN[0], "verdict": "HOLD", "finished": "2026-11-23T08:02:11.400Z"}
    return {**record, "chain": [{**earlier, "items": {**earlier["items"], "error-rate": "unknown"}}]}


def waiting() -> dict[str, Any]:
    """HOLD: only people are awaited."""
    awaited = {name: answer for name, answer in TROUBLE.items() if answer["status"] == "pending"}
    return _whole(fill(blank(), {**GOOD, **awaited}), "HOLD", 11)


def broken_off() -> dict[str, Any]:
    """HOLD: somebody stopped the run, and a file could not be collected."""
    some = {name: GOOD[name] for name in ("build-workflow", "image-signed", "health-checks")}
    record = fill(blank(), {**some, "least-privilege": TROUBLE["least-privilege"]})
    error = "tests_promotion/test_6_plan.py: ModuleNotFoundError: No module named 'team_calendar'"
    return {**record, "exit_code": 2, "errors": [error], "finished": "2026-11-23T09:41:31.002Z"}


def during() -> dict[str, Any]:
    """NO-GO during the rollout: the canary is slower than its baseline, and the deployment was taken back."""
    record = fill(blank("rollout", [SECTIONS[6]]), rollout.ANSWERS, rollout.EVIDENCE)
    for item in record["items"]:
        item["due"] = {"go-no-go-t2": "T+2", "go-no-go-t5": "T+5"}.get(item["id"])
        if item["id"] not in rollout.ANSWERS:
            late = item["id"] == "go-no-go-t5"
            item.update(status="pending" if late else "passed", reason="not-due" if late else None)
    ends = {"chain": rollout.CHAIN[:1], "acts": rollout.ACTS, "rehearsal": True}
    return {**_whole(record, "NO-GO", 1), **ends}


def afterwards() -> dict[str, Any]:
    """HOLD after deployment: what is due in 10 minutes is good, the rest is not due yet."""
    record = fill(blank("postdeploy", [SECTIONS[7]]), {}, {})
    record["evidence"]["watch"] = copy.deepcopy(rollout.EVIDENCE["rollout_watch"])
    for item in record["items"]:
        if item["due"] == "T+10":
            subject = {"name": item["id"], "status": "passed", "reason": None, "message": "", "measured": "as in dev"}
            item.update(status="passed", reason=None, subjects=[{**subject, "evidence": []}])
        else:
            item.update(status="pending", reason="not-due")
    return {**_whole(record, "HOLD", 11), "chain": rollout.CHAIN}


def whole_checklist() -> dict[str, Any]:
    """List every section, those of later phases too."""
    record = blank(sections=SECTIONS)
    return _whole(fill(record, {**GOOD, **TROUBLE}), "NO-GO", 1)
