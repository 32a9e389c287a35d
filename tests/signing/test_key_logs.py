"""A transparency log demanded of a key's signatures."""

import json
from base64 import b64decode
from dataclasses import replace

import pytest

from promotion.signing.keyless import LOG_ENTRY
from promotion.signing.keys import PublicKey
from promotion.signing.rekor import TransparencyLog
from promotion.signing.signatures_found import SIGNATURE, BundleManifest, SigLayer
from promotion.signing.trust_policy import Trust
from promotion.unknown import Unknown

from . import logged
from .attached import look
from .authority import NOW, Authority, spki


@pytest.fixture
def demanding(trust: Trust, world: Authority) -> Trust:
    """Trust the image key only where a log recorded the signature."""
    return replace(trust, key_logs=(TransparencyLog(PublicKey.from_spki(spki(world.log_key))),))


def with_entry(layer: SigLayer, entry: dict) -> SigLayer:
    """Annotate a signature with a log entry."""
    return SigLayer(layer.payload, {**layer.annotations, LOG_ENTRY: json.dumps(entry)})


def test_a_signature_without_an_entry_does_not_count(demanding, layer, bundle):
    """In neither form."""
    found = look(demanding, layer, bundle)
    assert not found.is_signed()
    assert "entry in a transparency log" in found.rejected[0].why
    assert "has 0 entries in a transparency log" in found.rejected[1].why


def test_a_logged_signature_counts_and_says_when(demanding, key, world, layer):
    """The log's time is the time of signing."""
    body = logged.hashedrekord(layer.payload, b64decode(layer.annotations[SIGNATURE]), key.pem)
    found = look(demanding, with_entry(layer, logged.promise(world.log_key, body)))
    assert found.verified[0].signer.signed == NOW


def test_an_entry_of_another_signature_or_log_does_not_count(demanding, key, world, layer, signer):
    """A true entry for another signing by the same key; the right body, promised by another log."""
    right = logged.hashedrekord(layer.payload, b64decode(layer.annotations[SIGNATURE]), key.pem)
    other = logged.hashedrekord(layer.payload, signer.sign(layer.payload), key.pem)
    for entry in (logged.promise(world.log_key, other), logged.promise(Authority().log_key, right)):
        assert not look(demanding, with_entry(layer, entry)).is_signed()


def test_a_logged_bundle_counts(demanding, key, world, bundle):
    """With the log's promise; with an inclusion proof alone it is unknown."""
    fields = json.loads(bundle.bundle)
    signature = b64decode(fields["dsseEnvelope"]["signatures"][0]["sig"])
    body = logged.dsse_body(b"", b64decode(fields["dsseEnvelope"]["payload"]), signature, key.pem)
    fields["verificationMaterial"]["tlogEntries"] = [logged.bundle_entry(world.log_key, body)]
    found = look(demanding, BundleManifest(json.dumps(fields).encode()))
    assert found.verified[0].signer.signed == NOW
    del fields["verificationMaterial"]["tlogEntries"][0]["inclusionPromise"]
    with pytest.raises(Unknown, match="inclusion proof"):
        look(demanding, BundleManifest(json.dumps(fields).encode())).is_signed()
