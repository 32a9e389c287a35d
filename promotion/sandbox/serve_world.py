"""A built world goes live: faults are seeded, ports are bound, and what the gate needs to find it is written down."""

import os
import ssl
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from promotion.sandbox import catalogue
from promotion.sandbox.clock import Clock
from promotion.sandbox.control import CLOCK, beside
from promotion.sandbox.edge import Edge
from promotion.sandbox.endpoints import Places
from promotion.sandbox.protocol import SCENES, Order, Ready, SandboxError
from promotion.sandbox.request_log import Calls
from promotion.sandbox.serve import LOOPBACK, serve
from promotion.sandbox.tls import Authority, Tls
from promotion.sandbox.wire import Wire

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from promotion.sandbox.plain_http import PlainFront
    from promotion.sandbox.world.building import World as Built
    from promotion.sandbox.world.scenes.play import Play


PLAIN = "-http"
"""Ends the name of a front-end's edge without TLS."""


class World(Protocol):
    """What is built without a socket.

    Going live adds what faults can reach besides: `wire`, the Wire to AWS, for what goes wrong per operation; `edges`,
    the Edge of `registry`, `github` and each front-end (`dev-ec2-http` is that of its port 80), for what goes wrong per
    path; `tls`, the Tls of the front-ends, for which certificate they show; `clock`, the Clock.
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

    Raises CatalogueError for an unknown fault, SandboxError for a scene or a rate that there is not, and for a fixed
    port that is taken.
    """
    faults = catalogue.find(order.faults)
    calls = Calls()
    if order.rate < 1:
        raise SandboxError(f"the sandbox's clock goes at 1 second a second or faster, not at {order.rate:g}")
    clock, tls = Clock(order.rate), Tls(authority, world.fronts)
    play, led = _stand(world, order, clock)
    wire = Wire(led(world.aws), calls, latency_ms=order.latency_ms)
    apis = {"registry": world.registry, "github": world.github}
    if hasattr(world, "channels"):
        apis["channels"] = world.channels
    edges = {
        name: Edge(name, led(app), calls, latency_ms=order.latency_ms if name in apis else 0)
        for name, app in {**apis, **world.fronts}.items()
    }
    plain: Mapping[str, PlainFront] = getattr(world, "plain", {})
    edges |= {name + PLAIN: Edge(name + PLAIN, led(app), calls) for name, app in plain.items()}
    vars(world).update(wire=wire, edges=edges, tls=tls, clock=clock)
    for fault in faults:
        fault.apply(world)
    if play:
        play.advance(play.now, anew=True)
    apps: dict[str, WSGIApplication] = {"aws": beside(wire, clock, calls), **edges}
    contexts = {front: partial(tls.context, front) for front in world.fronts}
    places = _serve(apps, contexts, order.port_base, folder)
    for name, front in plain.items():
        front.https_port = places.fronts[name].rpartition(":")[2]
    config = folder / "promotion.toml"
    Path(places.ca_file).write_bytes(authority.ca_pem)
    config.write_text(world.promotion_toml(places), encoding="utf-8")
    environment = {**world.environment(places), **({"PROMOTION_CLOCK": places.clock} if order.rate != 1 else {})}
    return Ready(os.getpid(), world.digest, str(folder), str(config), environment, places)


def _stand(
    world: World, order: Order, clock: Clock
) -> "tuple[Play | None, Callable[[WSGIApplication], WSGIApplication]]":
    """Let the world be at the order's scene; give its play, and what has an application follow clock and play."""
    if order.scene == SCENES[0] and order.minutes is None:
        return None, clock.leads
    from promotion.sandbox.world import scenes

    play = scenes.stand(cast("Built", world), order.scene, order.minutes)
    now = scenes.told_by(clock)
    return play, lambda app: clock.leads(play.leads(app, now) if play else app)


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
    plain = {
        name.removesuffix(PLAIN): f"http://localhost:{port}" for name, port in ports.items() if name.endswith(PLAIN)
    }
    channels = f"http://{LOOPBACK}:{ports['channels']}" if "channels" in ports else ""
    return Places(aws, registry, github, aws + CLOCK, fronts, str(folder / "ca.pem"), channels, plain)
