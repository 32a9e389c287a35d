"""A record judged again: offline, to the same record, word for word."""

import json
import shutil
import signal
from pathlib import Path

import pytest

from tests.engine.project import DIGEST, TESTS
from tests.engine.test_interrupted import begun

OLD = Path(__file__).with_name("vectors") / "record-v1"
"""A record of schema v1, the checklist and the test that made it."""

MIXED = """
    from promotion.evidence import evidence
    from promotion.items import item
    from promotion.unknown import Reason, Unknown


    @evidence
    def numbers() -> dict[str, int]:
        import pathlib
        pathlib.Path("looked").touch()
        return {"size": 400}

    @evidence(per="dev_target")
    def health(dev_target: str) -> int:
        if dev_target == "ec2":
            raise Unknown(Reason.THROTTLED, "asked too often")
        return 500

    @item("image-size")
    def test_image_size(numbers, clock, measured):
        measured(f"{numbers['size']} MB at {clock.now().isoformat()}")
        assert numbers["size"] < 100, f"too big at {clock.now().isoformat()}"

    @item("health-checks", per="dev_target")
    def test_health_checks(dev_target, health):
        assert health[dev_target] == 500
"""


def kept(project):
    """Keep the record of a run where the next run does not write."""
    old = project.folder / "old.json"
    shutil.copy(project.folder / "reports" / "record.json", old)
    return old


def same(project, ran, old):
    """The replay ended as the run did, and its record has the same bytes."""
    assert ran.record == json.loads(old.read_text())
    assert (project.folder / "reports" / "record.json").read_bytes() == old.read_bytes()
    assert ran.code == ran.record["exit_code"]


def test_a_replay_gives_the_same_bytes(project):
    """Failed, unknown and passed subjects, the clock in messages: the record of a replay is the record."""
    project.tests(MIXED)
    assert project.run().code == 1
    old = kept(project)
    (project.folder / "looked").unlink()
    same(project, project.run("--replay", "old.json", digest=None), old)
    assert not (project.folder / "looked").exists()


def test_a_replay_over_workers_gives_the_same_bytes(project):
    """The workers of a replay judge what the record says was judged, and at the time it says."""
    project.tests(MIXED)
    project.run("-k", "ec2 or image")
    old = kept(project)
    same(project, project.run("-n", "2", "--replay", "old.json", digest=None), old)


@pytest.mark.parametrize(
    "selection",
    [("-k", "ec2"), ("-m", "dev"), ("-x",), ("test_checklist.py::test_health_checks[ec2]",), ("-k", "nothing")],
)
def test_a_replay_of_a_narrower_run_judges_no_more_than_that(project, selection):
    """What was left out stays not run, whichever way it was left out; the exit code stays what it was."""
    project.tests(MIXED)
    project.run(*selection)
    old = kept(project)
    same(project, project.run("--replay", "old.json", digest=None), old)


def test_a_replay_needs_no_settings_and_no_network(project, monkeypatch):
    """promotion.toml may be gone, and no connection is opened; the record's settings name the subjects."""
    project.run()
    old = kept(project)
    (project.folder / "promotion.toml").unlink()
    same(project, project.run("--replay", "old.json", "--disable-socket", digest=None), old)


def test_a_replay_where_the_record_lies(project):
    """The record may be replayed where it is: it is overwritten by its like, and its page is drawn again."""
    project.run()
    (project.folder / "reports" / "checklist.html").unlink()
    old = kept(project)
    ran = project.run("--replay", "reports/record.json", digest=None)
    same(project, ran, old)
    assert "checklist.html" in ran.left


def test_an_old_record_is_judged_again(project, workers):
    """A record of schema v1, whose numbers are written otherwise: the same verdict, and the same bytes."""
    (project.folder / "test_checklist.py").write_text((OLD / "judgement.py").read_text())
    project.write("checklist.md", (OLD / "checklist.md").read_text())
    project.write("old.json", (OLD / "record.json").read_text())
    ran = project.run("--replay", "old.json", *workers, digest=None)
    same(project, ran, project.folder / "old.json")
    assert ran.message("image-size") == "the image has 400.0 MB and the id 1152921504606846977"


NUMBERS = """
    from typing import Any

    from promotion.evidence import evidence
    from promotion.items import item


    @evidence
    def numbers() -> dict[str, Any]:
        return {"size": 400.0, "tiny": 1e-7, "large": 1e16, "zero": -0.0}

    @evidence
    def ids() -> dict[str, int]:
        return {"id": 2**60 + 1}

    @evidence
    def something() -> Any:
        return [2**60 + 1]

    @item("image-size")
    def test_image_size(numbers, ids, measured):
        measured(f"{numbers!r} {ids!r}")
        assert not numbers, repr(numbers)

    @item("health-checks")
    def test_health_checks(something):
        pass
"""


def test_numbers_are_judged_as_they_are_kept(project, workers):
    """A test sees what a replay sees: 400 for 400.0, and a number beyond 2**53 as it was, or as unknown, never another."""
    project.tests(NUMBERS)
    ran = project.run(*workers)
    assert ran.record["schema"] == "promotion-checklist/record/v2"
    assert ran.message("image-size") == repr({"large": 1e16, "size": 400, "tiny": 1e-7, "zero": 0})
    assert ran.item("image-size")["subjects"][0]["measured"].endswith(f"{{'id': {2**60 + 1}}}")
    assert "whole numbers beyond 2**53 as int or as text" in ran.message("health-checks")
    assert '"value":{"large":10000000000000000,"size":400,"tiny":1e-7,"zero":0}' in ran.files["record.json"]
    old = kept(project)
    same(project, project.run("--replay", "old.json", *workers, digest=None), old)


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT], ids=["killed", "stopped"])
def test_a_replay_that_is_ended_does_not_lose_its_source(project, sign):
    """Evidence cannot be looked up again: the record stays as it was until there is a whole new one."""
    project.run()
    old = kept(project)
    project.tests(
        TESTS.replace(
            "assert numbers",
            "import pathlib, time; pathlib.Path('begun').touch(); time.sleep(60)\n        assert numbers",
        )
    )
    process = project.start("--replay", "reports/record.json", digest=None)
    begun(process, project)
    project.end(process, sign)
    assert (project.folder / "reports" / "record.json").read_bytes() == old.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("-k", "ec2"),
            (
                "--replay judges what was selected in the recorded run (-m pre_promotion): it cannot be combined with "
                "another selection"
            ),
        ),
        (("-m", "dev"), "it cannot be combined with another selection (-m dev)"),
        (("--digest", DIGEST), "--replay judges the evidence in the record: it cannot be combined with --digest"),
        (("--sandbox",), "it cannot be combined with --sandbox"),
        (("--config", "promotion.toml"), "it cannot be combined with --config"),
    ],
)
def test_a_replay_takes_no_other_question(project, arguments, sentence):
    """Another selection, digest, world or settings would be another question."""
    project.run()
    ran = project.run("--replay", "reports/record.json", *arguments, digest=None)
    assert ran.code == 4
    assert sentence in ran.err


def test_a_replay_takes_the_same_selection(project):
    """What was typed then may be typed again."""
    project.run("-m", "dev")
    assert project.run("--replay", "reports/record.json", "-m", "dev", digest=None).code == 10


def test_a_replay_goes_by_the_same_checklist(project):
    """Another checklist.md is refused: its items are not the record's."""
    project.run()
    project.write("checklist.md", (project.folder / "checklist.md").read_text() + "\nMore words.\n")
    ran = project.run("--replay", "reports/record.json", digest=None)
    assert ran.code == 4
    assert "was made with a different checklist.md" in ran.err


def test_an_incomplete_record_is_not_judged_again(project):
    """A run that broke off has nothing to be judged again, least of all to something better."""
    project.tests("import nothing_is_called_so", name="test_broken.py")
    project.run()
    ran = project.run("--replay", "reports/record.json", digest=None)
    assert ran.code == 4
    assert "is of a run that did not complete" in ran.err


@pytest.mark.parametrize(
    ("value", "reason"), [({"size": "big"}, "malformed"), ([1], "malformed"), (None, "malformed"), ({"size": 1}, None)]
)
def test_evidence_that_was_changed_is_read_by_its_type(project, value, reason):
    """A value that is not of the declared type is unknown: malformed; what is of its type is what is judged."""
    project.run()
    old = kept(project)
    record = json.loads(old.read_text())
    record["evidence"]["numbers"]["value"] = value
    old.write_text(json.dumps(record))
    ran = project.run("--replay", "old.json", digest=None)
    assert ran.item("image-size")["reason"] == reason
    assert ran.code == (10 if reason else 0)


def test_evidence_that_is_missing_is_unknown(project):
    """A record from which evidence was taken leaves its items unknown, and a test with new evidence, too."""
    project.run()
    old = kept(project)
    record = json.loads(old.read_text())
    del record["evidence"]["numbers"]
    old.write_text(json.dumps(record))
    ran = project.run("--replay", "old.json", digest=None)
    assert ran.item("image-size")["reason"] == "no-data"
    assert ran.message("image-size") == "the record holds no evidence numbers"


def test_a_failure_beside_the_checklist_stays(project):
    """Tests of no item may look for themselves: a replay leaves them out, and keeps what they said."""
    project.tests(
        """
        import pytest

        @pytest.mark.pre_promotion
        def test_of_our_own(dev_aws):
            assert dev_aws is None
        """,
        name="test_own.py",
    )
    assert project.run().code == 10
    old = kept(project)
    same(project, project.run("--replay", "old.json", digest=None), old)


def test_a_plain_client_is_not_there_in_a_replay(project):
    """A test of an item that looks for itself is unknown in a replay: nothing of what it saw was kept."""
    project.tests("""
        from promotion.items import item

        @item("image-size")
        def test_image_size(dev_aws):
            assert dev_aws.region == "eu-west-1"
    """)
    project.run()
    ran = project.run("--replay", "reports/record.json", digest=None)
    assert ran.subjects("image-size") == {"image-size": "not-run"}
    assert "dev_aws is not available in a replay" in ran.message("image-size")
