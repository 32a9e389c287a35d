"""The same record gives the same bytes, for ever and everywhere."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from promotion.report import page, summary

DRAW = (
    "import json, sys; from promotion.report import page, summary; r = json.load(sys.stdin); print(page(r), summary(r))"
)
HOUSE = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["troubled", "during", "whole_checklist"])
def test_other_machines_draw_the_same(name, request):
    """Hash seed, time zone, locale and encoding of the process change nothing."""
    record = request.getfixturevalue(name)
    places = (
        {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C", "PYTHONUTF8": "1"},
        {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Chatham", "LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8"},
    )
    drawn = {
        subprocess.run(
            [sys.executable, "-c", DRAW],
            input=json.dumps(record).encode(),
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(HOUSE), **place},
            capture_output=True,
            check=True,
        ).stdout
        for place in places
    }
    assert drawn == {f"{page(record)} {summary(record)}\n".encode()}


def test_the_order_of_keys_means_nothing(troubled):
    """A record that was written with sorted keys and read again gives the same page as the one it was written from."""
    again = json.loads(json.dumps(troubled, sort_keys=True))
    assert page(again) == page(troubled)
    assert summary(again) == summary(troubled)


def test_drawing_changes_nothing_in_the_record(troubled):
    """The record is read, never written."""
    before = json.dumps(troubled)
    page(troubled)
    summary(troubled)
    assert json.dumps(troubled) == before
