"""What docs/plan.md shows is what happens."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from promotion import cli
from promotion.people.promotion_record import parse_promotion_record
from tests.runner import ROOT, environment, judge

PAGE = (ROOT / "docs/plan.md").read_text()
BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def blocks(kind):
    """Every example of a kind."""
    return [match["text"] for match in BLOCK.finditer(PAGE) if match["kind"] == kind]


def test_the_records_of_the_page_are_records():
    """What it shows of a promotion record, put together, is one."""
    first, after, words = (
        next(text for text in blocks("text") if begins in text) for begins in ("[window]", "[[incidents]]", "[[attest")
    )
    record = parse_promotion_record(first.replace('notes = ""\n', "").replace("[window]", after.partition("\n")[0] + "\n[window]")
                  + after.partition("\n")[2] + words)  # fmt: skip
    assert record.window.zone == "Europe/Vienna"
    assert record.rollback.rca.owner == "on-call-engineer"
    assert record.attestations[0].digest == record.digest


@pytest.mark.usefixtures("ssh_keygen")
def test_the_commands_of_the_page_work(world_pool, tmp_path, capsys):
    """A record is written, filled in, attested and signed as the page says, and the gate takes all of it."""
    with world_pool.world("record-missing", "rollback-plan-forgotten") as world, environment(world, ROOT):
        path = world.config.parent / "promotions" / f"{world.digest[7:19]}.toml"
        commands = [shlex.split(line) for text in blocks("sh") for line in text.splitlines()]
        key = tmp_path / "approver_key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        allow(world, key)
        for words in commands:
            asked = [DIGEST.sub(world.digest, word).replace("approver_key", str(key)) for word in words[1:]]
            assert cli.main([*asked, "--config", str(world.config)]) == 0, capsys.readouterr().err
            if words[1] == "plan":
                assert cli.main([*asked, "--config", str(world.config)]) == 2
                assert "exists already" in capsys.readouterr().err
                text = path.read_text()
                assert re.search(r'^commit = "[0-9a-f]{40}"', text, re.MULTILINE)
                assert re.search(r"^build_run = \d+", text, re.MULTILINE)
                waits = judge(world, tmp_path, "-m", "plan", "-k", "deployment_window or key_personnel")
                statuses = [waits.item(item)["status"] for item in ("deployment-window", "key-personnel")]
                assert statuses == ["pending"] * 2, waits.printed
                path.write_text(fill_in(text))
        judged = judge(
            world, tmp_path, "-m", "pre_promotion", "-k", "deployment_window or key_personnel or rollback_plan"
        )
    assert judged.bad() == set(), judged.printed
    said = judged.item("rollback-plan")
    assert said["status"] == "attested"
    assert said["attestation"]["by"] == "release-approver"
    assert said["attestation"]["statement"] == "Went through it."
    assert said["attestation"]["signed"] is True
    assert "ssh-rsa" not in str(judged.record)


def allow(world, key):
    """Allow a key, as the page shows."""
    line = next(text for text in blocks("text") if text.startswith("release-approver,"))
    public = key.with_suffix(".pub").read_text().split()[:2]
    signers = world.config.parent / "allowed_signers"
    signers.write_text(signers.read_text() + f"{' '.join(line.split()[:2])} {' '.join(public)}\n")


def fill_in(text):
    """Fill in what a person fills in, with times that are to come."""
    from datetime import UTC, datetime, timedelta

    soon = datetime.now(UTC) + timedelta(hours=2)
    text = text.replace('zone = "Europe/Vienna"', 'zone = "UTC"')
    assert 'zone = "UTC"' in text
    for name, value in (
        ("lead", "release-lead"),
        ("on_call", "on-call-engineer"),
        ("approver", "release-approver"),
    ):
        text = re.sub(rf'^{name} = ""', f'{name} = "{value}"', text, flags=re.MULTILINE)
    text = re.sub(r'^start = ""', f'start = "{soon:%Y-%m-%dT%H:%M}"', text, flags=re.MULTILINE)
    return text.replace('{ start = ""', f'{{ start = "{soon + timedelta(days=1):%Y-%m-%dT%H:%M}"')


def test_links_of_the_page_lead_somewhere():
    """Every file that it links to is there."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", PAGE):
        assert (Path(ROOT / "docs") / target).exists(), target
