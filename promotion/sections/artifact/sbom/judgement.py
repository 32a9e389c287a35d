"""What is known at the end: what is wrong, what is unknown, and what a reader should know besides."""

from dataclasses import dataclass
from enum import StrEnum

from promotion.unknown import Reason, Unknown


class Kind(StrEnum):
    """What sort of problem: people waive one sort, not all."""

    ANOTHER_IMAGE = "another-image"
    SCHEMA = "schema"
    EMPTY = "empty"
    NO_BASE_SYSTEM = "no-base-system"
    NO_APPLICATION = "no-application"
    OLDER_THAN_IMAGE = "older-than-image"
    FEWER_COMPONENTS = "fewer-components"
    CRITICAL = "critical"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True)
class Problem:
    """Something that was looked at and is wrong, in a sentence."""

    kind: Kind
    message: str


@dataclass(frozen=True)
class ArtifactDoubt:
    """Why the absence of problems proves nothing, in a sentence."""

    reason: Reason
    message: str


@dataclass(frozen=True)
class Unread:
    """A document or an answer that is there, or may be, and could not be read."""

    source: str
    reason: Reason
    message: str

    @classmethod
    def because(cls, source: str, unknown: Unknown) -> "Unread":
        """Keep an Unknown beside the sources that could be read."""
        return cls(source, unknown.reason, unknown.message)


@dataclass(frozen=True)
class ArtifactFindings:
    """Problems outweigh doubts: what is wrong stays wrong whatever else could not be determined."""

    problems: tuple[Problem, ...] = ()
    doubts: tuple[ArtifactDoubt, ...] = ()
    notes: tuple[str, ...] = ()
    """What decides nothing and a reader should know, a sentence each."""
    measured: str = ""
    """In a few words."""

    @property
    def messages(self) -> tuple[str, ...]:
        """The problems' sentences."""
        return tuple(problem.message for problem in self.problems)

    def raise_if_doubtful(self) -> None:
        """Raise the first doubt as Unknown, with the other doubts' sentences, unless there is a problem anyway."""
        if self.doubts and not self.problems:
            raise Unknown(self.doubts[0].reason, "; ".join(doubt.message for doubt in self.doubts))
