"""A Slack channel: its messages are read, and one is posted. This module does I/O.

https://docs.slack.dev/reference/methods/conversations.history and …/chat.postMessage. Slack answers 200 also when it
refuses; what it says then is in `error`. What a message says goes as rich text, in which nothing is markup:
https://docs.slack.dev/reference/block-kit/blocks/rich-text-block; notifications show `text`, in which `&`, `<` and `>`
are: https://docs.slack.dev/messaging/formatting-message-text.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from promotion.clients.channels.message import Message, key_at_its_end
from promotion.clients.channels.posted import PostedState, Told
from promotion.clients.channels.transport import ChannelTransport
from promotion.clients.http.client import HttpClient
from promotion.core.clock import stamp
from promotion.core.visible_text import shown
from promotion.settings.channels import Slack
from promotion.unknown import Reason, Unknown

PAGE, MOST_PAGES = 200, 25
_DENIED = frozenset(
    {
        "access_denied",
        "account_inactive",
        "channel_is_limited_access",
        "ekm_access_denied",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_authed",
        "not_in_channel",
        "restricted_action",
        "token_expired",
        "token_revoked",
    }
)
_ABSENT = frozenset({"channel_not_found", "is_archived"})


def find(
    client: HttpClient, channel: Slack, message: Message | None, speaks: Callable[[str], bool], since: datetime
) -> Told:
    """Look for the message, or for one that a person wrote about this image, among those since then.

    Raises Unknown: access-denied, throttled, no-data (no such channel), truncated (more messages than are read), and
    what the wire raises.
    """
    history = _history(client, channel, since)
    if message is not None and message.series:
        ours = [said for said in history if message.same_series(_key(said))]
        last = max(ours, key=lambda said: _moment(said["ts"]), default=None)
        there = last is not None and _key(last) == message.key
        return _told(channel, last) if last is not None and there else Told(channel.name, "slack", PostedState.ABSENT)
    for said in history:
        text, key = str(said.get("text", "")), _key(said)
        ours_here = message is not None and (key == message.key or f"[{message.key}]" in text)
        if ours_here or (not key and "[promotion:" not in text and speaks(text)):
            return _told(channel, said)
    return Told(channel.name, "slack", PostedState.ABSENT)


def post(client: HttpClient, channel: Slack, message: Message) -> tuple[str, str]:
    """Post the message, and give its time stamp, which is its id, and when that was. Raises Unknown as `find` does."""
    tree = {
        "channel": channel.channel,
        "text": _escaped(message.text),
        "blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": _rich(message)}]}],
        "metadata": {"event_type": "promotion", "event_payload": {"key": message.key}},
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    answer = _call(client, channel, "chat.postMessage", tree=tree)
    return str(answer["ts"]), _moment(answer["ts"])


def _rich(message: Message) -> list[dict[str, Any]]:
    """Write the message as elements of rich text."""
    lines = [{"type": "text", "text": f"\n{shown(line)}"} for line in message.lines]
    links: list[dict[str, Any]] = []
    for words, address in message.links:
        links += [{"type": "text", "text": "\n"}, {"type": "link", "url": address, "text": words}]
    return [{"type": "text", "text": shown(message.title), "style": {"bold": True}}, *lines, *links]


def _escaped(text: str) -> str:
    return shown(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _told(channel: Slack, said: Mapping[str, Any]) -> Told:
    who = str(said.get("user") or said.get("username") or said.get("bot_id") or "")
    return Told(channel.name, "slack", PostedState.THERE, _moment(said["ts"]), who or None, str(said["ts"]))


def _key(said: Mapping[str, Any]) -> str:
    """Give the key that a message bears; empty for a person's."""
    metadata = said.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    key = payload.get("key") if isinstance(payload, dict) else None
    return str(key) if key else key_at_its_end(str(said.get("text", "")))


def _history(client: HttpClient, channel: Slack, since: datetime) -> Iterator[Mapping[str, Any]]:
    query = {
        "channel": channel.channel,
        # Slack's messages are ordered by this; one second more, because it counts from the second after.
        "oldest": f"{(since - timedelta(seconds=1)).timestamp():.6f}",
        "limit": str(PAGE),
        "include_all_metadata": "true",
    }
    cursor = ""
    for _ in range(MOST_PAGES):
        page = _call(
            client, channel, "conversations.history", query={**query, **({"cursor": cursor} if cursor else {})}
        )
        messages = page.get("messages")
        if not isinstance(messages, list):
            raise Unknown(Reason.MALFORMED, f"{channel.name} in Slack answers without messages: run again")
        yield from (said for said in messages if isinstance(said, dict) and said.get("ts"))
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if not page.get("has_more"):
            return
        if not cursor:
            raise Unknown(
                Reason.TRUNCATED, f"{channel.name} in Slack has more messages, but gives no cursor for them: run again"
            )
    raise Unknown(
        Reason.TRUNCATED,
        f"{channel.name} in Slack has more than the {PAGE * MOST_PAGES:,} messages that this run reads: lower "
        "channels.max_age_days",
    )


def _call(
    client: HttpClient,
    channel: Slack,
    method: str,
    *,
    query: Mapping[str, str] | None = None,
    tree: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    name = f"{channel.name} in Slack"
    token = client.secrecy.variable(channel.token[2:-1])
    wire, url = ChannelTransport(client, name), f"{channel.api_url.rstrip('/')}/{method}"
    whole = f"{url}?{urlencode(query)}" if query else url
    verb = "GET" if tree is None else "POST"
    answer = wire.json(wire.ask(verb, whole, shown=url, headers={"authorization": f"Bearer {token}"}, tree=tree))
    if answer.get("ok") is True:
        return answer
    error = client.secrecy.clean(str(answer.get("error", "without a reason")), 60)
    if error in _DENIED:
        needs = answer.get("needed")
        missing = f"; it lacks {client.secrecy.clean(str(needs), 60)}" if needs else ""
        raise Unknown(
            Reason.ACCESS_DENIED,
            f"{name} refuses {method} ({error}){missing}: correct the app's scopes, or invite it to the channel",
        )
    if error in _ABSENT:
        raise Unknown(
            Reason.NO_DATA, f"{name} is not visible to the app ({error}): correct the channel's id, or invite the app"
        )
    if error in ("ratelimited", "rate_limited"):
        raise Unknown(Reason.THROTTLED, f"{name} received too many requests: run again in a minute")
    raise Unknown(Reason.ERROR, f"{name} refuses {method}: {error}")


def _moment(ts: Any) -> str:
    try:
        return stamp(datetime.fromtimestamp(float(ts), UTC))
    except (TypeError, ValueError, OverflowError):
        raise Unknown(Reason.MALFORMED, "a message in Slack has no valid time stamp: run again") from None
