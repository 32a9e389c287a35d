"""A Teams workflow with a webhook: it takes adaptive cards, answers 202, and gives nothing back."""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CARD = "application/vnd.microsoft.card.adaptive"


class Teams:
    """One workflow. Its address has a signature in it, without which nothing is taken."""

    def __init__(self, signature: str) -> None:
        self.signature = signature
        self.cards: list[dict[str, Any]] = []
        """What was posted, oldest first."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        """Answer one request."""
        signatures = parse_qs(environ.get("QUERY_STRING", "")).get("sig", [])
        if signatures != [self.signature]:
            start_response("401 Unauthorized", [("Content-Type", "application/json")])
            return [b'{"error": {"code": "DirectApiAuthorizationRequired"}}']
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            (attachment,) = json.loads(body)["attachments"]
            fits = attachment["contentType"] == CARD and attachment["content"]["type"] == "AdaptiveCard"
        except (ValueError, KeyError, TypeError):
            fits = False
        if not fits:
            start_response("400 Bad Request", [("Content-Type", "application/json")])
            return [b'{"error": {"code": "TriggerInputSchemaMismatch"}}']
        self.cards.append(attachment["content"])
        start_response("202 Accepted", [])
        return []
