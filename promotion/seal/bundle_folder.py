"""The sealed folder: the report directory, and what lies in `seal/` beside it. This module does I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from promotion.core.canonical_json import SCHEMAS, parse_record
from promotion.seal.statements import Files
from promotion.unknown import Reason, Unknown

RECORD, PAGE, SIGNED_PAGE = "record.json", "checklist.html", "signed.html"
FOLDER = "seal"
TEST_RESULT, SUMMARY = "test-result.sigstore.json", "summary.sigstore.json"
SIGN_OFF, STATEMENT, SSH_SIGNATURE = "sign-off.sigstore.json", "sign-off.json", "sign-off.json.sig"
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
    return SealedFolder(record, page, **inside)


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


def _bytes(path: Path) -> bytes | None:
    try:
        if path.stat().st_size > _LARGEST:
            raise Unknown(Reason.TRUNCATED, f"{path} is larger than the {_LARGEST:,} bytes that this command reads")
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as trouble:
        raise Unknown(Reason.ERROR, f"{path} cannot be read: {trouble.strerror}") from None
