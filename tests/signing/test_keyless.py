"""Keyless signatures: identity and issuer, certificate, certificate log, transparency log, time."""

import json
from base64 import b64decode
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from promotion.signing.identity import Identity
from promotion.signing.image import attestations
from promotion.signing.keyless import CERTIFICATE, CHAIN, LOG_ENTRY, TIMESTAMP
from promotion.signing.sign import image_signature
from promotion.signing.signatures_found import AttLayer, BundleManifest, Material, SigLayer
from promotion.signing.trust_policy import Trust
from promotion.signing.trust_root import TrustRoot
from promotion.unknown import Reason, Unknown

from . import logged
from .attached import DIGEST, SAYS, SIGNS, look
from .authority import IDENTITY, NOW, OIDC, Authority, pem

MINUTE = timedelta(minutes=1)


def test_the_expected_identity_counts(attach, world, keyless_trust):
    """Who it was and when it was signed is told."""
    found = look(keyless_trust, attach(world.certify()))
    assert found.is_signed(), found.summary
    signer = found.verified[0].signer
    assert (signer.identity, signer.issuer, signer.key, signer.signed) == (IDENTITY, OIDC, None, NOW)


@pytest.mark.parametrize("record", [logged.dsse_body, logged.intoto_1_body, logged.intoto_2_body])
def test_attestations_of_cosign_2_count(world, keyless_trust, record):
    """In all the kinds of log entries that cosign 2 has made."""
    material = Material(attestations=(logged.attest(world, SAYS, world.certify(), record=record),))
    found = attestations(material, DIGEST, keyless_trust, ["https://example.com/says"]).found()
    assert found[0].signer.identity == IDENTITY
    assert found[0].predicate == {"a": 1}


@pytest.mark.parametrize(
    ("certified", "why"),
    [
        ({"valid_to": NOW - MINUTE, "valid_from": NOW - 10 * MINUTE}, "valid only from"),
        ({"valid_from": NOW + MINUTE}, "valid only from"),
        ({"purpose": ExtendedKeyUsageOID.CLIENT_AUTH}, "not for code signing"),
        ({"sct_key": False}, "no signed certificate timestamp (SCT) of a certificate transparency log"),
        ({"sct_body": b"another certificate"}, "no signed certificate timestamp (SCT) of a log in the trust root"),
        ({"names": []}, ""),
        ({"names": [x509.DNSName("github.com")]}, "exactly one identity"),
        ({"names": [x509.UniformResourceIdentifier(IDENTITY)] * 2}, "exactly one identity"),
        (
            {"names": [x509.UniformResourceIdentifier("https://a.example"), x509.UniformResourceIdentifier(IDENTITY)]},
            "exactly one identity",
        ),
        ({"issuer": "", "old_issuer": ""}, "exactly one OIDC issuer"),
        ({"issuer": "https://accounts.example.com", "old_issuer": OIDC}, "exactly one OIDC issuer"),
        ({"old_issuer": "https://accounts.example.com"}, "exactly one OIDC issuer"),
    ],
    ids=[
        "expired",
        "not yet valid",
        "other purpose",
        "no certificate log",
        "promise of another certificate",
        "no name",
        "host name",
        "two names",
        "first name another",
        "no issuer",
        "issuer another, old one right",
        "old issuer another",
    ],
)
def test_a_certificate_that_is_not_right_does_not_count(world, keyless_trust, certified, why):
    """Each time the sentence says what is wrong with it."""
    found = look(keyless_trust, logged.sign_image(world, DIGEST, world.certify(**certified)))
    assert not found.is_signed()
    assert why in found.rejected[0].why


def test_a_certificate_that_is_not_right_does_not_count_in_a_bundle(world, keyless_trust, optional):
    """The same through the package sigstore."""
    optional("sigstore")
    for certified in (
        {"valid_to": NOW - MINUTE, "valid_from": NOW - 10 * MINUTE},
        {"valid_from": NOW + MINUTE},
        {"purpose": ExtendedKeyUsageOID.CLIENT_AUTH},
        {"sct_key": False},
        {"sct_body": b"another certificate"},
        {"names": [x509.UniformResourceIdentifier(IDENTITY)] * 2},
        {"old_issuer": "https://accounts.example.com"},
        {"issuer": "https://accounts.example.com", "old_issuer": OIDC},
    ):
        found = look(keyless_trust, logged.bundle(world, SIGNS, world.certify(**certified)))
        assert not found.is_signed(), certified
        assert len(found.rejected) == 1


def test_a_certificate_may_expire_after_it_signed(world, keyless_trust):
    """What counts is the time of signing: now does not come into it."""
    leaf = world.certify(valid_from=NOW - timedelta(days=700), valid_to=NOW - timedelta(days=700) + 10 * MINUTE)
    # The authority of this world is a year old, so it cannot have vouched for that.
    assert not look(
        keyless_trust, logged.sign_image(world, DIGEST, leaf, moment=NOW - timedelta(days=700) + MINUTE)
    ).is_signed()
    leaf = world.certify(valid_from=NOW - timedelta(days=300), valid_to=NOW - timedelta(days=300) + 10 * MINUTE)
    layer = logged.sign_image(world, DIGEST, leaf, moment=NOW - timedelta(days=300) + MINUTE)
    assert look(keyless_trust, layer).is_signed()


def test_another_authority_does_not_count(attach, world):
    """Everything is right but who vouches for it."""
    other = Authority(ct_key=world.ct_key, log_key=world.log_key)
    trust = Trust(identities=(Identity(IDENTITY, OIDC),), root=TrustRoot.parse(other.trusted_root()))
    found = look(trust, attach(world.certify()))
    assert not found.is_signed()


def test_links_from_a_stranger_are_no_anchors(world, keyless_trust):
    """A chain that is complete in itself and ends in its own root proves nothing."""
    other = Authority(ct_key=world.ct_key, log_key=world.log_key)
    found = look(keyless_trust, logged.sign_image(other, DIGEST, other.certify()))
    assert not found.is_signed()
    assert "was not issued by a certificate authority of the trust root" in found.rejected[0].why


def test_an_authority_counts_only_for_its_time(world):
    """After its end it vouches for nothing."""
    raw = json.loads(world.trusted_root())
    raw["certificateAuthorities"][0]["validFor"]["end"] = f"{NOW - MINUTE:%Y-%m-%dT%H:%M:%SZ}"
    trust = Trust(identities=(Identity(IDENTITY, OIDC),), root=TrustRoot.parse(json.dumps(raw).encode()))
    found = look(trust, logged.sign_image(world, DIGEST, world.certify()))
    assert "no certificate authority for" in found.rejected[0].why


def test_an_end_of_null_is_no_end(world):
    """For authorities and for logs, as for those that say none."""
    raw = json.loads(world.trusted_root())
    periods = [
        raw["certificateAuthorities"][0],
        *(log["publicKey"] for kind in ("tlogs", "ctlogs") for log in raw[kind]),
    ]
    for one in periods:
        one["validFor"]["end"] = None
    trust = Trust(identities=(Identity(IDENTITY, OIDC),), root=TrustRoot.parse(json.dumps(raw).encode()))
    assert look(trust, logged.sign_image(world, DIGEST, world.certify())).is_signed()


@pytest.mark.parametrize("part", ["ct_keys", "log_keys"])
def test_logs_that_are_not_trusted_do_not_count(attach, world, part):
    """The certificate log and the transparency log must be the trust root's."""
    root = TrustRoot.parse(world.trusted_root(**{part: [Authority().log_key]}))
    trust = Trust(identities=(Identity(IDENTITY, OIDC),), root=root)
    assert not look(trust, attach(world.certify())).is_signed()


def _changed(layer: SigLayer, **annotations) -> SigLayer:
    names = {"certificate": CERTIFICATE, "chain": CHAIN, "entry": LOG_ENTRY, "timestamp": TIMESTAMP}
    merged = {**layer.annotations, **{names[name]: text for name, text in annotations.items()}}
    return SigLayer(layer.payload, {name: text for name, text in merged.items() if text is not None})


def test_without_a_log_entry_nobody_knows_when(world, keyless_trust):
    """A certificate of minutes proves nothing without the time of signing."""
    layer = logged.sign_image(world, DIGEST, world.certify())
    assert "no log entry says when" in look(keyless_trust, _changed(layer, entry=None)).rejected[0].why


def test_a_time_stamp_alone_cannot_be_judged_beside_a_cosign_2_signature(world, keyless_trust):
    """Neither signed nor unsigned: unknown, with what to do."""
    layer = _changed(logged.sign_image(world, DIGEST, world.certify()), entry=None, timestamp="{}")
    with pytest.raises(Unknown, match="RFC 3161") as unknown:
        look(keyless_trust, layer).is_signed()
    assert unknown.value.reason is Reason.NOT_SUPPORTED


def test_the_log_entry_of_another_signature_does_not_count(world, keyless_trust):
    """A true entry, of the same signer and time, for another image."""
    leaf = world.certify()
    other = logged.sign_image(world, "sha256:" + "cd" * 32, leaf)
    layer = _changed(logged.sign_image(world, DIGEST, leaf), entry=other.annotations[LOG_ENTRY])
    assert "a payload other than" in look(keyless_trust, layer).rejected[0].why


def test_somebody_else_s_certificate_does_not_count(world, keyless_trust, signer):
    """The right certificate beside a signature by another key."""
    layer = logged.sign_image(world, DIGEST, world.certify())
    other = logged.sign_image(world, DIGEST, world.certify())
    found = look(keyless_trust, _changed(layer, certificate=other.annotations[CERTIFICATE]))
    assert "was not made over these bytes" in found.rejected[0].why


def test_a_certificate_beside_a_key_s_signature_changes_nothing(world, trust, keyless_trust, signer):
    """A signature by a trusted key needs no certificate, and one that anybody adds takes nothing away."""
    layer = image_signature(DIGEST, "registry.example.com/shop", signer)
    leaf = world.certify()
    both = SigLayer(layer.payload, {**layer.annotations, CERTIFICATE: pem(leaf.certificate)})
    assert look(trust, both).is_signed()
    assert not look(keyless_trust, both).is_signed()


def test_an_attestation_with_two_signatures_is_not_keyless(world, keyless_trust):
    """Which of them the certificate belongs to nobody says."""
    layer = logged.attest(world, SAYS, world.certify())
    envelope = json.loads(layer.envelope)
    envelope["signatures"] *= 2
    twice = AttLayer(json.dumps(envelope).encode(), layer.annotations)
    found = attestations(Material(attestations=(twice,)), DIGEST, keyless_trust, ["https://example.com/says"])
    assert not found.found()
    assert "exactly one" in found.rejected[0].why


def test_a_bundle_with_a_changed_log_entry_does_not_count(world, keyless_trust, optional):
    """The entry is tied to the payload, the signature and the certificate."""
    optional("sigstore")
    leaf = world.certify()
    good = logged.bundle(world, SIGNS, leaf)
    assert look(keyless_trust, good).is_signed()
    for statement, signature, certificate in (
        (SIGNS, leaf.sign(b"other"), leaf.certificate),
        (SAYS, None, leaf.certificate),
        (SIGNS, None, world.certify().certificate),
    ):
        signed = json.loads(good.bundle)["dsseEnvelope"]["signatures"][0]["sig"]
        body = logged.dsse_body(b"", statement, signature or b64decode(signed), pem(certificate))
        changed = json.loads(good.bundle)
        changed["verificationMaterial"]["tlogEntries"] = [logged.bundle_entry(world.log_key, body)]
        found = look(keyless_trust, type(good)(json.dumps(changed).encode()))
        assert not found.is_signed()


def test_a_bundle_without_a_log_entry_is_unknown(world, keyless_trust, optional):
    """With a time stamp alone it may be good; nobody here can tell."""
    optional("sigstore")
    fields = json.loads(logged.bundle(world, SIGNS, world.certify()).bundle)
    fields["verificationMaterial"]["tlogEntries"] = []
    with pytest.raises(Unknown, match="no entry in a transparency log") as unknown:
        look(keyless_trust, BundleManifest(json.dumps(fields).encode())).is_signed()
    assert unknown.value.reason is Reason.NOT_SUPPORTED
