"""`promotion plan` and `promotion attest`: write the promotion record, and add a person's word to it."""

# ruff: noqa: T201 - a command prints

import argparse
import re
import sys
from pathlib import Path

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `plan` and `attest`; each sets `run`, which takes the parsed arguments and gives the exit status."""
    plan = subparsers.add_parser("plan", help="write the promotion record, for people to fill in and review")
    attest = subparsers.add_parser("attest", help="add a person's attestation of an item to the promotion record")
    attest.add_argument("item", metavar="ITEM", help="id of an item that checklist.md marks MH or H")
    for parser in (plan, attest):
        parser.add_argument("--digest", type=digest, required=True, metavar="sha256:…", help="the image")
        parser.add_argument("--config", type=Path, default=Path("promotion.toml"), metavar="FILE", help="the settings")
    attest.add_argument("--by", required=True, metavar="NAME", help="who attests: login or e-mail address")
    attest.add_argument("--link", default="", metavar="URL", help="link to the evidence; it must answer")
    attest.add_argument("--note", default="", metavar="TEXT", help="the statement, if it differs from the item's title")
    attest.add_argument("--key", type=Path, metavar="FILE", help="SSH key to sign it with")
    plan.set_defaults(run=run_plan)
    attest.set_defaults(run=run_attest)


def run_plan(asked: argparse.Namespace) -> int:
    """Write the first record of a promotion. 2 if there is one, or if settings cannot be read."""
    from promotion.commands.plan import PlanError, plan
    from promotion.settings import SettingsError, load

    try:
        path = plan(load(asked.config), asked.digest)
    except (SettingsError, PlanError) as mistake:
        return _refused(mistake)
    print(f"{path} written: fill in the empty fields, and have it reviewed")
    return 0


def run_attest(asked: argparse.Namespace) -> int:
    """Add a word to the record of a promotion. 2 if it would not count, or if something cannot be read."""
    from promotion.checklist import ChecklistError
    from promotion.commands.attest import AttestError, Given, attest
    from promotion.settings import SettingsError, load

    given = Given(asked.item, asked.digest, asked.by, asked.link, asked.note, asked.key)
    try:
        path, word = attest(load(asked.config).settings, given)
    except (SettingsError, ChecklistError, AttestError) as mistake:
        return _refused(mistake)
    signed = "signed" if word.signature else "not signed"
    print(f"{path}: {word.by} attests {word.item}, {signed}, until {word.expires:%Y-%m-%d %H:%M} UTC: have it reviewed")
    return 0


def digest(text: str) -> str:
    """Read a digest from the command line."""
    if not DIGEST.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a digest: expected sha256: and 64 hex digits")
    return text


def _refused(mistake: Exception) -> int:
    print(f"promotion: {mistake}", file=sys.stderr)
    return 2
