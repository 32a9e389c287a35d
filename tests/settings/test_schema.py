"""The JSON schema that editors complete and check promotion.toml with."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from promotion.cli import main
from tests.engine.project import SETTINGS
from tests.settings.test_load import CHECKS

EXAMPLE = Path(__file__).parents[2] / "promotion.example.toml"


@pytest.fixture
def schema(capsys):
    """What `promotion schema` prints."""
    assert main(["schema"]) == 0
    return json.loads(capsys.readouterr().out)


def test_it_is_a_schema(schema):
    """It is valid itself, and describes its keys."""
    validator = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    validator.check_schema(schema)
    assert schema["properties"]["service"]["description"] == "The name people call the service by."


@pytest.mark.parametrize("text", [EXAMPLE.read_text(), SETTINGS, SETTINGS + CHECKS], ids=["example", "small", "checks"])
def test_it_takes_what_the_gate_takes(schema, text):
    """The example, targets of both kinds and journeys of all three are valid by it."""
    tree = json.loads(json.dumps(tomllib.loads(text), default=str))  # JSON has no dates; editors take them for strings
    jsonschema.validate(tree, schema)


@pytest.mark.parametrize(
    "line", ["[devel]", "[looking]\nat_once = 'many'", "[[dev.journeys]]\nname = 'a'\nstepps = []"]
)
def test_it_refuses_what_the_gate_refuses(schema, line):
    """An unknown key or a wrong type is wrong in the editor already."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(f"{SETTINGS}\n{line}\n"), schema)
