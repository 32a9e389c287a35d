"""What keyless verification rests on: the trust root, and the optional package."""

import sys

import pytest

from promotion.signing.identity import Identity
from promotion.signing.trust_policy import Trust
from promotion.signing.trust_root import TrustRoot
from promotion.unknown import Reason, Unknown

from . import logged
from .attached import DIGEST, SIGNS, look
from .authority import IDENTITY, OIDC


def test_without_the_package_a_keyless_bundle_is_unknown(world, keyless_trust, monkeypatch):
    """Not unsigned: the sentence names what to install."""
    for name in ("sigstore", "sigstore.errors", "sigstore.models", "sigstore.verify"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(Unknown, match=r"promotion-checklist\[keyless\]") as unknown:
        look(keyless_trust, logged.bundle(world, SIGNS, world.certify())).is_signed()
    assert unknown.value.reason is Reason.NOT_SUPPORTED


def test_without_the_package_and_a_trust_root_a_keyless_signature_is_unknown(world, monkeypatch):
    """With a trust root of one's own, signatures of cosign 2 need no package."""
    monkeypatch.setitem(sys.modules, "sigstore", None)
    layer = logged.sign_image(world, DIGEST, world.certify())
    with pytest.raises(Unknown, match=r"promotion-checklist\[keyless\]"):
        look(Trust(identities=(Identity(IDENTITY, OIDC),)), layer).is_signed()


def test_the_packaged_trust_root_is_the_public_good_one(optional):
    """Read from where the package keeps it today; a new layout of the package must be noticed here."""
    optional("sigstore")
    root = TrustRoot.packaged()
    fingerprints = {log.key.fingerprint for log in root.transparency_logs}
    assert "c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d" in fingerprints
    assert len(root.authorities) >= 2
    assert len(root.certificate_logs) >= 2


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b'{"certificateAuthorities":[{}],"tlogs":[],"ctlogs":[]}'])
def test_a_trust_root_that_cannot_be_read_is_unknown(raw):
    """It is the team's mistake, not the signature's."""
    with pytest.raises(Unknown) as unknown:
        TrustRoot.parse(raw)
    assert unknown.value.reason is Reason.MALFORMED
