"""Faults of the records that a promotion's earlier runs left: what failed in them, in the scene rolled-out."""

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

INCIDENTS, MORTEM = "incidents-documented", "post-mortem-scheduled"
LINK = "https://github.com/example/shop/issues/11"


@fault("earlier-run-failed", item=INCIDENTS, falls_with=(MORTEM,))
def _(world: "World") -> None:
    """An alarm fired while the rollout was watched, by the record of that run, and nobody wrote it down."""
    _leave(world, "rollout", 6, {"alarms-quiet": "failed", "go-no-go-t2": "passed"})


@fault("earlier-validation-failed", item=INCIDENTS, falls_with=(MORTEM,))
def _(world: "World") -> None:
    """At T+10 a smoke test failed, by the record of the first validation, and nobody wrote it down."""
    _leave(world, "postdeploy", 11, {"prod-smoke-tests": "failed", "slo-met": "pending"})


@fault("earlier-run-failed-before", item=INCIDENTS, kind="clean")
def _(world: "World") -> None:
    """An item failed in a run before the deployment and was fixed: that is what the checklist is for."""
    _leave(world, "pre_promotion", -20, {"health-checks": "failed"})


@fault("earlier-run-good", item=INCIDENTS, kind="clean")
def _(world: "World") -> None:
    """The records of the runs before this one are good; of the first validation only the notes were missing."""
    _leave(world, "pre_promotion", -15, {"health-checks": "passed"})
    _leave(world, "rollout", 6, {"alarms-quiet": "passed", "canary-correlation-ids": "waived"})
    _leave(world, "postdeploy", 12, {"deployment-notes": "failed", "baseline-updated": "failed"})


@fault("earlier-failure-documented", item=INCIDENTS, kind="clean")
def _(world: "World") -> None:
    """What failed while the rollout was watched is written down with its link, and will be talked about."""
    _leave(world, "rollout", 6, {"target-group-errors": "failed"})
    world.agreed.record["incidents"] = [{"what": "Errors of the instances", "link": LINK}]
    day = (world.agreed.now + timedelta(days=2)).date()
    world.agreed.record["post_mortem"] = {"date": day, "owner": "release-lead"}


@fault("earlier-run-undated", item=INCIDENTS, kind="blind", falls_with=(MORTEM,))
def _(world: "World") -> None:
    """The record of an earlier run does not say when it ended, so it is unknown whether it was after the deployment."""
    _leave(world, "rollout", 6, {"alarms-quiet": "failed"})
    world.validation.earlier[-1]["finished"] = "yesterday"


@fault("earlier-run-of-another-image", item=INCIDENTS, kind="clean")
def _(world: "World") -> None:
    """What failed in the rollout of another image is not part of this promotion."""
    _leave(world, "rollout", 6, {"alarms-quiet": "failed"})
    world.validation.earlier[-1]["digest"] = world.previous_digest


def _leave(world: "World", phase: str, minutes: float, items: dict[str, str]) -> None:
    """Have a run left a record that ended this many minutes after T0."""
    began = vars(world)["play"].t0.replace(tzinfo=UTC)
    ended = began + timedelta(minutes=minutes)
    failed = "failed" in items.values()
    world.validation.earlier.append(
        {
            "service": "shop",
            "digest": world.digest,
            "phase": phase,
            "verdict": "NO-GO" if failed else "GO",
            "started": (ended - timedelta(minutes=1)).isoformat(),
            "finished": ended.isoformat(),
            "rehearsal": False,
            "items": [{"id": item, "status": status, "subjects": []} for item, status in items.items()],
        }
    )
