"""Logging in: the challenge is understood, the token is used for as long as it is good, and nothing of it is shown."""

import base64
import json
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from promotion.clients.oci.auth import Authorization, Credentials, challenges
from promotion.clients.oci.registry import RegistrySource
from promotion.clients.oci.source import RegistryCall
from promotion.core.image_reference import Repository
from promotion.unknown import Reason, Unknown

from .hostile import BLOB, BLOB_DIGEST, Act, Handler, Server, answer, redirect, refuse

Make = Callable[..., RegistrySource]
BLOB_PATH = f"/v2/shop/blobs/{BLOB_DIGEST}"
PASSWORD = "correct horse"
BASIC = "Basic " + base64.b64encode(f"robot:{PASSWORD}".encode()).decode()


def robot() -> Credentials:
    """Log in."""
    return Credentials("robot", PASSWORD)


def wants(header: str, *good: str) -> Act:
    """Serve the blob to whoever sends one of these Authorization headers, challenge everybody else."""

    def act(handler: Handler) -> None:
        if handler.headers["Authorization"] in good:
            answer(BLOB)(handler)
        else:
            refuse(401, "UNAUTHORIZED", WWW_Authenticate=header)(handler)

    return act


def token(text: str = "t0ken", **more: Any) -> Act:
    """Hand out a token."""
    return answer(json.dumps({"token": text, **more}).encode())


def bearer(server: Server, **more: str) -> str:
    """Write the challenge of a registry whose token server is `server`."""
    parameters = {"realm": f"{server.url}/token", "service": "the registry", "scope": "repository:shop:pull", **more}
    return "Bearer " + ",".join(f'{key}="{value}"' for key, value in parameters.items())


def read(source: RegistrySource) -> bytes:
    """Read the one blob of these tests."""
    return source.blob(BLOB_DIGEST, 1000)


def unknown(source: RegistrySource, reason: Reason) -> str:
    """Give what a reader is told, traceback and all, when the blob cannot be read for that reason."""
    with pytest.raises(Unknown) as caught:
        read(source)
    assert caught.value.reason == reason
    return "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", {}),
        ('Basic realm="x"', {"basic": {"realm": "x"}}),
        (
            'Bearer realm="https://a.example/t",service="s",scope="repository:shop:pull,push"',
            {"bearer": {"realm": "https://a.example/t", "service": "s", "scope": "repository:shop:pull,push"}},
        ),
        (
            "bearer REALM=https://a.example/t , service = s",
            {"bearer": {"realm": "https://a.example/t", "service": "s"}},
        ),
        ('Basic realm="a", Bearer realm="b"', {"basic": {"realm": "a"}, "bearer": {"realm": "b"}}),
        ('Bearer realm="a \\"b\\" c"', {"bearer": {"realm": 'a "b" c'}}),
        ('Bearer realm="first", realm="second"', {"bearer": {"realm": "first"}}),
        ('Bearer realm="a", Bearer realm="b"', {"bearer": {"realm": "a"}}),
        ("Negotiate", {"negotiate": {}}),
        ('Bearer realm="never closed', {"bearer": {}}),
        ('realm="nobody\'s"', {}),
        ("@@@", {}),
    ],
)
def test_challenges(header: str, found: dict[str, Any]) -> None:
    """A WWW-Authenticate header is read as RFC 9110 writes it; what it does not fit is left, not guessed."""
    assert {scheme: dict(parameters) for scheme, parameters in challenges(header).items()} == found


def test_basic(server: Server, source: Make) -> None:
    """A registry that asks for Basic gets it, and from then on without being asked."""
    server.on(BLOB_PATH, wants('Basic realm="x"', BASIC))
    it = source(login=robot)
    assert read(it) == read(it) == BLOB
    assert [one.authorization for one in server.asked] == [None, BASIC, BASIC]


def test_a_token(server: Server, source: Make) -> None:
    """A token is asked for with the challenge's service and scope and our login, then used until it runs out."""
    server.on("/token", token(expires_in=300))
    server.on(BLOB_PATH, wants(bearer(server), "Bearer t0ken"))
    it = source(login=robot)
    assert read(it) == read(it) == BLOB
    assert server.paths() == [BLOB_PATH, "/token", BLOB_PATH, BLOB_PATH]
    asked = server.asked[1]
    assert parse_qs(urlsplit(asked.path).query) == {"service": ["the registry"], "scope": ["repository:shop:pull"]}
    assert asked.authorization == BASIC


def test_a_token_for_everybody(server: Server, source: Make) -> None:
    """Without a login a token is asked for anonymously, as public registries want it; `access_token` is one too."""
    server.on("/token", answer(b'{"access_token": "t0ken"}'))
    server.on(BLOB_PATH, wants(f'Bearer realm="{server.url}/token?account=x"', "Bearer t0ken"))
    assert read(source()) == BLOB
    asked = server.asked[1]
    assert asked.authorization is None
    assert parse_qs(urlsplit(asked.path).query) == {"account": ["x"], "scope": ["repository:shop:pull"]}


def test_a_token_that_ran_out(server: Server, source: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token is not used beyond its time: another is fetched before anybody has to refuse it."""
    now = 0.0
    monkeypatch.setattr("promotion.clients.oci.auth.time.monotonic", lambda: now)
    server.on("/token", token("one", expires_in=60), token("two"))
    server.on(BLOB_PATH, wants(bearer(server), "Bearer one", "Bearer two"))
    it = source(login=robot)
    read(it)
    now = 51
    read(it)
    assert [one.authorization for one in server.asked if one.path == BLOB_PATH] == [None, "Bearer one", "Bearer two"]


def test_a_token_that_is_refused(server: Server, source: Make) -> None:
    """A token that stopped being good before its time is replaced, once."""
    server.on("/token", token("one"), token("two"))
    server.on(BLOB_PATH, wants(bearer(server), "Bearer one"))
    it = source(login=robot)
    read(it)
    server.on(BLOB_PATH, wants(bearer(server), "Bearer two"))
    assert read(it) == BLOB
    server.on(BLOB_PATH, wants(bearer(server)))
    asked = len(server.asked)
    unknown(it, Reason.ACCESS_DENIED)
    assert len(server.asked) == asked + 3


@pytest.mark.parametrize("status", [400, 403])
def test_an_ecr_login_that_ran_out(server: Server, source: Make, status: int) -> None:
    """ECR refuses an expired login without a challenge; credentials are asked for again, once."""
    logins = iter([Credentials("AWS", f"pass-{number}", basic_at_once=True) for number in range(9)])
    message = "Your authorization token has expired. Reauthenticate and try again."
    expired = refuse(status, "DENIED", message)
    server.on(BLOB_PATH, answer(BLOB), expired, answer(BLOB), expired)
    it = source(login=lambda: next(logins))
    assert read(it) == read(it) == BLOB
    sent = [base64.b64decode(one.authorization.split()[1]) for one in server.asked if one.authorization]
    assert sent == [b"AWS:pass-0", b"AWS:pass-0", b"AWS:pass-1"]
    unknown(it, Reason.ACCESS_DENIED if status == 403 else Reason.ERROR)
    assert len(server.asked) == 5


def test_no_permission_is_not_a_login_that_ran_out(server: Server, source: Make) -> None:
    """A plain 403 is final: asking again with another token would not help."""
    server.on(BLOB_PATH, refuse(403, "DENIED"))
    unknown(source(login=lambda: Credentials("AWS", "x", basic_at_once=True)), Reason.ACCESS_DENIED)
    assert len(server.asked) == 1


@pytest.mark.parametrize("challenge", ['Basic realm="x"', "Negotiate", ""])
def test_no_way_in(server: Server, source: Make, challenge: str) -> None:
    """Without a login, or with a challenge nobody understands, access is denied; nothing is guessed."""
    server.on(BLOB_PATH, wants(challenge))
    unknown(source(), Reason.ACCESS_DENIED)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (refuse(401, "UNAUTHORIZED"), Reason.ACCESS_DENIED),
        (refuse(403, "DENIED"), Reason.ACCESS_DENIED),
        (refuse(429, "TOOMANYREQUESTS"), Reason.THROTTLED),
        (refuse(503, "X"), Reason.UNREACHABLE),
        (refuse(404, "X"), Reason.ERROR),
        (answer(b"<html>"), Reason.MALFORMED),
        (answer(b"{}"), Reason.MALFORMED),
        (answer(b'{"token": 5}'), Reason.MALFORMED),
        (answer(b'{"token": "a\\r\\nX-Evil: 1"}'), Reason.MALFORMED),
        (answer(b'{"token": "a", "token": "b"}'), Reason.MALFORMED),
        (answer(b"x" * 300_000), Reason.TRUNCATED),
    ],
    ids=["401", "403", "429", "503", "404", "page", "empty", "number", "header", "twice", "huge"],
)
def test_no_token(server: Server, source: Make, act: Act, reason: Reason) -> None:
    """A token server that gives no token leaves the question open."""
    server.on("/token", act)
    server.on(BLOB_PATH, wants(bearer(server)))
    assert PASSWORD not in unknown(source(login=robot), reason)


@pytest.mark.parametrize("expires_in", [None, "soon", 0, -5, [], 1e9])
def test_odd_life_times(server: Server, source: Make, expires_in: Any) -> None:
    """A token without a sensible time is used all the same, at least for the request it was fetched for."""
    server.on("/token", token(expires_in=expires_in))
    server.on(BLOB_PATH, wants(bearer(server), "Bearer t0ken"))
    assert read(source(login=robot)) == BLOB


@pytest.mark.parametrize(
    "realm",
    ["http://auth.registry.example/token", "ftp://127.0.0.1/", "http://a:b@127.0.0.1/", "", "//x", "http://[::1"],
)
def test_where_no_password_is_taken(server: Server, source: Make, realm: str) -> None:
    """The token server may be another host; it may not be one where everybody on the way reads the password."""
    server.on(BLOB_PATH, wants(bearer(server, realm=realm)))
    unknown(source(login=robot), Reason.MALFORMED)
    assert len(server.asked) == 1


def test_a_token_server_that_sends_us_away(server: Server, elsewhere: Server, source: Make) -> None:
    """A token server that redirects does not get our login to where it points."""
    server.on("/token", redirect(f"{elsewhere.url}/token"))
    elsewhere.on("/token", token())
    server.on(BLOB_PATH, wants(bearer(server), "Bearer t0ken"))
    assert read(source(login=robot)) == BLOB
    assert [one.authorization for one in elsewhere.asked] == [None]


def test_a_challenge_from_elsewhere(server: Server, elsewhere: Server, source: Make) -> None:
    """Where the registry sends us for a blob, nobody gets our login by asking for it."""
    server.on(BLOB_PATH, redirect(f"{elsewhere.url}/key"))
    elsewhere.on("/key", refuse(401, "UNAUTHORIZED", WWW_Authenticate=bearer(elsewhere)))
    elsewhere.on("/token", token())
    unknown(source(login=robot), Reason.ACCESS_DENIED)
    assert elsewhere.paths() == ["/key"]


def test_many_at_once(server: Server, source: Make) -> None:
    """Several threads share one token: they wait for the one that fetches it."""
    server.on("/token", token())
    server.on(BLOB_PATH, wants(bearer(server), "Bearer t0ken"))
    it = source(login=robot)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: read(it), range(16))) == {BLOB}
    assert server.paths().count("/token") == 1


def test_secrets_are_not_shown(
    server: Server, source: Make, calls: list[RegistryCall], caplog: pytest.LogCaptureFixture
) -> None:
    """Neither what is printed, nor noted, nor logged, nor told in an error has a password or a token in it."""
    caplog.set_level("DEBUG")
    server.on("/token", token("t0ken-s3cret"))
    server.on(BLOB_PATH, wants(bearer(server), "Bearer t0ken-s3cret"))
    it = source(login=robot)
    read(it)
    server.on(BLOB_PATH, refuse(403, "DENIED"))
    told = unknown(it, Reason.ACCESS_DENIED)
    authorization = it._authorization
    with pytest.raises(TypeError, match="stays in its process"):
        authorization.header().__reduce__()
    seen = told + caplog.text + repr([calls, it, robot(), authorization, vars(authorization)])
    for secret in (PASSWORD, "t0ken-s3cret", BASIC.split()[1]):
        assert secret not in seen


@pytest.mark.parametrize(
    ("registry", "realm", "basic", "declared", "goes"),
    [
        ("registry-1.docker.io", "https://auth.docker.io/token", False, None, True),
        ("registry.gitlab.com", "https://gitlab.com/jwt/auth", False, None, True),
        ("ghcr.io", "https://ghcr.io/token", False, None, True),
        ("registry.example.com", "https://sso.corp.example/token", False, None, False),
        ("registry.example.com", "https://sso.corp.example/token", False, "sso.corp.example", True),
        ("ghcr.io", "https://evil.io/token", False, None, False),
        ("registry-1.docker.io", "https://auth.docker.io.evil.example/token", False, None, False),
        (
            "999988887777.dkr.ecr.eu-west-1.amazonaws.com",
            "https://x.dkr.ecr.eu-west-1.amazonaws.com/t",
            True,
            None,
            False,
        ),
        ("999988887777.dkr.ecr.eu-west-1.amazonaws.com", "https://evil.example/token", True, None, False),
    ],
)
def test_who_may_ask_for_credentials(registry, realm, basic, declared, goes):
    """The registry's own domain, or the host that is declared; Amazon ECR's login goes to the registry alone."""
    asked: list[str] = []

    class Told:
        """Notes where it is sent."""

        endpoint = f"https://{registry}"

        def raise_if_unsafe(self, url, what):
            """Take every address."""

        def get(self, url, **more):
            """Refuse, once it is known who was asked."""
            asked.append(url)
            raise Unknown(Reason.UNREACHABLE, "nobody is there")

    login = Credentials("robot", "s3cr3t-word", basic_at_once=basic, token_host=declared)
    authorization = Authorization(Repository(registry, "shop"), lambda: login, Told())
    with pytest.raises(Unknown) as raised:
        authorization._fetch_token({"realm": realm})
    assert bool(asked) is goes
    assert raised.value.reason is (Reason.UNREACHABLE if goes else Reason.ACCESS_DENIED)
    assert "s3cr3t" not in raised.value.message
