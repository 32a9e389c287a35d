"""`promotion seal`, `archive` and `sign-off`; `verify` stands by itself."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Any

from promotion.checklist import PHASES
from promotion.commands import verify as verify_command
from promotion.record.directory import InUseError, lock, reported_into
from promotion.seal.from_settings import secrecy, settings_of
from promotion.unknown import Reason, Unknown

MINUTES = 60.0
"""So long a seal counts: what was seen in dev may be other an hour later."""


def add_parsers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands."""
    seal = commands.add_parser("seal", help="sign the record and the report of a run that says GO")
    seal.add_argument("reports", type=Path, help="the directory that the run reported into")
    seal.add_argument(
        "--key", required=True, metavar="KEY", help="a PEM file, awskms:///KEY of AWS KMS, or keyless in GitHub Actions"
    )
    seal.add_argument("--minutes", type=float, default=MINUTES, help="how long the seal is valid, in minutes (60)")
    seal.add_argument(
        "--archive", action="store_true", help="also seal a run whose verdict is not GO, as FAILED, for the archive"
    )
    seal.add_argument("--attach", action="store_true", help="also attach the seal to the image in its registry")
    seal.add_argument("--config", type=Path, default=Path("promotion.toml"), help="settings, for the registry")
    seal.set_defaults(run=_seal)

    archive = commands.add_parser("archive", help="copy record, page and seal into a bucket with Object Lock")
    archive.add_argument("reports", type=Path, help="the directory that the run reported into")
    archive.add_argument("--to", required=True, metavar="s3://BUCKET/PREFIX", help="where to")
    archive.add_argument(
        "--days", type=int, default=2557, help="how many days it cannot be deleted (2557, seven years)"
    )
    archive.add_argument(
        "--governance",
        action="store_true",
        help="allow users with the permission to bypass governance mode to shorten that",
    )
    archive.set_defaults(run=_archive)

    sign_off = commands.add_parser("sign-off", help="approve a sealed report, as a person")
    sign_off.add_argument("reports", type=Path, help="the directory that the run reported into")
    how = sign_off.add_mutually_exclusive_group(required=True)
    how.add_argument(
        "--ssh-key",
        type=Path,
        metavar="FILE",
        help="sign with an SSH key, or with the agent's key given by its public half",
    )
    how.add_argument("--key", metavar="KEY", help="sign with a PEM file's key or awskms:///KEY")
    how.add_argument(
        "--github-run", type=int, metavar="RUN", help="take the approval of this run's deployment (with --seal-key)"
    )
    sign_off.add_argument("--by", metavar="NAME", help="who signs")
    sign_off.add_argument("--notes", default="", help="a comment to keep with it")
    sign_off.add_argument("--seal-key", metavar="KEY", help="the key that signs what GitHub says of the approval")
    sign_off.add_argument("--environment", default="prod", help="the GitHub environment that was approved (prod)")
    sign_off.add_argument("--config", type=Path, default=Path("promotion.toml"), help="settings, for GitHub")
    sign_off.set_defaults(run=_sign_off)

    verify_command.add_parser(commands)


def _seal(asked: argparse.Namespace) -> int:
    from promotion.seal.seal import seal
    from promotion.seal.signers import open_signer

    try:
        if wrong := _wrong_minutes(asked):
            sys.stderr.write(f"{wrong}\n")
            return 4
        with _locked(asked):
            result = seal(asked.reports, open_signer(asked.key), minutes=asked.minutes, archive=asked.archive)
        kind = _attach(asked) if asked.attach else None
    except Unknown as unknown:
        return _refuse(unknown)
    sys.stdout.write(f"sealed as {result}: {asked.reports / 'seal'}\n")
    if kind:
        sys.stdout.write(f"attached to the image as {kind}\n")
    return 0


def _wrong_minutes(asked: argparse.Namespace) -> str | None:
    """Say what is wrong with `--minutes`. Raises Unknown (malformed) for a promotion.toml that cannot be read."""
    from promotion.settings.seal import SealSettings

    longest = (settings_of(asked.config).seal if asked.config.exists() else SealSettings()).longest_minutes
    if not (isfinite(asked.minutes) and asked.minutes > 0):
        return f"--minutes must be a number of minutes above 0, got {asked.minutes}"
    if asked.minutes > longest:
        return (
            f"--minutes {asked.minutes:g} is longer than the {longest:g} minutes that a seal may be valid: "
            "raise `longest_minutes` in [seal] of promotion.toml"
        )
    return None


def _attach(asked: argparse.Namespace) -> str:
    from promotion.clients.open_image import image_account, open_image, open_pusher
    from promotion.core.redact import Redactor
    from promotion.seal.attach import attach

    settings, secrets = settings_of(asked.config), secrecy()

    def ecr() -> Any:
        return image_account(settings.image, settings.looking, Redactor()).client("ecr")

    source = open_image(settings.image, settings.looking, secrets, ecr)
    return attach(asked.reports, source, open_pusher(settings.image, settings.looking, secrets, ecr))


def _archive(asked: argparse.Namespace) -> int:
    from promotion.seal.attach import archive

    asked.reports = reported_into(asked.reports, PHASES[0])
    try:
        kept = archive(asked.reports, asked.to, asked.days, governance=asked.governance)
    except Unknown as unknown:
        return _refuse(unknown)
    for key in kept:
        sys.stdout.write(f"{key}\n")
    return 0


def _sign_off(asked: argparse.Namespace) -> int:
    from promotion.seal import approval
    from promotion.seal.signers import open_signer

    now, by = datetime.now(UTC), asked.by
    if asked.github_run is None and not by:
        sys.stderr.write("say who signs: --by NAME\n")
        return 4
    try:
        with _locked(asked):
            before = approval.earlier_sign_off(asked.reports)
            if by:
                approval.refuse_others(asked.reports, by)
            if asked.ssh_key is not None:
                approval.with_ssh(asked.reports, asked.ssh_key, by=by, at=now, notes=asked.notes)
            elif asked.key is not None:
                approval.with_key(asked.reports, open_signer(asked.key), by=by, at=now, notes=asked.notes)
            elif asked.seal_key is None:
                sys.stderr.write(
                    "--github-run needs --seal-key: the sealing key signs what GitHub says of the approval\n"
                )
                return 4
            else:
                github = _github(asked.config)
                signer = open_signer(asked.seal_key)
                by = approval.from_github(asked.reports, github, asked.github_run, asked.environment, signer, at=now)
            page = approval.signed_page(asked.reports)
    except Unknown as unknown:
        return _refuse(unknown)
    if before:
        sys.stdout.write(f"this replaces the sign-off by {before}\n")
    sys.stdout.write(f"signed off by {by}: {page}\n")
    return 0


def _github(config: Path) -> Any:
    from promotion.clients.open_image import open_github
    from promotion.core.clock import SystemClock

    settings = settings_of(config)
    return open_github(settings.github, settings.looking, secrecy(), SystemClock(), lambda **_: None)


@contextmanager
def _locked(asked: argparse.Namespace) -> Iterator[None]:
    """Have the report directory to oneself: no run, seal or sign-off writes there meanwhile. Raises Unknown, error."""
    asked.reports = reported_into(asked.reports, PHASES[0])
    if not asked.reports.is_dir():
        yield  # what is missing is said by whoever reads it
        return
    try:
        let_go = lock(asked.reports)
    except InUseError as trouble:
        raise Unknown(Reason.ERROR, str(trouble)) from None
    except OSError as trouble:
        raise Unknown(Reason.ERROR, f"{asked.reports} cannot be locked: {trouble.strerror}") from None
    try:
        yield
    finally:
        let_go()


def _refuse(unknown: Unknown) -> int:
    sys.stderr.write(f"{unknown.message}\n")
    return 1
