"""Read Amazon ECR's answers to DescribeImageScanFindings: basic scanning, and Amazon Inspector's enhanced one. Pure.

Shape: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html, and
https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-troubleshooting.html for the states.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from promotion.sections.artifact.sbom.fields import SbomFields, digests_in, malformed, said
from promotion.sections.artifact.sbom.judgement import ArtifactDoubt
from promotion.sections.artifact.vulnerabilities.report import (
    ScanReport,
    Suppressed,
    Vulnerability,
    VulnerabilityCounter,
    in_order,
    severity_named,
    severity_of,
    told_counts,
)
from promotion.unknown import Reason, Unknown

COMPLETE, ACTIVE = "COMPLETE", "ACTIVE"
"""States with findings: of a basic scan that ended, and of an image that Amazon Inspector keeps scanning."""

_WITHOUT_FINDINGS = {
    "IN_PROGRESS": (Reason.NO_DATA, "is not finished: run again in a minute"),
    "PENDING": (Reason.NO_DATA, "has not started: run again in a few minutes"),
    "FAILED": (Reason.ERROR, "failed: start it again, and check the repository's scan findings for the cause"),
    "UNSUPPORTED_IMAGE": (
        Reason.NOT_SUPPORTED,
        (
            "is not possible, because the scanner does not support this operating system or kind of manifest: scan "
            "with Trivy"
        ),
    ),
    "SCAN_ELIGIBILITY_EXPIRED": (
        Reason.STALE,
        "is no longer updated, because Amazon Inspector's scan duration for it is over: extend it, or push again",
    ),
    "FINDINGS_UNAVAILABLE": (
        Reason.NO_DATA,
        "has no findings to show: check whether scanning is enabled for the repository",
    ),
    "LIMIT_EXCEEDED": (Reason.ERROR, "was not done, because a limit of the scanner is exceeded: scan with Trivy"),
    "IMAGE_SIZE_EXCEEDED": (Reason.NOT_SUPPORTED, "was not done, because the image is too large: scan with Trivy"),
    "IMAGE_ARCHIVED": (Reason.NOT_SUPPORTED, "is not done for an archived image: restore it"),
}
_INACTIVE = "CLOSED"
_NO_FIX = "NotAvailable"


def read_ecr(answers: Sequence[Mapping[str, Any]], source: str, place: str) -> ScanReport:
    """Read the pages of one answer, as boto3 gives them, in their order.

    Raises Unknown when they have no findings to read: no-data, error, not-supported or stale by the state of the scan,
    malformed for pages that are not of one answer.
    """
    pages = [SbomFields(page, place) for page in answers]
    if not pages:
        raise Unknown(Reason.NO_DATA, f"{place} has no answer")
    state = _state(pages, place)
    if "imageScanFindings" not in pages[0]:
        raise Unknown(
            Reason.NO_DATA, f"{place} is {state} and has no list of findings, not even an empty one: run again"
        )
    findings = [page.sub("imageScanFindings") for page in pages]
    tally, declared = VulnerabilityCounter(), Counter[str]()
    for severity, count in _declared(findings[0]):
        declared[severity] += count
    seen: Counter[str] = Counter()
    for page in findings:
        for each in page.objects("findings"):
            seen[_count_basic(each, tally)] += 1
        for each in page.objects("enhancedFindings"):
            seen[_count_enhanced(each, tally)] += 1
    scanned, data_from = _times(findings[0], state)
    return ScanReport(
        source=source,
        place=place,
        scanner="Amazon Inspector" if state == ACTIVE else "Amazon ECR basic scanning",
        created=scanned,
        data_from=data_from,
        image_digests=digests_in(*(page.sub("imageId").text("imageDigest", "") for page in pages)),
        counts=in_order(tally.counts),
        critical=tuple(tally.critical),
        suppressed_counts=in_order(tally.suppressed_counts),
        suppressed=tuple(tally.suppressed),
        doubts=tuple(_doubts(pages, declared, seen, tally, place)),
    )


def _state(pages: Sequence[SbomFields], place: str) -> str:
    states = {page.sub("imageScanStatus").text("status", "") for page in pages}
    if len(states) > 1:
        raise malformed(place, f"its pages have the states {', '.join(sorted(map(said, states)))}")
    state = states.pop()
    if state in (COMPLETE, ACTIVE):
        return state
    reason, why = _WITHOUT_FINDINGS.get(state, (Reason.NO_DATA, "has no reliable findings"))
    description = pages[0].sub("imageScanStatus").text("description", "")
    words = f" ({said(description)})" if description else ""
    raise Unknown(reason, f"{place}: the scan is {said(state) if state else 'without a state'}{words}; it {why}")


def _declared(findings: SbomFields) -> Iterator[tuple[str, int]]:
    counts = findings.sub("findingSeverityCounts")
    for word in counts.content:
        number, severity = counts.number(word) or 0, severity_named(word)
        if number < 0 or severity is None:
            raise counts.malformed(f"{counts.place(word)} is {number}, expected a severity and how many there are")
        yield severity, number


def _count_basic(finding: SbomFields, tally: VulnerabilityCounter) -> str:
    attributes = {each.text("key", ""): each.text("value", "") for each in finding.objects("attributes")}
    severity = severity_of(finding, "severity")
    package, version = (said(attributes.get(f"package_{key}", "")) for key in ("name", "version"))
    tally.add(severity, Vulnerability(said(finding.text("name")), package or "an unnamed package", version))
    return severity


def _count_enhanced(finding: SbomFields, tally: VulnerabilityCounter) -> str:
    severity, status = severity_of(finding, "severity"), finding.text("status", ACTIVE).upper()
    details = finding.sub("packageVulnerabilityDetails")
    packages = list(details.objects("vulnerablePackages"))
    first = packages[0] if packages else details
    name, version, fixed = (said(first.text(key, "")) for key in ("name", "version", "fixedInVersion"))
    found = Vulnerability(
        said(details.text("vulnerabilityId", "") or finding.text("title", "an unnamed finding")),
        name or "an unnamed package",
        version,
        "" if fixed == _NO_FIX else fixed,
    )
    if status == ACTIVE:
        tally.add(severity, found)
    elif status != _INACTIVE:
        tally.add_suppressed(severity, Suppressed(found, said(status), source="Amazon Inspector"))
    return severity


def _times(findings: SbomFields, state: str) -> tuple[datetime | None, datetime | None]:
    """Tell when the image was scanned and how new the data was.

    An image that Amazon Inspector keeps scanning is looked at again when there is new data that concerns it, so that
    the later of the two times says how current its findings are.
    """
    scanned, data = findings.moment("imageScanCompletedAt"), findings.moment("vulnerabilitySourceUpdatedAt")
    if state == ACTIVE:
        return max((moment for moment in (scanned, data) if moment), default=None), None
    return scanned, data


def _doubts(
    pages: Sequence[SbomFields], declared: Counter[str], seen: Counter[str], tally: VulnerabilityCounter, place: str
) -> Iterator[ArtifactDoubt]:
    if "nextToken" in pages[-1]:
        yield ArtifactDoubt(Reason.TRUNCATED, f"{place} has more pages than were read")
    # Whether those suppressed are in the declared numbers is not documented.
    if in_order(declared) not in (in_order(seen), in_order(tally.counts)):
        yield ArtifactDoubt(
            Reason.MALFORMED,
            f"{place} declares {told_counts(declared)} and lists {told_counts(seen)}: run again, and if they still "
            "differ, start the scan again",
        )
