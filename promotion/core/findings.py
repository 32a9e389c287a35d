"""What a judgement of many things says: what is wrong, what nobody can tell, and what is worth a word."""

from dataclasses import dataclass, field

from promotion.unknown import Reason


@dataclass(frozen=True)
class Doubt:
    """Something that could not be told, and why."""

    reason: Reason
    message: str


@dataclass
class Findings:
    """Filled while judging. Sentences without a full stop."""

    problems: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """What was seen but not judged."""

    def doubt(self, reason: Reason, message: str) -> None:
        """Add something that could not be told."""
        self.doubts.append(Doubt(reason, message))

    def say_once(self) -> None:
        """Leave out what is said twice."""
        self.problems = list(dict.fromkeys(self.problems))
        self.doubts = list(dict.fromkeys(self.doubts))
        self.said = list(dict.fromkeys(self.said))
