"""A log to search: harmless lines, and among them values that are known and secrets that are not, with where they are.

Seeded: the same numbers give the same bytes. It is given in buffers and never whole, so that memory can be measured.
"""

import random
import string
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.pattern_corpus import Clean, planted
from promotion.core.secret_value import SecretValue
from tests.sections.security.leaks.known.writers import WRITERS, written

BUFFER = 4 << 20
"""Bytes of a buffer, as the search of a log makes them."""
ALNUM = string.ascii_letters + string.digits
INNER = [name for name in WRITERS if name != "in capitals"]


@dataclass(frozen=True)
class Plant:
    """A line that holds a secret."""

    kind: str
    """`known` or `pattern`."""
    what: str
    """The value's label, or the kind of secret."""
    form: str
    """How it is written."""
    start: int
    end: int


@dataclass(frozen=True)
class Piece:
    """Some whole lines of the log."""

    data: bytes = field(repr=False)
    lines: int
    plants: tuple[Plant, ...]


def values(seed: int = 1) -> dict[str, str]:
    """Make what a service's six secrets hold, current and previous, by label."""
    chance = random.Random(seed)  # noqa: S311 - nobody's secret

    def some(chars: str, length: int) -> str:
        return "".join(chance.choices(chars, k=length))

    found: dict[str, str] = {}
    for version in ("", " (previous)"):
        found |= {
            f"shop/dev/database password{version}": some(ALNUM + "!#$%&()*+,-./:;<=>?[]^_{|}~", 32),
            f"shop/dev/reporting password{version}": some(ALNUM, 24),
            f"shop/dev/payment-api api_key{version}": f"pk_{some('0123456789abcdef', 32)}",
            f"shop/dev/signing key{version}": some(ALNUM + "+/", 43) + "=",
            f"shop/dev/mail password{version}": some(ALNUM, 20),
            f"shop/dev/webhook secret{version}": f"whsec_{some(ALNUM, 32)}",
        }
    return found


def sealed(held: dict[str, str]) -> list[SecretValue]:
    """Seal them, as they are read from Secrets Manager."""
    return [SecretValue(value, label) for label, value in held.items()]


def corpus(megabytes: float, seed: int = 7) -> Iterator[Piece]:
    """Give the log in buffers of whole lines; what is planted is in the first quarter.

    The rest is what logs are: speed is measured there, and false findings are counted in all of it.
    """
    chance = random.Random(seed)  # noqa: S311 - nobody's secret
    clean = Clean(seed)
    wanted = list(_plants(chance))
    chance.shuffle(wanted)
    total = int(megabytes * 1e6)
    every = max(total // 4 // (len(wanted) + 1), 1)
    written_bytes, lines, plants, size, count = 0, [], [], 0, 0
    while written_bytes < total:
        if wanted and written_bytes > every * count:
            kind, what, form, line = wanted.pop()
            count += 1
            plants.append(Plant(kind, what, form, size, size + len(line)))
        else:
            line = clean.line().encode() + b"\n"
        lines.append(line)
        size += len(line)
        written_bytes += len(line)
        if size >= BUFFER:
            yield Piece(b"".join(lines), len(lines), tuple(plants))
            lines, plants, size = [], [], 0
    if lines:
        yield Piece(b"".join(lines), len(lines), tuple(plants))


def _plants(chance: random.Random) -> Iterator[tuple[str, str, str, bytes]]:
    """Give every value in every encoding, in a hundred pairs of two, and cut off; and every kind of secret there is."""
    for label, value in values().items():
        for name in WRITERS:
            yield "known", label, name, _line(written(value, "plain", name, "value=", " "))
        for _ in range(100):
            inner, outer = chance.choice(INNER), chance.choice(list(WRITERS))
            yield "known", label, "two encodings", _line(written(value, inner, outer, "v=", ";"))
        for _ in range(20):
            least = 16
            start = chance.randrange(len(value) - least + 1)
            yield "known", label, "cut off", _line(value[start : start + least].encode())
    for sample, nesting, line in planted(1):
        yield (
            "pattern",
            str(sample.kind if hasattr(sample, "kind") else sample),
            str(nesting),
            line.rstrip(b"\n") + b"\n",
        )


def _line(text: bytes) -> bytes:
    return b"2026-11-23T22:15:01.123Z INFO " + text.replace(b"\n", b" ") + b"\n"
