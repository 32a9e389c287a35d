"""Looking at a rollout: everything that is asked of AWS and of the endpoints, once at every look."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from promotion.clients.aws.account import Account
from promotion.clients.aws.cloudwatch.dashboards import dashboard
from promotion.clients.aws.cloudwatch.metrics import metric_data
from promotion.clients.aws.cloudwatch.series import MetricsLook
from promotion.clients.aws.cloudwatch.window import Window, ceil_minute, floor_minute
from promotion.clients.aws.deployment_group import DeploymentGroup
from promotion.clients.aws.functions import LambdaVersion, version
from promotion.clients.aws.load_balancers import hosts, listener_weights, load_balancer, target_groups
from promotion.clients.http.answer import HttpAnswer
from promotion.clients.http.client import HttpClient
from promotion.sections.observability.baseline.store import StoredBaseline
from promotion.sections.observability.dashboards.signals import Balanced
from promotion.sections.observability.logs.streams import Writers
from promotion.sections.observability.measurements import Untellable
from promotion.sections.observability.metrics.queries_for import MeasuredTarget
from promotion.sections.rollout import measuring
from promotion.sections.rollout.against_baseline import marks
from promotion.sections.rollout.baseline import recorded
from promotion.sections.rollout.collect.alarms import prod_alarms
from promotion.sections.rollout.collect.extras import canary_ids, fleet_loads, prod_board
from promotion.sections.rollout.collect.lambda_reports import Reports, seen
from promotion.sections.rollout.collect.snapshot import RolloutSnapshot
from promotion.sections.rollout.fleet_evidence import Fleet
from promotion.sections.rollout.watch import Live, Look, ProdDeployment
from promotion.settings import Settings
from promotion.settings.endpoints import EndpointCall, Expect
from promotion.settings.model import ec2_targets, lambda_targets
from promotion.unknown import Reason, Unknown


@dataclass
class RolloutReader:
    """Takes looks at a rollout."""

    settings: Settings
    account: Account
    http: HttpClient
    groups: Mapping[str, DeploymentGroup]
    t0: datetime
    recorded: StoredBaseline | Untellable | None
    """The recorded baseline of another image; None where none is declared."""
    reports: dict[str, Reports] = field(default_factory=dict)
    _balanced: dict[str, Balanced] = field(default_factory=dict)
    _versions: dict[tuple[str, str], LambdaVersion] = field(default_factory=dict)
    """By target and number; what a published version logs does not change."""
    _bodies: dict[str, str | None] = field(default_factory=dict)
    """The dashboard as it was read at this look: who moves the traffic to another target group changes it, too."""

    def read(self, shifts: Mapping[str, ProdDeployment], now: datetime) -> RolloutSnapshot:
        """Ask for everything that counts until some moment."""
        self._bodies.clear()
        prod = self.settings.prod
        logs: dict[str, Untellable | None] = {}
        for name in lambda_targets(prod):
            if name in shifts:
                logs[name] = seen(partial(self._read_log, name, shifts[name], now))
        fleets = {name: seen(partial(self._fleet, name)) for name in ec2_targets(prod) if name in shifts}
        measured = [
            MeasuredTarget(name, target, fleet.balanced.arn, fleet.balanced.groups, fleet.balanced.shared)
            if isinstance(fleet := fleets.get(name), Fleet)
            else MeasuredTarget(name, target)
            for name, target in prod.targets.items()
            if name in shifts and not isinstance(fleets.get(name), Untellable)
        ]
        counted_over = {name: self._marks(name, now) for name in fleets}
        return RolloutSnapshot(
            settings=self.settings,
            account=self.account,
            t0=self.t0,
            now=now,
            shifts=dict(shifts),
            reports=self.reports,
            logs=logs,
            fleets=fleets,
            measured=tuple(measured),
            metrics=seen(lambda: self._metrics(measured, shifts, counted_over, now)),
            alarms=seen(lambda: prod_alarms(self.settings, self.account, self.groups, self._body, self.t0, now)),
            recorded=self.recorded,
            marks=counted_over,
        )

    def live(self, reading: RolloutSnapshot) -> Live:
        """Look at what can only be seen now."""
        return Live(
            reading.fleets,
            {name: seen(partial(self._health, name)) for name in self.settings.prod.targets},
        )

    def whole(self, look: Look, reading: RolloutSnapshot) -> Look:
        """Add to the last look what no decision hangs on."""
        return replace(
            look,
            loads=fleet_loads(self.settings, self.account, reading.fleets, reading.shifts, reading.now),
            ids=canary_ids(self.settings, self.account, reading.shifts, self.t0, reading.now),
            board=prod_board(self.settings, self.account, self._body, reading.now),
        )

    def _health(self, name: str) -> HttpAnswer:
        prod = self.settings.prod
        call = EndpointCall(path=prod.targets[name].health, expect=Expect(max_ms=prod.health_max_ms))
        return self.http.ask(prod.targets[name].url, call)

    def _fleet(self, name: str) -> Fleet:
        """Look where the traffic of an EC2 target goes, and how the hosts there are."""
        target = ec2_targets(self.settings.prod)[name]
        if name not in self._balanced:
            arn = load_balancer(self.account, target.load_balancer)
            self._balanced[name] = Balanced(arn, target_groups(self.account, list(target.target_groups)), {})
        known = self._balanced[name]
        balanced = replace(known, weights=listener_weights(self.account, known.arn))
        return Fleet(balanced, hosts(self.account, known.groups))

    def _read_log(self, name: str, shift: ProdDeployment, now: datetime) -> None:
        target = lambda_targets(self.settings.prod)[name]
        if target.logs is None:
            raise Unknown(
                Reason.NOT_DECLARED,
                f"promotion.toml does not say where {name} logs in prod: add `logs = {{ group = … }}` to its target",
            )
        for number in (*shift.new, *shift.old):
            if (name, number) not in self._versions:
                self._versions[name, number] = version(self.account, target.function, number)
            if unreported := self._versions[name, number].unreported:
                raise Unknown(Reason.NOT_SUPPORTED, unreported)
        if name not in self.reports:
            writers = Writers(target.logs.group, (*shift.new, *shift.old), target.function)
            self.reports[name] = Reports(self.account, writers, self.t0)
        self.reports[name].read(now)

    def _marks(self, name: str, now: datetime) -> tuple[float, ...]:
        """Give the durations over which a fleet's answers are to be counted; none where nothing is recorded of it."""
        try:
            baseline = recorded(name, self.recorded, self.settings, now)
        except Unknown:
            return ()  # the decision says so
        return () if isinstance(baseline, str) else marks(baseline.latency, self.settings.rollout.baseline)

    def _metrics(
        self,
        measured: list[MeasuredTarget],
        shifts: Mapping[str, ProdDeployment],
        counted_over: Mapping[str, tuple[float, ...]],
        now: datetime,
    ) -> MetricsLook:
        versions = {name: (*shift.new, *shift.old) for name, shift in shifts.items()}
        queries = measuring.queries(measured, versions, counted_over, self.settings)
        asked = {one.key: one for one in queries}
        window = Window(floor_minute(self.t0) - measuring.HOUR_BEFORE, ceil_minute(now))
        look: MetricsLook = metric_data(self.account, list(asked.values()), window)
        return look

    def _body(self) -> str | None:
        """Give the body of prod's dashboard; None where there is none, or none is declared."""
        name = self.settings.prod.dashboard
        if name is not None and name not in self._bodies:
            self._bodies[name] = dashboard(self.account, name).body
        return None if name is None else self._bodies[name]
