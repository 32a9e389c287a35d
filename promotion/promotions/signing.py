"""Words of people, signed and verified with `ssh-keygen -Y` (OpenSSH 8.2 or newer). `sign` and `verify` do I/O.

https://man.openbsd.org/ssh-keygen.1 (ALLOWED SIGNERS), https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig
"""

import json
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from promotion.promotions.attesting import Finding, Found, stamp_of
from promotion.promotions.record import Word
from promotion.unknown import Reason

NAMESPACE = "promotion-checklist"
"""What the signature is for: one made for another purpose (a git commit, say) does not count."""
SCHEMA = "promotion-checklist/attestation/v1"
_SECONDS = 20


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
    tool = shutil.which("ssh-keygen")
    if tool is None:
        raise SigningError("there is no ssh-keygen: install OpenSSH's client")
    try:
        made = subprocess.run(  # noqa: S603 - no shell
            [tool, "-Y", "sign", "-f", str(key.expanduser()), "-n", NAMESPACE],
            input=message(word),
            stdout=subprocess.PIPE,
            check=False,
        )
    except OSError as mistake:
        raise SigningError(f"ssh-keygen could not be run: {mistake.strerror}") from None
    if made.returncode or not made.stdout.startswith(b"-----BEGIN SSH SIGNATURE-----"):
        raise SigningError(f"ssh-keygen made no signature with {key}: see what it says above")
    return made.stdout.decode("ascii")


def verify(word: Word, names: Sequence[str], allowed_signers: Path, now: datetime) -> Finding:
    """Look whether a word's signature is that of a key which one of `names` may sign with at this time."""
    tool = shutil.which("ssh-keygen")
    if tool is None:
        return _unclear(Reason.NOT_SUPPORTED, "it is signed, and there is no ssh-keygen: install OpenSSH's client")
    if not allowed_signers.is_file():
        return _unclear(
            Reason.NOT_DECLARED,
            f"it is signed, and there is no file {allowed_signers.name} of allowed signers: see "
            "`allowed_signers` of [plan.attestations]",
        )
    if not _has_keys(allowed_signers):
        return _unclear(
            Reason.NO_DATA, f"it is signed, and {allowed_signers.name} allows no key: add those that may sign"
        )
    with TemporaryDirectory(prefix="promotion-") as folder:
        signature = Path(folder) / "signature"
        signature.write_text(word.signature.strip() + "\n", encoding="utf-8")
        try:
            if not _runs(tool, ["check-novalidate", "-n", NAMESPACE, "-s", str(signature)], word):
                return Finding(
                    Found.WRONG,
                    "its signature does not fit what stands there; it was changed after it was signed, or signed for "
                    "something else: have it attested anew",
                )
            # ssh-keygen reads the time in the machine's zone; a trailing Z is understood by newer ones alone.
            at = f"verify-time={now.astimezone(UTC):%Y%m%d%H%M%S}"
            verifying = ["verify", "-O", at, "-f", str(allowed_signers), "-n", NAMESPACE, "-s", str(signature)]
            if any(_runs(tool, [*verifying, "-I", name], word) for name in names):
                return Finding(Found.GOOD)
        except subprocess.TimeoutExpired:
            return _unclear(Reason.TIMEOUT, f"its signature was not verified by ssh-keygen within {_SECONDS} s")
        except OSError as mistake:
            return _unclear(Reason.ERROR, f"its signature was not verified: ssh-keygen: {mistake.strerror}")
    return Finding(
        Found.WRONG,
        f"it is signed with a key that {allowed_signers.name} does not allow for {' or '.join(names)} now: sign it with "
        "one that is, or have the key added there",
    )


def _has_keys(allowed_signers: Path) -> bool:
    lines = allowed_signers.read_text(encoding="utf-8", errors="replace").splitlines()
    return any(line.strip() and not line.lstrip().startswith("#") for line in lines)


def _runs(tool: str, arguments: Sequence[str], word: Word) -> bool:
    ended = subprocess.run(  # noqa: S603 - no shell
        [tool, "-Y", *arguments],
        input=message(word),
        capture_output=True,
        check=False,
        timeout=_SECONDS,
        env={"LC_ALL": "C", "TZ": "UTC0"},
    )
    return ended.returncode == 0


def _unclear(reason: Reason, said: str) -> Finding:
    return Finding(Found.UNCLEAR, said, reason)
