"""Whether the seal counts: by whom it is, and that it is over this record and this page."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from promotion.core.clock import parse_stamp
from promotion.record.rehearsal import is_rehearsal
from promotion.seal.bundle_folder import SealedFolder
from promotion.seal.envelope import by_sealer
from promotion.seal.policy import SealPolicy
from promotion.seal.statements import PASSED, SEAL, SUMMARY, TEST_RESULT, VERIFIER, level, sha256, test_result
from promotion.signing.errors import Rejected
from promotion.signing.statement import Statement
from promotion.unknown import Unknown


def seal_problems(found: SealedFolder, record: Mapping[str, Any], expected: SealPolicy, now: datetime) -> Iterator[str]:
    """Give what speaks against the seal."""
    if found.test_result is None or found.summary is None:
        yield "there is no seal: create it with `promotion seal`"
        return
    try:
        result = by_sealer(found.test_result, expected, TEST_RESULT, "the test result")
        summary = by_sealer(found.summary, expected, SUMMARY, "the summary")
        wanted = Statement.parse(test_result(record, found.files).write())
        if (result.subjects, result.predicate) != (wanted.subjects, wanted.predicate):
            yield "the sealed test result differs from the record of this image and this page"
        yield from _summary(found, record, summary, now)
    except Rejected as rejected:
        yield f"the seal is not valid: {rejected.message}"
    except Unknown as unknown:
        yield f"cannot determine whether the seal is valid: {unknown.message}"


def _summary(found: SealedFolder, record: Mapping[str, Any], summary: Statement, now: datetime) -> Iterator[str]:
    said = summary.predicate if isinstance(summary.predicate, dict) else {}
    sealed = said.get(SEAL) if isinstance(said.get(SEAL), dict) else {}
    assert isinstance(sealed, dict)
    files = found.files
    wanted = {
        "phase": record["phase"],
        "service": record["service"],
        "verdict": record["verdict"],
        "record": {"sha256": files.record_sha256},
        "page": {"sha256": files.page_sha256},
        "settings": {"sha256": record["settings_sha256"]},
        "checklist": {"sha256": record["checklist_sha256"]},
        "previous": record["previous"],
    }
    for name, value in wanted.items():
        if sealed.get(name) != value:
            yield f"the sealed {name} differs from the file in this directory"
    if summary.subjects != Statement.parse(test_result(record, files).write()).subjects:
        yield "the seal is of another image or another page"
    if said.get("verifier", {}).get("id") != VERIFIER or said.get("verificationResult") != PASSED:
        yield "the seal does not say that the checklist passed"
    if said.get("verifiedLevels") != [level(record)] or sealed.get("rehearsal", False) is not is_rehearsal(record):
        yield f"the seal is of {said.get('verifiedLevels')}, expected {level(record)}"
    named = [one.get("digest", {}).get("sha256") for one in said.get("inputAttestations", ()) if isinstance(one, dict)]
    if found.test_result is None or named != [sha256(found.test_result)]:
        yield "the seal refers to a test result other than the one in this directory"
    try:
        expires = parse_stamp(str(sealed.get("expires")))
        if now > expires:
            yield (
                f"the seal expired at {sealed['expires']}: the evidence may have changed since, so run the "
                "checklist again"
            )
    except (TypeError, ValueError):
        yield "the seal does not say when it expires"
