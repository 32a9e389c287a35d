"""A scan proves itself on every buffer, counts each finding once, and keeps no text."""

import pytest

from promotion.sections.security.leaks.buffers import Buffer, BufferedEvent, Streams
from promotion.sections.security.leaks.findings import LeakCollector
from promotion.sections.security.leaks.match import SecretHit
from promotion.sections.security.leaks.scan import Planted, Scan, folded
from promotion.unknown import Unknown

LINE = b"planted here"


class Words:
    """Finds words; `sees` says in what part of a buffer."""

    def __init__(self, words, sees=lambda _buffer: slice(None), kind="pattern"):
        self.words, self.sees, self.kind = {LINE: "canary", **words}, sees, kind

    def scan(self, buffer):
        """Every place of every word."""
        part = self.sees(buffer)
        first = part.start or 0
        for word, rule in self.words.items():
            at = buffer[part].find(word)
            while at >= 0:
                yield SecretHit(first + at, first + at + len(word), self.kind, rule)
                at = buffer[part].find(word, at + 1)


def scanned(texts, *searches, size=400, keep=5):
    """Search events of one stream."""
    found = LeakCollector(keep)
    scan = Scan([Planted(search, "canary", LINE) for search in searches], found, b"key")
    streams = Streams(size=size, between=60, within=150)
    for buffer in [
        *streams.add(("s", BufferedEvent(str(at), at, text)) for at, text in enumerate(texts)),
        *streams.rest(),
    ]:
        scan.look(buffer)
    return found.leaks()


def test_a_finding_is_placed():
    """Its event, the offset in it, its length, and its time."""
    leak = scanned([b"nothing", b"a secret is here"], Words({b"secret": "word"}))[0]
    finding = leak.findings[0]
    assert (leak.rule, leak.times, finding.event, finding.offset, finding.length) == ("word", 1, "1", 2, 6)
    assert "secret" not in repr(leak)


def test_many_findings_are_counted_and_the_first_kept():
    """Each is counted once, however buffers overlap; texts, streams and times are told."""
    texts = [b"secret %d" % (place % 3) + b"." * 20 for place in range(200)]
    leak = scanned(texts, Words({b"secret %d" % digit: "word" for digit in range(3)}), keep=4)[0]
    assert (leak.times, leak.texts, leak.streams, len(leak.findings)) == (200, 3, 1, 4)
    assert [finding.event for finding in leak.findings] == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    "sees",
    [
        lambda _: slice(0, 0),
        lambda buffer: slice(0, len(buffer) // 2),
        lambda buffer: slice(len(buffer) // 2, None),
        lambda buffer: slice(len(buffer) if len(buffer) > 300 else 0, None),
    ],
    ids=["nothing", "the first half", "the second half", "only small buffers"],
)
def test_a_search_that_does_not_see_is_found_out(sees):
    """One that finds nothing, or stops early, or gives up on large buffers, does not pass for a clean log."""
    with pytest.raises(Unknown, match="planted"):
        scanned([b"." * 100] * 10, Words({b"secret": "word"}, sees))


def test_one_that_finds_it_where_it_is_not_is_found_out():
    """What is planted stands at both ends, and nowhere among the events."""
    with pytest.raises(Unknown, match="planted"):
        scanned([b"planted here"], Words({}))


def test_what_a_blind_search_saw_still_counts():
    """A leak is one, whoever else saw nothing."""
    found = LeakCollector(5)
    blind = Planted(Words({}, lambda _: slice(0, 0)), "canary", LINE)
    scan = Scan([Planted(Words({b"secret": "word"}), "canary", LINE), blind], found, b"key")
    with pytest.raises(Unknown):
        scan.look(Buffer("s", [BufferedEvent("1", 1, b"secret")]))
    assert found.counts == {"word": 1}


def test_what_reaches_into_the_planted_lines_is_cut():
    """A match that goes on behind the events ends where they end."""
    leak = scanned([b"tail"], Words({b"tail\nplanted": "word"}))[0]
    assert leak.findings[0].length == 5


def test_fingerprints_tell_texts_apart_by_a_key():
    """The same text has the same, another one another; and without the key nobody can make it."""
    words = {b"secret 1": "one", b"secret 2": "two"}
    one, two = scanned([b"secret 1", b"secret 2", b"secret 1"], Words(words))
    assert one.texts == 1
    assert one.findings[0].fingerprint != two.findings[0].fingerprint
    found = LeakCollector(1)
    Scan([Planted(Words(words), "canary", LINE)], found, b"other").look(
        Buffer("s", [BufferedEvent("1", 1, b"secret 1")])
    )
    assert found.leaks()[0].findings[0].fingerprint != one.findings[0].fingerprint


def test_what_overlaps_is_one_and_a_known_value_stands_first():
    """Hits of a rule that overlap are one; a pattern where a known value stands is not counted beside it."""
    known, pattern = SecretHit(10, 20, "known", "k"), SecretHit(15, 30, "pattern", "p")
    assert folded([pattern, known, SecretHit(18, 25, "known", "k")]) == [SecretHit(10, 25, "known", "k")]
    assert folded([SecretHit(0, 10, "pattern", "p"), known]) == [SecretHit(0, 10, "pattern", "p"), known]
    assert folded([SecretHit(0, 5, "pattern", "p"), SecretHit(3, 8, "pattern", "q")]) == [
        SecretHit(0, 5, "pattern", "p"),
        SecretHit(3, 8, "pattern", "q"),
    ]
