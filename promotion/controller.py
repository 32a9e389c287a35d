"""The process that keeps the record: it gathers outcomes, decides, writes, and sets the exit code."""

import json
import sys
from collections.abc import Callable, Generator
from typing import Any

import pytest

from promotion import report, terminal
from promotion.outcome import PROPERTY, Outcome
from promotion.outputs import PAGE, Outputs
from promotion.run import Run
from promotion.status import Status
from promotion.unknown import Reason


class Controller:
    """pytest hooks for plain runs and for the controller of an xdist run."""

    def __init__(
        self, run: Run, outputs: Outputs, *, workers_are_told: dict[str, Any] | None, stop_world: Callable[[], None]
    ) -> None:
        """`workers_are_told` is None in a plain run; `stop_world` ends the embedded world, if there is one."""
        self._run = run
        self._distributed = workers_are_told is not None
        self._outputs = outputs
        self._workers_are_told = workers_are_told
        self._stop_world = stop_world
        self._record: dict[str, Any] | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Swap pytest's reporter for the checklist's, unless a person asked for pytest's with -v."""
        config, manager = session.config, session.config.pluginmanager
        old = manager.getplugin("terminalreporter")
        if old is None or config.option.verbose > 0:
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
        """Gather outcomes."""
        found = [Outcome.load(str(text)) for name, text in report.user_properties if name == PROPERTY]
        for outcome in found:
            self._run.findings.note(outcome)
        if report.when == "???":  # xdist's own word for the phase of a test whose worker died
            self._note_death(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a test that cannot be collected: nobody knows what it would have said."""
        if report.failed:
            lines = [line for line in str(report.longrepr).splitlines() if line.strip()]
            text = self._run.redactor.text(
                f"{report.nodeid or 'collection'}: {lines[-1] if lines else 'cannot be collected'}"
            )
            if text not in self._run.findings.errors:
                self._run.findings.errors.append(text)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that somebody stopped the run. xdist ends `-x` through here as well, which is no interruption."""
        if excinfo.type is KeyboardInterrupt:
            self._run.findings.interrupted = True

    def pytest_internalerror(self, excrepr: object) -> None:
        """Note that the run broke."""
        self._run.findings.internal_error = True
        lines = [line for line in str(excrepr).splitlines() if line.strip()]
        self._run.findings.errors.append(self._run.redactor.text(f"internal error: {lines[-1] if lines else ''}"))

    @pytest.hookimpl(tryfirst=True, wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Write the record, let pytest-html and junitxml write theirs, and set the exit code from the verdict."""
        self._read_plan()
        self._run.findings.nothing_selected = session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED
        record = self._record = self._run.record(complete=True)
        session.exitstatus = record["exit_code"]
        try:
            return (yield)
        finally:
            # pytest's terminal may set a code of its own after the tests (too many warnings): the verdict stands.
            session.exitstatus = record["exit_code"]
            self._outputs.finish(record, report.summary(record))
            self._outputs.put_in_place()
            if session.config.option.verbose >= 0:
                writer = session.config.get_terminal_writer()
                terminal.print_record(writer, record, self._outputs.shown(PAGE))

    def pytest_unconfigure(self) -> None:
        """Let go of whatever the run held."""
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

    def _read_plan(self) -> None:
        if self._distributed and self._run.spool is not None:
            shared = self._run.spool.share("plan", lambda: {"plan": [], "tests": {}})
            self._run.findings.plan = [(item, subject) for item, subject in shared["plan"]]
            self._run.findings.tests = {test: (item, subject) for test, (item, subject) in shared["tests"].items()}

    def _note_death(self, nodeid: str) -> None:
        self._read_plan()
        if nodeid in self._run.findings.tests:
            item, subject = self._run.findings.tests[nodeid]
            message = "the process that ran this test died: run it without -n to see why"
            self._run.findings.note(Outcome(item, subject, Status.UNKNOWN, str(Reason.WORKER_DIED), message, None, ()))
