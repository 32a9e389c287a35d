"""What was read of a rollout at one moment, of which looks take what counts until theirs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from promotion.clients.aws.account import Account
from promotion.clients.aws.cloudwatch.series import MetricsLook
from promotion.clients.aws.cloudwatch.window import Window, ceil_minute
from promotion.sections.observability.baseline.store import StoredBaseline
from promotion.sections.observability.measurements import Untellable
from promotion.sections.observability.metrics.liveness import SETTLED
from promotion.sections.observability.metrics.queries_for import MeasuredTarget
from promotion.sections.rollout import measuring
from promotion.sections.rollout.collect.alarms import alarms_until
from promotion.sections.rollout.collect.lambda_reports import Reports, seen
from promotion.sections.rollout.fleet_evidence import Answers, Fleet, Slow
from promotion.sections.rollout.invocations import Invocation, count_invocations
from promotion.sections.rollout.watch import Absent, Look, ProdDeployment, RolloutAlarms, Versions
from promotion.settings import Settings
from promotion.unknown import Reason, Unknown

T = TypeVar("T")


@dataclass(frozen=True)
class RolloutSnapshot:
    """Everything that was read at one moment; each part may be missing for a reason of its own."""

    settings: Settings
    account: Account
    t0: datetime
    now: datetime
    shifts: Mapping[str, ProdDeployment]
    reports: Mapping[str, Reports]
    logs: Mapping[str, Untellable | None]
    """Why a function's log could not be read; None if it was."""
    fleets: Mapping[str, Fleet | Untellable]
    measured: tuple[MeasuredTarget, ...]
    metrics: MetricsLook | Untellable
    alarms: RolloutAlarms | Untellable
    recorded: StoredBaseline | Untellable | None
    """The recorded baseline of another image; None where none is declared."""
    marks: Mapping[str, tuple[float, ...]]
    """Durations in milliseconds over which the answers of EC2 targets were counted."""

    def until(self, name: str, moment: datetime, absent: tuple[Absent, ...] = ()) -> Look:
        """Take the look of a name, with what happened until a moment."""
        window = measuring.settled(self.t0, moment, self.now)
        limit = self.settings.limits.error_rate
        unseen = {name: fleet for name, fleet in self.fleets.items() if isinstance(fleet, Untellable)}
        slow = self._by_target(lambda one, metrics: self._slow(one, metrics, window))
        answers = self._by_target(lambda one, metrics: self._answers(one, metrics, moment))
        return Look(
            name=name,
            at=self.now,
            until=moment,
            shifts=tuple(self.shifts.values()),
            absent=absent,
            versions={one.name: self._versions(one, moment) for one in self.measured if one.name in self.logs},
            failures=unseen | self._by_target(lambda one, metrics: measuring.failures(one, metrics, window, limit)),
            usual={
                one.name: measuring.usual(one, self.metrics, self.t0, limit)
                for one in self.measured
                if not isinstance(self.metrics, Untellable)
            },
            slow={name: part for name, part in slow.items() if part is not None},
            alarms=seen(lambda: self._alarms(moment)),
            answers={name: part for name, part in answers.items() if part is not None},
            recorded=self.recorded,
        )

    def _by_target(self, read: Callable[[MeasuredTarget, MetricsLook], T | Untellable]) -> dict[str, T | Untellable]:
        metrics = self.metrics
        if isinstance(metrics, Untellable):
            return {one.name: metrics for one in self.measured}
        return {one.name: seen(partial(read, one, metrics)) for one in self.measured}

    def _slow(self, one: MeasuredTarget, metrics: MetricsLook, window: Window) -> Slow | None:
        return measuring.slow(one, metrics, window) if one.name in self.fleets else None

    def _answers(self, one: MeasuredTarget, metrics: MetricsLook, moment: datetime) -> Answers | None:
        since = self.shifts[one.name].alone_since(moment) if one.name in self.fleets else None
        if since is None:
            return None
        return measuring.answers(one, metrics, self.marks.get(one.name, ()), since, moment, self.t0)

    def _versions(self, one: MeasuredTarget, moment: datetime) -> Versions | Untellable:
        unread = self.logs[one.name]
        if unread is not None:
            return unread
        if isinstance(self.metrics, Untellable):
            return self.metrics
        metrics = self.metrics
        found: Versions | Untellable = seen(lambda: self._counted(one, metrics, moment))
        return found

    def _counted(self, one: MeasuredTarget, metrics: MetricsLook, moment: datetime) -> Versions:
        shift, found = self.shifts[one.name], self.reports[one.name].found
        new, old = shift.new[0], shift.old[0] if shift.old else ""

        def measured(version: str) -> dict[datetime, tuple[float, float]]:
            return measuring.by_version(one.name, version, metrics, self.t0, moment) if version else {}

        for version in filter(None, (new, old)):
            self._refuse_lost_reports(one.name, version, found.get(version, {}).values(), metrics, moment)
        # In the minute of T0 the old version still has all the traffic: only its reports tell what is since T0. Its errors by
        # metrics count from the next minute on, so that none is counted whose request is not.
        since = ceil_minute(self.t0)
        failed = {minute: (0.0, errors) for minute, (_, errors) in measured(old).items() if minute >= since}
        return Versions(
            count_invocations(new, found.get(new, {}).values(), self.t0, moment, measured(new)),
            count_invocations(old, found.get(old, {}).values(), self.t0, moment, failed, since),
            measuring.throttles(one, metrics, self.t0, moment),
            measuring.medians(one.name, metrics, self.t0 - measuring.HOUR_BEFORE, self.t0),
        )

    def _refuse_lost_reports(
        self, name: str, version: str, reports: Iterable[Invocation], metrics: MetricsLook, moment: datetime
    ) -> None:
        """Raise Unknown, truncated, where the log has fewer reports than CloudWatch counts invocations that have settled.

        Reports bear the time at which an invocation ended, metrics that at which it began.
        """
        window = measuring.settled(ceil_minute(self.t0), moment, self.now)
        if window.start >= window.end:
            return
        minutes = measuring.by_version(name, version, metrics, window.start, window.end)
        counted = sum(requests for requests, _ in minutes.values())
        there = sum(report.at >= window.start for report in reports)
        if there < counted * (1 - SETTLED):
            raise Unknown(
                Reason.TRUNCATED,
                f"the log has {there:,} reports of version {version} of {name} from {window.start:%H:%M}Z on, CloudWatch counts "
                f"{counted:,.0f} invocations until {window.end:%H:%M}Z: reports are missing, so its error rate is unknown; check "
                "the function's logging configuration, and whether CloudWatch Logs throttles it",
            )

    def _alarms(self, moment: datetime) -> RolloutAlarms:
        if isinstance(self.alarms, Untellable):
            raise Unknown(self.alarms.reason, self.alarms.message)
        name = " and ".join(f"{shift.deployment} of {shift.target}" for shift in self.shifts.values())
        return alarms_until(self.alarms, self.account, name, self.t0, moment)
