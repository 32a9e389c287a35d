"""Tampered signatures: cosign and we say the same, and where we are stricter it is on purpose."""

import json
from base64 import b64decode, b64encode
from dataclasses import replace

import pytest

from promotion.signing.artifacts import attestations_artifact, bundle_artifact, signatures_artifact
from promotion.signing.bundle import SIGNATURE_PREDICATE
from promotion.signing.image import attestations, signatures
from promotion.signing.sign import attestation_layer, image_bundle, image_signature
from promotion.signing.signatures_found import SIGNATURE, SigLayer
from promotion.signing.statement import V01, Statement, Subject
from promotion.signing.trust_policy import Trust

PLAIN = "--allow-http-registry"
UNLOGGED = "--insecure-ignore-tlog"


def _payload(layer, payload):
    return SigLayer(payload, layer.annotations)


def _flip(text):
    data = bytearray(b64decode(text))
    data[20] ^= 1
    return b64encode(data).decode()


LAYERS = {
    "untouched": lambda layer: layer,
    "payload one byte": lambda layer: _payload(layer, layer.payload.replace(b"/shop", b"/Shop")),
    "other digest": lambda layer: _payload(layer, layer.payload.replace(b"sha256:", b"sha256:0", 1)),
    "signature bit": lambda layer: SigLayer(layer.payload, {SIGNATURE: _flip(layer.annotations[SIGNATURE])}),
    "re-indented": lambda layer: _payload(layer, json.dumps(json.loads(layer.payload), indent=1).encode()),
    "trailing garbage": lambda layer: _payload(layer, layer.payload + b" "),
}


@pytest.mark.parametrize("case", LAYERS)
def test_a_cosign_2_signature(shop, cosign2, cosign3, key_pair, case):
    """Three verifiers, one answer."""
    image = key_pair("image")
    layer = LAYERS[case](image_signature(shop.digest, f"{shop.host}/shop", image.signer))
    shop.push(signatures_artifact(shop.digest, [layer]))
    ours = signatures(shop.material(), shop.digest, Trust(keys=(image.key,))).is_signed()
    command = ("verify", "--key", image.public, UNLOGGED, PLAIN, shop.reference)
    theirs = [cosign(*command).returncode == 0 for cosign in (cosign2, cosign3)]
    assert [ours, *theirs] == [case == "untouched"] * 3


def _rewrite(bundle, **envelope):
    fields = json.loads(bundle.bundle)
    fields["dsseEnvelope"] |= envelope
    return replace(bundle, bundle=json.dumps(fields).encode())


def _signature(bundle):
    return json.loads(bundle.bundle)["dsseEnvelope"]["signatures"][0]


def _other_payload(bundle):
    payload = b64decode(json.loads(bundle.bundle)["dsseEnvelope"]["payload"])
    return b64encode(payload.replace(b'"predicate":{}', b'"predicate":{"a":1}')).decode()


def _wrong_hint(bundle):
    fields = json.loads(bundle.bundle)
    fields["verificationMaterial"]["publicKey"]["hint"] = "AAAA"
    return replace(bundle, bundle=json.dumps(fields).encode())


BUNDLES = {
    "untouched": (True, lambda bundle: bundle),
    "wrong hint, right key": (True, _wrong_hint),
    "payload changed": (False, lambda bundle: _rewrite(bundle, payload=_other_payload(bundle))),
    "payloadType changed": (False, lambda bundle: _rewrite(bundle, payloadType="application/vnd.in-toto.v2+json")),
    "no signatures": (False, lambda bundle: _rewrite(bundle, signatures=[])),
    "two signatures, one bad": (
        False,
        lambda bundle: _rewrite(bundle, signatures=[_signature(bundle), {"sig": _flip(_signature(bundle)["sig"])}]),
    ),
    "trailing garbage": (False, lambda bundle: replace(bundle, bundle=bundle.bundle + b"{}")),
}


@pytest.mark.parametrize("case", BUNDLES)
def test_a_cosign_3_signature(shop, cosign3, key_pair, case):
    """Two verifiers, one answer."""
    image = key_pair("image")
    expected, tamper = BUNDLES[case]
    shop.push(bundle_artifact(shop.target, tamper(image_bundle(shop.digest, image.signer)), shop.created))
    ours = signatures(shop.material(), shop.digest, Trust(keys=(image.key,))).is_signed()
    done = cosign3("verify", "--key", image.public, UNLOGGED, PLAIN, shop.reference)
    assert [ours, done.returncode == 0] == [expected] * 2, done.stderr


def test_a_cosign_2_attestation_with_a_second_signature(shop, cosign2, key_pair):
    """DSSE allows several signers in an `.att` envelope: both say that one who is trusted is enough."""
    image, other = key_pair("image"), key_pair("other")
    said = Statement(SIGNATURE_PREDICATE, (Subject({"sha256": shop.digest.hex}),), {"a": 1}, V01).write()
    layer = attestation_layer(said, image.signer)
    fields = json.loads(layer.envelope)
    fields["signatures"] += json.loads(attestation_layer(said, other.signer).envelope)["signatures"]
    shop.push(attestations_artifact(shop.digest, [replace(layer, envelope=json.dumps(fields).encode())]))
    found = attestations(shop.material(), shop.digest, Trust(keys=(image.key,)), [SIGNATURE_PREDICATE]).found()
    options = ("--type", SIGNATURE_PREDICATE, "--key", image.public, UNLOGGED, PLAIN)
    done = cosign2("verify-attestation", *options, shop.reference)
    assert [bool(found), done.returncode == 0] == [True, True], done.stderr
