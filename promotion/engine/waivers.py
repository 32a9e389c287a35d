"""Let failures through that a team has waived: the status below stays in sight, and no waiver goes unspoken of. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from promotion.core.status import Status
from promotion.engine.outcome import Outcome
from promotion.settings.waivers import Waiver

SOON = timedelta(days=7)
"""So many days before its end a waiver is spoken of, that its owner may fix what it covers."""


class WaiverState(StrEnum):
    """What a waiver did in a run."""

    USED = "used"
    UNUSED = "unused"
    EXPIRED = "expired"
    NOT_YET = "not-yet"
    OTHER_IMAGE = "other-image"
    VERSION_NOT_KNOWN = "version-not-known"


@dataclass(frozen=True)
class JudgedImage:
    """What waivers are compared with."""

    digest: str
    version: str | None
    """The image's label `org.opencontainers.image.version`, if the run has read it."""


def waive(waivers: Iterable[Waiver], outcome: Outcome, image: JudgedImage, today: date) -> Outcome:
    """Give the outcome, marked as waived if it failed and a waiver in force covers it.

    Only what failed is let through: what is unknown, or was not run, is not known to be what was agreed to. The
    first waiver that covers a failure is the one it is shown with.
    """
    for waiver in waivers:
        if _covers(waiver, outcome) and _scope(waiver, image, today) is WaiverState.UNUSED:
            return replace(outcome, status=Status.WAIVED, waiver=_shown(waiver))
    return outcome


def concerned(waivers: Iterable[Waiver], outcome: Outcome) -> list[Waiver]:
    """Give the waivers that would let this outcome through if they are in force."""
    return [waiver for waiver in waivers if _covers(waiver, outcome)]


def state_of(waiver: Waiver, outcomes: Iterable[Outcome], image: JudgedImage, today: date) -> WaiverState:
    """Tell what a waiver did in a run with these outcomes."""
    state = _scope(waiver, image, today)
    if state is WaiverState.UNUSED and any(
        outcome.waiver == _shown(waiver) and _same(waiver, outcome) for outcome in outcomes
    ):
        return WaiverState.USED
    return state


def describe(waiver: Waiver, state: WaiverState, image: JudgedImage, today: date) -> str | None:
    """Say in one sentence what somebody should know of a waiver; None if it does its work and has time."""
    name = f"the waiver for {waiver.item}{f' of {waiver.subject}' if waiver.subject else ''} by {waiver.approver}"
    if state is WaiverState.EXPIRED:
        return f"{name} expired on {waiver.expires}: fix it, or have the waiver granted again"
    if state is WaiverState.NOT_YET:
        return f"{name} is not valid before {waiver.granted}"
    if state is WaiverState.OTHER_IMAGE:
        other = waiver.digest or f"version {waiver.version}"
        here = image.digest if waiver.digest else f"version {image.version}"
        return f"{name} is for {other}, and this is {here}: it has no effect"
    if state is WaiverState.VERSION_NOT_KNOWN:
        return (
            f"{name} is for version {waiver.version}, but the image's label org.opencontainers.image.version could "
            "not be read: give the digest instead"
        )
    if state is WaiverState.UNUSED:
        return f"{name} has no effect, because nothing that it covers failed: remove it"
    if waiver.expires - today <= SOON:
        days = (waiver.expires - today).days
        return (
            f"{name} expires {'today' if days == 0 else f'in {days} day' + 's' * (days != 1)}: {waiver.owner} must "
            "fix it"
        )
    return None


def as_json(waiver: Waiver, state: WaiverState, said: str | None) -> dict[str, Any]:
    """As it is in the record."""
    return {**waiver.model_dump(mode="json"), "state": str(state), "message": said}


def version_of(evidence: Mapping[str, Any]) -> str | None:
    """Read the image's version from what was seen of it; None if that was not seen, or platforms disagree."""
    content = evidence.get("image_content")
    platforms = content.get("platforms", ()) if isinstance(content, Mapping) else ()
    said = {one.get("labels", {}).get("org.opencontainers.image.version") for one in platforms}
    return said.pop() if len(said) == 1 else None


def _scope(waiver: Waiver, image: JudgedImage, today: date) -> WaiverState:
    if waiver.version is not None and image.version is None:
        return WaiverState.VERSION_NOT_KNOWN
    if (waiver.digest or waiver.version) != (image.digest if waiver.digest else image.version):
        return WaiverState.OTHER_IMAGE
    if today < waiver.granted:
        return WaiverState.NOT_YET
    return WaiverState.EXPIRED if today > waiver.expires else WaiverState.UNUSED


def _covers(waiver: Waiver, outcome: Outcome) -> bool:
    return outcome.status is Status.FAILED and _same(waiver, outcome)


def _same(waiver: Waiver, outcome: Outcome) -> bool:
    return waiver.item == outcome.item and waiver.subject in (None, outcome.subject)


def _shown(waiver: Waiver) -> dict[str, Any]:
    return {
        "by": waiver.approver,
        "owner": waiver.owner,
        "reason": waiver.reason,
        "until": str(waiver.expires),
        "status": str(Status.FAILED),
    }
