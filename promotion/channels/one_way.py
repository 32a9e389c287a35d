"""Places that take a message and give none back: a Teams workflow, an SNS topic. This module does I/O.

Teams: https://learn.microsoft.com/en-us/connectors/teams/?tabs=text1#microsoft-teams-webhook (a workflow answers 202).
"""

from typing import Any
from urllib.parse import urlsplit

from promotion.channels.message import Message
from promotion.channels.wire import Wire
from promotion.http.client import HttpClient
from promotion.settings.channels import Sns, Teams
from promotion.unknown import Reason, Unknown

_SUBJECT = 100
"""The longest subject that SNS takes, in characters."""


def post_to_teams(client: HttpClient, channel: Teams, message: Message) -> None:
    """Post an adaptive card. Raises Unknown as the wire does, and malformed for a webhook that is no https address."""
    url = client.secrecy.variable(channel.webhook[2:-1])
    parts = urlsplit(url)
    loopback = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if not parts.netloc or (parts.scheme != "https" and not loopback):
        raise Unknown(
            Reason.MALFORMED, f"the webhook of {channel.name} is no https address: set {channel.webhook} anew"
        )
    client.secrecy.hide(parts.query)
    texts = [{"type": "TextBlock", "text": message.title, "weight": "Bolder", "wrap": True}]
    texts += [{"type": "TextBlock", "text": line, "wrap": True} for line in (*message.lines, f"[{message.key}]")]
    card = {"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4"}
    content = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": {**card, "body": texts},
    }
    tree = {"type": "message", "attachments": [content]}
    Wire(client, f"{channel.name} in Teams").ask(
        "POST", url, shown=f"{parts.scheme}://{parts.netloc}", headers={}, tree=tree
    )


def publish(sns: Any, channel: Sns, message: Message) -> str:
    """Publish to the topic with boto3's client, and give the message's id. Raises what boto3 raises."""
    subject = "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in message.title)
    answer = sns.publish(
        TopicArn=channel.topic,
        Subject=subject[:_SUBJECT],
        Message=message.text,
        MessageAttributes={"promotion": {"DataType": "String", "StringValue": message.key}},
    )
    return str(answer["MessageId"])
