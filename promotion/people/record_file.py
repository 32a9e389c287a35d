"""Read the files that people write about a promotion. This module does I/O."""

from pathlib import Path

from promotion.people.promotion_record import RecordError, RecordLook, parse_promotion_record, path_of
from promotion.unknown import Reason, Unknown

LARGEST = 256 * 1024
"""Bytes of a file that people write."""


def read_record(place: str, digest: str, service: str) -> RecordLook:
    """Read the promotion record of an image, if there is one yet; `place` is the template of its path.

    Raises Unknown: malformed, also for a record of another service; truncated; error.
    """
    path = Path(path_of(place, digest))
    name = f"{path.parent.name}/{path.name}" if path.parent.name else path.name
    text = read_text(path, name)
    if text is None:
        return RecordLook(name, None)
    try:
        record = parse_promotion_record(text)
    except RecordError as mistakes:
        first, *more = str(mistakes).splitlines()
        others = f" (and {len(more)} more)" if more else ""
        raise Unknown(Reason.MALFORMED, f"{name} cannot be read: {first}{others}: correct it, and run again") from None
    if record.service != service:
        raise Unknown(
            Reason.MALFORMED,
            f"{name} is of the service {record.service[:100]!r}, expected {service!r} as in promotion.toml: correct `service`, or "
            "write this service's own record",
        )
    return RecordLook(name, record)


def read_text(path: Path, name: str) -> str | None:
    """Read a file; None if there is none. Raises Unknown, calling it by `name`: malformed, truncated, error."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as mistake:
        raise Unknown(Reason.ERROR, f"{name} cannot be read: {mistake.strerror}") from None
    if len(content) > LARGEST:
        raise Unknown(Reason.TRUNCATED, f"{name} is longer than the {LARGEST:,} bytes that this run reads: shorten it")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Unknown(Reason.MALFORMED, f"{name} is not UTF-8 text: save it as UTF-8") from None
