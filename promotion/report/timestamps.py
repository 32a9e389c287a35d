"""Times as the record writes them (RFC 3339, UTC), for people. Anything else is shown as it is."""

import re
from datetime import datetime

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)")


def moment(written: str) -> str:
    """`2026-11-23T09:41:07.123Z` as `2026-11-23 09:41:07Z`."""
    match = _TIME.fullmatch(written)
    return f"{match[1]} {match[2]}{match[4]}" if match else written


def hour(written: str) -> str:
    """`2026-11-23T09:41:07.123456Z` as `09:41:07.123Z`: for what happened within a run."""
    match = _TIME.fullmatch(written)
    return f"{match[2]}{(match[3] or '')[:4]}{match[4]}" if match else written


def second(written: str) -> str:
    """`2026-11-23T09:41:07.123456Z` as `09:41:07Z`: for the moments of a deployment."""
    match = _TIME.fullmatch(written)
    return f"{match[2]}{match[4]}" if match else written


def lasted(started: str, finished: str) -> str:
    """`1 min 48 s`; empty when the two are not times, or not in this order."""
    if not _TIME.fullmatch(started) or not _TIME.fullmatch(finished):
        return ""
    try:
        seconds = (datetime.fromisoformat(finished) - datetime.fromisoformat(started)).total_seconds()
    except ValueError:  # 2026-02-30 looks like a date
        return ""
    if seconds < 0:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours} h"] if hours else []
    parts += [f"{minutes} min"] if minutes else []
    return " ".join([*parts, f"{rest} s"])
