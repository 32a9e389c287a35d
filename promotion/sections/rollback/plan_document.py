"""The document that says how to go back: what must be in it, and how old it may be. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from promotion.settings import Settings
from promotion.settings.plan import RollbackPlan

_NOBODY = frozenset({"", "-", "–", "?", "none", "nobody", "n/a", "tba", "tbd", "todo"})


@dataclass(frozen=True)
class PlanDocument:
    """The rollback plan as it is at a commit."""

    path: str
    commit: str
    text: str | None
    """None if there is no such file at this commit."""
    changed: datetime | None
    """When the last change of it, up to this commit, was committed."""

    def describe(self, now: datetime) -> str:
        """In a few words."""
        age = "" if self.changed is None else f", changed {max(0, (now - self.changed) // timedelta(days=1))} days ago"
        return f"{self.path} at {self.commit[:12]}{age}"


def plan_problems(document: PlanDocument, wanted: RollbackPlan, settings: Settings) -> Iterator[str]:
    """Say what is wrong with the document, its age aside, a sentence each."""
    where = f"{document.path} at {document.commit}"
    if document.text is None:
        yield f"{where}, the promoted commit, does not exist: write it, or correct `path` of [plan.rollback_plan]"
        return
    names = (settings.service, *settings.prod.targets) if wanted.must_name is None else wanted.must_name
    unnamed = [name for name in names if not _names(document.text, name)]
    if unnamed:
        yield f"{where} does not name {', '.join(unnamed)}: describe how each of them is rolled back"
    if not _owner(document.text, wanted.owner):
        yield f"{where} names no owner: expected a line `{wanted.owner.capitalize()}: …`"


def too_old(document: PlanDocument, wanted: RollbackPlan, now: datetime) -> str | None:
    """Say that nobody has changed the document for too long, if so."""
    if document.changed is None or now - document.changed <= timedelta(days=wanted.max_age_days):
        return None
    return (
        f"{document.path} was last changed on {document.changed:%Y-%m-%d}, expected a change or a review in the "
        f"last {wanted.max_age_days:g} days: review and update it, or attest the review with `promotion attest "
        "rollback-plan`"
    )


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def _owner(text: str, word: str) -> bool:
    """Whether a line says who owns it, in plain text, in bold, as a list's entry or as a table's row."""
    line = re.compile(
        rf"^[ \t#>*_|-]*{re.escape(word)}s?[ \t*_]*[:|][ \t*_|]*(?P<who>[^\n|]*)", re.IGNORECASE | re.MULTILINE
    )
    return any(found["who"].strip(" \t*_.").lower() not in _NOBODY for found in line.finditer(text))
