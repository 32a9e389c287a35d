"""Faults of where requests go: rules and weights of the load balancer, weights of an alias."""

from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault
from promotion.sandbox.faults.dev.steps import run_instance

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

SHIFTED, HOST = "blue-green-completed", "beta.shop.example"


@fault("alias-weight-of-zero", item="lambda-deployed", kind="clean")
def _(world: "World") -> None:
    """The alias has a routing weight of 0 for the previous version: no traffic."""
    world.dev.alias.routing_config = {"AdditionalVersionWeights": {"7": 0.0}}


@fault("rule-leads-to-empty-blue", item=SHIFTED)
def _(world: "World") -> None:
    """A rule still forwards /orders* to the blue target group, in which nobody is."""
    from promotion.sandbox.world import routing, two_groups

    two_groups.part(world)
    routing.add_rule(world.dev, 10, routing.forward((world.dev.target_groups["blue"], 1)), path_pattern="/orders*")


@fault("empty-blue-has-a-tenth", item=SHIFTED)
def _(world: "World") -> None:
    """The listener gives blue, in which nobody is, 10 of 100 parts of the traffic."""
    from promotion.sandbox.world import routing, two_groups

    two_groups.part(world)
    blue, green = world.dev.target_groups["blue"], world.dev.target_groups["green"]
    routing.add_default(world.dev, routing.forward((blue, 10), (green, 90)))


@fault("host-rule-to-foreign-instance", item=SHIFTED)
def _(world: "World") -> None:
    """A rule for a host name forwards to a third target group, with an instance that no deployment brought."""
    from promotion.sandbox.world import routing

    foreign = routing.foreign_group(world.dev, "foreign", run_instance(world))
    routing.add_rule(world.dev, 10, routing.forward((foreign, 1)), host_header=HOST)


@fault("path-rule-to-empty-foreign-group", item=SHIFTED)
def _(world: "World") -> None:
    """A rule forwards a path to a target group of nobody, in which nobody is."""
    from promotion.sandbox.world import routing

    routing.add_rule(world.dev, 10, routing.forward((routing.foreign_group(world.dev), 1)), path_pattern="/customers/*")


@fault("path-answered-with-503", item=SHIFTED)
def _(world: "World") -> None:
    """A maintenance rule was left: /orders* is answered with 503 by the load balancer."""
    from promotion.sandbox.world import routing

    routing.add_rule(world.dev, 10, routing.answer(503), path_pattern="/orders*")


@fault("plain-http-rule-to-empty-group", item=SHIFTED)
def _(world: "World") -> None:
    """The HTTP listener redirects, but forwards one path to a target group in which nobody is."""
    from promotion.sandbox.world import routing

    actions = routing.forward((routing.foreign_group(world.dev), 1))
    routing.add_rule(world.dev, 10, actions, port=80, path_pattern="/legacy/*")


@fault("every-weight-is-zero", item=SHIFTED, kind="blind")
def _(world: "World") -> None:
    """A rule forwards with weight 0 only, of which no page says what happens."""
    from promotion.sandbox.world import routing

    routing.add_rule(world.dev, 10, routing.forward((world.dev.target_group, 0)), path_pattern="/orders*")


@fault("sticky-weight-of-zero-with-old-instance", item=SHIFTED, kind="blind")
def _(world: "World") -> None:
    """A group of weight 0 still has an old instance, and callers stay with their target group."""
    from promotion.sandbox.world import routing

    foreign = routing.foreign_group(world.dev, "foreign", run_instance(world))
    routing.add_default(world.dev, routing.forward((world.dev.target_group, 100), (foreign, 0), sticky=True))


@fault("empty-blue-has-weight-zero", item=SHIFTED, kind="clean")
def _(world: "World") -> None:
    """The listener forwards 0 to 100 with stickiness, and nobody is in the group of weight 0."""
    from promotion.sandbox.world import routing

    empty = routing.foreign_group(world.dev)
    routing.add_default(world.dev, routing.forward((world.dev.target_group, 100), (empty, 0), sticky=True))


@fault("rule-behind-another-is-never-met", item=SHIFTED, kind="clean")
def _(world: "World") -> None:
    """A rule for /orders/old* leads to an empty group, behind one that takes all of /orders*."""
    from promotion.sandbox.world import routing

    routing.add_rule(world.dev, 10, routing.forward((world.dev.target_group, 1)), path_pattern="/orders*")
    empty = routing.foreign_group(world.dev)
    routing.add_rule(world.dev, 20, routing.forward((empty, 1)), path_pattern="/orders/old*")


@fault("maintenance-of-another-host", item=SHIFTED, kind="clean")
def _(world: "World") -> None:
    """Another name at the same load balancer is answered with 503."""
    from promotion.sandbox.world import routing

    routing.add_rule(world.dev, 10, routing.answer(503), host_header="billing.example")


@fault("admin-path-refused", item=SHIFTED, kind="clean")
def _(world: "World") -> None:
    """The load balancer refuses a path of administrators with 403."""
    from promotion.sandbox.world import routing

    routing.add_rule(world.dev, 10, routing.answer(403), path_pattern="/admin/*")


@fault("another-service-on-a-path", item=SHIFTED, kind="clean")
def _(world: "World") -> None:
    """A declared other service has a path of its own, and its own instance."""
    from promotion.sandbox.world import neighbour, routing

    other = routing.foreign_group(world.dev, neighbour.SHORT, run_instance(world))
    routing.add_rule(world.dev, 10, routing.forward((other, 1)), path_pattern="/catalogue/*")


@fault("new-instances-in-undeclared-group", item=SHIFTED, kind="clean")
def _(world: "World") -> None:
    """A rule forwards to a further target group, with the instances that the deployment brought."""
    from promotion.sandbox.world import routing

    further = routing.foreign_group(world.dev, "further", *world.dev.green)
    routing.add_rule(world.dev, 10, routing.forward((further, 1)), host_header="internal.example")
