"""What a signature is over, and what a transparency log may have recorded of it."""

from dataclasses import dataclass
from typing import Self

from promotion.signing.dsse import Envelope, pae


@dataclass(frozen=True)
class Signed:
    """One payload and the signatures over it."""

    payload: bytes
    message: bytes
    """The bytes under the signature: the payload itself, or DSSE's encoding of it with its type."""
    signatures: tuple[bytes, ...]
    in_envelope: bool
    envelope: bytes | None = None
    """The whole envelope as it was logged. None for a bundle's: the log normalises those before it hashes them."""

    @classmethod
    def blob(cls, payload: bytes, signature: bytes) -> Self:
        """Describe a signature over bare bytes."""
        return cls(payload, payload, (signature,), in_envelope=False)

    @classmethod
    def of(cls, envelope: Envelope, raw: bytes | None = None) -> Self:
        """Describe the signatures of an envelope, and its own bytes if those were logged."""
        message = pae(envelope.payload_type, envelope.payload)
        return cls(envelope.payload, message, envelope.signatures, in_envelope=True, envelope=raw)
