"""Whether what was judged of a rollout calls for a rollback. Pure."""

from collections.abc import Mapping
from typing import Any

from promotion.core.status import Status
from promotion.sections.rollout.verdict import after_hold
from promotion.settings.rollout import HoldCases
from promotion.unknown import Reason

PHASE = "rollout"
FIRST, SECOND = "go-no-go-t2", "go-no-go-t5"


def rollback_reason(record: Mapping[str, Any], hold: HoldCases) -> str:
    """Say why a finished record of the rollout calls for a rollback; empty if it does not.

    A decision that failed does; the second one does also when it could be neither go nor no-go, if `hold` says so for
    what that rests on. One that was not made, or is not due, does not.
    """
    if record["phase"] != PHASE or not record["complete"]:
        return ""
    decisions = {item["id"]: item for item in record["items"] if item["id"] in (FIRST, SECOND)}
    for name, words in ((FIRST, "no-go at T+2"), (SECOND, "no-go at T+5")):
        if name in decisions and decisions[name]["status"] == Status.FAILED:
            return words
    held = _held(decisions)
    return "hold at T+5" if held is not None and after_hold(held["reason"], hold) == "roll-back" else ""


def held(record: Mapping[str, Any]) -> str | None:
    """Give what the second decision says if it was a hold; None if it was none, or was not made."""
    if record["phase"] != PHASE or not record["complete"]:
        return None
    found = _held({item["id"]: item for item in record["items"]})
    return None if found is None else _message(found)


def _held(decisions: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    second = decisions.get(SECOND)
    if second is None or second["status"] != Status.UNKNOWN or second["reason"] == Reason.NOT_RUN:
        return None
    return second


def _message(item: Mapping[str, Any]) -> str:
    subjects = item.get("subjects") or ()
    return next((str(one["message"]) for one in subjects if one.get("message")), "hold at T+5")
