"""What is said of a planned promotion, and whether everybody who should know was told. Pure."""

from collections.abc import Sequence
from datetime import timedelta

from promotion.clients.channels.message import SHORT, Message
from promotion.clients.channels.posted import PostedState, Told, raise_if_unclear
from promotion.clients.channels.status_page import Maintenance, StatusPageLook
from promotion.core.answers import Attested
from promotion.core.clock import Clock
from promotion.core.sentences import join
from promotion.people.attestations import Attestations, attestation_for, require_attestation
from promotion.people.promotion_record import PromotionRecord
from promotion.sections.plan.window import times
from promotion.settings import Settings
from promotion.settings.local_time import Span
from promotion.unknown import Reason, Unknown

UNTIMELY = timedelta(minutes=1)


def planned(record: PromotionRecord | None) -> Message | None:
    """Give the announcement of a promotion; None while no window is agreed. Raises LocalTimeError for a wrong one.

    The window is part of what it is about: another window is another announcement.
    """
    if record is None or record.window is None:
        return None
    found = times(record.window)
    start, end = found.main.start, found.main.end
    when = f"{record.window.start} to {end:%H:%M}Z, {found.zone} ({start:%Y-%m-%d %H:%M}Z)"
    people = [
        f"{role}: {name}"
        for role, name in (
            ("Lead", record.people.lead),
            ("On call", record.people.on_call),
            ("Approver", record.people.approver),
        )
        if name
    ]
    short = record.digest.removeprefix("sha256:")[:SHORT]
    lines = [f"Window: {when}", *([" · ".join(people)] if people else []), f"Image: {record.digest}"]
    if record.commit:
        lines.append(f"Commit: {record.commit}")
    links = (("Rollback plan", record.links.rollback_plan),) if record.links.rollback_plan else ()
    title = f"{record.service} {short} goes to prod on {start:%Y-%m-%d} at {start:%H:%M} UTC"
    return Message(f"planned {start:%Y-%m-%dT%H:%MZ}", record.digest, title, tuple(lines), links)


def window_of(record: PromotionRecord | None) -> Span | None:
    """Give the agreed window; None if there is none. Raises LocalTimeError for a wrong one."""
    return None if record is None or record.window is None else times(record.window).main


def all_told(places: Sequence[Told]) -> str:
    """Say where people were told. Fails, or raises Unknown, unless they were told everywhere."""
    failed = [one for one in places if one.receipt is not None and one.receipt.state == "failed" and not one.there]
    assert not failed, " ".join(
        f"{one.name} could not be notified: {one.receipt.message}" for one in failed if one.receipt
    )
    for one in places:
        if not one.there:
            raise_if_unclear(one)
    silent = [one.name for one in places if one.found is PostedState.ABSENT and not one.there]
    assert not silent, (
        f"there is no message about this image in {', '.join(silent)}: post one with the first 12 digits of the "
        "digest, or run with --act"
    )
    unread = [one for one in places if not one.there]
    if unread:
        began = [one.name for one in unread if one.receipt is not None]
        more = (
            f"; a run that did not complete may have notified {', '.join(began)} already, so check there first"
            if began
            else ""
        )
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"{', '.join(one.name for one in unread)} cannot be read, and there is no receipt of a message: run with --act, or "
            f"attest it{more}",
        )
    return " · ".join(f"{one.name} {_when(one)}" for one in places)


def told_or_attested(
    item: str, places: Sequence[Told], attestations: Attestations, settings: Settings, digest: str, clock: Clock
) -> str:
    """Say where people were told, by what was read or by receipts; else a person's word may stand in.

    Raises Attested where it does; fails or raises Unknown as `all_told` and `attested` do.
    """
    if not places:
        require_attestation(item, attestations, settings, digest, clock)
    try:
        return all_told(places)
    except (AssertionError, Unknown):
        word = attestation_for(item, attestations, settings, digest, clock)
        if word is None:
            raise
    raise Attested(word)


def covering(look: StatusPageLook, window: Span, components: Sequence[str]) -> Maintenance:
    """Give the maintenance that covers the window. Fails with what is there instead."""
    coming = [one for one in look.maintenances if not one.over]
    assert coming, (
        "no maintenance is scheduled on the status page: schedule one for the window, or run with --act, or "
        "declare in `no_status_page` why it does not apply"
    )
    fitting = [one for one in coming if one.covers(window.start + UNTIMELY, window.end - UNTIMELY)]
    told = join([f"{one.name!r} from {one.start} to {one.end}" for one in coming])
    assert fitting, (
        f"the status page has {told}; expected a maintenance from {window.start:%Y-%m-%d %H:%M}Z to {window.end:%H:%M}Z: "
        "move it to the window"
    )
    whole = [one for one in fitting if set(components) <= set(one.components)]
    lacking = sorted(set(components) - set(fitting[0].components))
    assert whole, f"{fitting[0].name!r} on the status page does not name {join(lacking)}: add the affected components"
    return whole[0]


def _when(one: Told) -> str:
    at = one.at or (one.receipt.at if one.receipt is not None else None)
    return f"{at[:16]}Z" if at else ""
