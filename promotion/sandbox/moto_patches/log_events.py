"""Reading CloudWatch Logs: patterns that are understood, events in the order of time, pages as small as AWS's.

A backend's `feeds` write what a log group is to hold in a span of time when somebody reads it: functions of the name of
the group and the span, in milliseconds since 1970. So nobody has to store what nobody reads, and logs never end.
Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from collections.abc import Callable
from typing import Any

from moto.core.utils import unix_time_millis, utcnow
from moto.logs.exceptions import InvalidParameterException, LogsClientError, ResourceNotFoundException
from moto.logs.models import LogGroup, LogsBackend
from moto.logs.responses import LogsResponse

from promotion.sandbox.moto_patches import amends
from promotion.sandbox.moto_patches.filter_patterns import compiled
from promotion.sandbox.moto_patches.paging import InvalidNextToken, page

EVENTS = 10_000
"""How many events a page holds at most."""
BYTES = 1_048_576
"""How large the messages of a page are at most, together."""

SEARCHED = 10_000
"""How many events a page looks at for those that a pattern lets through. AWS does not say how many; that a page may be
empty and have a token, it does."""

READABLE = "STANDARD"
"""The class of log groups that FilterLogEvents reads. That it refuses INFREQUENT_ACCESS was met
(https://github.com/aws/karpenter-provider-aws/issues/9567); which others it refuses, no page says, so here it refuses all."""

Feed = Callable[[str, int, int], None]


def feeds(backend: Any) -> list[Feed]:
    """Give what writes the logs of an account and region when they are read. It may be added to."""
    found: list[Feed] = vars(backend).setdefault("feeds", [])
    return found


def fed(backend: Any, group: str, start: int | None, end: int | None) -> None:
    """Have a log group hold what it is to hold in a span of time; None is open."""
    for feed in feeds(backend):
        feed(group, start or 0, int(unix_time_millis(utcnow())) if end is None else end)


@amends(LogGroup, "to_describe_dict")
def described(original: Any, self: Any) -> dict[str, Any]:
    """Tell the group's class and data protection too: its `log_group_class` and `data_protection_status` may be set."""
    status = vars(self).get("data_protection_status")
    return {
        **original(self),
        "logGroupClass": vars(self).get("log_group_class", "STANDARD"),
        **({"dataProtectionStatus": status} if status else {}),
    }


@amends(LogsResponse, "filter_log_events")
def filtered(original: Any, self: Any) -> str:
    """Give what the pattern lets through, streams mixed, oldest first, page by page; pages may be empty."""
    del original
    import json

    ask, backend = self._get_param, self.logs_backend
    name = ask("logGroupName") or (ask("logGroupIdentifier") or "").rpartition("log-group:")[2].removesuffix(":*")
    names, prefix = ask("logStreamNames"), ask("logStreamNamePrefix") or ""
    if names and prefix:
        raise InvalidParameterException("logStreamNamePrefix and logStreamNames cannot be given together.")
    start, end, matches = ask("startTime"), ask("endTime"), compiled(ask("filterPattern"))
    fed(backend, name, start, end)
    if name not in backend.groups:
        raise ResourceNotFoundException("The specified log group does not exist.")
    if vars(backend.groups[name]).get("log_group_class", READABLE) != READABLE:
        raise LogsClientError("InvalidOperationException", "FilterLogEvents is not supported for this log class")
    streams = [
        stream
        for stream in backend.groups[name].streams.values()
        if (not names or stream.log_stream_name in names) and stream.log_stream_name.startswith(prefix)
    ]
    found = [
        (event.timestamp, event.event_id, stream, event)
        for stream in streams
        for event in stream.events
        if (start or 0) <= event.timestamp and (end is None or event.timestamp <= end)
    ]
    found.sort(key=lambda entry: entry[:2], reverse=ask("startFromHead") is False)
    try:
        rest, _ = page(found, ask("nextToken"), len(found))
    except InvalidNextToken as invalid:
        raise InvalidParameterException("The specified nextToken is invalid.") from invalid
    kept, looked_at = _searched(rest, matches if ask("filterPattern") else None, ask("limit") or EVENTS)
    _, token = page(found, ask("nextToken"), looked_at)
    events = [{**event.to_filter_dict(), "logStreamName": stream.log_stream_name} for *_, stream, event in kept]
    return json.dumps({"events": events, "searchedLogStreams": [], **({"nextToken": token} if token else {})})


def _searched(entries: Any, matches: Callable[[str], bool] | None, limit: int) -> tuple[list[Any], int]:
    """Give the entries of a page, and at how many it looked for them: with a pattern, a page may well be empty."""
    kept: list[Any] = []
    size = 0
    for count, entry in enumerate(entries):
        if len(kept) == limit or (matches is not None and count == SEARCHED):
            return kept, count
        message = entry[-1].message
        if matches is not None and not matches(message):
            continue
        size += len(message)
        if size > BYTES and kept:
            return kept, count
        kept.append(entry)
    return kept, len(entries)


@amends(LogsBackend, "get_log_events")
def fed_stream(original: Any, self: Any, log_group_name: str, *args: Any, **kwargs: Any) -> Any:
    """Have the stream hold what it is to hold before it is read."""
    fed(self, log_group_name, kwargs.get("start_time"), kwargs.get("end_time"))
    return original(self, log_group_name, *args, **kwargs)


@amends(LogsBackend, "describe_log_streams")
def fed_group(original: Any, self: Any, **kwargs: Any) -> Any:
    """Have the group hold what it is to hold of late before its streams are told of."""
    now = int(unix_time_millis(utcnow()))
    fed(self, kwargs["log_group_name"] or kwargs["log_group_id"], now - 180_000, now)
    return original(self, **kwargs)


@amends(LogsBackend, "start_query")
def fed_query(original: Any, self: Any, log_group_names: list[str], start_time: int, end_time: int, query: str) -> Any:
    """Have the groups hold what they are to hold; refuse what moto would silently leave out of a query."""
    for command in (part.split()[0] for part in query.split("|") if part.strip()):
        if command.lower() not in {"fields", "filter", "sort", "limit"}:
            raise NotImplementedError(f"Logs Insights command {command}")
    for name in log_group_names:
        fed(self, name, start_time * 1000, end_time * 1000)
    return original(self, log_group_names, start_time, end_time, query)
