"""CloudWatch Logs: filter patterns, reading, feeding."""

import json
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from promotion.sandbox.moto_patches.filter_patterns import compiled
from promotion.sandbox.moto_patches.log_events import feeds

NOW = int(datetime.now(UTC).timestamp() * 1000)
LINE = json.dumps(
    {"level": "ERROR", "status": 503, "id": "3f1c-9a", "user": {"name": "a b"}, "tags": ["x"], "gone": None}
)


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("", True),
        ("ERROR", True),
        ("error", False),
        ('"3f1c-9a"', True),
        ("ERROR status", True),
        ("ERROR absent", False),
        ("?absent ?ERROR", True),
        ("?absent ?missing", False),
        ("ERROR -absent", True),
        ("-ERROR", False),
        ('-"3f1c-9a"', False),
        (r"%50\d%", True),
        (r"%40\d%", False),
        ("{ $.status = 503 }", True),
        ("{ $.status >= 500 && $.status < 600 }", True),
        ("{ $.status != 503 }", False),
        ('{ $.id = "3f1c-9a" }', True),
        ('{ $.id = "3f1c-*" }', True),
        ('{ $.id != "other" }', True),
        ("{ $.level = ERR* }", True),
        ('{ $.user.name = "a b" }', True),
        ('{ $.tags[0] = "x" }', True),
        ('{ $.tags[1] = "x" }', False),
        ('{ $.nothing = "x" }', False),
        ('{ $.nothing != "x" }', False),
        ("{ $.nothing NOT EXISTS }", True),
        ("{ $.id NOT EXISTS }", False),
        ("{ $.gone IS NULL }", True),
        ("{ ($.status = 1 || $.level = ERROR) && $.id = %^3f% }", True),
        ("{ $.status = 1 || $.level = ERROR && $.id = other }", False),
        ('{ $.id = "a || b" }', False),
    ],
)
def test_a_pattern_lets_through_what_it_says(pattern, matches):
    """Terms, phrases, expressions, and conditions on fields."""
    assert compiled(pattern)(LINE) is matches


def test_conditions_on_fields_never_match_plain_text():
    """A line that is not JSON has no fields."""
    assert not compiled("{ $.id NOT EXISTS }")("START RequestId: 1")


@pytest.mark.parametrize(
    "pattern", ["[a, b]", "3f1c-9a", "?a b", "{ $.a ~ 1 }", "{ $.a = }", "{ $.a = 1", "{ $.a = 1 && }"]
)
def test_what_is_not_understood_is_refused(pattern):
    """Never taken for a pattern that lets everything through."""
    with pytest.raises(NotImplementedError):
        compiled(pattern)


@pytest.fixture
def logs(client):
    """Give a log group with four events on two streams."""
    made = client("logs")
    made.create_log_group(logGroupName="shop")
    for stream in ("one", "two"):
        made.create_log_stream(logGroupName="shop", logStreamName=stream)
    for number in range(4):
        message = json.dumps({"id": f"i-{number}", "status": 200 + 100 * number})
        event = {"timestamp": NOW - 4000 + 1000 * number, "message": message}
        made.put_log_events(logGroupName="shop", logStreamName=("one", "two")[number % 2], logEvents=[event])
    return made


def ids(answer):
    """Tell which events an answer has."""
    return [json.loads(event["message"])["id"] for event in answer["events"]]


def test_fields_are_filtered(logs, guarded):
    """Moto gives every event for a pattern it does not know."""
    guarded(
        lambda: ids(logs.filter_log_events(logGroupName="shop", filterPattern='{ $.id = "i-2" }')),
        lambda found: len(found) == 4,
        lambda found: found == ["i-2"],
    )
    with pytest.raises(NotImplementedError):
        logs.filter_log_events(logGroupName="shop", filterPattern="[a, b]")


def test_streams_are_mixed_by_time(logs, guarded):
    """Oldest first, or newest first."""
    guarded(
        lambda: ids(logs.filter_log_events(logGroupName="shop")),
        lambda found: found == ["i-0", "i-2", "i-1", "i-3"],
        lambda found: found == ["i-0", "i-1", "i-2", "i-3"],
    )


def test_streams_can_be_chosen_by_prefix(logs, guarded):
    """Moto does not look at the prefix."""
    guarded(
        lambda: ids(logs.filter_log_events(logGroupName="shop", logStreamNamePrefix="tw")),
        lambda found: len(found) == 4,
        lambda found: found == ["i-1", "i-3"],
    )


def test_pages_follow_each_other_and_are_not_too_large(logs, monkeypatch):
    """By number of events, and by the size of their messages; no event is lost."""
    pages = list(
        logs.get_paginator("filter_log_events").paginate(logGroupName="shop", PaginationConfig={"PageSize": 3})
    )
    assert [ids(told) for told in pages] == [["i-0", "i-1", "i-2"], ["i-3"]]
    monkeypatch.setattr("promotion.sandbox.moto_patches.log_events.BYTES", 60)
    pages = list(logs.get_paginator("filter_log_events").paginate(logGroupName="shop"))
    assert [ids(told) for told in pages] == [["i-0", "i-1"], ["i-2", "i-3"]]
    with pytest.raises(ClientError, match="nextToken"):
        logs.filter_log_events(logGroupName="shop", nextToken="?")


def test_a_window_is_heeded(logs):
    """Both ends are part of it; a group that is not there is an error."""
    found = ids(logs.filter_log_events(logGroupName="shop", startTime=NOW - 3000, endTime=NOW - 2000))
    assert found == ["i-1", "i-2"]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.filter_log_events(logGroupName="gone")


def test_logs_may_be_written_when_they_are_read(logs, state):
    """Whoever reads a span of time finds it written, however they read."""
    backend, asked = state("logs"), []

    def feed(group, start, end):
        asked.append(group)
        if len(asked) == 1:
            backend.put_log_events(group, "one", [{"timestamp": end - 1, "message": '{"id": "fed"}'}])

    feeds(backend).append(feed)
    assert ids(logs.filter_log_events(logGroupName="shop"))[-1] == "fed"
    logs.describe_log_streams(logGroupName="shop")
    logs.get_log_events(logGroupName="shop", logStreamName="one")
    logs.start_query(logGroupName="shop", startTime=0, endTime=NOW, queryString="fields @message | limit 1")
    assert asked == ["shop"] * 4


def test_what_a_query_cannot_do_is_refused(logs, guarded):
    """Moto leaves `stats` out and gives the raw lines."""
    asked = {"logGroupName": "shop", "startTime": 0, "endTime": NOW, "queryString": "stats count(*) by status"}
    from promotion.sandbox import moto_patches

    with moto_patches.unfilled():
        assert logs.start_query(**asked)["queryId"]
    with pytest.raises(NotImplementedError):
        logs.start_query(**asked)
