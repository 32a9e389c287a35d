"""One declared request, and what of its answer is not as declared."""

import gzip
import json
import socket
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter

from promotion.clients.http.answer import HttpAnswer
from promotion.clients.http.client import HttpClient
from promotion.core.clock import StoppedClock
from promotion.settings.endpoints import EndpointCall
from promotion.unknown import Unknown
from tests.clients.http.origin import Received, reply, says


def call(**declared: object) -> EndpointCall:
    """Give a call of `/health` as promotion.toml would declare it."""
    return EndpointCall.model_validate({"path": "/health", **declared})


def test_an_answer_as_declared_passes(client, serve):
    """Status, header pattern, JSON value, text and time all hold: nothing is wrong, and no body is kept."""
    origin = serve(says(reply('{"status": "ok", "n": 1}')))
    expect = {"headers": {"Content-Type": "application/json*"}, "json": {"status": "ok"}, "body_contains": ['"ok"']}
    answer = client.ask(origin.url, call(expect=expect))
    assert answer.problems == ()
    assert answer.passed
    assert answer.found == {"status": "ok"}
    assert answer.headers == {"content-type": "application/json"}
    assert answer.excerpt == ""
    assert answer.url == f"{origin.url}/health"
    assert answer.elapsed_ms == round(answer.elapsed_ms, 1) > 0


@pytest.mark.parametrize(
    ("raw", "expect", "problem"),
    [
        (reply(status=503), {}, "the status is 503 Service Unavailable, expected 200 OK"),
        (reply(status=599), {"status": 204}, "the status is 599, expected 204 No Content"),
        (reply(), {"headers": {"X-Version": "2.*"}}, 'the header X-Version is missing, expected "2.*"'),
        (reply(x_version="1.9"), {"headers": {"x-version": "2.*"}}, 'the header x-version is "1.9", expected "2.*"'),
        (
            reply("<html>", content_type="text/html"),
            {"json": {"a": 1}},
            'the body is not JSON (it is of content-type "text/html"), expected JSON with `a`',
        ),
        (reply(" \n"), {"json": {"a": 1, "b": 2}}, "the body is empty, expected JSON with `a`, `b`"),
        (reply('{"a": 2}'), {"json": {"a": 1}}, "`a` is 2, expected 1"),
        (reply('{"a": true}'), {"json": {"a": 1}}, "`a` is true, expected 1"),
        (reply('{"a": NaN}'), {"json": {"b": 1}}, "the body is not JSON"),
        (reply("[" * 100_000), {"json": {"b": 1}}, "the body is not JSON"),
        (reply("{}"), {"json": {"a.b": "x"}}, '`a.b` is null or missing, expected "x"'),
        (
            reply('{"items": 3}'),
            {"json": {"length(items)": 3}},
            "`length(items)` cannot be evaluated: length() was given number",
        ),
        (reply("Hällo".encode()), {"body_contains": ["Welt"]}, 'the body (6 bytes) does not contain "Welt"'),
    ],
)
def test_each_broken_expectation_is_said(client, serve, raw, expect, problem):
    """Whatever does not hold gives one sentence with what was there and what was expected."""
    answer = client.ask(serve(says(raw)).url, call(expect=expect))
    assert len(answer.problems) == 1
    assert answer.problems[0].startswith(problem)
    assert not answer.passed


def test_all_broken_expectations_are_said(client, serve):
    """Nothing hides behind the first thing that is wrong."""
    origin = serve(says(reply('{"a": 2}', status=500)))
    answer = client.ask(origin.url, call(expect={"json": {"a": 1}, "headers": {"x": "*"}, "body_contains": ["z"]}))
    assert len(answer.problems) == 4
    assert answer.excerpt == '{"a": 2}'


def test_a_slow_answer_fails_with_its_figure(client, serve):
    """An answer that came, but later than allowed, is wrong rather than unknown."""

    def slowly(_: Received, connection: socket.socket) -> None:
        threading.Event().wait(0.06)
        connection.sendall(reply("{}"))

    answer = client.ask(serve(slowly).url, call(expect={"max_ms": 30}))
    assert answer.elapsed_ms >= 50
    assert answer.problems == (f"it took {answer.elapsed_ms:.1f} ms, expected at most 30 ms",)


def test_the_time_runs_to_the_last_byte(client, serve):
    """Headers at once and a body late is late."""

    def slowly(_: Received, connection: socket.socket) -> None:
        head, _, body = reply("{}").partition(b"\r\n\r\n")
        connection.sendall(head + b"\r\n\r\n")
        threading.Event().wait(0.06)
        connection.sendall(body)

    assert client.ask(serve(slowly).url, call(expect={"max_ms": 30})).elapsed_ms >= 50


def test_a_redirect_is_named_and_not_followed(client, serve):
    """The sentence says where it leads, without what a query may carry; nothing is asked there."""
    origin = serve(says(reply(status=302, location="https://login.example.test/start?state=abc&x=1#f")))
    answer = client.ask(origin.url, call())
    target = "https://login.example.test/start?state=…&x=…"
    sentence = f"the status is 302 Found to {target}, which was not followed, expected 200 OK"
    assert answer.location == target
    assert answer.problems == (sentence,)
    assert len(origin.received) == 1


def test_a_declared_redirect_passes(client, serve):
    """A redirect may be what is expected, its target by a header pattern."""
    origin = serve(says(reply(status=301, location="https://shop.example.test/")))
    assert client.ask(origin.url, call(expect={"status": 301, "headers": {"location": "https://*"}})).passed


def test_a_wild_redirect_does_no_harm(client, serve):
    """A target that cannot be read, and an endless body behind a redirect, are only looked at."""
    origin = serve(says(reply(b"x" * 200_000, status=302, location="http://[bad")))
    answer = HttpClient(client.secrecy, most_bytes=1000).ask(origin.url, call())
    assert answer.location == "an invalid URL"


def test_a_body_longer_than_is_read_cannot_pass(client, serve):
    """Neither its content nor its time is known: truncated, unless something else is wrong already."""
    small = HttpClient(client.secrecy, most_bytes=1000)
    with pytest.raises(Unknown, match=r"longer than the 1,000 bytes that this run reads.*\[truncated\]"):
        small.ask(serve(says(reply(b"x" * 5000))).url, call())
    answer = small.ask(serve(says(reply(b"x" * 5000, status=500))).url, call(expect={"body_contains": ["y"]}))
    assert answer.problems == ("the status is 500 Internal Server Error, expected 200 OK",)


def test_compressed_bodies_are_read_and_bounded(client, serve):
    """A gzip body is unpacked; the limit counts what comes out, so that a small bomb does not fill the memory."""
    packed = gzip.compress(b'{"a": "b"}')
    assert client.ask(serve(says(reply(packed, content_encoding="gzip"))).url, call(expect={"json": {"a": "b"}})).passed
    bomb = gzip.compress(b" " * 5_000_000)
    with pytest.raises(Unknown, match="truncated"):
        client.ask(serve(says(reply(bomb, content_encoding="gzip"))).url, call())


@pytest.mark.parametrize(
    ("raw", "kind", "text"),
    [
        ("grün".encode("latin-1"), "text/plain; charset=ISO-8859-1", "grün"),
        ("grün".encode(), "text/plain", "grün"),
        ("grün".encode(), "text/plain; charset=nonsense", "grün"),
        ("grün".encode(), "text/plain; charset=base64", "grün"),
        ("日本".encode("utf-16"), 'text/plain; charset="utf-16"', "日本"),
    ],
)
def test_texts_are_found_in_any_charset(client, serve, raw, kind, text):
    """The declared charset counts; one that does not exist is taken for UTF-8."""
    assert client.ask(serve(says(reply(raw, content_type=kind))).url, call(expect={"body_contains": [text]})).passed


def test_answers_survive_their_serialised_form(client, serve):
    """What JSON allows and UTF-8 does not, long values and odd bytes come back equal."""
    body = json.dumps({"half": "\ud800", "long": "x" * 9000, "deep": {"日": [1, 2.5, None]}}) + "\x00\x1b"
    origin = serve(says(reply(body.rstrip("\x00\x1b")), reply(body, status=500)))
    expect = {"json": {"half": "?", "long": "x", "deep": 1}, "body_contains": ["\x07"]}
    for _ in range(2):
        looks = {"odd": client.ask(origin.url, call(expect=expect))}
        adapter = TypeAdapter(Mapping[str, HttpAnswer])
        assert adapter.validate_json(adapter.dump_json(looks)) == looks
        assert len(looks["odd"].excerpt) <= 300
        assert looks["odd"].excerpt.isprintable()


def test_values_from_the_environment_never_show(client, serve, environ):
    """A variable sent in header and body is masked wherever the answer gives it back, JSON's escapes included."""
    secret = environ["SHOP_TOKEN"]

    def echo(seen: Received, connection: socket.socket) -> None:
        connection.sendall(
            reply(json.dumps({"you": secret, "head": seen.headers["x-token"]}), status=500, x_echo=secret)
        )

    origin = serve(echo)
    declared = call(
        method="POST",
        headers={"X-Token": "Bearer ${SHOP_TOKEN}"},
        json={"password": "${SHOP_TOKEN}"},
        expect={"headers": {"x-echo": "no"}, "json": {"you": "no", "head": "no"}, "body_contains": ["no!"]},
    )
    answer = client.ask(origin.url, declared)
    assert origin.received[0].headers["x-token"] == f"Bearer {secret}"
    assert json.loads(origin.received[0].body) == {"password": secret}
    assert origin.received[0].headers["content-type"] == "application/json"
    written = TypeAdapter(HttpAnswer).dump_json(answer).decode()
    assert "hunter2" not in written
    assert written.count("[redacted]") >= 6


def test_bodies_are_sent_as_declared(client, serve):
    """A text is sent as it is, and a declared header goes before ours."""
    origin = serve(says(reply()))
    client.ask(
        origin.url, call(method="PUT", body="größe=1", headers={"User-Agent": "probe", "Content-Type": "text/x"})
    )
    assert origin.received[0].body == "größe=1".encode()
    assert origin.received[0].headers["user-agent"] == "probe"
    assert origin.received[0].headers["content-type"] == "text/x"


@pytest.mark.parametrize("name", ["ABSENT", "EMPTY"])
def test_a_variable_that_is_not_set_is_not_sent(client, serve, name):
    """An unset or empty variable makes the answer unknown and names itself; nothing is sent."""
    origin = serve(says(reply()))
    with pytest.raises(Unknown, match=rf"environment variable {name} is not set.*\[not-declared\]"):
        client.ask(origin.url, call(headers={"authorization": f"Bearer ${{{name}}}"}))
    assert origin.received == []


@pytest.mark.parametrize("value", ["hunter2secret\n", "hunter2secret ", "hunter2\r\nX-Evil: 1", "hünter2secret"])
def test_a_header_that_cannot_be_sent_does_not_show_its_value(client, serve, environ, value):
    """A line break at a secret's end is a usual mistake; the sentence names the header and not the value."""
    environ["SHOP_TOKEN"] = value
    with pytest.raises(Unknown, match=r"the header X-Token .*\$\{SHOP_TOKEN\}.*\[error\]") as caught:
        client.ask(serve(says(reply())).url, call(headers={"X-Token": "${SHOP_TOKEN}"}))
    assert "nter2" not in str(caught.value)


def test_user_and_password_of_a_url_are_used_and_not_recorded(client, serve):
    """They are sent as basic authentication, and masked wherever they come back."""
    origin = serve(says(reply("s3cret/pw is wrong", status=401)))
    answer = client.ask(origin.url.replace("://", "://probe:s3cret%2Fpw@") + "/", call(path="/a?token=abc&flag#x"))
    assert origin.received[0].headers["authorization"].startswith("Basic ")
    assert origin.received[0].path == "/a?token=abc&flag"
    assert answer.url == f"{origin.url}/a?token=…&…"
    assert answer.excerpt == "[redacted] is wrong"


def test_netrc_is_not_sent(client, serve, tmp_path, monkeypatch):
    """Credentials that happen to lie on the machine are no part of what is declared."""
    (tmp_path / "netrc").write_text("machine localhost login me password pw\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    origin = serve(says(reply()))
    assert client.ask(origin.url, call()).passed
    assert "authorization" not in origin.received[0].headers


def test_cookies_are_not_recorded(client, serve):
    """A cookie that is expected is said to be there, its value is not."""
    origin = serve(says(reply("session-value-1234", set_cookie="sid=session-value-1234; Secure")))
    answer = client.ask(origin.url, call(expect={"headers": {"set-cookie": "other=*"}}))
    assert answer.headers["set-cookie"] == "set; its value is not recorded"
    assert "session-value" not in TypeAdapter(HttpAnswer).dump_json(answer).decode()


def test_every_call_is_noted(client, serve):
    """The engine learns of each request, with its time and the server's name for it, answered or not."""
    noted: list[dict[str, object]] = []
    moment = datetime(2030, 1, 2, tzinfo=UTC)
    watched = HttpClient(client.secrecy, clock=StoppedClock(moment), on_call=lambda **call: noted.append(call))
    origin = serve(says(reply(apigw_requestid="abc=", status=404), b""))
    watched.ask(origin.url, call(path="/x?token=1"))
    with pytest.raises(Unknown):
        watched.ask(origin.url, call())
    url = f"{origin.url}/x?token=…"
    assert noted[0] == {"method": "GET", "url": url, "status": 404, "started": moment, "request_id": "abc="}
    assert noted[1]["status"] is None


def test_one_client_serves_many_threads(client, serve):
    """Answers do not mix, and each call has its own connection."""

    def echo(seen: Received, connection: socket.socket) -> None:
        connection.sendall(reply(json.dumps({"path": seen.path})))

    origin = serve(echo)
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(
            lambda n: client.ask(origin.url, call(path=f"/{n}", expect={"json": {"path": f"/{n}"}})), range(16)
        )
        assert all(answer.passed for answer in answers)


def test_head_answers_have_no_body(client, serve):
    """A HEAD answer announces a length and sends nothing, which is not a cut body."""
    assert client.ask(serve(says(reply()[:-4] + b"\r\nx: y\r\n\r\n")).url, call(method="HEAD")).passed
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n"
    assert client.ask(serve(says(head)).url, call(method="HEAD")).passed
