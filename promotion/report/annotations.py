"""What blocks, as GitHub Actions shows it beside a run: one `::error` for each item. Pure.

Source: GitHub's page on workflow commands. Of a step's annotations ten errors are shown; what is left over is named in
the last of them.
"""

from collections.abc import Mapping
from typing import Any

from promotion.core.sentences import join_words
from promotion.core.visible_text import shown
from promotion.report.reading import ItemView, RecordView
from promotion.report.verdict import headline

MOST = 10
"""Errors that GitHub shows of one step."""
MESSAGE = 1000
"""Characters of one annotation's message."""
TITLE = 120


def annotations(record: Mapping[str, Any]) -> str:
    """Write one line for each item that somebody looked at and that blocks, worst first; nothing if all is good.

    What nobody has looked at yet stands in one line of its own, as does why a record that says GO is not believed.
    """
    reading = RecordView(record)
    said = [(_title(item), _message(item)) for item in reading.blocking if item.needs_reading]
    waiting = [item.number or item.id for item in reading.blocking if item.quiet]
    if waiting:
        said.append((headline(reading), f"not looked at yet: {', '.join(waiting)}"))
    if reading.doubt:
        said.insert(0, ("Do not rely on this record", reading.doubt))
    if len(said) > MOST:
        left = said[MOST - 1 :]
        names = "; ".join(title for title, _ in left)
        said = [*said[: MOST - 1], (f"{len(left)} more", names)]
    return "".join(f"::error title={_property(title)}::{_data(message)}\n" for title, message in said)


def _title(item: ItemView) -> str:
    return f"{item.number} {item.title}: {item.face.word.lower()}".strip()


def _message(item: ItemView) -> str:
    lines = [": ".join(part for part in (join_words(names), message) if part) for names, message in item.complaints]
    return "\n".join(filter(None, lines)) or item.face.word.lower()


def _data(text: str, limit: int = MESSAGE) -> str:
    """Write a message so that nothing in it ends the line: `%`, carriage return and line feed as codes.

    A `::` in it is harmless: a command's message begins at the first one after its properties, which have none.
    """
    kept = text if len(text) <= limit else f"{text[:limit]}…"
    # A carriage return is spelled out with everything else that is not seen, so that only line feeds are left to code.
    return shown(kept).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Write a title so that nothing in it ends it: colons and commas as codes, too, on one line."""
    return _data(" ".join(text.split()), TITLE).replace(":", "%3A").replace(",", "%2C")
