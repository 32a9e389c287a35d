"""What GitHub Actions is told: one error for each item that blocks, and the summary where it looks for it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.report import annotations, summary
from promotion.report.github_actions import LARGEST, write_summary

from . import sample

COMMAND = re.compile(r"::(?P<name>\w+) title=(?P<title>[^,:\r\n]*)::(?P<data>[^\r\n]*)")
ACTIONS = {"GITHUB_ACTIONS": "true"}


def told(text):
    """Read workflow commands as the runner does: title and message of each error; AssertionError for anything else."""
    assert text == "" or text.endswith("\n")
    found = [COMMAND.fullmatch(line) for line in text.split("\n")[:-1]]
    assert all(found), text
    return [(_plain(match["title"]), _plain(match["data"])) for match in found]


def _plain(written):
    for code, letter in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        written = written.replace(code, letter)
    return written


def test_each_item_that_blocks_has_an_error(troubled):
    """Worst first, with its message; what nobody looked at stands in one line."""
    errors = told(annotations(troubled))
    assert [title for title, _ in errors] == [
        "3.6 ALB response time p99 under 500 ms: failed",
        "4.4 No security group violations: failed",
        "3.7 Error rate under 0.1 %: unknown",
        "4.3 IAM roles follow least privilege: unknown",
        "6.2 Deployment lead, on-call engineer and approver named: waiting",
        "6.8 Status page updated, where it applies: waiting",
        "Do not promote",
    ]
    assert errors[1][1].startswith("shop-prod-instances: sg-0a1b2c3d4e5f60718")
    assert errors[-1][1] == "not looked at yet: 2.5"


def test_a_go_has_no_error(good):
    """Nothing blocks, nothing is shown."""
    assert annotations(good) == ""


def test_no_more_errors_than_github_shows(troubled):
    """Ten at most; the last one names the rest."""
    for item in troubled["items"]:
        item.update(status="failed", reason=None, subjects=[])
    errors = told(annotations(troubled))
    assert len(errors) == 10
    assert errors[-1][0] == f"{len(troubled['items']) - 9} more"


def test_a_record_that_contradicts_itself_is_said_to(troubled):
    """A GO that is none is the first error."""
    assert told(annotations({**troubled, "verdict": "GO"}))[0][0] == "Do not rely on this record"


@given(st.text(st.characters(exclude_categories=())), st.text(st.characters(exclude_categories=())))
def test_no_text_becomes_a_command(title, message):
    """Whatever a record says stays within its own line and its own field."""
    record = sample.troubled()
    item = next(item for item in record["items"] if item["id"] == "alb-response-time")
    item["title"] = title
    item["subjects"][0]["message"] = message
    assert len(told(annotations(record))) == 7


def test_the_summary_is_appended_where_github_looks(troubled, tmp_path):
    """What earlier commands of the step wrote stays; the lines to print are the annotations."""
    place = tmp_path / "summary.md"
    place.write_text("before\n")
    text = summary(troubled)
    assert write_summary(troubled, text, {**ACTIONS, "GITHUB_STEP_SUMMARY": str(place)}) == annotations(troubled)
    assert place.read_text() == f"before\n{text}\n"


def test_outside_of_github_nothing_is_told(troubled, tmp_path):
    """No line, and no file, on a person's machine."""
    place = tmp_path / "summary.md"
    assert write_summary(troubled, summary(troubled), {"GITHUB_STEP_SUMMARY": str(place)}) == ""
    assert not place.exists()


@pytest.mark.parametrize("fill", [LARGEST, LARGEST - 10])
def test_a_summary_that_has_no_room_is_left_out_whole(troubled, tmp_path, fill):
    """GitHub shows nothing of a summary over 1 MiB: what is there already stays to be seen, and a warning says why."""
    place = tmp_path / "summary.md"
    place.write_text("x" * fill)
    said = write_summary(troubled, summary(troubled), {**ACTIONS, "GITHUB_STEP_SUMMARY": str(place)})
    assert said.endswith(
        "::warning title=Job summary::there is no room for the checklist: earlier commands of this step have filled its summary\n"
    )
    assert place.stat().st_size == fill


def test_a_summary_that_cannot_be_written_changes_nothing_else(troubled, tmp_path):
    """A place that is no file is said in one line; annotations are printed all the same."""
    said = write_summary(troubled, "x", {**ACTIONS, "GITHUB_STEP_SUMMARY": str(tmp_path)})
    assert said.startswith(annotations(troubled))
    assert "::warning title=Job summary::the checklist could not be added: " in said
