"""The verdict in words; and no page says GO when its record does not bear it out."""

import pytest

from promotion.report import page, summary
from promotion.report.reading import RecordView
from promotion.report.verdict import face, headline, sentence, taken_back

from .dom import read


@pytest.mark.parametrize(
    ("name", "words", "looks"),
    [
        ("good", "Promote", "passed"),
        ("troubled", "Do not promote", "failed"),
        ("waiting", "Not yet: 2 wait for a person", "pending"),
        ("broken_off", "Not yet: 1 could not be judged and 33 have not run", "unknown"),
        ("afterwards", "Not yet: 8 are not due", "pending"),
    ],
)
def test_the_verdict_is_said_in_words(name, words, looks, request):
    """Each verdict has its words, its shape, and the word that pipelines read."""
    record = request.getfixturevalue(name)
    reading = RecordView(record)
    assert headline(reading) == words
    assert face(reading).name == looks
    said = read(page(record)).one(cls="said")
    assert said.one("h2").text == words
    assert said.one("code").text == record["verdict"]
    assert words in read(page(record)).one("title").text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "good",
            (
                "All 37 items of this phase are good: "
                "32 passed, 3 are attested by people, 1 is waived and 1 does not apply."
            ),
        ),
        (
            "troubled",
            (
                "2 items failed, 2 could not be judged, 2 wait for a person and 1 has not run. "
                "30 of 37 items of this phase are good."
            ),
        ),
        ("waiting", "35 of 37 items of this phase are good. Nothing failed; people or time are awaited."),
        ("broken_off", "3 of 37 items of this phase are good. Nothing failed; but not everything is known."),
    ],
)
def test_counts_stand_under_the_verdict(name, words, request):
    """How it came to the verdict is counted."""
    assert sentence(RecordView(request.getfixturevalue(name))) == words


@pytest.mark.parametrize(
    ("phase", "go", "no_go"),
    [
        ("rollout", "Continue", "Roll back"),
        ("postdeploy", "Keep the new version", "Do not keep the new version"),
        ("after_rollback", "The rollback is complete", "The rollback is not complete"),
    ],
)
def test_each_phase_has_its_own_words(phase, go, no_go, good, troubled):
    """What GO and NO-GO mean depends on when they are asked."""
    assert headline(RecordView({**good, "phase": phase})) == go
    assert headline(RecordView({**troubled, "phase": phase})) == no_go


def act(what, target, state):
    """A receipt of a rollback."""
    return {"key": f"promotion:9f2b6c1e0a7d:{what}:{target}", "what": what, "state": state, "at": "", "message": ""}


BACK = [act("stop", "lambda", "done"), act("verified", "lambda", "done")]


def test_a_rollout_that_was_taken_back_is_not_asked_to_be(during):
    """What was done and verified is said, and what comes next; the verdict stays no-go, and looks like it."""
    record = {**during, "acts": BACK}
    words = "Rolled back; the checklist after a rollback is next"
    root = read(page(record))
    assert headline(RecordView(record)) == root.one(cls="said").one("h2").text == words
    assert words in root.one("head").one("title").text
    assert f"## ❌ {words}\n" in summary(record)
    assert face(RecordView(record)).name == "failed"


@pytest.mark.parametrize(
    "change",
    [
        {"acts": BACK[:1]},
        {"acts": [*BACK, act("stop", "ec2", "done")]},
        {"acts": [BACK[0], act("verified", "lambda", "failed")]},
        {"acts": [BACK[0], act("verified", "lambda", ["done"])]},
        {"acts": [BACK[0], {"key": 7}, None]},
        {"acts": BACK, "exit_code": 20},
    ],
)
def test_a_rollback_that_is_not_verified_is_still_to_be_made(during, change):
    """At every target, by a receipt of each, and not against the exit code."""
    record = {**during, **change}
    assert headline(RecordView(record)) == "Roll back"
    assert not taken_back(record)


SPOILED = {
    "failed": lambda record: record["items"][3].update(status="failed"),
    "failed subject": lambda record: record["items"][3]["subjects"][0].update(status="failed"),
    "unheard-of status": lambda record: record["items"][3].update(status="splendid"),
    "not run": lambda record: record["items"][3].update(status="unknown", reason="not-run"),
    "no status": lambda record: record["items"][3].pop("status"),
    "incomplete": lambda record: record.update(complete=False),
    "complete in words": lambda record: record.update(complete="yes"),
    "errors": lambda record: record.update(errors=["internal error"]),
    "no items": lambda record: record.update(items=[]),
    "small letters": lambda record: record.update(verdict="go"),
    "no verdict": lambda record: record.pop("verdict"),
    "another phase": lambda record: record.update(sections=[{**s, "phase": "rollout"} for s in record["sections"]]),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_record_that_contradicts_its_go_is_not_believed(how, good):
    """A GO that the items, the errors or the completeness contradict is shown as HOLD, with a warning."""
    SPOILED[how](good)
    root = read(page(good))
    assert root.one(cls="said").one("code").text == "HOLD"
    assert root.all(cls="warning")[0].text.startswith("Do not rely on this page.")
    assert "Do not rely on this record" in summary(good)
    assert "✅" not in summary(good)


def test_a_hold_that_hides_a_failure_says_so(broken_off):
    """A run that broke off after something failed names the failure."""
    broken_off["items"][0].update(status="failed", reason=None)
    reading = RecordView(broken_off)
    assert headline(reading).startswith("Not yet: 1 failed, ")
    assert "Nothing failed" not in sentence(reading)


def test_what_failed_in_another_phase_is_not_hidden(whole_checklist):
    """An item of a later phase that failed blocks; one that has not run does not."""
    item = next(i for i in whole_checklist["items"] if i["id"] == "prod-health")
    item.update(status="failed", reason=None)
    blocking = [item.id for item in RecordView(whole_checklist).blocking]
    assert "prod-health" in blocking
    assert "prod-smoke-tests" not in blocking


def test_a_teams_own_section_belongs_to_the_phase_of_the_record(afterwards):
    """A section that does not say its phase is part of the run, so that what it lacks blocks."""
    mine = {"id": "own", "section": "mobile", "status": "unknown", "reason": "not-run", "title": "Apps start"}
    afterwards["items"].append(mine)
    afterwards["sections"].append({"name": "mobile", "number": 11, "title": "Mobile"})
    assert "own" in [item.id for item in RecordView(afterwards).blocking]
