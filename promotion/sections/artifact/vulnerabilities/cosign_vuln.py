"""Read the predicate of cosign's vulnerability attestation. Pure.

Shape: https://github.com/sigstore/cosign/blob/main/specs/COSIGN_VULN_ATTESTATION_SPEC.md.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from promotion.sections.artifact.sbom.fields import SbomFields, read_fields, said
from promotion.sections.artifact.vulnerabilities.report import ScanReport
from promotion.sections.artifact.vulnerabilities.trivy import read_trivy
from promotion.unknown import Reason, Unknown

PREDICATE_TYPE = "https://cosign.sigstore.dev/attestation/vuln/v1"


def read_cosign_vuln(predicate: Any, source: str, place: str, *, digest: str) -> ScanReport:
    """Read what was attested of the image `digest`, by a statement whose signature was verified.

    The report inside says when the image was scanned. The predicate's own times are those of its making, which Trivy
    sets to the moment of a conversion: they count only when the report has none, and that is said.

    Raises Unknown: malformed; not-supported for reports of other scanners than Trivy.
    """
    fields = SbomFields(read_fields(predicate, place) if isinstance(predicate, bytes | str) else predicate, place)
    scanner = fields.sub("scanner")
    if "result" not in scanner:
        raise fields.malformed("it has no scanner.result; was the report written with `--format cosign-vuln`?")
    result, uri = scanner.sub("result"), scanner.text("uri", "")
    if "SchemaVersion" not in result:
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"{place} has the result of {said(uri) if uri else 'an unnamed scanner'}, which is not a Trivy report "
            "in JSON; no other format is supported",
        )
    # That it is attested as a vulnerability scan is the signer's word for what the report itself may not show.
    report = read_trivy(result.content, source, place, attested=digest, asked=True)
    finished = fields.sub("metadata").moment("scanFinishedOn")
    return report if report.created else _dated(report, finished)


def _dated(report: ScanReport, finished: datetime | None) -> ScanReport:
    if finished is None:
        return report
    note = (
        f"{report.place} has no CreatedAt in its result; scanFinishedOn was used as its date, which may be the "
        "time of a conversion."
    )
    return replace(report, created=finished, notes=(*report.notes, note))
