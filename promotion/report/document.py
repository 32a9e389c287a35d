"""The whole: the fragment that pytest-html carries, and the page that stands alone."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from promotion.report.glyphs import symbols
from promotion.report.head import head
from promotion.report.markup import el
from promotion.report.reading import Reading
from promotion.report.sections import index, sections
from promotion.report.signoff import footer, sign_off
from promotion.report.style import stylesheet
from promotion.report.verdict import headline


def fragment(record: Mapping[str, Any]) -> str:
    """Draw the filled-in checklist as static HTML with its own style, complete without a script.

    The same record gives the same text, whatever the machine, the time zone, the locale and the hash seed.
    """
    reading = Reading(record)
    drawn = el(
        "div",
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("style", Markup(stylesheet(reading.digest))),  # noqa: S704 - the digest in it is escaped as CSS
        symbols(),
        head(reading),
        el("div", index(reading), sections(reading), cls="checklist"),
        sign_off(reading),
        footer(reading),
        cls="promotion",
        lang="en",
    )
    return f"{drawn}"


def page(record: Mapping[str, Any]) -> str:
    """Put the fragment in a document of its own, that allows no script, no network and no style but its own (CSP 3)."""
    reading = Reading(record)
    style = hashlib.sha256(stylesheet(reading.digest).encode()).digest()
    allowed = f"'sha256-{base64.b64encode(style).decode()}'"
    policy = f"default-src 'none'; style-src {allowed}; base-uri 'none'; form-action 'none'"
    title = " · ".join(part for part in (headline(reading), reading.service, reading.digest[:19]) if part)
    start = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="referrer", content="no-referrer"),
        el("title", title),
    )
    body = el("body", el("main", Markup(fragment(record))))  # noqa: S704 - made of elements
    return f"<!doctype html>\n{el('html', start, body, lang='en')}\n"
