"""The records of one promotion, in a row: each run names the one before it, by the hash of its bytes.

Every finished run leaves a copy of its record in the folder `records` of the report directory. What stands there is
what the next run of the same service, on the same image, goes on from; a record of another image, with the verdict GO,
is what its figures are shown beside.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from promotion.record.rehearsal import is_rehearsal

FOLDER = "records"
SHORT = 12
FEW = 20
REHEARSED = "rehearsal"


class ChainError(ValueError):
    """A record in the folder cannot be gone on from; the message says which, and what to do."""


@dataclass(frozen=True)
class EarlierRecord:
    """A record of an earlier run."""

    sha256: str
    """Of the file's bytes, in hexadecimal."""
    record: Mapping[str, Any]

    def link(self) -> dict[str, Any]:
        """How a later record names it."""
        names = ("phase", "verdict", "started", "finished", "rehearsal")
        items = {item["id"]: item["status"] for item in self.record["items"]}
        return {"sha256": self.sha256, **{name: self.record[name] for name in names}, "items": items}

    def figures(self) -> dict[str, Any]:
        """What it measured, for the figures of a later promotion to stand beside."""
        measured = {
            item["id"]: {one["name"]: one["measured"] for one in item["subjects"] if one["measured"]}
            for item in self.record["items"]
        }
        return {
            "sha256": self.sha256,
            "digest": self.record["digest"],
            "finished": self.record["finished"],
            "measured": {item: found for item, found in measured.items() if found},
        }


def load_history(
    folder: Path, digest: str, phase: str, earlier: Sequence[Path] = (), *, rehearsals: bool = True
) -> list[EarlierRecord]:
    """Read what a run goes on from: the newest record of each phase for its image, and those of other images.

    They are in the run's own report directory, and in those of `earlier` runs. Of other images, the newest few of the
    same phase are read. Without `rehearsals`, records of rehearsals are passed over. Oldest first. ChainError for a file
    that is not a record, and an earlier directory without any.
    """
    mine: dict[str, Path] = {}
    others: list[Path] = []
    found: dict[str, Path] = {}
    for place in (*earlier, folder):
        there = {path.name: path for path in (place / FOLDER).glob("*.json")}
        if not there and place is not folder:
            raise ChainError(
                f"`earlier_reports` names {place}, which has no {FOLDER}/*.json: pass the whole report directory "
                "of the earlier run, or remove it from promotion.toml"
            )
        found |= there
    for _, path in sorted(found.items()):
        _, of_phase, of_digest, _, rehearsed = (path.stem.split("~") + [""] * 5)[:5]
        if rehearsed and not rehearsals:
            continue
        if of_digest == digest.removeprefix("sha256:")[:SHORT]:
            mine[of_phase] = path
        elif not of_digest or of_phase == phase:
            others.append(path)
    kept = [one for one in map(_kept, (*mine.values(), *others[-FEW:])) if rehearsals or not is_rehearsal(one.record)]
    return sorted(kept, key=lambda one: str(one.record["finished"]))


def chain(kept: Iterable[EarlierRecord], service: str, digest: str) -> list[dict[str, Any]]:
    """Name the records of this promotion, oldest first."""
    return [one.link() for one in kept if (one.record["service"], one.record["digest"]) == (service, digest)]


def before(kept: Sequence[EarlierRecord], service: str, digest: str, phase: str) -> dict[str, Any] | None:
    """Give the figures of the newest promotion of another image that this phase let go on; None if there is none."""
    for one in reversed(kept):
        same = (one.record["service"], one.record["phase"], one.record["verdict"]) == (service, phase, "GO")
        if same and one.record["digest"] != digest:
            return one.figures()
    return None


def name(record: Mapping[str, Any], sha256: str) -> str:
    """Name the copy of a record: names sort as time does, and tell phase and image."""
    parts = (
        record["finished"].replace(":", ""),
        record["phase"],
        record["digest"].removeprefix("sha256:")[:SHORT],
        sha256[:SHORT],
    )
    return f"{'~'.join((*parts, REHEARSED) if is_rehearsal(record) else parts)}.json"


def _kept(path: Path) -> EarlierRecord:
    try:
        text = path.read_bytes()
        tree = json.loads(text)
        kept = EarlierRecord(hashlib.sha256(text).hexdigest(), tree)
        _ = kept.link(), kept.figures(), tree["service"], tree["digest"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as trouble:
        raise ChainError(
            f"{path} is not a complete record ({type(trouble).__name__}): the records of a promotion depend on "
            "each other, so repair it, or move it away"
        ) from None
    return kept
