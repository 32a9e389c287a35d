"""Whether what was judged of a rollout calls for a rollback. Pure."""

from collections.abc import Mapping
from typing import Any, Literal

from promotion.core.status import Status
from promotion.unknown import Reason

PHASE = "rollout"
FIRST, SECOND = "go-no-go-t2", "go-no-go-t5"


def rollback_reason(record: Mapping[str, Any], hold: Literal["roll-back", "keep-holding"]) -> str:
    """Say why a finished record of the rollout calls for a rollback; empty if it does not.

    A decision that failed does; the second one does also when it could be neither go nor no-go, unless `hold` says to
    keep holding. One that was not made, or is not due, does not.
    """
    if record["phase"] != PHASE or not record["complete"]:
        return ""
    decisions = {item["id"]: item for item in record["items"] if item["id"] in (FIRST, SECOND)}
    for name, words in ((FIRST, "no-go at T+2"), (SECOND, "no-go at T+5")):
        if name in decisions and decisions[name]["status"] == Status.FAILED:
            return words
    second = decisions.get(SECOND)
    if second is None or hold != "roll-back" or second["status"] != Status.UNKNOWN:
        return ""
    return "" if second["reason"] == Reason.NOT_RUN else "hold at T+5"
