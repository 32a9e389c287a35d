"""The facts of a promotion: which image, from where to where, when, by whom, and what the page was made from.

What neither the record nor its settings say is taken from evidence, by the names that the gate's own look-ups have. What
is missing there, or has another shape, is left out.
"""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from promotion.report import previous_run as before
from promotion.report.hosts import asked_at
from promotion.report.markup import Child, el, web
from promotion.report.reading import RecordView, table, text
from promotion.report.timestamps import lasted, moment
from promotion.report.values import laid_out


def facts(reading: RecordView) -> Markup:
    """Lay out the facts: the digest whole and alone, then the rest, each under its name."""
    digest = el("div", el("dt", "Image digest"), el("dd", el("code", reading.digest or "none given")), cls="digest")
    return el("dl", digest, _image(reading), _people(reading), _run(reading), cls="facts")


def _image(reading: RecordView) -> list[Child]:
    settings = table(reading.record.get("settings"))
    repository = text(table(settings.get("image")).get("repository"))
    return [
        _fact("Commit", _code(commit(reading)), wide=True),
        _fact("Build run", _build_run(reading), wide=True),
        _fact("Repository", repository, wide=True),
        _fact("From", _place("dev", table(settings.get("dev")))),
        _fact("To", _place("prod", table(settings.get("prod")))),
    ]


def commit(reading: RecordView) -> str:
    """What the image was built from, as its provenance says, or the run that built it, or the promotion record."""
    run = table(reading.seen("build_run"))
    found = (
        table(reading.seen("image_origin")).get("commit"),
        table(run.get("run")).get("head_sha"),
        run.get("commit"),
        promotion(reading).get("commit"),
    )
    return next((text(one) for one in found if one), "")


def _build_run(reading: RecordView) -> Child:
    seen = table(reading.seen("build_run"))
    run = table(seen.get("run")) or seen
    origin = table(reading.seen("image_origin"))
    number = next((text(one) for one in (run.get("id"), seen.get("run"), origin.get("run_id")) if _plain(one)), "")
    if not number:
        return None
    attempt = text(run.get("attempt") or origin.get("attempt"))
    address = text(run.get("url"))
    words = ", attempt ".join(part for part in (number, attempt) if part)
    return [words, el("span", web(address), cls="under") if address else None]


def _plain(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def promotion(reading: RecordView) -> Mapping[str, Any]:
    """What people have written down of this promotion; empty where it is of another image."""
    record = table(table(reading.seen("promotion_record")).get("record"))
    return record if text(record.get("digest")) in {"", reading.digest} else {}


def _people(reading: RecordView) -> list[Child]:
    people = table(promotion(reading).get("people"))
    names = (("Deployment lead", "lead"), ("On call", "on_call"), ("Approver", "approver"))
    window = _window(table(promotion(reading).get("window")))
    return [_fact("Deployment window", window), *(_fact(word, text(people.get(name))) for word, name in names)]


def _window(window: Mapping[str, Any]) -> Child:
    """Write the window as it was agreed, in its own zone: no table of time zones is asked, so that the page is the same."""
    if not text(window.get("start")):
        return None
    zone = text(window.get("zone"))
    backup = table(window.get("backup"))
    second = el("span", f"else {_span(backup)}", cls="under") if text(backup.get("start")) else None
    return [_span(window), f" {zone}" if zone else None, second]


def _span(window: Mapping[str, Any]) -> str:
    start, minutes = text(window.get("start")).replace("T", " ", 1), text(window.get("minutes"))
    start = start[:-3] if len(start) == len("2026-11-24 02:27:00") and start.endswith(":00") else start
    return f"{start} for {minutes} min" if minutes else start


def _run(reading: RecordView) -> list[Child]:
    record = reading.record
    started, finished = text(record.get("started")), text(record.get("finished"))
    took, selection = lasted(started, finished), text(record.get("selection"))
    return [
        _fact("Started", moment(started)),
        _fact("Finished", [moment(finished), el("i", f" after {took}") if took else None] if finished else None),
        _fact("Clock", _clock(record.get("clock"))),
        _fact("Phase", _code(reading.phase)),
        _fact("Selection", _code(selection) if selection not in {"", reading.phase, f"-m {reading.phase}"} else None),
        _fact("AWS asked at", asked_at(reading), wide=True),
        _fact("Sealed before", _replaced(record), wide=True),
        _fact("Figures before", before.source(reading), wide=True),
        _hash("Settings, SHA-256", text(record.get("settings_sha256"))),
        _hash("Checklist, SHA-256", text(record.get("checklist_sha256"))),
    ]


def _replaced(record: Mapping[str, Any]) -> Child:
    """Say where the sealed report is that was here before this one."""
    before = table(record.get("replaced"))
    return [_code(text(before.get("path"))), f", {text(before.get('verdict'))}"] if text(before.get("path")) else None


def _fact(name: str, value: Child, *, wide: bool = False) -> Child:
    return el("div", el("dt", name), el("dd", value), cls="wide" if wide else None) if value else None


def _code(words: str) -> Child:
    return el("code", words) if words else None


def _place(name: str, environment: Mapping[str, Any]) -> Child:
    where = " · ".join(part for part in (text(environment.get("account")), text(environment.get("region"))) if part)
    return [el("b", name), f" {where}"] if where else None


def _clock(clock: Any) -> Child:
    return moment(clock) if isinstance(clock, str) else laid_out(clock) if clock else None


def _hash(name: str, value: str) -> Child:
    return el("div", el("dt", name), el("dd", el("code", value)), cls="hash") if value else None
