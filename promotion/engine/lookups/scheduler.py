"""Start every look-up at once, dependencies first, each with its deadline; settle each exactly once.

Threads are daemons behind a semaphore rather than a pool: a pool's exit handler waits for hung threads, and a pool
whose workers wait for each other's results stands still when it is small.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from promotion.core.api_calls import CALLS, ApiCall
from promotion.core.clock import Clock, stamp
from promotion.core.failures import explain
from promotion.core.redact import Redactor
from promotion.engine.lookups.per_subject import PerSubject
from promotion.engine.lookups.snapshot import Entry, Key, freeze, settle_unknown
from promotion.engine.lookups.spool import Spool
from promotion.evidence import Evidence
from promotion.settings.subjects import narrows
from promotion.unknown import Reason, Unknown


@dataclass
class _Look:
    """The state of one look-up; everything in it changes under the engine's condition."""

    evidence: Evidence
    calls: list[ApiCall] = field(default_factory=list)
    overdue_at: float | None = None
    holds_slot: bool = False
    entry: Entry | None = None


class LookupScheduler:
    """The look-ups of one run in one process."""

    def __init__(
        self,
        registry: Mapping[str, Evidence],
        sources: Mapping[str, Callable[[], Any]],
        subjects: Callable[[str], list[str]],
        *,
        clock: Clock,
        redactor: Redactor,
        at_once: int = 16,
        deadline: float = 60,
        spool: Spool | None = None,
        known: Mapping[str, Entry] | None = None,
        on_trouble: Callable[[str, BaseException], None] = lambda _name, _trouble: None,
    ) -> None:
        """`sources` give what a look-up may ask for; `subjects` the names of a kind of subject.

        `spool` shares entries with other processes. `known` are entries of a record to judge again: nothing is looked
        up then, and what is not among them is unknown. `on_trouble` hears of every exception, in the look-up's thread.
        """
        self._registry = registry
        self._sources = sources
        self._subjects = subjects
        self._clock = clock
        self._redactor = redactor
        self._deadline = deadline
        self._free_slots = at_once
        self._spool = spool
        self._known = known
        self._on_trouble = on_trouble
        self._looks: dict[Key, _Look] = {}
        self._settled = threading.Condition()

    def keys_of(self, name: str) -> list[Key]:
        """Every look-up behind an evidence name: one, or one a subject."""
        per = self._registry[name].per
        return [Key(name)] if per is None else [Key(name, subject) for subject in self._subjects(per)]

    def start(self, wanted: Iterable[Key]) -> None:
        """Start these look-ups and all they depend on. Returns at once."""
        fresh: list[Key] = []
        self._collect(wanted, fresh)
        if self._known is not None:
            for key in fresh:
                self._settle(key, self._known.get(str(key)) or self._absent(key))
            return
        for key in fresh:
            threading.Thread(target=self._run, args=(key,), name=f"look {key}", daemon=True).start()

    def wait(self, progress: Callable[[int, int, str], None] = lambda _out, _all, _name: None) -> None:
        """Wait until every look-up has come or is overdue. `progress` hears (still out, all, one that is out)."""
        with self._settled:
            while out := [key for key, look in self._looks.items() if look.entry is None]:
                progress(len(out), len(self._looks), str(out[0]))
                self._expire(out)
                self._settled.wait(0.1)

    def get(self, name: str) -> Any:
        """What was seen under this name, thawed: a value, or a mapping from subject to value.

        Raises Unknown where nothing was seen; a mapping raises it on access to the subject.
        """
        evidence = self._registry[name]
        if evidence.per is None:
            return self._entry(Key(name)).thaw(evidence)
        return PerSubject(name, {key.subject or "": partial(self._thawed, key) for key in self.keys_of(name)})

    @property
    def entries(self) -> dict[str, Entry]:
        """Everything settled so far, by name."""
        with self._settled:
            return {str(key): look.entry for key, look in self._looks.items() if look.entry is not None}

    def _collect(self, wanted: Iterable[Key], fresh: list[Key]) -> None:
        for key in wanted:
            if key in self._looks:
                continue
            evidence = self._registry[key.name]
            self._looks[key] = _Look(evidence)
            for parameter in evidence.parameters:
                if parameter in self._registry:
                    self._collect(self._needed(evidence, key, parameter), fresh)
            fresh.append(key)

    def _needed(self, evidence: Evidence, key: Key, parameter: str) -> list[Key]:
        if narrows(evidence.per, self._registry[parameter].per):
            return [Key(parameter, key.subject)]
        return self.keys_of(parameter)

    def _run(self, key: Key) -> None:
        look = self._looks[key]
        CALLS.set(look.calls)
        try:
            entry = self._found(key, look)
        except BaseException as trouble:  # noqa: BLE001 - a thread that just ended would leave everybody waiting
            failed = Unknown(Reason.ERROR, f"look-up {key} could not be recorded: {type(trouble).__name__}")
            entry = self._not_seen(failed, look)
        self._settle(key, entry)

    def _found(self, key: Key, look: _Look) -> Entry:
        try:
            arguments = self._arguments(look.evidence, key)
        except Unknown as unknown:
            return self._standing(key, self._not_seen(unknown, look))
        self._take_slot(look)
        try:
            return self._shared(key, look, arguments)
        finally:
            self._free_slot(look)

    def _arguments(self, evidence: Evidence, key: Key) -> dict[str, Any]:
        """What the look-up asks for. Waits for other evidence before a slot is taken."""
        arguments: dict[str, Any] = {}
        for parameter in evidence.parameters:
            if parameter == evidence.per:
                arguments[parameter] = key.subject
            elif parameter in self._registry:
                arguments[parameter] = self._dependency(evidence, key, parameter)
        return arguments

    def _dependency(self, evidence: Evidence, key: Key, parameter: str) -> Any:
        needed = self._needed(evidence, key, parameter)
        with self._settled:
            self._settled.wait_for(lambda: all(self._looks[one].entry is not None for one in needed))
        if narrows(evidence.per, self._registry[parameter].per):
            return self._thawed(needed[0])
        return self.get(parameter)

    def _shared(self, key: Key, look: _Look, arguments: dict[str, Any]) -> Entry:
        if self._spool is None:
            return self._look(look, arguments)
        return self._spool.once(str(key), lambda: self._look(look, arguments))

    def _standing(self, key: Key, entry: Entry) -> Entry:
        """The entry that every process of the run goes by."""
        return entry if self._spool is None else self._spool.publish(str(key), entry)

    def _look(self, look: _Look, arguments: dict[str, Any]) -> Entry:
        """Call the look-up and keep what it says. The one place that catches everything: it makes it unknown."""
        try:
            asked = {name: self._sources[name]() for name in look.evidence.parameters if name not in arguments}
            value = look.evidence.look(**arguments, **asked)
            return freeze(look.evidence, value, stamp(self._clock.now()), self._made(look), self._redactor)
        except BaseException as trouble:  # noqa: BLE001 - whatever ends this thread, the answer is: could not tell
            self._on_trouble(look.evidence.name, trouble)
            return self._not_seen(explain(trouble, look.evidence.name, look.calls), look)

    def _not_seen(self, unknown: Unknown, look: _Look) -> Entry:
        return settle_unknown(unknown, stamp(self._clock.now()), self._made(look), self._redactor)

    def _made(self, look: _Look) -> tuple[Mapping[str, str | None], ...]:
        return tuple(self._redactor.tree(call.as_json()) for call in tuple(look.calls))

    def _absent(self, key: Key) -> Entry:
        return Entry("", None, {"reason": str(Reason.NO_DATA), "message": f"the record holds no evidence {key}"})

    def _settle(self, key: Key, entry: Entry) -> None:
        """The first answer stands; one that comes after its deadline changes nothing."""
        with self._settled:
            if self._looks[key].entry is None:
                self._looks[key].entry = entry
            self._settled.notify_all()

    def _thawed(self, key: Key) -> Any:
        return self._entry(key).thaw(self._registry[key.name])

    def _entry(self, key: Key) -> Entry:
        with self._settled:
            look = self._looks.get(key)
            if look is None or look.entry is None:
                raise Unknown(Reason.NOT_RUN, f"evidence {key} was not looked up in this run")
            return look.entry

    def _take_slot(self, look: _Look) -> None:
        with self._settled:
            self._settled.wait_for(lambda: self._free_slots > 0)
            self._free_slots -= 1
            look.holds_slot = True
            look.overdue_at = time.monotonic() + (look.evidence.deadline or self._deadline)

    def _free_slot(self, look: _Look) -> None:
        with self._settled:
            if look.holds_slot:
                look.holds_slot = False
                self._free_slots += 1
                self._settled.notify_all()

    def _expire(self, out: list[Key]) -> None:
        for key in out:
            look = self._looks[key]
            if look.overdue_at is not None and time.monotonic() >= look.overdue_at:
                limit = look.evidence.deadline or self._deadline
                late = Unknown(
                    Reason.TIMEOUT,
                    f"look-up {key} did not finish within {limit:g} s: check that the service answers, or raise "
                    "looking.deadline",
                )
                self._settle(key, self._standing(key, self._not_seen(late, look)))
                self._free_slot(look)
