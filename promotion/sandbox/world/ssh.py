"""SSH keys of the world's people, and signatures as `ssh-keygen -Y sign` makes them, without a file or a process.

Source: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig
"""

import hashlib
import struct
from base64 import b64encode
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_MAGIC = b"SSHSIG"
_KIND = b"ssh-ed25519"
_HASH = b"sha512"
_LINE = 70


@cache
def key_of(person: str) -> "Ed25519PrivateKey":
    """Make somebody's key, one of each name in a process. The private half is nowhere but in memory."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    del person
    return Ed25519PrivateKey.generate()


def allowed_signer(principal: str, key: "Ed25519PrivateKey", options: str = "") -> str:
    """Write a line of an allowed signers file."""
    words = [principal, options, _KIND.decode(), b64encode(_public(key)).decode()]
    return " ".join(word for word in words if word) + "\n"


def sign(message: bytes, key: "Ed25519PrivateKey", namespace: str) -> str:
    """Sign a message for a purpose."""
    told = _MAGIC + _strings(namespace.encode(), b"", _HASH, hashlib.sha512(message).digest())
    signature = _strings(_KIND, key.sign(told))
    blob = _MAGIC + struct.pack(">I", 1) + _strings(_public(key), namespace.encode(), b"", _HASH, signature)
    armor = b64encode(blob).decode()
    lines = [armor[at : at + _LINE] for at in range(0, len(armor), _LINE)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----"]) + "\n"


def _public(key: "Ed25519PrivateKey") -> bytes:
    return _strings(_KIND, key.public_key().public_bytes_raw())


def _strings(*parts: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)
