"""Lines of logs: harmless ones, some of which look like secrets, and secrets of every kind in every nesting."""

import json
import random
import tomllib
import uuid
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from tests.sections.security.leaks.patterns.samples import NESTINGS, Sample, filled, nested, samples

SHAPES = Path(__file__).parents[1] / "tests/sections/security/leaks/patterns/clean.toml"
CHUNK = 1 << 20
"""Bytes of a buffer at least, as a page of events has them."""


class Clean:
    """A seeded source of harmless lines.

    `alike` is the share of lines that look like a secret to somebody: masks, examples, digests of passwords, signed URLs.
    """

    def __init__(self, seed: int, alike: float = 0.05) -> None:
        shapes = tomllib.loads(SHAPES.read_text())
        self.chance = random.Random(seed)  # noqa: S311 - nobody's secret
        self.alike = alike
        self.usual, self.lookalikes = list(shapes["usual"].values()), list(shapes["alike"].values())

    def line(self) -> str:
        """Give one line; some of them as JSON, or as JSON within JSON."""
        chance = self.chance
        text = filled(chance.choice(self.lookalikes if chance.random() < self.alike else self.usual), chance)
        match chance.randrange(6):
            case 0:
                return json.dumps({"level": "info", "requestId": self._uuid(), "message": text})
            case 1:
                inner = json.dumps({"message": text, "request": self._uuid()})
                return json.dumps({"log": inner, "stream": "stdout"})
            case _:
                return text

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))


def clean_lines(count: int, seed: int = 7, alike: float = 0.05) -> Iterator[bytes]:
    """Give so many harmless lines, each with its line break."""
    source = Clean(seed, alike)
    for _ in range(count):
        yield source.line().encode() + b"\n"


def buffers(lines: Iterator[bytes], size: int = CHUNK) -> Iterator[bytes]:
    """Put lines into buffers of at least this many bytes."""
    held: list[bytes] = []
    length = 0
    for line in lines:
        held.append(line)
        length += len(line)
        if length >= size:
            yield b"".join(held)
            held, length = [], 0
    if held:
        yield b"".join(held)


def planted(each: int = 2, seed: int = 11) -> Iterator[tuple[Sample, str, bytes]]:
    """Give every kind in every nesting: the sample, the nesting, the line."""
    for sample in samples(each, seed):
        for nesting, line in nested(sample).items():
            yield sample, nesting, line


def planted_once(seed: int = 13) -> list[bytes]:
    """Give every kind in every nesting, each line with another value: some scanners report a value once a file."""
    made = samples(len(NESTINGS), seed)
    lines = [nested(sample)[nesting] for sample, nesting in zip(made, cycle(NESTINGS), strict=False)]
    return [line for line in lines if line.count(b"\n") == 1]
