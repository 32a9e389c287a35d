"""Who a keyless signature is by: the identity in the certificate, and who vouched for it.

Fulcio's certificate extensions: https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from cryptography import x509

from promotion.signing.errors import Rejected, shown

ISSUER = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
"""The OIDC issuer as a DER UTF8String."""
ISSUER_OLD = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
"""The same as bare bytes, deprecated; certificates have both."""

_UTF8_STRING = 0x0C


@dataclass(frozen=True)
class Identity:
    """Whose signatures count: this identity, as that OIDC issuer vouches for it.

    Text must be equal, character by character. A pattern (`re.compile`) must match from the first character to the
    last. An identity without its issuer means nothing: any issuer could name any identity.
    """

    identity: str | re.Pattern[str]
    issuer: str | re.Pattern[str]

    def __post_init__(self) -> None:
        """Refuse an expectation that everything, or nothing, would meet."""
        for expected in (self.identity, self.issuer):
            if not (expected if isinstance(expected, str) else expected.pattern):
                raise ValueError("keyless signatures need both an identity and an issuer")

    def __str__(self) -> str:
        """`IDENTITY (as ISSUER says)`."""
        identity, issuer = (
            each if isinstance(each, str) else f"/{each.pattern}/" for each in (self.identity, self.issuer)
        )
        return f"{identity} (as {issuer} says)"


@dataclass(frozen=True)
class Signatory:
    """Who a certificate is for: its one subject alternative name, and the OIDC issuer."""

    identity: str
    issuer: str

    @classmethod
    def of(cls, certificate: x509.Certificate) -> Self:
        """Read a certificate. Raises Rejected unless it names exactly one identity and one issuer."""
        try:
            names = list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
        except x509.ExtensionNotFound:
            raise Rejected("its certificate names no identity (no subject alternative name)") from None
        if len(names) != 1 or not isinstance(names[0], x509.UniformResourceIdentifier | x509.RFC822Name):
            raise Rejected("its certificate does not name exactly one identity as a URI or an e-mail address")
        return cls(names[0].value, _issuer(certificate))

    def expected(self, identities: Iterable[Identity]) -> None:
        """Raise Rejected unless this is one of `identities`."""
        wanted = list(identities)
        if not any(_is(self.identity, one.identity) and _is(self.issuer, one.issuer) for one in wanted):
            raise Rejected(
                f"it is by {shown(self.identity)} (as {shown(self.issuer)} says); expected "
                f"{' or '.join(str(one) for one in wanted)}"
            )


def _is(actual: str, expected: str | re.Pattern[str]) -> bool:
    return actual == expected if isinstance(expected, str) else expected.fullmatch(actual) is not None


def _issuer(certificate: x509.Certificate) -> str:
    found = set()
    for oid, read in ((ISSUER, _utf8_string), (ISSUER_OLD, bytes)):
        try:
            value = certificate.extensions.get_extension_for_oid(oid).value
        except x509.ExtensionNotFound:
            continue
        if isinstance(value, x509.UnrecognizedExtension):
            found.add(read(value.value))
    if len(found) != 1:
        raise Rejected("its certificate does not name exactly one OIDC issuer")
    try:
        return found.pop().decode("utf-8")
    except UnicodeDecodeError:
        raise Rejected("its certificate names an OIDC issuer that is not text") from None


def _utf8_string(der: bytes) -> bytes:
    """Read the content of a DER UTF8String of at most 65 535 bytes."""
    for header in (2, 3, 4):
        content = der[header:]
        length = len(content)
        size = bytes([length]) if length < 0x80 else bytes([0x80 | len(_big(length)), *_big(length)])
        if length and der == bytes([_UTF8_STRING]) + size + content:
            return content
    raise Rejected("its certificate names an OIDC issuer that is not a DER UTF8String")


def _big(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
