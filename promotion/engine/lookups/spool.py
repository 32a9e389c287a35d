"""Share look-ups among the processes of one run: each is made once, whoever comes first."""

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from promotion.engine.lookups.snapshot import Entry


class Spool:
    """A private folder that the processes of a run write to.

    A kernel lock guards each name, because it is given back when its holder dies, which a lock file is not.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def once(self, name: str, make: Callable[[], Entry]) -> Entry:
        """The entry of that name: read if another process has made it, made here otherwise."""
        tree = self.share(name, lambda: _named(name, make()))
        return Entry.from_json(tree["entry"])

    def publish(self, name: str, entry: Entry) -> Entry:
        """Settle a name without waiting for whoever is making it. Returns the entry that stands: the first one."""
        return Entry.from_json(self._first(self._kept(name), _named(name, entry))["entry"])

    def share(self, name: str, make: Callable[[], Any]) -> Any:
        """Any JSON value of that name, made by the first process that asks."""
        kept = self._kept(name)
        with kept.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return json.loads(kept.read_text()) if kept.exists() else self._first(kept, make())

    def _kept(self, name: str) -> Path:
        return self.folder / f"{sha256(name.encode()).hexdigest()[:32]}.json"

    def _first(self, kept: Path, made: Any) -> Any:
        part = kept.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
        part.write_text(json.dumps(made))
        try:
            os.link(part, kept)  # fails if it exists, unlike rename: the first writer wins, whole
        except FileExistsError:
            return json.loads(kept.read_text())
        finally:
            part.unlink()
        return made

    def entries(self) -> Iterator[tuple[str, Entry]]:
        """Every entry made so far, by name."""
        for kept in sorted(self.folder.glob("*.json")):
            tree = json.loads(kept.read_text())
            if isinstance(tree, dict) and "entry" in tree:
                yield tree["name"], Entry.from_json(tree["entry"])


def _named(name: str, entry: Entry) -> dict[str, Any]:
    return {"name": name, "entry": entry.as_json()}
