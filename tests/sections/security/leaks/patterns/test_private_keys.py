"""Private keys, in one event or over several."""

import json

import pytest

from tests.sections.security.leaks.patterns.engines import ENGINES, rules_in, search
from tests.sections.security.leaks.patterns.samples import samples

PEMS = [sample.value for sample in samples(each=20) if sample.kind == "private-key"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_key_over_several_events_is_one_finding(engine):
    """From its first line to its last, each an event of its own."""
    for pem in PEMS:
        data = b"starting\n" + pem.encode() + b"done\n"
        (hit,) = search(engine).scan(data)
        assert hit.rule == "private-key"
        assert data[hit.start : hit.end].decode() == pem.strip()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_key_whose_events_have_stamps_is_one_finding(engine):
    """What a logger writes before each line does not hide it."""
    lines = [f"2026-11-23T22:15:00Z INFO {line}" for line in PEMS[0].splitlines()]
    assert rules_in("\n".join(lines), engine) == ["private-key"]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_first_line_alone_is_a_finding(engine):
    """The rest may be in another buffer."""
    assert rules_in(PEMS[0].splitlines()[0], engine) == ["private-key"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_key_without_its_first_line_is_a_finding(engine):
    """Its beginning in base64 tells what it is."""
    for pem in PEMS:
        assert rules_in(pem.splitlines()[1], engine) in (["private-key-body"], ["openssh-private-key-body"])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_key_in_json_is_one_finding(engine, depth):
    """At any depth of JSON within JSON, where its line breaks are letters."""
    text = PEMS[1]
    for _ in range(depth):
        text = json.dumps({"key": text})
    assert rules_in(text, engine) == ["private-key"]


@pytest.mark.parametrize("engine", ENGINES)
def test_public_keys_are_none(engine):
    """Certificates and public keys may be read by anybody."""
    assert not rules_in("-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ\n-----END CERTIFICATE-----", engine)
    assert not rules_in(
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----", engine
    )
