"""The last block: lines for a person to fill, and how to check that the page is what the record says."""

import hashlib
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from promotion.record import record_text
from promotion.report.markup import el
from promotion.report.reading import Reading
from promotion.report.verdict import headline


def record_sha256(record: Mapping[str, Any]) -> str:
    """SHA-256 of record.json, in hex: what `sha256sum record.json` prints.

    Lone surrogates, which UTF-8 has no bytes for, are taken as UTF-8 would encode their code points.
    """
    return hashlib.sha256(record_text(record).encode("utf-8", "surrogatepass")).hexdigest()


def sign_off(reading: Reading) -> Markup:
    """Empty lines: the machine never fills them."""
    lines = [
        el("div", el("span", label), cls=name)
        for name, label in (
            ("approver", "Approver: name and signature"),
            ("moment", "Date and time"),
            ("digest", "Image digest: its last 8 characters, copied from above by hand"),
        )
    ]
    words = f"I have read this checklist. It says “{headline(reading)}” for the image digest at its head."
    incomplete = None if reading.complete else el("p", "This run is incomplete and cannot be sealed.", cls="warning")
    return el(
        "section",
        el("h2", "Sign-off"),
        el("p", words),
        incomplete,
        el("div", lines, el("div", el("span", "Notes"), cls="notes"), cls="blanks"),
        cls="sign-off",
        id="sign-off",
    )


def footer(reading: Reading) -> Markup:
    """Say what this page is the face of, and how anybody can check it."""
    return el(
        "footer",
        el(
            "dl",
            el("dt", "Record"),
            el("dd", el("code", f"sha256:{record_sha256(reading.record)}")),
            el("dt", "Check it"),
            el(
                "dd",
                el("code", "tr -d '\\n' < record.json | sha256sum"),
                " gives this number; ",
                el("code", "promotion verify"),
                " draws the page again from the record and compares.",
            ),
        ),
        el("p", f"{len(reading.items)} items. This page is whole without script, network or style from elsewhere."),
    )
