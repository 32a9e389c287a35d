"""Faults of section 1: who signed the image, and what looks like a signature and is none."""

import json
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.signing.signatures_found import SigLayer

SIGNED = "image-signed"
_SIGNATURE = "dev.cosignproject.cosign/signature"
_V1 = "https://sigstore.dev/cosign/sign/v1"


@fault("image-unsigned", item=SIGNED)
def _(world: "World") -> None:
    """Nobody signed the image; its attestations are there."""
    world.supply_chain.take_away(_V1)


@fault("signed-by-another-key", item=SIGNED)
def _(world: "World") -> None:
    """The image is signed, in both forms, with a key that nobody declared."""
    from promotion.sandbox.world.supply_chain import new_key

    world.supply_chain.take_away(_V1)
    world.supply_chain.sign(new_key("another"))


@fault("signed-by-attestation-key", item=SIGNED)
def _(world: "World") -> None:
    """The image is signed with the key that attests, and not with the one that signs."""
    from promotion.sandbox.world.supply_chain import ATTESTATION_KEY, new_key

    world.supply_chain.take_away(_V1)
    world.supply_chain.sign(new_key(ATTESTATION_KEY))


@fault("signature-of-another-digest", item=SIGNED)
def _(world: "World") -> None:
    """What is attached are the right key's signatures of the previous image."""
    world.supply_chain.take_away(_V1)
    world.supply_chain.sign(digest=world.previous_digest)


@fault("signature-payload-byte", item=SIGNED)
def _(world: "World") -> None:
    """One byte of the signed payload was changed."""
    _only_cosign_2(world, payload=lambda payload: payload.replace(b"/shop", b"/shoq", 1))


@fault("signature-payload-digest", item=SIGNED)
def _(world: "World") -> None:
    """The payload of the previous image was given this image's digest after it was signed."""
    was, now = world.previous_digest.encode(), world.digest.encode()
    world.supply_chain.take_away(_V1)
    world.supply_chain.sign(digest=world.previous_digest, forms=(2,))
    world.supply_chain.change_signature(lambda layer: _with(layer, layer.payload.replace(was, now)))


@fault("signature-payload-reindented", item=SIGNED)
def _(world: "World") -> None:
    """The payload has the same content in another form."""
    _only_cosign_2(world, payload=lambda payload: json.dumps(json.loads(payload), indent=2).encode())


@fault("signature-bit-flipped", item=SIGNED)
def _(world: "World") -> None:
    """One bit of the signature was changed."""
    _only_cosign_2(world, signature=lambda signature: signature[:-1] + bytes([signature[-1] ^ 1]))


@fault("signature-annotation-missing", item=SIGNED)
def _(world: "World") -> None:
    """The payload is there, and the signature beside it is not."""
    _only_cosign_2(world, signature=lambda _: b"")


@fault("bundle-payload-changed", item=SIGNED)
def _(world: "World") -> None:
    """The statement in the signature bundle was changed after it was signed."""
    from promotion.sandbox.world.supply_chain import change_statement

    _only_cosign_3(
        world, lambda bundle: change_statement(bundle, lambda statement: statement.update(predicate={"a": 1}))
    )


@fault("bundle-subject-changed", item=SIGNED)
def _(world: "World") -> None:
    """The signature bundle of the previous image was given this image's digest after it was signed."""
    from promotion.sandbox.world.supply_chain import change_statement

    ours = world.digest.removeprefix("sha256:")
    world.supply_chain.take_away(_V1)
    world.supply_chain.sign(digest=world.previous_digest, forms=(3,))
    world.supply_chain.change_bundle(
        _V1,
        lambda bundle: change_statement(
            bundle, lambda statement: statement["subject"][0]["digest"].update(sha256=ours)
        ),
    )


@fault("bundle-payload-type-changed", item=SIGNED)
def _(world: "World") -> None:
    """The signature bundle calls its payload something else than what was signed."""
    _only_cosign_3(world, lambda bundle: bundle["dsseEnvelope"].update(payloadType="application/json"))


@fault("bundle-without-signatures", item=SIGNED)
def _(world: "World") -> None:
    """The signature bundle has an empty list of signatures."""
    _only_cosign_3(world, lambda bundle: bundle["dsseEnvelope"].update(signatures=[]))


@fault("bundle-with-two-signatures", item=SIGNED)
def _(world: "World") -> None:
    """The signature bundle has a second signature, which is false."""
    false = {"sig": b64encode(bytes(70)).decode()}
    _only_cosign_3(world, lambda bundle: bundle["dsseEnvelope"]["signatures"].append(false))


@fault("bundle-called-a-signature", item=SIGNED)
def _(world: "World") -> None:
    """An attestation by the image's key is called a signature in an annotation, which nobody signs."""
    from promotion.sandbox.world import predicates
    from promotion.sandbox.world.supply_chain import IMAGE_KEY, new_key
    from promotion.signing.signatures_found import BundleManifest

    world.supply_chain.take_away(_V1)
    kind = predicates.VERIFICATION_SUMMARY
    made = world.supply_chain.attest(kind, predicates.verification_summary("PASSED"), new_key(IMAGE_KEY))
    world.supply_chain.take_away(kind)
    called = {**made.annotations, "dev.sigstore.bundle.predicateType": _V1}
    world.supply_chain.put_bundle(BundleManifest(made.bundle, called))


@fault("only-a-failed-summary", item=SIGNED)
def _(world: "World") -> None:
    """There is no signature, and a summary by the image's key that says FAILED; cosign 3 takes that for a signature."""
    from promotion.sandbox.world import predicates
    from promotion.sandbox.world.supply_chain import IMAGE_KEY, new_key

    world.supply_chain.take_away(_V1)
    said = predicates.verification_summary("FAILED")
    world.supply_chain.attest(predicates.VERIFICATION_SUMMARY, said, new_key(IMAGE_KEY))


@fault("only-an-sbom-by-the-image-key", item=SIGNED)
def _(world: "World") -> None:
    """There is no signature, and a bill of materials that the image's key attests."""
    from promotion.sandbox.world import predicates
    from promotion.sandbox.world.supply_chain import IMAGE_KEY, new_key

    world.supply_chain.take_away(_V1)
    document = predicates.bill_of_materials(world.releases[-1], world.supply_chain.made)
    world.supply_chain.attest(predicates.CYCLONEDX, document, new_key(IMAGE_KEY))


@fault("signed-as-cosign-2-alone", item=SIGNED, kind="clean")
def _(world: "World") -> None:
    """The image has a signature of cosign 2 and none of cosign 3."""
    world.supply_chain.take_signature(3)


@fault("signed-as-cosign-3-alone", item=SIGNED, kind="clean")
def _(world: "World") -> None:
    """The image has a signature bundle of cosign 3 and none of cosign 2."""
    world.supply_chain.take_signature(2)


@fault("bundle-hint-wrong", item=SIGNED, kind="clean")
def _(world: "World") -> None:
    """The signature bundle names another key as a hint, which is not verified and does not matter."""
    _only_cosign_3(world, lambda bundle: bundle["verificationMaterial"]["publicKey"].update(hint="AAAA"))


@fault("signature-raw", item=SIGNED, kind="clean")
def _(world: "World") -> None:
    """The signature is written as r and s, without DER, as some tools do."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    def raw(signature: bytes) -> bytes:
        return b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(signature))

    _only_cosign_2(world, signature=raw)


@fault("signed-in-another-repository", item=SIGNED, kind="clean")
def _(world: "World") -> None:
    """The payload names another repository for the same digest, which is the same image."""
    from promotion.sandbox.world.supply_chain import IMAGE_KEY, new_key
    from promotion.signing.sign import image_signature

    world.supply_chain.take_away(_V1)
    world.supply_chain.put_signatures(image_signature(world.digest, "registry.example/shop", new_key(IMAGE_KEY)))


@fault("signed-by-two", item=SIGNED, kind="clean")
def _(world: "World") -> None:
    """Somebody else signed the image too, before the key that counts."""
    from promotion.sandbox.world.names import REPOSITORY_URI
    from promotion.sandbox.world.supply_chain import IMAGE_KEY, new_key
    from promotion.signing.sign import image_signature

    chain = world.supply_chain
    chain.take_signature(3)
    chain.put_signatures(
        *(image_signature(world.digest, REPOSITORY_URI, new_key(name)) for name in ("another", IMAGE_KEY))
    )


@fault("something-else-attached", item=SIGNED, kind="clean")
def _(world: "World") -> None:
    """Beside the signature there are a document of another tool, and a bundle that nobody can read."""
    from promotion.signing.signatures_found import BUNDLE_TYPE

    put = world.registry.attach
    put("shop", world.digest, "application/vnd.example.report", [("text/html", b"<p>all is well</p>")])
    put("shop", world.digest, BUNDLE_TYPE, [(BUNDLE_TYPE, b'{"mediaType": "x", "mediaType": "y"}')])


@fault("signed-in-kms", item=SIGNED, kind="clean")
def _(world: "World") -> None:
    """The key that signs is in AWS KMS, and promotion.toml names it by its alias."""
    _sign_with_kms(world)


@fault("kms-key-of-another", item=SIGNED)
def _(world: "World") -> None:
    """The alias in promotion.toml was moved to another key of AWS KMS."""
    _sign_with_kms(world)
    kms = world.tools.client("kms")
    kms.delete_alias(AliasName="alias/shop-image")
    other = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/shop-image", TargetKeyId=other)


@fault("kms-denied", item=SIGNED, kind="blind")
def _(world: "World") -> None:
    """The role may not read the public key in AWS KMS."""
    _sign_with_kms(world)
    world.wire.deny("kms:GetPublicKey")


@fault("kms-key-for-encryption", item=SIGNED, kind="blind")
def _(world: "World") -> None:
    """The key in AWS KMS that promotion.toml names is one to encrypt with."""
    _sign_with_kms(world)
    kms = world.tools.client("kms")
    kms.delete_alias(AliasName="alias/shop-image")
    other = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/shop-image", TargetKeyId=other)


@fault("signer-not-declared", item=SIGNED, kind="blind")
def _(world: "World") -> None:
    """promotion.toml does not say whose signature counts."""
    _tell_signer(world, "")


@fault("signer-key-missing", item=SIGNED, kind="blind")
def _(world: "World") -> None:
    """The file of the public key is not there."""
    from promotion.sandbox.settings_edits import edit_settings

    edit_settings(world, "cosign.pub", "cosign-of-last-year.pub")


@fault("signer-key-weak", item=SIGNED, kind="blind")
def _(world: "World") -> None:
    """The public key is RSA with 1024 bits, which is too short for a signature to count."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    weak = rsa.generate_private_key(65537, 1024).public_key()  # only ever verified with, and refused
    _write_key(world, weak.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


@fault("signer-key-is-a-certificate", item=SIGNED, kind="blind")
def _(world: "World") -> None:
    """The file of the public key holds a certificate."""
    _write_key(world, "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")


@fault("signature-blob-missing", item=SIGNED, kind="blind", falls_with=("no-critical-vulnerabilities",))
def _(world: "World") -> None:
    """The registry lists the only signature and no longer has its content."""
    world.supply_chain.take_signature(2)
    (manifest,) = world.supply_chain.bundles(_V1)
    layer = json.loads(world.supply_chain.store.manifests[manifest].content)["layers"][0]["digest"]
    del world.supply_chain.store.blobs[layer]


def _only_cosign_2(world: "World", payload: Any = None, signature: Any = None) -> None:
    """Leave the signature of cosign 2 alone, and change its payload or the bytes of the signature."""
    world.supply_chain.take_signature(3)

    def change(layer: "SigLayer") -> "SigLayer":
        found = b64decode(layer.annotations[_SIGNATURE])
        changed = found if signature is None else signature(found)
        return _with(layer, layer.payload if payload is None else payload(layer.payload), changed)

    world.supply_chain.change_signature(change)


def _only_cosign_3(world: "World", change: Any) -> None:
    """Leave the bundle of cosign 3 alone, and change it."""
    world.supply_chain.take_signature(2)
    world.supply_chain.change_bundle(_V1, change)


def _with(layer: "SigLayer", payload: bytes, signature: bytes | None = None) -> "SigLayer":
    from promotion.signing.signatures_found import SigLayer

    if signature is None:
        return SigLayer(payload, layer.annotations)
    rest = {name: text for name, text in layer.annotations.items() if name != _SIGNATURE}
    return SigLayer(payload, {**rest, **({_SIGNATURE: b64encode(signature).decode()} if signature else {})})


def _sign_with_kms(world: "World") -> None:
    from promotion.signing.keys import PublicKey
    from promotion.signing.sign import Signer

    kms = world.tools.client("kms")
    key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/shop-image", TargetKeyId=key)
    scheme = {"KeyId": key, "MessageType": "DIGEST", "SigningAlgorithm": "ECDSA_SHA_256"}
    public = PublicKey.from_spki(kms.get_public_key(KeyId=key)["PublicKey"], key)
    world.supply_chain.take_away(_V1)
    world.supply_chain.sign(Signer(public, lambda digest: kms.sign(Message=digest, **scheme)["Signature"]))
    _tell_signer(world, 'signer = { kms_key = "alias/shop-image" }')


def _tell_signer(world: "World", line: str) -> None:
    """Write another line in place of the one that names the image's signer."""
    from promotion.sandbox.world.supply_chain import IMAGE_KEY

    written = world.promotion_toml

    def told(places: Any) -> str:
        lines = written(places).splitlines()
        return "\n".join(line if each.startswith("signer = ") and IMAGE_KEY in each else each for each in lines)

    vars(world)["promotion_toml"] = told


def _write_key(world: "World", pem: str) -> None:
    from pathlib import Path

    from promotion.sandbox.world.supply_chain import IMAGE_KEY

    written = world.promotion_toml

    def with_key(places: Any) -> str:
        text = written(places)
        Path(places.ca_file).with_name(IMAGE_KEY).write_text(pem, encoding="ascii")
        return text

    vars(world)["promotion_toml"] = with_key
