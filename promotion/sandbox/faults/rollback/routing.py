"""Faults of the item previous-version about where prod's requests go."""

from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

ITEM = "previous-version"


@fault("prod-alias-weight-of-zero", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """Prod's alias has a routing weight of 0 for the version before: no traffic."""
    world.prod.alias.routing_config = {"AdditionalVersionWeights": {"4": 0.0}}


@fault("prod-rule-to-empty-blue", item=ITEM)
def _(world: "World") -> None:
    """A rule of prod's HTTPS listener forwards /orders* to the empty blue target group."""
    from promotion.sandbox.world import routing, two_groups

    two_groups.part(world)
    prod = world.prod
    routing.add_rule(prod, 10, routing.forward((prod.target_groups["blue"], 1)), path_pattern="/orders*")


@fault("prod-path-answered-with-503", item=ITEM)
def _(world: "World") -> None:
    """A maintenance rule was left in prod: /orders* is answered with 503."""
    from promotion.sandbox.world import routing

    routing.add_rule(world.prod, 10, routing.answer(503), path_pattern="/orders*")


@fault("prod-maintenance-of-another-host", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """Another name at prod's load balancer is answered with 503."""
    from promotion.sandbox.world import routing

    routing.add_rule(world.prod, 10, routing.answer(503), host_header="billing.example")
