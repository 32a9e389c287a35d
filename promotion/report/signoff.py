"""The last block: lines for a person to fill, and how to check that the page is what the record says."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from promotion.core.canonical_json import record_text
from promotion.report.markup import Child, el
from promotion.report.reading import RecordView, table, text
from promotion.report.timestamps import moment
from promotion.report.verdict import headline

_HOW = {"ssh": "SSH signature", "key": "signature", "github": "approval in GitHub"}
COMMANDS = (
    (
        "cosign verify-blob-attestation --key seal.pub --insecure-ignore-tlog --bundle seal/test-result.sigstore.json "
        "--type https://in-toto.io/attestation/test-result/v0.1 checklist.html"
    ),
    """sed -n 's/.*"payload":"\\([^"]*\\)".*/\\1/p' seal/summary.sigstore.json | base64 -d > payload""",
    """sed -n 's/.*"sig":"\\([^"]*\\)".*/\\1/p' seal/summary.sigstore.json | base64 -d > signature""",
    (
        """{ printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c < payload)"; cat payload; } | """
        "openssl dgst -sha256 -verify seal.pub -signature signature"
    ),
)
"""How anybody checks the seal with tools that are not ours; each is a line for a shell in the report directory."""


def record_sha256(record: Mapping[str, Any]) -> str:
    """SHA-256 of record.json, in hex: what `sha256sum record.json` prints.

    A tree that no record can hold (NaN, halves of surrogate pairs) is hashed as `json` writes it, halves as UTF-8 would
    encode their code points: no file has that hash, and the page can be drawn nevertheless.
    """
    try:
        text = record_text(record)
    except ValueError:
        text = json.dumps(record, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def sign_off(reading: RecordView, signed: Mapping[str, Any] | None = None) -> Markup:
    """Empty lines: the machine never fills them. What a person has signed is in them."""
    said = signed or {}
    lines = [
        el("div", el("span", label), el("b", value, cls="filled") if value else None, cls=name)
        for name, label, value in (
            ("approver", "Approver: name and signature", _approver(said)),
            ("moment", "Date and time", moment(text(said.get("at")))),
            (
                "digest",
                "Image digest: its last 8 characters, copied from above by hand",
                reading.digest[-8:] if said else "",
            ),
        )
    ]
    notes = text(said.get("notes"))
    words = f"I have read this checklist. It says “{headline(reading)}” for the image digest at its head."
    incomplete = None if reading.complete else el("p", "This run is incomplete and cannot be sealed.", cls="warning")
    return el(
        "section",
        el("h2", "Sign-off"),
        el("p", words),
        incomplete,
        el(
            "div",
            lines,
            el("div", el("span", "Notes"), el("b", notes, cls="filled") if notes else None, cls="notes"),
            cls="blanks",
        ),
        _of(said),
        cls="sign-off",
        id="sign-off",
    )


def _approver(said: Mapping[str, Any]) -> str:
    how = text(table(said.get("how")).get("signature"))
    by = text(said.get("approver"))
    return f"{by} ({_HOW.get(how, how)})" if by else ""


def _of(said: Mapping[str, Any]) -> Child:
    """Say over which page the sign-off is: this one shows it, and is not it."""
    if not said:
        return None
    return el("p", "Signed over checklist.html, ", el("code", f"sha256:{text(said.get('page'))}"), cls="rest")


def footer(reading: RecordView) -> Markup:
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
                el("code", "sha256sum record.json"),
                " gives this number; ",
                el("code", "promotion verify"),
                " draws the page again from the record and compares. Without it, where seal.pub is the key that seals:",
                [el("pre", el("code", command)) for command in COMMANDS],
            ),
        ),
        el("p", f"{len(reading.items)} items. This page is whole without script, network or style from elsewhere."),
    )
