"""Look whether people were told in every place, and tell them where the run may act. This module does I/O."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from promotion.clients.aws.account import Account
from promotion.clients.channels import issues, slack
from promotion.clients.channels import webhook as one_way
from promotion.clients.channels.message import Message
from promotion.clients.channels.posted import PostedState, Told
from promotion.clients.github.client import GitHubClient
from promotion.clients.http.client import HttpClient
from promotion.clients.http.public import public_client
from promotion.core.attempt import tried
from promotion.core.clock import Clock, stamp
from promotion.core.environment_secrets import Secrecy
from promotion.record.journal import Journal
from promotion.record.receipt import ActionState, Receipt
from promotion.settings import Settings
from promotion.settings.channels import Channel, Issues, Slack, Sns, Teams
from promotion.unknown import Reason, Unknown

_CERTAIN = frozenset({Reason.ACCESS_DENIED, Reason.NO_DATA, Reason.THROTTLED, Reason.NOT_DECLARED, Reason.ERROR})
"""Refusals: after any other trouble, a time-out say, it is unknown whether the message went out."""


@dataclass(frozen=True)
class Means:
    """What is needed to look and to tell."""

    http: HttpClient
    github: Callable[[], GitHubClient]
    sns: Callable[[], Any]
    """Gives boto3's client, once there is something to publish."""
    journal: Journal
    act: bool
    """Whether people may be told now."""


def means_of(
    settings: Settings,
    github: Callable[[], GitHubClient],
    aws: Callable[[], Account],
    secrecy: Secrecy,
    journal: Journal,
    clock: Clock,
    *,
    act: bool,
) -> Means:
    """Put together what is needed to look and to tell. `aws` gives the account that topics are in."""
    return Means(public_client(settings.looking, secrecy, clock), github, lambda: aws().client("sns"), journal, act)


def post_once(
    means: Means,
    channel: Channel,
    message: Message | None,
    speaks: Callable[[str], bool],
    since: datetime,
    now: datetime,
) -> Told:
    """Look for a message in one place; post ours, once, if it is not there and the run may act.

    Without a `message` there is nothing of ours to look for or to post: only what people wrote counts. A place that
    cannot be looked at is never posted to.
    """
    kept = None if message is None else _kept(means, channel, message)
    try:
        found = _find(means, channel, message, speaks, since)
    except Unknown as unknown:
        return replace(Told.unclear(channel.name, channel.kind, unknown), receipt=kept)
    if message is not None and message.series and found.found is not PostedState.NOT_READABLE:
        kept = None  # the place itself knows which message of the series was the last
    told = replace(found, receipt=kept)
    if told.there or not means.act or message is None:
        return told
    if found.found is PostedState.NOT_READABLE and kept is not None and kept.state is ActionState.UNCLEAR:
        return told
    return replace(told, receipt=_post(means, channel, message, since, now))


def key_of(channel: Channel, message: Message) -> str:
    """Name the posting of a message in one place, in the journal."""
    return f"{message.key} in {channel.name}"


def receipt_of(channel: Channel, message: Message, state: ActionState, now: datetime, sentence: str = "") -> Receipt:
    """Give a receipt of posting a message in one place."""
    of = f" of the {message.series}" if message.series else ""
    return Receipt(
        key_of(channel, message), f"notified the channel {channel.name}{of}", state, stamp(now), message=sentence
    )


def _kept(means: Means, channel: Channel, message: Message) -> Receipt | None:
    kept = means.journal.find(key_of(channel, message))
    return replace(kept, state=ActionState.ALREADY) if kept is not None and kept.done else kept


def _find(
    means: Means, channel: Channel, message: Message | None, speaks: Callable[[str], bool], since: datetime
) -> Told:
    match channel:
        case Slack():
            return slack.find(means.http, channel, message, speaks, since)
        case Issues():
            return issues.find(means.github(), channel, message, speaks, since)
        case _:
            return Told(channel.name, channel.kind, PostedState.NOT_READABLE)


def _post(means: Means, channel: Channel, message: Message, since: datetime, now: datetime) -> Receipt:
    asked = receipt_of(channel, message, ActionState.DONE, now)
    means.journal.forget(lambda key: key.endswith(f" in {channel.name}") and message.same_series(key))
    means.journal.begin(asked)
    done = tried(f"a message in {channel.name}", lambda: _sent(means, channel, message, asked, since))
    if isinstance(done, Unknown):
        state = ActionState.FAILED if done.reason in _CERTAIN else ActionState.UNCLEAR
        done = replace(asked, state=state, message=done.message)
    return means.journal.keep(done)


def _sent(means: Means, channel: Channel, message: Message, asked: Receipt, since: datetime) -> Receipt:
    match channel:
        case Slack():
            made, at = slack.post(means.http, channel, message)
            return replace(asked, id=made, at=at)
        case Issues():
            link, at, number = issues.post(means.github(), channel, message, since)
            return replace(asked, id=number, at=at, link=link)
        case Teams():
            one_way.post_to_teams(means.http, channel, message)
            return asked
        case Sns():
            return replace(asked, id=one_way.publish(means.sns(), channel, message))
