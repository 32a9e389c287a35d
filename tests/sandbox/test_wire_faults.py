"""Faults of the wire, one declaration each: none is lost, and each does to the wire what it says."""

import re
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest

from promotion.sandbox import catalogue
from promotion.sandbox.wire_faults import wire_fault

FOLDER = Path(catalogue.__file__).parent / "faults"


def test_none_is_lost():
    """As many as there were when each was a function of its own."""
    declared = sum(len(re.findall(r"^wire_fault\(", path.read_text(), re.MULTILINE)) for path in FOLDER.rglob("*.py"))
    assert declared >= 105
    assert len(catalogue.load()) >= 1136


@pytest.mark.parametrize(
    ("on", "options", "expected"),
    [
        (None, {}, {}),
        ("prod", {}, {"account": "222"}),
        ("dev", {"times": 1}, {"account": "111", "times": 1}),
    ],
)
def test_a_row_does_what_it_says(monkeypatch, on, options, expected):
    """The operation, what is done to it, and in which account."""
    monkeypatch.setattr(catalogue, "_faults", {})
    wire_fault("it-fails", "It fails.", "fail", "s3:HeadObject", 502, item="x", on=on, falls_with=("y",), **options)
    made = catalogue._faults["it-fails"]
    assert (made.item, made.kind, made.does, made.falls_with) == ("x", "blind", "It fails.", ("y",))
    world = SimpleNamespace(wire=MagicMock(), dev=SimpleNamespace(id="111"), prod=SimpleNamespace(id="222"))
    made.apply(world)
    world.wire.fail.assert_called_once_with("s3:HeadObject", 502, **expected)
