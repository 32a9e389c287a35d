"""Ids of requests: what is sent, what is asked for, and what counts as found."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promotion.clients.aws.logs import LogEvent
from promotion.sandbox.moto_patches.filter_patterns import compiled
from promotion.sections.observability.logs.matching import IdSearch, Name, Probe, patterns
from promotion.sections.observability.logs.streams import Writers

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ONE, TWO = "i-3197dd65df00ed7a7", "i-534286fb98df6dc0a"
FLEET = Writers("/shop/ec2", (ONE, TWO))
USABLE = st.text("0123456789abcdefABCDEFxyz-_=+/.:", min_size=8, max_size=60)


def event(stream, message):
    """Give an event of now."""
    said = message if isinstance(message, str) else json.dumps(message)
    return LogEvent(stream, NOW, NOW + timedelta(seconds=1), said)


def searching(*names):
    """Give a search for one request."""
    search = IdSearch(FLEET, "correlation_id")
    search.look_for(tuple(names))
    return search


def test_what_is_sent():
    """A fresh id, and a trace by the rules of W3C and of X-Ray."""
    probe = Probe.fresh(NOW)
    headers = probe.headers("X-Request-Id")
    assert re.fullmatch(r"[0-9a-f]{32}", headers["X-Request-Id"])
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", headers["traceparent"])
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}", headers["X-Amzn-Trace-Id"])
    assert int(probe.trace_id[:8], 16) == int(NOW.timestamp())
    assert headers["traceparent"].split("-")[1] == headers["X-Amzn-Trace-Id"].removeprefix("Root=1-").replace("-", "")
    assert len({Probe.fresh(NOW).correlation_id for _ in range(100)}) == 100


def test_what_a_request_may_be_found_by():
    """The id sent first, then what the answer says, then the trace's."""
    probe = Probe("a" * 32, "6923f8c0" + "b" * 24)
    answer = {
        "x-correlation-id": "service-made-1",
        "apigw-requestid": "JKJaXmPLvHcESHA=",
        "x-amzn-trace-id": f"Self=1-6923f8c0-{'d' * 24};Root=1-6923f8c0-{'c' * 24};Sampled=0",
    }
    assert [(name.kind, name.id, name.ours) for name in probe.names("X-Correlation-ID", answer)] == [
        ("the X-Correlation-ID sent", "a" * 32, True),
        ("the X-Correlation-ID of the answer", "service-made-1", False),
        ("the apigw-requestid of the answer", "JKJaXmPLvHcESHA=", False),
        ("the trace id sent", "6923f8c0" + "b" * 24, True),
        ("the trace id sent", "1-6923f8c0-" + "b" * 24, True),
        ("the trace id of the answer", "1-6923f8c0-" + "c" * 24, False),
    ]


@pytest.mark.parametrize(
    "given_id", ["", "short", 'quoted"id"here', "back\\slash-1", "x" * 200, "two words", "umlautä-1"]
)
def test_what_cannot_be_asked_for_is_left_out(given_id):
    """Too short to be anybody's own, or not to be quoted."""
    names = Probe.fresh(NOW).names("X-Correlation-ID", {"x-request-id": given_id, "x-correlation-id": given_id})
    assert given_id not in [name.id for name in names]


def test_an_id_that_is_returned_is_the_one_sent():
    """It is not asked for twice, and it is ours."""
    probe = Probe.fresh(NOW)
    names = probe.names("X-Correlation-ID", {"x-correlation-id": probe.correlation_id})
    assert [name.kind for name in names if name.id == probe.correlation_id] == ["the X-Correlation-ID sent"]


@pytest.mark.parametrize(
    ("ids", "pattern"),
    [(["3f1c-9a00"], '"3f1c-9a00"'), (["3f1c-9a00", "JKJaXmPL="], '?"3f1c-9a00" ?"JKJaXmPL="')],
)
def test_ids_are_quoted(ids, pattern):
    """Or a dash would exclude what comes after it."""
    assert list(patterns(ids)) == [pattern]


@settings(deadline=None)
@given(st.lists(USABLE, max_size=80, unique=True))
def test_patterns_are_short_enough_and_let_each_id_through(ids):
    """1024 characters each; every id is asked for, by the syntax as the sandbox knows it."""
    made = list(patterns(ids))
    assert all(len(pattern) <= 1024 for pattern in made)
    for one in ids:
        assert any(compiled(pattern)(json.dumps({"correlation_id": one})) for pattern in made)
    assert all(not compiled(pattern)("nothing of the kind") for pattern in made)


@pytest.mark.parametrize(
    "line",
    [
        {"correlation_id": "3f1c9a00"},
        {"correlation_id": "Root=3f1c9a00;Self=1"},
        "GET /orders 3f1c9a00 200",
        "[3f1c9a00] ready",
    ],
    ids=str,
)
def test_an_id_is_found_where_it_should_stand(line):
    """In the place that is declared on a JSON line, anywhere on any other."""
    search = searching(Name("the id sent", "3f1c9a00"))
    search.take([event(ONE, line)])
    assert search.hits[ONE].kind == "the id sent"
    assert search.missing == (TWO,)
    assert search.ids == []


@pytest.mark.parametrize(
    "line",
    [
        {"correlation_id": "3f1c9a001"},
        {"correlation_id": "x3f1c9a00"},
        {"correlation_id": "other"},
        {"correlation_id": ""},
        "START RequestId: 3f1c9a00 Version: 8",
        {"type": "platform.start", "record": {"requestId": "3f1c9a00"}},
        "nothing",
    ],
    ids=str,
)
def test_what_is_not_found(line):
    """Another id, none at all, or a line of the platform: whatever the server says it contains."""
    search = searching(Name("the id sent", "3f1c9a00"))
    search.take([event(ONE, line)])
    assert search.hits == {}
    assert search.ids == ["3f1c9a00"]


def test_an_id_elsewhere_on_the_line_is_no_hit():
    """It is said, because it tells what to mend; and the request is looked for further on."""
    search = searching(Name("the id sent", "3f1c9a00"))
    search.take([event(ONE, {"path": "/orders?id=3f1c9a00", "correlation_id": "other"})])
    assert (search.hits, search.elsewhere, search.ids) == ({}, {ONE: "the id sent"}, ["3f1c9a00"])


def test_a_stream_of_nobody_is_no_hit():
    """But the request has turned up: it came to somebody else."""
    search = searching(Name("the id sent", "3f1c9a00"))
    search.take([event("i-0123456789abcdef0", {"correlation_id": "3f1c9a00"})])
    assert (search.hits, search.ids, search.missing) == ({}, [], (ONE, TWO))


def test_an_id_of_the_answer_is_not_kept():
    """It is for others to say, and may be anything."""
    search = searching(Name("the x-request-id of the answer", "hunter2-hunter2", ours=False))
    search.take([event(ONE, {"correlation_id": "hunter2-hunter2"})])
    assert search.hits[ONE].id == ""


@settings(deadline=None)
@given(USABLE, st.text(max_size=30), st.text(max_size=30))
def test_an_id_as_a_word_of_its_own_is_always_found(wanted, before, after):
    """Whatever stands around it."""
    search = searching(Name("the id sent", wanted))
    search.take([event(ONE, f"line {before} {wanted} {after}")])
    assert ONE in search.hits
