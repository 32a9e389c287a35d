"""Front-ends with each kind of certificate, on ports of their own."""

import ssl
import warnings

import pytest

from promotion.core.clock import SystemClock
from promotion.sandbox.serve import serve
from promotion.sandbox.tls import Authority, Tls
from promotion.sections.security.https.probe import Prober


@pytest.fixture(scope="session")
def authority():
    """One authority for all."""
    return Authority()


@pytest.fixture(scope="session")
def ca(authority, tmp_path_factory):
    """Its certificate, in a file."""
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    path.write_bytes(authority.ca_pem)
    return str(path)


@pytest.fixture
def front(authority):
    """Serve a front-end over TLS; gives its port and its leaves."""
    tls = Tls(authority, ["dev-ec2"])
    return serve(_nothing, tls=lambda: tls.context("dev-ec2")), tls


@pytest.fixture
def prober(ca):
    """Make probers for a port of this machine."""

    def make(port, host="localhost", ca_bundle=ca, read_timeout=2):
        return Prober(host, port, ca_bundle, connect_timeout=2, read_timeout=read_timeout, clock=SystemClock())

    return make


@pytest.fixture
def only_old(authority):
    """Serve a front-end that speaks TLS 1.0 and nothing newer; gives its port."""
    tls = Tls(authority, ["old"])
    tls.show("old", "old-protocols")
    context = tls.context("old")
    before = context.maximum_version
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is deprecated is the point
        context.maximum_version = ssl.TLSVersion.TLSv1
    yield serve(_nothing, tls=lambda: context)
    context.maximum_version = before


def _nothing(environ, start_response):
    start_response("200 OK", [])
    return [b""]
