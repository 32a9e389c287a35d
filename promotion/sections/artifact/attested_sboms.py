"""Read the bills of materials that somebody attests of an image. This module does I/O."""

from promotion.clients.oci.attached import collect
from promotion.clients.oci.source import DigestMismatch, ImageSource
from promotion.core.image_reference import Digest
from promotion.sections.artifact.content import ImageContent
from promotion.sections.artifact.sbom.application import Application
from promotion.sections.artifact.sbom.document import PREDICATE_TYPES
from promotion.sections.artifact.sbom.judgement import Unread
from promotion.sections.artifact.sbom.read import read_sbom
from promotion.sections.artifact.sboms import AttestedSbom, Sboms
from promotion.settings.image import SbomSettings as Expected
from promotion.signing.findings import VerifiedAttestation
from promotion.signing.signatures_found import tag
from promotion.signing.trusted import Trusted
from promotion.unknown import Reason, Unknown


def sboms_of(source: ImageSource, digest: Digest, signer: Trusted, expected: Expected, content: ImageContent) -> Sboms:
    """Read the bills of materials of an image. Raises Unknown when none counts and not everything could be seen."""
    from promotion.signing.image import attestations

    try:
        material = collect(source, digest)
        unsigned = source.tag(tag(digest, "sbom")) is not None
    except DigestMismatch as mismatch:
        return Sboms(altered=str(mismatch))
    findings = attestations(material, digest, signer.trust, PREDICATE_TYPES)
    if not findings.found():
        return Sboms(instead=findings.summary, unsigned=unsigned)
    wanted = _application(expected, content)
    read = [_read(one, wanted, validate=expected.validate_schema) for one in findings.verified]
    return Sboms(
        tuple(one for one in read if isinstance(one, AttestedSbom)),
        tuple(one for one in read if isinstance(one, Unread)),
        unsigned=unsigned,
    )


def _application(expected: Expected, content: ImageContent) -> Application:
    named = expected.application
    is_purl = named is not None and named.startswith("pkg:")
    labels = content.platforms[0].labels if content.platforms else {}
    try:
        return Application.wanted(None if is_purl else named, named if is_purl else None, labels)
    except ValueError as mistake:
        raise Unknown(Reason.NOT_DECLARED, f"{mistake}: check `image.sbom.application`") from None


def _read(found: VerifiedAttestation, wanted: Application, *, validate: bool) -> AttestedSbom | Unread:
    source = f"the SBOM at {found.place}"
    try:
        sbom = read_sbom(found.predicate, source, wanted, validate=validate)
    except Unknown as unknown:
        return Unread.because(source, unknown)
    return AttestedSbom(sbom, found.signer.name, found.form, found.sha256)
