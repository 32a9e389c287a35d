"""The small command beside pytest."""

import argparse
import json
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `promotion …` and give its exit code."""
    from promotion.commands import attest_and_plan as promotions
    from promotion.commands import baseline, check_policy, new_item, sandbox
    from promotion.commands import rollback as acting
    from promotion.commands import seal as sealing

    parser = argparse.ArgumentParser(
        prog="promotion",
        description="Commands beside the gate: promotion records, attestations, rollback, seals, the sandbox, new items.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    promotions.add_parsers(commands)
    acting.add_parsers(commands)
    baseline.add_parsers(commands)
    sealing.add_parsers(commands)
    sandbox.add_parsers(commands)
    check_policy.add_parsers(commands)
    new_item.add_parsers(commands)
    schema = commands.add_parser("schema", help="print the JSON schema of promotion.toml, for editors")
    schema.set_defaults(run=_schema)
    asked = parser.parse_args(arguments)
    return int(asked.run(asked) or 0)


def _schema(_: argparse.Namespace) -> int:
    from promotion.settings import Settings

    json.dump(Settings.model_json_schema(by_alias=True), sys.stdout, indent=2)
    sys.stdout.write("\n")
    return 0
