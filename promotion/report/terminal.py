"""The terminal's account of a run: a line an item, in the order of the checklist, then the verdict and what blocks."""

from collections.abc import Callable, Iterable, Mapping
from textwrap import shorten, wrap
from typing import Any, Protocol, TextIO

import pytest

from promotion.core.progress import last_progress, lines
from promotion.core.status import Exit, Status
from promotion.core.terminal_text import harmless
from promotion.record.rehearsal import is_rehearsal
from promotion.report.verdict import taken_back
from promotion.unknown import Reason


class Writer(Protocol):
    """What `config.get_terminal_writer()` gives: pytest names the type of it nowhere in public."""

    def write(self, msg: str, **markup: bool) -> None:
        """Write text, in colours and weights by name."""

    def line(self, s: str = "", **markup: bool) -> None:
        """Write a line."""


_MARKS = {
    Status.PASSED: ("✓", "passed", "green"),
    Status.ATTESTED: ("✎", "attested", "blue"),
    Status.NOT_APPLICABLE: ("\N{EN DASH}", "not applicable", "light"),
    Status.WAIVED: ("≈", "waived", "yellow"),
    Status.PENDING: ("…", "pending", "cyan"),
    Status.UNKNOWN: ("?", "unknown", "purple"),
    Status.FAILED: ("✗", "failed", "red"),
}
_MEANING = {
    Exit.GO: "everything on the checklist is good",
    Exit.NO_GO: "something failed",
    Exit.HOLD_UNKNOWN: "something is unknown",
    Exit.HOLD_WAITING: "only people or time are awaited",
    Exit.ROLLBACK_UNVERIFIED: "the rollback is not verified: a person is needed now",
}


class ChecklistReporter(pytest.TerminalReporter):  # type: ignore[misc]  # final by declaration; there is no other way
    """pytest's reporter without the dots and the tracebacks: the checklist says it better.

    Collection errors, internal errors and interruptions are still shown as pytest shows them.
    """

    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        """Say nothing: the checklist has a line for it."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the counts that pytest's own exit code is made from."""
        category, _, _ = self.config.hook.pytest_report_teststatus(report=report, config=self.config)
        self._add_stats(category, [report])

    def pytest_collection(self) -> None:
        """Say nothing."""

    def report_collect(self, final: bool = False) -> None:
        """Say nothing."""

    @property
    def showheader(self) -> bool:
        """Whether to print the header: the reporter that was there before has done so."""
        return False

    def write_sep(self, sep: str, title: str | None = None, fullwidth: int | None = None, **markup: bool) -> None:
        """Leave out the lines that name the temporary files of the report: where it is, is said at the end."""
        if not (title or "").lower().startswith(("generated xml file", "generated html report")):
            super().write_sep(sep, title, fullwidth, **markup)

    def summary_errors(self) -> None:
        """Say nothing, except of what could not be collected, unless a person asked for tracebacks."""
        if not wants_tracebacks(self.config):
            self.stats["error"] = [r for r in self.stats.get("error", ()) if isinstance(r, pytest.CollectReport)]
        super().summary_errors()

    def summary_failures(self) -> None:
        """Say nothing, unless a person asked for tracebacks: each failure is a sentence in the checklist."""
        if wants_tracebacks(self.config):
            super().summary_failures()

    def summary_warnings(self) -> None:
        """Show warnings, but not beside a verdict that is to stand alone."""
        if self.verbosity >= 0:
            super().summary_warnings()

    def summary_stats(self) -> None:
        """Say nothing: the verdict follows."""

    def short_test_summary(self) -> None:
        """Say nothing."""


def verbosity(config: pytest.Config) -> int:
    """How often -v was given, less -q; 0 without a terminal at all (`-p no:terminal`)."""
    return int(config.getoption("verbose", 0))


def wants_tracebacks(config: pytest.Config) -> bool:
    """Whether a person asked for tracebacks with --tb."""
    return config.getoption("tbstyle", "auto") not in ("auto", "no")


def progress(out: TextIO | None) -> Callable[[int, int, str], None]:
    """Tell in one line how looking goes, on a terminal; elsewhere, in lines, what a long watch sees."""
    if out is None:
        return lambda _still, _all, _name: None
    if not out.isatty():
        return lambda _still, _all, _name: write_lines(out)

    def show(still: int, everything: int, name: str) -> None:
        doing = f"{harmless(name)} {last_progress(name)}".rstrip()
        out.write(f"\r\x1b[Klooking: {everything - still} of {everything} seen · {doing}"[:110])
        out.flush()

    return show


def write_lines(out: TextIO) -> None:
    """Write what was worth a line."""
    for line in lines():
        out.write(f"{harmless(line)}\n")
        out.flush()


def end_progress(out: TextIO | None) -> None:
    """Wipe the progress line."""
    if out is not None and not out.isatty():
        write_lines(out)
    if out is not None and out.isatty():
        out.write("\r\x1b[K")
        out.flush()


def print_record(writer: Writer, record: Mapping[str, Any], report: str, *, only_verdict: bool = False) -> None:
    """Print the checklist, the verdict and what blocks; or just the line of the verdict."""
    if only_verdict:
        _print_verdict(writer, record)
        return
    writer.line()
    width = max((len(item["title"]) for item in record["items"]), default=0)
    ids = max((len(item["id"]) for item in record["items"]), default=0)
    for section in record["sections"]:
        items = [item for item in record["items"] if item["section"] == section["name"]]
        writer.write(f"{section['number']}. {harmless(section['title'])}", bold=True)
        if all(subject["reason"] == Reason.NOT_RUN for item in items for subject in item["subjects"]):
            writer.line(f"  {_items(len(items))}, not run", light=True)
            continue
        writer.line(f"  -m {section['name']}", light=True)
        for item in items:
            _print_item(writer, item, width, ids)
    for error in record["errors"]:
        writer.line(f"! {harmless(error)}", red=True)
    for waiver in record["waivers"]:
        if waiver["message"]:
            writer.line(f"≈ {_one_line(waiver['message'])}", yellow=True)
    for act in record["acts"]:
        _print_act(writer, act)
    writer.line()
    _print_verdict(writer, record)
    _print_blockers(writer, record)
    writer.line(f"report: {report}")


def _print_item(writer: Writer, item: Mapping[str, Any], width: int, ids: int) -> None:
    mark, _, colour = _MARKS[Status(item["status"])]
    writer.write(f"  {mark} ", **{colour: True})
    writer.write(f"{item['number']:<5}{harmless(item['title']):<{width}}  ")
    writer.write(f"{item['id']:<{ids}}  ", light=True)
    writer.line(_measured(item), **({} if Status(item["status"]).good else {colour: True}))
    if item["reason"] == Reason.NOT_RUN and not item["subjects"]:
        return
    for subject in item["subjects"]:
        if not Status(subject["status"]).good or subject["status"] == Status.WAIVED:
            where = "" if subject["name"] == item["id"] else f"{subject['name']}: "
            for number, line in enumerate(wrap(_one_line(where + subject["message"]), 104)):
                writer.line(
                    f"{'      → ' if number == 0 else '        '}{line}", **{_MARKS[Status(subject["status"])][2]: True}
                )


def _print_act(writer: Writer, act: Mapping[str, Any]) -> None:
    good = act["state"] in ("done", "already")
    said = ": ".join(part for part in (f"{act['state']}, {act['what']}", act["message"]) if part)
    writer.line(f"{'»' if good else '✗'} {_one_line(said)}", **({} if good else {"red": True}))


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count} items"


def _one_line(text: str) -> str:
    return harmless(" ".join(text.split()))


def _measured(item: Mapping[str, Any]) -> str:
    status, waiver = Status(item["status"]), item["waiver"]
    if waiver is not None:
        return shorten(f"{waiver['status']}, but waived by {waiver['by']} until {waiver['until']}", 60, placeholder="…")
    if status in (Status.ATTESTED, Status.NOT_APPLICABLE):
        return shorten(_one_line(item["subjects"][0]["message"]), 60, placeholder="…")
    if not status.good:
        bad = [subject for subject in item["subjects"] if not Status(subject["status"]).good]
        share = f"{len(bad)} of {len(item['subjects'])} " if len(item["subjects"]) > 1 else ""
        reason = f" ({item['reason']})" if item["reason"] else ""
        return f"{share}{_MARKS[status][1]}{reason}"
    return _joined(subject["measured"] for subject in item["subjects"])


def _joined(texts: Iterable[str | None]) -> str:
    found = [_one_line(text) for text in texts if text]
    same = list(dict.fromkeys(found))
    if len(same) == 1:
        return shorten(
            f"{len(found)} \N{MULTIPLICATION SIGN} {same[0]}" if len(found) > 1 else same[0], 60, placeholder="…"
        )
    return " · ".join(same) if sum(map(len, same)) <= 60 else f"{len(found)} of {len(found)} good"


def _print_verdict(writer: Writer, record: Mapping[str, Any]) -> None:
    items = record["items"]
    tally = {status: sum(item["status"] == status for item in items) for status in Status}
    not_run = _not_run(record)
    counts = [f"{count} {_MARKS[status][1]}" for status, count in tally.items() if count]
    colour = {"GO": "green", "NO-GO": "red", "HOLD": "yellow"}[record["verdict"]]
    writer.write(f"{record['verdict']}", bold=True, **{colour: True})
    writer.write(f"  {record['phase']} of {harmless(record['service'])} {record['digest'][:19]}…: {_meaning(record)}")
    if is_rehearsal(record):
        writer.write("; a rehearsal, which allows no deployment", yellow=True)
    writer.line(f"  ({', '.join(counts)}{f', {not_run} of them not run' if not_run else ''})", light=True)


def _meaning(record: Mapping[str, Any]) -> str:
    if taken_back(record):
        back = "rolled back, and verified: run `-m after_rollback` next"
        return back if record["complete"] else f"incomplete run, but {back}"
    return _MEANING.get(record["exit_code"], "nothing was selected") if record["complete"] else "incomplete run"


def _print_blockers(writer: Writer, record: Mapping[str, Any]) -> None:
    for item in record["items"]:
        if not Status(item["status"]).good and item["reason"] != Reason.NOT_RUN:
            mark, word, colour = _MARKS[Status(item["status"])]
            writer.line(f"  {mark} {item['number']} {harmless(item['title'])}: {word}", **{colour: True})
    if not_run := _not_run(record):
        writer.line(
            f"  ? {_items(not_run)} not run, wholly or in part: run `-m {record['phase']}` without narrowing it",
            purple=True,
        )


def _not_run(record: Mapping[str, Any]) -> int:
    return sum(item["reason"] == Reason.NOT_RUN for item in record["items"])
