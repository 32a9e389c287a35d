"""`promotion rollback`: take a rollout back now, without waiting for any judgement."""

# ruff: noqa: T201 - a command prints

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promotion.core.clock import TickingClock
    from promotion.record.receipt import Receipt


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `rollback`; it sets `run`, which takes the parsed arguments and gives the exit status."""
    from promotion.commands.attest_and_plan import digest

    parser = subparsers.add_parser("rollback", help="in an emergency: stop the deployments of an image, with rollback")
    parser.add_argument("--digest", type=digest, required=True, metavar="sha256:…", help="the image to roll back")
    parser.add_argument("--config", type=Path, default=Path("promotion.toml"), metavar="FILE", help="the settings")
    parser.add_argument(
        "--report-dir", type=Path, default=Path("reports"), metavar="DIR", help="where receipts are kept: reports"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Roll back. 0 if that was verified, 20 if not, 2 if nothing was begun."""
    from promotion.actions.context import context_of
    from promotion.actions.rollback import roll_back
    from promotion.core.status import Exit
    from promotion.record.receipts import verified
    from promotion.settings import SettingsError, load
    from promotion.unknown import Unknown

    try:
        settings = load(asked.config).settings
        clock = _clock()
    except (SettingsError, OSError, ValueError) as mistake:
        print(f"promotion: {mistake}", file=sys.stderr)
        return 2
    if not asked.yes and not _agreed(settings.service, asked.digest, list(settings.prod.targets)):
        print("nothing was done", file=sys.stderr)
        return 2
    from promotion.core.redact import Redactor
    from promotion.engine.sources import Sources
    from promotion.record.journal import NAME

    redactor = Redactor()
    sources = Sources(settings, asked.digest, clock, redactor, journal=asked.report_dir / NAME, act=True)

    def tell(receipt: "Receipt") -> None:
        print(redactor.text(line(receipt)), flush=True)

    try:
        receipts = roll_back(context_of(sources, "manually, with `promotion rollback`", tell))
    except Unknown as trouble:
        print(redactor.text(f"promotion: {trouble.message}"), file=sys.stderr)
        return int(Exit.ROLLBACK_UNVERIFIED)
    if verified(receipts):
        print("rolled back, and verified")
        return 0
    print("the rollback is not verified: a person is needed", file=sys.stderr)
    return int(Exit.ROLLBACK_UNVERIFIED)


def line(receipt: "Receipt") -> str:
    """Give a receipt as one line."""
    where = f" ({receipt.link})" if receipt.link else ""
    return f"{receipt.state:<8} {receipt.what}{f': {receipt.message}' if receipt.message else ''}{where}"


def _agreed(service: str, digest: str, targets: list[str]) -> bool:
    print(f"This stops every deployment of {digest} in prod ({', '.join(targets)}), with rollback.")
    try:
        return input(f"To continue, enter the name of the service, {service}: ").strip() == service
    except EOFError:
        return False


def _clock() -> "TickingClock":
    from promotion.core.clock import ServedClock, SystemClock

    url = os.environ.get("PROMOTION_CLOCK")
    return ServedClock.fetch(url) if url else SystemClock()
