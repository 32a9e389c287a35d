"""A built world goes live: faults are seeded, ports are bound, and what the gate needs to find it is written down."""

import os
import ssl
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from promotion.sandbox import catalogue
from promotion.sandbox.calls import Calls
from promotion.sandbox.clock import Clock
from promotion.sandbox.control import CLOCK, beside
from promotion.sandbox.edge import Edge
from promotion.sandbox.exchange import Order, Ready, SandboxError
from promotion.sandbox.places import Places
from promotion.sandbox.serve import LOOPBACK, serve
from promotion.sandbox.tls import Authority, Tls
from promotion.sandbox.wire import Wire

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class World(Protocol):
    """What is built without a socket.

    Going live adds what faults can reach besides: `wire`, the Wire to AWS, for what goes wrong per operation; `edges`,
    the Edge of `registry`, `github` and each front-end, for what goes wrong per path; `tls`, the Tls of the front-ends,
    for which certificate they show; `clock`, the Clock.
    """

    @property
    def aws(self) -> "WSGIApplication":
        """Every AWS API."""

    @property
    def registry(self) -> "WSGIApplication":
        """The OCI registry."""

    @property
    def github(self) -> "WSGIApplication":
        """The GitHub REST API."""

    @property
    def fronts(self) -> "Mapping[str, WSGIApplication]":
        """The service behind each of its front-ends."""

    @property
    def digest(self) -> str:
        """The image digest that is promoted, `sha256:…`."""

    def promotion_toml(self, places: Places) -> str:
        """Give the settings by which the gate finds this world."""

    def environment(self, places: Places) -> dict[str, str]:
        """Give the environment variables that the gate needs with them."""


def go_live(world: World, authority: Authority, order: Order, folder: Path) -> Ready:
    """Seed the order's faults and serve the world from threads of this process; `folder` takes its files.

    Raises CatalogueError for an unknown fault, SandboxError for a fixed port that is taken.
    """
    faults = catalogue.find(order.faults)
    calls = Calls()
    clock, tls = Clock(order.rate), Tls(authority, world.fronts)
    wire = Wire(clock.leads(world.aws), calls, latency_ms=order.latency_ms)
    apis = {"registry": world.registry, "github": world.github}
    edges = {
        name: Edge(name, clock.leads(app), calls, latency_ms=order.latency_ms if name in apis else 0)
        for name, app in {**apis, **world.fronts}.items()
    }
    vars(world).update(wire=wire, edges=edges, tls=tls, clock=clock)
    for fault in faults:
        fault.apply(world)
    apps: dict[str, WSGIApplication] = {"aws": beside(wire, clock, calls), **edges}
    contexts = {front: partial(tls.context, front) for front in world.fronts}
    places = _serve(apps, contexts, order.port_base, folder)
    config = folder / "promotion.toml"
    Path(places.ca_file).write_bytes(authority.ca_pem)
    config.write_text(world.promotion_toml(places), encoding="utf-8")
    return Ready(os.getpid(), world.digest, str(folder), str(config), world.environment(places), places)


def _serve(
    apps: "Mapping[str, WSGIApplication]",
    contexts: Mapping[str, Callable[[], ssl.SSLContext]],
    port_base: int | None,
    folder: Path,
) -> Places:
    ports: dict[str, int] = {}
    for place, (name, app) in enumerate(apps.items()):
        port = port_base + place if port_base else 0
        try:
            ports[name] = serve(app, port=port, tls=contexts.get(name))
        except OSError as error:
            raise SandboxError(
                f"port {port}, wanted for {name}, cannot be had ({error.strerror}); end what uses it, or choose others "
                "with --port-base"
            ) from error
    aws, registry, github = (f"http://{LOOPBACK}:{ports[name]}" for name in ("aws", "registry", "github"))
    fronts = {name: f"https://localhost:{ports[name]}" for name in contexts}
    return Places(aws, registry, github, aws + CLOCK, fronts, str(folder / "ca.pem"))
