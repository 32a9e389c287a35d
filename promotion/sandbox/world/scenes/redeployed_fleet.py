"""What is deployed to the instances of a rollout after the rollout's own deployment is over, played.

With `COPY_AUTO_SCALING_GROUP` each deployment copies the Auto Scaling group that serves, and launches as many instances: so the
revision before comes back on instances that nobody has seen (https://docs.aws.amazon.com/codedeploy/latest/userguide/
deployment-groups-create-blue-green.html). Whether CodeDeploy's own rollbacks do the same is not documented; what somebody
asks for by CreateDeployment is a deployment like any other. It ends when the instances that it replaced are terminated.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from promotion.sandbox.world import fleet
from promotion.sandbox.world.logs import milliseconds
from promotion.sandbox.world.metrics import measure_instances
from promotion.sandbox.world.scenes.part import QUEUED, Facet, states
from promotion.sandbox.world.scenes.steps import Step, in_turn
from promotion.sandbox.world.traffic import Load, minute_of

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Environment
    from promotion.sandbox.world.scenes.fleet import FleetPart
    from promotion.sandbox.world.timeline import Shares

LAUNCHES, RUNS, INSTALLS, HEALTHY_AFTER = 8, 30, 40, 20
"""Seconds from the creation until the instances are there, run, are installed on; and from their registration until healthy."""
GREEN = {"DownloadBundle": 9, "Install": 6, "ApplicationStart": 2, "AllowTraffic": 30, "AfterAllowTraffic": 2}
BLUE = {"BeforeBlockTraffic": 2, "BlockTraffic": 20, "AfterBlockTraffic": 2}
"""Seconds of each step."""

Wing = tuple[dict[str, Any], str, Any]


class Wings(NamedTuple):
    """A fleet that was launched and is kept out of sight."""

    ids: list[str]
    instances: list[Any]
    """As moto keeps them."""
    kept: list[Wing]
    """What is to be put back where."""


def wings(environment: "Environment", group: str, launched: datetime, runs: datetime) -> Wings:
    """Launch a fleet and keep it out of sight."""
    made = fleet.bring(environment, group, launched)
    environment.loads |= {key: Load() for key in made}
    measure_instances(environment, made, group, minute_of(runs) + 1)
    instances = [environment.instance(key) for key in made]
    ec2, scaling = environment.backend("ec2"), environment.backend("autoscaling")
    kept: list[Wing] = [
        (scaling.autoscaling_groups, group, scaling.autoscaling_groups[group]),
        *((ec2.reservations, key, one) for key, one in ec2.reservations.items() if one.instances[0].id in made),
        *((ec2.enis, nic.id, nic) for one in instances for nic in one.nics.values()),
    ]
    for place, key, _ in kept:
        del place[key]
    return Wings(made, instances, kept)


class RedeployedFleet:
    """One such deployment. Times are UTC without a zone."""

    def __init__(self, part: "FleetPart", record: Any) -> None:
        self.part, self.record = part, record
        self.at: datetime = record.create_time
        environment = part.environment
        self.digest = _digest(record.revision)
        self.group = fleet.scaling_group_of(record.deployment_group_name, record.deployment_id)
        self.fails = part.rollback_fails if part.redeploys_fail is None else part.redeploys_fail
        launched = wings(environment, self.group, self._after(LAUNCHES), self._after(RUNS))
        made, self._launched, self._wings = launched.ids, launched.instances, launched.kept
        self.replaced = list(part.fleets[part.new])
        part.fleets[part.old] = made
        part.groups[part.old] = self.group
        environment.brought |= dict.fromkeys(made, self.digest)
        part.balancer.enter(made, self.digest, environment.release_names.get(self.digest, ""))
        self._targets = {
            **{key: part.targeted(record, key, "Green", GREEN) for key in made},
            **{key: part.targeted(record, key, "Blue", BLUE) for key in self.replaced},
        }
        record.target_instances = {"autoScalingGroups": [self.group]}

    def green(self) -> list[Step]:
        """Give the steps of a new instance."""
        return in_turn(self._after(INSTALLS), GREEN)

    def blue(self) -> list[Step]:
        """Give the steps of an instance that is replaced."""
        return in_turn(self.green()[-1].end, BLUE)

    @property
    def registers(self) -> datetime:
        """When the new instances are registered."""
        return self._of(self.green(), "AllowTraffic")[0]

    @property
    def joins(self) -> datetime:
        """When they are healthy."""
        return self.registers + timedelta(seconds=HEALTHY_AFTER)

    @property
    def leaves(self) -> datetime:
        """When those that are replaced begin to be drained."""
        return self._of(self.blue(), "BlockTraffic")[0]

    @property
    def drained(self) -> datetime:
        """When they are out of the target group."""
        return self._of(self.blue(), "BlockTraffic")[1]

    @property
    def ends(self) -> datetime:
        """When it is over: those that were replaced are terminated."""
        return self._of(self.blue(), "AfterBlockTraffic")[1] + self.part.wait

    def moments(self) -> list[datetime]:
        """Give when something changes."""
        steps = [moment for step in (*self.green(), *self.blue()) for moment in (step.start, step.end) if moment]
        return [self.at, self.at + QUEUED, self._after(LAUNCHES), self._after(RUNS), self.joins, self.ends, *steps]

    def moves(self) -> "list[tuple[int, Shares]]":
        """Give which fleet gets which share of the traffic from which millisecond since 1970 on."""
        if self.fails:
            return []
        old, new = self.part.old, self.part.new
        return [(milliseconds(self.joins), {old: 0.5, new: 0.5}), (milliseconds(self.leaves), {old: 1.0})]

    def facets(self, now: datetime) -> Iterator[Facet]:
        """Give everything it shows."""
        trouble = {"code": "HEALTH_CONSTRAINTS", "message": "Too few healthy instances."} if self.fails else None
        ends = self._after(INSTALLS) if self.fails else self.ends
        if now >= ends:
            status, ended = ("Failed" if self.fails else "Succeeded"), ends
        else:
            status, ended = ("InProgress" if now >= self.at + QUEUED else "Created"), None
        started = self.at + QUEUED if status != "Created" else None
        yield from states(self.record, status, started, ended, trouble if ended else None)
        yield Facet("again there", now >= self._after(LAUNCHES), self._enter)
        yield Facet("again runs", now >= self._after(RUNS), self._run)
        over = self._after(INSTALLS) if self.fails else None
        for key, target in self._targets.items():
            steps = self.blue() if key in self.replaced else self.green()
            yield from self.part.events(target, steps, now, stopped=over)
        waits = not self.fails and now >= self._of(self.blue(), "AfterBlockTraffic")[1]
        yield Facet("again waits", waits, self._wait)
        yield Facet("again gone", not self.fails and now >= self.ends, self._terminate)

    def _enter(self, there: bool) -> None:
        if there:
            for place, key, one in self._wings:
                place[key] = one
        self.record.targets = {key: one for key, one in self._targets.items() if there or key in self.replaced}

    def _run(self, runs: bool) -> None:
        for instance in self._launched:
            instance._state.name, instance._state.code = ("running", 16) if runs else ("pending", 0)

    def _wait(self, waits: bool) -> None:
        self.record.instance_termination_wait_time_started = waits

    def _terminate(self, gone: bool) -> None:
        if gone:
            self.part.environment.backend("ec2").terminate_instances(self.replaced)

    def _after(self, seconds: float) -> datetime:
        return self.at + timedelta(seconds=seconds)

    def _of(self, steps: list[Step], name: str) -> tuple[datetime, datetime]:
        step = next(one for one in steps if one.name == name)
        assert step.start
        assert step.end
        return step.start, step.end


def _digest(revision: dict[str, Any]) -> str:
    """Read the digest in the key of a bundle."""
    from promotion.sandbox.world.releases import digest_of

    return digest_of(revision["s3Location"]["key"])
