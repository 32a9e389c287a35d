"""Tampered signatures: every change of a byte that matters is noticed, and a good signature beside it still counts."""

import json
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promotion.signing.bundle import SIGNATURE_PREDICATE, Bundle
from promotion.signing.errors import Rejected
from promotion.signing.signatures_found import SIGNATURE, BundleManifest, SigLayer

from .attached import HEX, OTHER, look, rewrite, statement


def _layer(layer, payload=None, signature=None):
    annotations = layer.annotations if signature is None else {SIGNATURE: signature}
    return SigLayer(layer.payload if payload is None else payload, annotations)


def _flipped(text: str) -> str:
    data = bytearray(b64decode(text))
    data[20] ^= 1
    return b64encode(data).decode()


TAMPERED_LAYERS = {
    "payload one byte": lambda layer: _layer(layer, layer.payload.replace(b"cosign container", b"cosign Container")),
    "other digest": lambda layer: _layer(layer, layer.payload.replace(HEX.encode(), OTHER.encode())),
    "signature bit": lambda layer: _layer(layer, signature=_flipped(layer.annotations[SIGNATURE])),
    "re-indented": lambda layer: _layer(layer, json.dumps(json.loads(layer.payload), indent=1).encode()),
    "trailing garbage": lambda layer: _layer(layer, layer.payload + b"\n"),
    "empty payload": lambda layer: _layer(layer, b""),
    "huge payload": lambda layer: _layer(layer, layer.payload + b" " * 70_000),
    "no signature": lambda layer: SigLayer(layer.payload, {}),
    "empty signature": lambda layer: _layer(layer, signature=""),
    "signature not base64": lambda layer: _layer(layer, signature="!" * 96),
    "signature not canonical": lambda layer: _layer(layer, signature=layer.annotations[SIGNATURE] + "\n"),
    "signature with garbage": lambda layer: _layer(
        layer, signature=b64encode(b64decode(layer.annotations[SIGNATURE]) + b"\0").decode()
    ),
}


@pytest.mark.parametrize("case", TAMPERED_LAYERS)
def test_a_tampered_layer_does_not_count(trust, layer, case):
    """It is listed with the reason, and a good one beside it still counts."""
    bad = TAMPERED_LAYERS[case](layer)
    found = look(trust, bad)
    assert not found.is_signed()
    assert len(found.rejected) == 1
    assert found.rejected[0].why in found.summary
    assert look(trust, bad, layer).is_signed()


TAMPERED_BUNDLES = {
    "payload changed": lambda b: rewrite(b, payload=b64encode(statement(SIGNATURE_PREDICATE, {"x": 1})).decode()),
    "payloadType changed": lambda b: rewrite(b, payloadType="application/vnd.in-toto.v2+json"),
    "no signatures": lambda b: rewrite(b, signatures=[]),
    "two signatures, one bad": lambda b: rewrite(
        b, signatures=[*json.loads(b.bundle)["dsseEnvelope"]["signatures"], {"sig": b64encode(b"x" * 64).decode()}]
    ),
    "the same signature twice": lambda b: rewrite(b, signatures=json.loads(b.bundle)["dsseEnvelope"]["signatures"] * 2),
    "duplicate key": lambda b: replace(b, bundle=b.bundle.replace(b'{"payload"', b'{"payload":"AAAA","payload"')),
    "trailing garbage": lambda b: replace(b, bundle=b.bundle + b"{}"),
    "empty": lambda b: replace(b, bundle=b""),
    "truncated": lambda b: replace(b, bundle=b.bundle[:-2]),
    "deep": lambda b: replace(b, bundle=b'{"a":' * 50_000),
    "base64 not canonical": lambda b: rewrite(b, payload=json.loads(b.bundle)["dsseEnvelope"]["payload"] + "\n"),
}


@pytest.mark.parametrize("case", TAMPERED_BUNDLES)
def test_a_tampered_bundle_does_not_count(trust, bundle, case):
    """It is listed with the reason, and a good one beside it still counts."""
    bad = TAMPERED_BUNDLES[case](bundle)
    found = look(trust, bad)
    assert not found.is_signed()
    assert len(found.rejected) == 1
    assert look(trust, bad, bundle).is_signed()


FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(data=st.data())
def test_any_changed_byte_of_a_bundle_is_noticed_or_changes_nothing(trust, bundle, data):
    """Whatever byte is changed: the signature no longer counts, or the very same statement was signed."""
    raw = bytearray(bundle.bundle)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    if look(trust, BundleManifest(bytes(raw))).is_signed():
        assert Bundle.parse(bytes(raw)).envelope == Bundle.parse(bundle.bundle).envelope


@FUZZ
@given(data=st.data())
def test_any_changed_byte_of_a_payload_is_noticed(trust, layer, data):
    """A simple signing payload has no byte that does not matter."""
    raw = bytearray(layer.payload)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    assert not look(trust, SigLayer(bytes(raw), layer.annotations)).is_signed()


@FUZZ
@given(
    raw=st.binary(max_size=200), annotations=st.dictionaries(st.sampled_from([SIGNATURE, "x"]), st.text(max_size=50))
)
def test_any_bytes_are_judged(trust, raw, annotations):
    """Nothing that a stranger attaches stops the look, and nothing of it counts."""
    found = look(trust, SigLayer(raw, annotations), BundleManifest(raw, annotations))
    assert not found.is_signed()
    assert len(found.rejected) == 2
    with suppress(Rejected):
        Bundle.parse(raw)
