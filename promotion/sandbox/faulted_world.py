"""The world as a fault finds it: built, and about to go live."""

from promotion.sandbox.clock import Clock
from promotion.sandbox.edge import Edge
from promotion.sandbox.tls import Tls
from promotion.sandbox.wire import Wire
from promotion.sandbox.world.building import World


class Seeded(World):
    """For type checkers alone: `live.go_live` sets these on a World just before it applies the faults."""

    wire: Wire
    """What goes wrong per AWS operation."""
    edges: dict[str, Edge]
    """What goes wrong per path, at `registry`, `github` and each front-end."""
    tls: Tls
    """Which certificate each front-end shows."""
    clock: Clock
