"""Keyless signatures of a made-up authority: the real cosign, given the same trust root, says what we say."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from promotion.signing.artifacts import attestations_artifact, bundle_artifact, signatures_artifact
from promotion.signing.bundle import SIGNATURE_PREDICATE
from promotion.signing.image import attestations, signatures
from promotion.signing.statement import V01, V1, Statement, Subject

PLAIN = "--allow-http-registry"
PREDICATE = "https://example.com/says"
HOUR = timedelta(hours=1)


@pytest.fixture
def trusting(world, tmp_path, keyless_trust) -> tuple[dict[str, str], list[str], list[str]]:
    """Give cosign 2 the trust root in its environment, cosign 3 as an option, both whom to expect."""
    expected = keyless_trust.identities[0]

    def public(name, key) -> str:
        path = tmp_path / f"{name}.pem"
        path.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        return str(path)

    chain = tmp_path / "chain.pem"
    chain.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in (world.issuer, world.root)))
    environment = {
        "SIGSTORE_ROOT_FILE": str(chain),
        "SIGSTORE_CT_LOG_PUBLIC_KEY_FILE": public("ct", world.ct_key),
        "SIGSTORE_REKOR_PUBLIC_KEY": public("log", world.log_key),
    }
    root = tmp_path / "trusted_root.json"
    root.write_bytes(world.trusted_root())
    whom = ["--certificate-identity", expected.identity, "--certificate-oidc-issuer", expected.issuer, "--offline"]
    return environment, ["--trusted-root", str(root)], whom


CASES = {
    "right": (True, {}, {}),
    "wrong identity": (False, {"identity": "https://github.com/example/other"}, {}),
    "identity that contains the right one": (False, {"suffix": "-evil"}, {}),
    "wrong issuer": (False, {"issuer": "https://accounts.example.com"}, {}),
    "expired when it signed": (False, {}, {"later": HOUR}),
    "not yet valid when it signed": (False, {}, {"later": -HOUR}),
    "no certificate log": (False, {"sct_key": False}, {}),
    "promise of another certificate": (False, {"sct_body": b"another certificate"}, {}),
}


@pytest.fixture
def leaf(world, keyless_trust):
    """Certify a signer as a case says."""

    def certify(given):
        identity = keyless_trust.identities[0].identity + given.get("suffix", "")
        return world.certify(**{"identity": identity, **{key: each for key, each in given.items() if key != "suffix"}})

    return certify


@pytest.fixture
def theirs(cosign2, cosign3, trusting):
    """Ask each cosign that is said."""
    environment, root, whom = trusting
    # Cosign 2 takes the trust root from the environment, cosign 3 as an option.
    asked = {2: (cosign2, [], environment), 3: (cosign3, root, {})}

    def ask(release, *command) -> bool:
        cosign, options, env = asked[release]
        return cosign(*command[:-1], *whom, *options, PLAIN, command[-1], env=env).returncode == 0

    return ask


@pytest.fixture
def answers(shop, keyless_trust, theirs):
    """Ask whether the image is signed: us, and each cosign."""

    def ask(*releases) -> list[bool]:
        ours = signatures(shop.material(), shop.digest, keyless_trust).is_signed()
        return [ours, *(theirs(each, "verify", shop.reference) for each in releases)]

    return ask


@pytest.fixture
def sign(world, keyless, leaf):
    """Sign as a case says, in one of the two forms."""

    def attach(form, digest, case):
        _, certified, signed = CASES[case]
        moment = keyless.NOW + signed.get("later", timedelta())
        if form == 2:
            return keyless.sign_image(world, digest, leaf(certified), moment=moment)
        said = Statement(SIGNATURE_PREDICATE, (Subject({"sha256": digest.hex}),), {}, V1).write()
        return keyless.bundle(world, said, leaf(certified), moment=moment)

    return attach


@pytest.fixture
def attest(world, keyless, leaf):
    """Attest with a kind of log entry."""
    return lambda said, record: keyless.attest(world, said, leaf({}), record=getattr(keyless, record))


@pytest.mark.parametrize("case", CASES)
def test_a_cosign_2_signature(shop, sign, answers, case):
    """Three verifiers, one answer."""
    shop.push(signatures_artifact(shop.digest, [sign(2, shop.digest, case)]))
    assert answers(2, 3) == [CASES[case][0]] * 3


@pytest.mark.parametrize("case", CASES)
def test_a_cosign_3_signature(shop, sign, answers, case):
    """Two verifiers, one answer."""
    shop.push(bundle_artifact(shop.target, sign(3, shop.digest, case), shop.created))
    assert answers(3) == [CASES[case][0]] * 2


@pytest.mark.parametrize("record", ["dsse_body", "intoto_1_body", "intoto_2_body"])
def test_a_cosign_2_attestation(shop, attest, keyless_trust, theirs, record):
    """In each kind of log entry."""
    said = Statement(PREDICATE, (Subject({"sha256": shop.digest.hex}, "shop"),), {"a": 1}, V01).write()
    shop.push(attestations_artifact(shop.digest, [attest(said, record)]))
    assert attestations(shop.material(), shop.digest, keyless_trust, [PREDICATE]).found()
    assert theirs(2, "verify-attestation", "--type", PREDICATE, shop.reference)
