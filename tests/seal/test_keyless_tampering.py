"""A seal signed keyless counts as the given identity's, by the given issuer, and every change of it is found."""

import json
import subprocess
import sys
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta

import pytest

from promotion.seal import bundle_folder as folder
from promotion.seal.seal import seal
from promotion.signing.identity import Identity
from promotion.signing.trust_root import TrustRoot
from promotion.unknown import Reason, Unknown
from tests.signing import logged
from tests.signing.authority import IDENTITY, NOW, OIDC, Authority

from .test_tampering import with_payload

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def authority():
    """Make the keys of authority and logs once."""
    return Authority()


@pytest.fixture
def keyless(story, authority):
    """Sealed by the workflow's identity, where no key may seal; signed off by a key, as ever."""
    whose = {"seal_keys": [], "seal_identities": [Identity(IDENTITY, OIDC)]}
    story.expected = replace(story.expected, **whose, trust_root=TrustRoot.parse(authority.trusted_root()))
    sealed_by(story, authority)
    return story


def sealed_by(story, authority, **certified):
    """Seal with a certificate of this authority for each statement, and sign off."""
    leaf = authority.certify(**certified)
    seal(story.folder, lambda statement: logged.bundle(authority, statement, leaf).bundle, minutes=60)
    story.sign_off()


def test_a_keyless_seal_counts_without_a_key(keyless, pairs):
    """Also beside a key whose seals count; then either does."""
    assert keyless.wrong() == []
    both = {"seal_keys": [pairs[1]["seal"]]}
    assert keyless.wrong(**both) == []
    keyless.seal("seal")
    keyless.sign_off()
    assert keyless.wrong(**both) == []


@pytest.mark.parametrize(
    ("identity", "issuer"),
    [(f"{IDENTITY}x", OIDC), (IDENTITY[:-1], OIDC), (IDENTITY.upper(), OIDC), (IDENTITY, f"{OIDC}/example")],
    ids=["longer", "shorter", "case", "issuer"],
)
def test_another_identity_or_issuer_does_not_count(keyless, identity, issuer):
    """Both are compared character by character, and the sentence names who it was."""
    (said,) = keyless.wrong(seal_identities=[Identity(identity, issuer)])
    assert said == (
        f"the seal is not valid: it is by '{IDENTITY}' (as '{OIDC}' says); expected {identity} (as {issuer} says)"
    )


def test_a_key_s_seal_is_not_a_keyless_one(keyless, pairs):
    """Nor the other way round; and nobody's counts where nobody is named."""
    public = pairs[1]["seal"]
    (said,) = keyless.wrong(seal_keys=[public], seal_identities=[])
    assert said == f"the seal is not valid: the test result is signed keyless; expected {public}"
    keyless.seal("seal")
    keyless.sign_off()
    (said,) = keyless.wrong()
    assert said.startswith(
        "the seal is not valid: the test result is signed with a key; expected a keyless signature of https"
    )
    (said,) = keyless.wrong(seal_identities=[])
    assert said.endswith(
        "no key or identity was given whose seals are accepted: give --key, or --identity with --issuer"
    )


def test_another_trust_root_does_not_vouch(keyless, monkeypatch):
    """Another authority's, the public one, none at all: with one sentence each."""
    other = TrustRoot.parse(Authority().trusted_root())
    for root in (other, None):
        (said,) = keyless.wrong(trust_root=root)
        assert said.startswith("the seal is not valid: it does not verify: ")

    def nothing():
        raise Unknown(Reason.NOT_SUPPORTED, "there is none")

    monkeypatch.setattr(TrustRoot, "packaged", nothing)
    (said,) = keyless.wrong(trust_root=None)
    assert said == "cannot determine whether the seal is valid: there is none"


@pytest.mark.parametrize(
    ("certified", "why"),
    [
        ({"valid_from": NOW - 10 * MINUTE, "valid_to": NOW - MINUTE}, "cert is not valid at validation time"),
        ({"valid_from": NOW + MINUTE}, "cert is not valid at validation time"),
        ({"sct_key": False}, "does not contain a signed certificate timestamp"),
        ({"names": []}, "does not verify"),
    ],
    ids=["expired", "not yet valid", "not in the certificate log", "no name"],
)
def test_a_certificate_that_was_not_right_then_does_not_count(keyless, authority, certified, why):
    """When the log took the signature in, it must have been valid, and known to the certificate log."""
    sealed_by(keyless, authority, **certified)
    (said,) = keyless.wrong()
    assert said.startswith("the seal is not valid: "), said
    assert why in said


def without_entry(data, _):
    """Nothing says when it was signed."""
    tree = json.loads(data)
    tree["verificationMaterial"]["tlogEntries"] = []
    return json.dumps(tree).encode()


def another_s(*names):
    """Take from the other bundle what leads to the key, or what the log says."""

    def take(data, other):
        tree = json.loads(data)
        tree["verificationMaterial"] |= {name: json.loads(other)["verificationMaterial"][name] for name in names}
        return json.dumps(tree).encode()

    return take


CHANGES = {
    "payload": lambda data, _: with_payload(data, lambda statement: statement["predicate"].update(extra=1)),
    "payload type": lambda data, _: data.replace(b"vnd.in-toto+json", b"vnd.in-toto+jsom"),
    "signature": lambda data, _: data.replace(b'"sig": "M', b'"sig": "N'),
    "no log entry": without_entry,
    "the log entry of another": another_s("tlogEntries"),
    "time of the log": lambda data, _: data.replace(
        f'"{int(NOW.timestamp())}"'.encode(), f'"{int(NOW.timestamp()) + 1}"'.encode()
    ),
    "two kinds of material": lambda data, _: data.replace(b'"certificate":', b'"publicKey": {}, "certificate":'),
}


@pytest.mark.parametrize("name", [folder.TEST_RESULT, folder.SUMMARY])
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_keyless_seal_is_found(keyless, name, change):
    """What was signed, what the log took in, when, and what verifies it."""
    path = keyless.inside(name)
    (other,) = {folder.TEST_RESULT, folder.SUMMARY} - {name}
    changed = CHANGES[change](path.read_bytes(), keyless.inside(other).read_bytes())
    assert changed != path.read_bytes()
    path.write_bytes(changed)
    said = keyless.wrong()
    assert any(
        one.startswith(("the seal is not valid: ", "cannot determine whether the seal is valid: ")) for one in said
    )


def test_keyless_statements_cannot_stand_in_for_each_other(keyless):
    """Each is by the right identity, and of another kind."""
    keyless.inside(folder.SUMMARY).write_bytes(keyless.inside(folder.TEST_RESULT).read_bytes())
    assert any("the summary is of another kind" in one for one in keyless.wrong())


def test_who_seals_keyless_does_not_sign_off(keyless, authority):
    """A sign-off goes by the keys of people, also where the identity of a workflow seals."""
    bundle = keyless.inside(folder.SIGN_OFF)
    leaf = authority.certify()
    statement = b64decode(json.loads(bundle.read_bytes())["dsseEnvelope"]["payload"])
    bundle.write_bytes(logged.bundle(authority, statement, leaf).bundle)
    (said,) = keyless.wrong()
    assert said.startswith("the sign-off is not valid: none of its signatures")


def test_keys_alone_do_not_load_what_keyless_needs(sealed):
    """The package sigstore takes a second, which a deploy job with a key does not spend."""
    program = (
        "import sys; from promotion import cli; "
        f"cli.main(['verify', {str(sealed.folder)!r}, '--digest', 'sha256:0', '--key', {str(sealed.keys / 'seal.pub')!r}]); "
        "print([name for name in ('sigstore', 'requests') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]"
