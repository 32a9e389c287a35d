"""Faults of the item previous-version-serving about rules that still lead to what was rolled back."""

from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault
from promotion.sandbox.faults.after_rollback.after_rollback import SERVING, play_of

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World


@fault("rule-to-the-bad-group-left", item=SERVING)
def _(world: "World") -> None:
    """Each fleet has a target group; a rule still forwards /orders* to the one of the version rolled back."""
    from promotion.sandbox.world import routing, two_groups

    two_groups.part(world)
    bad = world.prod.target_groups[play_of(world).fleet.new]
    routing.add_rule(world.prod, 10, routing.forward((bad, 1)), path_pattern="/orders*")


@fault("canary-weight-of-zero-left", item=SERVING, kind="clean")
def _(world: "World") -> None:
    """The alias has a routing weight of 0 for the new version: no traffic."""
    part = play_of(world).function
    world.prod.alias.update(None, part.old, {"AdditionalVersionWeights": {}})
    world.prod.alias.routing_config = {"AdditionalVersionWeights": {part.new: 0.0}}
