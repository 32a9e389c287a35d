"""Make the searches ready: for the values that the service's secrets have, and for what looks like a secret."""

import secrets
import string
import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from promotion.core.secret_value import SecretValue
from promotion.sections.security.leaks.known_values import KnownPlaintext
from promotion.sections.security.leaks.match import SecretHit
from promotion.sections.security.leaks.patterns import AllowEntry, InvalidRules, Patterns, load
from promotion.sections.security.leaks.scan import Planted
from promotion.settings.secrets import Leaks
from promotion.unknown import Reason, Unknown

KNOWN, PATTERN = "planted-value", "planted-pattern"
"""What is planted is found under these names."""
_RULE = f"""
[[rules]]
id = "{PATTERN}"
description = "what a run plants for itself"
regex = '''promotion_planted_([0-9a-f]{{40}})'''
entropy = 2
keywords = ["promotion_planted"]
"""


class Alternating:
    """A search that several threads share, one buffer at a time."""

    def __init__(self, patterns: Patterns) -> None:
        self.patterns = patterns
        self._lock = threading.Lock()

    @property
    def rules(self) -> int:
        """How many patterns there are, without what is planted."""
        return self.patterns.rules - 1

    def scan(self, buffer: bytes) -> Iterator[SecretHit]:
        """Give every hit in a buffer."""
        with self._lock:
            found = list(self.patterns.scan(buffer))
        yield from found


def known(values: Sequence[SecretValue], public: Iterable[str]) -> tuple[KnownPlaintext, Planted]:
    """Make a search for these values, and for one that is made up here.

    `public` are texts that logs may hold, though values have them in common.
    """
    alphabet = string.ascii_letters + string.digits
    made_up = "".join(secrets.choice(alphabet) for _ in range(32))
    search = KnownPlaintext([*values, SecretValue(made_up, KNOWN)], public)
    return search, Planted(search, KNOWN, made_up.encode())


def patterns(leaks: Leaks, today: date) -> tuple[Alternating, Planted]:
    """Make the search for what looks like a secret. Raises Unknown for rules and allow-list entries it cannot use."""
    entries = tuple(
        AllowEntry(one.reason, one.owner, one.until, one.rule, one.regex, one.stopword) for one in leaks.allow
    )
    try:
        with _loading:  # the other look-ups wait for the first instead of doing it too
            search = _loaded(leaks.rules, entries, today)
    except InvalidRules as refused:
        raise Unknown(
            Reason.MALFORMED, f"no pattern was searched for, because [leaks] is invalid: {str(refused).rstrip('.')}"
        ) from None
    made_up = f"promotion_planted_{secrets.token_hex(20)}"
    return search, Planted(search, PATTERN, made_up.encode())


_loading = threading.Lock()


@lru_cache(maxsize=4)
def _loaded(paths: tuple[str, ...], entries: tuple[AllowEntry, ...], today: date) -> Alternating:
    """Read and compile rules once a process: it takes a second or two."""
    with TemporaryDirectory() as folder:
        own = Path(folder, "planted.toml")
        own.write_text(_RULE, encoding="utf-8")
        return Alternating(load([own, *map(Path, paths)], entries, today=today))
