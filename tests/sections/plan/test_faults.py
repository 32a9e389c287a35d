"""The plan of a promotion: a healthy world passes; each fault is caught by its item alone; blindness never passes."""

import contextlib
import io
import json
import shutil

import pytest

from promotion.sandbox import catalogue
from tests.runner import ROOT, judge

AREAS = (
    "promotion.sandbox.faults.plan.plan",
    "promotion.sandbox.faults.plan.stakeholders",
    "promotion.sandbox.faults.rollback.plans",
)
ITEMS = ("rollback-plan", "deployment-window", "key-personnel", "stakeholders-notified")
BESIDE = ("status-page", "channel-notified")
"""What others prove, and what reads the same record."""
CHOSEN, WIDER = (
    ("-m", "pre_promotion", "-k", " or ".join(items).replace("-", "_")) for items in (ITEMS, (*ITEMS, *BESIDE))
)
RECORD = ("-m", "artifact", "-k", "digest_immutable and record")
FAULTS = [fault for fault in catalogue.load().values() if fault.apply.__module__ in AREAS]
PENDING = {"record-missing", "window-not-agreed-yet", "people-not-named-yet", "stakeholders-not-told-yet"}


def fallen(judged):
    """What is not good, by item."""
    return {one.partition("[")[0] for one in judged.bad()}


def test_a_healthy_world_passes(world_pool, tmp_path):
    """Three pass, and say what they saw; the fourth rests on a word."""
    with world_pool.world() as world:
        judged = judge(world, tmp_path, *CHOSEN)
    assert [judged.item(item)["status"] for item in ITEMS] == ["passed"] * 3 + ["attested"], judged.printed
    plan, window, people, told = (judged.item(item)["subjects"][0]["measured"] for item in ITEMS)
    assert plan.startswith("docs/rollback.md at ")
    assert told is None  # a word is shown as one
    assert "(Europe/Vienna), backup " in window
    assert people == "lead release-lead, on call on-call-engineer, approver release-approver"


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(world_pool, tmp_path, fault, request):
    """A fault fails the item, a clean twin nothing, blindness leaves it unknown or pending; nothing else falls."""
    if "sign" in fault.name or "key" in fault.name or "reviewed" in fault.name:
        request.getfixturevalue("ssh_keygen")
    chosen = RECORD if fault.item not in ITEMS else WIDER if {*fault.falls_with} & {*BESIDE} else CHOSEN
    with world_pool.world(fault.name) as world:
        judged = judge(world, tmp_path, *chosen)
    ours = {name for name in fault.falls_with if name in (*ITEMS, *BESIDE)}
    assert fallen(judged) == (set() if fault.kind == "clean" else {fault.item} | ours), judged.printed
    item = judged.item(fault.item)
    blind = "pending" if fault.name in PENDING else "unknown"
    statuses = {subject["status"] for subject in item["subjects"] if subject["reason"] != "not-run"}
    by_word = fault.item == "stakeholders-notified" or "reviewed" in fault.name or "valid-key" in fault.name
    good = {"attested"} if by_word else {"passed"}
    assert statuses == {"fault": {"failed"}, "clean": good, "blind": {blind}}[fault.kind], judged.printed
    assert "Traceback" not in judged.printed
    assert fault.kind == "clean" or any(subject["message"] for subject in item["subjects"])


def test_a_replay_says_the_same(world_pool, tmp_path):
    """What was judged by a person's word, by calendars and by GitHub is judged the same from the record alone."""
    with world_pool.world("rollback-plan-reviewed", "window-in-a-recurring-calendar-event") as world:
        judged = judge(world, tmp_path / "live", *CHOSEN)
        asked = len(world.calls())
        options = ["-p", "no:cacheprovider", "--report-dir", str(tmp_path / "again"), *CHOSEN]
        with contextlib.redirect_stdout(io.StringIO()), contextlib.chdir(ROOT):
            pytest.main(["-c", str(ROOT / "pyproject.toml"), "--replay", str(tmp_path / "live/record.json"), *options])
        assert len(world.calls()) == asked
    again = {item["id"]: item for item in json.loads((tmp_path / "again/record.json").read_text())["items"]}
    for item in ITEMS:
        assert again[item] == judged.item(item)
    assert judged.item("rollback-plan")["attestation"]["signed"] == bool(shutil.which("ssh-keygen"))
    assert judged.item("deployment-window")["status"] == "failed"


@pytest.mark.parametrize("item", ITEMS)
def test_every_item_is_proven(item):
    """There are faults it must catch, clean twins, and blindnesses that must not pass."""
    assert {fault.kind for fault in FAULTS if fault.item == item} == {"fault", "clean", "blind"}
