"""Attestations that GitHub keeps, and bundles that it keeps elsewhere."""

import dataclasses
from typing import Any

import pytest

from promotion.clients.github import attestations
from promotion.unknown import Reason
from tests.clients.oci.hostile import Act, Server, answer, hang

from .shop import DIGEST, REPO, TOKEN, Make, says, unknown

BUNDLE = b'{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"}'
SNAPPY = bytes([len(BUNDLE), 60 << 2, len(BUNDLE) - 1]) + BUNDLE
"""The same as one literal."""


def kept(server: Server, *entries: Any) -> None:
    """Let GitHub list these."""
    server.on(f"{REPO}/attestations/{DIGEST}", says({"attestations": list(entries)}))


def test_a_bundle_elsewhere_is_fetched_without_the_token(
    server: Server, elsewhere: Server, victim: Make, calls: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    """Its address carries its own permission, which stays out of logs and of what is told of calls."""
    caplog.set_level("DEBUG")
    kept(server, {"bundle_url": f"{elsewhere.url}/bundle.json.sn?sig=hunter2"}, {"bundle": {"mediaType": "x"}})
    elsewhere.on("/bundle.json.sn", answer(SNAPPY))
    first, second = attestations.attestations(victim(), DIGEST)
    assert (first.bundle, second.bundle) == (BUNDLE.decode(), '{"mediaType": "x"}')
    (asked,) = elsewhere.asked
    assert asked.path == "/bundle.json.sn?sig=hunter2"
    assert asked.authorization is None
    assert TOKEN not in str(asked.headers)
    assert [call["url"] for call in calls][-1] == f"{elsewhere.url}/bundle.json.sn"
    assert "hunter2" not in f"{calls} {caplog.text}"
    assert len(attestations.attestations(dataclasses.replace(victim(), on_call=None), DIGEST)) == 2


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (answer(BUNDLE), Reason.MALFORMED),
        (answer(SNAPPY[:-1]), Reason.MALFORMED),
        (answer(b"\x02\x04\xff\xff"), Reason.MALFORMED),
        (answer(b"\xff\xff\xff\xff\x0f\x00a"), Reason.MALFORMED),
        (answer(b"", 403), Reason.ERROR),
        (answer(b"x" * (5 << 20)), Reason.TRUNCATED),
        (hang, Reason.TIMEOUT),
    ],
    ids=["not compressed", "cut", "cut inside a literal", "a bomb", "expired", "large", "silence"],
)
def test_bundles_that_cannot_be_read(server: Server, elsewhere: Server, victim: Make, act: Act, reason: Reason) -> None:
    """A bundle that is kept and cannot be read is not one that is not there."""
    kept(server, {"bundle_url": f"{elsewhere.url}/bundle.json.sn?sig=hunter2", "bundle": None})
    elsewhere.on("/bundle.json.sn", act)
    assert "hunter2" not in unknown(lambda: attestations.attestations(victim(), DIGEST), reason)


@pytest.mark.parametrize(
    "entry",
    [{}, {"bundle": None}, {"bundle": "x"}, {"bundle_url": 5}, {"bundle_url": "http://storage.example/x"}, 5],
    ids=["empty", "null", "a text", "a number", "no TLS", "no object"],
)
def test_attestations_without_a_bundle(server: Server, victim: Make, entry: Any) -> None:
    """An entry that leads nowhere is not passed over; an address without TLS is not asked."""
    kept(server, entry)
    unknown(lambda: attestations.attestations(victim(), DIGEST), Reason.MALFORMED)


def test_too_many_attestations(server: Server, victim: Make) -> None:
    """Whoever may attest may attest a lot."""
    kept(server, *[{"bundle": {}}] * 31)
    unknown(lambda: attestations.attestations(victim(), DIGEST), Reason.TRUNCATED)


@pytest.mark.parametrize("digest", ["sha256:../../x", "latest", "sha256:" + "AB" * 32, DIGEST + "\n"])
def test_digests_that_are_none(victim: Make, server: Server, digest: str) -> None:
    """Nothing is asked about them."""
    with pytest.raises(ValueError, match="is not a digest"):
        attestations.attestations(victim(), digest)
    assert server.asked == []
