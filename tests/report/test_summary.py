"""The job summary: what is needed to decide, and nothing that text of the record could add."""

import copy
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from promotion.core.visible_text import shown
from promotion.report import summary

from .sample import DIGEST
from .test_hostile import ANY, FIELDS, NASTY, TROUBLED

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
SHOWN = ("service", "digest", "error", "section title", "item title", "item number", "subject name", "subject message")


def tokens(markdown: str) -> Iterator[Token]:
    """Read a summary as GitHub would; the empty comments that part an @ from a name are no token."""
    for token in READER.parse(markdown):
        yield token
        for inner in token.children or ():
            if inner.type != "html_inline" or inner.content != "<!-- -->":
                yield inner


def kinds(markdown: str) -> Counter[str]:
    """How many headings, entries, cells and so on there are; pieces of text are joined by what they stand in."""
    return Counter(token.type for token in tokens(markdown) if token.type != "text")


def words(markdown: str) -> str:
    """All text."""
    return "".join(token.content for token in tokens(markdown) if token.type in {"text", "code_inline"})


def test_a_summary_is_enough_to_decide(troubled):
    """Verdict, counts, digest, what blocks with its message, waivers, and the tally of each section."""
    text = summary(troubled)
    assert text.startswith("## ❌ Do not promote\n\nshop from dev to prod · **NO-GO** · 2 items failed, ")
    assert f"Image digest: `{DIGEST}`" in text
    assert "- **4.4 No security group violations** · failed · 2 of 3 good\n  - shop-prod-instances: sg-0a1b2c" in text
    assert "- **Not run**: 2.5\n" in text
    assert "- **1.6 Image size under 500 MB** by release-lead until 2026-12-01" in text
    assert "| 3 | Observability and monitoring | 5 of 7 | 1 failed, 1 unknown |" in text


@pytest.mark.parametrize(("name", "mark"), [("good", "✅"), ("waiting", "⏸"), ("broken_off", "⏸"), ("troubled", "❌")])
def test_the_mark_is_the_verdicts(name, mark, request):
    """Only GO has the green mark."""
    text = summary(request.getfixturevalue(name))
    assert text.startswith(f"## {mark}")
    assert ("✅" in text) == (name == "good")


def test_a_broken_run_is_said_to_be_one(broken_off):
    """Incomplete runs, their errors, and a rollback nobody verified stand before what blocks."""
    text = summary({**broken_off, "exit_code": 20})
    assert text.index("Call a person now") < text.index("Incomplete") < text.index("Errors") < text.index("What blocks")


def _check(field, text):
    hostile, harmless = copy.deepcopy(TROUBLED), copy.deepcopy(TROUBLED)
    FIELDS[field](hostile, text)
    FIELDS[field](harmless, re.sub(r"\S", "\u3042", text))
    drawn = summary(hostile)
    drawn.encode()
    assert kinds(drawn) == kinds(summary(harmless))
    assert " ".join(shown(text).split()) in words(drawn)
    assert not re.search(r"(?<![`\w])(?:https?:|javascript:)//|\bwww\.|@\w", re.sub("`[^`]*`", "", drawn))


@pytest.mark.parametrize("text", [*NASTY, "![x](//x) [y](z)", "# h", "1. x", "- x", "a | b", "$x$ ~~y~~ **z** _q_ `c`"])
@pytest.mark.parametrize("field", SHOWN)
def test_known_attacks_are_text(field, text):
    """What would be markup is text, word for word."""
    _check(field, text)


@given(field=st.sampled_from(SHOWN), text=ANY | st.text("#*_-+=|<>[]()!`~1. \n\t&;:/@w\\$", min_size=1, max_size=40))
def test_any_text_is_text(field, text):
    """Any text in any field leaves headings, lists, tables and code spans as they are."""
    _check(field, text)


def test_nobody_is_called_and_nothing_linked(troubled):
    """A name after an @ is not called, and an address is no link."""
    troubled["errors"] = ["ask @example/team, see https://example.com or www.example.com"]
    assert "ask @<!-- -->example/team, see https\\://example.com or www\\.example.com" in summary(troubled)


def test_the_summary_stays_under_one_mebibyte(troubled):
    """However long the record is, GitHub takes the summary."""
    long = "*" * 5000
    bad = {"name": long, "status": "failed", "reason": None, "message": long, "measured": long, "evidence": []}
    item = {**troubled["items"][0], "title": long, "number": long, "status": "failed", "subjects": [bad] * 8}
    items = [{**item, "id": f"i{n}", "section": f"s{n}"} for n in range(150)]
    alone = {**item, "subjects": []}
    items += [{**alone, "id": f"q{n}", "status": "unknown", "reason": "not-run"} for n in range(300)]
    items += [{**alone, "id": f"w{n}", "status": "waived", "waiver": {"by": long, "until": long}} for n in range(150)]
    fields = {"digest": "`" * 5000, "service": long, "errors": [long] * 300, "started": long, "items": items}
    sections = [{"name": f"s{n}", "number": long, "title": long} for n in range(150)]
    assert len(summary({**troubled, **fields, "sections": sections}).encode()) < 2**20
