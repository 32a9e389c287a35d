"""What is to be done at a moment of a rollout, and why: reasons are added one by one."""

from dataclasses import dataclass, field

from promotion.sections.observability.measurements import Untellable
from promotion.sections.rollout.canary import Decision
from promotion.settings.rollout import AfterHold, HoldCases
from promotion.unknown import Reason


def after_hold(reason: Reason | str, hold: HoldCases) -> AfterHold:
    """Give what follows a hold for a reason."""
    return {Reason.SUSPECTED_HARM: hold.suspected, Reason.TOO_FEW_SAMPLES: hold.too_little}.get(
        Reason(reason), hold.blind
    )


def weight(reason: Reason, hold: HoldCases) -> tuple[bool, int]:
    """Order reasons of a hold: the least one counts most."""
    order = {Reason.SUSPECTED_HARM: 0, Reason.TOO_FEW_SAMPLES: 2}
    return after_hold(reason, hold) != "roll-back", order.get(reason, 1)


@dataclass
class RolloutDecision:
    """What is to be done, and why. Sentences without a full stop."""

    against: list[str] = field(default_factory=list)
    missing: list[Untellable] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    """What would have been noticed, and what it was held to."""

    @property
    def decision(self) -> Decision:
        """No-go if anything speaks against it, go if nothing is missing either."""
        return Decision.NO_GO if self.against else Decision.HOLD if self.missing else Decision.GO

    @property
    def may_come(self) -> bool:
        """Whether all that is missing will be there by itself, such as metrics that are minutes late."""
        return bool(self.missing) and all(one.reason is Reason.NOT_DUE for one in self.missing)

    def lacking(self, hold: HoldCases, *, final: bool) -> Reason:
        """Why it cannot be go: of the reasons that are not merely to come, the one that counts most.

        That is one that calls for a rollback, if any does; then suspected harm, then what could not be seen, then too
        little. The last decision waits for nothing more.
        """
        reasons = [one.reason for one in self.missing if one.reason is not Reason.NOT_DUE]
        otherwise = Reason.NO_DATA if final else Reason.NOT_DUE
        return min(reasons, key=lambda reason: weight(reason, hold), default=otherwise)

    def lacks(self, reason: Reason, message: str) -> None:
        """Add something that could not be determined."""
        self.missing.append(Untellable(reason, message))

    def sentence(self) -> str:
        """Say it to a person."""
        if self.against:
            return "; ".join(self.against)
        return "; ".join(dict.fromkeys([*(one.message for one in self.missing), *self.seen]))
