"""The image's vulnerability scans, of every source that is configured. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from promotion.sections.artifact.content import ImageContent
from promotion.sections.artifact.sbom.judgement import ArtifactFindings, Unread
from promotion.sections.artifact.vulnerabilities.image import ImageDigests, PlatformDigests
from promotion.sections.artifact.vulnerabilities.judge import judge_reports
from promotion.sections.artifact.vulnerabilities.report import ScanReport
from promotion.settings.image import Vulnerabilities
from promotion.unknown import Unknown


@dataclass(frozen=True)
class Scans:
    """What one source has of the image; nothing if it has no scan of it."""

    reports: tuple[ScanReport, ...] = ()
    unread: tuple[Unread, ...] = ()
    """Scans that are there and not to be read."""
    altered: str = ""
    """A sentence, if bytes that were read do not hash to the digest they were asked for."""


def judge_scans(
    scans: Mapping[str, Scans], content: ImageContent, expected: Vulnerabilities, digest: str, now: datetime
) -> ArtifactFindings:
    """Weigh the sources against each other, in their configured order."""
    known = tuple(PlatformDigests(one.platform, one.digest, one.config) for one in content.images)
    looks = list(_looks(scans, expected.order))
    return judge_reports(looks, ImageDigests(digest, known), now, timedelta(days=expected.max_age_days))


def altered(scans: Mapping[str, Scans]) -> str:
    """Say which bytes are not what they should be; empty if none are."""
    for source in scans:
        try:
            if scans[source].altered:
                return scans[source].altered
        except Unknown:
            continue  # it is told of where the sources are weighed
    return ""


def _looks(scans: Mapping[str, Scans], sources: Sequence[str]) -> Iterator[ScanReport | Unread]:
    for source in sources:
        try:
            found = scans[source]
        except Unknown as unknown:
            yield Unread.because(source, unknown)
        else:
            yield from found.reports
            yield from found.unread
