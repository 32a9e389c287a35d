"""Search for secret values that are known: as they are, encoded, encoded twice, whole or cut off.

The values never leave the process. Whoever asks a server for them, in a filter pattern or a query, writes them into
its history.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NoReturn

from promotion.core.secret_value import SecretValue
from promotion.sections.security.leaks import fragments as known_pieces
from promotion.sections.security.leaks import known_engines
from promotion.sections.security.leaks.known_engines import Engine
from promotion.sections.security.leaks.match import SecretHit


class KnownPlaintext:
    """Finds the given values in buffers. It shows none of them, and stays in its process.

    Of a value it finds pieces, so that one that was cut off is found too; see known_pieces.needles for how long what
    is left must be. A hit covers all pieces that overlap, and is named after the value's label.
    """

    __slots__ = ("_engine", "_found", "forms", "too_short")

    def __init__(
        self,
        secrets: Iterable[SecretValue],
        public: Iterable[str] = (),
        *,
        engine: Callable[[Sequence[bytes]], Engine] = known_engines.best,
    ) -> None:
        """`public` are texts that logs may have: names of resources, hosts, users. SealedError never tells a value."""
        needles: dict[bytes, tuple[str, str]] = {}
        too_short: list[str] = []
        open_texts = [text.encode() for text in public]
        for secret in secrets:
            with secret.open() as value:
                own = known_pieces.needles(bytes(value), open_texts)
            if not own:
                too_short.append(secret.label)
            for needle, form in own.items():
                needles.setdefault(needle, (secret.label, form))
        self.too_short: tuple[str, ...] = tuple(too_short)
        """Labels of values that cannot be told from ordinary text: whether they leaked is unknown, never no."""
        self.forms = len(needles)
        """How many texts are searched for."""
        texts = list(needles)
        found = [(*needles[text], len(text)) for text in texts]
        self._found: Callable[[int], tuple[str, str, int]] = found.__getitem__
        self._engine = engine(texts)

    def __repr__(self) -> str:
        return f"<search for {self.forms} forms of known values>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a search for known values cannot be copied or leave its process")

    def scan(self, buffer: bytes) -> Iterator[SecretHit]:
        """Give every place that holds one of the values or a piece of one; a `Search`.

        At each end up to two characters of the value may be missing from the hit.
        """
        places: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for number, start in self._engine(buffer):
            label, form, size = self._found(number)
            places[label].append((start, start + size, form))
        for label, spots in places.items():
            yield from _merged(label, sorted(spots))


def _merged(label: str, spots: list[tuple[int, int, str]]) -> Iterator[SecretHit]:
    """Make one hit of all pieces that overlap, called as the first of the longest is."""
    start, end, form = spots[0]
    longest = end - start
    for first, last, name in spots[1:]:
        if first > end:
            yield SecretHit(start, end, "known", label, form)
            start, end, form, longest = first, last, name, last - first
            continue
        end = max(end, last)
        if last - first > longest:
            form, longest = name, last - first
    yield SecretHit(start, end, "known", label, form)
