"""Look whether people were told of the plan, and tell them where the run may act. This module does I/O."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from promotion.clients.channels import status_page
from promotion.clients.channels.message import Message, speaks_of
from promotion.clients.channels.posted import Told
from promotion.clients.channels.send import Means, post_once
from promotion.clients.channels.status_page import StatusPageLook
from promotion.clients.http.client import HttpClient
from promotion.core.clock import stamp
from promotion.people.promotion_record import RecordLook
from promotion.record.journal import Journal
from promotion.record.receipt import ActionState, Receipt
from promotion.sections.plan.announcing import planned, window_of
from promotion.settings import Settings
from promotion.settings.channels import Channel, StatusPage
from promotion.settings.local_time import LocalTimeError
from promotion.unknown import Reason, Unknown


def told_of_plan(
    means: Means,
    settings: Settings,
    channels: Sequence[Channel],
    look: RecordLook,
    digest: str,
    now: datetime,
) -> tuple[Told, ...]:
    """Look in each channel for what is said of the plan; where the run may act, say it."""
    message, speaks = _plan(look), speaking_of(look, digest)
    since = now - timedelta(days=settings.channels.max_age_days)
    return tuple(post_once(means, channel, message, speaks, since, now) for channel in channels)


def speaking_of(look: RecordLook, digest: str) -> Callable[[str], bool]:
    """Give what tells whether a text that somebody wrote is about this image."""
    commit = "" if look.record is None else look.record.commit
    return lambda text: speaks_of(text, digest, commit)


def maintenance(
    client: HttpClient, page: StatusPage, look: RecordLook, journal: Journal, now: datetime, *, act: bool
) -> StatusPageLook:
    """Look what the status page has scheduled; with `act`, schedule the window, once."""
    found = status_page.scheduled(client, page)
    message, window = _plan(look), window_of(look.record)
    if not act or message is None or window is None:
        return StatusPageLook(found)
    if any(one.covers(window.start, window.end) and not one.over for one in found):
        return StatusPageLook(found)
    asked = Receipt(f"{message.key} on the status page", "scheduled maintenance", ActionState.DONE, stamp(now))
    journal.begin(asked)
    made = status_page.announce(client, page, message, window.start, window.end)
    receipt = journal.keep(Receipt(asked.key, asked.what, ActionState.DONE, asked.at, made.id, made.link))
    return StatusPageLook((*found, made), receipt)


def _plan(look: RecordLook) -> Message | None:
    try:
        return planned(look.record)
    except LocalTimeError as mistake:
        raise Unknown(
            Reason.MALFORMED, f"the plan cannot be announced, because its window is invalid: {mistake}"
        ) from None
