"""The sandbox's certificate authority, and the certificates its front-ends can show."""

import datetime as dt
import ipaddress
import ssl
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NAMES = ("localhost", "127.0.0.1", "shop.dev.example", "shop.prod.example")
"""What the front-ends are called."""
VALID_DAYS = 90
EXPIRING_DAYS = 5
RENEWAL_DAYS = 20


class Authority:
    """A certificate authority (ECDSA P-256) and one context per leaf: made once, shared by all worlds of a process.

    Leaves: `good`; `expired` yesterday; `expiring` in 5 days; `renewal-due`, in 20; `wrong-name` (valid, for another
    host); `self-signed` (right names, no authority); `old-protocols` (a good leaf, shown over TLS 1.0 and up). TLS is
    checked against the real time, never against the sandbox's clock.
    """

    def __init__(self) -> None:
        authority = trustme.CA(organization_name="promotion sandbox")
        today = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        born, end = today - dt.timedelta(days=30), today + dt.timedelta(days=VALID_DAYS)

        def leaf(*names: str, until: dt.datetime = end) -> ssl.SSLContext:
            return _context(authority.issue_cert(*names, not_before=born, not_after=until).configure_cert)

        self.ca_pem: bytes = authority.cert_pem.bytes()
        self.leaves = {
            "good": leaf(*NAMES),
            "expired": leaf(*NAMES, until=today - dt.timedelta(days=1)),
            "expiring": leaf(*NAMES, until=today + dt.timedelta(days=EXPIRING_DAYS)),
            "renewal-due": leaf(*NAMES, until=today + dt.timedelta(days=RENEWAL_DAYS)),
            "wrong-name": leaf("another.example"),
            "self-signed": _context(lambda context: _self_signed(context, born, end)),
            "old-protocols": _old(leaf(*NAMES)),
        }


class Tls:
    """Which leaf each front-end of one world shows."""

    def __init__(self, authority: Authority, fronts: Iterable[str]) -> None:
        """Every front-end begins with `good`."""
        self._authority = authority
        self._shown = dict.fromkeys(fronts, "good")
        self._by_name: dict[tuple[str, str], str] = {}
        self._closed: set[str] = set()

    def show(self, front: str, leaf: str, name: str | None = None) -> None:
        """Have a front-end show another leaf on connections made from now on, or just to who asks for a name (SNI).

        Raises ValueError for a front-end or a leaf that there is not.
        """
        for kind, called, known in (("front-end", front, self._shown), ("leaf", leaf, self._authority.leaves)):
            if called not in known:
                raise ValueError(f"no {kind} is called {called!r}; there are {', '.join(known)}")
        if name is None:
            self._shown[front] = leaf
        else:
            self._by_name[front, name] = leaf

    def close(self, front: str) -> None:
        """Have a front-end close connections before a handshake."""
        self._closed.add(front)

    def context(self, front: str) -> ssl.SSLContext:
        """Give the context for a new connection to a front-end. ConnectionAbortedError if it is to be closed."""
        if front in self._closed:
            raise ConnectionAbortedError(front)
        usual = self._authority.leaves[self._shown[front]]
        if not any(one == front for one, _ in self._by_name):
            return usual
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)  # its own, for the leaves' are shared by all front-ends

        def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            leaf = self._by_name.get((front, name or ""))
            connection.context = self._authority.leaves[leaf] if leaf else usual

        context.sni_callback = choose
        return context


def _context(configure: Callable[[ssl.SSLContext], None]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    configure(context)
    return context


def _old(context: ssl.SSLContext) -> ssl.SSLContext:
    """Let a context accept what OpenSSL would refuse by itself."""
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that they are deprecated is the point
        context.minimum_version = ssl.TLSVersion.TLSv1
    return context


def _self_signed(context: ssl.SSLContext, born: dt.datetime, end: dt.datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAMES[0])])
    called: list[x509.GeneralName] = [
        x509.IPAddress(ipaddress.ip_address(host)) if host[0].isdigit() else x509.DNSName(host) for host in NAMES
    ]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), born, end)
        .add_extension(x509.SubjectAlternativeName(called), critical=False)
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM
    private = key.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with TemporaryDirectory() as folder:  # the ssl module reads keys from files only
        pem = Path(folder, "leaf.pem")
        pem.write_bytes(private + certificate.public_bytes(form))
        context.load_cert_chain(pem)
