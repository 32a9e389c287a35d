"""Whose word counts for an item, and whether it does now. Pure: signatures and links have been looked at.

For an item that a machine cannot see, or could not, the test takes the evidence `attestations` and says

    attested("stakeholders-notified", attestations, settings, digest, clock)

which never returns: it raises Attested, fails, or leaves the item pending. `word_for` is for a test that goes on
without a word.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NoReturn

from promotion.core.answers import Attestation, Attested
from promotion.core.clock import Clock
from promotion.core.plausible import SKEW
from promotion.people.promotion_record import PromotionRecord, RecordLook, Word
from promotion.settings import Settings
from promotion.settings.people import allowed
from promotion.unknown import Reason, Unknown


class ProofOutcome(StrEnum):
    """What came of looking at a signature or a link."""

    NONE = "none"
    """There is none."""
    GOOD = "good"
    WRONG = "wrong"
    UNCLEAR = "unclear"
    """It is unknown."""


@dataclass(frozen=True)
class ProofCheck:
    """What came of looking at a signature or a link, and why it is not good."""

    found: ProofOutcome
    said: str = ""
    """A sentence without its end, unless it is good or there is none."""
    reason: Reason | None = None
    """Why it is unclear, if it is."""


@dataclass(frozen=True)
class Checked:
    """A word of the promotion record, and what was seen of its signature and its link."""

    word: Word
    signature: ProofCheck
    link: ProofCheck


@dataclass(frozen=True)
class Attestations:
    """Every word of the promotion record."""

    record: str
    """The file, as people know it: `promotions/a8169da8c9ee.toml`."""
    digest: str | None
    """The image that the record is of, `sha256:…`; None if there is no record yet."""
    words: tuple[Checked, ...] = ()


@dataclass(frozen=True)
class Rules:
    """What holds for attestations of one item."""

    by: tuple[str, ...]
    """Who may attest it."""
    signed: bool
    max_age: timedelta


def rules_for(item: str, settings: Settings) -> Rules:
    """Give what promotion.toml says of attestations of an item. Raises Unknown, not-declared, if nobody may attest."""
    general = settings.plan.attestations
    own = general.items.get(item)
    by = general.by if own is None or own.by is None else own.by
    by = settings.plan.people.everybody if by is None else by
    if not by:
        raise Unknown(
            Reason.NOT_DECLARED,
            f"promotion.toml does not say who may attest {item}: name people in [plan.people], or in `by` of "
            "[plan.attestations]",
        )
    signed = general.signed if own is None or own.signed is None else own.signed
    days = general.max_age_days if own is None or own.max_age_days is None else own.max_age_days
    return Rules(by, signed, timedelta(days=days))


def require_attestation(
    item: str, attestations: Attestations, settings: Settings, digest: str, clock: Clock
) -> NoReturn:
    """Judge an item by what a person has said of it.

    Raises Attested; Unknown, awaits-person, if nobody has said anything yet, and what `word_for` raises.
    """
    word = attestation_for(item, attestations, settings, digest, clock)
    if word is not None:
        raise Attested(word)
    raise awaited(item, attestations, settings, digest)


def attestation_for(
    item: str, attestations: Attestations, settings: Settings, digest: str, clock: Clock
) -> Attestation | None:
    """Find the newest word that counts for an item and an image; None if there is none.

    Raises AssertionError if there are only words that do not count (of another image, by somebody who may not, expired,
    not signed where it must be, with a dead link), or one that was changed after it was signed. Raises Unknown if it
    cannot be told whether one counts.
    """
    if attestations.digest is None:
        return None
    assert attestations.digest == digest, other_image(attestations.record, attestations.digest, digest)
    ours = sorted((one for one in attestations.words if one.word.item == item), key=lambda one: one.word.at)[::-1]
    if not ours:
        return None
    rules = rules_for(item, settings)
    forged = [one for one in ours if one.signature.found is ProofOutcome.WRONG]
    assert not forged, f"{_whose(forged[0].word)}: {forged[0].signature.said}"
    now = clock.now()
    problems = [list(_problems(one, rules, digest, now)) for one in ours]
    sound = [one for one, wrong in zip(ours, problems, strict=True) if not wrong]
    assert sound, f"{_whose(ours[0].word)} {problems[0][0]}"
    clear = next((one for one in sound if ProofOutcome.UNCLEAR not in (one.signature.found, one.link.found)), None)
    if clear is None:
        doubt = next(one for one in (sound[0].signature, sound[0].link) if one.found is ProofOutcome.UNCLEAR)
        raise Unknown(doubt.reason or Reason.ERROR, f"{_whose(sound[0].word)}: {doubt.said}")
    word = clear.word
    return Attestation(
        by=word.by,
        at=stamp_of(word.at),
        statement=word.statement,
        link=word.link or None,
        signed=clear.signature.found is ProofOutcome.GOOD,
    )


def awaited(item: str, attestations: Attestations, settings: Settings, digest: str) -> Unknown:
    """Give what to raise where a person's word is still to come."""
    if attestations.digest is None:
        return no_record(attestations.record, digest)
    by = ", ".join(rules_for(item, settings).by)
    return Unknown(
        Reason.AWAITS_PERSON,
        f"{item} is not attested in {attestations.record} yet: one of {by} must attest it with `promotion attest "
        f"{item} --digest {digest} --by …`",
    )


def record_of(look: RecordLook, digest: str) -> PromotionRecord:
    """Give the promotion record of this image.

    Raises Unknown, awaits-person, if there is none yet, and AssertionError if it is of another image.
    """
    if look.record is None:
        raise no_record(look.name, digest)
    assert look.record.digest == digest, other_image(look.name, look.record.digest, digest)
    return look.record


def no_record(name: str, digest: str) -> Unknown:
    """Give what to raise where there is no promotion record yet."""
    return Unknown(
        Reason.AWAITS_PERSON,
        f"{name} does not exist yet: create it with `promotion plan --digest {digest}`, fill it in, and have it "
        "reviewed",
    )


def other_image(name: str, found: str, digest: str) -> str:
    """Say that a promotion record is of another image."""
    return f"{name} is of {found}, expected {digest}: create a record for this image with `promotion plan`"


def stamp_of(moment: datetime) -> str:
    """Write an instant as it is in a record: UTC, whole seconds, `Z`."""
    from promotion.core.clock import stamp

    return stamp(moment.replace(microsecond=0)).replace(".000Z", "Z")


def _problems(checked: Checked, rules: Rules, digest: str, now: datetime) -> Iterator[str]:
    word = checked.word
    if word.digest != digest:
        yield f"is of {word.digest}, expected {digest}: attest it for this image"
    if allowed(word.by, rules.by) is None:
        yield f"is not accepted: {word.item} must be attested by one of {', '.join(rules.by)}"
    if word.at > now + SKEW:
        yield f"is dated after now, {stamp_of(now)}: attest it again with a correct clock"
    ends = min(word.expires, word.at + rules.max_age)
    if now >= ends:
        yield f"expired at {stamp_of(ends)}: check again, and attest it again"
    if rules.signed and checked.signature.found is ProofOutcome.NONE:
        yield f"is not signed, and {word.item} requires a signature: attest it again with --key"
    if checked.link.found is ProofOutcome.WRONG:
        yield f"has a dead link: {checked.link.said}"


def _whose(word: Word) -> str:
    return f"the attestation by {word.by} of {word.item} of {stamp_of(word.at)}"
