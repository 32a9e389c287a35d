"""Whose word counts: of this image, by somebody who may, not expired, signed where it must be."""

from datetime import UTC, datetime, timedelta

import pytest

from promotion.core.answers import Attested
from promotion.core.clock import StoppedClock
from promotion.people.attestations import (
    Attestations,
    Checked,
    ProofCheck,
    ProofOutcome,
    attestation_for,
    require_attestation,
    rules_for,
)
from promotion.people.promotion_record import Word
from promotion.settings import load
from promotion.unknown import Reason, Unknown
from tests.runner import ROOT

DIGEST, OTHER = "sha256:" + "a8" * 32, "sha256:" + "b7" * 32
NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
ITEM = "stakeholders-notified"
NONE, GOOD = ProofCheck(ProofOutcome.NONE), ProofCheck(ProofOutcome.GOOD)


@pytest.fixture(scope="module")
def settings():
    """Those of the example."""
    return load(ROOT / "promotion.example.toml", environ={}).settings


def said(signature=NONE, link=NONE, **changes):
    """A word of an hour ago."""
    at = changes.pop("at", NOW - timedelta(hours=1))
    fields = {"item": ITEM, "digest": DIGEST, "by": "release-lead", "expires": at + timedelta(days=7), **changes}
    return Checked(Word(at=at, statement="Done.", **fields), signature, link)


def judge(settings, *words, item=ITEM, digest=DIGEST):
    """Judge by these words."""
    return attestation_for(item, Attestations("promotions/a.toml", DIGEST, words), settings, digest, StoppedClock(NOW))


def test_a_word_that_counts(settings):
    """It is shown with name, time, words, link, and whether it was signed."""
    found = judge(settings, said(GOOD, GOOD))
    assert (found.by, found.at, found.statement) == ("release-lead", "2026-05-04T07:00:00Z", "Done.")
    assert found.signed
    assert found.link is None
    with pytest.raises(Attested):
        require_attestation(ITEM, Attestations("a", DIGEST, (said(),)), settings, DIGEST, StoppedClock(NOW))


@pytest.mark.parametrize("by", ["@Release-Lead", "lead@example.com", "on-call-engineer", "approver@example.com"])
def test_whoever_is_in_the_plan_may(settings, by):
    """Everybody in [plan.people], by whichever name."""
    assert judge(settings, said(by=by)).by == by


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (said(digest=OTHER), f"is of {OTHER}, expected {DIGEST}"),
        (said(by="developer"), "is not accepted: stakeholders-notified must be attested by one of release-lead <lead@"),
        (said(at=NOW - timedelta(days=7)), "expired at 2026-05-04T08:00:00Z"),
        (said(at=NOW - timedelta(days=8), expires=NOW + timedelta(days=900)), "expired at 2026-05-03T08:00:00Z"),
        (said(expires=NOW), "expired at 2026-05-04T08:00:00Z"),
        (said(at=NOW + timedelta(minutes=6)), "is dated after now, 2026-05-04T08:00:00Z"),
        (said(link=ProofCheck(ProofOutcome.WRONG, "x answers 404")), "has a dead link: x answers 404"),
        (said(ProofCheck(ProofOutcome.WRONG, "its signature does not fit")), "its signature does not fit"),
    ],
)
def test_words_that_do_not_count(settings, word, why):
    """Alone, and also where the same link or key is good elsewhere."""
    with pytest.raises(AssertionError) as caught:
        judge(settings, word)
    assert why in str(caught.value)
    assert str(caught.value).startswith(f"the attestation by {word.word.by} of {ITEM} of 2026-")


def test_a_clock_may_be_a_little_ahead(settings):
    """Five minutes are no reason to doubt."""
    assert judge(settings, said(at=NOW + timedelta(minutes=5)))


def test_the_newest_that_counts_is_shown(settings):
    """Words that do not count stand beside one that does."""
    older, newer = said(at=NOW - timedelta(days=2)), said(at=NOW - timedelta(days=1), by="release-approver")
    found = judge(settings, older, newer, said(at=NOW - timedelta(days=9)), said(by="developer"), said(digest=OTHER))
    assert found.by == "release-approver"


def test_what_was_changed_spoils_the_rest(settings):
    """A signature that does not fit is never passed over, whatever else was said."""
    forged = said(ProofCheck(ProofOutcome.WRONG, "it was changed"), at=NOW - timedelta(days=3))
    with pytest.raises(AssertionError, match="it was changed"):
        judge(settings, said(), forged)


@pytest.mark.parametrize("where", ["signature", "link"])
def test_what_cannot_be_told(settings, where):
    """It is unknown, unless there is another word that counts."""
    unclear = said(**{where: ProofCheck(ProofOutcome.UNCLEAR, "nobody could look", Reason.ACCESS_DENIED)})
    with pytest.raises(Unknown, match="nobody could look") as caught:
        judge(settings, unclear)
    assert caught.value.reason is Reason.ACCESS_DENIED
    assert judge(settings, unclear, said(at=NOW - timedelta(days=1)))


def test_nobody_has_said_anything(settings):
    """It waits for a person, and says who may and what to type; words for other items are none."""
    for words in ((), (said(item="status-page"),)):
        assert judge(settings, *words) is None
        with pytest.raises(Unknown) as caught:
            require_attestation(
                ITEM, Attestations("promotions/a.toml", DIGEST, words), settings, DIGEST, StoppedClock(NOW)
            )
        assert caught.value.reason is Reason.AWAITS_PERSON
        assert f"promotion attest {ITEM} --digest {DIGEST}" in caught.value.message


def test_there_is_no_record(settings):
    """It waits for one."""
    with pytest.raises(Unknown, match="promotion plan --digest") as caught:
        require_attestation(ITEM, Attestations("promotions/a.toml", None), settings, DIGEST, StoppedClock(NOW))
    assert caught.value.reason is Reason.AWAITS_PERSON


def test_the_record_is_of_another_image(settings):
    """It fails, whatever stands in it."""
    with pytest.raises(AssertionError, match=r"promotions/a.toml is of .*, expected sha256:b7"):
        judge(settings, said(), digest=OTHER)


def test_rules_of_one_item(settings):
    """The example lets one person attest a review, signed, for 30 days."""
    rules = rules_for("rollback-plan", settings)
    assert (rules.by, rules.signed, rules.max_age.days) == (("release-approver",), True, 30)
    word = said(
        item="rollback-plan", by="release-approver", at=NOW - timedelta(days=20), expires=NOW + timedelta(days=10)
    )
    with pytest.raises(AssertionError, match="is not signed, and rollback-plan requires a signature"):
        judge(settings, word, item="rollback-plan")
    signed = Checked(word.word, GOOD, NONE)
    assert judge(settings, signed, item="rollback-plan").signed


def test_nobody_may(settings):
    """Without a list nobody's word counts, and it says where to write one."""
    alone = settings.model_copy(update={"plan": type(settings.plan)()})
    with pytest.raises(Unknown) as caught:
        judge(alone, said())
    assert caught.value.reason is Reason.NOT_DECLARED
