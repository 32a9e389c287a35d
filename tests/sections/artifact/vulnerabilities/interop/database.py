"""A vulnerability database for Trivy, written by hand, so that it scans without a network and finds what we know.

Trivy keeps it in bbolt (https://github.com/etcd-io/bbolt): pages of 4096 bytes, two of them meta pages with a checksum,
one for the list of free pages, and here one leaf with the root bucket. Every bucket stands inline in its parent's leaf,
as bbolt has it for small ones. What is in the buckets is trivy-db's schema version 2.
"""

import json
import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Union

PAGE = 4096
_LEAF, _META, _FREE = 2, 4, 16
_INLINE_BUCKET = 1
_SMALLEST = 32768
Bucket = Mapping[str, Union["Bucket", bytes]]

SCORES = {"LOW": 1, "MEDIUM": 2, "HIGH": 3, "CRITICAL": 4}


def write_database(cache: Path, *, updated: datetime | None = None) -> Path:
    """Write a database into Trivy's cache folder; `updated` is how new it says it is, now by default.

    It knows of the sandbox's image: CVE-2026-1001 (CRITICAL) and 1002 (HIGH) in libssl3, fixed; 1003 (CRITICAL) in
    libc6 without a fix; 1004 (LOW) in the application.
    """
    folder = cache / "db"
    folder.mkdir(parents=True)
    (folder / "trivy.db").write_bytes(_bolt(_content()))
    moment = updated or datetime.now(UTC)
    times = {"UpdatedAt": moment, "DownloadedAt": moment, "NextUpdate": moment + timedelta(days=1)}
    dated = {key: value.isoformat().replace("+00:00", "Z") for key, value in times.items()}
    (folder / "metadata.json").write_text(json.dumps({"Version": 2, **dated}))
    return cache


def _content() -> Bucket:
    python = "pip::GitHub Security Advisory pip"
    fixed = _json({"FixedVersion": "3.0.18-1~deb12u1"})
    affected = _json({"Status": 2})
    return {
        "data-source": {
            "debian 12": _json({"ID": "debian", "Name": "Debian Security Tracker", "URL": "https://example.org"}),
            python: _json({"ID": "ghsa", "Name": "GitHub Security Advisory pip", "URL": "https://example.org"}),
        },
        "debian 12": {
            "libssl3": {"CVE-2026-1001": fixed, "CVE-2026-1002": fixed},
            "libc6": {"CVE-2026-1003": affected},
        },
        python: {
            "shop": {"CVE-2026-1004": _json({"PatchedVersions": ["1.9.0"], "VulnerableVersions": ["<1.9.0"]})},
        },
        "vulnerability": {
            "CVE-2026-1001": _rated("CRITICAL"),
            "CVE-2026-1002": _rated("HIGH"),
            "CVE-2026-1003": _rated("CRITICAL"),
            "CVE-2026-1004": _rated("LOW"),
        },
    }


def _rated(severity: str) -> bytes:
    return _json({"Title": "for tests", "Severity": severity, "VendorSeverity": {"nvd": SCORES[severity]}})


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _bolt(content: Bucket) -> bytes:
    root = _leaf(content, page=3)
    more = (len(root) - 1) // PAGE
    root = root[:12] + struct.pack("<I", more) + root[16:]
    metas = b"".join(_padded(struct.pack("<QHHI", number, _META, 0, 0) + _meta(number, 4 + more)) for number in (0, 1))
    free = _padded(struct.pack("<QHHI", 2, _FREE, 0, 0))
    return (metas + free + root.ljust((more + 1) * PAGE, b"\0")).ljust(_SMALLEST, b"\0")


def _meta(transaction: int, pages: int) -> bytes:
    fields = struct.pack("<IIIIQQQQQ", 0xED0CDAED, 2, PAGE, 0, 3, 0, 2, pages, transaction)
    return fields + struct.pack("<Q", _fnv(fields))


def _leaf(content: Bucket, page: int = 0) -> bytes:
    """Write a leaf: a header, an entry for each key with where its bytes are, and the bytes."""
    entries, data = b"", b""
    for number, (key, value) in enumerate(sorted(content.items(), key=lambda pair: pair[0].encode())):
        name, is_bucket = key.encode(), not isinstance(value, bytes)
        text = value if isinstance(value, bytes) else struct.pack("<QQ", 0, 0) + _leaf(value)
        place = 16 * (len(content) - number) + len(data)
        entries += struct.pack("<IIII", _INLINE_BUCKET * is_bucket, place, len(name), len(text))
        data += name + text
    return struct.pack("<QHHI", page, _LEAF, len(content), 0) + entries + data


def _padded(page: bytes) -> bytes:
    return page.ljust(PAGE, b"\0")


def _fnv(data: bytes) -> int:
    """Hash with FNV-1a, 64 bits."""
    found = 0xCBF29CE484222325
    for byte in data:
        found = ((found ^ byte) * 0x100000001B3) & 0xFFFF_FFFF_FFFF_FFFF
    return found
