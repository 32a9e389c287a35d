"""The sealed folder: the report directory, and what lies in `seal/` beside it. This module does I/O."""

import errno
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from promotion.core.canonical_json import SCHEMAS, parse_record
from promotion.record import directory
from promotion.record.journal import NAME
from promotion.seal.statements import Files
from promotion.unknown import Reason, Unknown

RECORD, PAGE, SIGNED_PAGE, FOLDER = directory.RECORD, directory.PAGE, directory.SIGNED_PAGE, directory.SEAL
TEST_RESULT, SUMMARY = "test-result.sigstore.json", "summary.sigstore.json"
SIGN_OFF, STATEMENT, SSH_SIGNATURE = "sign-off.sigstore.json", "sign-off.json", "sign-off.json.sig"
_LEFT = frozenset({RECORD, PAGE, SIGNED_PAGE, FOLDER, *directory.LEFT, "records", NAME})
"""What a run, a seal and a sign-off leave in the report directory."""
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True)
class SealedFolder:
    """Everything in the folder, as bytes. What is not there is None."""

    record: bytes
    page: bytes
    test_result: bytes | None = None
    summary: bytes | None = None
    sign_off: bytes | None = None
    """A bundle, where a key signed off."""
    statement: bytes | None = None
    """What an SSH key signed, or what GitHub told of its approval."""
    ssh_signature: bytes | None = None
    signed_page: bytes | None = None
    """The page with the sign-off filled in, which people read."""

    @property
    def files(self) -> Files:
        """What the seal is over."""
        return Files(self.record, self.page)

    def tree(self) -> Mapping[str, Any]:
        """The record. Raises Unknown, malformed, if the bytes are none."""
        try:
            tree = parse_record(self.record)
        except ValueError:
            tree = None
        if not isinstance(tree, dict) or tree.get("schema") not in SCHEMAS:
            raise Unknown(Reason.MALFORMED, f"{RECORD} is not a record of schema {' or '.join(SCHEMAS)}")
        return tree


def load_bundle(folder: Path) -> SealedFolder:
    """Read a report directory. Raises Unknown: no-data without record and page, truncated, error."""
    record, page = _bytes(folder / RECORD), _bytes(folder / PAGE)
    if record is None or page is None:
        missing = RECORD if record is None else PAGE
        raise Unknown(Reason.NO_DATA, f"{folder / missing} does not exist: give the directory that a run reported into")
    inside = {
        name: _bytes(folder / FOLDER / file)
        for name, file in (
            ("test_result", TEST_RESULT),
            ("summary", SUMMARY),
            ("sign_off", SIGN_OFF),
            ("statement", STATEMENT),
            ("ssh_signature", SSH_SIGNATURE),
        )
    }
    return SealedFolder(record, page, **inside, signed_page=_bytes(folder / SIGNED_PAGE))


def load_bundle_record(folder: Path) -> Mapping[str, Any]:
    """Read the record of a directory, sealed or not; {} where it is none. Raises Unknown: truncated, error."""
    try:
        tree = parse_record(_bytes(folder / RECORD) or b"")
    except ValueError:
        return {}
    return tree if isinstance(tree, dict) else {}


def put(path: Path, content: bytes) -> None:
    """Put a file in place in one step. Raises Unknown, error."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as trouble:
        raise Unknown(Reason.ERROR, f"{path} cannot be written: {trouble.strerror}") from None


def remove(*paths: Path) -> None:
    """Remove what an earlier seal left: a sign-off is of one seal."""
    for path in paths:
        path.unlink(missing_ok=True)


def unknown_files(folder: Path) -> Sequence[str]:
    """Name what lies in the directory and in `seal/` that neither a run nor a seal leaves there. Nothing covers it."""
    inside = {f"{FOLDER}/{name}" for name in (TEST_RESULT, SUMMARY, SIGN_OFF, STATEMENT, SSH_SIGNATURE)}
    found = [path.name for path in folder.iterdir()]
    found += [f"{FOLDER}/{path.name}" for path in (folder / FOLDER).glob("*")]
    return sorted(name for name in found if name not in _LEFT and name not in inside)


def read_regular(path: Path) -> bytes:
    """Read a file. Raises OSError for whatever else it is: a FIFO would never end, a device neither."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(handle, "rb") as opened:  # noqa: PTH123 - of a handle, so that what was looked at is what is read
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        if os.fstat(handle).st_size > _LARGEST:
            raise Unknown(Reason.TRUNCATED, f"{path} is larger than the {_LARGEST:,} bytes that this command reads")
        return opened.read(_LARGEST + 1)


def _bytes(path: Path) -> bytes | None:
    try:
        return read_regular(path)
    except FileNotFoundError:
        return None
    except OSError as trouble:
        raise Unknown(Reason.ERROR, f"{path} cannot be read: {trouble.strerror}") from None
