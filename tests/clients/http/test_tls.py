"""Certificates: what is wrong with one is said, and it is never unknown."""

import datetime as dt
import socket
import ssl
import threading
from contextlib import suppress

import pytest
import trustme

from promotion.clients.http.client import HttpClient
from promotion.settings.endpoints import EndpointCall
from promotion.unknown import Reason, Unknown
from tests.clients.http.origin import reply, says

HEALTH = EndpointCall(path="/health")
PAST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
FUTURE = dt.datetime(2090, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def authority():
    """The authority that the client believes."""
    return trustme.CA()


@pytest.fixture(scope="module")
def bundle(authority, tmp_path_factory):
    """Its certificate in a file."""
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture
def trusting(secrecy, bundle):
    """A client that believes it and no other."""
    return HttpClient(secrecy, ca_bundle=bundle, connect_timeout=2)


def server(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """Give what a server needs to show this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def test_a_good_certificate(trusting, serve, authority):
    """Chain and name fit, by name and by address; the handshake is not held against the answer's time."""
    tls = server(authority.issue_cert("localhost", "127.0.0.1"))
    for host in ("localhost", "127.0.0.1"):
        answer = trusting.ask(serve(says(reply("{}")), tls=tls, host=host).url, HEALTH)
        assert answer.passed
        assert answer.connect_ms > 0


@pytest.mark.parametrize(
    ("issued", "host", "flaw"),
    [
        ({"not_before": PAST, "not_after": PAST + dt.timedelta(1)}, "localhost", "it has expired"),
        ({"not_before": FUTURE, "not_after": FUTURE + dt.timedelta(1)}, "localhost", "it is not valid yet"),
        ({"names": ["shop.example.test"]}, "localhost", "it was issued for another name"),
        ({"names": ["shop.example.test"]}, "127.0.0.1", "it was issued for another address"),
    ],
)
def test_a_bad_certificate(trusting, serve, authority, issued, host, flaw):
    """Expired, early, another's: looked at and wrong, and the request is not sent."""
    names = issued.pop("names", ["localhost"])
    origin = serve(says(reply()), tls=server(authority.issue_cert(*names, **issued)), host=host)
    answer = trusting.ask(origin.url, HEALTH)
    assert answer.tls_error == flaw
    assert answer.status is None
    assert answer.elapsed_ms is None
    assert answer.problems == (f"the certificate is not accepted: {flaw}, so the request was not sent",)
    assert origin.received == []


def test_an_unknown_authority(trusting, serve):
    """A certificate of another authority is wrong, whether that sends its own along or not."""
    tls = server(trustme.CA().issue_cert("localhost"))
    assert "authority is not trusted here" in trusting.ask(serve(says(reply()), tls=tls).url, HEALTH).tls_error


def test_a_chain_that_ends_in_an_unknown_authority(trusting, serve):
    """The authority's own certificate in the chain does not make it trusted."""
    other = trustme.CA()
    leaf = other.issue_cert("localhost")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with trustme.Blob(leaf.private_key_and_cert_chain_pem.bytes() + other.cert_pem.bytes()).tempfile() as chain:
        tls.load_cert_chain(chain)
    flaw = trusting.ask(serve(says(reply()), tls=tls).url, HEALTH).tls_error
    assert flaw == "the root certificate authority of its chain is not trusted here"


def test_a_self_signed_certificate(trusting, serve):
    """A certificate that vouches for itself is told apart."""
    alone = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with trustme.Blob(alone.private_key_pem.bytes() + alone.cert_pem.bytes()).tempfile() as path:
        tls.load_cert_chain(path)
    assert trusting.ask(serve(says(reply()), tls=tls).url, HEALTH).tls_error == "it is self-signed"


def test_only_the_bundle_is_believed(trusting, client, serve, authority, bundle, monkeypatch):
    """Neither variables nor the authorities of requests widen the trust; without a bundle the system decides."""
    other = trustme.CA()
    tls = server(other.issue_cert("localhost"))
    with other.cert_pem.tempfile() as theirs:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", theirs)
        monkeypatch.setenv("SSL_CERT_FILE", theirs)
        monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", theirs)
        for _ in range(2):
            assert trusting.ask(serve(says(reply()), tls=tls).url, HEALTH).tls_error
        assert client.ask(serve(says(reply()), tls=tls).url, HEALTH).passed


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_bundle_that_cannot_be_used(secrecy, tmp_path, content):
    """A missing or wrong file is a mistake here, not at the server."""
    path = tmp_path / "missing.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(Unknown, match=r"ca_bundle.*missing\.pem") as caught:
        HttpClient(secrecy, ca_bundle=str(path)).ask("https://localhost:1", HEALTH)
    assert caught.value.reason is Reason.ERROR


def test_no_tls_at_all(trusting, serve):
    """Plain HTTP on the port, and a server that will not shake hands, are unreachable over TLS."""
    plain = serve(says(reply()))
    with pytest.raises(Unknown, match="the TLS handshake failed") as caught:
        trusting.ask(plain.url.replace("http:", "https:"), HEALTH)
    assert caught.value.reason is Reason.UNREACHABLE


def test_a_handshake_that_hangs(secrecy, bundle, serve):
    """A server that accepts and stays silent is a time-out."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = HttpClient(secrecy, ca_bundle=bundle, connect_timeout=0.1)
        with pytest.raises(Unknown) as caught:
            client.ask(f"https://127.0.0.1:{silent.getsockname()[1]}", HEALTH)
    assert caught.value.reason is Reason.TIMEOUT


def test_an_end_that_anyone_could_have_made(trusting, serve, authority):
    """A body without length is whole only if TLS itself ended (RFC 9112, 9.8)."""
    endless = b"HTTP/1.1 200 OK\r\n\r\n{}"
    tls = server(authority.issue_cert("localhost"))
    with pytest.raises(Unknown) as caught:
        trusting.ask(serve(says(endless), tls=tls).url, HEALTH)
    assert caught.value.reason is Reason.TRUNCATED

    def properly(_, connection):
        connection.sendall(endless)
        connection.unwrap()

    assert trusting.ask(serve(properly, tls=tls).url, HEALTH).passed


def test_a_trickle_over_tls_ends(secrecy, bundle, serve, authority, monkeypatch):
    """The deadline also ends an encrypted answer that never does."""
    monkeypatch.setattr("promotion.clients.http.client.PATIENCE", 0.05)
    done = threading.Event()

    def trickle(_, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n")
        while not done.wait(0.02):
            connection.sendall(b"1")

    client = HttpClient(secrecy, ca_bundle=bundle, total_timeout=0.2)
    tls = server(authority.issue_cert("localhost"))
    call = EndpointCall.model_validate({"path": "/health", "expect": {"max_ms": 1}})
    with pytest.raises(Unknown) as caught:
        client.ask(serve(trickle, tls=tls).url, call)
    done.set()
    assert caught.value.reason is Reason.TIMEOUT


def test_certificates_are_checked_through_a_proxy(trusting, serve, authority, monkeypatch):
    """A tunnel changes nothing: the same authorities, the same name, the same answers."""

    def tunnel(seen, connection):
        with socket.create_connection(("127.0.0.1", int(seen.path.rpartition(":")[2]))) as onward:
            connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(target=pump, args=(onward, connection), daemon=True)
            back.start()
            pump(connection, onward)
            back.join(1)

    def pump(source, sink):
        with suppress(OSError):
            while block := source.recv(65536):
                sink.sendall(block)
            sink.shutdown(socket.SHUT_WR)

    proxy = serve(tunnel)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "")
    for names, flaw in ((("shop.example.test",), None), (("other.example.test",), "it was issued for another name")):
        origin = serve(says(reply("{}")), tls=server(authority.issue_cert(*names)), host="shop.example.test")
        assert trusting.ask(origin.url, HEALTH).tls_error == flaw
    assert [seen.method for seen in proxy.received] == ["CONNECT", "CONNECT"]
