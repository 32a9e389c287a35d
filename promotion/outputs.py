"""What a run leaves behind, written whole or not at all."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from promotion.run import record_text

RECORD, PAGE, JUNIT, SUMMARY = "record.json", "checklist.html", "junit.xml", "summary.md"


def write(path: Path, text: str) -> None:
    """Put a file in place in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


class Outputs:
    """The files of a run in its report directory."""

    def __init__(self, folder: Path, *, source: Path | None = None) -> None:
        """`source` is the record being replayed; it is not overwritten before there is a whole new one."""
        self.folder = folder
        self._source = None if source is None else source.resolve()

    def claim(self, incomplete: Mapping[str, Any]) -> None:
        """Before anything is looked at: no GO of an earlier run is left, and a killed process leaves a HOLD behind."""
        for name in (PAGE, JUNIT, SUMMARY):
            (self.folder / name).unlink(missing_ok=True)
        if (self.folder / RECORD).resolve() != self._source:
            write(self.folder / RECORD, record_text(incomplete))

    def divert(self, config: pytest.Config) -> None:
        """Have pytest-html and junitxml write beside their final places, unless a person chose others."""
        self.folder.mkdir(parents=True, exist_ok=True)
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
                part.replace(self.folder / name)

    def finish(self, record: Mapping[str, Any], summary: str) -> None:
        """Write the record and its summary."""
        write(self.folder / RECORD, record_text(record))
        write(self.folder / SUMMARY, summary)

    def shown(self, name: str) -> str:
        """The path people are told."""
        return os.path.relpath(self.folder / name)

    def _part(self, name: str) -> Path:
        return self.folder / f".{name}.part"
