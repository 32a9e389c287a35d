"""Servers and sources for the tests of the OCI client."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from promotion.clients.oci.registry import RegistrySource
from promotion.clients.oci.source import RegistryCall, RegistryLimits
from promotion.core.image_reference import Repository

from .hostile import Server, serve

QUICK = RegistryLimits(connect_timeout=2, read_timeout=0.2, answer_deadline=0.3, attempts=2, backoff=0)


@pytest.fixture
def server() -> Iterator[Server]:
    """Run a server that is the registry."""
    with serve() as server:
        yield server


@pytest.fixture
def elsewhere() -> Iterator[Server]:
    """Run a server that is not the registry."""
    with serve() as server:
        yield server


@pytest.fixture
def calls() -> list[RegistryCall]:
    """Keep what a source says of its requests."""
    return []


@pytest.fixture
def source(server: Server, calls: list[RegistryCall]) -> Callable[..., RegistrySource]:
    """Read the repository `shop` from the server; small limits, so that what hangs does not hang for long."""

    def make(repository: str = "registry.example/shop", **changes: Any) -> RegistrySource:
        changes = {"endpoint": server.url, "limits": QUICK, "on_call": calls.append, **changes}
        return RegistrySource(Repository.parse(repository), **changes)

    return make
