"""The whole: the fragment that pytest-html carries, and the page that stands alone."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from promotion.record.rehearsal import is_rehearsal
from promotion.report.actions import acts
from promotion.report.attestations import vouched
from promotion.report.head import head
from promotion.report.icons import symbols
from promotion.report.markup import el
from promotion.report.reading import RecordView
from promotion.report.sections import index, sections
from promotion.report.signoff import footer, sign_off
from promotion.report.story import story
from promotion.report.style import stylesheet
from promotion.report.timeline import timeline
from promotion.report.verdict import headline


def fragment(record: Mapping[str, Any], *, signed: Mapping[str, Any] | None = None) -> str:
    """Draw the filled-in checklist as static HTML with its own style, complete without a script.

    The same record gives the same text, whatever the machine, the time zone, the locale and the hash seed.
    """
    reading = RecordView(record)
    drawn = el(
        "div",
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("style", Markup(stylesheet(reading.digest))),  # noqa: S704 - the digest in it is escaped as CSS
        symbols(),
        head(reading),
        story(reading),
        timeline(reading),
        vouched(reading),
        acts(reading),
        el("div", index(reading), sections(reading), cls="checklist"),
        sign_off(reading, signed),
        footer(reading),
        cls="promotion",
        lang="en",
    )
    return f"{drawn}"


def page(record: Mapping[str, Any], *, signed: Mapping[str, Any] | None = None) -> str:
    """Put the fragment in a document of its own, that allows no script, no network and no style but its own (CSP 3).

    `signed` is a sign-off: `approver`, `at`, `notes`, `how`, and `page`, the SHA-256 of the page that was signed.
    """
    reading = RecordView(record)
    style = hashlib.sha256(stylesheet(reading.digest).encode()).digest()
    allowed = f"'sha256-{base64.b64encode(style).decode()}'"
    policy = f"default-src 'none'; style-src {allowed}; base-uri 'none'; form-action 'none'"
    rehearsed = "Rehearsal" if is_rehearsal(record) else ""
    title = " · ".join(part for part in (rehearsed, headline(reading), reading.service, reading.digest[:19]) if part)
    start = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="referrer", content="no-referrer"),
        el("title", title),
    )
    body = el("body", el("main", Markup(fragment(record, signed=signed))))  # noqa: S704 - made of elements
    return f"<!doctype html>\n{el('html', start, body, lang='en')}\n"
