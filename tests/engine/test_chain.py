"""The records of one promotion hang together: each names the one before it by the hash of its bytes."""

import hashlib
import json

import pytest

from tests.engine.project import DIGEST

OTHER = "sha256:" + "b" * 64


def kept(ran):
    """The copies that runs left, oldest first."""
    return sorted((ran.reports / "records").iterdir())


def test_each_run_names_the_ones_before(project, workers):
    """The chain is of the same image; `previous` is the hash that `sha256sum` prints."""
    first = project.run_apart(*workers)
    assert (first.record["chain"], first.record["previous"], first.record["before"]) == ([], None, None)
    text = (first.reports / "record.json").read_bytes()
    assert [path.read_bytes() for path in kept(first)] == [text]
    second = project.run_apart(*workers)
    assert second.record["previous"] == hashlib.sha256(text).hexdigest()
    link = second.record["chain"][0]
    assert (link["phase"], link["verdict"], link["items"]["image-size"]) == ("pre_promotion", "GO", "passed")
    assert (
        f"{hashlib.sha256((second.reports / 'record.json').read_bytes()).hexdigest()}" in second.files["checklist.html"]
    )
    third = project.run_apart(*workers)
    assert [one["sha256"] for one in third.record["chain"]] == [third.record["previous"]]
    assert third.record["previous"] != second.record["previous"]
    assert len(kept(third)) == 3


def test_another_image_begins_anew_and_sees_the_figures_before(project):
    """A promotion of another image has no chain yet; what the last one measured stands beside its own figures."""
    project.run()
    ran = project.run(digest=OTHER)
    assert (ran.record["chain"], ran.record["previous"]) == ([], None)
    assert ran.record["before"]["digest"] == DIGEST
    assert ran.record["before"]["measured"] == {"image-size": {"image-size": "400 of 500 MB"}}


def test_figures_of_a_promotion_that_was_stopped_do_not_count(project):
    """Only what went on is a measure."""
    project.judging('assert numbers["size"] == 1, "too big"')
    project.run()
    assert project.run(digest=OTHER).record["before"] is None


def test_a_replay_leaves_no_copy_and_keeps_the_chain(project):
    """Judging again is not another run of the promotion."""
    project.run()
    second = project.run()
    again = project.run("--replay", "reports/record.json", digest=None)
    assert again.record == second.record
    assert len(kept(again)) == 2


def test_a_run_that_broke_off_leaves_no_copy(project):
    """What did not come to its end is nothing to go on from."""
    project.judging("raise KeyboardInterrupt")
    ran = project.run_apart()
    assert ran.code == 2
    assert not (ran.reports / "records").exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"phase": 1}'])
def test_a_record_that_was_damaged_stops_the_run(project, text):
    """A chain with a hole in it is none."""
    project.write("reports/records/2026.json", text)
    ran = project.run()
    assert ran.code == 4
    assert "is not a complete record" in ran.err


def test_a_rehearsal_says_that_it_is_one(project, monkeypatch, httpserver_of_a_clock):
    """With a clock that somebody serves, minutes pass in seconds, and the record cannot be taken for a real one."""
    url, shown = httpserver_of_a_clock
    monkeypatch.setenv("PROMOTION_CLOCK", url)
    ran = project.run_apart()
    assert ran.code == 0
    assert ran.record["rehearsal"] is True
    assert ran.record["clock"].startswith(shown)
    monkeypatch.delenv("PROMOTION_CLOCK")
    assert json.loads(json.dumps(project.run().record))["rehearsal"] is False


def test_a_clock_that_cannot_be_read_stops_the_run(project, monkeypatch):
    """Nothing is judged by a time that nobody knows."""
    monkeypatch.setenv("PROMOTION_CLOCK", "http://127.0.0.1:9/clock")
    ran = project.run()
    assert ran.code == 4
    assert "names a clock that cannot be read" in ran.err
