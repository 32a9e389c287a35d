"""What a run leaves behind, written whole or not at all."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from promotion.core.canonical_json import record_text
from promotion.record import history as chain
from promotion.record.directory import JUNIT, PAGE, RECORD, SUMMARY
from promotion.report.pytest_html import fix_pytest_html


class OutputsError(Exception):
    """The outputs cannot be written; the message says where and why."""


def write(path: Path, text: str) -> None:
    """Put a file in place in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


class Outputs:
    """The files of a run in its report directory."""

    def __init__(self, folder: Path, root: Path | None = None, *, source: Path | None = None) -> None:
        """`root` has the records of all phases, `folder` by default.

        `source` is the record being replayed; it is not overwritten before there is a whole new one.
        """
        self.folder = folder
        self._root = root or folder
        self._holds_source = source is not None and (folder / RECORD).resolve() == source.resolve()

    def clear(self) -> None:
        """Remove what an earlier run left, and what a killed one had begun. OutputsError if that cannot be done."""
        kept = {RECORD} if self._holds_source else set()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for name in (RECORD, PAGE, JUNIT, SUMMARY):
                self._part(name).unlink(missing_ok=True)
                if name not in kept:
                    (self.folder / name).unlink(missing_ok=True)
        except OSError as trouble:
            raise OutputsError(f"cannot write to {self.folder}: {trouble.strerror}") from None

    def claim(self, incomplete: Mapping[str, Any]) -> None:
        """Before anything is looked at: no GO of an earlier run is left, and a killed process leaves a HOLD behind."""
        self.clear()
        self._write_record(incomplete)

    def divert(self, config: pytest.Config) -> None:
        """Have pytest-html and junitxml write beside their final places, unless a person chose others."""
        if getattr(config.option, "htmlpath", "") is None:
            config.option.htmlpath = str(self._part(PAGE))
            config.option.self_contained_html = True
        if getattr(config.option, "xmlpath", "") is None:
            config.option.xmlpath = str(self._part(JUNIT))

    def put_in_place(self) -> None:
        """Move what pytest-html and junitxml wrote."""
        for name in (PAGE, JUNIT):
            part = self._part(name)
            if part.exists():
                if name == PAGE:
                    part.write_text(fix_pytest_html(part.read_text(encoding="utf-8")), encoding="utf-8")
                part.replace(self.folder / name)

    def finish(self, record: Mapping[str, Any], summary: str) -> None:
        """Write the record and its summary."""
        self._write_record(record)
        write(self.folder / SUMMARY, summary)

    def keep(self, record: Mapping[str, Any]) -> None:
        """Leave a copy of a finished record for the later runs of the promotion to go on from."""
        text = record_text(record)
        copy = self._root / chain.FOLDER / chain.name(record, hashlib.sha256(text.encode()).hexdigest())
        try:
            write(copy, text)
        except OSError as trouble:
            raise OutputsError(f"cannot write to {copy.parent}: {trouble.strerror}") from None

    @property
    def shown(self) -> str:
        """The path that people are told: of the page, or of the record where pytest-html wrote no page here."""
        page = self.folder / PAGE
        return os.path.relpath(page if page.exists() else self.folder / RECORD)

    def _write_record(self, record: Mapping[str, Any]) -> None:
        if self._holds_source and not record["complete"]:
            return
        try:
            write(self.folder / RECORD, record_text(record))
        except OSError as trouble:
            raise OutputsError(f"cannot write to {self.folder}: {trouble.strerror}") from None

    def _part(self, name: str) -> Path:
        return self.folder / f".{name}.part"
