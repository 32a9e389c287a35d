"""The function's part of a rollout: a canary of ten percent for five minutes, then everything."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.moto_patches.deployment_targets import LambdaTarget, LifecycleEvent
from promotion.sandbox.world.deployment import Deployment
from promotion.sandbox.world.logs import milliseconds
from promotion.sandbox.world.metrics import measure_version
from promotion.sandbox.world.names import ALIAS, FUNCTION, LAMBDA_APPLICATION, REGION, REPOSITORY_URI
from promotion.sandbox.world.rollout import app_spec
from promotion.sandbox.world.scenes.part import Facet, Part
from promotion.sandbox.world.scenes.redeployed import Redeployed
from promotion.sandbox.world.scenes.steps import Step, in_turn

if TYPE_CHECKING:
    from promotion.sandbox.members import Members
    from promotion.sandbox.world.image import Release
    from promotion.sandbox.world.model import Environment
    from promotion.sandbox.world.timeline import Shares

CANARY = 0.1
BEGINS = 1.0
TAKES = {"BeforeAllowTraffic": 19, "AllowTraffic": 300, "AfterAllowTraffic": 17}
"""Seconds. The canary begins 20 seconds after the deployment was created."""
ENDS = 2
"""Seconds from the last step to the success."""
BACK = 8
"""Seconds from the stop until the alias names the version before."""
ROLLBACK = {"BeforeAllowTraffic": 2, "AllowTraffic": 3, "AfterAllowTraffic": 1}
"""Seconds; they begin three seconds after the stop."""


def publish(environment: "Environment", digest: str, when: datetime) -> int:
    """Publish a version of an image, and give its number."""
    backend = environment.backend("lambda")
    backend.get_function(FUNCTION).update_function_code({"ImageUri": f"{REPOSITORY_URI}@{digest}"})
    made = backend.publish_version(FUNCTION, description=digest.removeprefix("sha256:")[:12])
    stamp = f"{when:%Y-%m-%dT%H:%M:%S}.000+0000"
    made.last_modified = backend.get_function(FUNCTION).last_modified = stamp
    number = int(made.version)
    environment.versions[number] = digest
    measure_version(environment, number, when)
    return number


class FunctionPart(Part):
    """The deployment of the function."""

    def __init__(self, environment: "Environment", members: "Members", release: "Release", t0: datetime) -> None:
        """`members` are those of the front-end; `release` is brought."""
        from promotion.sandbox.members import Member
        from promotion.sandbox.members import Release as Running

        self.takes: dict[str, float] = dict(TAKES)
        """Seconds of each step."""
        self.old = str(environment.live_version)
        self.new = str(publish(environment, release.digest, t0 - timedelta(seconds=15)))
        backend = environment.backend("codedeploy")
        key = backend.create_deployment(
            LAMBDA_APPLICATION, f"shop-lambda-{environment.name}", app_spec(int(self.old), int(self.new))
        )
        super().__init__(environment, backend.deployments[key], t0)
        self._members, self._known = members, len(environment.shifts)
        members.add(Member(self.new, Running(release.digest, release.commit, release.version), weight=0))
        self._target = self.targeted(key, self.old, self.new, TAKES)
        self.record.targets = {FUNCTION: self._target}
        self.record.auto_rollback_configuration = self.record.deployment_group.auto_rollback_configuration
        environment.lambda_deployments.insert(0, Deployment(self.record, release.digest))
        self._shown["alias"] = self._shown["members"] = {self.old: 1.0}
        self.function, self.alias = FUNCTION, ALIAS
        self.later: list[Redeployed] = []
        """What was deployed since, oldest first."""

    def take_on(self, record: Any) -> None:
        """Play another deployment of the function, which somebody has asked for."""
        from promotion.sandbox.members import Member
        from promotion.sandbox.members import Release as Running

        made = Redeployed(self, record)
        self.later.append(made)
        if made.target not in {one.name for one in self._members}:
            digest = self._digest(made.target)
            self._members.add(
                Member(made.target, Running(digest, "", self.environment.release_names.get(digest, "")), 0)
            )
        self.environment.lambda_deployments.insert(0, Deployment(record, self._digest(made.target)))
        self.changed()

    def rolled_back(self, one: Redeployed) -> None:
        """Roll back what was deployed since: what succeeded last before it is deployed again."""
        from promotion.sandbox.moto_patches.rollbacks import roll_back

        self.take_on(roll_back(self.environment.backend("codedeploy"), one.record))

    def show(self, now: datetime) -> None:
        """Let AWS show how it is; alarms are looked at meanwhile."""
        for one in tuple(self.later):
            one.poll(now)
        super().show(now)

    def moments(self) -> list[datetime]:
        """Give every moment, past and to come, at which something changes."""
        return [*super().moments(), *(moment for one in self.later for moment in one.moments())]

    def steps(self) -> list[Step]:
        """Give its steps as they are planned."""
        return in_turn(self.t0 + timedelta(seconds=BEGINS), self.takes, self.held)

    def turns(self) -> Iterable[datetime]:
        """Give when it ends."""
        return filter(None, [self.completes()])

    def completes(self) -> datetime | None:
        """Give when it succeeds if nobody stops it."""
        end = self.steps()[-1].end
        return end and end + timedelta(seconds=ENDS)

    def rollback_seconds(self) -> int:
        """Give how long its rollback takes."""
        return 10

    def returns(self, stopped: datetime) -> "list[tuple[LambdaTarget, list[Step]]]":  # type: ignore[override]
        """Give the function on its way back."""
        target = self.targeted(self.back.deployment_id, self.new, self.old, ROLLBACK)
        return [(target, in_turn(stopped + timedelta(seconds=3), ROLLBACK))]

    def keep(self, deployment: Deployment) -> None:
        """Remember the rollback."""
        deployment.digest = self.environment.versions[int(self.old)]
        self.environment.lambda_deployments.insert(0, deployment)

    def moves(self) -> "list[tuple[int, Shares]]":
        """Give which version gets which share from which millisecond since 1970 on."""
        allow = next(step for step in self.steps() if step.name == "AllowTraffic")
        moves: list[tuple[datetime, Shares]] = []
        if allow.start:
            moves.append((allow.start, {self.old: 1 - CANARY, self.new: CANARY}))
        if allow.end:
            moves.append((allow.end, {self.new: 1.0}))
        if self.stopped:
            moves = [move for move in moves if move[0] <= self.stopped]
            if self.rolls_back and not self.rollback_fails and moves:
                moves.append((self.stopped + timedelta(seconds=BACK), {self.old: 1.0}))
        for one in self.later:
            moves += one.moves()
        return [(0, {self.old: 1.0}), *((milliseconds(at), shares) for at, shares in moves)]

    def facets(self, now: datetime) -> Iterator[Facet]:
        """Give everything it shows."""
        moves = self.moves()
        at = milliseconds(now)
        shares = _shares(moves, at)
        yield Facet("moves", moves, self._move)
        yield from self.status(now)
        yield from self.events(self._target, self.steps(), now, stopped=self.stopped)
        for one in self.later:
            yield from one.facets(now)
        yield Facet("alias", shares, self._point)
        yield Facet("members", shares, self._serve)
        last = milliseconds(self.stopped) if self.stopped and self.over(now) else at
        weight = round(100 * _shares(moves, last).get(self.new, 0.0), 1)
        yield Facet("weight", weight, lambda value: self._target.function.update(targetVersionWeight=value))
        if self.back is not None:
            back = self.back.targets[FUNCTION].function
            done = round(100 * shares.get(self.old, 0.0), 1)
            yield Facet("weight back", done, lambda value: back.update(targetVersionWeight=value))

    def _move(self, moves: "list[tuple[int, Shares]]") -> None:
        assert self.environment.timeline
        self.environment.timeline.moves["lambda"] = moves
        del self.environment.shifts[self._known :]
        for at, shares in moves[1:]:
            self.environment.shifts.append((at // 60_000, {int(who): share for who, share in shares.items()}))

    def _point(self, shares: "Shares") -> None:
        alias = self.environment.alias
        first = max(shares, key=lambda who: shares[who])
        others = {who: share for who, share in shares.items() if who != first}
        alias.update(None, first, {"AdditionalVersionWeights": others})

    def _serve(self, shares: "Shares") -> None:
        for who in {self.old, self.new, *(one.target for one in self.later)} & {one.name for one in self._members}:
            self._members[who].weight = round(10 * shares.get(who, 0.0))

    def targeted(self, deployment: str, current: str, target: str, steps: Mapping[str, int]) -> LambdaTarget:
        """Give the function as a target of a deployment."""
        return LambdaTarget(
            deployment,
            FUNCTION,
            f"arn:aws:lambda:{REGION}:{self.environment.id}:function:{FUNCTION}",
            self.t0,
            [LifecycleEvent(name, status="Pending", message="") for name in steps],
            status="Pending",
            function={
                "functionName": FUNCTION,
                "functionAlias": ALIAS,
                "currentVersion": current,
                "targetVersion": target,
                "targetVersionWeight": 0.0,
            },
        )

    def _digest(self, version: str) -> str:
        return self.environment.versions.get(int(version), "") if version.isdecimal() else ""


def _shares(moves: "list[tuple[int, Shares]]", at: int) -> "Shares":
    return next(shares for since, shares in reversed(moves) if at >= since)
