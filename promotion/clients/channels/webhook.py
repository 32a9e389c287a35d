"""Places that take a message and give none back: a Teams workflow, an SNS topic. This module does I/O.

Teams: https://learn.microsoft.com/en-us/connectors/teams/?tabs=text1#microsoft-teams-webhook (a workflow answers 202).
What a message says goes into runs of rich text, which know no Markdown, unlike blocks of text:
https://learn.microsoft.com/en-us/adaptive-cards/authoring-cards/text-features.
"""

from typing import Any
from urllib.parse import urlsplit

from promotion.clients.channels.message import Message
from promotion.clients.channels.transport import ChannelTransport
from promotion.clients.http.answer import NO_JSON, json_body
from promotion.clients.http.client import HttpClient
from promotion.clients.http.reply import Reply
from promotion.core.visible_text import shown
from promotion.settings.channels import Sns, Teams
from promotion.unknown import Reason, Unknown

_FAILED = b"Webhook message delivery failed"
"""How a webhook's answer begins that took the message, and did not bring it to the channel: it has status 200."""
_SUBJECT = 100
"""The longest subject that SNS takes, in characters."""


def post_to_teams(client: HttpClient, channel: Teams, message: Message) -> None:
    """Post an adaptive card.

    Raises Unknown as the wire does; malformed for a webhook that is no https address; error where it is answered that the
    channel did not take the card.
    """
    url = client.secrecy.variable(channel.webhook[2:-1])
    parts = urlsplit(url)
    loopback = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if not parts.netloc or (parts.scheme != "https" and not loopback):
        raise Unknown(Reason.MALFORMED, f"the webhook of {channel.name} is not an https URL: correct {channel.webhook}")
    client.secrecy.hide(parts.query)
    tree = {
        "type": "message",
        "attachments": [
            {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": _card(message)}
        ],
    }
    reply = ChannelTransport(client, f"{channel.name} in Teams").ask(
        "POST", url, shown=f"{parts.scheme}://{parts.netloc}", headers={}, tree=tree
    )
    if reply.body.lstrip().startswith(_FAILED) or _says_error(reply):
        said = client.secrecy.clean(reply.body.decode("utf-8", "replace"), 200)
        raise Unknown(Reason.ERROR, f"{channel.name} in Teams answers {reply.status}, but with an error: {said}")


def _says_error(reply: Reply) -> bool:
    tree = json_body(reply) if reply.whole else NO_JSON
    return isinstance(tree, dict) and bool(tree.get("error"))


def _card(message: Message) -> dict[str, Any]:
    title = {"type": "TextRun", "text": shown(message.title), "weight": "Bolder"}
    runs = [[title], *([{"type": "TextRun", "text": shown(line)}] for line in (*message.lines, f"[{message.key}]"))]
    links = [{"type": "Action.OpenUrl", "title": words, "url": address} for words, address in message.links]
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [{"type": "RichTextBlock", "inlines": inlines} for inlines in runs],
        "actions": links,
    }


def publish(sns: Any, channel: Sns, message: Message) -> str:
    """Publish to the topic with boto3's client, and give the message's id. Raises what boto3 raises."""
    subject = "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in message.title)
    answer = sns.publish(
        TopicArn=channel.topic,
        Subject=subject[:_SUBJECT],
        Message=shown(message.text),
        MessageAttributes={"promotion": {"DataType": "String", "StringValue": message.key}},
    )
    return str(answer["MessageId"])
