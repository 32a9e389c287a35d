"""Tell the verdict in the channels that were asked for, once each. This module does I/O."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from promotion.actions.notify import receipts
from promotion.actions.verdict_message import message_of
from promotion.clients.channels.message import Message
from promotion.clients.channels.send import Means, post_once, receipt_of
from promotion.core.attempt import tried
from promotion.record.receipt import ActionState, Receipt
from promotion.report.github_actions import page_of_run
from promotion.settings.channels import Channel
from promotion.unknown import Unknown

if TYPE_CHECKING:
    from datetime import datetime

    from promotion.core.redact import Redactor


def tell_verdict(
    sources: Mapping[str, Callable[[], Any]],
    redactor: "Redactor",
    record: Mapping[str, Any],
    channels: Sequence[Channel],
) -> tuple[Receipt, ...]:
    """Tell the verdict of a record that has been written, and give a receipt for each channel.

    Where the last that was said of this image and phase is the same, nothing is said. A channel that refuses, or cannot
    be looked at, has a receipt that says so; the others are told nevertheless.
    """
    settings, clock = sources["settings"](), sources["clock"]()
    message = _without_secrets(message_of(record, page_of_run(os.environ)), redactor)
    means = replace(sources["channel_means"](), act=True)
    now = clock.now()
    since = now - timedelta(days=settings.channels.max_age_days)
    return tuple(_told(means, channel, message, since, now) for channel in channels)


def worth_telling(record: Mapping[str, Any]) -> bool:
    """Whether there is a verdict to tell of. There is none of a run that a person or a pipeline broke off."""
    return bool(record["complete"] or record["errors"])


def _told(means: Means, channel: Channel, message: Message, since: "datetime", now: "datetime") -> Receipt:
    place = tried(channel.name, partial(post_once, means, channel, message, lambda _: False, since, now))
    if isinstance(place, Unknown):
        return receipt_of(channel, message, ActionState.FAILED, now, place.message)
    (receipt,) = receipts([channel], [place], message, now)
    return receipt


def _without_secrets(message: Message, redactor: "Redactor") -> Message:
    return replace(
        message, title=redactor.text(message.title), lines=tuple(redactor.text(line) for line in message.lines)
    )
