"""Buffers: whole events of one stream in order, whatever comes mixed; nothing is lost where they end; memory is bounded."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.sections.security.leaks.buffers import Buffer, BufferedEvent, Streams

SIZE = 400
TEXTS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 120)), max_size=80)
KEY = [b"-----BEGIN RSA PRIVATE KEY-----", *[b"x" * 30] * 9, b"-----END RSA PRIVATE KEY-----"]


def events_of(shapes):
    """Events with texts that occur nowhere else."""
    dice = random.Random(len(shapes))
    return [
        (stream, BufferedEvent(str(number), number, dice.randbytes(size).hex().encode()[:size]))
        for number, (stream, size) in enumerate(shapes)
    ]


def gathered(events, **limits):
    """All buffers, as bytes are made of them."""
    streams = Streams(size=SIZE, between=60, within=150, **limits)
    found = list(streams.add(events))
    return [*found, *streams.rest()]


@given(TEXTS)
def test_every_event_is_in_one_buffer_anew(shapes):
    """Of each stream, what is new in its buffers is its events, in order, each with a newline after it."""
    events = events_of(shapes)
    buffers = gathered(events)
    for name in "abc":
        new = b"".join(buffer.joined()[buffer.known :] for buffer in buffers if buffer.stream == name)
        assert new == b"".join(event.text + b"\n" for stream, event in events if stream == name)


@given(TEXTS)
def test_a_byte_of_a_buffer_is_found_in_its_event(shapes):
    """A place tells stream, event and the offset in it for every byte, also of what overlaps."""
    events = events_of(shapes)
    texts = {event.id: (stream, event.text + b"\n") for stream, event in events}
    for buffer in gathered(events):
        data = buffer.joined()
        assert len(data) == buffer.size
        for offset in range(0, len(data), 7):
            place = buffer.place(offset)
            stream, text = texts[place.event]
            assert (place.stream, place.at) == (stream, int(place.event))
            assert text[place.offset] == data[offset]


@given(TEXTS)
def test_memory_is_bounded(shapes):
    """However much comes, no more waits than a buffer, and no more is kept than was said."""
    streams = Streams(size=SIZE, between=60, within=150, tails=100)
    for entry in events_of(shapes):
        for buffer in streams.add([entry]):
            assert buffer.size <= SIZE + 150 + 121
        assert streams.held <= SIZE + 100
    assert sum(buffer.size for buffer in streams.rest()) <= SIZE + 3 * 150


def test_an_event_longer_than_a_buffer_is_cut_with_overlap():
    """Whatever is no longer than the overlap is whole in one of the parts, and its place in the event is right."""
    text = random.Random("long").randbytes(1000).hex().encode()
    buffers = gathered(
        [
            ("a", BufferedEvent("0", 0, b"before")),
            ("a", BufferedEvent("1", 1, text)),
            ("a", BufferedEvent("2", 2, b"after")),
        ]
    )
    for start in range(len(text) - 140):
        piece = text[start : start + 140]
        holding = [buffer for buffer in buffers if piece in buffer.joined()]
        assert holding, start
        place = holding[0].place(holding[0].joined().find(piece))
        assert (place.event, place.offset) == ("1", start)
    assert b"after" in buffers[-1].joined()
    assert max(buffer.size for buffer in buffers) <= SIZE


@pytest.mark.parametrize("before", range(0, 420, 20))
def test_a_private_key_over_several_events_is_in_one_buffer(before):
    """Wherever buffers end, among events of other streams, the key's beginning is searched together with its end."""
    events = [("a", BufferedEvent(str(place), place, line)) for place, line in enumerate([b"." * before, *KEY[:4]])]
    events += [("b", BufferedEvent("b", 5, b"." * 100))]
    events += [("a", BufferedEvent(str(place), place, line)) for place, line in enumerate(KEY[4:], 6)]
    streams = Streams(size=SIZE, between=60, within=390)
    buffers = [*streams.add(events), *streams.rest()]
    assert any(b"\n".join(KEY) in buffer.joined() for buffer in buffers)


def test_a_key_that_has_ended_is_not_carried_on():
    """After a whole key, no more is repeated than after anything else."""
    streams = Streams(size=SIZE, between=60, within=390)
    buffers = [
        *streams.add(("a", BufferedEvent(str(place), place, line)) for place, line in enumerate([*KEY, b"." * 10]))
    ]
    buffers += [*streams.rest(), *streams.add([("a", BufferedEvent("99", 99, b"more"))]), *streams.rest()]
    assert buffers[-1].known <= 60


def test_an_overlap_must_leave_something():
    """A buffer that is all overlap would never end."""
    with pytest.raises(ValueError, match="leaves nothing"):
        Streams(size=100, within=100)


def test_nothing_shows_its_text():
    """Neither events nor buffers tell what is in them."""
    buffer = Buffer("a", [BufferedEvent("1", 1, b"hunter2")])
    assert "hunter2" not in f"{buffer!r} {buffer.events!r} {buffer.place(0)!r}"
