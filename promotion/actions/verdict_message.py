"""The message about a verdict: the verdict in words, what blocks it, the counts, who does what next. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from promotion.actions.next_steps import following
from promotion.clients.channels.message import SHORT, VERDICT, Message
from promotion.core.canonical_json import canonical, sha256
from promotion.core.sentences import join_words
from promotion.record.rehearsal import is_rehearsal
from promotion.report.reading import ItemView, RecordView
from promotion.report.verdict import headline, sentence
from promotion.report.words import PHASES

BLOCKING = 8
"""Blocking items that are spoken of; the others are named by number."""
NUMBERS = 40
"""Items named by number alone, in one line."""
SENTENCE = 240
"""Characters of what is said of one item."""
NAMES, ERRORS, NAME = 3, 3, 80


def message_of(record: Mapping[str, Any], link: str = "") -> Message:
    """Give the message about a finished record; `link` leads to the run of the pipeline.

    Two records that judge the same image the same, item by item, give messages with the same key, whenever they were made.
    """
    reading = RecordView(record)
    series = f"{VERDICT} {reading.phase}"
    short = reading.digest.removeprefix("sha256:")[:SHORT]
    when, *_ = PHASES.get(reading.phase, (reading.phase,))
    rehearsal = "Rehearsal: " if is_rehearsal(record) else ""
    return Message(
        event=f"{series} {reading.verdict} {judgement(record)[:SHORT]}",
        digest=reading.digest,
        title=f"{rehearsal}{reading.verdict} for {_cut(reading.service, NAME)} {short} {when}. {headline(reading)}.",
        lines=tuple(_lines(reading)),
        links=(("Report and log of the run", link),) if link else (),
        series=series,
    )


def judgement(record: Mapping[str, Any]) -> str:
    """Give the SHA-256, in hexadecimal, of what was judged: without times, figures and what was seen."""
    items = [
        [item["id"], item["status"], item["reason"], [[s["name"], s["status"], s["reason"]] for s in item["subjects"]]]
        for item in record["items"]
    ]
    names = ("phase", "service", "digest", "verdict", "exit_code", "complete", "rehearsal", "errors")
    hashes = ("settings_sha256", "checklist_sha256")
    return sha256(canonical([items, *(record.get(name) for name in (*names, *hashes))]))


def _lines(reading: RecordView) -> Iterator[str]:
    yield sentence(reading)
    yield f"Image: {reading.digest}"
    yield from _warnings(reading)
    yield from _blocking(reading)
    if counts := [f"{number} {shape.word.lower()}" for shape, number in reading.counts]:
        yield f"Items: {', '.join(counts)}"
    yield f"Next: {following(reading)}."


def _warnings(reading: RecordView) -> Iterator[str]:
    if reading.doubt:
        yield f"Do not rely on this record: {reading.doubt}"
    if not reading.complete:
        yield "The run did not complete: items that it had not reached count as not run."
    yield from (f"Error: {_cut(error, SENTENCE)}" for error in reading.errors[:ERRORS])
    if len(reading.errors) > ERRORS:
        yield f"and {len(reading.errors) - ERRORS} more errors"


def _blocking(reading: RecordView) -> Iterator[str]:
    looked = [item for item in reading.blocking if item.needs_reading]
    yield from (f"{_title(item)}, {item.face.word.lower()}{_why(item)}" for item in looked[:BLOCKING])
    if looked[BLOCKING:]:
        yield f"and {len(looked) - BLOCKING} more: {_numbers(looked[BLOCKING:])}"
    for word in dict.fromkeys(item.face.word for item in reading.blocking if item.quiet):
        yield f"{word}: {_numbers([item for item in reading.blocking if item.quiet and item.face.word == word])}"


def _why(item: ItemView) -> str:
    """Give the first complaint: of whom, and what."""
    if not item.complaints:
        return ""
    names, said = item.complaints[0]
    more = [f"{len(names) - NAMES} more"] if names[NAMES:] else []
    whom = join_words([*(_cut(name, NAME) for name in names[:NAMES]), *more])
    words = ": ".join(part for part in (whom, _cut(said, SENTENCE)) if part)
    return f": {words}" if words else ""


def _title(item: ItemView) -> str:
    return " ".join(part for part in (_cut(item.number, NAME), _cut(item.title, NAME)) if part) or item.id


def _numbers(items: list[ItemView]) -> str:
    more = f" and {len(items) - NUMBERS} more" if items[NUMBERS:] else ""
    return ", ".join(_cut(item.number or item.id, NAME) for item in items[:NUMBERS]) + more


def _cut(words: str, limit: int) -> str:
    line = " ".join(words.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
