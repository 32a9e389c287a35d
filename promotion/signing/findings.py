"""What came out of looking at an image's signatures and attestations. Plain data; imports nothing heavy."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from promotion.signing.signatures_found import Gap
from promotion.unknown import Reason, Unknown

SIMPLE_SIGNING = "cosign 2 signature"
SIGN_BUNDLE = "cosign 3 signature bundle"
ATTESTATION_LAYER = "cosign 2 attestation"
ATTESTATION_BUNDLE = "attestation bundle"


@dataclass(frozen=True)
class SignedBy:
    """Who made a verified signature: a key, or an identity with its OIDC issuer."""

    name: str
    """For people: the key with its name, or the identity with its issuer."""
    key: str | None = None
    """SHA-256 of the key's SPKI, hex; None for keyless."""
    identity: str | None = None
    issuer: str | None = None
    signed: datetime | None = None
    """When, as a transparency log or time stamp proves; None when nothing proves it."""


@dataclass(frozen=True)
class VerifiedSignature:
    """A signature of exactly this digest by somebody trusted."""

    place: str
    form: str
    signer: SignedBy
    notes: tuple[str, ...] = ()
    """What a reader should know though it decides nothing, a sentence each."""


@dataclass(frozen=True)
class VerifiedAttestation:
    """A statement about exactly this digest, signed by somebody trusted."""

    place: str
    form: str
    signer: SignedBy
    predicate_type: str
    predicate: Any
    """JSON, as it was signed."""
    subjects: int
    """How many things the statement is about; this image is one of them."""
    sha256: str
    """SHA-256 of the envelope or bundle, hex: what an `inputAttestations` entry names."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rejection:
    """Something attached that was looked at and does not count, and why: one sentence."""

    place: str
    form: str
    why: str


@dataclass(frozen=True)
class Undecided:
    """Something attached of which nobody could tell whether it counts, and why."""

    place: str
    form: str
    reason: Reason
    why: str


@dataclass(frozen=True)
class SignatureFindings:
    """Every candidate for a signature of `digest`, each in one of three lists."""

    digest: str
    verified: tuple[VerifiedSignature, ...]
    rejected: tuple[Rejection, ...]
    undecided: tuple[Undecided, ...]
    gaps: tuple[Gap, ...]
    """What could not be listed or fetched."""

    def is_signed(self) -> bool:
        """Whether somebody trusted signed this digest.

        Raises Unknown when nobody did as far as was seen, but not everything could be seen or decided.
        """
        if not self.verified:
            _raise_if_undecided(f"Cannot determine whether {self.digest} is signed", self.undecided, self.gaps)
        return bool(self.verified)

    @property
    def summary(self) -> str:
        """One sentence: who signed, or what was there instead."""
        if self.verified:
            by = "; ".join(f"{each.signer.name}, {each.form}" for each in self.verified)
            return f"{self.digest} is signed by {by}."
        there = _told(self.rejected, "no candidate is attached")
        return f"{self.digest} has no valid signature: {there}."


@dataclass(frozen=True)
class AttestationFindings:
    """Every attestation attached to `digest`; those of the wanted predicate types in `verified`."""

    digest: str
    predicate_types: tuple[str, ...]
    verified: tuple[VerifiedAttestation, ...]
    other_types: tuple[str, ...]
    """Predicate types that were verified too and not asked for."""
    rejected: tuple[Rejection, ...]
    undecided: tuple[Undecided, ...]
    gaps: tuple[Gap, ...]

    def found(self) -> tuple[VerifiedAttestation, ...]:
        """Give the verified attestations of the wanted types.

        Raises Unknown when there is none as far as was seen, but not everything could be seen or decided.
        """
        if not self.verified:
            wanted = " or ".join(self.predicate_types)
            _raise_if_undecided(
                f"Cannot determine whether {self.digest} has an attestation {wanted}", self.undecided, self.gaps
            )
        return self.verified

    def unseen(self) -> tuple[Unknown, ...]:
        """Give what else may be attested: it could not be listed, read or verified.

        Where one of several decides, such as the newest, what was found decides only if this is empty.
        """
        of_one = (Unknown(one.reason, f"{one.place} ({one.form}): {one.why}") for one in self.undecided)
        return (*of_one, *(Unknown(gap.reason, gap.what) for gap in self.gaps))

    @property
    def summary(self) -> str:
        """One sentence: what was attested by whom, or what was there instead."""
        if self.verified:
            what = "; ".join(f"{each.predicate_type} by {each.signer.name}" for each in self.verified)
            return f"{self.digest} is attested: {what}."
        wanted = " or ".join(self.predicate_types)
        there = f"only {', '.join(self.other_types)} is attested" if self.other_types else "nothing is attested"
        return f"{self.digest} has no valid attestation {wanted}: {_told(self.rejected, there)}."


def _told(rejected: tuple[Rejection, ...], otherwise: str) -> str:
    return "; ".join(f"{each.place}: {each.why}" for each in rejected) or otherwise


def _raise_if_undecided(claim: str, undecided: tuple[Undecided, ...], gaps: tuple[Gap, ...]) -> None:
    if undecided:
        first = undecided[0]
        raise Unknown(first.reason, f"{claim}: {first.place} ({first.form}): {first.why}")
    if gaps:
        raise Unknown(
            gaps[0].reason, f"{claim}, because not everything could be read: {'; '.join(each.what for each in gaps)}"
        )
