"""What the pipeline says of an image it has built: bill of materials, scan, provenance. Plain documents, unsigned."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from promotion.core.clock import stamp
from promotion.sandbox.images import BASE_SYSTEM, Index, digest_of
from promotion.sandbox.world.names import GITHUB_REPOSITORY, REPOSITORY, REPOSITORY_URI

if TYPE_CHECKING:
    from promotion.sandbox.github.records import Run
    from promotion.sandbox.images import Image
    from promotion.sandbox.world.image import Release

CYCLONEDX = "https://cyclonedx.org/bom"
TRIVY = "https://cosign.sigstore.dev/attestation/vuln/v1"
PROVENANCE = "https://slsa.dev/provenance/v1"
VERIFICATION_SUMMARY = "https://slsa.dev/verification_summary/v1"

_HOME = f"https://github.com/{GITHUB_REPOSITORY}"
_PYTHON = (("certifi", "2026.10.22"), ("requests", "2.34.1"), ("urllib3", "2.6.4"))


def bill_of_materials(release: "Release", at: datetime) -> dict[str, Any]:
    """Write a CycloneDX 1.6 document as syft does: the base system's packages, Python's, and the application."""
    distro = "distro=debian-12"
    components: list[dict[str, Any]] = [
        {
            "bom-ref": f"pkg:deb/debian/{one.name}@{one.version}?{distro}",
            "type": "library",
            "name": one.name,
            "version": one.version,
            "purl": f"pkg:deb/debian/{one.name}@{one.version}?arch=all&{distro}",
        }
        for one in BASE_SYSTEM
    ]
    for name, version in (*_PYTHON, ("shop", release.version)):
        purl = f"pkg:pypi/{name}@{version}"
        components.append({"bom-ref": purl, "type": "library", "name": name, "version": version, "purl": purl})
    components.append({"bom-ref": "os:debian@12", "type": "operating-system", "name": "debian", "version": "12"})
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, release.digest)}",
        "version": 1,
        "metadata": {
            "timestamp": stamp(at),
            "tools": {
                "components": [{"type": "application", "author": "anchore", "name": "syft", "version": "1.18.1"}]
            },
            "component": {
                "bom-ref": release.digest.removeprefix("sha256:")[:16],
                "type": "container",
                "name": REPOSITORY_URI,
                "version": release.digest,
            },
        },
        "components": components,
    }


def vulnerability(name: str, severity: str, package: str, installed: str, fixed: str = "") -> dict[str, Any]:
    """Write one finding as Trivy does; without `fixed` there is no version that fixes it."""
    return {
        "VulnerabilityID": name,
        "PkgID": f"{package}@{installed}",
        "PkgName": package,
        "InstalledVersion": installed,
        **({"FixedVersion": fixed} if fixed else {}),
        "Status": "fixed" if fixed else "affected",
        "SeveritySource": "debian",
        "PrimaryURL": f"https://avd.aquasec.com/nvd/{name.lower()}",
        "Title": f"{package}: {name}",
        "Severity": severity,
    }


MEDIUM = vulnerability("CVE-2026-21001", "MEDIUM", "libssl3", "3.0.17-1~deb12u3")


def trivy_report(
    release: "Release", at: datetime, found: Sequence[dict[str, Any]] = (MEDIUM,), platform: int = 0
) -> dict[str, Any]:
    """Write a report of Trivy 0.76 over the image, or one of its platforms, scanned from the registry at `at`."""
    config = digest_of(images_of(release)[platform].config)
    packages: dict[str, Any] = {"Target": f"{REPOSITORY_URI} (debian 12.12)", "Class": "os-pkgs", "Type": "debian"}
    if found:
        packages["Vulnerabilities"] = list(found)
    return {
        "SchemaVersion": 2,
        "ReportID": str(uuid5(NAMESPACE_URL, f"{release.digest} {stamp(at)}")),
        "CreatedAt": stamp(at),
        "ArtifactID": config,
        "ArtifactName": f"{REPOSITORY_URI}@{release.digest}",
        "ArtifactType": "container_image",
        "Trivy": {"Version": "0.76.0"},
        "Metadata": {
            "Size": 31_457_280,
            "OS": {"Family": "debian", "Name": "12.12"},
            "ImageID": config,
            "RepoTags": [f"{REPOSITORY_URI}:{release.version}"],
            "RepoDigests": [f"{REPOSITORY_URI}@{release.digest}"],
        },
        "Results": [packages, {"Target": "Python", "Class": "lang-pkgs", "Type": "python-pkg"}],
    }


def images_of(release: "Release") -> "tuple[Image, ...]":
    """Give the image for each platform of a release."""
    return release.image.images if isinstance(release.image, Index) else (release.image,)


def cosign_vuln(report: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Wrap a report as `trivy convert --format cosign-vuln` does: its times are those of the conversion."""
    return {
        "invocation": {"parameters": None, "uri": "", "event_id": "", "builder.id": ""},
        "scanner": {
            "uri": "pkg:github/aquasecurity/trivy@0.76.0",
            "version": "0.76.0",
            "db": {"uri": "", "version": ""},
            "result": report,
        },
        "metadata": {"scanStartedOn": stamp(at), "scanFinishedOn": stamp(at)},
    }


def provenance(commit: str, run: "Run", attempt: int | None = None) -> dict[str, Any]:
    """Write SLSA provenance of an image that this run built, as GitHub's own attestations have it."""
    ref = f"refs/heads/{run.branch}"
    number = run.attempt.number if attempt is None else attempt
    return {
        "buildDefinition": {
            "buildType": "https://actions.github.io/buildtypes/workflow/v1",
            "externalParameters": {
                "workflow": {"ref": ref, "repository": _HOME, "path": f".github/workflows/{run.workflow}"}
            },
            "internalParameters": {"github": {"event_name": run.event, "runner_environment": "github-hosted"}},
            "resolvedDependencies": [{"uri": f"git+{_HOME}@{ref}", "digest": {"gitCommit": commit}}],
        },
        "runDetails": {
            "builder": {"id": f"{_HOME}/.github/workflows/{run.workflow}@{ref}"},
            "metadata": {
                "invocationId": f"{_HOME}/actions/runs/{run.id}/attempts/{number}",
                "startedOn": stamp(run.created),
                "finishedOn": stamp(run.created + timedelta(seconds=run.attempt.seconds)),
            },
        },
    }


def verification_summary(result: str) -> dict[str, Any]:
    """Write a verification summary: what somebody thinks of the image, which may be that it FAILED."""
    return {
        "verifier": {"id": f"{_HOME}/.github/workflows/promote.yml@refs/heads/main"},
        "resourceUri": f"pkg:oci/{REPOSITORY}",
        "policy": {"uri": f"{_HOME}/blob/main/policy.md"},
        "verificationResult": result,
        "verifiedLevels": ["FAILED"] if result == "FAILED" else ["SLSA_BUILD_LEVEL_2"],
    }
