"""Where scans come from: an attestation, a file, Trivy run now, Amazon ECR. This module does I/O."""

import os
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from promotion.clients.aws.account import Account
from promotion.clients.aws.ecr import scan_findings
from promotion.clients.oci.attached import collect
from promotion.clients.oci.source import ImageSource
from promotion.core.image_reference import Digest, Reference, Repository
from promotion.sections.artifact.content import ImageContent
from promotion.sections.artifact.sbom.judgement import Unread
from promotion.sections.artifact.scans import Scans
from promotion.sections.artifact.vulnerabilities.cosign_vuln import PREDICATE_TYPE, read_cosign_vuln
from promotion.sections.artifact.vulnerabilities.ecr import read_ecr
from promotion.sections.artifact.vulnerabilities.report import ScanReport
from promotion.sections.artifact.vulnerabilities.trivy import read_trivy
from promotion.settings.image import Image
from promotion.signing.trusted import Trusted
from promotion.unknown import Reason, Unknown

_MOST_BYTES = 256 << 20
"""Of a report in a file."""


def fetch_attested_scans(source: ImageSource, digest: str, signer: Trusted) -> Scans:
    """Read the scans that somebody trusted attests, and say what may be a newer one that could not be read.

    Raises Unknown when none counts and not everything was seen.
    """
    from promotion.signing.image import attestations

    findings = attestations(collect(source, Digest(digest)), digest, signer.trust, [PREDICATE_TYPE])
    reports, unread = list[ScanReport](), list[Unread]()
    for one in findings.found():
        place = f"the vulnerability attestation at {one.place}"
        try:
            reports.append(read_cosign_vuln(one.predicate, "attestation", place, digest=digest))
        except Unknown as unknown:
            unread.append(Unread.because("attestation", unknown))
    for unseen in findings.unseen():
        told = f"a newer scan may be attached that could not be read: {unseen.message}"
        unread.append(Unread("attestation", unseen.reason, told))
    return Scans(tuple(reports), tuple(unread))


def from_file(image: Image) -> ScanReport:
    """Read the report in a file."""
    if image.vulnerabilities.trivy_report is None:
        raise Unknown(
            Reason.NOT_DECLARED,
            "no Trivy report is given: use --trivy-report FILE, or `image.vulnerabilities.trivy_report`",
        )
    path = Path(image.vulnerabilities.trivy_report)
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise Unknown(
            Reason.NO_DATA, f"the Trivy report {path} does not exist: create it, or correct the path"
        ) from None
    except OSError as mistake:
        raise Unknown(Reason.ERROR, f"the Trivy report {path} cannot be read: {mistake.strerror}") from None
    if len(content) > _MOST_BYTES:
        raise Unknown(
            Reason.TRUNCATED, f"the Trivy report {path} is larger than the {_MOST_BYTES} bytes that this run reads"
        )
    return read_trivy(content, "trivy-report", f"the Trivy report {path.name}")


def scanned_now(image: Image, digest: str, content: ImageContent) -> tuple[ScanReport, ...]:
    """Run Trivy on each platform of the image."""
    from promotion.sections.artifact.vulnerabilities.run_trivy import run_trivy

    repository = Repository.parse(image.repository)
    if image.endpoint_url is not None:
        repository = replace(repository, registry=urlsplit(image.endpoint_url).netloc)
    reference, several = Reference(repository, Digest(digest)), len(content.images) > 1
    return tuple(
        run_trivy(
            reference,
            "run-trivy",
            environ=dict(os.environ),
            platform=one.platform if several else None,
            timeout=image.vulnerabilities.timeout,
        )
        for one in content.images
    )


def from_ecr(image: Image, digest: str, account: Account) -> ScanReport:
    """Read the findings of Amazon ECR's own scan, or of Amazon Inspector's."""
    name = image.ecr_name
    if name is None:
        raise Unknown(
            Reason.NOT_DECLARED,
            "the image is not in Amazon ECR, but it is named as a source of scans: remove `ecr` from "
            "`image.vulnerabilities.sources`",
        )
    return read_ecr(scan_findings(account, name, digest), "ecr", f"ECR's scan of {name}")
