"""One deployment of a rollout that is played: what it looks like at a moment, by its steps and by how it was stopped."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from promotion.sandbox.world.deployment import Deployment
from promotion.sandbox.world.scenes.steps import Step, played

if TYPE_CHECKING:
    from promotion.sandbox.moto_patches.deployment_targets import Target
    from promotion.sandbox.world.model import Environment

QUEUED = timedelta(seconds=1)
"""How long a deployment is Created before it is InProgress."""
STOPPED = {"code": "MANUAL_STOP", "message": "The deployment was stopped by a user."}


class Facet(NamedTuple):
    """Something that AWS shows, as it is to be at a moment."""

    key: object
    value: Any
    put: Callable[[Any], object]
    """Sets it. Called when the value is another than at the moment shown before, so that faults may change it."""


class Part(ABC):
    """A deployment to prod, played."""

    def __init__(self, environment: "Environment", record: Any, t0: datetime) -> None:
        """`record` is moto's deployment, `t0` when it was created: UTC without a zone, as all times here."""
        self.environment = environment
        self.record = record
        self.t0 = t0
        self.held = ""
        """The step that does not end, if one is not to."""
        self.stopped: datetime | None = None
        self.rolls_back = False
        self.rollback_fails = False
        self.redeploys_fail: bool | None = None
        """Whether what is deployed later fails, too; None: as its rollback."""
        self.error: Mapping[str, str] = STOPPED
        self.back: Any = None
        """moto's deployment that rolls this one back."""
        self.changed: Callable[[], object] = lambda: None
        """Called when it was stopped."""
        self._shown: dict[object, object] = {}
        record.create_time = t0
        record.playing = self
        record.deployment_group.plays = self

    def stop(self, at: datetime, *, rolls_back: bool, error: Mapping[str, str] = STOPPED) -> None:
        """Stop it at a moment, and roll back if so wanted. A second time changes nothing."""
        if self.stopped is None:
            self.stopped, self.rolls_back, self.error = at, rolls_back, error
            self.show(at)
            self.changed()

    def take_on(self, record: Any) -> None:  # noqa: B027 - not every part can
        """Play what was deployed to the same group since: moto's deployment, created just now."""

    def show(self, now: datetime) -> None:
        """Let AWS show how it is."""
        if self.rolls_back and self.stopped and now >= self.stopped and self.back is None:
            self._begin_rollback(self.stopped)
        for key, value, put in self.facets(now):
            if key not in self._shown or self._shown[key] != value:
                put(value)
                self._shown[key] = value

    def moments(self) -> list[datetime]:
        """Give every moment, past and to come, at which something changes."""
        steps = [moment for step in self.steps() for moment in (step.start, step.end) if moment]
        found = [self.t0, self.t0 + QUEUED, *steps, *self.turns()]
        if self.stopped:
            found += [self.stopped + timedelta(seconds=seconds) for seconds in range(self.rollback_seconds() + 1)]
        return found

    @abstractmethod
    def steps(self) -> list[Step]:
        """Give its steps as they are planned, of all its targets."""

    @abstractmethod
    def turns(self) -> Iterable[datetime]:
        """Give the moments besides those of its steps at which something changes."""

    @abstractmethod
    def completes(self) -> datetime | None:
        """Give when it succeeds if nobody stops it; None: never."""

    @abstractmethod
    def rollback_seconds(self) -> int:
        """Give how long its rollback takes."""

    @abstractmethod
    def returns(self, stopped: datetime) -> "list[tuple[Target, list[Step]]]":
        """Give the targets of its rollback, with their steps."""

    @abstractmethod
    def keep(self, deployment: Deployment) -> None:
        """Remember the rollback."""

    @abstractmethod
    def facets(self, now: datetime) -> Iterator[Facet]:
        """Give everything it shows."""

    def over(self, now: datetime) -> bool:
        """Tell whether it was stopped by a moment."""
        return self.stopped is not None and now >= self.stopped

    def status(self, now: datetime) -> Iterator[Facet]:
        """Show how the deployment is, and the one that rolls it back."""
        completes, record = self.completes(), self.record
        if self.over(now):
            status, ended = "Stopped", self.stopped
        elif completes and now >= completes:
            status, ended = "Succeeded", completes
        else:
            status, ended = "InProgress" if now >= self.t0 + QUEUED else "Created", None
        started = self.t0 + QUEUED if status != "Created" else None
        yield from states(record, status, started, ended, dict(self.error) if status == "Stopped" else None)
        if self.back is None or self.stopped is None:
            return
        begun, done = self.stopped + 2 * QUEUED, self.stopped + timedelta(seconds=self.rollback_seconds())
        if now >= done:
            status = "Failed" if self.rollback_fails else "Succeeded"
        else:
            status = "InProgress" if now >= begun else "Created"
        trouble = {"code": "INTERNAL_ERROR", "message": "The deployment failed because of an internal error."}
        yield from states(
            self.back,
            status,
            begun if now >= begun else None,
            done if now >= done else None,
            trouble if status == "Failed" else None,
        )
        for target, steps in self.returns(self.stopped):
            kept = self.back.targets.get(target.id)
            if kept is None:
                kept = self.back.targets[target.id] = target
            yield from self.events(kept, steps, now, stopped=begun + 2 * QUEUED if self.rollback_fails else None)

    def events(
        self, target: "Target", steps: Iterable[Step], now: datetime, *, stopped: datetime | None
    ) -> Iterator[Facet]:
        """Show how the steps of a target are."""
        states = played(steps, now, stopped if stopped and now >= stopped else None)
        for event, state in zip(target.events, states, strict=True):

            def put(state: tuple[Any, ...], event: Any = event) -> None:
                event.status, event.start, event.end, event.message = state
                event.error_code = "UnknownError" if event.status == "Failed" else "Success"

            yield Facet((target.deployment_id, target.id, event.name), state, put)
        statuses = {state[0] for state in states}
        whole = next((one for one in ("Failed", "InProgress", "Skipped", "Pending") if one in statuses), "Succeeded")
        if whole == "Pending" and "Succeeded" in statuses:
            whole = "InProgress"
        updated = max((moment for state in states for moment in state[1:3] if moment), default=target.updated)

        def put_target(value: tuple[str, datetime]) -> None:
            target.status, target.updated = value

        yield Facet((target.deployment_id, target.id), (whole, updated), put_target)

    def _begin_rollback(self, stopped: datetime) -> None:
        from promotion.sandbox.moto_patches.rollbacks import roll_back

        self.back = roll_back(self.environment.backend("codedeploy"), self.record)
        self.back.create_time = stopped + QUEUED
        self.keep(Deployment(self.back, ""))


def states(
    record: Any, status: str, started: datetime | None, ended: datetime | None, error: Mapping[str, str] | None
) -> Iterator[Facet]:
    """Show the status of a deployment, its times and its error."""
    for name, value in (
        ("status", status),
        ("start_time", started),
        ("complete_time", ended),
        ("error_information", error),
    ):
        yield Facet((record.deployment_id, name), value, partial(setattr, record, name))
