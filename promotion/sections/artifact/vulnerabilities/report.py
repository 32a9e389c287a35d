"""What a scanner reported of one image: what counts in full, the rest in numbers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from promotion.sections.artifact.sbom.fields import SbomFields, said
from promotion.sections.artifact.sbom.judgement import ArtifactDoubt

CRITICAL = "CRITICAL"
UNKNOWN = "UNKNOWN"
SEVERITIES = (CRITICAL, "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", UNKNOWN)
"""Worst first. UNKNOWN is counted apart: nobody has rated it yet."""
MOST_KEPT = 100
"""Findings that are kept one by one; more are only counted."""

# What scanners beside Trivy call them: Amazon ECR and Amazon Inspector.
_OTHER_WORDS = {"UNDEFINED": UNKNOWN, "UNTRIAGED": UNKNOWN, "": UNKNOWN}


@dataclass(frozen=True)
class Vulnerability:
    """A vulnerability in one package."""

    id: str
    package: str
    version: str = ""
    fixed_in: str = ""
    """Versions that do not have it; empty if there is none yet."""

    @property
    def label(self) -> str:
        """What is found where, for sentences."""
        fix = f"fixed in {self.fixed_in}" if self.fixed_in else "no fix yet"
        return f"{self.id} in {f'{self.package} {self.version}'.strip()} ({fix})"


@dataclass(frozen=True)
class Suppressed:
    """A CRITICAL finding that somebody took out of the report's list."""

    finding: Vulnerability
    how: str
    """The scanner's word: `ignored`, `not_affected`, `fixed`, `SUPPRESSED`."""
    statement: str = ""
    """Why, in the words of who did it; often empty."""
    source: str = ""
    """Where it is written: `.trivyignore`, a VEX document."""

    @property
    def label(self) -> str:
        """What is suppressed and by what, for sentences."""
        by = f" by {self.source}" if self.source else ""
        return f"{self.finding.id} in {self.finding.package} ({self.how}{by}: {self.statement or 'no reason given'})"


@dataclass(frozen=True)
class ScanReport:
    """One report or answer of a scanner, not judged yet."""

    source: str
    """The kind of place it comes from: one of those that are configured, in whose order they decide."""
    place: str
    """Which one it is, for sentences: `the vulnerability attestation at referrer 2`."""
    scanner: str
    """What made it: `Trivy 0.76.0`."""
    created: datetime | None
    """When the image was scanned; None if that is not said."""
    data_from: datetime | None = None
    """How new the vulnerability data was that the scanner had; None if that is not said."""
    image_digests: tuple[str, ...] = ()
    """Digests of a manifest or an index that the report names as scanned."""
    image_id: str = ""
    """Digest of the configuration of what was scanned, or empty."""
    attested: str = ""
    """The digest that a verified statement says the report is about, or empty."""
    platform: str = ""
    """What was scanned, `linux/amd64`, or empty."""
    targets: tuple[str, ...] = ()
    """Where packages were looked for: `debian 12.12`, `python-pkg`."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Findings by severity, without those suppressed."""
    critical: tuple[Vulnerability, ...] = ()
    """At most 100 of them; `counts` has their number."""
    suppressed_counts: Mapping[str, int] = field(default_factory=dict)
    suppressed: tuple[Suppressed, ...] = ()
    """Those of severity CRITICAL, at most 100 of them."""
    doubts: tuple[ArtifactDoubt, ...] = ()
    """Why no CRITICAL finding would not mean that there is none."""
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What it is and how old, for sentences."""
        when = f", {self.created:%Y-%m-%d %H:%M}Z" if self.created else ""
        return f"{self.place} ({self.scanner}{when})"

    @property
    def ids(self) -> frozenset[str]:
        """The CRITICAL vulnerabilities it knows of, suppressed or not."""
        return frozenset(each.id for each in (*self.critical, *(each.finding for each in self.suppressed)))


@dataclass
class VulnerabilityCounter:
    """Counts findings as they are read."""

    counts: Counter[str] = field(default_factory=Counter)
    unfixed: int = 0
    critical: list[Vulnerability] = field(default_factory=list)
    suppressed_counts: Counter[str] = field(default_factory=Counter)
    suppressed: list[Suppressed] = field(default_factory=list)

    def add(self, severity: str, finding: Vulnerability) -> None:
        """Count a finding."""
        self.counts[severity] += 1
        self.unfixed += not finding.fixed_in
        if severity == CRITICAL and len(self.critical) < MOST_KEPT:
            self.critical.append(finding)

    def add_suppressed(self, severity: str, suppressed: Suppressed) -> None:
        """Count a finding that was taken out of the list."""
        self.suppressed_counts[severity] += 1
        if severity == CRITICAL and len(self.suppressed) < MOST_KEPT:
            self.suppressed.append(suppressed)


def severity_named(word: str) -> str | None:
    """Get the severity that a scanner calls by that word, in any case; None if it is no scanner's word."""
    upper = word.strip().upper()
    found = _OTHER_WORDS.get(upper, upper)
    return found if found in SEVERITIES else None


def severity_of(fields: SbomFields, key: str) -> str:
    """Read a severity in any case; absent is UNKNOWN.

    A word that is none of the scanners' is Unknown("malformed"): it might stand for the worst.
    """
    word = fields.text(key, "")
    found = severity_named(word)
    if found is None:
        raise fields.malformed(f"{fields.place(key)} is {said(word)}, expected one of {', '.join(SEVERITIES)}")
    return found


def in_order(counts: Mapping[str, int]) -> dict[str, int]:
    """Order counts by severity, worst first, and leave out what there is none of."""
    return {severity: counts[severity] for severity in SEVERITIES if counts.get(severity)}


def told_counts(counts: Mapping[str, int]) -> str:
    """Tell counts in a few words: `0 CRITICAL, 3 HIGH`."""
    rest = (f"{count} {severity}" for severity, count in in_order(counts).items() if severity != CRITICAL)
    return ", ".join([f"{counts.get(CRITICAL, 0)} {CRITICAL}", *rest])
