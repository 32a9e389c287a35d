"""Whether a report is of the image that is promoted, and of which of its platforms. Pure."""

from enum import Enum

from promotion.sections.artifact.sbom.judgement import ArtifactDoubt
from promotion.sections.artifact.vulnerabilities.image import ImageDigests, PlatformDigests
from promotion.sections.artifact.vulnerabilities.report import ScanReport
from promotion.unknown import Reason


class Tie(Enum):
    """How a report is tied to an image."""

    OURS = "ours"
    ANOTHER = "another"
    UNBOUND = "unbound"
    """It names no digest."""
    CONTRADICTORY = "contradictory"
    """It names our digest, and the configuration of another image."""


def tie(report: ScanReport, image: ImageDigests) -> Tie:
    """Compare the digests that a report names with those of the image.

    What it names itself outweighs what a signed statement says it is about: who signed may have taken the wrong file.
    """
    named = {*report.image_digests, *([report.image_id] if report.image_id else [])}
    if not named:
        return Tie.OURS if report.attested in image.all else Tie.UNBOUND
    if not named & image.all or (report.attested and report.attested not in image.all):
        return Tie.ANOTHER
    return Tie.CONTRADICTORY if report.image_id and report.image_id not in image.all else Tie.OURS


def names_of(report: ScanReport) -> str:
    """Tell what a report says it is of."""
    return ", ".join(dict.fromkeys(each for each in (*report.image_digests, report.image_id, report.attested) if each))


def platforms_of(report: ScanReport, image: ImageDigests) -> tuple[PlatformDigests, ...]:
    """Find which platforms of the image a report that is tied to it covers: one, or none if it does not say which."""
    if len(image.platforms) == 1:
        return image.platforms
    named = {report.image_id, *report.image_digests, report.attested} - {image.digest}
    exact = tuple(each for each in image.platforms if named & {each.manifest, each.config})
    if exact:
        return exact[:1]
    return tuple(
        each for each in image.platforms if report.platform and f"{each.platform}/".startswith(f"{report.platform}/")
    )[:1]


def unbound(report: ScanReport, image: ImageDigests, how: Tie) -> ArtifactDoubt:
    """Say why a report is tied to no image."""
    if how is Tie.CONTRADICTORY:
        return ArtifactDoubt(
            Reason.MALFORMED,
            f"{report.label} says it is of {', '.join(report.image_digests)} with the configuration "
            f"{report.image_id}, which is not that of {image.digest}: scan again",
        )
    return ArtifactDoubt(
        Reason.NO_DATA,
        f"{report.label} names no digest, so the gate cannot check that it is of {image.digest}: scan the image by "
        "its digest from the registry, or attest the report",
    )
