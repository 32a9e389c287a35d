"""Snappy's block format is read, and nothing else is taken for it."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promotion.clients.github.snappy import decompress


def length(size: int) -> bytes:
    """Write a length, seven bits a byte."""
    out = bytearray()
    while size >= 0x80:
        out.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([*out, size])


def literal(content: bytes) -> bytes:
    """Write a literal."""
    size = len(content) - 1
    if size < 60:
        return bytes([size << 2]) + content
    extra = (size.bit_length() + 7) // 8
    return bytes([(59 + extra) << 2]) + size.to_bytes(extra, "little") + content


def copy(offset: int, size: int, width: int) -> bytes:
    """Write a copy with an offset of 1, 2 or 4 bytes."""
    if width == 1:
        return bytes([offset >> 8 << 5 | (size - 4) << 2 | 1, offset & 0xFF])
    return bytes([(size - 1) << 2 | (2 if width == 2 else 3)]) + offset.to_bytes(width, "little")


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (b"\x00", b""),
        (b"\x03\x08abc", b"abc"),
        (length(64) + literal(b"a" * 64), b"a" * 64),
        (length(70_000) + literal(b"ab" * 35_000), b"ab" * 35_000),
        (b"\x0a\x04ab" + copy(2, 8, 1), b"ababababab"),
        (b"\x0a\x04ab" + copy(2, 8, 2), b"ababababab"),
        (b"\x0a\x04ab" + copy(2, 8, 4), b"ababababab"),
        (b"\x07\x0cabcd" + copy(4, 3, 2), b"abcdabc"),
        (
            length(304) + literal(bytes(range(256)) + b"x" * 44) + copy(300, 4, 1),
            bytes(range(256)) + b"x" * 44 + b"\0\1\2\3",
        ),
    ],
    ids=["empty", "literal", "long literal", "longer literal", "copy-1", "copy-2", "copy-4", "part", "far copy"],
)
def test_blocks(block: bytes, expected: bytes) -> None:
    """Literals of every form of length, copies of every width, overlapping ones too."""
    assert decompress(block, 100_000) == expected


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"\x80",
        b"\xff\xff\xff\xff\xff\x01",
        b"\x03\x08ab",
        b"\x03\x08abcd",
        b"\x02\x08abc",
        b"\x05\x08abc",
        b"\x04" + copy(1, 4, 1),
        b"\x05\x00a" + copy(2, 4, 1),
        b"\x05\x00a" + copy(0, 4, 1),
        b"\x05\x00a\x01",
        b"\x05\x00a\x02\x01",
        b"\x05\xf0",
        b"\x05\xfc\xff\xff\xff\xff",
    ],
)
def test_what_is_no_block(block: bytes) -> None:
    """Cut, too long, too short, copies from nowhere."""
    with pytest.raises(ValueError, match=r"^it "):
        decompress(block, 1000)


def test_a_block_that_is_too_large() -> None:
    """A few bytes can stand for gigabytes: what is announced is looked at first."""
    with pytest.raises(ValueError, match="4294967295 bytes; this run reads 1000"):
        decompress(b"\xff\xff\xff\xff\x0f", 1000)
    with pytest.raises(ValueError, match="more bytes than it announces"):
        decompress(b"\x05\x00a" + copy(1, 64, 2) * 1000, 1000)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes(block: bytes) -> None:
    """Whatever arrives, it is at most as large as was allowed."""
    with suppress(ValueError):
        assert len(decompress(block, 500)) <= 500


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.one_of(st.binary(min_size=1, max_size=90), st.tuples(st.integers(1, 2000), st.integers(4, 11))), max_size=12
    )
)
def test_what_was_compressed_comes_back(steps: list[bytes | tuple[int, int]]) -> None:
    """Any literals and copies, written as the format says, give what they stand for."""
    plain, block = bytearray(), bytearray()
    for step in steps:
        if isinstance(step, bytes):
            plain += step
            block += literal(step)
        elif plain:
            offset, size = min(step[0], len(plain)), step[1]
            for _ in range(size):
                plain.append(plain[-offset])
            block += copy(offset, size, 1 + step[0] % 2)
    assert decompress(length(len(plain)) + bytes(block), 10_000) == bytes(plain)
