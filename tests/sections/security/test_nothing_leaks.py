"""Nothing a run leaves behind holds a secret, in any form, however much it is asked to say."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from promotion.core.secret_value import SecretValue
from promotion.sandbox import leak_lines as planting
from promotion.sandbox.world.secrets import values
from promotion.sections.security.leaks.known_values import KnownPlaintext
from tests.runner import ROOT

FAULTS = (
    "leak-few-events",
    "leak-plain",
    "leak-json-in-json",
    "leak-base64",
    "leak-base64-of-document",
    "leak-url",
    "leak-hex",
    "leak-cut-off",
    "leak-utf-16",
    "leak-over-two-events",
    "leak-previous-value",
    "leak-pending-value",
    "leak-in-platform-line",
    "leak-often",
    "leak-github-token",
    "leak-aws-key",
    "leak-stripe-key",
    "leak-slack-token",
    "leak-jwt",
    "leak-bearer",
    "leak-connection-string",
)
VERBOSE = (
    "-vvv", "--tb=long", "-l", "-s", "-rA", "--full-trace", "--durations=0", "-o", "log_cli=true",
    "--log-level=DEBUG", "--log-cli-level=DEBUG", "--log-file-level=DEBUG",
)  # fmt: skip
DEBUGGING = "import boto3, logging\nboto3.set_stream_logger('', logging.DEBUG)\n"
"""Whoever debugs has boto3 say everything it gets, on the standard error stream."""
UNGUARDED = "\nfrom promotion.clients.aws import quiet_logging as quiet\nquiet._FILTER.filter = lambda record: True\n"


def search_for_planted():
    """Search for everything that was planted: the secrets of both environments, and the tokens."""
    texts = [planting.AWKWARD, planting.jwt().rpartition(".")[2], *map(planting.token, planting.TOKENS), "Vk7zQ2mT9xLw"]
    texts += [planting.pending_value(), planting.bearer()]
    for name, account in (("dev", "111122223333"), ("prod", "444455556666")):
        for generation in ("current", "previous"):
            kept = values(SimpleNamespace(name=name, id=account), generation)
            texts += [kept["database"]["password"], kept["payment-api"]["api_key"]]
    search = KnownPlaintext([SecretValue(text, f"planted {place}") for place, text in enumerate(texts)])
    assert not search.too_short
    return search


def run(world_pool, tmp_path, *more, plugin=DEBUGGING):
    """Run section 4 in a process of its own, saying all it can; give its record and everything it left, file by file."""
    spool = tmp_path / "spool"
    spool.mkdir()
    (tmp_path / "boto_says_all.py").write_text(plugin)
    with world_pool.world(*FAULTS) as world:
        command = [
            *(sys.executable, "-m", "pytest", "-p", "boto_says_all", "-c", str(ROOT / "pyproject.toml")),
            *("--config", str(world.config), "--digest", world.digest, "--report-dir", str(tmp_path / "reports")),
            *("--log-file", str(tmp_path / "pytest.log"), "-m", "security", "-p", "no:cacheprovider", *VERBOSE, *more),
        ]
        environment = {
            **os.environ,
            **world.environment,
            "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]),
            "PYTHONDEVMODE": "1",
            "TMPDIR": str(spool),
        }
        ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False, timeout=500)
    left = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    left |= {"standard output": ended.stdout, "standard error": ended.stderr}
    left.pop("boto_says_all.py")
    return json.loads(left["reports/record.json"]), left


def found_in(left):
    """Where anything planted stands, and how it is written there."""
    search = search_for_planted()
    return {name: sorted({(hit.rule, hit.form) for hit in search.scan(text)}) for name, text in left.items()}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("more", [(), ("-n", "2")], ids=["plain", "distributed"])
def test_nothing_that_leaked_is_in_what_a_run_leaves(world_pool, tmp_path, more):
    """Both groups fail for what they hold, boto3 says all it may, and no output has a piece of it."""
    record, left = run(world_pool, tmp_path, *more)
    item = next(item for item in record["items"] if item["id"] == "no-secrets-in-logs")
    assert [subject["status"] for subject in item["subjects"]] == ["failed", "failed"], left["standard error"][-3000:]
    assert {"reports/record.json", "reports/checklist.html", "reports/junit.xml", "reports/summary.md"} <= set(left)
    assert len(left["standard output"]) > 10_000
    assert b"botocore" in left["standard error"] + left["standard output"]
    assert {name: hits for name, hits in found_in(left).items() if hits} == {}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_guards_against_it_is_needed(world_pool, tmp_path):
    """Without the guard at boto3's loggers, values stand in the output: so the search for them sees what there is."""
    _, left = run(world_pool, tmp_path, "-k", "no_secrets_in_logs", plugin=DEBUGGING + UNGUARDED)
    assert found_in(left)["standard error"]
