"""`promotion sandbox` and `promotion faults`, as a shell and a pipeline use them."""

import argparse
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from promotion.commands import faults
from promotion.commands.sandbox import add_parsers
from promotion.sandbox import catalogue
from promotion.sandbox.catalogue import fault

TESTS = Path(__file__).parent.parent


def parse(*words):
    """Parse a command line as the `promotion` command does."""
    parser = argparse.ArgumentParser("promotion")
    commands = parser.add_subparsers(required=True)
    add_parsers(commands)
    faults.add_parsers(commands)
    return parser.parse_args(words)


@pytest.fixture
def two_faults(monkeypatch):
    """Begin with two faults, whatever other tests have read."""
    monkeypatch.setattr(catalogue, "_faults", {})

    @fault("alias-moved", item="lambda-deployed", falls_with=["health-checks[lambda]"])
    def moved(world):
        """Move the alias to the previous version."""

    @fault("alarms-denied", item="no-alarms", kind="blind")
    def denied(world):
        """Nobody may read the alarms."""


def test_faults_are_listed_as_json(two_faults, capsys):
    """Other tools read name, item, kind, what it does and what falls with it."""
    arguments = parse("faults", "--json")
    assert arguments.run(arguments) == 0
    listed = {fault["name"]: fault for fault in json.loads(capsys.readouterr().out)}
    assert listed["alias-moved"] == {
        "name": "alias-moved",
        "item": "lambda-deployed",
        "kind": "fault",
        "does": "Move the alias to the previous version.",
        "falls_with": ["health-checks[lambda]"],
    }
    assert listed["alarms-denied"]["kind"] == "blind"


def test_faults_are_listed_for_people(two_faults, capsys):
    """One short paragraph a fault."""
    arguments = parse("faults", "--all")
    assert arguments.run(arguments) == 0
    said = capsys.readouterr().out
    assert "alias-moved  [fault of lambda-deployed]\n    Move the alias to the previous version.\n" in said
    assert "also fails: health-checks[lambda]" in said


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["--item", "lambda-deployed"], ["alias-moved"]),
        (["--section", "observability"], ["alarms-denied"]),
        (["--section", "dev", "--kind", "blind"], []),
        (["--kind", "blind"], ["alarms-denied"]),
        (["--grep", "MOVE the"], ["alias-moved"]),
        (["--grep", "denied"], ["alarms-denied"]),
    ],
)
def test_faults_are_chosen(two_faults, capsys, words, names):
    """By item, section, kind and text."""
    arguments = parse("faults", *words)
    assert arguments.run(arguments) == 0
    said = capsys.readouterr().out
    assert [line.partition(" ")[0] for line in said.splitlines() if "  [" in line] == names
    assert bool(names) or said == "there is none\n"


def test_without_more_said_their_numbers_fit_a_screen(capsys):
    """Of each section, and how to see them."""
    arguments = parse("faults")
    assert arguments.run(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) < 24
    assert max(map(len, lines)) <= 120
    assert "List them with --section NAME" in lines[-1]


@pytest.mark.parametrize("words", [["--item", "nothing-like-it"], ["--section", "nowhere"]])
def test_what_there_is_not_is_a_usage_error(two_faults, capsys, words):
    """In one line."""
    arguments = parse("faults", *words)
    assert arguments.run(arguments) == 2
    assert capsys.readouterr().err.startswith("promotion: there is no ")


def test_a_misspelt_fault_is_a_usage_error_before_anything_starts(two_faults, capsys):
    """It names the nearest."""
    arguments = parse("sandbox", "--fault", "alias-move")
    assert arguments.run(arguments) == 2
    assert "the nearest is 'alias-moved'" in capsys.readouterr().err


def serve(*words, cwd):
    """Start `promotion sandbox` with the bare world."""
    code = (
        "import sys, argparse\nfrom promotion.commands import sandbox as command\nfrom promotion.sandbox import client\n"
        "client.MODULE = 'sandbox.bare'\n"
        "parser = argparse.ArgumentParser(); command.add_parsers(parser.add_subparsers())\n"
        "arguments = parser.parse_args(); sys.exit(arguments.run(arguments))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])}
    return subprocess.Popen(
        [sys.executable, "-c", code, "sandbox", *words],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until_it_is_up(process):
    """What it says until it is up. One that ends before says why, instead of nothing for ever."""
    for line in process.stdout:
        if line == "Stop it with Ctrl-C.\n":
            return
        yield line
    pytest.fail(process.stderr.read())


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_interrupted(tmp_path, ended_by):
    """Files tell other tools all they need; the secrets are for the owner only, and the ready file goes at the end."""
    ready, config, env = tmp_path / "ready.json", tmp_path / "promotion.toml", tmp_path / ".env"
    ready.write_text("of another run")
    words = ["--port-base", "0", "--ready-file", ready, "--config-out", config, "--env-out", env]
    with serve(*map(str, words), cwd=tmp_path) as process:
        said = "".join(until_it_is_up(process))
        told = json.loads(ready.read_text())
        assert requests.get(told["aws"], timeout=5).text.startswith("aws ")
        assert config.read_text().startswith(f'aws = "{told["aws"]}"')
        assert stat.S_IMODE(env.stat().st_mode) == 0o600
        shell = subprocess.run(
            ["sh", "-c", f'. {env}; printf "%s" "$AWS_SECRET_ACCESS_KEY"'], capture_output=True, text=True, check=True
        )
        assert shell.stdout == "it's secret"
        assert f"export AWS_ENDPOINT_URL={told['aws']}\n" in env.read_text()
        assert "secret" not in said + ready.read_text()
        assert f"pytest -m pre_promotion --config {config} --digest=sha256:" in said
        process.send_signal(ended_by)
        assert process.wait(10) == 0
        assert process.stderr.read() == ""
    assert not ready.exists()
    assert config.exists()
    with pytest.raises(requests.ConnectionError):
        requests.get(told["aws"], timeout=5)


def test_without_a_file_for_them_the_exports_are_printed(tmp_path):
    """So that a person can paste them."""
    with serve("--port-base", "0", cwd=tmp_path) as process:
        said = "".join(until_it_is_up(process))
        process.terminate()
    assert "  export AWS_ENDPOINT_URL=http://127.0.0.1:" in said
