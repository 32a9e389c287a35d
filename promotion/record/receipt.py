"""What is left of an act: enough to find it again, and to do it no second time."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class ActionState(StrEnum):
    """What became of an act."""

    DONE = "done"
    """Done by this run."""
    ALREADY = "already"
    """It had been done before."""
    REFUSED = "refused"
    """Not done, because it would have made things worse; a person is needed."""
    FAILED = "failed"
    """Tried, and it did not work."""
    UNCLEAR = "unclear"
    """Begun by a run that ended before it knew; what it was done to cannot be asked."""


@dataclass(frozen=True)
class Receipt:
    """One act, and what is known of it."""

    key: str
    """Names the act: what, to what, for which image. The same key is acted upon once."""
    what: str
    """In words: `told the channel releases`."""
    state: ActionState
    at: str
    """UTC, as in the record."""
    id: str | None = None
    """What the other side calls it: a message's time stamp, a deployment's id, an issue's number."""
    link: str | None = None
    message: str = ""
    """One sentence, where there is something to say or to do."""

    @property
    def done(self) -> bool:
        """Whether it has been done, now or before."""
        return self.state in (ActionState.DONE, ActionState.ALREADY)

    def as_json(self) -> dict[str, Any]:
        """As it is in the record and in the journal."""
        return {**asdict(self), "state": str(self.state)}

    @classmethod
    def of(cls, tree: dict[str, Any]) -> "Receipt":
        """Read what `as_json` wrote."""
        return cls(**{**tree, "state": ActionState(tree["state"])})
