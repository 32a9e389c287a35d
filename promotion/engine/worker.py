"""The process in which tests run: bind them to items, look, let them judge, write down what they say."""

import sys
from collections.abc import Generator, Mapping
from inspect import cleandoc
from typing import Any

import pytest

from promotion.checklist import Checklist
from promotion.core.redact import Redactor
from promotion.core.status import Status
from promotion.core.terminal_text import harmless_lines
from promotion.engine import outcome
from promotion.engine.binding import NONE_DECLARED, Binding, line_of, require_declared_evidence, subject_of
from promotion.engine.called import ended, note_end
from promotion.engine.lookups import Key
from promotion.engine.options import raise_if_unknown_markers
from promotion.engine.record import Case, cases, unfinished_cases
from promotion.engine.run import Run
from promotion.evidence import REGISTRY
from promotion.report import terminal
from promotion.settings.subjects import narrows
from promotion.unknown import Reason

MEASURED = pytest.StashKey[str]()


class Judging:
    """pytest hooks for plain runs and xdist workers. Without a run it only binds and marks tests."""

    def __init__(self, binding: Binding, checklist: Checklist, run: Run | None) -> None:
        self._binding = binding
        self._checklist = checklist
        self._run = run

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Refuse a marker that nobody declared, now that every conftest.py at hand has been read."""
        raise_if_unknown_markers(session.config, self._checklist)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Bind each test to its item and its subjects."""
        self._binding.bind(metafunc)

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Mark each test with its section and phase, before -m and -k choose."""
        line = line_of(item, self._checklist)
        if line is not None:
            item.add_marker(line.section)
            item.add_marker(line.phase)
            note_end(item)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put tests into the order of the checklist, and note every case there is before any is deselected."""
        order = {line.id: place for place, line in enumerate(self._checklist)}
        lines = {test: line_of(test, self._checklist) for test in items}
        items.sort(key=lambda test: order[line.id] if (line := lines[test]) else len(order))
        if self._run is not None:
            self._run.findings.tests = {
                test.nodeid: (line.id, subject_of(test) or line.id) for test, line in lines.items() if line is not None
            }
            self._run.findings.rules = {line.id: _rule(test) for test, line in lines.items() if line is not None}
            if self._run.question.replay is None:
                self._run.findings.plan = self._full_plan(items)
            else:
                self._leave_out_what_nobody_judged(items, self._run.question.replay)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Start every look-up that the selected tests need."""
        if self._run is None or self._run.looking is None:
            return
        if self._run.spool is not None:
            findings = self._run.findings
            self._run.spool.share(
                "plan", lambda: {"plan": findings.plan, "tests": findings.tests, "rules": findings.rules}
            )
        if not session.testsfailed:
            self._run.looking.start(key for test in session.items for key in self._evidence_of(test))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Look first, then judge: tests begin when every look-up has come or is overdue."""
        if self._run is not None and self._run.looking is not None:
            silent = terminal.verbosity(session.config) < 0 or hasattr(session.config, "workerinput")
            self._run.looking.wait(terminal.progress(None if silent else sys.stderr))
            terminal.end_progress(None if silent else sys.stderr)
            _ = self._run.judged_at
        return (yield)

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Refuse to pass a case that stands for 'nothing declared'."""
        require_declared_evidence(item)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Write down what the test says of its subject; show a sentence in place of a traceback."""
        report = yield
        line = line_of(item, self._checklist)
        if self._run is None or line is None:
            return report
        blank = outcome.Outcome(
            item=line.id,
            subject=subject_of(item) or line.id,
            status=Status.UNKNOWN,
            reason=None,
            message="",
            measured=self._run.redactor.tree(item.stash.get(MEASURED, None)),
            evidence=tuple(str(key) for key in self._evidence_of(item)),
        )
        found = outcome.outcome_of_phase(blank, call, report, self._run.redactor)
        if found is not None and found.status is Status.PASSED and not ended(item):
            found = blank.but(Status.UNKNOWN, Reason.ERROR, outcome.NOT_CALLED)
        if found is not None:
            found = self._run.waived(found)
            report.user_properties.append((outcome.PROPERTY, found.dump()))
            if found.status.good:
                report.outcome, report.longrepr = "passed", None
            else:
                wants_traceback = terminal.wants_tracebacks(item.config) and call.excinfo is not None
                report.outcome = "failed"
                if not wants_traceback:
                    report.longrepr = f"{found.message} [{found.reason or found.status}]"
                if hasattr(report, "wasxfail"):
                    del report.wasxfail  # or pytest would show what is unknown as an expected failure
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Redact whatever a report shows, and make it harmless, before anybody shows it or it leaves this process."""
        if self._run is not None:
            hide = self._run.redactor
            report.sections = [(name, harmless_lines(hide.text(text))) for name, text in report.sections]
            report.longrepr = _shown(report.longrepr, hide)

    def _leave_out_what_nobody_judged(self, items: list[pytest.Item], record: Mapping[str, Any]) -> None:
        """In a replay: tests of no item, which may look for themselves, and cases that did not run to their end."""
        assert self._run is not None
        judged = set(cases(record)) - set(unfinished_cases(record))
        left_out = [test for test in items if self._run.findings.tests.get(test.nodeid) not in judged]
        if left_out:
            left_out[0].config.hook.pytest_deselected(items=left_out)
            items[:] = [test for test in items if test not in left_out]

    def _full_plan(self, items: list[pytest.Item]) -> list[Case]:
        """Every case of every item that has a test here, also those that a command line with one case left out."""
        assert self._run is not None
        plan: dict[Case, None] = {}
        for test in items:
            line = line_of(test, self._checklist)
            mark = test.get_closest_marker("item")
            if line is None or mark is None:
                continue
            per = mark.kwargs["per"]
            names = [line.id] if per is None else self._run.subjects(per) or [NONE_DECLARED]
            plan |= dict.fromkeys((line.id, name) for name in names)
        return list(plan)

    def _evidence_of(self, test: pytest.Item) -> list[Key]:
        """The look-ups a test reads: of its own kind of subject, or of one within it or around it, just its own's."""
        if self._run is None or self._run.looking is None:
            return []
        mark = test.get_closest_marker("item")
        per, subject = (mark.kwargs["per"] if mark else None), subject_of(test)
        keys: list[Key] = []
        for name in getattr(test, "fixturenames", ()):
            if name not in REGISTRY:
                continue
            if narrows(per, REGISTRY[name].per):
                keys += [] if subject == NONE_DECLARED else [Key(name, subject)]
            elif narrows(REGISTRY[name].per, per):
                keys += [key for key in self._run.looking.keys_of(name) if key.subject == subject]
            else:
                # The settings of a record are sorted: a replay names subjects in another order than the run did.
                keys += sorted(self._run.looking.keys_of(name), key=str)
        return keys


def _shown(longrepr: Any, hide: Redactor) -> Any:
    """What a report shows of a failure, in pytest's own form where there is nothing in it to hide or to disarm."""
    if longrepr is None:
        return None
    if isinstance(longrepr, tuple):  # a skip: file, line, reason
        return tuple(harmless_lines(hide.shown(part)) if isinstance(part, str) else part for part in longrepr)
    text = str(longrepr).expandtabs()
    shown = harmless_lines(hide.shown(text))
    return longrepr if shown == text else shown


def _rule(test: pytest.Item) -> str:
    """How a test judges, in its own words: the first paragraph of its docstring, on one line."""
    words = cleandoc(getattr(getattr(test, "function", None), "__doc__", None) or "")
    return " ".join(words.split("\n\n", maxsplit=1)[0].split())
