"""KMS: signing digests, invalid signatures, the size of a message; and symmetric keys without an RSA key each.

Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
"""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import moto.kms.models
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from moto.core.exceptions import JsonRESTError
from moto.kms.exceptions import ValidationException
from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse
from moto.kms.utils import ECDSAPrivateKey, RSAPrivateKey

from promotion.sandbox.moto_patches import amends

LARGEST_MESSAGE = 4096
"""Bytes that KMS hashes itself."""
ASYMMETRIC = ("RSA_", "ECC_")

_digest: ContextVar[bool] = ContextVar("digest", default=False)
"""Whether the message of the request is a digest."""


@contextmanager
def _as_asked(response: Any) -> Iterator[None]:
    token = _digest.set(response._get_param("MessageType") == "DIGEST")
    try:
        yield
    finally:
        _digest.reset(token)


@amends(KmsResponse, "sign")
def sign(original: Any, self: Any) -> Any:
    """Sign a digest as it is."""
    with _as_asked(self):
        return original(self)


@amends(KmsResponse, "verify")
def verify(original: Any, self: Any) -> Any:
    """Verify the signature of a digest."""
    with _as_asked(self):
        return original(self)


@amends(ECDSAPrivateKey, "_ECDSAPrivateKey__hash_algorithm")
def curve_hash(original: Any, self: Any, algorithm: str) -> Any:
    """Hash a message, but not a digest."""
    found = original(self, algorithm)
    return Prehashed(found) if _digest.get() else found


@amends(RSAPrivateKey, "_RSAPrivateKey__padding_and_hash_algorithm")
def padded_hash(original: Any, self: Any, algorithm: str) -> Any:
    """Hash a message, but not a digest."""
    padding, found = original(self, algorithm)
    return padding, Prehashed(found) if _digest.get() else found


@amends(KmsBackend, "sign")
def message_that_fits(original: Any, self: Any, key_id: str, message: bytes, signing_algorithm: str) -> Any:
    """Refuse a message that is larger than KMS takes, and a digest of the wrong size."""
    if len(message) > LARGEST_MESSAGE:
        raise ValidationException(
            "1 validation error detected: Value at 'message' failed to satisfy constraint: "
            f"Member must have length less than or equal to {LARGEST_MESSAGE}"
        )
    if _digest.get() and len(message) * 8 != int(signing_algorithm[-3:]):
        raise ValidationException("Digest is invalid length for algorithm " + signing_algorithm)
    return original(self, key_id, message, signing_algorithm)


@amends(KmsBackend, "verify")
def refused_signature(original: Any, self: Any, **asked: Any) -> Any:
    """Answer an invalid signature with an error, not with a word."""
    key, valid, algorithm = original(self, **asked)
    if not valid:
        raise JsonRESTError("KMSInvalidSignatureException", "")
    return key, valid, algorithm


@functools.cache
def _any_key() -> Any:
    return RSAPrivateKey(key_size=2048)


@amends(moto.kms.models, "generate_private_key")
def only_where_needed(original: Any, key_spec: str) -> Any:
    """Make no new RSA key for a symmetric one, which moto does and never uses."""
    return original(key_spec) if key_spec.startswith(ASYMMETRIC) else _any_key()
