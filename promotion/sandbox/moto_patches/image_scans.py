"""ECR's scans of images for vulnerabilities: moto finds the same false one in every image.

An image's `scan` is a `Scan`; without one it was never scanned. A repository that scans on push gives each new image
one without findings. Source: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecr.exceptions import ScanNotFoundException
from moto.ecr.models import ECRBackend, Image
from moto.ecr.responses import ECRResponse

from promotion.sandbox.moto_patches import adds, amends
from promotion.sandbox.moto_patches.paging import page

PAGE = 100


@dataclass
class Scan:
    """What the last scan of an image found. Times are UTC without a zone."""

    completed: datetime
    findings: list[dict[str, Any]] = field(default_factory=list)
    """As the API gives them (ImageScanFinding)."""
    status: str = "COMPLETE"
    description: str = "The scan was completed successfully."

    def find(self, name: str, severity: str, package: str, version: str) -> None:
        """Add a finding: `find("CVE-2026-1000", "CRITICAL", "openssl", "3.0.1")`."""
        attributes = {"package_name": package, "package_version": version}
        self.findings.append(
            {
                "name": name,
                "severity": severity,
                "uri": f"https://security-tracker.debian.org/tracker/{name}",
                "attributes": [{"key": key, "value": value} for key, value in attributes.items()],
            }
        )

    @property
    def state(self) -> dict[str, Any]:
        """The state of the scan, as the API gives it."""
        return {"status": self.status, "description": self.description}

    @property
    def summary(self) -> dict[str, Any]:
        """How many findings there are of each severity, as the API gives it."""
        return {
            "imageScanCompletedAt": self.completed,
            "vulnerabilitySourceUpdatedAt": self.completed,
            "findingSeverityCounts": dict(Counter(finding["severity"] for finding in self.findings)),
        }


@amends(ECRBackend, "put_image")
def scanned_on_push(original: Any, self: Any, repository_name: str, *args: Any, **kwargs: Any) -> Any:
    """Scan a new image if its repository is told to."""
    image = original(self, repository_name, *args, **kwargs)
    repository = self.repositories[repository_name]
    if repository.image_scanning_configuration.get("scanOnPush") and not hasattr(image, "scan"):
        image.scan = Scan(utcnow())
    return image


@amends(ECRBackend, "start_image_scan")
def scanned_now(original: Any, self: Any, registry_id: str, repository_name: str, image_id: dict[str, str]) -> Any:
    """Scan an image; what was found before is found again."""
    told = original(self, registry_id, repository_name, image_id)
    image = self._get_repository(repository_name, registry_id)._get_image(
        image_id.get("imageTag"), image_id.get("imageDigest")
    )
    known = getattr(image, "scan", None)
    image.scan = Scan(utcnow(), known.findings if known else [])
    return told


@adds(Image)
def image_scan_status(image: Any) -> dict[str, Any] | None:
    """Tell the state of the scan, if there was one."""
    scan = getattr(image, "scan", None)
    return scan and scan.state


@adds(Image)
def image_scan_findings_summary(image: Any) -> dict[str, Any] | None:
    """Tell what a complete scan found."""
    scan = getattr(image, "scan", None)
    return scan.summary if scan and scan.status == "COMPLETE" else None


@amends(ECRResponse, "describe_image_scan_findings")
def findings(original: Any, self: Any) -> ActionResult:
    """Tell the findings of the image's own scan, in pages."""
    del original
    ask = self._get_param
    repository = self.ecr_backend._get_repository(ask("repositoryName"), ask("registryId"))
    wanted = ask("imageId")
    image = repository._get_image(wanted.get("imageTag"), wanted.get("imageDigest"))
    scan = getattr(image, "scan", None)
    if scan is None:
        named = ", ".join(f"{key}:'{value}'" for key, value in wanted.items())
        raise ScanNotFoundException(f"{{{named}}}", repository.name, repository.registry_id)
    found, token = page(scan.findings, ask("nextToken"), ask("maxResults") or PAGE)
    return ActionResult(
        {
            "registryId": repository.registry_id,
            "repositoryName": repository.name,
            "imageId": image.image_id,
            "imageScanStatus": scan.state,
            "imageScanFindings": {**scan.summary, "findings": found},
            "nextToken": token,
        }
    )
