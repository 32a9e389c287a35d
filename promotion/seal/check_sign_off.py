"""Whether the sign-off counts: by one who may approve, over this seal, and not by the lead. Pure but for ssh-keygen."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from promotion.seal import ssh
from promotion.seal.bundle_folder import SealedFolder
from promotion.seal.envelope import by_key
from promotion.seal.people import everybody, lead_of, names, same_person
from promotion.seal.policy import SealPolicy
from promotion.seal.statements import SIGN_OFF, sha256, test_result
from promotion.signing.errors import Rejected
from promotion.signing.statement import Statement
from promotion.unknown import Unknown


def sign_off_problems(
    found: SealedFolder, record: Mapping[str, Any], expected: SealPolicy, now: datetime
) -> Iterator[str]:
    """Give what speaks against the sign-off."""
    try:
        statement, by = _approval(found, expected, now)
    except Rejected as rejected:
        yield f"the sign-off is not valid: {rejected.message}"
        return
    except Unknown as unknown:
        yield f"cannot determine whether the sign-off is valid: {unknown.message}"
        return
    if statement is None:
        yield "the report is not signed off: use `promotion sign-off`"
        return
    said = statement.predicate
    if found.summary is None or said.get("seal") != {"sha256": sha256(found.summary)}:
        yield "the sign-off is of a seal other than the one in this directory"
    if said.get("record") != {"sha256": found.files.record_sha256}:
        yield "the sign-off is of a record other than the one in this directory"
    if statement.subjects != Statement.parse(test_result(record, found.files).write()).subjects:
        yield "the sign-off is of another image or another page"
    lead = lead_of(record)
    if lead is None:
        yield ("the record does not name the deployment lead, so the gate cannot check that somebody else approved it")
    elif same_person(by, lead, everybody(record["settings"])):
        yield f"{by} signed off and is the deployment lead: somebody else must approve"


def _approval(found: SealedFolder, expected: SealPolicy, now: datetime) -> tuple[Statement | None, str]:
    """Give the verified sign-off and the name it is by. Raises Rejected; Unknown."""
    if found.sign_off is not None:
        return _with_key(found.sign_off, expected)
    if found.statement is None:
        return None, ""
    if found.ssh_signature is None:
        raise Rejected("it has no signature")
    if expected.allowed_signers is None:
        raise Rejected("it is signed with an SSH key, but no allowed signers were given: give --allowed-signers")
    statement = Statement.parse(found.statement)
    by = _named(statement)
    if not any(same_person(by, one) for one in expected.approvers):
        raise Rejected(f"{by} is not one of the approvers: {', '.join(expected.approvers) or 'nobody'}")
    known = [name for one in (by, *expected.approvers) if same_person(by, one) for name in names(one)]
    ssh.verify(found.statement, found.ssh_signature, list(dict.fromkeys(known)), expected.allowed_signers, now)
    return statement, by


def _with_key(bundle: bytes, expected: SealPolicy) -> tuple[Statement, str]:
    keys = [*expected.approver_keys.values(), *expected.seal_keys]
    statement = by_key(bundle, keys, SIGN_OFF, "the sign-off")
    by = _named(statement)
    how = statement.predicate.get("how", {})
    if isinstance(how, dict) and how.get("signature") == "github":
        # GitHub has told who approved; that it did is vouched for by whoever seals.
        by_key(bundle, expected.seal_keys, SIGN_OFF, "the sign-off")
        if not any(same_person(by, one) for one in expected.approvers):
            raise Rejected(f"{by} is not one of the approvers: {', '.join(expected.approvers) or 'nobody'}")
        return statement, by
    own = [key for name, key in expected.approver_keys.items() if same_person(by, name)]
    if not own:
        raise Rejected(f"no key was given for {by}: give --approver-key")
    return by_key(bundle, own, SIGN_OFF, "the sign-off"), by


def _named(statement: Statement) -> str:
    if statement.predicate_type != SIGN_OFF or not isinstance(statement.predicate, dict):
        raise Rejected("it is not a sign-off")
    by = statement.predicate.get("approver")
    if not isinstance(by, str) or not by.strip():
        raise Rejected("it does not say who signed")
    return by
