"""`promotion permissions`: the policies that the gate's roles need, for the settings at hand."""

# ruff: noqa: T201 - a command prints

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from promotion.checklist import PHASES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promotion.clients.aws.permissions import Statement

ACCOUNTS = ("dev", "prod", "image", "seal")


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `permissions`; it sets `run`, which takes the parsed arguments and gives the exit status."""
    parser = subparsers.add_parser("permissions", help="print the IAM policies that the gate's roles need")
    parser.add_argument("--config", type=Path, default=Path("promotion.toml"), metavar="FILE", help="the settings")
    parser.add_argument("--account", choices=ACCOUNTS, help="one account's policy alone, as a document to attach")
    parser.add_argument("--phase", action="append", choices=PHASES, help="of this phase alone; may be repeated")
    parser.add_argument("--act", action="store_true", help="also what taking a rollout back needs")
    parser.add_argument("--feature", action="append", default=[], metavar="NAME",
                        help="also what this feature needs; may be repeated")  # fmt: skip
    parser.add_argument("--list", action="store_true", help="list the features, and whether the settings use them")
    parser.add_argument("--terraform", action="store_true", help="as aws_iam_policy_document of Terraform")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Print. 2 if the settings cannot be read, a feature does not exist, or an account needs nothing."""
    from promotion.clients.aws.permissions import FEATURES, statements, used
    from promotion.clients.aws.permissions.grants import COMMAND
    from promotion.settings import SettingsError, load

    try:
        settings = load(asked.config).settings
    except SettingsError as mistake:
        return _refused(str(mistake))
    if strange := [name for name in asked.feature if name not in FEATURES]:
        return _refused(f"there is no feature {strange[0]}; --list shows them")
    features = {*used(settings), *asked.feature, *(("act", "notify") if asked.act else ())}
    if asked.list:
        for name, feature in FEATURES.items():
            print(f"{'*' if name in features else ' '} {name:<20} where {feature.about}")
        return 0
    phases = asked.phase or [*PHASES, COMMAND]
    policies = {}
    for account in [asked.account] if asked.account else ACCOUNTS:
        found = statements(settings, features, account, phases)
        if found and not (account == "image" and settings.image.aws is None):
            policies[account] = found
    if not policies:
        where = f"in {asked.account}" if asked.account else "anywhere"
        return _refused(f"nothing is needed {where} for what the settings use: add --feature, or check the settings")
    print(_terraform(policies) if asked.terraform else _json(policies, whole=asked.account is None))
    left = [name for name, feature in FEATURES.items() if feature.used is None and name not in features]
    if left:
        print(f"promotion: settings do not tell whether these are used: {', '.join(left)}; see --list", file=sys.stderr)
    return 0


def _json(policies: "Mapping[str, Sequence[Statement]]", *, whole: bool) -> str:
    documents = {
        account: {"Version": "2012-10-17", "Statement": [one.as_json() for one in found]}
        for account, found in policies.items()
    }
    return json.dumps(documents if whole else next(iter(documents.values())), indent=2)


def _terraform(policies: "Mapping[str, Sequence[Statement]]") -> str:
    """Write HCL. Strings are quoted as in JSON; nothing in an ARN or a name begins an interpolation, `${` or `%{`.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
    """
    blocks = []
    for account, found in policies.items():
        lines = [f'data "aws_iam_policy_document" "promotion_{account}" {{']
        for one in found:
            lines += ["  statement {", f"    sid       = {_quoted(one.sid)}"]
            lines += _listed("actions  ", one.actions) + _listed("resources", one.resources)
            for test, keys in one.condition.items():
                for variable, value in keys.items():
                    lines += ["    condition {", f"      test     = {_quoted(test)}"]
                    lines += [f"      variable = {_quoted(variable)}", f"      values   = [{_quoted(value)}]", "    }"]
            lines.append("  }")
        blocks.append("\n".join([*lines, "}"]))
    return "\n\n".join(blocks)


def _listed(name: str, values: "Sequence[str]") -> list[str]:
    if len(values) == 1:
        return [f"    {name} = [{_quoted(values[0])}]"]
    return [f"    {name} = [", *(f"      {_quoted(value)}," for value in values), "    ]"]


def _quoted(text: str) -> str:
    return json.dumps(text).replace("${", "$${").replace("%{", "%%{")


def _refused(why: str) -> int:
    print(f"promotion: {why}", file=sys.stderr)
    return 2
