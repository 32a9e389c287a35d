"""Logging in to Amazon ECR with AWS credentials."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Protocol

from promotion.clients.oci.auth import Credentials, Login
from promotion.unknown import Reason, Unknown


class Ecr(Protocol):
    """As much of boto3's ECR client as logging in needs."""

    def get_authorization_token(self) -> Mapping[str, Any]:
        """ECR GetAuthorizationToken."""


def ecr_login(client: Ecr) -> Login:
    """Credentials for every registry that the client's principal may read, other accounts' too.

    The token is good for twelve hours and for every registry the principal has access to; naming registries in the
    request (`registryIds`) does not change that and is deprecated (AWS API reference, GetAuthorizationToken). The
    client is of the region of the registry. Errors of the client itself (botocore's) come through as they are.
    """

    def login() -> Credentials:
        try:
            (data, *_) = client.get_authorization_token()["authorizationData"]
            decoded = base64.b64decode(data["authorizationToken"], validate=True).decode("utf-8")
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise _no_token() from None
        user, colon, password = decoded.partition(":")
        if not colon or not user or not password:
            raise _no_token()
        return Credentials(user, password, basic_at_once=True)

    return login


def _no_token() -> Unknown:
    return Unknown(
        Reason.MALFORMED,
        "ECR's GetAuthorizationToken answered without user:password in base64; check what serves the API",
    )
