"""`promotion seal`, `sign-off` and `verify`."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from promotion.unknown import Unknown

if TYPE_CHECKING:
    from promotion.http.secrecy import Secrecy
    from promotion.sealing.verify import Expected
    from promotion.settings import Settings
    from promotion.signing.keys import PublicKey

MINUTES = 60.0
"""So long a seal counts: what was seen in dev may be other an hour later."""


def add_parsers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands."""
    seal = commands.add_parser("seal", help="sign the record and the report of a run that says GO")
    seal.add_argument("reports", type=Path, help="the directory that the run reported into")
    seal.add_argument(
        "--key", required=True, metavar="KEY", help="a PEM file, awskms:///KEY of AWS KMS, or keyless in GitHub Actions"
    )
    seal.add_argument("--minutes", type=float, default=MINUTES, help="how long the seal counts (60)")
    seal.add_argument(
        "--archive", action="store_true", help="also seal a run that does not say GO, as FAILED, to be kept"
    )
    seal.add_argument("--attach", action="store_true", help="also attach the seal to the image in its registry")
    seal.add_argument("--config", type=Path, default=Path("promotion.toml"), help="settings, for the registry")
    seal.set_defaults(run=_seal)

    archive = commands.add_parser("archive", help="copy record, page and seal into a bucket with Object Lock")
    archive.add_argument("reports", type=Path, help="the directory that the run reported into")
    archive.add_argument("--to", required=True, metavar="s3://BUCKET/PREFIX", help="where to")
    archive.add_argument("--days", type=int, default=2557, help="how long nobody may remove it (2557, seven years)")
    archive.add_argument("--governance", action="store_true", help="let who has the permission shorten that")
    archive.set_defaults(run=_archive)

    sign_off = commands.add_parser("sign-off", help="approve a sealed report, as a person")
    sign_off.add_argument("reports", type=Path, help="the directory that the run reported into")
    how = sign_off.add_mutually_exclusive_group(required=True)
    how.add_argument(
        "--ssh-key", type=Path, metavar="FILE", help="sign with an SSH key, or the agent's, by its public half"
    )
    how.add_argument("--key", metavar="KEY", help="sign with a PEM file's key or awskms:///KEY")
    how.add_argument(
        "--github-run", type=int, metavar="RUN", help="take the approval of this run's deployment (with --seal-key)"
    )
    sign_off.add_argument("--by", metavar="NAME", help="who signs")
    sign_off.add_argument("--notes", default="", help="what to keep with it")
    sign_off.add_argument("--seal-key", metavar="KEY", help="what signs that GitHub told of the approval")
    sign_off.add_argument("--environment", default="prod", help="the environment in GitHub that was approved (prod)")
    sign_off.add_argument("--config", type=Path, default=Path("promotion.toml"), help="settings, for GitHub")
    sign_off.set_defaults(run=_sign_off)

    verify = commands.add_parser("verify", help="tell whether a sealed and approved report lets this image go on")
    verify.add_argument("reports", type=Path, help="the directory with the sealed report")
    verify.add_argument("--digest", required=True, metavar="sha256:…", help="the image that is to be deployed")
    verify.add_argument("--key", action="append", default=[], metavar="PUB", help="a public key whose seal counts")
    verify.add_argument(
        "--approver-key",
        action="append",
        default=[],
        metavar="NAME=PUB",
        help="a public key that a person signs off with",
    )
    verify.add_argument("--allowed-signers", type=Path, metavar="FILE", help="SSH keys that people sign off with")
    verify.add_argument("--without-sign-off", action="store_true", help="do not ask for a person's sign-off")
    verify.add_argument(
        "--config", type=Path, default=Path("promotion.toml"), help="the settings that it must be judged by"
    )
    verify.add_argument(
        "--settings-sha256",
        metavar="HASH",
        help="the hash of those settings, as a record has it, where the file is not at hand",
    )
    verify.add_argument("--checklist", type=Path, help="the checklist that it must be judged by (checklist.md)")
    verify.add_argument("--phase", default="pre_promotion", help="the phase that it must be of (pre_promotion)")
    verify.set_defaults(run=_verify)


def _seal(asked: argparse.Namespace) -> int:
    from promotion.sealing.seal import seal
    from promotion.sealing.signers import open_signer

    try:
        result = seal(asked.reports, open_signer(asked.key), minutes=asked.minutes, archive=asked.archive)
        kind = _attach(asked) if asked.attach else None
    except Unknown as unknown:
        return _refuse(unknown)
    sys.stdout.write(f"sealed as {result}: {asked.reports / 'seal'}\n")
    if kind:
        sys.stdout.write(f"attached to the image as {kind}\n")
    return 0


def _attach(asked: argparse.Namespace) -> str:
    from promotion.artifact.opening import image_account, open_image, open_pusher
    from promotion.redact import Redactor
    from promotion.sealing.keep import attach

    settings, secrecy = _loaded(asked.config), _secrecy()

    def ecr() -> Any:
        return image_account(settings.image, settings.looking, Redactor()).client("ecr")

    source = open_image(settings.image, settings.looking, secrecy, ecr)
    return attach(asked.reports, source, open_pusher(settings.image, settings.looking, secrecy, ecr))


def _archive(asked: argparse.Namespace) -> int:
    from promotion.sealing.keep import archive

    try:
        kept = archive(asked.reports, asked.to, asked.days, governance=asked.governance)
    except Unknown as unknown:
        return _refuse(unknown)
    for key in kept:
        sys.stdout.write(f"{key}\n")
    return 0


def _sign_off(asked: argparse.Namespace) -> int:
    from promotion.sealing import approval
    from promotion.sealing.signers import open_signer

    now, by = datetime.now(UTC), asked.by
    if asked.github_run is None and not by:
        sys.stderr.write("say who signs: --by NAME\n")
        return 4
    try:
        if asked.ssh_key is not None:
            approval.with_ssh(asked.reports, asked.ssh_key, by=by, at=now, notes=asked.notes)
        elif asked.key is not None:
            approval.with_key(asked.reports, open_signer(asked.key), by=by, at=now, notes=asked.notes)
        elif asked.seal_key is None:
            sys.stderr.write("--github-run needs --seal-key: whoever seals vouches for what GitHub told\n")
            return 4
        else:
            github = _github(asked.config)
            signer = open_signer(asked.seal_key)
            by = approval.from_github(asked.reports, github, asked.github_run, asked.environment, signer, at=now)
        page = approval.signed_page(asked.reports)
    except Unknown as unknown:
        return _refuse(unknown)
    sys.stdout.write(f"signed off by {by}: {page}\n")
    return 0


def _verify(asked: argparse.Namespace) -> int:
    from promotion.sealing import folder
    from promotion.sealing.verify import problems

    try:
        wrong = [*problems(folder.read(asked.reports), _expected(asked), datetime.now(UTC))]
    except Unknown as unknown:
        wrong = [unknown.message]
    for problem in wrong:
        sys.stderr.write(f"{problem}\n")
    if wrong:
        return 1
    sys.stdout.write(f"{asked.digest} may go on\n")
    return 0


def _expected(asked: argparse.Namespace) -> "Expected":
    from promotion import checklist
    from promotion.sealing.verify import Expected, approvers_of

    settings = None if asked.settings_sha256 else _settings(asked.config)
    try:
        listed = asked.checklist or checklist.find(Path.cwd())
        checklist_sha256 = checklist.read(listed).sha256
    except (checklist.ChecklistError, OSError):
        checklist_sha256 = None
    return Expected(
        digest=asked.digest,
        seal_keys=[_public(Path(path)) for path in asked.key],
        approver_keys={name: _public(Path(path)) for name, path in map(_named, asked.approver_key)},
        approvers=approvers_of(settings or _recorded(asked)),
        allowed_signers=asked.allowed_signers,
        checklist_sha256=checklist_sha256,
        settings=settings,
        settings_sha256=asked.settings_sha256,
        phase=asked.phase,
        sign_off=not asked.without_sign_off,
    )


def _recorded(asked: argparse.Namespace) -> Mapping[str, Any]:
    """Give the settings of the record, where their hash was given and is theirs."""
    from promotion.record import canonical, sha256
    from promotion.sealing import folder

    settings = folder.read(asked.reports).tree().get("settings")
    fits = isinstance(settings, dict) and sha256(canonical(settings)) == asked.settings_sha256
    return settings if fits and isinstance(settings, dict) else {}


def _settings(path: Path) -> Mapping[str, Any] | None:
    if not path.exists():
        return None
    return _loaded(path).model_dump(mode="json", by_alias=True, exclude_none=True)


def _public(path: Path) -> "PublicKey":
    from promotion.signing.keys import PublicKey
    from promotion.unknown import Reason

    try:
        return PublicKey.from_pem(path.read_bytes(), path.name)
    except OSError as trouble:
        raise Unknown(Reason.ERROR, f"{path} cannot be read: {trouble.strerror}") from None


def _named(text: str) -> Sequence[str]:
    from promotion.unknown import Reason

    name, sign, path = text.rpartition("=")
    if not sign or not name:
        raise Unknown(Reason.MALFORMED, f"--approver-key takes NAME=FILE, not {text!r}")
    return name, path


def _github(config: Path) -> Any:
    from promotion.artifact.opening import open_github
    from promotion.clock import SystemClock

    settings = _loaded(config)
    return open_github(settings.github, settings.looking, _secrecy(), SystemClock(), lambda **_: None)


def _loaded(config: Path) -> "Settings":
    from promotion.settings import SettingsError, load
    from promotion.unknown import Reason

    try:
        return load(config).settings
    except SettingsError as mistake:
        raise Unknown(Reason.MALFORMED, str(mistake)) from None


def _secrecy() -> "Secrecy":
    import os

    from promotion.http.secrecy import Secrecy

    return Secrecy(dict(os.environ), lambda _: None, lambda text: text)


def _refuse(unknown: Unknown) -> int:
    sys.stderr.write(f"{unknown.message}\n")
    return 1
