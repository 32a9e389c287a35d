"""Where baseline records are kept: a file, or an object in S3, one record a line, oldest first; and a pointer to them.

This module does I/O. Nothing but `promotion baseline` calls `append`.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from promotion.sections.observability.baseline.record import Baseline
from promotion.settings.baseline import BaselineSettings as Declared
from promotion.unknown import Reason, Unknown

_LARGEST = 8 * 1024 * 1024
"""Bytes: thousands of records."""

Client = Callable[[str], Any]
"""Gives a boto3 client of prod's account by the name of the service."""


class KeepingError(Exception):
    """A record could not be kept; the message is one sentence."""


@dataclass(frozen=True)
class StoredBaseline:
    """The newest record, and whether it may be believed."""

    place: str
    """Where the records are, as people know it."""
    count: int
    newest: Baseline | None
    """None if there is none yet."""
    broken: str = ""
    """Where the chain breaks, or what contradicts it; empty if it holds."""


def fetch_baseline(declared: Declared, client: Client) -> StoredBaseline:
    """Read the records and follow their chain.

    Raises Unknown: not-declared, malformed, truncated; and whatever S3 or Systems Manager refuse with.
    """
    records, _ = _records(declared, client)
    return StoredBaseline(
        _name(declared), len(records), records[-1] if records else None, _broken(declared, client, records)
    )


def read_of_another(declared: Declared, client: Client, digest: str) -> StoredBaseline:
    """Read the newest record of any other image than this: what one goes back to. Raises Unknown as `read`."""
    records, _ = _records(declared, client)
    others = [one for one in records if one.digest != digest]
    return StoredBaseline(
        _name(declared), len(records), others[-1] if others else None, _broken(declared, client, records)
    )


def append(declared: Declared, client: Client, record: Baseline) -> None:
    """Keep a record after all the others. Raises KeepingError if it does not follow the newest of them, and as `read`."""
    records, etag = _records(declared, client)
    newest = records[-1].sha256() if records else None
    if record.previous != newest:
        raise KeepingError(f"another record was written to {_name(declared)} in the meantime: measure again")
    lines = "".join(one.text() for one in (*records, record))
    if declared.s3 is not None:
        bucket, key = _s3(declared.s3)
        # Refused by S3 if somebody wrote between our reading and our writing.
        only_if = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        client("s3").put_object(Bucket=bucket, Key=key, Body=lines.encode(), ContentType="application/jsonl", **only_if)
    else:
        path = Path(declared.file or "")
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".new")
        fresh.write_text(lines, encoding="utf-8", newline="")
        fresh.replace(path)
    if declared.parameter is not None:
        pointer = {"at": _name(declared), "sha256": record.sha256()}
        client("ssm").put_parameter(
            Name=declared.parameter, Value=json.dumps(pointer, sort_keys=True), Type="String", Overwrite=True
        )


def _records(declared: Declared, client: Client) -> tuple[list[Baseline], str | None]:
    from pydantic import ValidationError

    content, etag = _content(declared, client)
    found = []
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        try:
            found.append(Baseline.model_validate_json(line))
        except ValidationError as mistakes:
            first = mistakes.errors(include_url=False)[0]
            raise Unknown(
                Reason.MALFORMED,
                f"line {number} of {_name(declared)} is not a baseline record ({first['msg']}): restore the "
                "original line",
            ) from None
    return found, etag


def _content(declared: Declared, client: Client) -> tuple[bytes, str | None]:
    if declared.place is None:
        raise Unknown(
            Reason.NOT_DECLARED,
            "promotion.toml does not say where the baseline is kept: set `file` or `s3` in [baseline]",
        )
    if declared.s3 is not None:
        bucket, key = _s3(declared.s3)
        s3 = client("s3")
        try:
            answer = s3.get_object(Bucket=bucket, Key=key)
        except s3.exceptions.NoSuchKey:
            return b"", None
        content, etag = answer["Body"].read(_LARGEST + 1), str(answer["ETag"])
    else:
        try:
            content, etag = Path(declared.file or "").read_bytes(), ""
        except FileNotFoundError:
            return b"", None
        except OSError as mistake:
            raise Unknown(Reason.ERROR, f"{_name(declared)} cannot be read: {mistake.strerror}") from None
    if len(content) > _LARGEST:
        raise Unknown(
            Reason.TRUNCATED,
            f"{_name(declared)} is longer than the {_LARGEST:,} bytes that this run reads: start a new one",
        )
    return content, etag or None


def _broken(declared: Declared, client: Client, records: Sequence[Baseline]) -> str:
    """Say why the records may not be believed; empty if they may."""
    broken = _break_in(records)
    if declared.parameter is not None and not broken:
        broken = _contradiction(declared, client, records)
    return broken


def _break_in(records: Sequence[Baseline]) -> str:
    """Say where a record does not name the one before it; the first may name one that is kept elsewhere."""
    for number, (before, record) in enumerate(pairwise(records), 2):
        if record.previous != before.sha256():
            return f"record {number} does not follow the one before it: one of them was changed, or one is missing"
    return ""


def _contradiction(declared: Declared, client: Client, records: Sequence[Baseline]) -> str:
    ssm = client("ssm")
    try:
        told = json.loads(ssm.get_parameter(Name=declared.parameter)["Parameter"]["Value"])
        pointed = str(told["sha256"])
    except ssm.exceptions.ParameterNotFound:
        return f"the parameter {declared.parameter} does not exist, although there are records" if records else ""
    except (ValueError, KeyError, TypeError):
        raise Unknown(Reason.MALFORMED, f"the parameter {declared.parameter} is not a pointer to a baseline") from None
    newest = records[-1].sha256() if records else "nothing"
    if pointed != newest:
        return f"the parameter {declared.parameter} names {pointed[:12]}, but the newest record is {newest[:12]}"
    return ""


def _s3(place: str) -> tuple[str, str]:
    bucket, _, key = place.removeprefix("s3://").partition("/")
    return bucket, key


def _name(declared: Declared) -> str:
    return declared.s3 or Path(declared.file or "").name
