"""Requests of a version from a file of `time,duration_ms,error`, cut into minutes for the judge of a canary. Pure."""

import csv
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import floor, isfinite

from promotion.sections.rollout.minutes import Minute

COLUMNS = ("time", "duration_ms", "error")
MOST_MINUTES = 24 * 60
"""Minutes of a watch, at most."""
_WORDS = {"": False, "0": False, "false": False, "no": False, "1": True, "true": True, "yes": True}
_MILLISECONDS = 1e11
"""Seconds since 1970 from which on a number is one of milliseconds."""


@dataclass
class Requests:
    """Requests of one version, as they stand in a file."""

    at: "array[float]" = field(default_factory=lambda: array("d"))
    """Seconds since 1970."""
    ms: "array[float]" = field(default_factory=lambda: array("d"))
    failed: bytearray = field(default_factory=bytearray)

    def minutes(self, start: float, count: int) -> tuple[Minute, ...]:
        """Cut into so many minutes from a moment on, in seconds since 1970; what lies outside is left out."""
        found: list[list[float]] = [[] for _ in range(count)]
        errors = [0] * count
        for at, ms, failed in zip(self.at, self.ms, self.failed, strict=True):
            place = floor((at - start) / 60)
            if 0 <= place < count:
                found[place].append(ms)
                errors[place] += failed
        return tuple(Minute(len(durations), wrong, durations) for durations, wrong in zip(found, errors, strict=True))


def parse_requests(lines: Iterable[str], name: str) -> Requests:
    """Read a file of requests; `name` is what it is called in messages.

    The first line names the columns, in any order, others beside them are ignored. `time` is ISO 8601 (without an offset
    it is UTC) or seconds or milliseconds since 1970; `error` is 1, true or yes for a request that failed, else 0, false,
    no or empty. Raises ValueError with the line that cannot be read.
    """
    reader = csv.reader(lines)
    header = [one.strip().lower() for one in next(_rows(reader, name), [])]
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise ValueError(f"{name} has no column {', '.join(missing)}: its first line must be {','.join(COLUMNS)}")
    places = [header.index(column) for column in COLUMNS]
    found = Requests()
    for row in _rows(reader, name):
        if not any(cell.strip() for cell in row):
            continue
        where = f"line {reader.line_num} of {name}"
        if len(row) <= max(places):
            raise ValueError(f"{where} has {len(row)} columns, expected {len(header)}")
        at, ms, failed = (row[place].strip() for place in places)
        found.at.append(_moment(at, where))
        found.ms.append(_duration(ms, where))
        found.failed.append(_failure(failed, where))
    if not found.at:
        raise ValueError(f"{name} has no request in it")
    return found


def _rows(reader: Iterator[list[str]], name: str) -> Iterator[list[str]]:
    try:
        yield from reader
    except (csv.Error, UnicodeDecodeError) as trouble:
        raise ValueError(f"{name} cannot be read as comma-separated values in UTF-8 ({trouble})") from None


def _moment(text: str, where: str) -> float:
    try:
        number = float(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(
                f"{where}: {_short(text)} is not a time: expected ISO 8601, or seconds since 1970"
            ) from None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if not isfinite(number) or number < 0:
        raise ValueError(f"{where}: {_short(text)} is not a time")
    return number / 1000 if number >= _MILLISECONDS else number


def _duration(text: str, where: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not isfinite(number) or number < 0:
        raise ValueError(f"{where}: {_short(text)} is not a duration in milliseconds")
    return number


def _failure(text: str, where: str) -> bool:
    failed = _WORDS.get(text.lower())
    if failed is None:
        raise ValueError(f"{where}: {_short(text)} is neither 1 nor 0 in the column error")
    return failed


def _short(text: str) -> str:
    return ascii(text[:40])
