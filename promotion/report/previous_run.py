"""The figures of the promotion before this one, to stand beside today's."""

from markupsafe import Markup

from promotion.report.markup import Child, el
from promotion.report.reading import ItemView, RecordView, SubjectView, table, text
from promotion.report.timestamps import moment


def of_subject(reading: RecordView, item: ItemView, subject: SubjectView) -> str:
    """What this subject measured then; empty if that is not known."""
    measured = table(table(reading.record.get("before")).get("measured"))
    return text(table(measured.get(item.id)).get(subject.name))


def was(reading: RecordView, item: ItemView, subject: SubjectView) -> Child:
    """Say what it was, under what it is now."""
    then = of_subject(reading, item, subject)
    if not then:
        return None
    return [" ", el("span", "as before" if then == subject.measured else f"was {then}", cls="was")]


def of_item(reading: RecordView, item: ItemView) -> Child:
    """Say what an item with one subject was; those of several are beside each subject."""
    return was(reading, item, item.subjects[0]) if len(item.subjects) == 1 else None


def source(reading: RecordView) -> Markup | None:
    """Say whose figures these are: the digest in short, when, and the record's hash."""
    before = table(reading.record.get("before"))
    digest, finished, record = (text(before.get(name)) for name in ("digest", "finished", "sha256"))
    if not digest and not finished:
        return None
    words = f" of {moment(finished)}" if finished else None
    kept = el("i", f", record {record[:12]}") if record else None
    return el("span", el("code", digest[:19]), words, kept)
