"""Snappy's block format, read.

https://github.com/google/snappy/blob/main/format_description.txt
"""


def decompress(data: bytes, most_bytes: int) -> bytes:
    """Decompress a block of at most `most_bytes` bytes decompressed. Raises ValueError if it is none, or larger."""
    length, at = _length(data)
    if length > most_bytes:
        raise ValueError(f"it expands to {length} bytes; this run reads {most_bytes}")
    out = bytearray()
    while at < len(data):
        size, offset, at = _element(data, at)
        if len(out) + size > length:
            raise ValueError("it expands to more bytes than it announces")
        if offset is None:
            out += data[at : at + size]
            at += size
            if at > len(data):
                raise ValueError("it ends inside a literal")
        elif not 1 <= offset <= len(out):
            raise ValueError("it copies from before its beginning")
        else:
            # A copy may overlap what it makes: then it repeats the last `offset` bytes.
            piece = bytes(out[-offset:])
            out += (piece * (size // offset + 1))[:size]
    if len(out) != length:
        raise ValueError(f"it announces {length} bytes and has {len(out)}")
    return bytes(out)


def _length(data: bytes) -> tuple[int, int]:
    """Read the decompressed length, seven bits a byte, least first; and where the elements begin."""
    length = 0
    for place, byte in enumerate(data[:5]):
        length |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return length, place + 1
    raise ValueError("it does not begin with a length")


def _element(data: bytes, at: int) -> tuple[int, int | None, int]:
    """Read a tag: the size of the element, the offset it copies from (None for a literal), and where to go on."""
    tag = data[at]
    kind, upper, at = tag & 3, tag >> 2, at + 1
    if kind == 0:
        extra = max(upper - 59, 0)
        size = upper if not extra else int.from_bytes(_some(data, at, extra), "little")
        return size + 1, None, at + extra
    if kind == 1:
        return (upper & 7) + 4, (upper >> 3) << 8 | _some(data, at, 1)[0], at + 1
    extra = 2 if kind == 2 else 4
    return upper + 1, int.from_bytes(_some(data, at, extra), "little"), at + extra


def _some(data: bytes, at: int, count: int) -> bytes:
    found = data[at : at + count]
    if len(found) < count:
        raise ValueError("it ends inside a tag")
    return found
