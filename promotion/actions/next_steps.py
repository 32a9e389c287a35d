"""Who does what once a verdict is known. Pure."""

from collections.abc import Mapping
from typing import Any

from promotion.clients.channels.message import tells_verdict
from promotion.record.receipt import Receipt
from promotion.record.receipts import verified
from promotion.report.facts import promotion
from promotion.report.reading import RecordView, rows, table, text
from promotion.report.verdict import face

_NEXT: Mapping[tuple[str, str], str] = {
    ("pre_promotion", "GO"): "{approver} reads the report and signs off; then {lead} deploys inside the window",
    (
        "pre_promotion",
        "NO-GO",
    ): "{lead} has what failed fixed, and runs the checklist again before promoting",
    ("rollout", "GO"): "{lead} lets the rollout continue, and {on_call} keeps watching it",
    ("rollout", "NO-GO"): "{on_call} rolls back now, with `promotion rollback`",
    ("postdeploy", "GO"): "{lead} closes the promotion",
    ("postdeploy", "NO-GO"): "{on_call} and {lead} decide now whether to roll back to the previous version",
    ("after_rollback", "GO"): "{lead} has the cause found before the next attempt",
    ("after_rollback", "NO-GO"): "{on_call} cleans up what the rollback has left",
}
_HELD: Mapping[str, str] = {
    "rollout": "{on_call} leaves the traffic where it is, and {lead} checks again at the next decision",
}


def following(reading: RecordView) -> str:
    """Say who does what next, by name where the promotion record names people, else by role; without a full stop."""
    people = table(promotion(reading).get("people"))
    roles = {"lead": "the deployment lead", "on_call": "the on-call engineer", "approver": "the approver"}
    names = {role: text(people.get(role)).strip() or words for role, words in roles.items()}
    return _step(reading).format_map(names)


def _step(reading: RecordView) -> str:
    done = [act for act in map(table, rows(reading.record.get("acts"))) if not tells_verdict(text(act.get("key")))]
    if reading.record.get("exit_code") == 20:
        return "{on_call} takes over manually now, because the rollback is not verified"
    if done and _went_back(done):
        return "{lead} runs the checklist after a rollback: the rollout was rolled back, and that was verified"
    if not reading.complete or reading.errors:
        return "{lead} fixes what stopped the run, and runs it again"
    if reading.verdict != "HOLD":
        return _NEXT.get((reading.phase, reading.verdict), "{lead} reads the report")
    if reading.phase in _HELD:
        return _HELD[reading.phase]
    if face(reading).name == "pending":
        if all(item.face.name == "not-due" for item in reading.blocking):
            return "{lead} runs the checklist again when the remaining items are due"
        return "the people named in the report attest their items; then {lead} runs the checklist again"
    return "{lead} fixes what made items unknown, and runs the checklist again"


def _went_back(acts: list[Mapping[str, Any]]) -> bool:
    return verified(Receipt.of(dict(act)) for act in acts)
