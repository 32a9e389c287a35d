"""The result of judging: problems, doubts (what could not be decided) and remarks (what was seen but not judged)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from promotion.core.sentences import join
from promotion.unknown import Reason, Unknown

REMARKS = 4
"""How many remarks are recorded."""


@dataclass(frozen=True)
class Doubt:
    """Something that could not be decided, and why."""

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
        """Add something that could not be decided."""
        self.doubts.append(Doubt(reason, message))

    def gather(self, problems: Callable[[], Iterable[str]]) -> None:
        """Add problems, and an Unknown as a doubt: what cannot be decided must not hide what is wrong elsewhere."""
        try:
            self.problems += problems()
        except Unknown as doubt:
            self.doubt(doubt.reason, doubt.message)

    def say_once(self) -> None:
        """Drop repeated sentences; the order stays."""
        self.problems = list(dict.fromkeys(self.problems))
        self.doubts = list(dict.fromkeys(self.doubts))
        self.said = list(dict.fromkeys(self.said))


def settle(findings: Findings, looked_at: str, measured: Callable[[str], None]) -> None:
    """End a test with what was found: it passes, fails with the problems, or is unknown.

    `looked_at` and the first remarks are recorded with `measured` in each case. A problem outweighs a doubt. Raises
    AssertionError for problems; Unknown, with the reason of the first doubt, for doubts.
    """
    measured("; ".join([looked_at, *findings.said[:REMARKS]]))
    assert not findings.problems, join(findings.problems)
    if findings.doubts:
        raise Unknown(findings.doubts[0].reason, join([doubt.message for doubt in findings.doubts]))
