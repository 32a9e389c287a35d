"""What looks like a secret and is none is not reported."""

import json
import random
import tomllib
from pathlib import Path

import pytest

from tests.sections.security.leaks.patterns.engines import ENGINES, rules_in, search
from tests.sections.security.leaks.patterns.samples import filled

SHAPES = tomllib.loads(Path(__file__).with_name("clean.toml").read_text())
LINES = {**SHAPES["usual"], **SHAPES["alike"]}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", LINES)
def test_a_harmless_line_is_not_reported(engine, name):
    """Plain, in JSON and in JSON within JSON."""
    chance = random.Random(name)
    for _ in range(40 if engine == "fast" else 4):
        text = filled(LINES[name], chance)
        in_json = json.dumps({"message": text})
        for line in (text, in_json, json.dumps({"log": in_json})):
            assert not rules_in(line, engine), line


@pytest.mark.slow
@pytest.mark.skipif("fast" not in ENGINES, reason="too much for Python alone")
def test_many_harmless_lines_are_not_reported():
    """Twenty thousand of them, half of which look like secrets."""
    from benchmarks.pattern_corpus import buffers, clean_lines

    for buffer in buffers(clean_lines(20_000, seed=31, alike=0.5)):
        for hit in search("fast").scan(buffer):
            raise AssertionError((hit, buffer[max(0, hit.start - 60) : hit.end + 20]))


@pytest.mark.parametrize(
    "line",
    [
        "password: required",
        'password = "********"',
        "password=${DB_PASSWORD}",
        "password: {{ vault.password }}",
        "PASSWORD=xxxxxxxxxxxx",
        "secret: <redacted>",
        "api_key=YOUR_API_KEY_GOES_HERE",
        "Authorization: Bearer ${TOKEN}",
        "Authorization: Bearer ********************",
        "x-api-key: 00000000000000000000000000000000",
        "postgres://app:password@localhost/db",
        "https://user:***@example.com/",
        "passwordPolicy: MinimumLength12",
        "token expired at 2026-11-23T22:15:00Z",
        "secret=secretsmanager:shop/prod/database",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "private_key_path=/etc/ssl/private/server.key",
    ],
)
def test_masks_and_placeholders_are_not_reported(line):
    """Nobody can log in with them."""
    for text in (line, json.dumps({"message": line}), json.dumps({"log": json.dumps({"message": line})})):
        assert not rules_in(text, ENGINES[-1]), text
