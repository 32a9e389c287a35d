"""The image's bills of materials: attested ones, and what there is in place of one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from promotion.sections.artifact.content import ImageContent
from promotion.sections.artifact.sbom.judge import Described, SbomLimits, judge_all
from promotion.sections.artifact.sbom.judgement import ArtifactFindings, Unread
from promotion.sections.artifact.sbom.summary import Sbom
from promotion.settings.image import SbomSettings as Expected
from promotion.unknown import Unknown


@dataclass(frozen=True)
class AttestedSbom:
    """A bill of materials that somebody trusted attests of this digest."""

    sbom: Sbom
    signer: str
    form: str
    sha256: str
    """Of the envelope or bundle, hex."""


@dataclass(frozen=True)
class Sboms:
    """What is attested of the image."""

    found: tuple[AttestedSbom, ...] = ()
    unread: tuple[Unread, ...] = ()
    """Attested, and not to be read."""
    instead: str = ""
    """Why nothing counts, in a sentence, if nothing is attested."""
    unsigned: bool = False
    """Whether there is one at the tag `.sbom`, which nobody signs."""
    altered: str = ""
    """A sentence, if bytes that were read do not hash to the digest they were asked for."""

    @property
    def missing(self) -> str:
        """Why there is none to judge, in a sentence; empty if there is one."""
        if self.found or self.unread:
            return ""
        if self.unsigned:
            return (
                "an SBOM is attached at the tag .sbom, which is not signed, and no SBOM is attested: attach it "
                "with `cosign attest`"
            )
        return f"{self.instead} Attest one with `cosign attest --type cyclonedx` or `spdxjson`."

    def newest(self) -> Sbom | None:
        """Give the newest one, as it says."""
        dated = [one.sbom for one in self.found]
        return max(dated, key=lambda one: (one.created is not None, one.created), default=None)


def judge_sboms(
    sboms: Sboms, content: ImageContent, expected: Expected, digest: str, now: datetime, before: Sbom | None
) -> ArtifactFindings:
    """Judge every one of them against the image, and against that of the image in prod."""
    known = {each for one in content.images for each in (one.digest, one.config)}
    created = [one.created for one in content.platforms if one.created is not None]
    image = Described(digest, known, min(created, default=None))
    limits = SbomLimits(base_system=expected.base_system, fewer_components=expected.max_fall)
    return judge_all([*(one.sbom for one in sboms.found), *sboms.unread], image, now, limits, before)


def before(previous: Mapping[str, Sboms]) -> tuple[Sbom | None, str]:
    """Give the SBOM of the image in prod, or say why there is none to compare with: that alone decides nothing."""
    try:
        newest = next((found.newest() for found in previous.values()), None)
    except Unknown as unknown:
        return None, f"not compared with prod: {unknown.message}"
    return newest, "" if newest else "not compared with prod, because its image has no SBOM"


def too_old(sboms: Sboms, max_age_days: float | None, now: datetime) -> str:
    """Say how old the newest one is, if it is older than it may be; empty if not."""
    newest = sboms.newest()
    if newest is None or max_age_days is None:
        return ""
    if newest.created is None:
        return f"{newest.label} does not say when it was created, expected at most {max_age_days:g} days ago"
    age = now - newest.created
    if age <= timedelta(days=max_age_days):
        return ""
    return (
        f"{newest.label} is {age.total_seconds() / 86400:.1f} days old, expected at most {max_age_days:g}: create "
        "it again"
    )
