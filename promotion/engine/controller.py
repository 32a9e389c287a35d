"""The process that keeps the record: it gathers outcomes, decides, writes, and sets the exit code."""

import json
import os
import re
import sys
from collections.abc import Callable, Generator
from typing import Any

import pytest

from promotion import report
from promotion.core.status import Exit, Status
from promotion.engine.outcome import DIED, PROPERTY, Outcome
from promotion.engine.outputs import Outputs
from promotion.engine.run import Run
from promotion.report import github_actions as pipelines
from promotion.report import terminal
from promotion.unknown import Reason, Unknown

SEAL_MINUTES = 60
"""So long a seal counts: what was seen in dev may be other an hour later."""
_RAISED = re.compile(r"[\w.]+(?:Error|Exception)")


class Controller:
    """pytest hooks for plain runs and for the controller of an xdist run."""

    def __init__(
        self, run: Run, outputs: Outputs, *, workers_are_told: dict[str, Any] | None, stop_world: Callable[[], None]
    ) -> None:
        """`workers_are_told` is None in a plain run; `stop_world` ends the embedded world, if there is one."""
        self._run = run
        self._writer: Any = None
        self._until = ""
        self._distributed = workers_are_told is not None
        self._outputs = outputs
        self._workers_are_told = workers_are_told
        self._stop_world = stop_world
        self._record: dict[str, Any] | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Swap pytest's reporter for the checklist's, unless a person asked for pytest's with -v."""
        config, manager = session.config, session.config.pluginmanager
        self._stop_commands(config)
        old = manager.getplugin("terminalreporter")
        if old is None or terminal.verbosity(config) > 0:
            return
        manager.unregister(old)
        new = terminal.ChecklistReporter(config, sys.stdout)
        manager.register(new, "terminalreporter")
        # pluggy has already taken its list of hooks for this call: the newcomer is called by hand, the old one prints
        # the header.
        new.pytest_sessionstart(session)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell an xdist worker what the controller knows."""
        node.workerinput["promotion"] = json.dumps(self._workers_are_told)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather outcomes, and the failures of tests that judge no item."""
        found = [Outcome.load(str(text)) for name, text in report.user_properties if name == PROPERTY]
        for outcome in found:
            self._run.findings.note(outcome)
        if str(report.when) == "???":  # xdist's own word for the phase of a test whose worker died
            self._note_death(report)
        elif report.failed and not found:
            self._note_beside(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a test that cannot be collected: it is unknown what it would have said."""
        if report.failed:
            text = f"{report.nodeid or 'collection'}: {_cause(report.longrepr) or 'cannot be collected'}"
            self._run.findings.break_off(Exit.INTERRUPTED, self._run.redactor.shown(text))

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that somebody stopped the run. xdist ends `-x` through here as well, which is not an interruption."""
        if excinfo.type is KeyboardInterrupt or isinstance(excinfo.value, pytest.exit.Exception):
            self._run.findings.break_off(Exit.INTERRUPTED)

    def pytest_internalerror(self, excrepr: object) -> None:
        """Note that the run broke."""
        text = self._run.redactor.shown(f"internal error: {_cause(excrepr)}")
        self._run.findings.break_off(Exit.INTERNAL, text)

    def _stop_commands(self, config: pytest.Config) -> None:
        """In a workflow, let no line of what follows be a command."""
        if config.pluginmanager.hasplugin("terminalreporter"):
            self._writer, self._until = config.get_terminal_writer(), pipelines.stop_commands(os.environ)
            if self._until:
                self._writer.line(f"::stop-commands::{self._until}")

    def _let_commands_be(self) -> None:
        """From here on lines may be commands again: the annotations are."""
        if self._writer is not None and self._until:
            self._writer.line(f"::{self._until}::")
            self._until = ""

    @pytest.hookimpl(tryfirst=True, wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Write the record, let pytest-html and junitxml write theirs, and set the exit code from the verdict."""
        self._read_plan()
        replay, findings = self._run.question.replay, self._run.findings
        if session.exitstatus == pytest.ExitCode.USAGE_ERROR:
            findings.break_off(Exit.USAGE)
        ended_empty = session.exitstatus if replay is None else replay["exit_code"]
        findings.nothing_selected = ended_empty == pytest.ExitCode.NO_TESTS_COLLECTED
        self._write_record(session)
        self._act(session)
        self._tell(session)
        try:
            return (yield)
        except Exception as trouble:  # noqa: BLE001 - whatever a reporting plugin stumbles over, the record must say so
            findings.break_off(Exit.INTERNAL, f"the reports could not be written: {type(trouble).__name__}")
            self._write_record(session)
            self._tell(session)
            return None
        finally:
            assert self._record is not None
            # pytest's terminal may set a code of its own after the tests (too many warnings): the verdict stands.
            session.exitstatus = self._record["exit_code"]
            self._outputs.put_in_place()
            if self._record["complete"] and self._run.question.replay is None:
                self._outputs.keep(self._record)
            sealed = self._sealed(session)
            if session.config.pluginmanager.hasplugin("terminalreporter"):
                writer, quiet = session.config.get_terminal_writer(), terminal.verbosity(session.config) < 0
                terminal.print_record(writer, self._record, self._outputs.shown, only_verdict=quiet)
                self._let_commands_be()
                for line in pipelines.write_summary(
                    self._record, report.summary(self._record), os.environ
                ).splitlines():
                    writer.line(line)
                if sealed:
                    writer.line(sealed)

    def pytest_unconfigure(self) -> None:
        """Let go of whatever the run held."""
        if self._record is None:  # it ended before it began: a usage error, unless something else was noted
            self._run.findings.break_off(Exit.USAGE)
            self._write_record(None)
        self._let_commands_be()
        self._stop_world()
        self._run.close()

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: Any) -> None:
        """Name the page."""
        report.title = f"Promotion checklist: {self._run.settings.service}"

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str]) -> None:
        """Put the whole checklist, static, into the page that pytest-html writes."""
        # pytest-html also writes while tests run; only the last page counts.
        if self._record is not None:
            prefix.append(report.fragment(self._record))

    @pytest.hookimpl(optionalhook=True, trylast=True)
    def pytest_html_results_table_row(self, cells: list[str]) -> None:
        """Leave out pytest-html's own rows: they show test ids unescaped, and text that nobody redacted."""
        del cells[:]

    @pytest.hookimpl(optionalhook=True, trylast=True)
    def pytest_metadata(self, metadata: dict[str, Any]) -> None:
        """Leave out the machine's description: it makes no two reports alike."""
        metadata.clear()

    def _act(self, session: pytest.Session) -> None:
        """Take the rollout back, if that is what was judged and asked for. The record is on disk before, and after."""
        question, record = self._run.question, self._record
        if not question.act or question.replay is not None or record is None:
            return
        from promotion.actions.trigger import held, rollback_reason

        why, hold = rollback_reason(record, question.loaded.settings.rollout.hold_cases), held(record)
        if not why and hold is None:
            return
        from promotion.engine.automatic_rollback import call_person, take_back

        try:
            if why:
                take_back(self._run, why)
            elif hold is not None:
                call_person(self._run, hold)
        finally:
            self._write_record(session)

    def _tell(self, session: pytest.Session) -> None:
        """Tell the verdict where that was asked for. The record is on disk before, and after, with the receipts."""
        question, record = self._run.question, self._record
        if not question.notify or question.replay is not None or record is None:
            return
        from promotion.actions.verdict_notice import tell_verdict, worth_telling

        if not worth_telling(record):
            return
        try:
            receipts = tell_verdict(self._run.sources, self._run.redactor, record, question.notify)
            self._run.acts += [receipt.as_json() for receipt in receipts]
        except Exception as trouble:  # noqa: BLE001 - a defect here must cost nobody the page
            self._run.findings.break_off(Exit.INTERNAL, f"the verdict could not be sent: {type(trouble).__name__}")
        self._write_record(session)

    def _sealed(self, session: pytest.Session) -> str | None:
        """Seal the run if that was asked for, and say so. A GO that cannot be sealed does not end with 0."""
        key, record = self._run.question.seal, self._record
        if key is None or record is None:
            return None
        if record["verdict"] != "GO":
            return "not sealed: only a GO is sealed"
        from promotion.seal.seal import seal
        from promotion.seal.signers import open_signer

        try:
            seal(self._outputs.folder, open_signer(key), minutes=SEAL_MINUTES)
        except Unknown as unknown:
            session.exitstatus = Exit.INTERNAL
            return f"not sealed: {unknown.message}"
        return f"sealed: {self._outputs.folder.name}/seal"

    def _write_record(self, session: pytest.Session | None) -> None:
        record = self._record = self._run.record(complete=True)
        self._outputs.finish(record, report.summary(record))
        if session is not None:
            session.exitstatus = record["exit_code"]

    def _read_plan(self) -> None:
        findings, spool = self._run.findings, self._run.spool
        if self._distributed and spool is not None:
            shared = spool.share("plan", lambda: {"plan": [], "tests": {}, "rules": {}})
            findings.tests = {test: (item, subject) for test, (item, subject) in shared["tests"].items()}
            findings.rules = shared["rules"]
            if self._run.question.replay is None:
                findings.plan = [(item, subject) for item, subject in shared["plan"]]

    def _note_death(self, report: pytest.TestReport) -> None:
        self._read_plan()
        if report.nodeid in self._run.findings.tests:
            item, subject = self._run.findings.tests[report.nodeid]
            self._run.findings.note(Outcome(item, subject, Status.UNKNOWN, str(Reason.WORKER_DIED), DIED, None, ()))
        else:
            self._note_beside(report)

    def _note_beside(self, report: pytest.TestReport) -> None:
        text = f"{report.nodeid} judges no item of the checklist, and did not pass: {_cause(report.longrepr)}"
        self._run.findings.beside.append(self._run.redactor.shown(text))


def _cause(text: object) -> str:
    """The line of pytest's account of a failure that says what it was."""
    lines = [line for line in str(text or "").splitlines() if line.strip()]
    for line in reversed(lines):
        # By halves: a search over all of what a test may have printed would begin again at each of its characters.
        said = line.removeprefix("E").strip()
        kind, colon, why = said.partition(": ")
        if colon and why and _RAISED.fullmatch(kind):
            return said
    return lines[-1].removeprefix("E  ").strip() if lines else ""  # pytest's margin
