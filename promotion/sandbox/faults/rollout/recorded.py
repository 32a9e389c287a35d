"""Faults of a fleet beside its recorded baseline: within every limit, and yet not what it was; or no record to go by."""

from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.faults.rollout.rollout import after

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.sections.observability.baseline.record import Baseline


@fault("fleet-slower-than-recorded", item="go-no-go-t5")
def _(world: "World") -> None:
    """The new instances take 1.6 times as long as recorded, which is within the limit still."""
    _new_instances(world, slowness=1.6)


@fault("fleet-fails-more-than-recorded", item="go-no-go-t5")
def _(world: "World") -> None:
    """A few requests to the new instances fail, which is within the limit; of four times as many in the baseline none failed."""
    records = _records(world)
    fleet = records[-1].targets["ec2"]
    fleet = fleet.model_copy(update={"requests": 4 * fleet.requests})
    records[-1] = records[-1].model_copy(update={"targets": {**records[-1].targets, "ec2": fleet}})
    _new_instances(world, errors=0.0016)


@fault("fleet-a-little-slower", item="go-no-go-t5", kind="clean")
def _(world: "World") -> None:
    """The new instances take a tenth longer than recorded, as another day may do."""
    _new_instances(world, slowness=1.1)


@fault("fleet-slower-before-too", item="go-no-go-t5", kind="blind")
def _(world: "World") -> None:
    """The fleet has taken 1.6 times as long as recorded since half an hour before the rollout."""
    _records(world)
    world.prod.flows["ec2"].change(after(world, minutes=-30), slowness=1.6)


@fault("baseline-never-recorded", item="go-no-go-t5", kind="clean")
def _(world: "World") -> None:
    """Nobody has recorded a baseline yet."""
    _records(world).clear()


@fault("recorded-baseline-forged", item="go-no-go-t5", kind="blind")
def _(world: "World") -> None:
    """The newest record of the baseline does not follow the one before it."""
    records = _records(world)
    records.append(records[0].model_copy(update={"previous": "0" * 64}))


def _new_instances(world: "World", **knobs: Any) -> None:
    from promotion.sandbox.world.scenes import rollout_of

    world.prod.flows["ec2"].versions[rollout_of(world).fleet.new] = knobs


def _records(world: "World") -> "list[Baseline]":
    """Give the recorded baselines, as they were before anything else is changed."""
    from promotion.sandbox.world.declared.baseline import recorded

    records = recorded(world)
    assert records is not None
    return records
