"""Lines of a log: whose they are, and which id they carry."""

import json
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promotion.sections.observability.logs.lines import read_line

REQUEST = "76269889-7d50-4d6d-a3f1-9b4f5322f47c"
PLATFORM = [
    f"START RequestId: {REQUEST} Version: 8\n",
    f"END RequestId: {REQUEST}\n",
    f"REPORT RequestId: {REQUEST}\tDuration: 14.97 ms\tBilled Duration: 15 ms\tMemory Size: 128 MB\t\n",
    "INIT_START Runtime Version: python:3.13.v12\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:be9e\n",
    "INIT_REPORT Init Duration: 10009.77 ms\tPhase: init\tStatus: timeout\n",
    "RESTORE_START Runtime Version: java:21.v9\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:be9e\n",
    "RESTORE_REPORT Restore Duration: 478.52 ms\n",
    "EXTENSION\tName: cloudwatch_lambda_agent\tState: Ready\tEvents: [INVOKE, SHUTDOWN]\n",
    "TELEMETRY\tName: agent\tState: Subscribed\tTypes: [Platform]\n",
    f"2026-11-23T14:08:22.417Z {REQUEST} Task timed out after 3.01 seconds\n\n",
    f"RequestId: {REQUEST} Error: Runtime exited with error: signal: killed\nRuntime.ExitError\n",
    *(
        json.dumps({"time": "2026-11-23T12:00:00.000Z", "type": f"platform.{kind}", "record": {"requestId": REQUEST}})
        for kind in ("initStart", "initRuntimeDone", "initReport", "start", "runtimeDone", "report", "logsDropped")
    ),
    '{"time":"2026-11-23T12:00:00.000Z","type":"platform.invokeReport","record":{}}',
]
APPLICATION = [
    "request received",
    "",
    "STARTING up",
    "END of the day",
    "REPORT of sales: RequestId: none",
    f"handled RequestId: {REQUEST} Version: 8",
    '{"type":"platform.report"}',
    '{"type":"platform.report","record":"text"}',
    '{"type":"report","record":{}}',
    '{"type":7,"record":{}}',
    '["a","list"]',
    '"text"',
    "{ not JSON",
    '{"level":"INFO","message":"START RequestId: 1 Version: 8"}',
]


@pytest.mark.parametrize("message", PLATFORM)
def test_lines_of_the_platform_are_told(message):
    """In text and in JSON; they carry no id, whatever stands in them."""
    line = read_line(message, "record.requestId")
    assert line.platform
    assert line.correlation_id == ""


@pytest.mark.parametrize("message", APPLICATION)
def test_lines_of_the_application_are_told(message):
    """Nothing of the application is taken for the platform's, or its events would not be counted."""
    assert not read_line(message, "correlation_id").platform


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("3f1c-9a", "3f1c-9a"),
        (" 3f1c ", "3f1c"),
        (4711, "4711"),
        ("", ""),
        ("  ", ""),
        (None, ""),
        (True, ""),
        (1.5, ""),
        ([], ""),
        (["3f1c"], ""),
        ({"id": 1}, ""),
        ("null", ""),
        ("None", ""),
        ("undefined", ""),
        ("unknown", ""),
        ("-", ""),
        ("00000000-0000-0000-0000-000000000000", ""),
        (0, ""),
        ("N/A", ""),
        ("n/a", ""),
        ("NaN", ""),
        ("<nil>", ""),
        ("(null)", ""),
        ("[none]", ""),
        ("not set", ""),
        ("no-id", ""),
        ("--", ""),
        ("?", ""),
        ("...", ""),
        ("0", ""),
        ("0000", ""),
        ("0x0000", "0x0000"),
        ("xxxxxxxx", ""),
        ("ffffffff-ffff-ffff-ffff-ffffffffffff", ""),
        ("11111111", "11111111"),
        ("1-00000000-000000000000000000000000", ""),
        ("Root=1-00000000-000000000000000000000000", ""),
        ("00-00000000000000000000000000000000-0000000000000000-00", ""),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",) * 2,
        ("1-67891233-abcdef012345678912345678",) * 2,
        ("nanette", "nanette"),
        ("7", "7"),
        ("42", "42"),
        ("nonesuch-1", "nonesuch-1"),
        ("00000000-0000-4000-a000-000000000001", "00000000-0000-4000-a000-000000000001"),
    ],
    ids=repr,
)
def test_what_counts_as_an_id(value, expected):
    """A name or a number; not what loggers write for want of one."""
    assert read_line(json.dumps({"correlation_id": value}), "correlation_id").correlation_id == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("context.ids[0]", "a-1"),
        ('"x-request-id"', "b-2"),
        ("missing || context.ids[1]", "c-3"),
        ("missing", ""),
        ("length(level)", "4"),
        ("length(number)", ""),
    ],
)
def test_the_place_is_declared(expression, expected):
    """By JMESPath; an expression that does not suit a line gives none."""
    line = {"context": {"ids": ["a-1", "c-3"]}, "x-request-id": "b-2", "level": "INFO", "number": 1}
    assert read_line(json.dumps(line), expression).correlation_id == expected


def test_json_behind_the_prefix_of_a_runtime_is_read():
    """Node.js on Lambda puts time, request and level before what was logged, in text format."""
    line = read_line(f'2026-11-23T12:00:00.000Z\t{REQUEST}\tINFO\t{{"correlation_id":"3f1c"}}\n', "correlation_id")
    assert (line.structured, line.correlation_id) == (True, "3f1c")
    assert not read_line(f"2026-11-23T12:00:00.000Z\t{REQUEST}\tINFO\t{{ hello\n", "correlation_id").structured


def test_an_id_is_not_shown():
    """It may be anything, so not in a traceback either."""
    assert "hunter2" not in repr(read_line('{"correlation_id":"hunter2"}', "correlation_id"))


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_read(message):
    """Nothing that stands in a log stops the look-up; what is no JSON object carries no id."""
    line = read_line(message, "correlation_id")
    if not line.structured:
        assert line.correlation_id == ""


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(
    st.dictionaries(st.text(max_size=8), json_values, max_size=5),
    st.text(string.ascii_letters + string.digits, min_size=8),
    st.booleans(),
)
def test_an_id_survives_its_line(document, correlation_id, ascii_only):
    """Whatever stands beside it, and however JSON is written."""
    document.pop("type", None)
    message = json.dumps(document | {"correlation_id": correlation_id}, ensure_ascii=ascii_only)
    line = read_line(message, "correlation_id")
    written = correlation_id.lower()
    none = {"undefined", "notavailable", "notapplicable", "norequestid", "nocorrelationid"}
    expected = "" if set(written) in ({"0"}, {"f"}, {"x"}) or written in none else correlation_id
    assert (line.platform, line.structured, line.correlation_id) == (False, True, expected)


@settings(deadline=None)
@given(st.binary(max_size=200).map(lambda data: data.decode("utf-8", "replace")))
def test_what_breaks_off_is_no_json(tail):
    """A line cut in the middle is text."""
    assert not read_line('{"correlation_id":"3f1c' + tail.replace('"', ""), "correlation_id").structured
