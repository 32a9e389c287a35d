"""DSSE 1.0 envelopes: a payload, its type, and signatures over both."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from promotion.signing.errors import Rejected, shown
from promotion.signing.keys import PublicKey
from promotion.signing.wire import list_field, one_spelling, read_base64, read_object, text_field

IN_TOTO = "application/vnd.in-toto+json"
"""Payload type of an in-toto statement."""


def pae(payload_type: str, payload: bytes) -> bytes:
    """Encode what is signed: DSSE's pre-authentication encoding, which binds the type to the payload."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


@dataclass(frozen=True)
class Envelope:
    """A DSSE envelope as it was read; nothing in it is trusted before `verify`."""

    payload_type: str
    payload: bytes
    signatures: tuple[bytes, ...]
    """As bytes, in the envelope's order. The key ids beside them are hints without authority, and are not kept."""

    @classmethod
    def parse(cls, data: bytes, what: str, *, at_most: int = 1) -> Self:
        """Read an envelope from JSON that has one to `at_most` signatures. Raises Rejected."""
        return cls.from_object(read_object(data, what), what, at_most=at_most)

    @classmethod
    def from_object(cls, fields: dict[str, object], what: str, *, at_most: int = 1) -> Self:
        """Read an envelope from its JSON object. Raises Rejected."""
        one_spelling(fields, what)
        entries = list_field(fields, "signatures", what)
        if not 1 <= len(entries) <= at_most:
            expected = "exactly one" if at_most == 1 else f"one to {at_most}"
            raise Rejected(f"{what} has {len(entries)} signatures; expected {expected}")
        signatures = []
        for entry in entries:
            if not isinstance(entry, dict):
                raise Rejected(f"{what} has a signature that is not an object")
            one_spelling(entry, what)
            signatures.append(read_base64(text_field(entry, "sig", f"a signature of {what}"), f"a signature of {what}"))
        return cls(
            payload_type=text_field(fields, "payloadType", what),
            payload=read_base64(text_field(fields, "payload", what), f"the payload of {what}"),
            signatures=tuple(signatures),
        )

    def verify(self, keys: Sequence[PublicKey], payload_type: str = IN_TOTO) -> bytes:
        """Give the payload, once one of `keys` made one of the signatures over it and its type.

        Raises Rejected when none did, and when the type is another than `payload_type`.
        """
        self.of_type(payload_type)
        signed = pae(self.payload_type, self.payload)
        if not any(_made(key, signed, signature) for key in keys for signature in self.signatures):
            known = " or ".join(str(key) for key in keys)
            raise Rejected(f"none of its signatures over this payload and type was made by {known}")
        return self.payload

    def of_type(self, payload_type: str) -> None:
        """Raise Rejected unless the payload is of this type."""
        if self.payload_type != payload_type:
            raise Rejected(f"its payload type is {shown(self.payload_type)}; {payload_type} was expected")


def _made(key: PublicKey, signed: bytes, signature: bytes) -> bool:
    try:
        key.verify(signed, signature)
    except Rejected:
        return False
    return True


def write_envelope(payload: bytes, signature: bytes, payload_type: str = IN_TOTO) -> dict[str, object]:
    """Write an envelope with one signature, as its JSON object."""
    return {
        "payload": b64encode(payload).decode(),
        "payloadType": payload_type,
        "signatures": [{"sig": b64encode(signature).decode()}],
    }
