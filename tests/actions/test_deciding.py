"""What of a judged rollout calls for a rollback, and what its receipts say of it."""

import pytest

from promotion.actions.trigger import FIRST, SECOND, held, rollback_reason
from promotion.record.receipt import ActionState, Receipt
from promotion.record.receipts import verified
from promotion.settings.rollout import HoldCases, Rollout

ALWAYS, NEVER = Rollout(hold="roll-back").hold_cases, Rollout().hold_cases


def record(first="passed", second="passed", reason=None, **more):
    """Give a record of a rollout with both decisions."""
    items = [{"id": FIRST, "status": first, "reason": None}, {"id": SECOND, "status": second, "reason": reason}]
    return {"phase": "rollout", "complete": True, "items": items, **more}


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (record(), ""),
        (record(first="failed", second="pending", reason="not-due"), "no-go at T+2"),
        (record(second="failed"), "no-go at T+5"),
        (record(first="waived", second="passed"), ""),
        (record(first="unknown", second="pending", reason="not-due"), ""),
        (record(second="unknown", reason="no-data"), "hold at T+5"),
        (record(second="unknown", reason="access-denied"), "hold at T+5"),
        (record(second="unknown", reason="not-run"), ""),
        (record(second="failed", phase="postdeploy"), ""),
        (record(second="failed", complete=False), ""),
    ],
)
def test_what_calls_for_a_rollback(found, why):
    """A no-go does, a hold at T+5 does; what is not due, was not run, was waived, or is no rollout's does not."""
    assert rollback_reason(found, ALWAYS) == why


def test_a_hold_may_be_kept():
    """Configured to keep holding, a hold calls for nothing, and a no-go does all the same."""
    assert rollback_reason(record(second="unknown", reason="no-data"), NEVER) == ""
    assert rollback_reason(record(second="failed"), NEVER) == "no-go at T+5"


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("too_little", "too-few-samples"),
        ("blind", "access-denied"),
        ("blind", "no-data"),
        ("suspected", "suspected-harm"),
    ],
)
def test_each_case_of_a_hold_has_its_own_word(case, reason):
    """What a hold rests on decides what follows; the other cases are kept."""
    hold = HoldCases(**{case: "roll-back"})
    others = {"too-few-samples", "access-denied", "suspected-harm"} - {reason}
    if case == "blind":
        others -= {"access-denied"}
    assert rollback_reason(record(second="unknown", reason=reason), hold) == "hold at T+5"
    assert {rollback_reason(record(second="unknown", reason=other), hold) for other in others} == {""}


def test_a_hold_says_what_a_person_must_know():
    """What the second decision says, if it is a hold; nothing of what passed, failed, or was not run."""
    told = record(second="unknown", reason="no-data")
    told["items"][1]["subjects"] = [{"message": "hold: nothing was counted"}]
    assert held(told) == "hold: nothing was counted"
    assert held(record(second="unknown", reason="no-data")) == "hold at T+5"
    for other in (record(), record(second="failed"), record(second="unknown", reason="not-run")):
        assert held(other) is None
    assert held(record(second="unknown", reason="no-data", complete=False)) is None


def receipt(key, state):
    """Give a receipt."""
    return Receipt(f"promotion:a8169da8c9ee:{key}", key, ActionState(state), "2026-05-04T08:00:00.000Z")


@pytest.mark.parametrize(
    ("receipts", "good"),
    [
        ([("stop:a", "done"), ("verified:a", "done")], True),
        ([("stop:a", "already"), ("verified:a", "done"), ("incident", "failed")], True),
        ([("stop:a", "done"), ("stop:b", "done"), ("verified:a", "done")], False),
        ([("stop:a", "done"), ("verified:a", "failed")], False),
        ([("stop:a", "done")], False),
        ([("stop:a", "refused")], False),
        ([("incident", "done")], False),
        ([], False),
    ],
)
def test_a_rollback_is_verified_at_every_target(receipts, good):
    """Each target that was to be stopped must have been seen to be rolled back."""
    assert verified([receipt(*one) for one in receipts]) is good
