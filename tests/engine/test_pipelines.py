"""What a pipeline sees by itself, and what a run says of how it judged."""

import json

from promotion.report import annotations, summary


def test_github_is_told_what_blocks(project, workers, monkeypatch, tmp_path):
    """In GitHub Actions a run prints an error for each item that blocks, and adds its summary to the step's."""
    place = tmp_path / "step.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(place))
    project.judging('assert numbers["size"] == 1, "too big: 50 %"')
    ran = project.run(*workers)
    assert ran.code == 1
    (line,) = annotations(ran.record).splitlines()
    assert line.endswith("::too big: 50 %25")
    assert line in ran.out.splitlines()
    assert place.read_text() == f"{summary(ran.record)}\n"


def test_no_name_of_an_outsider_is_a_command(project, workers, monkeypatch):
    """What is shown stands between two lines that only this run knows; the annotations come after them."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    project.judging(
        'print("::add-mask::e")\nassert numbers["size"] == 1, "##[group]hidden and  ::error::nothing is wrong"'
    )
    ran = project.run("-v", *workers)
    lines = ran.out.splitlines()
    (begins,) = (place for place, line in enumerate(lines) if line.startswith("::stop-commands::"))
    word = lines[begins].removeprefix("::stop-commands::")
    assert len(word) > 32
    ends = lines.index(f"::{word}::")
    outside = [line for place, line in enumerate(lines) if not begins < place < ends]
    assert [line for line in outside if "##[group]" in line or "::" in line.removeprefix("::")] == [
        lines[begins],
        lines[ends],
        *annotations(ran.record).splitlines(),
    ]
    again = project.run(*workers).out
    assert word not in again


def test_elsewhere_nothing_is_printed_for_github(project, monkeypatch):
    """On a person's machine there are no workflow commands."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    project.judging('assert numbers["size"] == 1, "too big"')
    out = project.run().out
    assert "::error" not in out
    assert "stop-commands" not in out


def test_the_record_says_how_each_item_is_judged(project, workers):
    """In the words of the test that judges it, also where it was left out; the page that people get shows them."""
    project.judging('"""It is one: exactly\none.\n\nWhat follows is for programmers.\n"""\nassert numbers["size"]')
    ran = project.run(*workers)
    assert ran.item("image-size")["rule"] == "It is one: exactly one."
    page = (project.folder / "reports" / "checklist.html").read_text(encoding="utf-8")
    assert "It is one: exactly one." in page
    assert '<html lang="en">' in page
    assert json.loads((project.folder / "reports" / "record.json").read_text())["items"] == ran.record["items"]
