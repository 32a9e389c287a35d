"""A person's sign-off over a sealed record: with an SSH key, with a key, or as GitHub tells of it. This module does I/O."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from promotion.clients import ssh_keygen
from promotion.clients.github.client import GitHubClient
from promotion.clients.github.fields import malformed
from promotion.core.clock import parse_stamp
from promotion.seal import bundle_folder as sealed_folder
from promotion.seal.bundle_folder import FOLDER, SIGN_OFF, SIGNED_PAGE, SSH_SIGNATURE, STATEMENT, SealedFolder
from promotion.seal.people import approvers_of, same_person
from promotion.seal.signers import Bundle
from promotion.seal.statements import sha256, sign_off
from promotion.signing.errors import Rejected
from promotion.signing.statement import Statement
from promotion.unknown import Reason, Unknown

SHORT = 12
"""This many digits of the report's hash bind an approval's comment to it."""


def with_ssh(folder: Path, key: Path, *, by: str, at: datetime, notes: str) -> None:
    """Sign off with an SSH key. Raises Unknown: no-data without a seal, and what ssh-keygen makes it raise."""
    found = sealed_folder.load_bundle(folder)
    statement = _statement(found, by, at, notes, {"signature": "ssh"}).write()
    signature = ssh_keygen.sign(statement, key)
    _keep(folder, {STATEMENT: statement, SSH_SIGNATURE: signature})


def with_key(folder: Path, sign: Bundle, *, by: str, at: datetime, notes: str) -> None:
    """Sign off with a key of one's own, a PEM file's or one in KMS. Raises Unknown as `with_ssh` does."""
    found = sealed_folder.load_bundle(folder)
    _keep(folder, {SIGN_OFF: sign(_statement(found, by, at, notes, {"signature": "key"}).write())})


def from_github(folder: Path, github: GitHubClient, run: int, environment: str, sign: Bundle, *, at: datetime) -> str:
    """Take the sign-off from the approval of a deployment, and give who approved.

    GitHub tells who approved, for which environment, with which comment, but not for which image: so the comment has to
    hold the first 12 digits of the report's SHA-256. What is made is signed with the key that seals, and says where it
    is from. https://docs.github.com/en/rest/actions/workflow-runs#get-the-review-history-for-a-workflow-run

    Raises Unknown: no-data without a seal or an approval that names the report, and as `GitHubClient.get` does.
    """
    found = sealed_folder.load_bundle(folder)
    short = found.files.page_sha256[:SHORT]
    reviews = github.get(f"/actions/runs/{run}/approvals", f"the approvals of run {run}", permission="actions: read")
    if not isinstance(reviews, list):
        raise malformed(f"the approvals of run {run}", "they are not a list")
    for review in reviews:
        if _approves(review, environment) and short in str(review.get("comment", "")):
            by = str(review["user"]["login"])
            refuse_others(folder, by)
            how = {"signature": "github", "repository": github.repository, "run": run, "environment": environment}
            statement = _statement(found, by, at, str(review["comment"]), how)
            _keep(folder, {SIGN_OFF: sign(statement.write())})
            return by
    raise Unknown(
        Reason.NO_DATA,
        f"no approval of run {run} for {environment} has {short} in its comment: approve with the report's hash in "
        "the comment",
    )


def _approves(review: Any, environment: str) -> bool:
    if not isinstance(review, Mapping) or review.get("state") != "approved":
        return False
    named = [one.get("name") for one in review.get("environments", ()) if isinstance(one, Mapping)]
    return environment in named and isinstance(review.get("user"), Mapping) and bool(review["user"].get("login"))


def _statement(found: SealedFolder, by: str, at: datetime, notes: str, how: Mapping[str, Any]) -> Statement:
    if found.summary is None:
        raise Unknown(Reason.NO_DATA, "there is no seal yet: run `promotion seal` first")
    record = found.tree()
    if at < parse_stamp(record["finished"]):
        raise Unknown(Reason.ERROR, "the sign-off would be dated before the end of the run: correct the clock")
    return sign_off(record, found.files, sha256(found.summary), by=by, at=at, notes=notes, how=how)


def _keep(folder: Path, made: Mapping[str, bytes]) -> None:
    place = folder / FOLDER
    sealed_folder.remove(*(place / name for name in (SIGN_OFF, STATEMENT, SSH_SIGNATURE) if name not in made))
    for name, content in made.items():
        sealed_folder.put(place / name, content)


def refuse_others(folder: Path, by: str, *, known: Sequence[str] = ()) -> None:
    """Raise Unknown, not-supported, if the settings of the record name approvers and this person is none of them."""
    approvers = approvers_of(sealed_folder.load_bundle(folder).tree().get("settings") or {})
    if approvers and not any(same_person(by, one, known) for one in approvers):
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"{by} is not one of the [plan.people] approvers in promotion.toml: {', '.join(approvers)}; have one of them sign",
        )


def earlier_sign_off(folder: Path) -> str | None:
    """Say whose sign-off of which time is here already; None if there is none that can be read."""
    found = sealed_folder.load_bundle(folder)
    try:
        said = signed_by(found)
    except (Rejected, Unknown):
        return None
    return f"{said.get('approver')} at {said.get('at')}" if said else None


def signed_page(folder: Path) -> Path:
    """Draw the report with its sign-off filled in, beside the one that was sealed, and give its path."""
    found = sealed_folder.load_bundle(folder)
    sealed_folder.put(folder / SIGNED_PAGE, drawn_signed(found))
    return folder / SIGNED_PAGE


def drawn_signed(found: SealedFolder) -> bytes:
    """Draw the page with its sign-off. Raises Rejected where that cannot be read."""
    from promotion import report

    return report.page(found.tree(), signed={**signed_by(found), "page": found.files.page_sha256}).encode()


def signed_by(found: SealedFolder) -> Mapping[str, Any]:
    """Give what a sign-off says; {} without one. Whether it counts is for `promotion verify`. Raises Rejected."""
    from promotion.signing.bundle import Bundle

    if found.sign_off is not None:
        envelope = Bundle.parse(found.sign_off).envelope
        if envelope is None:
            raise Rejected("the sign-off is signed as a bare file")
        statement = Statement.parse(envelope.payload)
    elif found.statement is not None:
        statement = Statement.parse(found.statement)
    else:
        return {}
    return statement.predicate if isinstance(statement.predicate, Mapping) else {}
