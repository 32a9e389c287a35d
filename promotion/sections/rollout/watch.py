"""What was seen of a rollout: the deployments, the looks, and what every tick adds to the charts.

Every part of a look may be missing for a reason of its own, and hides no other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from promotion.clients.aws.cloudwatch.alarms import AlarmsLook
from promotion.clients.http.answer import HttpAnswer
from promotion.core.evidence_types import Compared
from promotion.sections.observability.alarms.judgement import AlarmHistory
from promotion.sections.observability.baseline.store import StoredBaseline
from promotion.sections.observability.dashboards.judgement import Drawn
from promotion.sections.observability.logs.sample import LogSample
from promotion.sections.observability.measurements import Untellable
from promotion.sections.observability.metrics.errors import ErrorCount, ErrorLook
from promotion.sections.rollout.fleet_evidence import Answers, Fleet, Load, Slow
from promotion.sections.rollout.invocations import Counted
from promotion.sections.rollout.noise import MinuteMedian
from promotion.sections.rollout.stages import Stage, served_since
from promotion.unknown import Reason, Unknown

T = TypeVar("T")
FIRST, SECOND = "T+2", "T+5"
"""What the looks are called at which it is decided, whenever the settings say that these are."""
SETTLING = timedelta(seconds=5)
"""How long after its moment a decision is taken: so late the last events come into the log."""


@dataclass(frozen=True)
class ProdDeployment:
    """A deployment to prod that brings the digest."""

    target: str
    deployment: str
    status: str
    began: datetime
    """CodeDeploy's createTime: when it was asked for."""
    error: str = ""
    """Code and message that CodeDeploy gives for its end."""
    rolled_back_by: str | None = None
    new: tuple[str, ...] = ()
    """The version, or the instances, that it brings."""
    old: tuple[str, ...] = ()
    """Those that it replaces."""
    stages: tuple[Stage, ...] = ()
    """How far it has come on the instances that it brings; none of a function's."""
    added: tuple[str, ...] = ()
    """Those of the new instances that Auto Scaling has launched since, and CodeDeploy brought the same revision."""
    released: datetime | None = None
    """When the last of the replaced instances began to be taken out of the traffic."""
    shared: bool = False
    """Whether some of them are still in it."""

    def served_since(self, until: datetime) -> datetime | None:
        """Tell since when the instances that it brings may get traffic, at a moment; None if they do not yet."""
        return served_since(self.stages, until)

    def alone_since(self, until: datetime) -> datetime | None:
        """Tell since when they get all of it, at a moment; None while the replaced instances get some."""
        served = self.served_since(until)
        if served is None or self.shared or (self.released is not None and self.released > until):
            return None
        return max(served, self.released or served)

    def describe(self) -> str:
        """The deployment in a few words."""
        why = f" ({self.error})" if self.error else ""
        return f"deployment {self.deployment} of {self.target} is {self.status}{why}"


@dataclass(frozen=True)
class Absent:
    """A target of which no deployment of the digest was found, and why."""

    target: str
    why: Untellable


@dataclass(frozen=True)
class Versions:
    """A function's new version beside its old one."""

    canary: Counted
    baseline: Counted
    throttles: int
    """Calls of the alias that were refused: Lambda does not say for which version."""
    before: tuple[MinuteMedian, ...] = ()
    """How long the function took in the minutes before T0."""


@dataclass(frozen=True)
class RolloutAlarms:
    """Prod's alarms, and what became of them since T0."""

    look: AlarmsLook
    history: AlarmHistory


@dataclass(frozen=True)
class Board:
    """Prod's dashboard and what it draws."""

    body: str | None
    """None if there is no dashboard of that name."""
    drawn: Drawn


@dataclass(frozen=True)
class Live:
    """What can only be seen now: the look that is taken last has it."""

    fleets: Mapping[str, Fleet | Untellable]
    """By EC2 target."""
    health: Mapping[str, HttpAnswer | Untellable]
    """By target: what its health endpoint answers."""


@dataclass(frozen=True)
class Look:
    """What was seen of a rollout until a moment."""

    name: str
    at: datetime
    """When it was looked."""
    until: datetime
    """What happened later does not count."""
    shifts: tuple[ProdDeployment, ...]
    absent: tuple[Absent, ...]
    versions: Mapping[str, Versions | Untellable]
    """By Lambda target."""
    failures: Mapping[str, ErrorLook | Untellable]
    """By target: failures wherever they are counted, in whole minutes since T0 that have settled."""
    usual: Mapping[str, tuple[ErrorCount, ...]]
    """By target: the same in the minutes before T0."""
    slow: Mapping[str, Slow | Untellable]
    """By EC2 target, of the same minutes; nothing of a target where nothing was answered."""
    alarms: RolloutAlarms | Untellable
    answers: Mapping[str, Answers | Untellable] = field(default_factory=dict)
    """By EC2 target whose new instances may get traffic."""
    recorded: StoredBaseline | Untellable | None = None
    """The recorded baseline of another image; None where none is declared."""
    live: Live | None = None
    loads: Mapping[str, tuple[Load, ...] | Untellable] | None = None
    """By EC2 target."""
    ids: Mapping[str, LogSample | Untellable] | None = None
    """By Lambda target: how many events of the new version carry a correlation id."""
    board: Board | Untellable | None = None

    @property
    def t0(self) -> datetime:
        """When CodeDeploy was asked for the first of the deployments."""
        return min(shift.began for shift in self.shifts)

    def shift(self, target: str) -> ProdDeployment | None:
        """Give the deployment to a target, if there is one."""
        return next((shift for shift in self.shifts if shift.target == target), None)


@dataclass(frozen=True)
class Tick:
    """What is kept of a look between the decisions."""

    name: str
    at: datetime
    health: Mapping[str, HttpAnswer | Untellable]
    ill: tuple[str, ...]
    """Hosts that should serve and are not well, in words."""


@dataclass(frozen=True)
class Watch:
    """A rollout, watched."""

    t0: datetime
    """When CodeDeploy was asked for the first of the deployments (createTime)."""
    first_at: datetime
    second_at: datetime
    """When it is decided."""
    looks: tuple[Look, ...]
    """Those of decisions, and the newest."""
    ticks: tuple[Tick, ...] = ()
    charts: tuple[Compared, ...] = ()

    def named(self, name: str) -> Look | None:
        """Give a look by its name."""
        return next((look for look in self.looks if look.name == name), None)

    @property
    def is_final(self) -> bool:
        """Whether the newest look is as late as the last decision, so that as much can be asked of it."""
        return self.newest.until >= self.second_at

    def of(self, target: str, parts: Mapping[str, T | Untellable] | None) -> T:
        """Give a target's part of a look. Raises Unknown with the reason why it is missing."""
        part = (parts or {}).get(target)
        if part is None:
            absent = next((one.why for one in self.newest.absent if one.target == target), None)
            part = absent or Untellable(Reason.NO_DATA, f"there are no data of {target}: run again")
        return self.require(part)

    def of_all(self, part: T | Untellable | None) -> T:
        """Give what was looked at for all targets. Raises Unknown where the deployment to one of them is not known."""
        for absent in self.newest.absent:
            raise Unknown(absent.why.reason, absent.why.message)
        return self.require(part)

    def require(self, part: T | Untellable | None) -> T:
        """Give a part of a look. Raises Unknown with the reason why it is missing."""
        if part is None or isinstance(part, Untellable):
            why = part or Untellable(Reason.NO_DATA, "the latest look-up does not include it: run again")
            raise Unknown(why.reason, why.message)
        return part

    def health_of(self, target: str) -> Iterator[tuple[str, HttpAnswer | Untellable]]:
        """Give every answer of a target's health endpoint, by the look."""
        for tick in self.ticks:
            if target in tick.health:
                yield f"{tick.at:%H:%M:%S}Z", tick.health[target]
        for look in self.looks:
            if look.live is not None and target in look.live.health:
                yield f"{look.at:%H:%M:%S}Z", look.live.health[target]

    @property
    def newest(self) -> Look:
        """The look that was taken last."""
        return self.looks[-1]

    @property
    def live(self) -> Live:
        """What was last seen of what is seen only live."""
        return next(look.live for look in reversed(self.looks) if look.live is not None)
