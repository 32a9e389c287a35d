"""Search buffers, and have proof from each that the searches see: every buffer carries something they must find.

What is planted is made for one run and is nobody's. It never leaves the process: a buffer exists in memory only.
"""

import hashlib
import hmac
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from promotion.sections.security.leaks.buffers import Buffer
from promotion.sections.security.leaks.findings import LeakCollector
from promotion.sections.security.leaks.match import BufferSearch, SecretHit
from promotion.unknown import Reason, Unknown

_RECENT = 1000
"""Findings remembered so that none is counted twice where buffers overlap."""


@dataclass(frozen=True)
class Planted:
    """A search, and what it must find at both ends of every buffer."""

    search: BufferSearch = field(repr=False)
    rule: str
    """The rule it is found by; no other finding has it."""
    line: bytes = field(repr=False)
    """Without a newline."""


class Scan:
    """Searches one buffer after the other, and counts what is found."""

    def __init__(self, searches: Sequence[Planted], found: LeakCollector, key: bytes) -> None:
        """`key` is the secret by which fingerprints are made."""
        self._searches = searches
        self._found = found
        self._key = key
        self._lines = b"".join(planted.line + b"\n" for planted in searches)
        self._recent: OrderedDict[tuple[str, str, str, int], None] = OrderedDict()

    def look(self, buffer: Buffer) -> None:
        """Search a buffer. Raises Unknown, having counted what was found, when a search missed what was planted."""
        data = buffer.joined(self._lines, self._lines)
        start, end = len(self._lines), len(data) - len(self._lines)
        hits: list[SecretHit] = []
        blind: list[str] = []
        for planted in self._searches:
            seen = list(planted.search.scan(data))
            hits += [hit for hit in seen if hit.rule != planted.rule and hit.start < end and hit.end > start]
            if not _proven(planted, seen, start, end, data):
                blind.append(planted.rule)
        for hit in folded(hits):
            # What stands in the planted lines by chance is cut away.
            inner = replace(hit, start=max(hit.start, start), end=min(hit.end, end))
            if inner.end - start <= buffer.known:
                continue  # searched before
            place = buffer.place(inner.start - start)
            if self._is_new((hit.kind + hit.rule, place.stream, place.event, place.offset)):
                self._found.add(inner, place, self._fingerprint(data[inner.start : inner.end]))
        if blind:
            raise Unknown(
                Reason.ERROR,
                f"the self-test of the log search failed ({', '.join(blind)}): the search does not find exactly "
                "the planted values, or an entry of [[leaks.allow]] allows everything",
            )

    def _is_new(self, key: tuple[str, str, str, int]) -> bool:
        if key in self._recent:
            return False
        self._recent[key] = None
        if len(self._recent) > _RECENT:
            self._recent.popitem(last=False)
        return True

    def _fingerprint(self, text: bytes) -> str:
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()[:12]


def _proven(planted: Planted, seen: Sequence[SecretHit], start: int, end: int, data: bytes) -> bool:
    """Whether a search found its own line before and after the events, and nowhere else."""
    own = [hit for hit in seen if hit.rule == planted.rule]
    lines = [(data.find(planted.line), start), (data.rfind(planted.line), len(data))]
    places = [(first, first + len(planted.line)) for first, _ in lines]
    return all(any(first < hit.end and hit.start < last for hit in own) for first, last in places) and all(
        hit.end <= start or hit.start >= end for hit in own
    )


def folded(hits: Sequence[SecretHit]) -> list[SecretHit]:
    """Give hits in order, those of one rule that overlap as one, and no pattern where a known value stands."""
    whole = sorted(_joined(hits))
    known = [hit for hit in whole if hit.kind == "known"]
    starts, reach = [hit.start for hit in known], list(accumulate((hit.end for hit in known), max))

    def is_known(hit: SecretHit) -> bool:
        before = bisect_left(starts, hit.end)
        return before > 0 and reach[before - 1] > hit.start

    return [hit for hit in whole if hit.kind == "known" or not is_known(hit)]


def _joined(hits: Sequence[SecretHit]) -> Iterator[SecretHit]:
    last: dict[tuple[str, str], SecretHit] = {}
    for hit in sorted(hits):
        rule = (hit.kind, hit.rule)
        before = last.get(rule)
        if before is not None and hit.start < before.end:
            last[rule] = replace(before, end=max(before.end, hit.end))
            continue
        if before is not None:
            yield before
        last[rule] = hit
    yield from last.values()
