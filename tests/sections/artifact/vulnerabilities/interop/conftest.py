"""Trivy, its database, and an image of the sandbox."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from promotion.sandbox.images import Image, digest_of
from promotion.sections.artifact.vulnerabilities.image import ImageDigests, PlatformDigests
from tests.sections.artifact.sbom.layouts import build, write_layout
from tests.sections.artifact.sbom.tools import Program, program

from .database import write_database


@dataclass
class Trivy:
    """Trivy with a database of our own, and no network."""

    run: Program
    cache: Path

    @property
    def environ(self) -> dict[str, str]:
        """What a run of it gets from us."""
        return {
            "HOME": str(self.run.home),
            "PATH": f"{Path(self.run.path).parent}:{os.environ['PATH']}",
            "TRIVY_CACHE_DIR": str(self.cache),
            "TRIVY_SKIP_DB_UPDATE": "true",
            "TRIVY_SKIP_JAVA_DB_UPDATE": "true",
            "TRIVY_OFFLINE_SCAN": "true",
        }

    def scan(self, *options: str, form: str = "json", scanners: str = "vuln") -> Any:
        """Scan the image on disk, and give the report."""
        chosen = ("--quiet", "--skip-version-check", "--scanners", scanners, "--format", form)
        place = str(self.run.home / "layout")
        return json.loads(self.run("image", *chosen, *options, "--input", place, environ=self.environ))

    def convert(self, report: Mapping[str, Any], *options: str) -> bytes:
        """Convert a report into another form."""
        file = self.run.home / "to-convert.json"
        file.write_text(json.dumps(report))
        return self.run("convert", "--quiet", *options, str(file), environ=self.environ)

    def severities(self, report: Mapping[str, Any]) -> list[str]:
        """Ask Trivy itself for the severities in a report: its own reader fills its own template."""
        template = self.run.home / "severities.tpl"
        template.write_text("{{ range . }}{{ range .Vulnerabilities }}{{ .Severity }} {{ end }}{{ end }}")
        return self.convert(report, "--format", "template", "--template", f"@{template}").decode().split()


@pytest.fixture(scope="session")
def image() -> Image:
    """Build the image."""
    return build()


@pytest.fixture(scope="session")
def digests(image) -> ImageDigests:
    """Tell what the image is known by."""
    return ImageDigests(image.digest, (PlatformDigests(image.platform, image.digest, digest_of(image.config)),))


@pytest.fixture(scope="session")
def trivy(tmp_path_factory, image) -> Trivy:
    """Put up Trivy beside its database and the image."""
    home = tmp_path_factory.mktemp("trivy")
    run = program("trivy", home)
    write_layout(image, home / "layout")
    return Trivy(run, write_database(home / "cache"))
