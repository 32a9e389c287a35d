"""The words and shapes of the page. They never change with the outcome: only which of them are shown does."""

from dataclasses import dataclass
from typing import Final

GOOD: Final = frozenset({"passed", "attested", "waived", "not-applicable"})
"""Statuses that let a phase go."""


@dataclass(frozen=True)
class Face:
    """How a status looks: never by colour alone, always with a shape and a word."""

    name: str
    """Also the name of its shape."""
    word: str
    """On a row: `Failed`."""
    one: str
    """In a sentence, of one item: `failed`."""
    many: str
    """In a sentence, of several."""
    tone: str
    """The palette's ink."""


FACES: Final = {
    face.name: face
    for face in (
        Face("failed", "Failed", "failed", "failed", "bad"),
        Face("unknown", "Unknown", "could not be judged", "could not be judged", "unsure"),
        Face("pending", "Waiting", "waits for a person", "wait for a person", "wait"),
        Face("not-due", "Not due", "is not due", "are not due", "quiet"),
        Face("not-run", "Not run", "has not run", "have not run", "quiet"),
        Face("passed", "Passed", "passed", "passed", "good"),
        Face("attested", "Attested", "is attested by a person", "are attested by people", "word"),
        Face("waived", "Waived", "is waived", "are waived", "waived"),
        Face("not-applicable", "Not applicable", "does not apply", "do not apply", "quiet"),
    )
}
"""Worst first."""

QUIET: Final = frozenset({"not-run", "not-due"})
"""Faces of what has not been looked at yet: one quiet style, and one line for all of them among what blocks."""


def face_of(status: str, reason: str | None) -> Face:
    """Find the face of a status; a status that this page does not know is not good, so it looks unknown."""
    if reason == "not-run" and status in {"unknown", "pending"}:
        return FACES["not-run"]
    if status == "pending" and reason == "not-due":
        return FACES["not-due"]
    return FACES.get(status, FACES["unknown"])


PHASES: Final = {
    "pre_promotion": ("before approval", "Promote", "Do not promote"),
    "rollout": ("during deployment", "Continue", "Roll back"),
    "postdeploy": ("after deployment", "Keep the new version", "Do not keep the new version"),
    "after_rollback": ("after a rollback", "The rollback is complete", "The rollback is not complete"),
}
"""Phase to when it is, what GO says, what NO-GO says."""

ROLLED_BACK: Final = "Rolled back; the checklist after a rollback is next"
"""What NO-GO says of a rollout that has been taken back, by receipts that say it was verified."""
