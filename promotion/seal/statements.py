"""What is signed, as in-toto statements: the test result, the verification summary, the sign-off. Pure.

https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md, https://slsa.dev/spec/v1.1/verification_summary
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

from promotion.core.clock import parse_stamp, stamp
from promotion.record.rehearsal import is_rehearsal
from promotion.signing.statement import Statement, Subject

TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
SUMMARY = "https://slsa.dev/verification_summary/v1"
SIGN_OFF = "urn:promotion-checklist:sign-off:v1"
SEAL = "urn:promotion-checklist:seal"
VERIFIER = "urn:promotion-checklist:gate"
PASSED, FAILED = "PASSED", "FAILED"
_WARNED = frozenset({"attested", "waived", "not-applicable"})


@dataclass(frozen=True)
class Files:
    """The bytes that a seal is over."""

    record: bytes
    page: bytes
    """The report as it is sent around, checklist.html."""

    @property
    def record_sha256(self) -> str:
        """In hexadecimal."""
        return sha256(self.record)

    @property
    def page_sha256(self) -> str:
        """In hexadecimal."""
        return sha256(self.page)


def sha256(data: bytes) -> str:
    """In hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def result_of(record: Mapping[str, Any]) -> str:
    """PASSED only for a whole run of a whole phase that says GO; FAILED otherwise."""
    whole = record["complete"] is True and record["exit_code"] == 0 and not record["errors"]
    good = all(item["status"] in ("passed", *_WARNED) for item in record["items"]) and bool(record["items"])
    return PASSED if record["verdict"] == "GO" and whole and good else FAILED


def test_result(record: Mapping[str, Any], files: Files) -> Statement:
    """State how every item fared. What is unknown, or was not run, is listed as failed: there is no other list."""
    found: dict[str, list[str]] = {"passed": [], "warned": [], "failed": []}
    for item in record["items"]:
        status = item["status"]
        kind = "passed" if status == "passed" else "warned" if status in _WARNED else "failed"
        found[kind].append(item["id"])
    predicate = {
        "result": result_of(record),
        "configuration": [
            {"name": "checklist.md", "digest": {"sha256": record["checklist_sha256"]}},
            {"name": "settings", "digest": {"sha256": record["settings_sha256"]}},
        ],
        **{f"{kind}Tests": names for kind, names in found.items()},
        **_rehearsed(record),
    }
    return Statement(TEST_RESULT, _subjects(record, files), predicate)


def summary(record: Mapping[str, Any], files: Files, test_result_sha256: str, expires: datetime) -> Statement:
    """State the verdict, by which checklist and settings it was reached, over which bytes, and until when it counts."""
    result = result_of(record)
    predicate = {
        "verifier": {"id": VERIFIER, "version": {"promotion-checklist": version("promotion-checklist")}},
        "timeVerified": record["finished"],
        "resourceUri": f"{_repository(record)}@{record['digest']}",
        "policy": {
            "uri": "urn:promotion-checklist:checklist",
            "digest": {"sha256": record["checklist_sha256"]},
        },
        "inputAttestations": [{"uri": "test-result.sigstore.json", "digest": {"sha256": test_result_sha256}}],
        "verificationResult": result,
        "verifiedLevels": [level(record) if result == PASSED else FAILED],
        SEAL: {
            "phase": record["phase"],
            "service": record["service"],
            "verdict": record["verdict"],
            "record": {"sha256": files.record_sha256},
            "page": {"sha256": files.page_sha256},
            "settings": {"sha256": record["settings_sha256"]},
            "checklist": {"sha256": record["checklist_sha256"]},
            "previous": record["previous"],
            "expires": stamp(expires),
            **_rehearsed(record),
        },
    }
    return Statement(SUMMARY, _subjects(record, files), predicate)


def sign_off(
    record: Mapping[str, Any],
    files: Files,
    seal_sha256: str,
    *,
    by: str,
    at: datetime,
    notes: str,
    how: Mapping[str, Any],
) -> Statement:
    """State that a person has read the record under this seal and approves. `how` tells how that is known."""
    predicate = {
        "approver": by,
        "at": stamp(at),
        "notes": notes,
        "how": dict(how),
        "seal": {"sha256": seal_sha256},
        "record": {"sha256": files.record_sha256},
    }
    return Statement(SIGN_OFF, _subjects(record, files), predicate)


def level(record: Mapping[str, Any]) -> str:
    """Name what a seal of this record allows: `PROMOTION_PRE_PROMOTION`; `REHEARSAL_PRE_PROMOTION`, which is nothing."""
    return f"{'REHEARSAL' if is_rehearsal(record) else 'PROMOTION'}_{record['phase'].upper()}"


def _rehearsed(record: Mapping[str, Any]) -> Mapping[str, bool]:
    return {"rehearsal": True} if is_rehearsal(record) else {}


def expiry(record: Mapping[str, Any], minutes: float) -> datetime:
    """The seal counts for so long after the run was over."""
    return parse_stamp(record["finished"]) + timedelta(minutes=minutes)


def _subjects(record: Mapping[str, Any], files: Files) -> tuple[Subject, ...]:
    image = Subject({"sha256": str(record["digest"]).removeprefix("sha256:")}, _repository(record))
    return image, Subject({"sha256": files.page_sha256}, "checklist.html")


def _repository(record: Mapping[str, Any]) -> str:
    return str(record["settings"]["image"]["repository"])
