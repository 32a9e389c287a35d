"""The job summary: enough to decide where GitHub asks for approval. GitHub Flavored Markdown, bounded in length.

GitHub takes at most 1 MiB for a step's summary: whatever the record holds, this stays far below.
"""

import re
from collections.abc import Mapping
from typing import Any

from promotion.core.markdown_text import plain
from promotion.core.sentences import join_words
from promotion.core.visible_text import shown
from promotion.record.rehearsal import is_rehearsal
from promotion.report.attestations import signature
from promotion.report.reading import ItemView, RecordView, SectionView, rows, table, text
from promotion.report.signoff import record_sha256
from promotion.report.timestamps import lasted, moment
from promotion.report.verdict import headline, sentence

BLOCKING = 50
"""Blocking items spoken of one by one."""
NUMBERS = 200
"""Items named by number alone, in one line."""
SUBJECTS = 5
SECTIONS = 100
ERRORS = 20
MESSAGE = 600
"""Characters of a message."""
NAME = 120
"""Characters of a title or a name."""

_MARKS = {"GO": "✅", "NO-GO": "❌", "HOLD": "⏸️"}


def summary(record: Mapping[str, Any]) -> str:
    """Verdict, what blocks, the tally of each section, the digest. Text of the record is never markup here."""
    reading = RecordView(record)
    parts = [
        f"## {_MARKS[reading.verdict]} {headline(reading)}",
        f"{plain(reading.service, NAME)} from dev to prod · **{reading.verdict}** · {sentence(reading)}".strip(),
        f"Image digest: {_code(reading.digest or 'none given')}",
        *_warnings(reading),
        *_stops(reading),
        *_waivers(reading),
        *_people(reading),
        *_tally(reading),
        _run(reading),
    ]
    return "\n\n".join(parts) + "\n"


def _code(words: str) -> str:
    """Write text as a code span: its fence is longer than any run of backticks in it."""
    line = " ".join(shown(words).split())[: NAME * 2]
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}" if line else ""


def _warnings(reading: RecordView) -> list[str]:
    found = []
    if is_rehearsal(reading.record):
        found.append(
            "> **A rehearsal.** It was judged against a sandbox or an emulator, not the real accounts, and allows no deployment."
        )
    if reading.doubt:
        found.append(f"> **Do not rely on this record.** {plain(reading.doubt, MESSAGE)}")
    if reading.record.get("exit_code") == 20:
        found.append("> **Call a person now.** A rollback was started and could not be verified.")
    if not reading.complete:
        found.append("> **Incomplete.** The run did not come to its end: what it had not looked at counts as not run.")
    if reading.errors:
        errors = [f"- {plain(error, MESSAGE)}" for error in reading.errors[:ERRORS]]
        errors += _more(len(reading.errors) - ERRORS, "errors")
        found.append("**Errors of this run**\n\n" + "\n".join(errors))
    return found


def _stops(reading: RecordView) -> list[str]:
    looked = [item for item in reading.blocking if item.needs_reading]
    lines = [line for item in looked[:BLOCKING] for line in _stop(item)]
    lines += _more(len(looked) - BLOCKING, "items")
    for word in dict.fromkeys(item.face.word for item in reading.blocking if item.quiet):
        named = [plain(i.number or i.id, NAME) for i in reading.blocking if i.quiet and i.face.word == word]
        rest = f" and {len(named) - NUMBERS} more" if len(named) > NUMBERS else ""
        lines.append(f"- **{word}**: {', '.join(named[:NUMBERS])}{rest}")
    return ["### What blocks", "\n".join(lines)] if lines else []


def _stop(item: ItemView) -> list[str]:
    measured = f" · {plain(item.measured, NAME)}" if item.measured else ""
    lines = [f"- **{_title(item)}** · {item.face.word.lower()}{measured}"]
    complaints = item.complaints
    for names, message in complaints[:SUBJECTS]:
        more = [f"{len(names) - SUBJECTS} more"] if names[SUBJECTS:] else []
        name = f"{join_words([*(plain(one, NAME) for one in names[:SUBJECTS]), *more])}: " if names else ""
        if name or message:
            lines.append(f"  - {name}{plain(message, MESSAGE)}")
    left = sum(len(names) for names, _ in complaints[SUBJECTS:])
    return lines + [f"  {line}" for line in _more(left, "subjects")]


def _waivers(reading: RecordView) -> list[str]:
    waived = [item for item in reading.items if item.face.name == "waived"]
    lines = []
    for item in waived[:BLOCKING]:
        who, until = plain(text(item.waiver.get("by")), NAME), plain(moment(text(item.waiver.get("until"))), NAME)
        why = plain(text(item.waiver.get("reason")), MESSAGE)
        said = f"{f' by {who}' if who else ''}{f' until {until}' if until else ''}{f': {why}' if why else ''}"
        lines.append(f"- **{_title(item)}**{said}")
    lines += _more(len(waived) - BLOCKING, "items")
    # What a waiver has not done, or will not do for long, is for the approver, too.
    said_of = [text(waiver.get("message")) for waiver in map(table, rows(reading.record.get("waivers")))]
    told = [f"- {plain(message, MESSAGE)}" for message in said_of if message]
    lines += [*told[:BLOCKING], *_more(len(told) - BLOCKING, "waivers")]
    return ["### Let through by a waiver" if waived else "### Waivers", "\n".join(lines)] if lines else []


def _people(reading: RecordView) -> list[str]:
    """Name who vouches for what, when, and what was declared not to apply."""
    attested = [item for item in reading.items if item.face.name == "attested"]
    lines = []
    for item in attested[:BLOCKING]:
        word = item.attestation
        who, at = plain(text(word.get("by")), NAME), plain(moment(text(word.get("at"))), NAME)
        how, what = signature(word), plain(text(word.get("statement")), MESSAGE)
        said = f"{f' by {who}' if who else ''}{f' on {at}' if at else ''}{f', {how}' if how else ''}"
        lines.append(f"- **{_title(item)}**{said}{f': {what}' if what else ''}")
    lines += _more(len(attested) - BLOCKING, "items")
    declared = [item for item in reading.items if item.face.name == "not-applicable"]
    why = [f"- **{_title(item)}**: {plain(_reason(item), MESSAGE)}" for item in declared[:BLOCKING]]
    why += _more(len(declared) - BLOCKING, "items")
    found = ["### Attested by people", "\n".join(lines)] if lines else []
    return found + (["### Declared not to apply", "\n".join(why)] if why else [])


def _reason(item: ItemView) -> str:
    return next((one.message for one in item.subjects if one.message), "no reason is recorded")


def _tally(reading: RecordView) -> list[str]:
    sections = [section for section in reading.sections if section.items]
    lines = [_row(section) for section in sections[:SECTIONS]]
    head = "| | Section | Good | Not good |\n| --: | --- | --: | --- |\n"
    return [head + "\n".join(lines), *(_more(len(sections) - SECTIONS, "sections"))] if lines else []


def _row(section: SectionView) -> str:
    bad: dict[str, int] = {}
    for item in section.items:
        if not item.good:
            bad[item.face.word.lower()] = bad.get(item.face.word.lower(), 0) + 1
    good = sum(item.good for item in section.items)
    words = ", ".join(f"{number} {word}" for word, number in bad.items())
    name = f"{plain(section.number, NAME)} | {plain(section.title, NAME)}"
    return f"| {name} | {good} of {len(section.items)} | {words} |"


def _run(reading: RecordView) -> str:
    record = reading.record
    settings = table(record.get("settings"))
    places = [text(table(settings.get(name)).get("account")) for name in ("dev", "prod")]
    started, finished = text(record.get("started")), text(record.get("finished"))
    took = lasted(started, finished)
    parts = [
        f"accounts {' → '.join(plain(place, NAME) for place in places)}" if all(places) else "",
        f"looked {plain(moment(started), NAME)}{f', {took}' if took else ''}" if started else "",
        f"record {_code('sha256:' + record_sha256(record))}",
    ]
    return "<sub>" + " · ".join(part for part in parts if part) + "</sub>"


def _title(item: ItemView) -> str:
    return " ".join(part for part in (plain(item.number, NAME), plain(item.title, NAME)) if part)


def _more(number: int, what: str) -> list[str]:
    return [f"- and {number} more {what}"] if number > 0 else []
