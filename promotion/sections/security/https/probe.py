"""Connecting to a front-end to see what TLS it speaks. This module does I/O."""

import os
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from promotion.clients.http.failure import no_answer
from promotion.clients.http.tls import certificate_flaw, trust
from promotion.core.api_calls import note_call
from promotion.core.clock import Clock
from promotion.sections.security.https.certificate import read_leaf
from promotion.sections.security.https.hello import ENOUGH, OLD, client_hello, read_answer
from promotion.sections.security.https.seen import FrontLook, Handshake, Leaf, OldVersion
from promotion.unknown import Reason, Unknown


@dataclass(frozen=True)
class Prober:
    """Makes TLS connections to one address: straight to it, past any proxy.

    Times are in seconds, for connecting and for the whole of what comes after.
    """

    host: str
    port: int
    ca_bundle: str | None
    connect_timeout: float
    read_timeout: float
    clock: Clock

    def look(self) -> FrontLook:
        """Try every old version, then shake hands for the host's name.

        Raises Unknown: unreachable, timeout, malformed (no TLS), error.
        """
        old = tuple(self.offer(version) for version in OLD)
        spoken = [one.version for one in old if one.accepted]
        return FrontLook(f"{self.host}:{self.port}", self._shake(self.host, spoken), old)

    def _shake(self, name: str, old: Sequence[str]) -> Handshake:
        try:
            return self.shake(name)
        except Unknown as unknown:
            if not old:
                raise
            # Who speaks TLS, but not with a careful client, was seen.
            flaw = f"a handshake succeeds only with {', '.join(old)} ({unknown.message.partition(':')[0]})"
            return Handshake(name, "", "", None, flaw)

    def shake(self, name: str) -> Handshake:
        """Shake hands as a careful client that asks for a name; look at the certificate even if it is not good."""
        try:
            with (
                self._connected(f"TLS handshake for {name}") as plain,
                self._careful.wrap_socket(plain, server_hostname=name) as secured,
            ):
                return Handshake(name, secured.version() or "", _cipher(secured), _leaf(secured))
        except Unknown as unknown:
            cause = unknown.__cause__
            flaw = certificate_flaw(cause) if cause is not None else None
            if flaw is None:
                raise Unknown(unknown.reason, unknown.message) from None
        with (
            self._connected(f"TLS handshake for {name}, with any certificate") as plain,
            self._careless.wrap_socket(plain, server_hostname=name) as secured,
        ):
            return Handshake(name, "", "", _leaf(secured), flaw)

    def offer(self, version: str) -> OldVersion:
        """Offer an old version and nothing newer. An alert, or a closed connection, is a refusal."""
        with self._connected(f"TLS hello, {version}") as plain:
            plain.sendall(client_hello(OLD[version], self.host, os.urandom(32)))
            try:
                begin = _some(plain, ENOUGH, time.monotonic() + self.read_timeout)
            except (ConnectionResetError, BrokenPipeError):
                begin = b""
        if not begin:
            return OldVersion(version, accepted=False, how="closed")
        answered = read_answer(begin)
        if answered is None:
            raise Unknown(
                Reason.MALFORMED,
                f"{self.host}:{self.port} answered a hello of {version} with something that is not TLS: check what "
                "listens there",
            )
        how = f"alert {answered.alert}" if answered.alert is not None else answered.version
        return OldVersion(version, answered.accepted, how)

    @contextmanager
    def _connected(self, what: str) -> Iterator[socket.socket]:
        """Give a connection, and write down what became of it."""
        outcome = "ok"
        try:
            with socket.create_connection((self.host, self.port), self.connect_timeout) as plain:
                plain.settimeout(self.read_timeout)
                yield plain
        except OSError as error:
            outcome = type(error).__name__
            # With its cause, for a certificate that is not accepted is an answer too.
            raise no_answer(f"{what} at {self.host}:{self.port}", error) from error
        finally:
            note_call(f"{self.host}:{self.port}", what, None, outcome, clock=self.clock)

    @cached_property
    def _careful(self) -> ssl.SSLContext:
        return trust(self.ca_bundle)

    @cached_property
    def _careless(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # nothing is sent: it is only looked at what is shown
        return context


def _leaf(secured: ssl.SSLSocket) -> Leaf | None:
    der = secured.getpeercert(binary_form=True)
    return read_leaf(der) if der else None


def _cipher(secured: ssl.SSLSocket) -> str:
    cipher = secured.cipher()
    return cipher[0] if cipher else ""


def _some(plain: socket.socket, wanted: int, until: float) -> bytes:
    """Read this many bytes, or what there is before the end, by a moment of the monotonic clock."""
    begin = b""
    while len(begin) < wanted:
        plain.settimeout(max(until - time.monotonic(), 0.001))
        more = plain.recv(wanted - len(begin))
        if not more:
            break
        begin += more
        if begin[0] == 21 and len(begin) >= 7:
            break  # an alert is shorter
    return begin
