"""Who says which build made the image, and whether they agree. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from promotion.unknown import Reason, Unknown


class Source(StrEnum):
    """Where a claim comes from, the most to be relied on first."""

    PROVENANCE = "signed provenance"
    """Its signature was verified, by somebody trusted."""
    ATTESTATION = "GitHub attestation"
    """GitHub keeps it; its signature was not verified."""
    OPTION = "--build-run-id"
    """Nothing in it is about the image."""
    LABEL = "image label"
    """Nobody signed it."""


@dataclass(frozen=True)
class BuildClaim:
    """Which build made the image, as one source says; None where it does not say."""

    source: Source
    repository: str
    """`owner/name`."""
    commit: str | None = None
    """40 hex digits (64 in a repository with SHA-256)."""
    run_id: int | None = None
    attempt: int | None = None
    workflow_path: str | None = None
    """`.github/workflows/build.yml`."""
    ref: str | None = None
    """`refs/heads/main`."""


@dataclass(frozen=True)
class Basis:
    """What the claims say together. At least one of `commit` and `run_id` is there."""

    repository: str
    commit: str | None
    run_id: int | None
    attempt: int | None
    """The attempt of the run that built the image; None if nobody says which."""
    claims: tuple[BuildClaim, ...]
    """The most to be relied on first."""
    problems: tuple[str, ...] = ()
    """A sentence for each contradiction."""
    notes: tuple[str, ...] = ()
    """What a reader should know though it decides nothing, a sentence each."""

    @property
    def known_by(self) -> str:
        """The sources, in words."""
        return ", ".join(dict.fromkeys(claim.source for claim in self.claims))


def agree(claims: Sequence[BuildClaim]) -> Basis:
    """Put claims about one image together: all that there are must agree.

    Where they do not, the most to be relied on is followed, and each contradiction is a problem. Several attempts of
    one run may each have built the image, if its build is reproducible: then the newest counts. Raises Unknown,
    no-data, if nothing ties the image to a build; `--build-run-id` alone does not.
    """
    ordered = tuple(sorted(claims, key=lambda claim: list(Source).index(claim.source)))
    if all(claim.source is Source.OPTION for claim in ordered):
        given = "; --build-run-id names a run, but not what it built" if ordered else ""
        raise Unknown(
            Reason.NO_DATA,
            "no claim says which build made this image: it has neither provenance nor the label "
            f"org.opencontainers.image.revision{given}; attest provenance in the build, or set the label",
        )
    run_id = next((claim.run_id for claim in ordered if claim.run_id is not None), None)
    attempts = {claim.attempt for claim in ordered if claim.run_id == run_id and claim.attempt is not None}
    return Basis(
        repository=ordered[0].repository,
        commit=next((claim.commit for claim in ordered if claim.commit is not None), None),
        run_id=run_id,
        attempt=max(attempts, default=None),
        claims=ordered,
        problems=tuple(dict.fromkeys(_contradictions(ordered))),
        notes=tuple(_notes(ordered, attempts)),
    )


def _contradictions(ordered: Sequence[BuildClaim]) -> Iterator[str]:
    for name, word in (("repository", "the repository"), ("commit", "the commit"), ("run_id", "the run")):
        said = [(claim.source, getattr(claim, name)) for claim in ordered if getattr(claim, name) is not None]
        for source, value in said[1:]:
            first, expected = said[0]
            if str(value).lower() != str(expected).lower():
                another = "another " if source is first else ""
                yield (
                    f"the {first} says {word} {expected}, and {another}{source} says {value}: one of them is not "
                    "about this image; find out which before promoting"
                )


def _notes(ordered: Sequence[BuildClaim], attempts: set[int]) -> Iterator[str]:
    if len(attempts) > 1:
        listed = ", ".join(str(number) for number in sorted(attempts))
        yield f"attempts {listed} of the run built this image, bit for bit; the newest of them is judged"
    if ordered[0].source is Source.ATTESTATION:
        yield "the attestation is taken from GitHub; its signature was not verified"
    elif ordered[0].source in {Source.OPTION, Source.LABEL}:
        yield "the commit is known only from the image's label, which is not signed"
