"""How far a deployment has come on the instances that it brings, by its lifecycle events. Pure.

The events of a blue/green deployment and their order: https://docs.aws.amazon.com/codedeploy/latest/userguide/
reference-appspec-file-structure-hooks.html. New instances are registered with the load balancer in AllowTraffic.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from promotion.clients.aws.deployments import DeploymentTarget, LifecycleEvent

ALLOW, BLOCK = "AllowTraffic", "BlockTraffic"
MOST = 4
"""Instances that are named."""
_TO_COME = frozenset({"Pending", "InProgress", "Unknown"})


@dataclass(frozen=True)
class Stage:
    """A lifecycle event, over all the instances that a deployment brings."""

    name: str
    began: datetime | None
    """On the first of them."""
    ended: datetime | None
    """On the last of them; None while it is to come or goes on anywhere, and where it succeeded nowhere."""
    on: tuple[str, ...]
    """Instances on which it goes on."""


def stages(targets: Iterable[DeploymentTarget]) -> tuple[Stage, ...]:
    """Give the stages of the instances that are brought, in order; none before there are any."""
    brought = [one for one in targets if not one.is_original]
    names = dict.fromkeys(event.name for one in brought for event in one.events)
    return tuple(_stage(name, brought) for name in names)


def served_since(found: Sequence[Stage], until: datetime) -> datetime | None:
    """Tell since when the new instances may get traffic, at a moment; None if they do not yet.

    A deployment without a load balancer knows no such step: there it is the end of the last one.
    """
    last = next((one for one in found if one.name == ALLOW), found[-1] if found else None)
    return last.ended if last is not None and last.ended is not None and last.ended <= until else None


def released(targets: Iterable[DeploymentTarget]) -> datetime | None:
    """Tell when the last of the replaced instances began to be taken out of the traffic; None while one is still in.

    https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
    """
    originals = [one for one in targets if one.is_original]
    begun = [event.began for _, event in _events(BLOCK, originals) if event.began is not None]
    return max(begun) if begun and len(begun) == len(originals) else None


def newest(found: Sequence[Stage], until: datetime) -> Stage | None:
    """Give the stage that began last, at a moment; None if none has."""
    begun = [one for one in found if one.began is not None and one.began <= until]
    return begun[-1] if begun else None


def current_stage(found: Sequence[Stage], until: datetime) -> str:
    """Say at which step a deployment is at a moment, and since when."""
    now = newest(found, until)
    if now is None:
        return "no step has started on a new instance"
    if now.ended is not None and now.ended <= until:
        return f"{now.name} ended at {now.ended:%H:%M:%S}Z, and no step has followed"
    where = f" on {', '.join(now.on[:MOST])}" if now.on else ""
    more = f" and {len(now.on) - MOST} more" if len(now.on) > MOST else ""
    return f"it has been at {now.name} since {now.began:%H:%M:%S}Z{where}{more}"


def _stage(name: str, brought: Iterable[DeploymentTarget]) -> Stage:
    events = dict(_events(name, brought))
    told = events.values()
    over = not any(one.status in _TO_COME for one in told) and any(one.status == "Succeeded" for one in told)
    return Stage(
        name,
        min((one.began for one in told if one.began), default=None),
        max((one.ended for one in told if one.ended), default=None) if over else None,
        tuple(sorted(instance for instance, one in events.items() if one.status == "InProgress")),
    )


def _events(name: str, brought: Iterable[DeploymentTarget]) -> Iterator[tuple[str, LifecycleEvent]]:
    for one in brought:
        yield from ((one.id, event) for event in one.events if event.name == name)
