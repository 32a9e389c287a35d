"""What failed in the earlier runs of a promotion is an incident: it must be written down, whoever ran them and where."""

import json

import pytest

from promotion.record import history as chain
from promotion.record.history import ChainError
from promotion.sandbox import catalogue
from tests.runner import judge
from tests.sections.rollback.proof import STATUS, chosen, covers

FAULTS = [
    one for one in catalogue.load().values() if one.apply.__module__ == "promotion.sandbox.faults.postdeploy.history"
]


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(world_pool, tmp_path, fault):
    """A failure since the deployment must be documented and talked about; one before it, or of another image, not."""
    ours = (fault.item, *fault.falls_with)
    with world_pool.world(fault.name, scene="rolled-out", minutes=31) as world:
        judged = judge(world, tmp_path, "-m", "postdeploy", *chosen("incidents-documented", "post-mortem-scheduled"))
    bad, item = judged.bad(), judged.item(fault.item)
    assert item["status"] in STATUS[fault.kind], judged.printed
    assert not {one for one in bad if not any(covers(name, one) for name in ours)}, judged.printed
    assert not [name for name in fault.falls_with if not any(covers(name, one) for one in bad)], judged.printed
    assert "Traceback" not in judged.printed
    said = item["subjects"][0]["message"]
    if fault.kind == "fault":
        assert "failed in rollout" in said or "prod-smoke-tests failed in postdeploy" in said
    if fault.kind == "blind":
        assert item["status"] == "unknown"
        assert "says that it ended at 'yesterday', expected a time" in said


def test_all_three_kinds_are_there():
    """It is caught, it is not confused, and it does not pass in the dark."""
    assert {fault.kind for fault in FAULTS} == {"fault", "clean", "blind"}


def kept(folder, name, **changes):
    """Leave a record."""
    record = {
        "service": "shop",
        "digest": "sha256:" + "a" * 64,
        "phase": "rollout",
        "verdict": "GO",
        "started": "2026-05-04T10:00:00.000Z",
        "finished": f"2026-05-04T10:{name}:00.000Z",
        "rehearsal": False,
        "items": [],
        **changes,
    }
    text = json.dumps(record)
    path = folder / chain.FOLDER / chain.name(record, name * 32)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return record


def test_records_of_other_directories_are_gone_on_from(tmp_path):
    """Of all directories the newest record of each phase counts; the same record in two is one."""
    own, other = tmp_path / "own", tmp_path / "other"
    kept(own, "05")
    kept(own, "10", phase="pre_promotion")
    newest = kept(other, "20")
    kept(other, "10", phase="pre_promotion")
    digest = newest["digest"]
    found = chain.load_history(own, digest, "postdeploy", [other])
    assert [(one.record["phase"], one.record["finished"][14:16]) for one in found] == [
        ("pre_promotion", "10"),
        ("rollout", "20"),
    ]
    assert [one.record["finished"][14:16] for one in chain.load_history(own, digest, "postdeploy")] == ["05", "10"]


@pytest.mark.parametrize("there", [False, True])
def test_a_directory_without_records_stops_the_run(tmp_path, there):
    """It was named so that they count: that they are not there must be said."""
    if there:
        (tmp_path / "earlier" / chain.FOLDER).mkdir(parents=True)
    with pytest.raises(ChainError, match=r"`earlier_reports` names .*earlier, which has no records"):
        chain.load_history(tmp_path / "own", "sha256:" + "a" * 64, "postdeploy", [tmp_path / "earlier"])
