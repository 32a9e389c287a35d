"""The record of a run: every item of the phase, run or not, what decided it, and what was seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from promotion.checklist import Checklist
from promotion.checklist import Item as Line
from promotion.clients.channels.message import tells_verdict
from promotion.core.canonical_json import SCHEMA, canonical_for, representable, sha256
from promotion.core.status import Exit, Status, Verdict, exit_code, verdict, worst
from promotion.engine.lookups.snapshot import Entry
from promotion.engine.outcome import DIED, NOT_RUN, TOO_LONG, Outcome
from promotion.record.receipt import Receipt
from promotion.record.receipts import verified
from promotion.unknown import Reason

Case = tuple[str, str]
"""Item and subject: what one test judges. An item without subjects is its own subject."""


@dataclass
class RunResults:
    """What a run has gathered; grows while it runs."""

    plan: list[Case] = field(default_factory=list)
    """Every case that exists, in order, selected or not."""
    tests: dict[str, Case] = field(default_factory=dict)
    """The case of each test, by its node id."""
    rules: dict[str, str] = field(default_factory=dict)
    """By item, how it is judged: the first paragraph of its test's docstring."""
    outcomes: dict[Case, Outcome] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    """Why tests could not be collected or the run broke off."""
    beside: list[str] = field(default_factory=list)
    """Tests that judge no item of the checklist and did not pass. They hold a promotion back, too."""
    nothing_selected: bool = False
    broken_off: Exit | None = None
    """The exit code of a run that did not come to its end."""

    def break_off(self, code: Exit, why: str | None = None) -> None:
        """Note that the run does not come to its end. The first cause decides the exit code."""
        self.broken_off = self.broken_off or code
        if why is not None and why not in self.errors:
            self.errors.append(why)

    def note(self, outcome: Outcome) -> None:
        """Keep an outcome. The first that is not a pass stands: a teardown does not fix what a call found."""
        key = (outcome.item, outcome.subject)
        known = self.outcomes.get(key)
        if known is None or known.status.good:
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
    rehearsal: bool
    """Whether a world that this machine serves was looked at, or time was told by another clock than the machine's."""
    selection: str
    settings: Mapping[str, Any]
    """Redacted, as JSON."""
    settings_origins: Mapping[str, str]
    chain: Sequence[Mapping[str, Any]] = ()
    """The earlier records of this promotion, oldest first."""
    before: Mapping[str, Any] | None = None
    """What the promotion before this one measured."""
    waivers: Sequence[Mapping[str, Any]] = ()
    """Every waiver for an item of the phase, and what it did."""
    replaced: Mapping[str, Any] | None = None
    """The sealed report that this run's has taken the place of."""
    schema: str = SCHEMA
    """A replay gives a record of the schema of its source, so that both have the same bytes."""
    acts: Sequence[Mapping[str, Any]] = ()
    """Receipts of what was done: to take the rollout back, and to tell people of the verdict."""


def build(
    frame: Frame, checklist: Checklist, findings: RunResults, entries: Mapping[str, Entry], *, complete: bool
) -> dict[str, Any]:
    """Join the manifest with what was found. What has no result is not run. No option is looked at for this."""
    items = [_item(line, findings) for line in checklist.of_phase(frame.phase)]
    statuses = [Status(item["status"]) for item in items]
    decided, code = verdict(statuses), exit_code(statuses)
    if findings.beside and decided is not Verdict.NO_GO:
        decided, code = Verdict.HOLD, Exit.HOLD_UNKNOWN
    if not complete or findings.broken_off is not None:
        complete = False
        decided = Verdict.NO_GO if decided is Verdict.NO_GO and not findings.errors else Verdict.HOLD
        code = findings.broken_off or Exit.INTERNAL
    elif findings.nothing_selected:
        decided, code = Verdict.HOLD, Exit.NOTHING_SELECTED
    # Whether people could be told of a verdict changes nothing about it.
    if taken_back := [Receipt.of(dict(act)) for act in frame.acts if not tells_verdict(str(act["key"]))]:
        decided = Verdict.NO_GO
        if not verified(taken_back):
            code = Exit.ROLLBACK_UNVERIFIED  # whatever else went wrong, a person is needed now
        elif complete:
            code = Exit.NO_GO
    settings = representable(frame.settings) if frame.schema == SCHEMA else frame.settings
    record = {
        "schema": frame.schema,
        "phase": frame.phase,
        "service": frame.service,
        "verdict": str(decided),
        "exit_code": int(code),
        "complete": complete,
        "digest": frame.digest,
        "started": frame.started,
        "finished": frame.finished,
        "clock": frame.clock,
        "rehearsal": frame.rehearsal,
        "selection": frame.selection,
        "errors": [*findings.errors, *findings.beside],
        "settings": settings,
        "settings_origins": dict(frame.settings_origins),
        "settings_sha256": sha256(canonical_for(frame.schema, settings)),
        "checklist_sha256": checklist.sha256,
        "sections": [
            {"name": section.marker, "number": section.number, "title": section.title}
            for section in checklist.sections
            if section.phase == frame.phase
        ],
        "items": items,
        "chain": [dict(link) for link in frame.chain],
        "previous": frame.chain[-1]["sha256"] if frame.chain else None,
        "before": frame.before,
        "waivers": [dict(waiver) for waiver in frame.waivers],
        "acts": [dict(act) for act in frame.acts],
        **({} if frame.replaced is None else {"replaced": dict(frame.replaced)}),
        "evidence": {name: entry.as_json() for name, entry in sorted(entries.items())},
    }
    tree: dict[str, Any] = representable(record) if frame.schema == SCHEMA else record
    return tree


def cases(record: Mapping[str, Any]) -> list[Case]:
    """Every case of a record, in its order."""
    return [(item["id"], subject["name"]) for item in record["items"] for subject in item["subjects"]]


def unfinished_cases(record: Mapping[str, Any]) -> dict[Case, Outcome | None]:
    """The cases of a record that nobody judged to the end, with what is said of them; None: they did not run."""
    found = {(item["id"], subject["name"]): subject for item in record["items"] for subject in item["subjects"]}
    not_judged = {case: tree for case, tree in found.items() if tree["message"] in (NOT_RUN, DIED, TOO_LONG)}
    return {
        case: None if tree["message"] == NOT_RUN else Outcome.of(case[0], tree) for case, tree in not_judged.items()
    }


def _item(line: Line, findings: RunResults) -> dict[str, Any]:
    expected = [case for case in findings.plan if case[0] == line.id]
    expected += [case for case in findings.outcomes if case[0] == line.id and case not in expected]
    subjects = [(findings.outcomes.get(case) or _not_run(case)).as_json() for case in expected]
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
        "rule": findings.rules.get(line.id, ""),
        "status": str(status),
        "reason": reason,
        "subjects": subjects,
        "waiver": next((subject["waiver"] for subject in deciding if "waiver" in subject), None),
        "attestation": next((subject["attestation"] for subject in deciding if "attestation" in subject), None),
    }


def _not_run(case: Case) -> Outcome:
    return Outcome(*case, Status.UNKNOWN, str(Reason.NOT_RUN), NOT_RUN, None, ())
