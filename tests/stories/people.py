"""What people do in a story between the runs of the gate: they write into the promotion record."""

import tomllib
from pathlib import Path

from promotion.people.promotion_record import path_of
from promotion.sandbox.client import Running
from promotion.settings import load


def record_of(world: Running) -> Path:
    """Give the promotion record of the image that is promoted."""
    return Path(path_of(load(world.config).settings.plan.record, world.digest))


def write_down(world: Running, text: str) -> None:
    """Add tables to the promotion record."""
    record = record_of(world)
    whole = f"{record.read_text(encoding='utf-8')}\n{text}\n"
    tomllib.loads(whole)
    record.write_text(whole, encoding="utf-8")


def write_notes(world: Running, notes: str) -> None:
    """Fill in the deployment notes, which the record has as an empty line."""
    record = record_of(world)
    text = record.read_text(encoding="utf-8")
    assert text.count('notes = ""') == 1
    record.write_text(text.replace('notes = ""', f'notes = "{notes}"'), encoding="utf-8")
