"""When what is due: counted from CodeDeploy's start of the production deployments of the digest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import computed_field

from promotion.core.clock import TickingClock
from promotion.core.waiting import wait_until
from promotion.sections.rollout.watch import Absent, ProdDeployment
from promotion.unknown import Reason, Unknown


@dataclass(frozen=True)
class Began:
    """The deployments that brought the digest to prod."""

    shifts: Mapping[str, ProdDeployment]
    """By target; at least one."""
    absent: Mapping[str, Absent]

    @computed_field  # type: ignore[prop-decorator] # the page tells from it when what is due
    @property
    def t0(self) -> datetime:
        """When CodeDeploy was asked for the first of them (createTime)."""
        return min(shift.began for shift in self.shifts.values())

    @property
    def last(self) -> datetime:
        """When it was asked for the last of them: from here on it is counted when something is due."""
        return max(shift.began for shift in self.shifts.values())

    def whole(self) -> "Began":
        """Give it where the deployments to all targets are known: what is asked of all of them is asked of no fewer.

        Raises Unknown with the reason of the first that is not.
        """
        for absent in self.absent.values():
            raise Unknown(absent.why.reason, absent.why.message)
        return self

    def of(self, target: str) -> ProdDeployment:
        """Give the deployment to one target. Raises Unknown where there is none."""
        if target in self.absent:
            raise Unknown(self.absent[target].why.reason, self.absent[target].why.message)
        return self.shifts[target]


@dataclass(frozen=True)
class Due:
    """A moment that has come."""

    name: str
    """`T+10`."""
    at: datetime
    waited: bool
    """Whether it was waited for: what was seen before is old."""


def reach(name: str, began: Began, minutes: float, clock: TickingClock, *, wait: bool) -> Due:
    """Give a moment when it has come, or wait for it. Raises Unknown, not-due, if it may not be waited for."""
    at = began.last + timedelta(minutes=minutes)
    if not wait and clock.now() < at:
        raise Unknown(
            Reason.NOT_DUE,
            f"due at {at:%H:%M:%S}Z, {minutes:g} min after the deployment began: run again then, or use --wait",
        )
    return Due(name, at, waited=wait_until(name, at, clock))
