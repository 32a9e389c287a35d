"""Words of people, signed and verified with SSH keys. `sign` and `verify` do I/O."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from promotion.clients import ssh_keygen
from promotion.people.attestations import ProofCheck, ProofOutcome, stamp_of
from promotion.people.promotion_record import Word
from promotion.unknown import Reason, Unknown

SCHEMA = "promotion-checklist/attestation/v1"


class SigningError(RuntimeError):
    """A word could not be signed; the message is one sentence."""


def message(word: Word) -> bytes:
    """Give what is signed: everything that a word says, as JSON on one line with sorted keys."""
    said = {
        "schema": SCHEMA,
        "item": word.item,
        "digest": word.digest,
        "by": word.by,
        "at": stamp_of(word.at),
        "expires": stamp_of(word.expires),
        "statement": word.statement,
        "link": word.link,
    }
    return (json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def sign(word: Word, key: Path) -> str:
    """Sign a word with an SSH key: a private one, or a public one whose private half ssh-agent has.

    ssh-keygen may ask for a passphrase at the terminal. Raises SigningError.
    """
    try:
        return ssh_keygen.sign(message(word), key).decode("ascii")
    except Unknown as unknown:
        raise SigningError(unknown.message) from None


def verify(word: Word, names: Sequence[str], allowed_signers: Path, now: datetime) -> ProofCheck:
    """Look whether a word's signature is that of a key which one of `names` may sign with at this time."""
    if not allowed_signers.is_file():
        return _unclear(
            Reason.NOT_DECLARED,
            f"it is signed, but the file of allowed signers, {allowed_signers.name}, does not exist: check "
            "`allowed_signers` in [plan.attestations]",
        )
    if not _has_keys(allowed_signers):
        return _unclear(
            Reason.NO_DATA, f"it is signed, but {allowed_signers.name} allows no key: add the keys that may sign"
        )
    signature = f"{word.signature.strip()}\n".encode()
    try:
        found = ssh_keygen.verify(message(word), signature, names, allowed_signers, now)
    except Unknown as unknown:
        return _unclear(unknown.reason, f"it is signed, but {unknown.message}")
    if not found.fits:
        return ProofCheck(
            ProofOutcome.WRONG,
            "its signature does not match its content; it was changed after it was signed, or signed for something "
            "else: have it attested again",
        )
    if found.name is None:
        return ProofCheck(
            ProofOutcome.WRONG,
            f"it is signed with a key that {allowed_signers.name} does not allow for {' or '.join(names)} now: "
            "sign it with an allowed key, or have the key added there",
        )
    return ProofCheck(ProofOutcome.GOOD)


def _has_keys(allowed_signers: Path) -> bool:
    lines = allowed_signers.read_text(encoding="utf-8", errors="replace").splitlines()
    return any(line.strip() and not line.lstrip().startswith("#") for line in lines)


def _unclear(reason: Reason, said: str) -> ProofCheck:
    return ProofCheck(ProofOutcome.UNCLEAR, said, reason)
