"""Whose SSH key signed what: the sign-off's judgement of what ssh-keygen says."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from promotion.clients import ssh_keygen
from promotion.signing.errors import Rejected
from promotion.unknown import Reason, Unknown

_BEGIN, _END = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"


def verify(message: bytes, signature: bytes, names: Sequence[str], allowed_signers: Path, at: datetime) -> str:
    """Give the name, of these, whose key made the signature and was allowed to at that time.

    Raises Rejected if the signature is not over the message, or by no key of theirs; Unknown if that is unknown.
    """
    if not allowed_signers.is_file():
        raise Unknown(Reason.NOT_DECLARED, f"the file of allowed signers, {allowed_signers.name}, does not exist")
    if not _one_armour(signature):
        raise Rejected("its signature has something before or after its armour: keep the file as ssh-keygen made it")
    found = ssh_keygen.verify(message, signature, names, allowed_signers, at)
    if not found.fits:
        raise Rejected(
            "its signature does not match its content: one of them was changed, or it was made for another purpose"
        )
    if found.name is None:
        raise Rejected(
            f"it is signed with a key that {allowed_signers.name} does not allow for {' or '.join(names) or 'anybody'}"
        )
    return found.name


def _one_armour(signature: bytes) -> bool:
    """Whether a file is one armoured signature and nothing else: ssh-keygen passes over what comes after it."""
    text = signature.replace(b"\r\n", b"\n").removesuffix(b"\n")
    begins, ends = text.count(b"-----BEGIN"), text.count(b"-----END")
    return text.startswith(_BEGIN + b"\n") and text.endswith(b"\n" + _END) and (begins, ends) == (1, 1)
