"""Whether a sealed report may be acted upon: every reason why not, each in one sentence. Pure but for ssh-keygen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from promotion import report
from promotion.clock import parse_stamp
from promotion.record import record_text
from promotion.sealing import ssh
from promotion.sealing.folder import Sealed
from promotion.sealing.seal import same_page
from promotion.sealing.statements import (
    PASSED,
    SEAL,
    SIGN_OFF,
    SUMMARY,
    TEST_RESULT,
    VERIFIER,
    result_of,
    sha256,
    test_result,
)
from promotion.signing.bundle import Bundle
from promotion.signing.keys import PublicKey
from promotion.signing.rejection import Rejected
from promotion.signing.statement import Statement
from promotion.unknown import Unknown


@dataclass(frozen=True)
class Expected:
    """What a deploy job expects of the seal."""

    digest: str
    seal_keys: Sequence[PublicKey]
    """Whose seals count. A key that may sign off is none of them."""
    approver_keys: Mapping[str, PublicKey]
    """Whose sign-off with a key counts, by name."""
    approvers: Sequence[str]
    """Whose sign-off with an SSH key, or in GitHub, counts."""
    allowed_signers: Path | None = None
    checklist_sha256: str | None = None
    settings: Mapping[str, Any] | None = None
    """What promotion.toml says where it is verified, as a record has it; None: it is not at hand."""
    settings_sha256: str | None = None
    """The hash of the settings in their place, as an earlier record has it."""
    phase: str = "pre_promotion"
    sign_off: bool = True
    """Whether a person must have signed off."""


@dataclass(frozen=True)
class Signed:
    """Who signed off, and when."""

    by: str
    at: str
    notes: str


def problems(found: Sealed, expected: Expected, now: datetime) -> Iterator[str]:
    """Give every reason why this seal does not let the image go on; none at all if it does."""
    try:
        record = found.tree()
        if record_text(record).encode() != found.record:
            yield "record.json is not written as records are: it was changed by hand"
        yield from _record(record, expected)
    except Unknown as unknown:
        yield unknown.message
        return
    except (KeyError, TypeError, ValueError) as trouble:
        yield f"record.json is not a whole record ({type(trouble).__name__})"
        return
    try:
        if not same_page(found.page, report.fragment(record)):
            yield "checklist.html does not show what record.json says"
    except (KeyError, TypeError, ValueError):
        yield "record.json cannot be drawn as a page"
    yield from _seal(found, record, expected, now)
    if expected.sign_off:
        yield from _sign_off(found, record, expected, now)


def _record(record: Mapping[str, Any], expected: Expected) -> Iterator[str]:
    if record["digest"] != expected.digest:
        yield f"the record is of {record['digest']}, expected {expected.digest}: judge this image"
    if record["phase"] != expected.phase:
        yield f"the record is of the phase {record['phase']}, expected {expected.phase}"
    if record["rehearsal"]:
        yield "the record is of a rehearsal, whose clock was not the world's"
    if result_of(record) != PASSED:
        yield f"the record does not say GO as a whole: its verdict is {record['verdict']}, its exit code {record['exit_code']}"
    if expected.checklist_sha256 is None:
        yield "which checklist is to be judged by was not said: verify where checklist.md is, or give --checklist"
    elif record["checklist_sha256"] != expected.checklist_sha256:
        yield (
            f"it was judged by another checklist.md ({record['checklist_sha256'][:12]}…, expected "
            f"{expected.checklist_sha256[:12]}…)"
        )
    if expected.settings_sha256 is not None:
        if record["settings_sha256"] != expected.settings_sha256:
            yield "it was judged by other settings than those whose hash was given"
    elif expected.settings is None:
        yield "which settings are to be judged by was not said: verify where promotion.toml is, or give --config"
    else:
        other = sorted(_differences(record["settings"], expected.settings))
        if other:
            yield f"it was judged by other settings: {', '.join(other[:5])}{' and more' if len(other) > 5 else ''} differ"


def _seal(found: Sealed, record: Mapping[str, Any], expected: Expected, now: datetime) -> Iterator[str]:
    if found.test_result is None or found.summary is None:
        yield "there is no seal: `promotion seal` makes it"
        return
    try:
        result = _statement(found.test_result, expected.seal_keys, TEST_RESULT, "the test result")
        summary = _statement(found.summary, expected.seal_keys, SUMMARY, "the summary")
        wanted = Statement.read(test_result(record, found.files).write())
        if (result.subjects, result.predicate) != (wanted.subjects, wanted.predicate):
            yield "the sealed test result is not what the record says of this image and this page"
        yield from _summary(found, record, summary, now)
    except Rejected as rejected:
        yield f"the seal does not count: {rejected.message}"


def _summary(found: Sealed, record: Mapping[str, Any], summary: Statement, now: datetime) -> Iterator[str]:
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
            yield f"the sealed {name} is not the one that is here"
    if summary.subjects != Statement.read(test_result(record, files).write()).subjects:
        yield "the seal is over another image or another page"
    if said.get("verifier", {}).get("id") != VERIFIER or said.get("verificationResult") != PASSED:
        yield "the seal does not say that the checklist was passed"
    named = [one.get("digest", {}).get("sha256") for one in said.get("inputAttestations", ()) if isinstance(one, dict)]
    if found.test_result is None or named != [sha256(found.test_result)]:
        yield "the seal rests on another test result than the one that is here"
    try:
        expires = parse_stamp(str(sealed.get("expires")))
        if now > expires:
            yield f"the seal counted until {sealed['expires']}: what was seen then may have changed, so judge again"
    except (TypeError, ValueError):
        yield "the seal does not say until when it counts"


def _sign_off(found: Sealed, record: Mapping[str, Any], expected: Expected, now: datetime) -> Iterator[str]:
    try:
        statement, by = _approval(found, expected, now)
    except Rejected as rejected:
        yield f"the sign-off does not count: {rejected.message}"
        return
    except Unknown as unknown:
        yield f"whether the sign-off counts could not be told: {unknown.message}"
        return
    if statement is None:
        yield "nobody has signed off: `promotion sign-off` does"
        return
    said = statement.predicate
    if found.summary is None or said.get("seal") != {"sha256": sha256(found.summary)}:
        yield "the sign-off is of another seal than the one that is here"
    if said.get("record") != {"sha256": found.files.record_sha256}:
        yield "the sign-off is of another record than the one that is here"
    if statement.subjects != Statement.read(test_result(record, found.files).write()).subjects:
        yield "the sign-off is of another image or another page"
    lead = lead_of(record)
    if lead is None:
        yield "the record does not say who leads the deployment, so nobody can tell that somebody else approved it"
    elif same_person(by, lead, _everybody(record["settings"])):
        yield f"{by} signed off and leads the deployment: somebody else must approve"


def _approval(found: Sealed, expected: Expected, now: datetime) -> tuple[Statement | None, str]:
    """Give the verified sign-off and the name it is by. Raises Rejected; Unknown."""
    if found.sign_off is not None:
        return _with_key(found.sign_off, expected)
    if found.statement is None:
        return None, ""
    if found.ssh_signature is None:
        raise Rejected("it has no signature")
    if expected.allowed_signers is None:
        raise Rejected("it is signed with an SSH key, and no allowed signers were named: give --allowed-signers")
    statement = Statement.read(found.statement)
    by = _named(statement)
    if not any(same_person(by, one) for one in expected.approvers):
        raise Rejected(f"{by} is not one of those who may approve: {', '.join(expected.approvers) or 'nobody'}")
    names = [name for one in (by, *expected.approvers) if same_person(by, one) for name in _names(one)]
    ssh.verify(found.statement, found.ssh_signature, list(dict.fromkeys(names)), expected.allowed_signers, now)
    return statement, by


def _with_key(bundle: bytes, expected: Expected) -> tuple[Statement, str]:
    keys = [*expected.approver_keys.values(), *expected.seal_keys]
    statement = _statement(bundle, keys, SIGN_OFF, "the sign-off")
    by = _named(statement)
    how = statement.predicate.get("how", {})
    if isinstance(how, dict) and how.get("signature") == "github":
        # GitHub has told who approved; that it did is vouched for by whoever seals.
        _statement(bundle, expected.seal_keys, SIGN_OFF, "the sign-off")
        if not any(same_person(by, one) for one in expected.approvers):
            raise Rejected(f"{by} is not one of those who may approve: {', '.join(expected.approvers) or 'nobody'}")
        return statement, by
    own = [key for name, key in expected.approver_keys.items() if same_person(by, name)]
    if not own:
        raise Rejected(f"no key of {by} was named to sign off with: give --approver-key")
    return _statement(bundle, own, SIGN_OFF, "the sign-off"), by


def _named(statement: Statement) -> str:
    if statement.predicate_type != SIGN_OFF or not isinstance(statement.predicate, dict):
        raise Rejected("it is not a sign-off")
    by = statement.predicate.get("approver")
    if not isinstance(by, str) or not by.strip():
        raise Rejected("it does not say who signed")
    return by


def _statement(data: bytes, keys: Sequence[PublicKey], predicate_type: str, what: str) -> Statement:
    """Read and verify a signed statement. Raises Rejected."""
    envelope = Bundle.read(data).envelope
    if envelope is None:
        raise Rejected(f"{what} is signed as a bare file")
    if not keys:
        raise Rejected(f"no key was named for {what}")
    statement = Statement.read(envelope.verify(keys))
    if statement.predicate_type != predicate_type:
        raise Rejected(f"{what} is of another kind: {statement.predicate_type[:80]}")
    return statement


def lead_of(record: Mapping[str, Any]) -> str | None:
    """Give who leads the deployment, by the promotion record that the run read; None if it does not say."""
    found: Any = record
    for name in ("evidence", "promotion_record", "value", "record", "people", "lead"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) and found else None


def approvers_of(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Give who may approve, by promotion.toml."""
    people = (settings.get("plan") or {}).get("people") or {}
    return tuple(str(one) for one in people.get("approvers") or ())


def _everybody(settings: Mapping[str, Any]) -> tuple[str, ...]:
    people = (settings.get("plan") or {}).get("people") or {}
    return tuple(str(one) for listed in people.values() if isinstance(listed, list) for one in listed)


def same_person(one: str, other: str, known: Sequence[str] = ()) -> bool:
    """Whether two ways to name a person are one: login, or `login <mail>`; `known` may tie one to the other."""
    from promotion.promotions.people import same

    return same(one, other, known)


def _names(person: str) -> Sequence[str]:
    from promotion.promotions.people import names_of

    return names_of(person)


def _differences(here: Any, there: Any, at: str = "") -> Iterator[str]:
    """Name the keys in which two trees of settings differ. Of files that are named only the last part is compared."""
    if isinstance(here, Mapping) and isinstance(there, Mapping):
        for key in {*here, *there}:
            yield from _differences(here.get(key), there.get(key), f"{at}.{key}" if at else str(key))
    elif isinstance(here, str) and isinstance(there, str) and here.startswith("/") and there.startswith("/"):
        if Path(here).name != Path(there).name:
            yield at
    elif here != there:
        yield at
