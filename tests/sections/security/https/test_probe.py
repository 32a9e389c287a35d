"""What the prober says of a front-end, and that OpenSSL's own client says the same."""

import re
import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import closing

import pytest

from promotion.core.api_calls import CALLS
from promotion.sandbox.serve import serve
from promotion.sections.security.https.hello import OLD, client_hello, read_answer
from promotion.unknown import Reason, Unknown

OPENSSL = shutil.which("openssl")
LEAVES = ("good", "expired", "expiring", "renewal-due", "wrong-name", "self-signed", "old-protocols")


@pytest.fixture(autouse=True)
def calls():
    """The calls that are written down."""
    noted = []
    token = CALLS.set(noted)
    yield noted
    CALLS.reset(token)


def s_client(port, ca, name, *options):
    """What `openssl s_client` prints of a connection."""
    command = [OPENSSL, "s_client", "-connect", f"localhost:{port}", "-CAfile", ca, "-servername", name]
    made = subprocess.run(
        [*command, "-verify_hostname", name, *options], input=b"", capture_output=True, timeout=20, check=False
    )
    return (made.stdout + made.stderr).decode(errors="replace")


@pytest.mark.skipif(OPENSSL is None, reason="there is no openssl to ask")
@pytest.mark.parametrize("leaf", LEAVES)
def test_openssl_agrees_on_every_leaf(front, prober, ca, leaf):
    """Whether the certificate is accepted, over which protocol, with which cipher, and when it ends."""
    port, tls = front
    tls.show("dev-ec2", leaf)
    shake, printed = prober(port).shake("localhost"), s_client(port, ca, "localhost")
    code = int(re.search(r"Verify return code: (\d+)", printed)[1])
    assert bool(shake.flaw) == (code != 0), printed
    if not shake.flaw:
        assert re.search(rf"Protocol *: *{re.escape(shake.version)}", printed) or shake.version in printed
        assert shake.cipher in printed
    dates = subprocess.run(
        [OPENSSL, "x509", "-noout", "-enddate", "-ext", "subjectAltName"],
        input=printed.encode(),
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert f"notAfter={shake.leaf.ends:%b} {shake.leaf.ends.day:2d} {shake.leaf.ends:%H:%M:%S %Y} GMT" in dates
    assert all(name in dates for name in shake.leaf.names)


@pytest.mark.skipif(OPENSSL is None, reason="there is no openssl to ask")
@pytest.mark.parametrize(("leaf", "accepted"), [("good", False), ("old-protocols", True)])
def test_openssl_agrees_on_old_versions(front, prober, ca, leaf, accepted):
    """Each old version, offered alone: our hello is answered as that of a client which is let to speak it."""
    port, tls = front
    tls.show("dev-ec2", leaf)
    for version, option in (("TLS 1.0", "-tls1"), ("TLS 1.1", "-tls1_1")):
        found = prober(port).offer(version)
        printed = s_client(port, ca, "localhost", option, "-cipher", "ALL:@SECLEVEL=0")
        agreed = bool(re.search(r"Cipher is (?!\(NONE\))\S+", printed))
        assert (found.accepted, agreed) == (accepted, accepted), printed
        assert found.how == (version if accepted else "alert 70")


def test_what_is_wrong_with_a_leaf_is_said(front, prober):
    """Each for its own reason, with the certificate that was shown."""
    port, tls = front
    said = {}
    for leaf in LEAVES:
        tls.show("dev-ec2", leaf)
        shake = prober(port).shake("localhost")
        assert shake.leaf is not None
        said[leaf] = shake.flaw
    assert said == {
        "good": "",
        "expired": "it has expired",
        "expiring": "",
        "renewal-due": "",
        "wrong-name": "it was issued for another name",
        "self-signed": "it is self-signed",
        "old-protocols": "",
    }


def test_names_are_asked_for_one_by_one(front, prober):
    """A server may show another certificate to who asks for another name (SNI)."""
    port, tls = front
    tls.show("dev-ec2", "expired", "shop.dev.example")
    assert prober(port).shake("localhost").flaw == ""
    assert prober(port).shake("shop.dev.example").flaw == "it has expired"
    assert prober(port).shake("shop.prod.example").flaw == ""


def test_every_connection_is_written_down(front, prober, calls):
    """As any call to the outside: to whom, what for, and what became of it."""
    port, tls = front
    tls.show("dev-ec2", "expired")
    prober(port).look()
    assert [(call.operation, call.outcome) for call in calls] == [
        ("TLS hello, TLS 1.0", "ok"),
        ("TLS hello, TLS 1.1", "ok"),
        ("TLS handshake for localhost", "SSLCertVerificationError"),
        ("TLS handshake for localhost, with any certificate", "ok"),
    ]
    assert {call.service for call in calls} == {f"localhost:{port}"}


def test_who_speaks_old_versions_alone_was_seen(only_old, prober):
    """A careful client comes to no handshake, but it is no silence: the front-end is wrong, not unknown."""
    look = prober(only_old).look()
    assert {one.how for one in look.old} == {"TLS 1.0"}
    assert look.handshake.flaw.startswith("a handshake succeeds only with TLS 1.0")
    assert look.handshake.leaf is None


def test_without_the_authority_nothing_is_accepted(front, prober, tmp_path):
    """The system's authorities do not know the sandbox's."""
    port, _ = front
    assert "not trusted here" in prober(port, ca_bundle=None).shake("localhost").flaw


def hushed():
    """A port that takes connections and says nothing."""
    return socket.create_server(("127.0.0.1", 0))


def test_silence_is_unknown(prober):
    """It is no refusal of an old version: nobody can tell what it would have been."""
    with closing(hushed()) as listening:
        port = listening.getsockname()[1]
        for ask in (lambda made: made.offer("TLS 1.0"), lambda made: made.shake("localhost")):
            with pytest.raises(Unknown) as unknown:
                ask(prober(port, read_timeout=0.2))
            assert unknown.value.reason is Reason.TIMEOUT


def test_trickling_is_bounded(prober):
    """An answer byte by byte does not take longer than is waited in all."""
    with closing(hushed()) as listening:
        port = listening.getsockname()[1]
        stop = threading.Event()

        def trickle():
            connection, _ = listening.accept()
            with connection:
                while not stop.wait(0.05):
                    try:
                        connection.sendall(b"\x16")
                    except OSError:
                        return

        thread = threading.Thread(target=trickle, daemon=True)
        thread.start()
        with pytest.raises(Unknown):
            prober(port, read_timeout=0.3).offer("TLS 1.0")
        stop.set()
        thread.join(5)


def test_a_closed_port_is_unknown(prober):
    """Nobody listens."""
    with closing(hushed()) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(Unknown, match="refused") as unknown:
        prober(port).look()
    assert unknown.value.reason is Reason.UNREACHABLE


def test_what_is_no_tls_is_unknown(prober):
    """A plain HTTP server on the port."""

    def app(environ, start_response):
        start_response("200 OK", [])
        return [b"hello"]

    with pytest.raises(Unknown) as unknown:
        prober(serve(app)).look()
    assert unknown.value.reason in (Reason.MALFORMED, Reason.UNREACHABLE)


@pytest.mark.parametrize("version", OLD)
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "bücher.example"])
def test_openssl_reads_our_hello(version, name):
    """A server made of the standard library reads it, and names what is wrong with it in an alert or an answer."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    seen = []
    context.sni_callback = lambda _connection, asked, _context: seen.append(asked)
    server = context.wrap_bio(into, out, server_side=True)
    into.write(client_hello(OLD[version], name, bytes(32)))
    with pytest.raises(ssl.SSLError) as refused:
        server.do_handshake()
    assert refused.value.reason == "UNSUPPORTED_PROTOCOL"
    answer = read_answer(out.read())
    assert (answer.accepted, answer.alert) == (False, 70)


@pytest.mark.parametrize(
    ("begin", "said"),
    [
        (b"", None),
        (b"HTTP/1.1 400", None),
        (b"\x15\x03\x01\x00\x02\x02\x28", (False, "", 40)),
        (b"\x15\x03\x01\x00", None),
        (b"\x16\x03\x01\x00\x51\x02\x00\x00\x4d\x03\x01", (True, "TLS 1.0", None)),
        (b"\x16\x03\x00\x00\x51\x02\x00\x00\x4d\x03\x00", (True, "SSL 3.0", None)),
        (b"\x16\x03\x03\x00\x51\x02\x00\x00\x4d\x03\x03", (False, "TLS 1.2", None)),
        (b"\x16\x03\x01\x00\x51\x0b\x00\x00\x4d\x03\x01", None),
    ],
)
def test_answers_are_read(begin, said):
    """An alert refuses, a server hello accepts by its version, anything else tells nothing."""
    answer = read_answer(begin)
    assert (answer and (answer.accepted, answer.version, answer.alert)) == said
