"""What is wrong with an SBOM. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from promotion.core.plausible import SKEW
from promotion.sections.artifact.sbom.judgement import ArtifactDoubt, ArtifactFindings, Kind, Problem, Unread
from promotion.sections.artifact.sbom.summary import Sbom
from promotion.unknown import Reason


@dataclass(frozen=True)
class SbomLimits:
    """What is demanded of an SBOM."""

    base_system: bool = True
    """Whether there must be one; false for an image made from scratch."""
    older_than_image: timedelta = timedelta(hours=1)
    """How much older than the image it may be: a build may write the SBOM before it writes the image."""
    fewer_components: float = 0.3
    """The part of the previous image's components that may be gone."""


@dataclass(frozen=True)
class Described:
    """The image that an SBOM must be of."""

    digest: str
    digests: Collection[str]
    """Every digest it is known by: of the index, of each platform's manifest, of each configuration."""
    created: datetime | None = None
    """When it was built, by the word of its configuration."""


def judge_sbom(
    sbom: Sbom, image: Described, now: datetime, limits: SbomLimits, previous: Sbom | None = None
) -> ArtifactFindings:
    """Judge one document. `previous` is the SBOM of the image that production runs."""
    problems = [
        *_of_another_image(sbom, image),
        *(
            Problem(Kind.SCHEMA, f"{sbom.label} is not valid by its schema: {error}")
            for error in sbom.schema_errors or ()
        ),
        *_lacks(sbom, limits),
        *_older(sbom, image, limits),
        *_fewer(sbom, previous, limits),
    ]
    measured = f"{sbom.components} components, {sbom.os_packages} of them of {_listed(sbom.base_system) or 'no system'}"
    return ArtifactFindings(
        tuple(problems), tuple(_doubts(sbom, now)), tuple(_notes(sbom, image, previous)), f"{sbom.format}: {measured}"
    )


def judge_all(
    found: Sequence[Sbom | Unread],
    image: Described,
    now: datetime,
    limits: SbomLimits = SbomLimits(),
    previous: Sbom | None = None,
) -> ArtifactFindings:
    """Judge every SBOM that is attested of one image: one that is right is enough.

    The first one without problems and doubts decides, then the first one that could be read; of the others it is said
    what is wrong with them. One that names another image is a mix-up of builds, and wrong whatever else is there.
    """
    judged = [judge_sbom(each, image, now, limits, previous) for each in found if isinstance(each, Sbom)]
    unread = [each for each in found if isinstance(each, Unread)]
    if not judged:
        return ArtifactFindings(doubts=tuple(ArtifactDoubt(each.reason, each.message) for each in unread) or (_NONE,))
    decides = min(judged, key=lambda each: (bool(each.problems), bool(each.doubts)))
    others = [each for each in judged if each is not decides]
    mixed = tuple(problem for each in others for problem in each.problems if problem.kind is Kind.ANOTHER_IMAGE)
    said = [
        f"In addition: {text}" for each in others for text in each.messages if text not in {m.message for m in mixed}
    ]
    said += [f"In addition: {each.message}" for each in unread]
    return ArtifactFindings((*decides.problems, *mixed), decides.doubts, (*decides.notes, *said), decides.measured)


_NONE = ArtifactDoubt(Reason.NO_DATA, "no SBOM was given to judge")


def _of_another_image(sbom: Sbom, image: Described) -> Iterator[Problem]:
    if sbom.digests and not set(sbom.digests) & {image.digest, *image.digests}:
        yield Problem(
            Kind.ANOTHER_IMAGE,
            f"{sbom.label} says it is of {_listed(sbom.digests)}, expected {image.digest}: create it from the "
            "image that is promoted",
        )


def _invalid(sbom: Sbom) -> Iterator[Problem]:
    for error in sbom.schema_errors or ():
        yield Problem(Kind.SCHEMA, f"{sbom.label} is not valid by its schema: {error}")


def _lacks(sbom: Sbom, limits: SbomLimits) -> Iterator[Problem]:
    if sbom.components == 0:
        yield Problem(Kind.EMPTY, f"{sbom.label} lists no component: create it from the image, after the build")
        return
    if limits.base_system and not sbom.base_system:
        yield Problem(
            Kind.NO_BASE_SYSTEM,
            f"{sbom.label} lists {sbom.components} components, but neither an operating system nor one of its "
            "packages: create it from the image and not from the source tree, or declare that the image has no "
            "base system",
        )
    if sbom.application_called and not sbom.application:
        yield Problem(
            Kind.NO_APPLICATION,
            f"{sbom.label} lists {sbom.components} components, but not the application, which "
            f"{sbom.application_said_by} names {sbom.application_called}: have the build install it as a package, "
            "or declare its name in the SBOM",
        )


def _older(sbom: Sbom, image: Described, limits: SbomLimits) -> Iterator[Problem]:
    # What lists the contents of an image cannot be older than it: it lists something else. The other way round proves
    # nothing, for a reproducible build dates its image into the past.
    if sbom.created and image.created and image.created - sbom.created > limits.older_than_image:
        yield Problem(
            Kind.OLDER_THAN_IMAGE,
            f"{sbom.label} was made at {_at(sbom.created)}, before the image was built at {_at(image.created)}: it "
            "describes something else; create it again from the image",
        )


def _fewer(sbom: Sbom, previous: Sbom | None, limits: SbomLimits) -> Iterator[Problem]:
    if previous is None or not _comparable(sbom, previous) or not sbom.components:
        return
    before, gone = previous.components, previous.components - sbom.components
    if gone > limits.fewer_components * before:
        yield Problem(
            Kind.FEWER_COMPONENTS,
            f"{sbom.label} lists {sbom.components} components, and the SBOM of the image in production {before}: "
            f"{gone / before:.1%} are missing, expected at most {limits.fewer_components:.0%}; check whether the "
            "scan covered the whole image",
        )


def _comparable(sbom: Sbom, previous: Sbom) -> bool:
    # Tools do not agree on what a component is; versions of one tool mostly do.
    return previous.components > 0 and _name(sbom.tool) == _name(previous.tool)


def _name(tool: str) -> str:
    return tool.rpartition(" ")[0] or tool


def _doubts(sbom: Sbom, now: datetime) -> Iterator[ArtifactDoubt]:
    if sbom.created and sbom.created - now > SKEW:
        yield ArtifactDoubt(
            Reason.MALFORMED,
            f"{sbom.label} says it was made at {_at(sbom.created)}, which is in the future: check the clock of the "
            "machine that created it",
        )
    if not sbom.application_called:
        yield ArtifactDoubt(
            Reason.NOT_DECLARED,
            "the application's name is not known, so the gate cannot check that the SBOM lists it: declare its "
            "name or package URL, or give the image the label org.opencontainers.image.source",
        )


def _notes(sbom: Sbom, image: Described, previous: Sbom | None) -> Iterator[str]:
    if sbom.created is None:
        yield f"{sbom.label} does not say when it was created."
    if not sbom.digests:
        yield f"{sbom.label} does not say which image it is of, but the attestation does."
    elif foreign := set(sbom.digests) - {image.digest, *image.digests}:
        yield f"{sbom.label} names {_listed(sorted(foreign))} too."
    if previous is not None and not _comparable(sbom, previous):
        yield (
            f"The SBOM of the image in production was made by {previous.tool or 'an unnamed tool'} and lists "
            f"{previous.components} components; tools count differently, so the numbers were not compared."
        )


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"


def _listed(names: Collection[str]) -> str:
    shown = list(names)[:3]
    return ", ".join(shown) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
