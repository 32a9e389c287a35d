"""The sandbox's side of it: port 80 does what its listener says, and ACM tells whether it renews."""

import http.client
from urllib.parse import urlsplit

import pytest

from promotion.sandbox import moto_patches
from promotion.sandbox.world import build


@pytest.fixture(scope="module")
def world():
    """One world; what a test changes it changes back."""
    return build()


def answer(url):
    """Status and place of a plain answer; redirects are not followed."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=5)
    connection.request("GET", "/orders?customer=c-1", headers={"Host": "shop.example"})
    reply = connection.getresponse()
    reply.read()
    connection.close()
    return reply.status, reply.headers["Location"]


def test_port_80_leads_to_the_front_end(world_pool):
    """Host, path and query as they came, scheme and port as the listener's action says."""
    with world_pool.world() as world:
        for name, url in world.places.plain.items():
            port = urlsplit(world.places.fronts[name]).port
            assert answer(url) == (301, f"https://shop.example:{port}/orders?customer=c-1")
        assert set(world.places.plain) == {"dev-ec2", "prod-ec2"}


def test_a_forwarding_listener_serves_the_service(world_pool):
    """As a load balancer would, over plain HTTP."""
    with world_pool.world("plain-http-served") as world:
        assert answer(world.places.plain["prod-ec2"])[0] == 200
        assert answer(world.places.plain["dev-ec2"])[0] == 301


def test_without_a_listener_nobody_answers(world_pool):
    """The connection is closed."""
    with (
        world_pool.world("plain-http-not-listened-to") as world,
        pytest.raises(http.client.RemoteDisconnected),
    ):
        answer(world.places.plain["dev-ec2"])


def test_acm_renews_its_own(world):
    """moto says of every certificate that it is not renewed; ACM renews its own that are in use."""
    acm = world.dev.client("acm")

    def told():
        return acm.describe_certificate(CertificateArn=world.dev.certificate)["Certificate"]["RenewalEligibility"]

    with moto_patches.unfilled():
        assert told() == "INELIGIBLE", "moto got it right: drop this fill"
    assert told() == "ELIGIBLE"
    kept = world.dev.backend("acm")._certificates[world.dev.certificate]
    kept.type = "IMPORTED"
    assert told() == "INELIGIBLE"
    kept.type = "AMAZON_ISSUED"
