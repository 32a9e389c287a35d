"""Read Trivy's JSON report, schema version 2. Pure.

Shape: https://trivy.dev/latest/docs/configuration/reporting/#json and Trivy's own `pkg/types/report.go`. What a report
does not say was found out with Trivy 0.76: neither which scanners ran, nor `--severity`, `--ignore-unfixed` or
`--ignore-status`, which leave findings out without a trace; `.trivyignore` and VEX leave one only with
`--show-suppressed`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from promotion.sections.artifact.sbom.fields import SbomFields, digests_in, read_fields, said
from promotion.sections.artifact.sbom.judgement import ArtifactDoubt
from promotion.sections.artifact.vulnerabilities.report import (
    ScanReport,
    Suppressed,
    Vulnerability,
    VulnerabilityCounter,
    in_order,
    severity_of,
)
from promotion.unknown import Reason, Unknown

SCHEMA_VERSION = 2
IMAGE = "container_image"

_REPORT = frozenset({"SchemaVersion", "CreatedAt", "ArtifactType", "Metadata", "Results", "Trivy"})
_METADATA = frozenset({"RepoDigests", "ImageID", "OS", "ImageConfig"})
_RESULT = frozenset({"Class", "Type", "Target", "Packages", "Vulnerabilities", "ExperimentalModifiedFindings"})
_FINDING = frozenset({"VulnerabilityID", "Severity", "PkgName"})
_MODIFIED = frozenset({"Type", "Status", "Finding"})
_PACKAGE_CLASSES = ("os-pkgs", "lang-pkgs")
# Of ten findings in an ordinary image, some have no fix yet.
_TOO_MANY_FIXES = 10
_ELSEWHERE = {"Secrets": "secrets", "Misconfigurations": "misconfigurations", "Licenses": "licenses"}


def read_trivy(
    report: bytes | str | Mapping[str, Any], source: str, place: str, *, attested: str = "", asked: bool = False
) -> ScanReport:
    """Read a report; `attested` is the digest that a verified statement says it is about.

    `asked` says that it is known otherwise that vulnerabilities were looked for: the report itself may not show it.

    Raises Unknown: malformed; not-supported for other schema versions, and for scans of something else than an image.
    """
    fields = SbomFields(read_fields(report, place) if isinstance(report, bytes | str) else report, place, "", _REPORT)
    _raise_if_unknown_fields(fields, place)
    metadata = fields.sub("Metadata", _METADATA)
    results = list(fields.objects("Results", _RESULT))
    packages = [result for result in results if result.text("Class", "") in _PACKAGE_CLASSES]
    tally = VulnerabilityCounter()
    shows_scan = False
    for result in results:
        shows_scan |= _count(result, tally)
    return ScanReport(
        source=source,
        place=place,
        scanner=f"Trivy {said(fields.sub('Trivy').text('Version', ''))}".rstrip(),
        created=fields.moment("CreatedAt"),
        image_digests=digests_in(*(each.rpartition("@")[2] for each in metadata.texts("RepoDigests"))),
        image_id=next(iter(digests_in(metadata.text("ImageID", ""))), ""),
        attested=attested,
        platform=_platform(metadata.sub("ImageConfig")),
        targets=tuple(said(each.text("Type", "") or each.text("Target", "")) for each in packages),
        counts=in_order(tally.counts),
        critical=tuple(tally.critical),
        suppressed_counts=in_order(tally.suppressed_counts),
        suppressed=tuple(tally.suppressed),
        doubts=tuple(_doubts(metadata, packages, place, shows_scan=shows_scan or asked)),
        notes=tuple(_notes(results, tally, place)),
    )


def _raise_if_unknown_fields(fields: SbomFields, place: str) -> None:
    version = fields.number("SchemaVersion")
    if version is None:
        raise fields.malformed("it has no SchemaVersion, so it is not a Trivy report in JSON")
    if version != SCHEMA_VERSION:
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"{place} is of Trivy's schema version {version}, expected {SCHEMA_VERSION}: scan with a current Trivy",
        )
    kind = fields.text("ArtifactType", "")
    if kind != IMAGE:
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"{place} is a scan of {said(kind) if kind else 'an unnamed kind of artifact'}, expected {IMAGE}: scan "
            "the image itself, with `trivy image`",
        )


def _count(result: SbomFields, tally: VulnerabilityCounter) -> bool:
    """Count a target's findings; say whether the target shows that vulnerabilities were looked for at all."""
    found = list(result.objects("Vulnerabilities", _FINDING))
    for each in found:
        tally.add(severity_of(each, "Severity"), _finding(each))
    taken_out = False
    for modified in result.objects("ExperimentalModifiedFindings", _MODIFIED):
        if modified.text("Type") != "vulnerability":
            continue
        taken_out = True
        finding = modified.sub("Finding", _FINDING)
        how, why, where = (said(modified.text(key, "")) for key in ("Status", "Statement", "Source"))
        suppressed = Suppressed(_finding(finding), how or "left out", why, where)
        tally.add_suppressed(severity_of(finding, "Severity"), suppressed)
    # Without the vulnerability scanner a target of packages is in the report only if it lists its packages.
    of_packages = result.text("Class", "") in _PACKAGE_CLASSES
    return bool(found) or taken_out or (of_packages and "Packages" not in result)


def _finding(fields: SbomFields) -> Vulnerability:
    return Vulnerability(
        said(fields.text("VulnerabilityID")),
        said(fields.text("PkgName")),
        said(fields.text("InstalledVersion", "")),
        said(fields.text("FixedVersion", "")),
    )


def _platform(config: SbomFields) -> str:
    return "/".join(said(part) for part in (config.text("os", ""), config.text("architecture", "")) if part)


def _doubts(
    metadata: SbomFields, packages: list[SbomFields], place: str, *, shows_scan: bool
) -> Iterator[ArtifactDoubt]:
    system = metadata.sub("OS")
    named = said(f"{system.text('Family', '')} {system.text('Name', '')}".strip()) if "Family" in system else ""
    classes = {result.text("Class") for result in packages}
    if not packages:
        why = "has no result for packages, neither of the operating system nor of a language"
        advice = "check whether Trivy supports the way this image's packages are installed"
        yield ArtifactDoubt(Reason.NO_DATA, f"{place} {why}, so nothing was scanned: {advice}")
    elif named and named != "none" and "os-pkgs" not in classes:
        why = f"has no result for the packages of the operating system, {named}"
        yield ArtifactDoubt(
            Reason.NO_DATA, f"{place} {why}: scan with `--pkg-types os,library`, and check whether it is supported"
        )
    elif not shows_scan:
        yield ArtifactDoubt(
            Reason.NO_DATA,
            f"{place} lists packages but no finding of any severity, which is also what `--scanners secret` "
            "writes, so it is unknown whether vulnerabilities were scanned for; scan with `--scanners vuln "
            "--list-all-pkgs=false`, or attest the report with `--format cosign-vuln`",
        )
    if system.flag("EOSL"):
        why = f"is of {named or 'a system'}, which has reached its end of life and no longer gets security data"
        yield ArtifactDoubt(Reason.NO_DATA, f"{place} {why}: build on a release that is maintained")


def _notes(results: list[SbomFields], tally: VulnerabilityCounter, place: str) -> Iterator[str]:
    if tally.unfixed == 0 and tally.counts.total() >= _TOO_MANY_FIXES:
        yield (
            f"Each of the {tally.counts.total()} findings in {place} has a fix, as in a report made with "
            "`--ignore-unfixed`, which omits all others."
        )
    for key, words in _ELSEWHERE.items():
        count = sum(len(result.several(key)) for result in results)
        if count:
            yield f"{place} lists {count} {words} too, which are not judged here."
