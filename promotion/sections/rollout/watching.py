"""A rollout, watched: looks from T0 on until the decisions. This module does I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from promotion.clients.aws.cloudwatch.window import SETTLED_AFTER
from promotion.clients.aws.hosts import serves
from promotion.core.clock import TickingClock
from promotion.core.progress import report_progress
from promotion.sections.observability.measurements import Untellable
from promotion.sections.rollout.canary import Decision
from promotion.sections.rollout.charts import charts
from promotion.sections.rollout.collect.deployments import Deployments
from promotion.sections.rollout.collect.lambda_reports import seen
from promotion.sections.rollout.collect.reader import RolloutReader
from promotion.sections.rollout.collect.snapshot import RolloutSnapshot
from promotion.sections.rollout.decision import decide
from promotion.sections.rollout.fleet_evidence import Fleet
from promotion.sections.rollout.invocations import Invocation
from promotion.sections.rollout.progress_line import describe
from promotion.sections.rollout.watch import FIRST, SECOND, SETTLING, Look, Tick, Watch
from promotion.settings import Settings

COMING = SETTLED_AFTER + timedelta(minutes=1)
"""How long after its moment the last decision waits for metrics of until then."""


@dataclass
class Watching:
    """Looks at a rollout until there is nothing to wait for, and keeps what was seen."""

    settings: Settings
    clock: TickingClock
    deployments: Deployments
    looks: RolloutReader
    t0: datetime
    taken: list[Look] = field(default_factory=list)
    ticks: list[Tick] = field(default_factory=list)

    @property
    def due(self) -> dict[str, datetime]:
        """When it is decided."""
        minutes = self.settings.rollout.first_decision_minutes, self.settings.rollout.second_decision_minutes
        return {name: self.t0 + timedelta(minutes=part) for name, part in zip((FIRST, SECOND), minutes, strict=True)}

    def watch(self, *, wait: bool) -> Watch:
        """Look until there is nothing to wait for any more."""
        if wait and self.clock.now() < self.due[SECOND]:
            self._until_decided()
        else:
            self._what_is_due()
        span = (self.t0, self.taken[-1].until)
        rollout, limits = self.settings.rollout, self.settings.limits
        drawn = [
            chart
            for name, reports in self.looks.reports.items()
            for chart in charts(
                name,
                (
                    _side(self.deployments.found[name].new, reports.found),
                    _side(self.deployments.found[name].old, reports.found),
                ),
                span,
                timedelta(seconds=rollout.tick_seconds),
                self.due,
                (rollout.judge.error_rate, limits.lambda_duration_ms),
            )
        ]
        return Watch(self.t0, self.due[FIRST], self.due[SECOND], tuple(self.taken), tuple(self.ticks), tuple(drawn))

    def _what_is_due(self) -> None:
        """Look once; what is decided counts only what happened until its moment."""
        now = self.clock.now()
        reading = self.looks.read(self.deployments.found, now)
        due = {name: moment for name, moment in self.due.items() if moment <= now}
        if len(due) < len(self.due):
            due |= {"now": now}
        self.taken += [self._look(reading, name, moment) for name, moment in due.items()]
        self.taken[-1] = self.looks.whole(replace(self.taken[-1], live=self.looks.live(reading)), reading)

    def _until_decided(self) -> None:
        pending, number = dict(self.due), 0
        while pending:
            now = self.clock.now()
            name = next(iter(pending))
            due = pending[name]
            reading = self.looks.read(self.deployments.found, now)
            if now >= due + SETTLING:
                del pending[name]
                late = bool(pending) and now >= pending[next(iter(pending))]
                look = self._look(reading, name, due)
                if not late:
                    look = replace(look, live=self.looks.live(reading))
            else:
                number += 1
                name = f"tick {number}"
                look = replace(self._look(reading, name, now), live=self.looks.live(reading))
            verdict = decide(look, self.settings, final=name == SECOND)
            report_progress(describe(look, verdict, self.t0, pending, decided=name in self.due), line=True)
            if name in self.due and verdict.decision is Decision.HOLD and verdict.may_come and now < due + COMING:
                # What happened until then is decided on when CloudWatch has it.
                pending, number = {name: due, **pending}, number + 1
                look = replace(look, name=f"tick {number}")
            ends = verdict.decision is Decision.NO_GO or not pending
            if ends:
                self.taken.append(self.looks.whole(look, reading))
                return
            if look.name in self.due:
                self.taken.append(look)
            else:
                self.ticks.append(_tick(look))
            wanted = now + timedelta(seconds=self.settings.rollout.tick_seconds)
            following = min(wanted, max(next(iter(pending.values())) + SETTLING, now + SETTLING))
            self.clock.sleep((following - self.clock.now()).total_seconds())
            again = seen(self.deployments.look_again)
            if isinstance(again, Untellable):
                # What became of the deployments could not be read this time: the next look asks again.
                report_progress(again.message, line=True)

    def _look(self, reading: RolloutSnapshot, name: str, until: datetime) -> Look:
        look: Look = reading.until(name, until, tuple(self.deployments.absent.values()))
        return look


def _tick(look: Look) -> Tick:
    assert look.live is not None
    ill = [
        host.describe()
        for fleet in look.live.fleets.values()
        if isinstance(fleet, Fleet)
        for host in fleet.traffic.serving
        if host.state != "healthy" and serves(host)
    ]
    return Tick(look.name, look.at, look.live.health, tuple(ill))


def _side(versions: tuple[str, ...], found: Mapping[str, Mapping[str, Invocation]]) -> Mapping[str, Invocation]:
    return found.get(versions[0], {}) if versions else {}
