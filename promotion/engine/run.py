"""One run of the gate in one process: what it was asked, what it looks with, what it finds."""

import os
import re
import shutil
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from promotion.checklist import Checklist
from promotion.core.canonical_json import SCHEMA
from promotion.core.clock import ServedClock, StoppedClock, SystemClock, TickingClock, parse_stamp, stamp
from promotion.core.redact import Redactor
from promotion.engine.lookups import Entry, LookupScheduler
from promotion.engine.lookups.spool import Spool
from promotion.engine.outcome import Outcome
from promotion.engine.record import Frame, RunResults, build, cases, unfinished_cases
from promotion.engine.sources import Sources
from promotion.engine.waivers import JudgedImage, as_json, concerned, describe, state_of, version_of, waive
from promotion.evidence import REGISTRY
from promotion.record import history as chain
from promotion.record.history import EarlierRecord
from promotion.record.journal import NAME
from promotion.record.rehearsal import served_here
from promotion.settings import Loaded, Settings
from promotion.settings.channels import Channel
from promotion.settings.subjects import subjects
from promotion.unknown import Reason, Unknown

_SECRET_NAME = re.compile(r"(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|KEY)$", re.IGNORECASE)
"""Environment variables whose values are secrets by their name."""


@dataclass(frozen=True)
class Question:
    """What this run is to judge."""

    phase: str
    digest: str
    loaded: Loaded
    selection: str
    report_dir: Path
    replay: Mapping[str, Any] | None = None
    """The record to judge again."""
    wait: bool = False
    """Whether look-ups may wait for what is not due yet."""
    seal: str | None = None
    """The key to seal the run with."""
    kept: Sequence[EarlierRecord] = ()
    """The records that earlier runs left in the report directory, oldest first."""
    act: bool = False
    """Whether look-ups may change the world, each thing once, and keep receipts."""
    notify: Sequence[Channel] = ()
    """Where the verdict is told."""
    clock: ServedClock | None = None
    """The clock of a rehearsal; None: the machine's."""
    root: Path | None = None
    """Where receipts and the records of all phases stand; None: in the report directory."""
    replaced: Mapping[str, Any] | None = None
    """The sealed report that was in the report directory, and where it was moved to."""
    sandbox: bool = False
    """Whether the embedded world is looked at."""


class Run:
    """The state of a run. The controller of an xdist run has one that looks at nothing and writes the record."""

    def __init__(self, question: Question, checklist: Checklist, *, verbosity: int = 0) -> None:
        self.question = question
        self.checklist = checklist
        self.findings = RunResults()
        self.redactor = Redactor()
        self.clock: TickingClock = question.clock or SystemClock()
        self.started = question.replay["started"] if question.replay else stamp(self.clock.now())
        self.spool: Spool | None = None
        self.looking: LookupScheduler | None = None
        self.acts: list[dict[str, Any]] = []
        """Receipts of what was done after everything had been judged, the telling of the verdict among it."""
        self._verbosity = verbosity
        for name, value in os.environ.items():
            if _SECRET_NAME.search(name):
                self.redactor.add(value)
        if question.replay is not None:
            self._take_over(question.replay)

    @property
    def settings(self) -> Settings:
        """What the run is told."""
        return self.question.loaded.settings

    def subjects(self, per: str) -> list[str]:
        """The subjects of a kind that the settings name."""
        return subjects(per, self.settings)

    def open_spool(self) -> Path:
        """A private folder that the workers of this run share. Removed when the run closes."""
        self.spool = Spool(Path(tempfile.mkdtemp(prefix="promotion-")))
        return self.spool.folder

    def ready_to_look(self, spool: Path | None) -> LookupScheduler:
        """Make the engine. With `spool`, look-ups are shared with the other workers."""
        self.spool = None if spool is None else Spool(spool)
        replay = self.question.replay
        self.looking = LookupScheduler(
            REGISTRY,
            {} if replay is not None else self.sources,
            self.subjects,
            clock=self.clock,
            redactor=self.redactor,
            at_once=self.settings.looking.at_once,
            deadline=self.settings.looking.deadline,
            spool=self.spool,
            known=None if replay is None else self._recorded(),
            on_trouble=self._show if self._verbosity >= 2 else lambda _name, _trouble: None,
        )
        return self.looking

    def source(self, name: str) -> Any:
        """One source, for a test of one's own. Raises Unknown in a replay, which does not look."""
        if self.question.replay is not None:
            raise Unknown(
                Reason.NOT_RUN, f"{name} is not available in a replay: a replay judges the evidence in the record"
            )
        return self.sources[name]()

    @cached_property
    def sources(self) -> Sources:
        """What look-ups and the fixtures of the same names are given."""
        question = self.question
        return Sources(
            self.settings,
            question.digest,
            self.clock,
            self.redactor,
            journal=(question.root or question.report_dir) / NAME,
            wait=question.wait,
            act=question.act,
            chain=chain.chain(question.kept, self.settings.service, question.digest),
        )

    def _take_over(self, record: Mapping[str, Any]) -> None:
        """What a replay does not find out again: which cases there are, what did not run, what failed beside them."""
        self.findings.plan = cases(record)
        self.findings.beside = list(record["errors"])
        for outcome in unfinished_cases(record).values():
            if outcome is not None:
                self.findings.note(outcome)

    @cached_property
    def judged_at(self) -> datetime:
        """The one instant that everything is judged at: when looking was over, or the record's in a replay."""
        if self.question.replay is not None:
            return parse_stamp(self.question.replay["clock"])
        now = stamp(self.clock.now())
        return parse_stamp(now if self.spool is None else self.spool.share("judged at", lambda: now))

    @property
    def judgement_clock(self) -> StoppedClock:
        """What tests ask for the time."""
        return StoppedClock(self.judged_at)

    def entries(self) -> dict[str, Entry]:
        """All evidence of the run, whichever process looked it up."""
        found = self._recorded()
        if self.looking is not None:
            found |= self.looking.entries
        if self.spool is not None:
            found |= dict(self.spool.entries())
        return found

    def _recorded(self) -> dict[str, Entry]:
        replay = self.question.replay
        return {} if replay is None else {name: Entry.from_json(tree) for name, tree in replay["evidence"].items()}

    def record(self, *, complete: bool) -> dict[str, Any]:
        """The record as of now."""
        question = self.question
        settings = self.redactor.tree(self.settings.model_dump(mode="json", by_alias=True, exclude_none=True))
        frame = Frame(
            schema=question.replay["schema"] if question.replay else SCHEMA,
            phase=question.phase,
            digest=question.digest,
            service=self.settings.service,
            started=self.started,
            finished=question.replay["finished"] if question.replay else stamp(self.clock.now()),
            # Asked for any earlier, the instant of judgement would be one at which nothing had been looked at.
            clock=stamp(self.judged_at if complete else self.clock.now()),
            rehearsal=bool(question.replay["rehearsal"]) if question.replay else self._rehearses(settings),
            selection=question.selection,
            settings=question.replay["settings"] if question.replay else settings,
            settings_origins=question.loaded.origins,
            chain=question.replay["chain"] if question.replay else self._chain(),
            before=question.replay["before"] if question.replay else self._before(),
            acts=question.replay.get("acts", ()) if question.replay else self.redactor.tree(self.acts),
            replaced=question.replay.get("replaced") if question.replay else question.replaced,
            waivers=self.redactor.tree(self._waivers((self.judged_at if complete else self.clock.now()).date())),
        )
        return build(frame, self.checklist, self.findings, self.entries(), complete=complete)

    def _rehearses(self, settings: Mapping[str, Any]) -> bool:
        return self.question.sandbox or self.question.clock is not None or bool(served_here(settings))

    def waived(self, outcome: Outcome) -> Outcome:
        """The outcome, let through if it failed and a waiver covers it."""
        mine = concerned(self.settings.waivers, outcome)
        return waive(mine, outcome, self._image(), self.judged_at.date()) if mine else outcome

    def _image(self) -> JudgedImage:
        seen = {name: entry.value for name, entry in self.entries().items() if name == "image_content"}
        return JudgedImage(self.question.digest, version_of(seen))

    def _waivers(self, today: date) -> list[dict[str, Any]]:
        """What each waiver did, also those of other items: none is left unspoken of."""
        mine, image, found = self.settings.waivers, self._image(), self.findings.outcomes.values()
        in_phase = {line.id for line in self.checklist.of_phase(self.question.phase)}
        states = [(waiver, state_of(waiver, found, image, today)) for waiver in mine if waiver.item in in_phase]
        return [as_json(waiver, state, describe(waiver, state, image, today)) for waiver, state in states]

    def _chain(self) -> list[dict[str, Any]]:
        return chain.chain(self.question.kept, self.settings.service, self.question.digest)

    def _before(self) -> dict[str, Any] | None:
        question = self.question
        return chain.before(question.kept, self.settings.service, question.digest, question.phase)

    def close(self) -> None:
        """Remove the shared folder."""
        if self.spool is not None:
            shutil.rmtree(self.spool.folder, ignore_errors=True)

    def _show(self, name: str, trouble: BaseException) -> None:
        text = "".join(traceback.format_exception(trouble))
        sys.stderr.write(self.redactor.text(f"\nlook-up {name}:\n{text}"))
