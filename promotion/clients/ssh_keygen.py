"""Signatures with SSH keys, made and verified by ssh-keygen (OpenSSH 8.2 or newer). This module does I/O.

https://man.openbsd.org/ssh-keygen.1 (ALLOWED SIGNERS), https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig
"""

import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from promotion.unknown import Reason, Unknown

NAMESPACE = "promotion-checklist"
"""What a signature is for: one made for another purpose (a git commit, say) does not count."""
_SECONDS = 20
_BEGIN = b"-----BEGIN SSH SIGNATURE-----"


@dataclass(frozen=True)
class Verified:
    """What ssh-keygen says of a signature."""

    fits: bool
    """Whether it is over the message, and made for our purpose, by whatever key."""
    name: str | None = None
    """Whose key made it, of those that were asked for; None if that key is not allowed for any of them."""


def sign(message: bytes, key: Path) -> bytes:
    """Sign with a private key, or with a public one whose private half ssh-agent has.

    ssh-keygen may ask for a passphrase at the terminal. Raises Unknown: not-supported without ssh-keygen, error.
    """
    tool = _tool()
    try:
        made = subprocess.run(  # noqa: S603 - no shell
            [tool, "-Y", "sign", "-f", str(key.expanduser()), "-n", NAMESPACE],
            input=message,
            stdout=subprocess.PIPE,
            check=False,
        )
    except OSError as mistake:
        raise Unknown(Reason.ERROR, f"ssh-keygen could not be run: {mistake.strerror}") from None
    if made.returncode or not made.stdout.startswith(_BEGIN):
        raise Unknown(Reason.ERROR, f"ssh-keygen made no signature with {key}: see its message above")
    return made.stdout


def verify(message: bytes, signature: bytes, names: Iterable[str], allowed_signers: Path, at: datetime) -> Verified:
    """Tell whether a signature is over the message, and whose of these names the key was allowed for at that time.

    Raises Unknown: not-supported without ssh-keygen, timeout, error.
    """
    tool = _tool()
    with TemporaryDirectory(prefix="promotion-") as folder:
        path = Path(folder) / "signature"
        path.write_bytes(signature)
        made = ["-n", NAMESPACE, "-s", str(path)]
        if not _accepts(tool, ["check-novalidate", *made], message):
            return Verified(fits=False)
        # ssh-keygen reads the time in the machine's zone, which is set to UTC; a trailing Z only newer ones understand.
        when = ["-O", f"verify-time={at.astimezone(UTC):%Y%m%d%H%M%S}"]
        verifying = ["verify", *when, "-f", str(allowed_signers), *made]
        found = (name for name in names if _accepts(tool, [*verifying, "-I", name], message))
        return Verified(fits=True, name=next(found, None))


def _tool() -> str:
    tool = shutil.which("ssh-keygen")
    if tool is None:
        raise Unknown(Reason.NOT_SUPPORTED, "ssh-keygen is not installed: install OpenSSH's client")
    return tool


def _accepts(tool: str, arguments: Sequence[str], message: bytes) -> bool:
    try:
        ended = subprocess.run(  # noqa: S603 - no shell
            [tool, "-Y", *arguments],
            input=message,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            env={"LC_ALL": "C", "TZ": "UTC0"},
        )
    except subprocess.TimeoutExpired:
        raise Unknown(Reason.TIMEOUT, f"ssh-keygen did not verify the signature within {_SECONDS} s") from None
    except OSError as mistake:
        raise Unknown(Reason.ERROR, f"ssh-keygen could not be run: {mistake.strerror}") from None
    return ended.returncode == 0
