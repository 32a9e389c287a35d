"""Signatures with SSH keys, made and verified by ssh-keygen (OpenSSH 8.2 or newer). This module does I/O.

https://man.openbsd.org/ssh-keygen.1 (ALLOWED SIGNERS), https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig
"""

import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from promotion.signing.rejection import Rejected
from promotion.unknown import Reason, Unknown

NAMESPACE = "promotion-checklist"
"""What a signature is for: one made for another purpose (a git commit, say) does not count."""
_SECONDS = 20
_BEGIN = b"-----BEGIN SSH SIGNATURE-----"


def sign(message: bytes, key: Path) -> bytes:
    """Sign with a private key, or with a public one whose private half ssh-agent has.

    ssh-keygen may ask for a passphrase at the terminal. Raises Unknown: not-supported without ssh-keygen, error.
    """
    try:
        made = subprocess.run(  # noqa: S603 - no shell
            [_tool(), "-Y", "sign", "-f", str(key.expanduser()), "-n", NAMESPACE],
            input=message,
            stdout=subprocess.PIPE,
            check=False,
        )
    except OSError as mistake:
        raise Unknown(Reason.ERROR, f"ssh-keygen could not be run: {mistake.strerror}") from None
    if made.returncode or not made.stdout.startswith(_BEGIN):
        raise Unknown(Reason.ERROR, f"ssh-keygen made no signature with {key}: see what it says above")
    return made.stdout


def verify(message: bytes, signature: bytes, names: Sequence[str], allowed_signers: Path, at: datetime) -> str:
    """Give the name, of these, whose key made the signature and was allowed to at that time.

    Raises Rejected if the signature is not over the message, or by no key of theirs; Unknown if that cannot be told.
    """
    if not allowed_signers.is_file():
        raise Unknown(Reason.NOT_DECLARED, f"there is no file {allowed_signers.name} of allowed signers")
    tool = _tool()
    with TemporaryDirectory(prefix="promotion-") as folder:
        path = Path(folder) / "signature"
        path.write_bytes(signature)
        if not _runs(tool, ["check-novalidate", "-n", NAMESPACE, "-s", str(path)], message):
            raise Rejected(
                "its signature does not fit what it is over: one of them was changed, or it was made for another use"
            )
        # ssh-keygen reads the time in the machine's zone, which is set to UTC here.
        when = ["-O", f"verify-time={at.astimezone(UTC):%Y%m%d%H%M%S}"]
        for name in names:
            if _runs(
                tool,
                ["verify", *when, "-f", str(allowed_signers), "-n", NAMESPACE, "-s", str(path), "-I", name],
                message,
            ):
                return name
    raise Rejected(
        f"it is signed with a key that {allowed_signers.name} does not allow for {' or '.join(names) or 'anybody'}"
    )


def _tool() -> str:
    tool = shutil.which("ssh-keygen")
    if tool is None:
        raise Unknown(Reason.NOT_SUPPORTED, "there is no ssh-keygen: install OpenSSH's client")
    return tool


def _runs(tool: str, arguments: Sequence[str], message: bytes) -> bool:
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
