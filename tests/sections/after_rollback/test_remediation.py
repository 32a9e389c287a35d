"""Where nobody has written down a remediation, --act opens an issue about it: once, linked, and nobody's plan yet."""

import pytest

from promotion.clients.github.issues import Ticket
from promotion.people.attestations import ProofCheck, ProofOutcome
from promotion.people.promotion_record import Meeting, People, PromotionRecord, RecordedRollback
from promotion.record.receipt import ActionState, Receipt
from promotion.sections.after_rollback import remediation as remedy
from promotion.sections.after_rollback.evidence import TicketLook
from promotion.unknown import Reason, Unknown
from tests.runner import judge

LINK = "https://github.com/example/shop/issues/7"
DIGEST = "sha256:" + "a" * 64
CHOSEN = ("-m", "after_rollback", "-k", "test_remediation_planned or test_incident_ticket")
NOTHING = ("remediation-not-planned", "incident-ticket-missing")
"""The promotion record names neither."""


def opened(world):
    """The titles of issues that were asked to be opened."""
    return [call.operation for call in world.calls() if call.operation.startswith("POST /")]


def sentence(judged):
    """What is said of the item."""
    (subject,) = judged.item("remediation-planned")["subjects"]
    return subject["status"], subject["reason"], subject["message"]


def receipts(judged):
    """The receipts that the look-ups left in the record, by the last word of their key."""
    evidence = judged.record["evidence"]
    looks = [evidence[name]["value"]["receipt"] for name in ("incident_ticket", "remediation_issue")]
    return {one["key"].rpartition(":")[2]: one for one in looks if one}


def test_an_issue_is_opened_once(world_pool, tmp_path):
    """With --act two issues, the second linked to the first, and pending until it is assigned; again: nothing more."""
    with world_pool.world(*NOTHING, scene="rolled-back") as world:
        first = judge(world, tmp_path, "--act", *CHOSEN)
        done = opened(world)
        again = judge(world, tmp_path, "--act", *CHOSEN)
        (tmp_path / "receipts.json").unlink()
        third = judge(world, tmp_path, "--act", *CHOSEN)
        assert opened(world) == done == ["POST /repos/example/shop/issues"] * 2
    assert {key: one["state"] for key, one in receipts(first).items()} == {"incident": "done", "remediation": "done"}
    ticket = first.record["evidence"]["remediation_issue"]["value"]["ticket"]
    assert ticket["title"].startswith("Remediation: shop ")
    for judged in (first, again, third):
        status, reason, message = sentence(judged)
        assert (status, reason) == ("pending", "awaits-person"), judged.printed
        assert f"has no owner yet: assign {ticket['link']}" in message
    assert third.item("incident-ticket")["status"] == "passed"


def test_nothing_is_opened_unasked(world_pool, tmp_path):
    """Without --act there is no issue; with it neither, where the promotion record names a remediation."""
    with world_pool.world(*NOTHING, scene="rolled-back") as world:
        judged = judge(world, tmp_path, *CHOSEN)
        assert opened(world) == []
    status, reason, message = sentence(judged)
    assert (status, reason) == ("pending", "awaits-person")
    assert "--act" in message
    with world_pool.world(scene="rolled-back") as world:
        judged = judge(world, tmp_path, "--act", *CHOSEN)
        assert opened(world) == []
    assert judged.bad() == set(), judged.printed


def test_a_refusal_is_unknown(world_pool, tmp_path):
    """What GitHub does not let the gate open is told in a sentence; nothing passes."""
    with world_pool.world("remediation-not-planned", "github-read-only", scene="rolled-back") as world:
        judged = judge(world, tmp_path, "--act", *CHOSEN)
    status, reason, message = sentence(judged)
    assert (status, reason) == ("unknown", "error"), judged.printed
    assert "no issue about the remediation was opened" in message
    assert "issues: write" in message


def issue(state="open", *who, closed_as=""):
    """Give the look at an issue."""
    return TicketLook(ticket=Ticket(7, LINK, state, "Remediation", who, closed_as))


@pytest.mark.parametrize(
    ("look", "outcome"),
    [
        (TicketLook(), "None"),
        (issue("open", "octocat"), "issue 7, octocat"),
        (issue("open"), "awaits-person: issue #7"),
        (issue("closed", closed_as="completed"), "issue 7, done"),
        (issue("closed", "octocat", closed_as="completed"), "issue 7, done by octocat"),
        (
            issue("closed", "octocat", closed_as="not_planned"),
            "failed: issue #7 about the remediation was closed as not",
        ),
        (TicketLook(receipt=Receipt("k", "w", ActionState.DONE, "", "#7", LINK)), "awaits-person: issue #7"),
        (TicketLook(receipt=Receipt("k", "w", ActionState.FAILED, "", message="403")), "error: no issue about"),
        (TicketLook(unseen=ProofCheck(ProofOutcome.UNCLEAR, "403", Reason.ACCESS_DENIED)), "access-denied: 403"),
    ],
)
def test_what_an_issue_is_worth(look, outcome):
    """Owned or done is a plan; nobody's is awaited; closed undone is wrong; what could not be seen is unknown."""
    try:
        said = str(remedy.planned(look))
    except AssertionError as wrong:
        said = f"failed: {wrong}"
    except Unknown as unknown:
        said = f"{unknown.reason}: {unknown.message}"
    assert said.startswith(outcome)


@pytest.mark.parametrize(
    ("more", "owner"),
    [
        ({}, "nobody yet"),
        ({"people": People(lead="release-lead")}, "release-lead, who leads"),
        ({"rollback": RecordedRollback(rca=Meeting(date="2026-05-11", owner="developer"))}, "developer, who owns"),
    ],
)
def test_what_the_issue_says(more, owner):
    """Image, reason, whom to ask, and the incident."""
    record = PromotionRecord(digest=DIGEST, service="shop", **more)
    found = remedy.draft("shop", DIGEST, "it failed", record, LINK)
    assert found.lines[:2] == (f"Image: {DIGEST}", "Why it was rolled back: it failed")
    assert found.lines[2].startswith(f"Owner: {owner}")
    assert found.links == (("The incident", LINK),)
