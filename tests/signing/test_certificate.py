"""Certificates that strangers wrote: refused, whatever is wrong with them, and nothing stops."""

from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promotion.signing.keyless import CERTIFICATE
from promotion.signing.signatures_found import SigLayer

from . import logged
from .attached import DIGEST, look
from .authority import pem


def _certified(layer: SigLayer, certificate: str) -> SigLayer:
    return SigLayer(layer.payload, {**layer.annotations, CERTIFICATE: certificate})


@pytest.mark.parametrize("text", ["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "two"])
def test_certificates_that_cannot_be_read_do_not_count(world, keyless_trust, text):
    """Nor do two in the place of one."""
    leaf = world.certify()
    text = pem(leaf.certificate) * 2 if text == "two" else text
    assert not look(keyless_trust, _certified(logged.sign_image(world, DIGEST, leaf), text)).is_signed()


def test_a_certificate_with_a_key_of_an_unknown_kind_does_not_count(world, keyless_trust):
    """It is refused, and stops nothing."""
    leaf = world.certify()
    der = leaf.certificate.public_bytes(Encoding.DER).replace(
        bytes.fromhex("2a8648ce3d0201"), bytes.fromhex("2a8648ce3d0205")
    )
    body = b64encode(der).decode()
    text = f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
    found = look(keyless_trust, _certified(logged.sign_image(world, DIGEST, leaf), text))
    assert "key cannot be read" in found.rejected[0].why


@pytest.fixture(scope="module")
def leaf(world):
    """Certify the build workflow once."""
    return world.certify()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_byte_of_a_certificate_is_noticed(world, leaf, keyless_trust, data):
    """Nothing but a rejection comes of it."""
    der = bytearray(leaf.certificate.public_bytes(Encoding.DER))
    der[data.draw(st.integers(0, len(der) - 1))] ^= data.draw(st.integers(1, 255))
    text = f"-----BEGIN CERTIFICATE-----\n{b64encode(der).decode()}\n-----END CERTIFICATE-----\n"
    found = look(keyless_trust, _certified(logged.sign_image(world, DIGEST, leaf), text))
    assert not found.is_signed()
    assert len(found.rejected) == 1
