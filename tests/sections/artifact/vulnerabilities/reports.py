"""What scanners answer of a small image, written by hand after what they answer."""

from datetime import UTC, datetime

from promotion.sections.artifact.vulnerabilities.image import ImageDigests, PlatformDigests
from promotion.sections.artifact.vulnerabilities.report import ScanReport, Vulnerability

DIGEST = "sha256:" + "a1" * 32
CONFIG = "sha256:" + "c0" * 32
OTHER = "sha256:" + "0f" * 32
OTHER_CONFIG = "sha256:" + "0e" * 32
REPOSITORY = "registry.example/shop"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SCANNED = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
IMAGE = ImageDigests(DIGEST, (PlatformDigests("linux/amd64", DIGEST, CONFIG),))

INDEX = "sha256:" + "1d" * 32
ARM, ARM_CONFIG = "sha256:" + "a4" * 32, "sha256:" + "c4" * 32
BOTH = ImageDigests(
    INDEX, (PlatformDigests("linux/amd64", DIGEST, CONFIG), PlatformDigests("linux/arm64/v8", ARM, ARM_CONFIG))
)


def vulnerability(id_="CVE-2026-1001", severity="CRITICAL", package="libssl3", fixed="3.0.18", **changes):
    """Write a finding as Trivy does."""
    found = {
        "VulnerabilityID": id_,
        "PkgName": package,
        "InstalledVersion": "3.0.17",
        "Status": "fixed" if fixed else "affected",
        "Severity": severity,
        **({"FixedVersion": fixed} if fixed else {}),
    }
    return {**found, **changes}


def modified(status="ignored", statement="", source=".trivyignore", **changes):
    """Write a suppressed finding as Trivy does with --show-suppressed."""
    finding = vulnerability(**changes)
    return {"Type": "vulnerability", "Status": status, "Statement": statement, "Source": source, "Finding": finding}


def result(*found, class_="os-pkgs", type_="debian", suppressed=(), **changes):
    """Write a target. Without findings there is no key for them."""
    target = {
        "Target": "registry.example/shop (debian 12.12)",
        "Class": class_,
        "Type": type_,
        **({"Vulnerabilities": list(found)} if found else {}),
        **({"ExperimentalModifiedFindings": list(suppressed)} if suppressed else {}),
    }
    return {**target, **changes}


def trivy(*results, metadata=None, **changes):
    """Write a report of Trivy; without results, of an image in which nothing was found."""
    targets = list(results) or [result(), result(class_="lang-pkgs", type_="python-pkg")]
    report = {
        "SchemaVersion": 2,
        "Trivy": {"Version": "0.76.0"},
        "CreatedAt": "2026-11-21T12:00:00.789595874Z",
        "ArtifactName": f"{REPOSITORY}:1.8.0",
        "ArtifactType": "container_image",
        "Metadata": {
            "Size": 20480,
            "OS": {"Family": "debian", "Name": "12.12"},
            "ImageID": CONFIG,
            "RepoTags": [f"{REPOSITORY}:1.8.0"],
            "RepoDigests": [f"{REPOSITORY}@{DIGEST}"],
            "ImageConfig": {"architecture": "amd64", "os": "linux", "created": "2026-11-20T09:00:00Z"},
            **(metadata or {}),
        },
        "Results": targets,
    }
    return {key: value for key, value in {**report, **changes}.items() if value is not None}


def cosign_vuln(report, **metadata):
    """Wrap a report as Trivy's --format cosign-vuln does: the times are of the conversion, the database is empty."""
    return {
        "invocation": {"parameters": None, "uri": "", "event_id": "", "builder.id": ""},
        "scanner": {
            "uri": "pkg:github/aquasecurity/trivy@0.76.0",
            "version": "0.76.0",
            "db": {"uri": "", "version": ""},
            "result": report,
        },
        "metadata": {
            "scanStartedOn": "2026-11-23T11:59:00.582805648Z",
            "scanFinishedOn": "2026-11-23T11:59:00.582805648Z",
            **metadata,
        },
    }


def basic(*severities, status="COMPLETE", **changes):
    """Write an answer of ECR's basic scanning, as boto3 gives it."""
    findings = [
        {
            "name": f"CVE-2026-{2000 + number}",
            "severity": severity,
            "uri": "https://security-tracker.debian.org/tracker/",
            "attributes": [{"key": "package_name", "value": "openssl"}, {"key": "package_version", "value": "3.0.17"}],
        }
        for number, severity in enumerate(severities)
    ]
    return _scanned(status, severities, {"findings": findings, **changes})


def enhanced(*severities, statuses=(), status="ACTIVE", **changes):
    """Write an answer with findings of Amazon Inspector."""
    findings = [
        {
            "severity": severity,
            "status": statuses[number] if number < len(statuses) else "ACTIVE",
            "title": f"CVE-2026-{3000 + number} - openssl",
            "type": "PACKAGE_VULNERABILITY",
            "packageVulnerabilityDetails": {
                "vulnerabilityId": f"CVE-2026-{3000 + number}",
                "vulnerablePackages": [{"name": "openssl", "version": "3.0.17", "fixedInVersion": "NotAvailable"}],
            },
        }
        for number, severity in enumerate(severities)
    ]
    return _scanned(status, severities, {"enhancedFindings": findings, **changes})


def _scanned(status, severities, told):
    scan = {
        "imageScanCompletedAt": SCANNED,
        "vulnerabilitySourceUpdatedAt": SCANNED,
        "findingSeverityCounts": {severity: severities.count(severity) for severity in severities},
        **told,
    }
    return answer(status, {key: value for key, value in scan.items() if value is not None})


def answer(status, findings=None, digest=DIGEST, **changes):
    """Write an answer to DescribeImageScanFindings."""
    told = {
        "registryId": "999988887777",
        "repositoryName": "shop",
        "imageId": {"imageDigest": digest},
        "imageScanStatus": {"status": status, "description": "The scan was completed successfully."},
        "imageScanFindings": findings,
        **changes,
    }
    return {key: value for key, value in told.items() if value is not None}


def scan(source="attestation", critical=(), suppressed=(), **changes):
    """Make a report that was read already."""
    found = tuple(Vulnerability(id_, "libssl3", "3.0.17") for id_ in critical)
    fields = {
        "source": source,
        "place": f"the {source}",
        "scanner": "Trivy 0.76.0",
        "created": SCANNED,
        "image_digests": (DIGEST,),
        "counts": {"CRITICAL": len(found)} if found else {},
        "critical": found,
        "suppressed": tuple(suppressed),
        "suppressed_counts": {"CRITICAL": len(suppressed)} if suppressed else {},
    }
    return ScanReport(**{**fields, **changes})
