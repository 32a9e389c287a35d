"""`promotion verify`: what a deploy job says that it expects, and the answer to it."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from promotion.seal.from_settings import settings_of
from promotion.unknown import Reason, Unknown

if TYPE_CHECKING:
    from promotion.seal.policy import SealPolicy
    from promotion.signing.identity import Identity
    from promotion.signing.keys import PublicKey
    from promotion.signing.trust_root import TrustRoot


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    verify = commands.add_parser(
        "verify", help="verify that a sealed and approved report allows this image to be deployed"
    )
    verify.add_argument("reports", type=Path, help="the directory with the sealed report")
    verify.add_argument("--digest", required=True, metavar="sha256:…", help="the image that is to be deployed")
    verify.add_argument(
        "--key", action="append", default=[], metavar="PUB", help="a public key whose seals are accepted"
    )
    verify.add_argument(
        "--identity",
        metavar="IDENTITY",
        help="identity whose keyless seals are accepted: the workflow's URI or an e-mail address",
    )
    verify.add_argument("--issuer", metavar="ISSUER", help="the OIDC issuer that must have certified that identity")
    verify.add_argument(
        "--trust-root",
        type=Path,
        metavar="FILE",
        help="the trust root: trusted_root.json (default: the public sigstore's)",
    )
    verify.add_argument(
        "--approver-key",
        action="append",
        default=[],
        metavar="NAME=PUB",
        help="a public key whose sign-offs are accepted",
    )
    verify.add_argument(
        "--allowed-signers",
        type=Path,
        metavar="FILE",
        help="allowed_signers file of SSH keys whose sign-offs are accepted",
    )
    verify.add_argument(
        "--rehearsal",
        action="store_true",
        help="verify a rehearsal on the sandbox, which allows no deployment; a real promotion is refused",
    )
    verify.add_argument("--without-sign-off", action="store_true", help="do not require a person's sign-off")
    verify.add_argument(
        "--config", type=Path, default=Path("promotion.toml"), help="the settings that the run must have used"
    )
    verify.add_argument(
        "--settings-sha256",
        metavar="HASH",
        help="the hash of those settings, as in a record, if the file is not available",
    )
    verify.add_argument("--checklist", type=Path, help="the checklist that the run must have used (checklist.md)")
    verify.add_argument(
        "--phase", default="pre_promotion", help="the phase that the run must have judged (pre_promotion)"
    )
    verify.set_defaults(run=_verify)


def _verify(asked: argparse.Namespace) -> int:
    from promotion.seal import bundle_folder as folder
    from promotion.seal.verify import bundle_problems

    notes: Sequence[str] = ()
    try:
        asked.reports = _sealed_place(asked)
        notes = folder.unknown_files(asked.reports) if asked.reports.is_dir() else ()
        wrong = [*bundle_problems(folder.load_bundle(asked.reports), _expected(asked), datetime.now(UTC))]
    except Unknown as unknown:
        wrong = [unknown.message]
    if notes:
        names = ", ".join(map(ascii, notes[:5])) + (" and more" if notes[5:] else "")
        sys.stderr.write(f"note: the seal does not cover {names} in {asked.reports}\n")
    for problem in wrong:
        sys.stderr.write(f"{problem}\n")
    if wrong:
        return 1
    if asked.rehearsal:
        sys.stdout.write(f"{asked.digest}: the rehearsal is verified; it allows no deployment\n")
    else:
        sys.stdout.write(f"{asked.digest} may be deployed\n")
    return 0


def _sealed_place(asked: argparse.Namespace) -> Path:
    """Give the directory with the sealed report: a later run moves it aside, and replaces it if it judged the same image.

    Raises Unknown, stale, for a report that was replaced.
    """
    from promotion.record.directory import reported_into, sealed_before
    from promotion.seal import bundle_folder as folder

    here: Path = reported_into(asked.reports, asked.phase)
    before = sealed_before(here, asked.digest, asked.phase)
    if before is None or (here / folder.FOLDER).exists():
        return here
    if (here / folder.RECORD).exists():
        later = folder.load_bundle_record(here)
        if (later.get("digest"), later.get("phase")) == (asked.digest, asked.phase):
            raise Unknown(
                Reason.STALE,
                f"a later run of this image, finished at {later.get('finished')}, says {later.get('verdict')} and replaced "
                f"the sealed report, which is kept in {before}: seal the later run if it says GO, or run the checklist again",
            )
    sys.stderr.write(f"note: the sealed report of this image is in {before}; a later command reported into {here}\n")
    return before


def _expected(asked: argparse.Namespace) -> "SealPolicy":
    from promotion import checklist
    from promotion.seal.people import approvers_of
    from promotion.seal.policy import SealPolicy

    settings = None if asked.settings_sha256 else _settings(asked.config)
    try:
        listed = asked.checklist or checklist.find(Path.cwd())
        checklist_sha256 = checklist.load_checklist(listed).sha256
    except (checklist.ChecklistError, OSError):
        checklist_sha256 = None
    return SealPolicy(
        digest=asked.digest,
        seal_keys=[_public(Path(path)) for path in asked.key],
        seal_identities=_identities(asked),
        trust_root=_trust_root(asked.trust_root),
        approver_keys={name: _public(Path(path)) for name, path in map(_named, asked.approver_key)},
        approvers=approvers_of(settings or _recorded(asked)),
        allowed_signers=asked.allowed_signers,
        checklist_sha256=checklist_sha256,
        settings=settings,
        settings_sha256=asked.settings_sha256,
        phase=asked.phase,
        rehearsal=asked.rehearsal,
        sign_off=not asked.without_sign_off,
    )


def _recorded(asked: argparse.Namespace) -> Mapping[str, Any]:
    """Give the settings of the record, where their hash was given and is theirs."""
    from promotion.core.canonical_json import canonical_for, sha256
    from promotion.seal import bundle_folder as folder

    record = folder.load_bundle(asked.reports).tree()
    settings = record.get("settings")
    try:
        fits = sha256(canonical_for(record["schema"], settings)) == asked.settings_sha256
    except ValueError:
        fits = False
    return settings if fits and isinstance(settings, dict) else {}


def _settings(path: Path) -> Mapping[str, Any] | None:
    if not path.exists():
        return None
    return settings_of(path).model_dump(mode="json", by_alias=True, exclude_none=True)


def _identities(asked: argparse.Namespace) -> Sequence["Identity"]:
    if asked.identity is None and asked.issuer is None:
        if asked.trust_root is not None:
            raise Unknown(Reason.MALFORMED, "--trust-root needs --identity and --issuer: give all three")
        return ()
    if not asked.identity or not asked.issuer:
        raise Unknown(
            Reason.MALFORMED,
            "--identity and --issuer must be given together, and neither may be empty: any issuer could certify "
            "any identity",
        )
    from promotion.signing.identity import Identity

    return [Identity(asked.identity, asked.issuer)]


def _trust_root(path: Path | None) -> "TrustRoot | None":
    if path is None:
        return None
    from promotion.signing.trust_root import TrustRoot

    return TrustRoot.parse(_bytes(path))


def _public(path: Path) -> "PublicKey":
    from promotion.signing.keys import PublicKey

    return PublicKey.from_pem(_bytes(path), path.name)


def _bytes(path: Path) -> bytes:
    from promotion.seal.bundle_folder import read_regular

    try:
        return read_regular(path)
    except OSError as trouble:
        raise Unknown(Reason.ERROR, f"{path} cannot be read: {trouble.strerror}") from None


def _named(text: str) -> Sequence[str]:
    name, sign, path = text.rpartition("=")
    if not sign or not name:
        raise Unknown(Reason.MALFORMED, f"--approver-key takes NAME=FILE, not {text!r}")
    return name, path
