"""Tell the team that a promotion is taken back, or that a person is needed. This module does I/O."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from promotion.clients.channels.message import SHORT, VERDICT, Message, speaks_of
from promotion.clients.channels.posted import PostedState, Told
from promotion.clients.channels.send import Means, post_once, receipt_of
from promotion.people.promotion_record import PromotionRecord
from promotion.record.receipt import ActionState, Receipt
from promotion.settings.channels import Channel

ROLLED_BACK = "rolled back"
NEEDS_A_PERSON = "rollback needs a person"
HOLDS = f"{VERDICT} on hold at T+5"
"""It tells of a verdict, and of nothing that was done."""
_SAYS_SO = re.compile(r"(?i)\broll(?:ed|ing|s)?[ -]?back")


def rolled_back(service: str, digest: str, why: str, lines: Sequence[str]) -> Message:
    """Give what the team is told when a rollback has been started."""
    short = digest.removeprefix("sha256:")[:SHORT]
    return Message(
        ROLLED_BACK, digest, f"{service} {short} is being rolled back in prod: {why}", (f"Image: {digest}", *lines)
    )


def needs_a_person(service: str, digest: str, why: str, lines: Sequence[str]) -> Message:
    """Give what the team is told when it should be rolled back, and this cannot be done by itself."""
    short = digest.removeprefix("sha256:")[:SHORT]
    title = f"{service} {short} should be rolled back in prod, and a person is needed: {why}"
    return Message(NEEDS_A_PERSON, digest, title, (f"Image: {digest}", *lines))


def holds(service: str, digest: str, why: str) -> Message:
    """Give what the team is told when the last decision is neither go nor no-go, and the deployment goes on."""
    short = digest.removeprefix("sha256:")[:SHORT]
    title = f"{service} {short} is on hold at T+5 in prod, and a person must decide whether it continues"
    lines = (
        f"Image: {digest}",
        why,
        "The deployment has been left alone. To take it back: promotion rollback --digest " + digest,
    )
    return Message(HOLDS, digest, title, lines)


def speaks_of_rollback(digest: str, record: PromotionRecord | None) -> Callable[[str], bool]:
    """Give what tells whether a text that somebody wrote is about the rollback of this image."""
    commit = "" if record is None else record.commit
    return lambda text: bool(_SAYS_SO.search(text)) and speaks_of(text, digest, commit)


def notify(
    means: Means,
    channels: Sequence[Channel],
    message: Message,
    speaks: Callable[[str], bool],
    max_age: timedelta,
    now: datetime,
) -> tuple[Told, ...]:
    """Have it said in each channel, once; where it was said already, or `means` may not act, it is only looked for."""
    return tuple(post_once(means, channel, message, speaks, now - max_age, now) for channel in channels)


def receipts(
    channels: Sequence[Channel], places: Sequence[Told], message: Message, now: datetime
) -> tuple[Receipt, ...]:
    """Give a receipt for each channel, also where somebody else had told people, or nobody could look."""
    return tuple(_receipt(channel, told, message, now) for channel, told in zip(channels, places, strict=True))


def _receipt(channel: Channel, told: Told, message: Message, now: datetime) -> Receipt:
    if told.receipt is not None:
        return told.receipt
    if told.found is PostedState.THERE:
        return replace(receipt_of(channel, message, ActionState.ALREADY, now), id=told.id)
    return receipt_of(channel, message, ActionState.FAILED, now, told.message)
