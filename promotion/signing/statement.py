"""in-toto statements: what is said (the predicate) about which things (the subjects)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from promotion.signing.errors import Rejected, shown
from promotion.signing.wire import list_field, read_object, text_field

V01 = "https://in-toto.io/Statement/v0.1"
V1 = "https://in-toto.io/Statement/v1"

_MAX_SUBJECTS = 10_000


@dataclass(frozen=True)
class Subject:
    """A thing a statement is about: its digests by algorithm (lower-case hex), and a name without authority."""

    digest: Mapping[str, str]
    name: str = ""


@dataclass(frozen=True)
class Statement:
    """An in-toto statement, v0.1 or v1.

    `predicate` is JSON as it was signed: mostly an object; cosign writes tag-value SPDX as text.
    """

    predicate_type: str
    subjects: tuple[Subject, ...]
    predicate: Any = None
    version: str = V1

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        """Read the payload of an envelope that was verified. Raises Rejected when it is not a statement."""
        what = "the signed statement"
        fields = read_object(payload, what)
        version = text_field(fields, "_type", what)
        if version not in (V01, V1):
            raise Rejected(f"{what} is of type {shown(version)}; expected {V1} or {V01}")
        predicate_type = text_field(fields, "predicateType", what)
        if not predicate_type:
            raise Rejected(f"{what} has an empty predicateType")
        entries = list_field(fields, "subject", what)
        if not 1 <= len(entries) <= _MAX_SUBJECTS:
            raise Rejected(f"{what} has {len(entries)} subjects; expected one to {_MAX_SUBJECTS}")
        subjects = tuple(_subject(entry, what) for entry in entries)
        return cls(predicate_type, subjects, fields.get("predicate"), version)

    def about(self, digest: str) -> None:
        """Raise Rejected unless one of the subjects is `digest` (`sha256:` and 64 hex digits)."""
        wanted = digest.removeprefix("sha256:")
        if all(subject.digest.get("sha256") != wanted for subject in self.subjects):
            there = ", ".join(shown(subject.digest.get("sha256", "no sha256")) for subject in self.subjects[:3])
            raise Rejected(f"it is about {there}, not about {digest}")

    def others(self, digest: str) -> int:
        """Count the subjects that are something else than `digest`."""
        wanted = digest.removeprefix("sha256:")
        return sum(subject.digest.get("sha256") != wanted for subject in self.subjects)

    def write(self) -> bytes:
        """Write the statement as compact JSON, the bytes to sign."""
        subjects = [
            {**({"name": each.name} if each.name else {}), "digest": dict(each.digest)} for each in self.subjects
        ]
        fields = {"_type": self.version, "subject": subjects, "predicateType": self.predicate_type}
        return json.dumps({**fields, "predicate": self.predicate}, separators=(",", ":"), allow_nan=False).encode()


def _subject(entry: object, what: str) -> Subject:
    digest = entry.get("digest") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(digest, dict) or not digest:
        raise Rejected(f"{what} has a subject without a digest")
    if not all(isinstance(value, str) and value for value in digest.values()):
        raise Rejected(f"{what} has a subject with an empty digest")
    name = entry.get("name", "")
    return Subject(digest, name if isinstance(name, str) else "")
