"""Ports with and without TLS: which certificate is shown, and who waits for whom."""

import datetime as dt
import http.client
import socket
import ssl
from contextlib import closing

import pytest
import requests

from promotion.sandbox.clock import Clock
from promotion.sandbox.serve import serve
from promotion.sandbox.tls import EXPIRING_DAYS, Authority, Tls


def echo(environ, start_response):
    """Answer with the method, the path and the body."""
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("X-Scheme", environ["wsgi.url_scheme"])])
    return [f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {len(body)}".encode()]


@pytest.fixture(scope="module")
def authority():
    """Make one authority for all."""
    return Authority()


@pytest.fixture
def front(authority, tmp_path):
    """Serve a front-end over TLS; gives its port, its leaves, and a context that trusts the authority."""
    tls = Tls(authority, ["dev-ec2"])
    port = serve(echo, tls=lambda: tls.context("dev-ec2"))
    (tmp_path / "ca.pem").write_bytes(authority.ca_pem)
    return port, tls, tmp_path / "ca.pem"


def handshake(port, ca, name="localhost"):
    """Shake hands as a careful client, and give the certificate."""
    context = ssl.create_default_context(cafile=ca)
    with (
        socket.create_connection(("127.0.0.1", port), 5) as plain,
        context.wrap_socket(plain, server_hostname=name) as secured,
    ):
        return secured.getpeercert()


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "shop.dev.example", "shop.prod.example"])
def test_the_good_leaf_is_trusted_under_each_of_its_names(front, name):
    """A client that trusts the sandbox's authority finds nothing wrong, and the end is not near."""
    port, _, ca = front
    assert days_left(handshake(port, ca, name)) > 30


@pytest.mark.parametrize(
    ("leaf", "reason"),
    [("expired", "expired"), ("wrong-name", "[Mm]ismatch"), ("self-signed", "self.signed")],
)
def test_each_bad_leaf_is_refused_for_its_own_reason(front, leaf, reason):
    """What is wrong is told apart by the client, and only that is wrong."""
    port, tls, ca = front
    tls.show("dev-ec2", leaf)
    with pytest.raises(ssl.SSLCertVerificationError, match=reason):
        handshake(port, ca)


def test_the_expiring_leaf_is_trusted_for_a_few_days(front):
    """It is valid now."""
    port, tls, ca = front
    tls.show("dev-ec2", "expiring")
    assert EXPIRING_DAYS - 1 <= days_left(handshake(port, ca)) <= EXPIRING_DAYS


def test_another_authority_is_not_trusted(front, tmp_path):
    """The leaf is good only for those who trust the sandbox."""
    port, _, _ = front
    (tmp_path / "other.pem").write_bytes(Authority().ca_pem)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(port, tmp_path / "other.pem")


def test_a_leaf_or_front_end_that_there_is_not_is_refused(front):
    """A misspelt fault must not be one that does nothing."""
    with pytest.raises(ValueError, match="no leaf is called 'bad'; there are good, "):
        front[1].show("dev-ec2", "bad")
    with pytest.raises(ValueError, match="no front-end is called 'dev-ec'"):
        front[1].show("dev-ec", "good")


def test_a_silent_client_keeps_nobody_out(front):
    """The handshake with one is not awaited before the next is accepted."""
    port, _, ca = front
    with closing(socket.create_connection(("127.0.0.1", port))):
        answer = requests.get(f"https://localhost:{port}/health", verify=str(ca), timeout=2)
    assert (answer.text, answer.headers["X-Scheme"]) == ("GET /health 0", "https")


def test_plain_http_on_a_tls_port_harms_nobody(front):
    """It gets no answer, and the next client gets one."""
    port, _, ca = front
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://localhost:{port}/", timeout=2)
    assert requests.get(f"https://localhost:{port}/", verify=str(ca), timeout=2).ok


def test_a_connection_is_kept_alive_whatever_was_read():
    """Several requests go over one connection, also after bodies, HEAD, and an application that reads nothing."""

    def deaf(environ, start_response):
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    connection = http.client.HTTPConnection("127.0.0.1", serve(deaf), timeout=5)
    connection.connect()
    first = connection.sock
    for method, body in (("POST", b"x" * 100_000), ("HEAD", None), ("PUT", iter([b"a", b"b"])), ("GET", None)):
        connection.request(method, "/", body, encode_chunked=True)
        assert connection.getresponse().read() == (b"" if method == "HEAD" else b"ok")
    assert connection.sock is first


def test_a_client_that_waits_for_100_continue_is_told_to_go_on():
    """S3 clients send the body of a PUT only then."""
    with socket.create_connection(("127.0.0.1", serve(echo)), 5) as plain:
        plain.sendall(b"PUT /k HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert plain.recv(100).startswith(b"HTTP/1.1 100 ")
        plain.sendall(b"abc")
        assert plain.recv(1000).endswith(b"PUT /k 3")


def test_a_defect_of_the_application_is_a_500(capsys):
    """It is not a dropped connection, which would be a misbehaviour on demand."""

    def broken(environ, start_response):
        raise KeyError("oops")

    answer = requests.get(f"http://127.0.0.1:{serve(broken)}/", timeout=2)
    assert answer.status_code == 500
    assert "KeyError: 'oops'" in capsys.readouterr().err


def test_a_taken_port_is_an_error():
    """It is not another port."""
    port = serve(echo)
    with pytest.raises(OSError, match="in use"):
        serve(echo, port=port)


def test_the_clock_goes_forwards_at_its_rate():
    """It starts at the real time."""
    clock = Clock(3600)
    first, second = clock.now(), clock.now()
    assert first < second
    assert abs(first - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=10)
    with pytest.raises(ValueError, match="forwards"):
        Clock(0.5)


def days_left(certificate):
    """Give the days until a certificate ends, as the standard library reads it."""
    end = dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), dt.UTC)
    return (end - dt.datetime.now(dt.UTC)) / dt.timedelta(days=1)
