"""`promotion plan` and `promotion attest`: what they write, and what they refuse to."""

import re
import subprocess

import pytest

from promotion import cli
from promotion.people.promotion_record import parse_promotion_record
from tests.runner import ROOT, environment

DIGEST = "sha256:" + "a8" * 32
ITEM = "stakeholders-notified"


@pytest.fixture
def team(tmp_path, monkeypatch):
    """A team's folder: its settings and an empty record."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "promotion.toml").write_text((ROOT / "promotion.example.toml").read_text())
    (tmp_path / "promotions").mkdir()
    record = tmp_path / "promotions" / "a8a8a8a8a8a8.toml"
    record.write_text(f'# ours\ndigest = "{DIGEST}"\nservice = "shop"\n\n[people]\nlead = ""  # who?\n')
    record.chmod(0o640)
    return tmp_path


@pytest.fixture
def attest(team, capsys):
    """Run `promotion attest`, and give its status and what it printed."""

    def run(*arguments, item=ITEM, digest=DIGEST, by="release-lead"):
        status = cli.main(["attest", item, "--digest", digest, "--by", by, *arguments])
        out, err = capsys.readouterr()
        return status, out + err

    return run


def the_record(team):
    """The record as it is now."""
    return (team / "promotions" / "a8a8a8a8a8a8.toml").read_text()


def test_a_word_is_added(team, attest):
    """At the end, with everything else untouched, for seven days; and another one after it."""
    before = the_record(team)
    status, printed = attest("--link", "https://example.com/1", "--note", 'They know: "all" of them')
    assert status == 0, printed
    assert "release-lead attests stakeholders-notified, not signed, until 20" in printed
    assert the_record(team).startswith(before)
    assert attest(by="@On-Call-Engineer")[0] == 0
    first, second = parse_promotion_record(the_record(team)).attestations
    assert (first.item, first.digest, first.by) == (ITEM, DIGEST, "release-lead")
    assert (first.statement, first.link) == ('They know: "all" of them', "https://example.com/1")
    assert (first.expires - first.at).days == 7
    assert (second.by, second.statement) == ("@On-Call-Engineer", "Stakeholders notified of the window")
    assert (team / "promotions" / "a8a8a8a8a8a8.toml").stat().st_mode & 0o777 == 0o640
    assert [path.name for path in (team / "promotions").iterdir()] == ["a8a8a8a8a8a8.toml"]


@pytest.mark.parametrize(
    ("arguments", "changes", "said"),
    [
        ((), {"item": "image-signed"}, "image-signed is judged by the gate alone"),
        ((), {"item": "stakeholder-notified"}, "did you mean 'stakeholders-notified'?"),
        (
            (),
            {"by": "developer"},
            "developer may not attest stakeholders-notified: it must be one of release-lead <lead@example.com>",
        ),
        (
            (),
            {"digest": "sha256:" + "b7" * 32},
            "promotions/b7b7b7b7b7b7.toml does not exist: create it with `promotion plan --digest",
        ),
        (
            (),
            {"item": "rollback-plan"},
            "release-lead may not attest rollback-plan: it must be one of release-approver",
        ),
        ((), {"item": "rollback-plan", "by": "release-approver"}, "must be signed: name your SSH key with --key"),
        (("--link", "example.com"), {}, "link: String should match"),
        (("--note", "one\ntwo"), {}, "statement: it must be a single line"),
    ],
)
def test_a_word_that_would_not_count(team, attest, arguments, changes, said):
    """It is refused, and nothing is written."""
    before = the_record(team)
    status, printed = attest(*arguments, **changes)
    assert status == 2
    assert said in printed
    assert the_record(team) == before


def test_a_record_that_cannot_be_read(team, attest):
    """It is left as it is."""
    for text, said in (
        ("<<<<<<< HEAD", "cannot be read: it is not TOML"),
        (f'digest = "sha256:{"b7" * 32}"\nservice = "shop"\n', "expected sha256:a8"),
        (f'digest = "{DIGEST}"\nservice = "shop"\nattestations = []\n', "cannot be extended with an attestation"),
    ):
        (team / "promotions" / "a8a8a8a8a8a8.toml").write_text(text)
        status, printed = attest()
        assert (status, the_record(team)) == (2, text)
        assert said in printed


@pytest.mark.usefixtures("ssh_keygen")
def test_a_key_that_is_not_allowed(team, attest):
    """The gate would not take the signature, and it is said at once; with the key allowed it is taken."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", team / "key"], check=True)
    public = " ".join((team / "key.pub").read_text().split()[:2])
    asked = ("--key", str(team / "key"))
    for line, status in (("release-lead", 2), ("approver@example.com", 2), ("release-approver", 0)):
        (team / "allowed_signers").write_text(f"{line} {public}\n")
        found, printed = attest(*asked, item="rollback-plan", by="release-approver")
        assert found == status, printed
        assert "signed" in printed
    (word,) = parse_promotion_record(the_record(team)).attestations
    assert word.signature.startswith("-----BEGIN SSH SIGNATURE-----")
    assert (word.expires - word.at).days == 30


def test_a_digest_is_a_digest(team, capsys):
    """A tag or half a digest is refused."""
    for wrong in ("latest", "sha256:a8", DIGEST.upper()):
        with pytest.raises(SystemExit):
            cli.main(["plan", "--digest", wrong])
        assert "is not a digest" in capsys.readouterr().err


def test_a_plan_where_nothing_can_be_asked(world_pool, capsys):
    """Without the registry the record is written all the same, and says why commit and run are not in it."""
    with world_pool.world("record-missing") as world, environment(world, ROOT):
        settings = world.config.read_text()
        world.config.write_text(
            re.sub(r"^endpoint_url = .*$", 'endpoint_url = "http://127.0.0.1:9"', settings, count=1, flags=re.MULTILINE)
        )
        assert cli.main(["plan", "--digest", world.digest, "--config", str(world.config)]) == 0
        text = (world.config.parent / "promotions" / f"{world.digest[7:19]}.toml").read_text()
    assert "# Commit and build run are not known: " in text
    assert 'commit = ""' in text
    assert parse_promotion_record(text).build_run is None
    assert "ghs_sandbox" not in text + capsys.readouterr().out


def test_there_are_no_settings(tmp_path, monkeypatch, capsys):
    """It says what is missing."""
    monkeypatch.chdir(tmp_path)
    for words in (["plan"], ["attest", ITEM, "--by", "release-lead"]):
        assert cli.main([*words, "--digest", DIGEST]) == 2
        assert "promotion: promotion.toml does not exist" in capsys.readouterr().err
