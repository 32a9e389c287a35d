"""Whom keyless signing rests on: certificate authorities, certificate logs, transparency logs.

Reads sigstore's `trusted_root.json`: the public-good one that the optional package `sigstore` ships, or a team's own.
https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Self

from cryptography import x509

from promotion.signing.errors import Rejected
from promotion.signing.keys import PublicKey
from promotion.signing.rekor import TransparencyLog
from promotion.signing.wire import list_field, object_field, read_base64, read_object, text_field
from promotion.unknown import Reason, Unknown

EXTRA = "pip install 'promotion-checklist[keyless]'"
_PACKAGED = "_store/https%3A%2F%2Ftuf-repo-cdn.sigstore.dev/trusted_root.json"


@dataclass(frozen=True)
class Authority:
    """A certificate authority: its certificates, the root last, and from when to when it issued (None: still)."""

    certificates: tuple[x509.Certificate, ...]
    start: datetime | None
    end: datetime | None

    def used(self, moment: datetime) -> bool:
        """Whether the authority issued certificates then."""
        return (self.start is None or self.start <= moment) and (self.end is None or moment <= self.end)


@dataclass(frozen=True)
class TrustRoot:
    """A trust root, and the bytes it was read from."""

    raw: bytes = field(repr=False)
    authorities: tuple[Authority, ...]
    transparency_logs: tuple[TransparencyLog, ...]
    certificate_logs: tuple[TransparencyLog, ...]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a `trusted_root.json`. Raises Unknown (malformed) when it is none."""
        what = "the trust root"
        try:
            fields = read_object(data, what)
            return cls(
                data,
                tuple(_authority(each, what) for each in list_field(fields, "certificateAuthorities", what)),
                _logs(fields, "tlogs", what),
                _logs(fields, "ctlogs", what),
            )
        except (Rejected, ValueError) as error:
            raise Unknown(
                Reason.MALFORMED,
                f"The trust root for keyless signatures cannot be parsed ({error}); give a sigstore trusted_root.json.",
            ) from None

    @classmethod
    def packaged(cls) -> Self:
        """Read the public-good trust root that the installed `sigstore` ships; it grows old with the package.

        Raises Unknown (not-supported) when the package is not installed.
        """
        try:
            path = files("sigstore").joinpath(_PACKAGED)
            return cls.parse(path.read_bytes())
        except (ModuleNotFoundError, FileNotFoundError):
            raise Unknown(
                Reason.NOT_SUPPORTED,
                f"Keyless signatures need a trust root, and none is installed; {EXTRA}, or name a trusted_root.json.",
            ) from None


def _authority(fields: Any, what: str) -> Authority:
    what = f"an authority of {what}"
    chain = list_field(object_field(fields, "certChain", what), "certificates", what)
    certificates = tuple(
        x509.load_der_x509_certificate(read_base64(text_field(each, "rawBytes", what), what)) for each in chain
    )
    if not certificates:
        raise Rejected(f"{what} has no certificate")
    return Authority(certificates, *_period(fields, what))


def _logs(fields: Mapping[str, Any], name: str, what: str) -> tuple[TransparencyLog, ...]:
    found = []
    for each in list_field(fields, name, what):
        key = object_field(each, "publicKey", f"a log of {what}")
        spki = read_base64(text_field(key, "rawBytes", f"a log of {what}"), f"a log's key of {what}")
        found.append(TransparencyLog(PublicKey.from_spki(spki), *_period(key, f"a log of {what}")))
    return tuple(found)


def _period(fields: Mapping[str, Any], what: str) -> tuple[datetime | None, datetime | None]:
    period = object_field(fields, "validFor", what)
    return _time(period, "start", what), _time(period, "end", what)


def _time(period: Mapping[str, Any], key: str, what: str) -> datetime | None:
    if period.get(key) is None:  # `"end": null` is how some writers of JSON say that there is none
        return None
    moment = datetime.fromisoformat(text_field(period, key, what))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
