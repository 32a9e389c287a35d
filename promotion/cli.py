"""The small command beside pytest."""

import argparse
import json
import os
import sys
from collections.abc import Sequence

_PIPE_CLOSED = 141
"""As a shell tells of a program that SIGPIPE ended."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `promotion …` and give its exit code."""
    from promotion.commands import attest_and_plan as promotions
    from promotion.commands import baseline, check_policy, faults, judge, new_item, permissions, sandbox
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
    judge.add_parsers(commands)
    sealing.add_parsers(commands)
    sandbox.add_parsers(commands)
    faults.add_parsers(commands)
    check_policy.add_parsers(commands)
    permissions.add_parsers(commands)
    new_item.add_parsers(commands)
    schema = commands.add_parser("schema", help="print the JSON schema of promotion.toml, for editors")
    schema.set_defaults(run=_schema)
    asked = parser.parse_args(arguments)
    try:
        status = int(asked.run(asked) or 0)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read, such as `head`, has read enough. Nothing is left to be written when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    return status


def _schema(_: argparse.Namespace) -> int:
    from promotion.settings import Settings

    json.dump(Settings.model_json_schema(by_alias=True), sys.stdout, indent=2)
    sys.stdout.write("\n")
    return 0
