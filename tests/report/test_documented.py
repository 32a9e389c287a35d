"""What docs/report.md says of the page is so."""

import json
import re
from dataclasses import asdict
from pathlib import Path

from promotion.report import annotations, page
from promotion.report.chart_data import drawn

from .dom import read

HOUSE = Path(__file__).parents[2]
DOCS = HOUSE / "docs"
TEXT = (DOCS / "report.md").read_text(encoding="utf-8")


def test_the_charts_of_the_page_are_drawn():
    """The example runs, and both of its values are charts."""
    made: dict[str, object] = {}
    (example,) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    exec(compile(example, "docs/report.md", "exec"), made)
    for name in ("durations", "budget"):
        assert drawn(json.loads(json.dumps(asdict(made[name])))) is not None


def test_the_annotation_of_the_page_is_what_is_printed(troubled):
    """The line in the docs is the beginning of what a run prints."""
    (line,) = re.findall(r"^::error .*$", TEXT, re.MULTILINE)
    assert annotations(troubled).startswith(line)


def test_every_part_that_the_page_names_is_there(troubled, during):
    """Each heading in bold is on a page, and what is said of the rows is so."""
    seen = read(page(troubled)).text + read(page(during)).text
    for words in ("This promotion so far", "From T0 on", "What rests on people's word", "What was done"):
        assert f"**{words}**" in TEXT
        assert words in seen
    assert "`was 412 ms of 500 ms`" in TEXT
    assert "was 412 ms of 500 ms" in seen


def test_the_sample_is_drawn_from_its_record():
    """docs/sample/checklist.html is what its record gives today, and holds no place of a machine."""
    record = json.loads((DOCS / "sample" / "record.json").read_text(encoding="utf-8"))
    sample = (DOCS / "sample" / "checklist.html").read_text(encoding="utf-8")
    drawn_today = page(record)
    assert len(sample) == len(drawn_today), "the page has changed: python -m tests.report.sample_page --redraw"
    assert sample.split(">") == drawn_today.split(">")
    assert not re.search(r"/tmp/|/home/|/root/|promotion-sandbox-|/venv", json.dumps(record))


def test_the_sample_shows_what_a_page_can_hold():
    """What failed, what is unknown, what is waived, what came before; and each row that opens says how it is judged."""
    root = read((DOCS / "sample" / "checklist.html").read_text(encoding="utf-8"))
    for part in ("story", "vouched", "verdict", "checklist", "sign-off", "figures", "was"):
        assert root.all(cls=part), part
    words = {item.all("span", "word")[0].text for item in root.all(cls="item")}
    assert words >= {"Passed", "Failed", "Unknown", "Waived", "Attested"}
    assert all(item.all("p", "rule") for item in root.all("details", "item"))


def test_the_picture_is_one_that_a_readme_can_carry():
    """A PNG, 1400 pixels wide, under 400 kB."""
    png = (DOCS / "report.png").read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(png[16:20]) == 1400
    assert len(png) < 400_000
