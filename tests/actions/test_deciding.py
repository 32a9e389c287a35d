"""What of a judged rollout calls for a rollback, and what its receipts say of it."""

import pytest

from promotion.actions.trigger import FIRST, SECOND, rollback_reason
from promotion.record.receipt import ActionState, Receipt
from promotion.record.receipts import verified


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
    assert rollback_reason(found, "roll-back") == why


def test_a_hold_may_be_kept():
    """Configured to keep holding, a hold calls for nothing, and a no-go does all the same."""
    assert rollback_reason(record(second="unknown", reason="no-data"), "keep-holding") == ""
    assert rollback_reason(record(second="failed"), "keep-holding") == "no-go at T+5"


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
