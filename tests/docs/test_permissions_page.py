"""docs/permissions.md: its table is the table of the code, and its examples are what the command prints."""

import json
import re

import pytest

from promotion.cli import main
from promotion.clients.aws.permissions import FEATURES
from promotion.clients.aws.permissions.grants import GRANTS
from tests.runner import ROOT

PAGE = (ROOT / "docs/permissions.md").read_text()
EXAMPLE = str(ROOT / "promotion.example.toml")


def row(name):
    """A feature as a line of the table."""
    cells = []
    for account in ("dev", "prod", "image", "seal"):
        grants = [one for one in GRANTS if one.feature == name and account in one.accounts]
        actions = sorted({action for one in grants for action in one.actions})
        if actions:
            cells.append(f"{account}: {', '.join(f'`{action}`' for action in actions)}")
    return f"| `{name}` | {FEATURES[name].about} | {'; '.join(cells)} |"


@pytest.mark.parametrize("name", FEATURES)
def test_each_feature_stands_in_the_table(name):
    """With when it is needed, and every action, account by account."""
    assert row(name) in PAGE.splitlines(), row(name)


def test_the_table_has_nothing_else():
    """No feature that the code does not know."""
    assert re.findall(r"^\| `([\w-]+)` \|", PAGE, re.MULTILINE) == list(FEATURES)


EXAMPLES = re.findall(
    r"^```sh\npromotion (permissions [^\n]*)\n```\n\n```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL
)


@pytest.mark.parametrize(("command", "kind", "text"), EXAMPLES)
def test_what_the_page_shows_is_what_the_command_prints(command, kind, text, capsys):
    """For promotion.example.toml."""
    assert main([*command.split(), "--config", EXAMPLE]) == 0
    assert capsys.readouterr().out == text
    assert kind == ("hcl" if "--terraform" in command else "json")


def test_there_are_examples():
    """One of each form."""
    assert {kind for _, kind, _ in EXAMPLES} == {"json", "hcl"}
    assert all(json.loads(text) for _, kind, text in EXAMPLES if kind == "json")
