"""What is found in a role's policies, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST = 4
"""How many findings a message tells in full."""


@dataclass(frozen=True)
class ExcessPrivilege:
    """One thing that is more than the role needs."""

    kind: str
    """`administrator`, `escalation`, `pass-role`, `service`, `write`, `read`, `stranger`, `trust`, `exposure` or `analyzer`."""
    where: str
    """Policy and statement."""
    what: str
    """What it does there, as the rest of a sentence that `where` begins."""
    instead: str
    """What to do: a narrower form."""

    @property
    def label(self) -> str:
        """As part of a message."""
        return f"{self.where}, {self.what}: {self.instead}"


def describe(subject: str, findings: Sequence[ExcessPrivilege]) -> str:
    """Tell what was found of a role: the first few in full, of the others how many."""
    shown = "; ".join(finding.label for finding in findings[:MOST])
    rest = len(findings) - MOST
    more = (
        f"; and {rest} more of the kind {', '.join(sorted({one.kind for one in findings[MOST:]}))}" if rest > 0 else ""
    )
    return f"{subject} allows more than it needs: {shown}{more}"
