"""Text is text: whatever stands in a field of the record, it opens nothing and hides nothing."""

import copy
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.core.visible_text import shown
from promotion.report import page, summary

from . import sample
from .dom import read, tags

ANY = st.text(st.characters(exclude_categories=()), min_size=1, max_size=60)
"""Any text at all, lone surrogates and control characters too."""
NASTY = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "</style></title></textarea><!-- ",
    "]]><![CDATA[<?php ?>",
    "&lt;b&gt; &#60;b&#62; &amp;",
    "javascript:alert(1)",
    "\u202egnp.exe \u2066 \u200b \ufeff \x1b[31m \x00 \r\n \ud800",
    "';}*{display:none}@import '//x'; \\",
)
FIELDS = {
    "service": lambda r, t: r.update(service=t),
    "digest": lambda r, t: r.update(digest=t),
    "phase": lambda r, t: r.update(phase=t),
    "selection": lambda r, t: r.update(selection=t),
    "clock": lambda r, t: r.update(clock=t),
    "started": lambda r, t: r.update(started=t),
    "error": lambda r, t: r.update(errors=[t]),
    "account": lambda r, t: r["settings"]["dev"].update(account=t),
    "section title": lambda r, t: r["sections"][2].update(title=t),
    "section number": lambda r, t: r["sections"][2].update(number=t),
    "item id": lambda r, t: _item(r).update(id=t),
    "item title": lambda r, t: _item(r).update(title=t),
    "item rule": lambda r, t: _item(r).update(rule=t),
    "item number": lambda r, t: _item(r).update(number=t),
    "subject name": lambda r, t: _subject(r).update(name=t),
    "subject message": lambda r, t: _subject(r).update(message=t),
    "subject measured": lambda r, t: _subject(r).update(measured=t),
    "evidence value": lambda r, t: _value(r).update(slowest_path=t),
    "evidence key": lambda r, t: _value(r).update({t: 1}),
    "evidence nested key": lambda r, t: _value(r).update(more={"x": {"y": {t: [t]}}}),
    "evidence cell": lambda r, t: _value(r)["worst"][0].update(minute=t),
    "evidence column": lambda r, t: [row.update({t: 1}) for row in _value(r)["worst"]],
    "evidence entry": lambda r, t: _value(r)["window"].append(t),
    "evidence seen": lambda r, t: r["evidence"]["dev_response_times"].update(seen=t),
    "unknown message": lambda r, t: r["evidence"]["roles[shop-codedeploy-ec2]"].update(
        unknown={"reason": "error", "message": t}
    ),
    "unknown reason": lambda r, t: r["evidence"]["roles[shop-codedeploy-ec2]"].update(
        unknown={"reason": t, "message": "m"}
    ),
    "call operation": lambda r, t: r["evidence"]["dev_response_times"]["calls"][0].update(operation=t),
    "request id": lambda r, t: r["evidence"]["dev_response_times"]["calls"][0].update(request_id=t),
    "waiver": lambda r, t: _item(r, "image-size").update(waiver={"by": t, "until": t, "reason": t}),
    "waiver of the record": lambda r, t: r.update(waivers=[{"item": t, "approver": t, "reason": t, "message": t}]),
    "waiver's state": lambda r, t: r.update(waivers=[{"item": "image-size", "state": t}]),
    "chain": lambda r, t: r.update(chain=[{"phase": t, "verdict": t, "finished": t, "sha256": t, "items": {t: t}}]),
    "act": lambda r, t: r.update(acts=[{"what": t, "state": t, "at": t, "id": t, "link": t, "message": t}]),
    "figures before": lambda r, t: r.update(before={"measured": {"alb-response-time": {"shop-dev": f"was {t}"}}}),
    "digest before": lambda r, t: r.update(before={"digest": "x", "finished": t}),
    "people": lambda r, t: _plan(r, people={"lead": t, "on_call": t, "approver": t}),
    "window": lambda r, t: _plan(r, window={"start": "x", "zone": t, "backup": {"start": "x", "minutes": t}}),
    "chart": lambda r, t: _value(r).update(chart=_chart(t)),
    "statement": lambda r, t: _item(r, "rollback-plan").update(attestation={"by": "x", "at": t, "statement": t}),
    "attestation": lambda r, t: _item(r, "rollback-plan").update(attestation={"by": t, "link": t, t: t}),
}


def _item(record: dict[str, Any], name: str = "alb-response-time") -> dict[str, Any]:
    return next(item for item in record["items"] if item["id"] == name)


def _subject(record: dict[str, Any]) -> dict[str, Any]:
    return _item(record)["subjects"][0]


def _value(record: dict[str, Any]) -> dict[str, Any]:
    return record["evidence"]["dev_response_times"]["value"]


def _plan(record: dict[str, Any], **said: Any) -> None:
    record["evidence"]["promotion_record"] = {"value": {"record": said}}


def _chart(words: str) -> dict[str, Any]:
    return {"chart": "line", "title": words, "values": [1], "limit": 2, "unit": "", "start": words, "end": words}


def _small() -> dict[str, Any]:
    """Take the sample with the few items that are changed here."""
    record = sample.troubled()
    kept = {"alb-response-time", "least-privilege", "image-size", "rollback-plan", "smoke-tests"}
    record["items"] = [item for item in record["items"] if item["id"] in kept]
    return record


TROUBLED = _small()


def _with(field: str, text: str) -> dict[str, Any]:
    record = copy.deepcopy(TROUBLED)
    FIELDS[field](record, text)
    return record


def _harmless(text: str) -> str:
    """Keep the shape, letters only: lines, spaces and length stay."""
    return re.sub(r"\S", "\u3042", text)


def _check(field: str, text: str) -> None:
    hostile, harmless = page(_with(field, text)), page(_with(field, _harmless(text)))
    hostile.encode()
    assert tags(hostile) == tags(harmless)
    wanted = shown(text).replace("-", " ") if field == "unknown reason" else shown(text)
    assert wanted in read(hostile).text or not text.strip()


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("field", FIELDS)
def test_known_attacks_are_shown_as_text(field, text):
    """What was made to break pages leaves the elements as they are, and is read word for word."""
    _check(field, text)


@given(field=st.sampled_from(sorted(FIELDS)), text=ANY)
def test_any_text_is_shown_as_text(field, text):
    """Any text in any field leaves the elements as they are, and is read word for word."""
    _check(field, text)


@given(ANY)
def test_no_unseen_character_reaches_the_page(text):
    """Nothing on the page reorders, hides or joins what stands beside it, and all of it can be written as UTF-8."""
    seen = shown(text)
    seen.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", seen)
    assert shown(seen) == seen


@pytest.mark.parametrize("wrong", [None, 7, 1.5, True, [], ["x"], {}, {"a": 1}, "x"])
@pytest.mark.parametrize("field", sorted(TROUBLED))
def test_a_field_of_another_type_never_breaks_the_page(field, wrong):
    """A record that somebody else wrote wrongly still gives a page, and never a GO."""
    record = {**copy.deepcopy(TROUBLED), "verdict": "GO", "exit_code": 0, field: wrong}
    html = page(record)
    assert "<code>GO</code>" not in html
    assert summary(record)
    read(html)


@pytest.mark.parametrize("field", sorted(TROUBLED["items"][0]))
def test_an_item_without_a_field_never_breaks_the_page(field):
    """An item that lacks something still has its row."""
    record = copy.deepcopy(TROUBLED)
    record["items"][0].pop(field)
    root = read(page(record))
    assert len(root.all(cls="item")) == len(TROUBLED["items"])
