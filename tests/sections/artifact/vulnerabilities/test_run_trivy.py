"""Trivy is run without a shell, without what lies about, and its failures are Unknown."""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from promotion.core.image_reference import Reference
from promotion.sections.artifact.vulnerabilities.run_trivy import run_trivy
from promotion.unknown import Reason, Unknown

from .reports import DIGEST, REPOSITORY, result, trivy, vulnerability

IMAGE = Reference.parse(f"{REPOSITORY}@{DIGEST}")
VERSION = {"Version": "0.76.0", "VulnerabilityDB": {"Version": 2, "UpdatedAt": "2026-11-21T06:00:00Z"}}


@pytest.fixture
def stand_in(tmp_path):
    """Put a program in the place of Trivy that answers as told and writes down how it was called."""

    def make(report=None, *, version=None, code=0, words="", body=""):
        answers = {"image": json.dumps(report or trivy()), "version": json.dumps(version or VERSION)}
        script = f"""#!{sys.executable}
import json, os, sys, time
with open({str(tmp_path / "calls")!r}, "a") as calls:
    calls.write(json.dumps([sys.argv[1:], dict(os.environ), os.listdir(".")]) + "\\n")
{body}
sys.stderr.write({words!r})
sys.stdout.write({answers!r}[sys.argv[1]])
sys.exit({code})
"""
        program = tmp_path / "bin/trivy"
        program.parent.mkdir(exist_ok=True)
        program.write_text(script)
        program.chmod(0o755)
        return {"PATH": str(program.parent)}

    return make


def calls(folder: Path):
    """Give how it was called: arguments, environment, what was in its folder."""
    return [json.loads(line) for line in (folder / "calls").read_text().splitlines()]


def run(environ, **options):
    """Run what stands in."""
    return run_trivy(IMAGE, "trivy", environ=environ, **options)


def test_the_image_is_scanned_by_its_digest(stand_in, tmp_path):
    """For vulnerabilities of every severity, with what is suppressed, from the registry."""
    found = run(stand_in(trivy(result(vulnerability()))))
    assert (found.counts, found.image_digests, found.source) == ({"CRITICAL": 1}, (DIGEST,), "trivy")
    assert found.data_from == datetime(2026, 11, 21, 6, tzinfo=UTC)
    (arguments, _, listing), (asked, _, _) = calls(tmp_path)
    assert arguments[0] == "image"
    assert arguments[-1] == str(IMAGE)
    assert {
        "--format=json",
        "--list-all-pkgs=false",
        "--show-suppressed",
        "--scanners=vuln",
        "--severity=CRITICAL,HIGH,MEDIUM,LOW,UNKNOWN",
        "--image-src=remote",
    } <= set(arguments)
    assert asked == ["version", "--format=json"]
    assert listing == []


def test_a_platform_is_chosen(stand_in, tmp_path):
    """Of an index only one is scanned at a time."""
    found = run(stand_in(), platform="linux/arm64")
    assert "--platform=linux/arm64" in calls(tmp_path)[0][0]
    assert "for linux/arm64" in found.place


def test_what_could_narrow_the_scan_is_not_passed_on(stand_in, tmp_path):
    """Variables of Trivy's own could leave findings out; how it reaches its database may be set."""
    narrow = {
        "TRIVY_SEVERITY": "LOW",
        "TRIVY_IGNORE_UNFIXED": "true",
        "TRIVY_IGNOREFILE": "/somewhere/.trivyignore",
        "TRIVY_CONFIG": "/somewhere/trivy.yaml",
        "TRIVY_VEX": "/somewhere/vex.json",
        "TRIVY_SKIP_DIRS": "/usr",
        "TRIVY_SERVER": "http://elsewhere.example",
    }
    wanted = {
        "TRIVY_CACHE_DIR": "/cache",
        "TRIVY_DB_REPOSITORY": "mirror.example/db",
        "HTTPS_PROXY": "http://proxy.example",
    }
    run({**stand_in(), **narrow, **wanted})
    seen = calls(tmp_path)[0][1]
    assert narrow.keys() & seen.keys() == set()
    assert wanted.items() <= seen.items()


def test_trivy_gets_no_credential_that_it_does_not_need(stand_in, tmp_path):
    """AWS's to log in to Amazon ECR; those of GitHub, channels and an OIDC provider never."""
    kept = {"GITHUB_TOKEN": "ghp_token", "SLACK_TOKEN": "xoxb-token", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "oidc-token"}
    aws = {"AWS_ACCESS_KEY_ID": "key", "AWS_SESSION_TOKEN": "session"}
    run({**stand_in(), **kept, **aws})
    assert not (kept.keys() | aws.keys()) & calls(tmp_path)[0][1].keys()
    ours = Reference.parse(f"999988887777.dkr.ecr.eu-west-1.amazonaws.com/shop@{DIGEST}")
    run_trivy(ours, "trivy", environ={**stand_in(), **kept, **aws})
    seen = calls(tmp_path)[-1][1]
    assert not kept.keys() & seen.keys()
    assert aws.items() <= seen.items()


def test_without_trivy_it_is_not_supported(tmp_path):
    """And it is said what to do."""
    with pytest.raises(Unknown, match="install it, or use another source") as told:
        run({"PATH": str(tmp_path)})
    assert told.value.reason is Reason.NOT_SUPPORTED
    with pytest.raises(Unknown):
        run({})


def test_a_failure_is_told_with_its_last_words(stand_in):
    """Without a database nothing was scanned, even if something was written."""
    words = "INFO\tNeed to update DB\nFATAL\tFatal error\n\t* lookup mirror.example: no such host\n\n"
    with pytest.raises(Unknown, match=r"exit status 1, expected 0; its last line: .*lookup mirror") as told:
        run(stand_in(code=1, words=words))
    assert told.value.reason is Reason.ERROR
    with pytest.raises(Unknown, match="its last line: none"):
        run(stand_in(code=3))


def test_it_does_not_run_for_ever(stand_in):
    """What takes too long is stopped."""
    with pytest.raises(Unknown, match=r"did not finish within 0\.5 s") as told:
        run(stand_in(body="time.sleep(60)"), timeout=0.5)
    assert told.value.reason is Reason.TIMEOUT


def test_a_program_that_cannot_be_started_is_an_error(tmp_path):
    """A broken download, for example."""
    program = tmp_path / "trivy"
    program.write_bytes(b"\x7fELF nothing")
    program.chmod(0o755)
    with pytest.raises(Unknown, match="cannot be started") as told:
        run({"PATH": str(tmp_path)})
    assert told.value.reason is Reason.ERROR


@pytest.mark.parametrize("report", [{"matches": []}, trivy(ArtifactType="filesystem")])
def test_an_answer_that_is_no_report_is_unknown(stand_in, report):
    """Another program may be called trivy."""
    with pytest.raises(Unknown):
        run(stand_in(report))


def test_without_a_date_of_the_database_there_is_none(stand_in):
    """Then the date of the scan alone counts."""
    assert run(stand_in(version={"Version": "0.76.0"})).data_from is None


def test_what_it_prints_beside_the_report_does_not_disturb(stand_in):
    """Trivy logs to standard error."""
    assert run(stand_in(words="WARN\tsomething\n")).counts == {}
    assert os.environ.get("TRIVY_SEVERITY") is None
