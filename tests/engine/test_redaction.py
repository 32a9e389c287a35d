"""No secret is written anywhere: not in evidence, messages, calls, output, tracebacks, reports."""

import json
import pickle

import pytest

from promotion.core.clock import SystemClock
from promotion.core.redact import MASK, Redactor
from promotion.engine.lookups import note_call
from promotion.unknown import Reason, Unknown
from tests.engine.looks import engine, evidence, looked

# Put together here, so that no scanner takes this file for a leak.
ACCESS_KEY = "AKIA" + "ABCDEFGH23456777"
JWT = "eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJ" + "zdWIiOiIxMjM0NTY3ODkw" + "." + "dozjgNryP4J3jVmNHl0w5N"
GITHUB = "ghp_" + "A1b2" * 9
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA " + "PRIVATE KEY-----"
TOKEN = 's3cr3t "quoted"\nvalue/with+signs'

LEAKS = """
    import logging
    import os
    import sys
    import warnings

    import pytest

    from promotion.evidence import evidence
    from promotion.items import item
    from promotion.engine.lookups import note_call
    from promotion.unknown import Reason, Unknown

    SECRETS = [os.environ["SHOP_DEV_TOKEN"], *os.environ["SHAPES"].split("|")]


    @evidence
    def answers() -> dict[str, list[str]]:
        note_call("s3", f"GET /{SECRETS[0]}", SECRETS[1])
        return {secret: [f"behind {secret}."] for secret in SECRETS}

    @evidence
    def unknown() -> int:
        raise Unknown(Reason.ACCESS_DENIED, f"denied with {SECRETS}")

    @evidence
    def breaks() -> int:
        raise ValueError(f"cannot read {SECRETS}")

    @pytest.fixture
    def raising():
        local = SECRETS
        raise RuntimeError(f"set up with {local}")

    @item("in-evidence")
    def test_in_evidence(answers, measured):
        measured(f"measured {SECRETS}")
        assert len(answers) == 1, f"judged {SECRETS}"

    @item("in-unknown")
    def test_in_unknown(unknown): pass

    @item("in-an-error")
    def test_in_an_error(breaks): pass

    @item("in-output")
    def test_in_output():
        for secret in SECRETS:
            print(secret)
            print(secret, file=sys.stderr)
            logging.getLogger("x").warning(secret)
        assert SECRETS == [], SECRETS

    @item("in-a-fixture")
    def test_in_a_fixture(raising): pass

    @item("in-a-test")
    def test_in_a_test():
        values = dict(enumerate(SECRETS))
        raise KeyError(values)

    @item("in-a-skip")
    def test_in_a_skip(): pytest.skip(str(SECRETS))

    @item("in-a-subtest")
    def test_in_a_subtest(subtests):
        with subtests.test(msg="x"):
            print(SECRETS)
            assert not SECRETS, f"subtest {SECRETS}"

    @pytest.mark.pre_promotion
    def test_of_no_item():
        print(SECRETS)
        assert SECRETS == [], f"beside {SECRETS}"
"""
ITEMS = (
    "in-evidence",
    "in-unknown",
    "in-an-error",
    "in-output",
    "in-a-fixture",
    "in-a-test",
    "in-a-skip",
    "in-a-subtest",
)
PARTS = (
    *(ACCESS_KEY, JWT, GITHUB, "MIIEowIBAAKCAQEA"),
    *("s3cr3t", "with+signs", "with%2Bsigns", JWT.split(".")[1], GITHUB[:10], GITHUB[-12:]),
)
"""What would give a secret away, be it half of one."""


@pytest.mark.parametrize(
    "arguments",
    [(), ("--tb=long", "-vv"), ("--tb=short", "-rA"), ("-v", "-l"), ("-n", "2", "--tb=long")],
    ids=" ".join,
)
def test_no_secret_is_written_anywhere(project, monkeypatch, arguments):
    """Whatever is asked to be shown: terminal, record, JUnit, page and summary hold masks where secrets were."""
    lines = "\n".join(f"- [ ] {name} · `{name}`" for name in ITEMS)
    project.write("checklist.md", f"## 1. Dev · `dev` in `pre_promotion`\n\n{lines}\n")
    project.tests(LEAKS)
    monkeypatch.setenv("SHOP_DEV_TOKEN", TOKEN)
    monkeypatch.setenv("SHAPES", f"{ACCESS_KEY}|{JWT}|{GITHUB}|{PEM}")
    ran = project.run(*arguments)
    assert ran.code == 1, ran.out
    written = ran.written()
    for part in PARTS:
        assert part not in written, next(line for line in written.splitlines() if part in line)[:400]
    assert MASK in ran.out
    assert all(MASK in (ran.reports / name).read_text() for name in ("record.json", "junit.xml", "checklist.html"))
    assert len(ran.record["evidence"]["answers"]["value"]) == 5, "no entry is lost where keys look alike"


@pytest.mark.parametrize(
    "secret", [ACCESS_KEY, JWT, GITHUB, PEM, "https://user:pass@example.com", "Bearer " + "a" * 20]
)
@pytest.mark.parametrize("around", ["{}", "x={}", "\\n{}\\n", '"{}"', "_{};", "{}\n{}", "https://x/?k={}&y"])
def test_shapes_are_found_wherever_they_stand(secret, around):
    """A key, a token, a password in a URL: alone, quoted, escaped, twice."""
    text = around.replace("{}", secret)
    hidden = Redactor().text(text)
    core = secret.removeprefix("https://").removesuffix("@example.com").removeprefix("Bearer ").split("\n")[-2:][0]
    assert core not in hidden
    assert MASK in hidden


@pytest.mark.parametrize(
    "text",
    [
        "sha256:" + "a" * 64,
        "arn:aws:iam::111122223333:role/promotion-checker",
        "https://a1b2c3d4.execute-api.eu-west-1.amazonaws.com/orders?at=12:00",
        "999988887777.dkr.ecr.eu-west-1.amazonaws.com/shop@sha256:" + "b" * 64,
        "basic health check passed",
        "i-0123456789abcdef0, d-Q5453L69Y",
    ],
)
def test_what_is_judged_is_left_alone(text):
    """Digests, ARNs, addresses and ids are no secrets."""
    assert Redactor().text(text) == text


def test_a_known_value_is_hidden_in_every_form_it_is_written_in():
    """As it is, in a URL, in JSON, in Python's repr; never what is too short to be told from a word."""
    redactor = Redactor()
    redactor.add(TOKEN)
    redactor.add("short")
    for written in (
        TOKEN,
        json.dumps(TOKEN),
        repr(TOKEN),
        repr([TOKEN]),
        "k=s3cr3t%20%22quoted%22%0Avalue%2Fwith%2Bsigns",
    ):
        assert "s3cr3t" not in redactor.text(written)
    assert redactor.text("short") == "short"


def test_a_longer_secret_is_hidden_before_one_it_contains():
    """Where one secret is part of another, nothing of the longer one is left."""
    redactor = Redactor()
    for value in ("secret", "secret-and-more"):
        redactor.add(value)
    assert redactor.text("secret-and-more secret") == f"{MASK} {MASK}"


def test_a_redactor_keeps_what_it_knows_to_itself():
    """It is not shown, and not sent to another process."""
    redactor = Redactor()
    redactor.add("hunter2-hunter2")
    assert "hunter2" not in repr(redactor)
    with pytest.raises(TypeError):
        pickle.dumps(redactor)


def test_evidence_is_redacted_before_it_is_judged():
    """What a look-up learns to be secret while it looks is in none of what it leaves: value, words, calls."""

    def learns(redactor: Redactor) -> dict[str, str]:
        redactor.add("hunter2-hunter2")
        note_call("example.com", "GET /hunter2-hunter2", "hunter2-hunter2")
        return {"password": "hunter2-hunter2", "hunter2-hunter2": "x"}

    def denied(learns: dict[str, str]) -> int:
        raise Unknown(Reason.ACCESS_DENIED, "with hunter2-hunter2")

    redactor = Redactor()
    looking = engine(
        evidence(learns), evidence(denied), sources={"redactor": redactor}, redactor=redactor, clock=SystemClock()
    )
    entries = looked(looking, "denied")
    assert "hunter2" not in json.dumps([entry.as_json() for entry in entries.values()])
    assert looking.get("learns") == {"password": MASK, MASK: "x"}
