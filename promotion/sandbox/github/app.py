"""The application: who asks, how often, in which version, and which function answers."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from promotion.core.clock import Clock, SystemClock
from promotion.sandbox.github import code, deployments, issues, runs
from promotion.sandbox.github.exchange import Ask, Problem, Reply, missing
from promotion.sandbox.github.repository import Repository

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

VERSIONS = ("2026-03-10", "2022-11-28")
"""What X-GitHub-Api-Version may say; the first is meant by a request that does not say."""
WINDOW = 3600
"""Seconds until the number of requests starts again."""

_ACTIONS = "/repos/<owner>/<repo>/actions"
_REPO = "/repos/<owner>/<repo>"
_ENDPOINTS: dict[tuple[str, str], Callable[..., Reply]] = {
    ("GET", f"{_ACTIONS}/runs"): runs.runs,
    ("GET", f"{_ACTIONS}/runs/<int:run_id>"): runs.run,
    ("GET", f"{_ACTIONS}/runs/<int:run_id>/attempts/<int:number>"): runs.attempt,
    ("GET", f"{_ACTIONS}/runs/<int:run_id>/attempts/<int:number>/jobs"): runs.jobs,
    ("GET", f"{_ACTIONS}/runs/<int:run_id>/jobs"): runs.jobs,
    ("GET", f"{_ACTIONS}/runs/<int:run_id>/artifacts"): runs.artifacts,
    ("GET", f"{_ACTIONS}/runs/<int:run_id>/approvals"): runs.approvals,
    ("GET", f"{_ACTIONS}/runs/<int:run_id>/pending_deployments"): runs.pending,
    ("POST", f"{_ACTIONS}/runs/<int:run_id>/pending_deployments"): runs.review,
    ("POST", f"{_ACTIONS}/runs/<int:run_id>/cancel"): runs.cancel,
    ("POST", f"{_ACTIONS}/runs/<int:run_id>/force-cancel"): partial(runs.cancel, force=True),
    ("GET", f"{_ACTIONS}/workflows/<workflow>/runs"): runs.runs,
    ("POST", f"{_ACTIONS}/workflows/<workflow>/dispatches"): runs.dispatch,
    ("GET", f"{_REPO}/environments"): deployments.environments,
    ("GET", f"{_REPO}/environments/<name>"): deployments.environment,
    ("GET", f"{_REPO}/deployments"): deployments.deployments,
    ("POST", f"{_REPO}/deployments"): deployments.deploy,
    ("GET", f"{_REPO}/deployments/<int:number>"): deployments.deployment,
    ("GET", f"{_REPO}/deployments/<int:number>/statuses"): deployments.statuses,
    ("POST", f"{_REPO}/deployments/<int:number>/statuses"): deployments.add_status,
    ("GET", f"{_REPO}/attestations/<digest>"): code.attestations,
    ("GET", f"{_REPO}/commits"): code.commits,
    ("GET", f"{_REPO}/commits/<path:ref>"): code.commit,
    ("GET", f"{_REPO}/contents/<path:path>"): code.contents,
    ("GET", f"{_REPO}/branches/<path:name>"): code.branch,
    ("GET", f"{_REPO}/branches/<path:name>/protection"): code.protection,
    ("GET", f"{_REPO}/rules/branches/<path:name>"): code.rules,
    ("GET", f"{_REPO}/code-scanning/alerts"): code.alerts,
    ("GET", f"{_REPO}/issues"): issues.issues,
    ("POST", f"{_REPO}/issues"): issues.open_issue,
    ("GET", f"{_REPO}/issues/<int:number>"): issues.issue,
    ("GET", f"{_REPO}/issues/<int:number>/comments"): issues.comments,
    ("POST", f"{_REPO}/issues/<int:number>/comments"): issues.add_comment,
}
_ROUTES = Map([Rule(path, methods=[method], endpoint=answer) for (method, path), answer in _ENDPOINTS.items()])


@dataclass
class Token:
    """What a bearer token stands for, and how much of its allowance is used up."""

    login: str = "github-actions[bot]"
    is_admin: bool = False
    """Whether it may see the protection of branches; the token of a workflow never may."""
    limit: int = 1000
    """Requests an hour: GITHUB_TOKEN has 1000 for each repository."""
    used: int = 0
    window: int = field(default=0, repr=False)

    def start_window(self, now: float) -> int:
        """Begin a new window if the hour is over, and give the time of the next one, in seconds since 1970."""
        if now >= self.window:
            self.window, self.used = (int(now) // WINDOW + 1) * WINDOW, 0
        return self.window


class GitHub:
    """The API. Requests are answered one at a time."""

    def __init__(
        self, tokens: dict[str, Token], repository: Repository | None = None, clock: Clock | None = None
    ) -> None:
        """`tokens` are what callers may put behind `Bearer`."""
        self.tokens = tokens
        self.repository = repository or Repository()
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        request.get_data()
        with self._lock:
            token = self._token(request)
            try:
                reply = self._reply(request, token)
            except Problem as problem:
                reply = Reply(problem.body, problem.status)
            response = self._response(request, token, reply)
        return response(environ, start_response)

    def _token(self, request: Request) -> Token | None:
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        return self.tokens.get(value.strip()) if scheme.lower() in {"bearer", "token"} else None

    def _reply(self, request: Request, token: Token | None) -> Reply:
        now = self._clock.now()
        if not request.headers.get("User-Agent"):
            raise Problem(
                403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header."
            )
        if token is None:
            given = "Authorization" in request.headers
            raise Problem(401, "Bad credentials" if given else "Requires authentication")
        version = request.headers.get("X-GitHub-Api-Version", VERSIONS[0])
        if version not in VERSIONS:
            raise Problem(400, f'"{version}" is not a supported version.')
        token.start_window(now.timestamp())
        if request.path == "/rate_limit" and request.method == "GET":
            return Reply(_rate_limit(token))
        if token.used >= token.limit:
            raise Problem(403, "API rate limit exceeded for installation.")
        token.used += 1
        try:
            answer, found = _ROUTES.bind_to_environ(request.environ).match()
        except HTTPException:
            raise missing() from None
        names = dict(found)
        if f"{names.pop('owner')}/{names.pop('repo')}".lower() != self.repository.full_name.lower():
            raise missing()
        reply: Reply = answer(Ask(self.repository, request, token.login, token.is_admin, now), **names)
        return reply

    def _response(self, request: Request, token: Token | None, reply: Reply) -> Response:
        body = reply.body if isinstance(reply.body, bytes) else b"" if reply.body is None else _json(reply.body)
        response = Response(body, reply.status, reply.headers)
        response.content_type = reply.content_type
        response.headers["X-GitHub-Media-Type"] = "github.v3; format=json"
        response.headers["X-GitHub-Api-Version-Selected"] = request.headers.get("X-GitHub-Api-Version", VERSIONS[0])
        if token is None:
            return response
        if reply.status == HTTPStatus.OK and request.method in {"GET", "HEAD"} and request.path != "/rate_limit":
            # GitHub's ETags differ between tokens: what one has seen says nothing about another.
            seen = hashlib.sha256(request.headers["Authorization"].encode() + body).hexdigest()
            response.set_etag(seen, weak=True)
            response.headers["Cache-Control"] = "private, max-age=60, s-maxage=60"
            response.headers["Vary"] = "Accept, Authorization, Cookie"
            response.make_conditional(request)
            if response.status_code == HTTPStatus.NOT_MODIFIED:
                token.used -= 1
        for name, value in _allowance(token).items():
            response.headers[f"X-RateLimit-{name}"] = str(value)
        response.headers["X-RateLimit-Resource"] = "core"
        return response


def _allowance(token: Token) -> dict[str, int]:
    left = max(token.limit - token.used, 0)
    return {"limit": token.limit, "used": token.used, "remaining": left, "reset": token.window}


def _rate_limit(token: Token) -> dict[str, Any]:
    search = {"limit": 30, "used": 0, "remaining": 30, "reset": token.window}
    return {"resources": {"core": _allowance(token), "search": search}, "rate": _allowance(token)}


def _json(body: Any) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
