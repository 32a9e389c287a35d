"""The record of a run: every item of the phase, run or not, what decided it, and what was seen."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from promotion.checklist import Checklist
from promotion.checklist import Item as Line
from promotion.looking.entry import Entry
from promotion.outcome import Outcome
from promotion.status import Exit, Status, Verdict, exit_code, verdict, worst
from promotion.unknown import Reason

SCHEMA = "promotion-checklist/record/v1"


@dataclass
class Findings:
    """What a run has gathered; grows while it runs."""

    plan: list[tuple[str, str | None]] = field(default_factory=list)
    """Item and subject of every case that exists, in order, selected or not."""
    tests: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    """Item and subject of each test, by its node id."""
    outcomes: dict[tuple[str, str | None], Outcome] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    """Why tests could not be collected or the run broke off."""
    interrupted: bool = False
    nothing_selected: bool = False
    internal_error: bool = False

    def note(self, outcome: Outcome) -> None:
        """Keep an outcome. The first that is not a pass stands: a teardown does not mend what a call found."""
        key = (outcome.item, outcome.subject)
        known = self.outcomes.get(key)
        if known is None or known.status is Status.PASSED:
            self.outcomes[key] = outcome


@dataclass(frozen=True)
class Frame:
    """What is known of a run beside its findings."""

    phase: str
    digest: str
    service: str
    started: str
    finished: str
    clock: str
    """The instant that everything was judged at."""
    selection: str
    settings: Mapping[str, Any]
    """Redacted, as JSON."""
    settings_origins: Mapping[str, str]


def canonical(tree: Any) -> str:
    """JSON with one way to write it: keys sorted, no spaces, no NaN (RFC 8785 for what records hold)."""
    return json.dumps(tree, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def sha256(text: str) -> str:
    """Of the UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def build(
    frame: Frame, checklist: Checklist, findings: Findings, entries: Mapping[str, Entry], *, complete: bool
) -> dict[str, Any]:
    """Join the manifest with what was found. What has no result is unknown: not run. No option is looked at for this."""
    items = [_item(line, findings) for line in checklist.of_phase(frame.phase)]
    statuses = [Status(item["status"]) for item in items]
    decided = verdict(statuses)
    code: int = exit_code(statuses)
    if not complete or findings.errors or findings.interrupted or findings.internal_error:
        complete = False
        decided = Verdict.NO_GO if decided is Verdict.NO_GO and not findings.errors else Verdict.HOLD
        code = (
            Exit.INTERNAL
            if findings.internal_error or not (findings.errors or findings.interrupted)
            else Exit.INTERRUPTED
        )
    elif findings.nothing_selected:
        decided, code = Verdict.HOLD, Exit.NOTHING_SELECTED
    return {
        "schema": SCHEMA,
        "phase": frame.phase,
        "service": frame.service,
        "verdict": str(decided),
        "exit_code": int(code),
        "complete": complete,
        "digest": frame.digest,
        "started": frame.started,
        "finished": frame.finished,
        "clock": frame.clock,
        "selection": frame.selection,
        "errors": list(findings.errors),
        "settings": frame.settings,
        "settings_origins": dict(frame.settings_origins),
        "settings_sha256": sha256(canonical(frame.settings)),
        "checklist_sha256": checklist.sha256,
        "sections": [
            {"name": section.marker, "number": section.number, "title": section.title}
            for section in checklist.sections
            if section.phase == frame.phase
        ],
        "items": items,
        "evidence": {name: entry.as_json() for name, entry in sorted(entries.items())},
    }


def _item(line: Line, findings: Findings) -> dict[str, Any]:
    expected = [subject for item, subject in findings.plan if item == line.id]
    expected += [subject for item, subject in findings.outcomes if item == line.id and subject not in expected]
    subjects = [_subject(line, subject, findings.outcomes.get((line.id, subject))) for subject in expected]
    status = worst(Status(subject["status"]) for subject in subjects)
    deciding: Sequence[dict[str, Any]] = [subject for subject in subjects if subject["status"] == status]
    reason = deciding[0]["reason"] if deciding else str(Reason.NOT_RUN)
    return {
        "id": line.id,
        "number": line.number,
        "section": line.section,
        "title": line.title,
        "due": line.due,
        "how": line.how,
        "status": str(status),
        "reason": reason,
        "subjects": subjects,
        "waiver": None,
        "attestation": None,
    }


def _subject(line: Line, subject: str | None, outcome: Outcome | None) -> dict[str, Any]:
    if outcome is None:
        outcome = Outcome(
            line.id, subject, Status.UNKNOWN, str(Reason.NOT_RUN), "not run: this selection left it out", None, ()
        )
    return {
        "name": subject or line.id,
        "status": str(outcome.status),
        "reason": outcome.reason,
        "message": outcome.message,
        "measured": outcome.measured,
        "evidence": list(outcome.evidence),
    }
