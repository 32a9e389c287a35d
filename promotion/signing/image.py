"""The judgement: which of the things attached to an image sign it, or attest something of it."""

from collections.abc import Callable, Collection, Iterator
from functools import partial
from hashlib import sha256
from typing import TypeVar

from promotion.signing.bundle import SIGNATURE_PREDICATE, Bundle
from promotion.signing.dsse import IN_TOTO, Envelope
from promotion.signing.errors import Rejected, shown
from promotion.signing.findings import (
    ATTESTATION_BUNDLE,
    ATTESTATION_LAYER,
    SIGN_BUNDLE,
    SIMPLE_SIGNING,
    AttestationFindings,
    Rejection,
    SignatureFindings,
    SignedBy,
    Undecided,
    VerifiedAttestation,
    VerifiedSignature,
)
from promotion.signing.signatures_found import AttLayer, BundleManifest, Gap, Material, SigLayer, image_digest
from promotion.signing.simplesigning import SimpleSigning
from promotion.signing.statement import Statement
from promotion.signing.trust_policy import Trust
from promotion.signing.verification import of_bundle, of_envelope, of_payload
from promotion.unknown import Reason, Unknown

MAX_CANDIDATES = 1000
"""Of each kind; cosign reads as many layers. What is beyond counts as not listed."""
T = TypeVar("T")

_PREDICATE_TYPE = "dev.sigstore.bundle.predicateType"
_PREDICATE_TYPE_2 = "predicateType"


def signatures(material: Material, digest: str, trust: Trust, *, repository: str = "") -> SignatureFindings:
    """Find who of `trust` signed the image `digest`.

    A cosign 2 layer counts, and a bundle whose predicate is cosign's `sign/v1`; any other attestation does not,
    whoever signed it. `repository` is only for a note when a signature was made in another one.
    """
    image_digest(digest)
    judged = _Judged()
    verified: list[VerifiedSignature] = []
    for layer in material.signatures[:MAX_CANDIDATES]:
        verified += judged.take(layer.place, SIMPLE_SIGNING, partial(_layer, layer, digest, trust, repository))
    for bundle in material.bundles[:MAX_CANDIDATES]:
        verified += judged.take(bundle.place, SIGN_BUNDLE, partial(_sign_bundle, bundle, digest, trust))
    gaps = (*material.gaps, *_beyond(signature_layers=material.signatures, referrers=material.bundles))
    return SignatureFindings(digest, tuple(verified), tuple(judged.rejected), tuple(judged.undecided), gaps)


def attestations(
    material: Material, digest: str, trust: Trust, predicate_types: Collection[str]
) -> AttestationFindings:
    """Find what `trust` attested of the image `digest`, of these predicate types (URIs, compared exactly).

    The type is the signed statement's own; annotations that name one are not signed and decide nothing.
    """
    image_digest(digest)
    judged = _Judged()
    seen: list[VerifiedAttestation] = []
    for layer in material.attestations[:MAX_CANDIDATES]:
        seen += judged.take(layer.place, ATTESTATION_LAYER, partial(_attestation_layer, layer, digest, trust))
    for bundle in material.bundles[:MAX_CANDIDATES]:
        seen += judged.take(bundle.place, ATTESTATION_BUNDLE, partial(_attestation_bundle, bundle, digest, trust))
    others = {each.predicate_type for each in seen} - set(predicate_types) - {SIGNATURE_PREDICATE}
    return AttestationFindings(
        digest,
        tuple(predicate_types),
        tuple(each for each in seen if each.predicate_type in predicate_types),
        tuple(sorted(others)),
        tuple(judged.rejected),
        tuple(judged.undecided),
        (*material.gaps, *_beyond(attestation_layers=material.attestations, referrers=material.bundles)),
    )


class _Judged:
    """The candidates that do not count, and those that nobody can tell of."""

    def __init__(self) -> None:
        self.rejected: list[Rejection] = []
        self.undecided: list[Undecided] = []

    def take(self, place: str, form: str, look: Callable[[], T]) -> list[T]:
        """Give what `look` found, as a list of one; of none when it does not count."""
        try:
            return [look()]
        except Rejected as rejected:
            self.rejected.append(Rejection(place, form, rejected.message))
        except Unknown as unknown:
            self.undecided.append(Undecided(place, form, unknown.reason, unknown.message))
        return []


def _layer(layer: SigLayer, digest: str, trust: Trust, repository: str) -> VerifiedSignature:
    signer = of_payload(layer, trust)
    payload = SimpleSigning.parse(layer.payload)
    payload.about(digest)
    elsewhere = repository and payload.reference and payload.reference != repository
    note = f"It was signed as {shown(payload.reference)}; the digest is the same, so the image is the same."
    return VerifiedSignature(layer.place, SIMPLE_SIGNING, signer, (note,) if elsewhere else ())


def _sign_bundle(manifest: BundleManifest, digest: str, trust: Trust) -> VerifiedSignature:
    envelope, signer = of_bundle(Bundle.parse(manifest.bundle), trust)
    statement = _statement(envelope, digest)
    if statement.predicate_type != SIGNATURE_PREDICATE:
        kind = shown(statement.predicate_type)
        raise Rejected(f"it is an attestation of type {kind} by {signer.name}, which is not a signature of the image")
    annotated = manifest.annotations.get(_PREDICATE_TYPE)
    return VerifiedSignature(manifest.place, SIGN_BUNDLE, signer, tuple(_notes(statement, digest, annotated)))


def _attestation_layer(layer: AttLayer, digest: str, trust: Trust) -> VerifiedAttestation:
    envelope, signer = of_envelope(layer, trust)
    statement = _statement(envelope, digest)
    notes = tuple(_notes(statement, digest, layer.annotations.get(_PREDICATE_TYPE_2)))
    if len(envelope.signatures) > 1:
        notes = (*notes, f"Its envelope has {len(envelope.signatures)} signatures; one of them is trusted.")
    return _verified(layer, signer, statement, notes)


def _attestation_bundle(manifest: BundleManifest, digest: str, trust: Trust) -> VerifiedAttestation:
    envelope, signer = of_bundle(Bundle.parse(manifest.bundle), trust)
    statement = _statement(envelope, digest)
    notes = tuple(_notes(statement, digest, manifest.annotations.get(_PREDICATE_TYPE)))
    return _verified(manifest, signer, statement, notes)


def _verified(
    candidate: AttLayer | BundleManifest, signer: SignedBy, statement: Statement, notes: tuple[str, ...]
) -> VerifiedAttestation:
    if isinstance(candidate, AttLayer):
        form, raw = ATTESTATION_LAYER, candidate.envelope
    else:
        form, raw = ATTESTATION_BUNDLE, candidate.bundle
    return VerifiedAttestation(
        candidate.place,
        form,
        signer,
        statement.predicate_type,
        statement.predicate,
        len(statement.subjects),
        sha256(raw).hexdigest(),
        notes,
    )


def _statement(envelope: Envelope, digest: str) -> Statement:
    """Read the statement in an envelope whose signature was verified."""
    envelope.of_type(IN_TOTO)
    statement = Statement.parse(envelope.payload)
    statement.about(digest)
    return statement


def _notes(statement: Statement, digest: str, annotated: str | None) -> Iterator[str]:
    others = statement.others(digest)
    if others:
        yield f"The statement is about {others} other things too."
    if annotated is not None and annotated != statement.predicate_type:
        yield f"Its annotation calls it {shown(annotated)}, which is not signed; the signed type is used."


def _beyond(**kinds: Collection[object]) -> Iterator[Gap]:
    for kind, there in kinds.items():
        if len(there) > MAX_CANDIDATES:
            what = f"of {len(there)} {kind.replace('_', ' ')} only {MAX_CANDIDATES} were read"
            yield Gap(Reason.TRUNCATED, what)
