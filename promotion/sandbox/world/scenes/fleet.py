"""The instances' part of a rollout: a new fleet beside the one that serves, then in its place.

New instances are registered in the target group of the old ones, which are then taken out of it; no listener is moved:
https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_TargetGroupInfo.html, https://docs.aws.amazon.com/codedeploy/
latest/userguide/integrations-aws-elastic-load-balancing.html. Meanwhile both get requests. Where each fleet has a target
group of its own (`Environment.paired`), somebody moves the listener from one to the other instead.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from promotion.sandbox.moto_patches.deployment_targets import InstanceTarget, LifecycleEvent
from promotion.sandbox.world import fleet
from promotion.sandbox.world.deployment import Deployment
from promotion.sandbox.world.logs import milliseconds
from promotion.sandbox.world.names import EC2_APPLICATION, REGION
from promotion.sandbox.world.rollout import TERMINATION_WAIT, bundle
from promotion.sandbox.world.scenes.balancer import EVER, Balancer, Health, state_of
from promotion.sandbox.world.scenes.part import Facet, Part
from promotion.sandbox.world.scenes.redeployed_fleet import RedeployedFleet, wings
from promotion.sandbox.world.scenes.steps import Step, in_turn

if TYPE_CHECKING:
    from promotion.sandbox.members import Members
    from promotion.sandbox.world.image import Release
    from promotion.sandbox.world.model import Environment
    from promotion.sandbox.world.timeline import Shares

LAUNCHES, RUNS, INSTALLS = 8, 45, 95
"""Seconds from the creation until the new instances are there, run, and are installed on."""
GREEN = {
    "ApplicationStop": 2,
    "DownloadBundle": 9,
    "BeforeInstall": 2,
    "Install": 6,
    "AfterInstall": 2,
    "ApplicationStart": 2,
    "ValidateService": 2,
    "BeforeAllowTraffic": 2,
    "AllowTraffic": 48,
    "AfterAllowTraffic": 2,
}
"""Seconds: the new instances are registered after 122, and get requests when they are healthy, after 150."""
HEALTHY_AFTER = 28
BLUE = {"BeforeBlockTraffic": 2, "BlockTraffic": 33, "AfterBlockTraffic": 2}
BACK_GREEN = {"BeforeAllowTraffic": 2, "AllowTraffic": 20, "AfterAllowTraffic": 2}
BACK_BLUE = {"BeforeBlockTraffic": 1, "BlockTraffic": 9, "AfterBlockTraffic": 1}
REGISTERS, RETURNS, DRAINED, BACK = 10, 25, 38, 40
"""Seconds from the stop until the old instances are registered again, have the traffic, the new ones have lost their
last request, and the rollback is over."""


class FleetPart(Part):
    """The deployment to instances."""

    def __init__(
        self, environment: "Environment", members: "Members", release: "Release", etag: str, t0: datetime
    ) -> None:
        """`members` are those of the front-end; `etag` is that of the bundle of `release`, which is brought."""
        backend, group = environment.backend("codedeploy"), f"shop-ec2-{environment.name}"
        key = backend.create_deployment(EC2_APPLICATION, group, bundle(release.digest, etag))
        super().__init__(environment, backend.deployments[key], t0)
        self.wait = TERMINATION_WAIT[environment.name]
        """How long the old instances are kept when everything has moved."""
        self.again: RedeployedFleet | None = None
        """What was deployed since."""
        self.old, self.new = environment.serving, "blue" if environment.serving == "green" else "green"
        self.groups = {self.old: environment.scaling_group, self.new: fleet.scaling_group_of(group, key)}
        launched = wings(environment, self.groups[self.new], self._after(LAUNCHES), self._after(RUNS))
        self._launched, self._wings = launched.instances, launched.kept
        self.fleets = {self.old: environment.green, self.new: launched.ids}
        self.balancer = Balancer(environment, members, release, self.fleets)
        self.record.auto_rollback_configuration = self.record.deployment_group.auto_rollback_configuration
        environment.brought |= dict.fromkeys(self.fleets[self.old], environment.latest_ec2_deployment.digest)
        environment.brought |= dict.fromkeys(self.fleets[self.new], release.digest)
        environment.ec2_deployments.insert(0, Deployment(self.record, release.digest))
        self._targets = {
            **{key: self.targeted(self.record, key, "Green", GREEN) for key in self.fleets[self.new]},
            **{key: self.targeted(self.record, key, "Blue", BLUE) for key in self.fleets[self.old]},
        }
        self._shown["traffic"] = {self.old: 1.0}

    def take_on(self, record: Any) -> None:
        """Play what was deployed to the group since: another fleet in place of the one that serves."""
        self.again = RedeployedFleet(self, record)
        self.environment.ec2_deployments.insert(0, Deployment(record, self.again.digest))
        self.changed()

    def moments(self) -> list[datetime]:
        """Give every moment, past and to come, at which something changes."""
        return [*super().moments(), *(self.again.moments() if self.again else ())]

    def steps(self) -> list[Step]:
        """Give its steps as they are planned: of a new instance, then of an old one."""
        return [*self._green(), *self._blue()]

    def _green(self) -> list[Step]:
        return in_turn(self._after(INSTALLS), GREEN, self.held)

    def _blue(self) -> list[Step]:
        return in_turn(self._green()[-1].end, BLUE, self.held)

    def turns(self) -> Iterable[datetime]:
        """Give the moments besides those of its steps at which something changes."""
        yield from (self._after(LAUNCHES), self._after(RUNS))
        yield from filter(None, (self.joins, self.moved, self.completes()))

    @property
    def joins(self) -> datetime | None:
        """When the new instances are healthy and begin to get requests; None if they never do."""
        allow = next(step for step in self._green() if step.name == "AllowTraffic")
        healthy = allow.start and allow.end and allow.start + timedelta(seconds=HEALTHY_AFTER)
        return healthy if allow.start and healthy and self._comes(healthy if self._returns() else allow.start) else None

    @property
    def leaves(self) -> datetime | None:
        """When the old instances begin to be drained; None if they never do."""
        block = next(step.start for step in self._blue() if step.name == "BlockTraffic")
        return block if block and self._comes(block) else None

    @property
    def moved(self) -> datetime | None:
        """When all of the traffic has moved to the new instances; None if it never does."""
        return self.joins if self.environment.paired else self.leaves

    def _comes(self, moment: datetime) -> bool:
        """Tell whether it is not stopped before a moment."""
        return self.stopped is None or moment <= self.stopped

    def completes(self) -> datetime | None:
        """Give when it succeeds if nobody stops it: when the old instances are terminated."""
        end = self._blue()[-1].end
        return end and end + self.wait

    def rollback_seconds(self) -> int:
        """Give how long its rollback takes."""
        return BACK

    def returns(self, stopped: datetime) -> list[tuple[InstanceTarget, list[Step]]]:  # type: ignore[override]
        """Give the old instances, which are brought back, then the new ones."""
        start = stopped + timedelta(seconds=REGISTERS - 2)
        green, blue = in_turn(start, BACK_GREEN), in_turn(stopped + timedelta(seconds=28), BACK_BLUE)
        return [
            *((self.targeted(self.back, key, "Green", BACK_GREEN), green) for key in self.fleets[self.old]),
            *((self.targeted(self.back, key, "Blue", BACK_BLUE), blue) for key in self.fleets[self.new]),
        ]

    def keep(self, deployment: Deployment) -> None:
        """Remember the rollback: what it brings are the old instances."""
        deployment.digest = self.environment.brought[self.fleets[self.old][0]]
        self.environment.ec2_deployments.insert(0, deployment)

    def moves(self) -> "list[tuple[int, Shares]]":
        """Give which fleet gets which share of the traffic from which millisecond since 1970 on."""
        planned: list[tuple[datetime | None, Shares]] = [(self.moved, {self.new: 1.0})]
        if not self.environment.paired:
            planned.insert(0, (self.joins, {self.old: 0.5, self.new: 0.5}))
        moves: list[tuple[int, Shares]] = [(0, {self.old: 1.0})]
        moves += [(milliseconds(moment), shares) for moment, shares in planned if moment]
        if self._returns() and len(moves) > 1:
            moves.append((self._since_stop(RETURNS), {self.old: 1.0}))
        return moves + (self.again.moves() if self.again else [])

    def standing(self) -> dict[str, list[tuple[int, int]]]:
        """Give the spans in which each fleet is registered, in milliseconds since 1970."""
        registered = next(step.start for step in self._green() if step.name == "AllowTraffic")
        drained = next(step.end for step in self._blue() if step.name == "BlockTraffic")
        gone = milliseconds(drained) if self.leaves and drained else EVER
        new = [(milliseconds(registered), EVER)] if registered and self._comes(registered) else []
        old = [(0, gone)]
        if self._returns():
            new = [(start, self._since_stop(DRAINED)) for start, _ in new]
            if self.leaves:
                back = self._since_stop(REGISTERS)
                old = [(0, min(gone, back)), (back, EVER)]
        if self.again and not self.again.fails:
            new = [(start, min(end, milliseconds(self.again.drained))) for start, end in new]
            old.append((milliseconds(self.again.registers), EVER))
        return {self.new: new, self.old: old}

    def facets(self, now: datetime) -> Iterator[Facet]:
        """Give everything it shows."""
        at, over = milliseconds(now), self.over(now)
        moves, standing = self.moves(), self.standing()
        traffic = next(shares for since, shares in reversed(moves) if at >= since)
        there = now >= self._after(LAUNCHES) and (not self.stopped or self.stopped >= self._after(LAUNCHES))
        yield Facet("moves", (moves, standing), self._plan)
        yield Facet("there", there, self._enter)
        yield Facet("runs", now >= self._after(RUNS), self._run)
        yield from self.status(now)
        yield from self.events_of_all(now)
        ended = self._blue()[-1].end
        waits = bool(ended and now >= ended and not (self.stopped and self.stopped < ended))
        yield Facet("waits", waits, lambda value: setattr(self.record, "instance_termination_wait_time_started", value))
        for colour, keys in self.fleets.items():
            state = state_of(standing[colour], at, self._well(colour), self._leaves(colour))
            for key in keys:
                yield Facet(key, state, partial(self.balancer.hold, colour, key))
        if self.again:
            yield from self.again.facets(now)
        yield Facet("traffic", traffic, self._turn)
        back = self._returns() and at >= self._since_stop(RETURNS)
        back = back or bool(self.again and not self.again.fails and now >= self.again.joins)
        yield Facet("green", self.old if back else self.new, self._name)
        completes = self.completes()
        yield Facet("gone", bool(completes and now >= completes and not over), self._terminate)

    def show_anew(self, now: datetime) -> None:
        """Show everything once more, after the load balancer was changed beside it."""
        self._shown.clear()
        self.show(now)

    def sicken(self, instance: str, health: Health) -> None:
        """Let the load balancer say something else than healthy of an instance that is registered."""
        self.balancer.ill[instance] = health
        self._shown.pop(instance, None)

    def events_of_all(self, now: datetime) -> Iterator[Facet]:
        """Show how the steps of every instance are."""
        for key, target in self._targets.items():
            steps = self._green() if key in self.fleets[self.new] else self._blue()
            yield from self.events(target, steps, now, stopped=self.stopped)

    def _well(self, colour: str) -> list[int]:
        """Give when the fleet passes its health checks after it was registered, at least once ever."""
        if colour == self.new:
            return [milliseconds(self.joins)] if self.joins else [EVER]
        again = [milliseconds(self.again.joins)] if self.again and not self.again.fails else []
        return [0, *([self._since_stop(RETURNS)] if self._returns() else []), *again]

    def _leaves(self, colour: str) -> list[int]:
        """Give when the fleet begins to be drained."""
        if colour == self.new:
            again = [milliseconds(self.again.leaves)] if self.again and not self.again.fails else []
            return [self._since_stop(RETURNS), *again] if self._returns() else again
        return [milliseconds(self.leaves)] if self.leaves else []

    def _plan(self, value: "tuple[list[tuple[int, Shares]], dict[str, list[tuple[int, int]]]]") -> None:
        timeline = self.environment.timeline
        assert timeline
        timeline.moves["ec2"], timeline.standing = value

    def _enter(self, there: bool) -> None:
        if there:
            for kept, key, one in self._wings:
                kept[key] = one
            self.record.target_instances = {"autoScalingGroups": [self.groups[self.new]]}
        shown = self.fleets[self.new] if there else []
        self.record.targets = {key: self._targets[key] for key in (*shown, *self.fleets[self.old])}

    def _run(self, runs: bool) -> None:
        for instance in self._launched:
            instance._state.name, instance._state.code = ("running", 16) if runs else ("pending", 0)

    def _turn(self, traffic: "Shares") -> None:
        self.balancer.share(traffic)
        if len(traffic) > 1:
            return
        (colour,) = traffic
        environment = self.environment
        environment.scaling_group = self.groups[colour]
        environment.ec2_group.auto_scaling_groups = [self.groups[colour]]
        self.balancer.turn(colour)

    def _name(self, green: str) -> None:
        self.environment.green = self.fleets[green]
        self.environment.blue = self.fleets[self.old if green == self.new else self.new]

    def _terminate(self, gone: bool) -> None:
        if gone:
            self.environment.backend("ec2").terminate_instances(self.fleets[self.old])
            self.environment.backend("autoscaling").autoscaling_groups.pop(self.groups[self.old], None)

    def _returns(self) -> bool:
        return bool(self.stopped and self.rolls_back and not self.rollback_fails)

    def _since_stop(self, seconds: float) -> int:
        assert self.stopped
        return milliseconds(self.stopped + timedelta(seconds=seconds))

    def _after(self, seconds: float) -> datetime:
        return self.t0 + timedelta(seconds=seconds)

    def targeted(self, record: Any, key: str, label: str, steps: Iterable[str]) -> InstanceTarget:
        """Give an instance as a target of a deployment."""
        arn = f"arn:aws:ec2:{REGION}:{self.environment.id}:instance/{key}"
        events = [LifecycleEvent(name, status="Pending", message="") for name in steps]
        return InstanceTarget(record.deployment_id, key, arn, self.t0, events, status="Pending", label=label)
