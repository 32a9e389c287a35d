"""Which parts of a secret value are secret: not the armour of a key, nor what a public key or any token shares."""

import base64
import re
from typing import Any

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)(?:-----END \1-----|\Z)", re.DOTALL)
_JWT = re.compile(rb"eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)\Z")
_WORDS = re.compile(rb"(?:[a-z]{2,10}[_-]){1,3}(?=.{16})", re.DOTALL)
"""What vendors put before a token: `sk_live_`, `github_pat_`, `xoxb-`."""
_SHARED = 128
"""Characters at the start of an encrypted key's base64 that say how it is encrypted (RFC 8018), rounded up."""


def material(value: bytes) -> tuple[bytes, ...]:
    """Give the parts of a value that are to be searched for.

    Of PEM (RFC 7468), only private keys are secret, and of those not what the public key has as well: a certificate
    in a log is not a leak of its key. Of a JSON Web Token (RFC 7519) only the signature is: its header is that of every
    token of its kind. A vendor's prefix is that of all its tokens.
    """
    blocks = list(_BLOCK.finditer(value))
    if blocks:
        keys = [_key(block[0], block[2].strip()) for block in blocks if block[1].endswith(b"PRIVATE KEY")]
        around = (part.strip() for part in _BLOCK.split(value)[::3])
        return (*keys, *(inner for part in around if part for inner in material(part)))
    if token := _JWT.match(value):
        return (token[1],)
    words = _WORDS.match(value)
    return (value[words.end() :] if words else value,)


def _key(block: bytes, body: bytes) -> bytes:
    """Give what is private of a private key in PEM, as it stands there; of one that cannot be read, almost all."""
    found = _private(block)
    if found is None:
        # Headers as of RFC 1421, which an encrypted key in the old form has, end with an empty line.
        return re.sub(rb"\A.*?\r?\n\r?\n", b"", body, flags=re.DOTALL)[_SHARED:]
    private, goes_on = found
    whole = base64.b64decode(body)
    first = whole.find(private)
    last = len(whole) if goes_on else first + len(private)
    places = [character.start() for character in re.finditer(rb"[^\s=]", body)]
    inside = places[-(-first * 4 // 3) : last * 4 // 3]
    return body[inside[0] : inside[-1] + 1] if first >= 0 and inside else body


def _private(block: bytes) -> tuple[bytes, bool] | None:
    """Give the private number in a key, and whether all that follows it is private too; None if it cannot be read."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

    read = load_ssh_private_key if b"OPENSSH" in block else load_pem_private_key
    try:
        key: Any = read(block, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    if hasattr(key, "private_bytes_raw"):  # the curves of RFC 7748 and RFC 8032
        return key.private_bytes_raw(), False
    numbers = key.private_numbers()
    # RSA (RFC 8017, A.1.2): modulus, public exponent, and from there on nothing but what is private.
    number = next(getattr(numbers, name) for name in ("d", "private_value", "x") if hasattr(numbers, name))
    return number.to_bytes(-(-number.bit_length() // 8), "big"), hasattr(numbers, "d")
