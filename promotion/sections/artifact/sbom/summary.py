"""What an SBOM says, in short: enough to judge it, small enough to keep."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from packageurl import PackageURL

from promotion.sections.artifact.sbom.application import Application
from promotion.sections.artifact.sbom.document import Document
from promotion.sections.artifact.sbom.fields import said
from promotion.sections.artifact.sbom.purl import OS_TYPES

MOST_NAMES = 20


@dataclass(frozen=True)
class Sbom:
    """One document. Counts are exact, lists of names are cut at 20."""

    source: str
    """Where it was found, for sentences: `the SBOM at referrer 2`."""
    format: str
    """`CycloneDX` or `SPDX`."""
    spec_version: str
    created: datetime | None
    """When, as it says; None if it does not say."""
    tool: str
    """What made it, as it says: `syft 1.18.1`."""
    components: int
    """Packages it lists; the image itself, its operating system and single files do not count."""
    os_packages: int
    """Those among them that the operating system's package manager installed."""
    base_system: tuple[str, ...]
    """Names of the operating system: `debian 12`."""
    application: tuple[str, ...]
    """Components that are the application: `shop 1.8.0`."""
    application_called: str
    """What the application was looked for as; empty if nobody says."""
    application_said_by: str
    digests: tuple[str, ...]
    """Digests it says its image has: of a manifest, an index or a configuration."""
    schema_errors: tuple[str, ...] | None = None
    """What is wrong by the published schema; None if that was not looked at."""

    @property
    def label(self) -> str:
        """What it is, for sentences."""
        return f"{self.source} ({self.format} {self.spec_version}{f' by {self.tool}' if self.tool else ''})"


@dataclass
class ComponentCounter:
    """Counts components as they are read."""

    wanted: Application
    components: int = 0
    os_packages: int = 0
    systems: Counter[str] = field(default_factory=Counter)
    distributions: Counter[str] = field(default_factory=Counter)
    application: list[str] = field(default_factory=list)

    def add_system(self, name: str, version: str) -> None:
        """Count an operating system; `none` is what Trivy calls that of an image that has none."""
        if name.strip().lower() == "none":
            return
        self.systems[f"{name} {version}".strip()] += 1

    def add(self, name: str, version: str, purl: PackageURL | None, group: str = "") -> None:
        """Count a package."""
        self.components += 1
        if purl is not None and purl.type in OS_TYPES:
            self.os_packages += 1
            self.distributions[purl.qualifiers.get("distro") or purl.namespace or purl.type] += 1
        self.look_for_application(name, version, purl, group)

    def look_for_application(self, name: str, version: str, purl: PackageURL | None, group: str = "") -> None:
        """See whether a component is the application."""
        if len(self.application) < MOST_NAMES and self.wanted and self.wanted.is_named_by(group, name, purl):
            self.application.append(said(f"{name} {version}".strip()))

    def summed_up(self, document: Document, created: datetime | None, tool: str, digests: tuple[str, ...]) -> Sbom:
        """Give the summary, when everything is counted."""
        return Sbom(
            source=document.what,
            format=document.format,
            spec_version=document.version,
            created=created,
            tool=tool,
            components=self.components,
            os_packages=self.os_packages,
            base_system=self.base_system,
            application=tuple(self.application),
            application_called=self.wanted.called,
            application_said_by=self.wanted.said_by,
            digests=digests,
        )

    @property
    def base_system(self) -> tuple[str, ...]:
        """Names of operating systems; where none is listed, what its packages say."""
        named = self.systems or self.distributions
        return tuple(said(name) for name, _ in named.most_common(MOST_NAMES))
