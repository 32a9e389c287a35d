"""What is said of a rollout while it is watched: one line a look. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from promotion.sections.rollout.canary import Decision
from promotion.sections.rollout.fleet_evidence import Fleet
from promotion.sections.rollout.stages import newest
from promotion.sections.rollout.verdict import RolloutDecision
from promotion.sections.rollout.watch import Look, ProdDeployment, Versions

_SAID = {Decision.GO: "GO", Decision.NO_GO: "NO-GO", Decision.HOLD: "HOLD"}


def describe(
    look: Look, verdict: RolloutDecision, t0: datetime, pending: Mapping[str, datetime], *, decided: bool
) -> str:
    """Give the figures that matter, and how long it is until the next decision."""
    since = f"T+{_minutes((look.until - t0).total_seconds())}"
    if decided or verdict.decision is Decision.NO_GO:
        why = f": {verdict.sentence()}" if verdict.decision is Decision.NO_GO else ""
        return " · ".join((since, f"{look.name} {_SAID[verdict.decision]}{why}", *_figures(look)))
    name, due = next(iter(pending.items()))
    left = _minutes(max((due - look.at).total_seconds(), 0))
    return " · ".join((since, f"{name} in {left}", *_figures(look)))


def _figures(look: Look) -> Iterator[str]:
    for found in look.versions.values():
        if isinstance(found, Versions):
            yield f"{found.canary.describe()} · {found.baseline.describe()}"
    for name, fleet in (look.live.fleets if look.live else {}).items():
        if isinstance(fleet, Fleet):
            yield f"{name} {len(fleet.healthy)} healthy{_step(look.shift(name), look.until)}"


def _step(shift: ProdDeployment | None, until: datetime) -> str:
    """Say at which step a fleet's deployment is, while others than its new instances are the healthy ones."""
    if shift is None or shift.served_since(until) is not None:
        return ""
    stage = newest(shift.stages, until)
    return f", new ones at {stage.name}" if stage else ", new ones not deployed yet"


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
