"""Whose keyless signatures count: identity and issuer, equal or matched as a whole."""

import re

import pytest

from promotion.signing.identity import Identity
from promotion.signing.trust_policy import Trust
from promotion.signing.trust_root import TrustRoot

from . import logged
from .attached import DIGEST, look
from .authority import IDENTITY, OIDC


@pytest.mark.parametrize(
    ("identity", "issuer"),
    [
        (IDENTITY + "-evil", OIDC),
        (IDENTITY[:-1], OIDC),
        ("https://evil.example.com/" + IDENTITY, OIDC),
        (IDENTITY.replace("github.com", "github_com"), OIDC),
        (IDENTITY.upper(), OIDC),
        (IDENTITY, OIDC + "/"),
        (IDENTITY, OIDC + ".evil.example.com"),
        (IDENTITY, OIDC.replace("https", "http")),
        (IDENTITY, "https://accounts.example.com"),
        ("release@example.com", OIDC),
    ],
)
def test_an_identity_that_only_resembles_does_not_count(attach, world, keyless_trust, identity, issuer):
    """One that contains the right one, or is contained in it, is another one; so is the right one of another issuer."""
    found = look(keyless_trust, attach(world.certify(identity, issuer)))
    assert not found.is_signed()
    assert "; expected " in found.rejected[0].why


@pytest.mark.parametrize(
    ("pattern", "counts"),
    [
        (r"https://github\.com/example/shop/\.github/workflows/.*@refs/heads/main", True),
        (r"https://github\.com/example/shop/", False),
        (r"build\.yml", False),
        (r".*heads", False),
        (r"https://github\.com/example/shop/.*$", True),
    ],
)
def test_a_pattern_must_match_the_whole_identity(world, pattern, counts):
    """A pattern that matches only a part is not met."""
    root = TrustRoot.parse(world.trusted_root())
    trust = Trust(identities=(Identity(re.compile(pattern), OIDC),), root=root)
    assert look(trust, logged.sign_image(world, DIGEST, world.certify())).is_signed() is counts


def test_text_is_not_a_pattern(world):
    """A dot in text is a dot."""
    trust = Trust(identities=(Identity(IDENTITY.replace(".", "x"), OIDC),), root=TrustRoot.parse(world.trusted_root()))
    text = Trust(identities=(Identity(".*", ".*"),), root=TrustRoot.parse(world.trusted_root()))
    for each in (trust, text):
        assert not look(each, logged.sign_image(world, DIGEST, world.certify())).is_signed()


@pytest.mark.parametrize(
    ("identity", "issuer"), [("", OIDC), (IDENTITY, ""), (re.compile(""), OIDC)], ids=["identity", "issuer", "pattern"]
)
def test_half_an_expectation_is_refused(identity, issuer):
    """An identity without its issuer, or an empty one, would let in too much or nothing."""
    with pytest.raises(ValueError, match="need both an identity and an issuer"):
        Identity(identity, issuer)


def test_an_email_identity_counts(attach, world):
    """Fulcio writes e-mail addresses as such."""
    trust = Trust(identities=(Identity("release@example.com", OIDC),), root=TrustRoot.parse(world.trusted_root()))
    assert look(trust, attach(world.certify("release@example.com"))).is_signed()


@pytest.mark.parametrize("given", [{"old_issuer": ""}, {"issuer": "", "old_issuer": OIDC}])
def test_one_issuer_extension_is_enough(attach, world, keyless_trust, given):
    """Certificates of the beginning have only the old one; the old one is deprecated."""
    assert look(keyless_trust, attach(world.certify(**given))).is_signed()
