"""Who may do what in the registry: nobody asks, Basic as Amazon ECR wants it, or Bearer tokens with a challenge.

The challenge and the token endpoint follow the token authentication specification of the CNCF distribution project; the
endpoint is `/token` of the registry itself.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from werkzeug import Request

from promotion.sandbox.registry_store import Refused

Mode = Literal["none", "basic", "bearer"]

TOKEN_SECONDS = 300


@dataclass
class Door:
    """The registry's authentication."""

    mode: Mode = "none"
    users: dict[str, str] = field(default_factory=dict)
    """Name to password. The user of Amazon ECR is called `AWS`."""
    read_only: set[str] = field(default_factory=set)
    """Names that may pull and not push."""
    _tokens: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)
    """Token to what it allows: `pull:shop`, `push:shop`."""

    def check(self, request: Request, repository: str) -> None:
        """Refuse a request that may not be made; `repository` is empty for `/v2/` itself."""
        action = "pull" if request.method in {"GET", "HEAD"} else "push"
        if self.mode == "basic":
            name = self._user(request)
            if name is None:
                raise Refused(401, "UNAUTHORIZED", "authentication required")
            if action == "push" and name in self.read_only:
                raise Refused(403, "DENIED", f"{name} may not push")
        if self.mode == "bearer":
            scheme = request.authorization
            token = scheme.token if scheme and scheme.type == "bearer" else None
            allowed = self._tokens.get(token or "")
            if allowed is None or (repository and f"{action}:{repository}" not in allowed):
                raise Refused(401, "UNAUTHORIZED", "a token with the scope of the challenge is required")

    def challenge(self, request: Request, repository: str) -> str:
        """Write the WWW-Authenticate header of a 401."""
        if self.mode == "basic":
            return 'Basic realm="sandbox registry"'
        realm = f'Bearer realm="{request.host_url}token",service="{request.host}"'
        actions = "pull" if request.method in {"GET", "HEAD"} else "pull,push"
        return realm + (f',scope="repository:{repository}:{actions}"' if repository else "")

    def token(self, request: Request) -> Mapping[str, Any]:
        """Hand out a token for the scopes asked for, as far as the user has them.

        Raises Refused with 401.
        """
        name = self._user(request)
        if name is None:
            raise Refused(401, "UNAUTHORIZED", "user name and password are required")
        allowed = set()
        for scope in " ".join(request.args.getlist("scope")).split():
            _, _, rest = scope.partition(":")
            repository, _, actions = rest.rpartition(":")
            allowed |= {f"{action}:{repository}" for action in actions.split(",")}
        if name in self.read_only:
            allowed = {grant for grant in allowed if grant.startswith("pull:")}
        token = secrets.token_urlsafe(24)
        self._tokens[token] = frozenset(allowed)
        return {"token": token, "access_token": token, "expires_in": TOKEN_SECONDS}

    def _user(self, request: Request) -> str | None:
        given = request.authorization
        if given is None or given.type != "basic" or given.username is None or given.password is None:
            return None
        known = self.users.get(given.username)
        return given.username if known is not None and secrets.compare_digest(known, given.password) else None
