"""The story of a seal: made, signed off in each way, verified; and other people's tools agree."""

import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from promotion import cli
from promotion.clients.github.client import GitHubClient
from promotion.core.canonical_json import V1, canonical, canonical_for, representable, sha256
from promotion.report.signoff import COMMANDS
from promotion.seal import approval
from promotion.seal import bundle_folder as folder
from promotion.seal.seal import seal
from promotion.seal.signers import _kms, open_signer
from promotion.unknown import Unknown

from .conftest import APPROVER, FINISHED, LEAD, SETTINGS, record_of_go
from .test_tampering import payload

AT = FINISHED + timedelta(minutes=5)


def test_what_is_sealed_names_image_page_items_and_policy(sealed):
    """Test result and summary, each with image and page as subjects, and every item in one list."""
    record = sealed.record()
    result, summary = (payload(sealed.inside(name).read_bytes()) for name in (folder.TEST_RESULT, folder.SUMMARY))
    page = folder.load_bundle(sealed.folder).files.page_sha256
    for statement in (result, summary):
        assert [one["digest"]["sha256"] for one in statement["subject"]] == [record["digest"][7:], page]
    listed = [name for kind in ("passedTests", "warnedTests", "failedTests") for name in result["predicate"][kind]]
    assert sorted(listed) == sorted(item["id"] for item in record["items"])
    assert summary["predicate"]["verificationResult"] == "PASSED"
    assert summary["predicate"]["resourceUri"] == f"registry.example/shop@{record['digest']}"


def test_an_ssh_key_signs_off(story, ssh_keys):
    """By a key that is allowed for one who may approve; not by the lead's, nor without the file of keys."""
    story.seal()
    signers = ssh_keys / "allowed_signers"
    approval.with_ssh(story.folder, ssh_keys / APPROVER, by=APPROVER, at=AT, notes="")
    assert story.wrong(allowed_signers=signers) == []
    assert any("no allowed signers were given" in one for one in story.wrong())
    approval.with_ssh(story.folder, ssh_keys / LEAD, by=APPROVER, at=AT, notes="")
    assert any("does not allow for release-approver" in one for one in story.wrong(allowed_signers=signers))
    approval.with_ssh(story.folder, ssh_keys / LEAD, by=LEAD, at=AT, notes="")
    assert any("is the deployment lead" in one for one in story.wrong(allowed_signers=signers))
    approval.with_ssh(story.folder, ssh_keys / APPROVER, by="somebody", at=AT, notes="")
    assert any("somebody is not one of the approvers" in one for one in story.wrong(allowed_signers=signers))


@pytest.mark.parametrize(("old", "new"), [(b"release-approver", b"release-approve2"), (b"}}", b"}}\n")])
def test_a_changed_ssh_sign_off_is_found(story, ssh_keys, old, new):
    """The signature is over every byte."""
    story.seal()
    approval.with_ssh(story.folder, ssh_keys / APPROVER, by=APPROVER, at=AT, notes="")
    path = story.inside(folder.STATEMENT)
    path.write_bytes(path.read_bytes().replace(old, new))
    assert story.wrong(allowed_signers=ssh_keys / "allowed_signers")
    story.inside(folder.SSH_SIGNATURE).unlink()
    assert any("it has no signature" in one for one in story.wrong(allowed_signers=ssh_keys / "allowed_signers"))


class Approvals:
    """A GitHub that tells of approvals."""

    repository = "example/shop"

    def __init__(self, *reviews):
        self.reviews = list(reviews)

    def get(self, path, what, *, permission):
        """Answer as GitHubClient does."""
        assert (path, permission) == ("/actions/runs/42/approvals", "actions: read")
        return self.reviews


def review(comment, *, by=APPROVER, state="approved", environment="prod"):
    """One review as GitHub tells it."""
    return {"state": state, "comment": comment, "environments": [{"name": environment}], "user": {"login": by}}


def test_an_approval_in_github_signs_off(story):
    """If its comment names the report, and whoever seals vouches for it."""
    story.seal()
    short = folder.load_bundle(story.folder).files.page_sha256[:12]
    github = Approvals(review("looks good"), review(f"read {short}"))
    by = approval.from_github(story.folder, github, 42, "prod", open_signer(story.key("seal")), at=AT)
    assert (by, story.wrong()) == (APPROVER, [])
    approval.from_github(story.folder, github, 42, "prod", open_signer(story.key("approver")), at=AT)
    assert any("the sign-off is not valid" in one for one in story.wrong())
    by_lead = Approvals(review(short, by=LEAD))
    approval.from_github(story.folder, by_lead, 42, "prod", open_signer(story.key("seal")), at=AT)
    assert any("is the deployment lead" in one for one in story.wrong())


@pytest.mark.parametrize("given", [{"state": "rejected"}, {"environment": "dev"}, {"comment": "looks good"}])
def test_another_approval_does_not(story, given):
    """Rejected, of another environment, or of no report in particular."""
    story.seal()
    short = folder.load_bundle(story.folder).files.page_sha256[:12]
    github = Approvals(review(**{"comment": short, **given}))
    with pytest.raises(Unknown, match="approve with the report's hash"):
        approval.from_github(story.folder, github, 42, "prod", open_signer(story.key("seal")), at=AT)


def test_the_client_of_github_has_what_an_approval_needs():
    """The stand-in asks as the real one is asked."""
    assert {"get"} <= set(dir(GitHubClient))


class Kms:
    """KMS as it is: signs a digest as it stands, and nothing longer than 4096 bytes."""

    def __init__(self, pem, *, hashes_again=False):
        self.private = load_pem_private_key(pem, None)
        self.hashes_again = hashes_again

    def get_public_key(self, KeyId):  # noqa: N803 - as boto3 has it
        """Give the public half."""
        return {"PublicKey": self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)}

    def sign(self, KeyId, Message, MessageType, SigningAlgorithm):  # noqa: N803
        """Sign a digest."""
        assert (MessageType, SigningAlgorithm, len(Message)) == ("DIGEST", "ECDSA_SHA_256", 32)
        how = ec.ECDSA(SHA256() if self.hashes_again else utils.Prehashed(SHA256()))
        return {"Signature": self.private.sign(Message, how)}


def test_a_key_in_kms_seals_and_is_checked_at_once(story):
    """What comes back is verified here before anything is written."""
    from promotion.signing.sign import attestation_bundle

    pem = Path(story.key("seal")).read_bytes()
    signer = _kms("alias/seal", Kms(pem))
    seal(story.folder, lambda statement: attestation_bundle(statement, signer).bundle, minutes=60)
    story.sign_off()
    assert story.wrong() == []
    broken = _kms("alias/seal", Kms(pem, hashes_again=True))
    with pytest.raises(Unknown, match="nothing was signed"):
        seal(story.folder, lambda statement: attestation_bundle(statement, broken).bundle, minutes=60)


def test_the_signed_page_shows_who_and_leaves_the_sealed_one(sealed):
    """Name, time, digest, notes and the hash of what was signed; the sealed page stays as it was."""
    before = (sealed.folder / folder.PAGE).read_bytes()
    page = approval.signed_page(sealed.folder).read_text()
    for shown in (
        APPROVER,
        "2026-11-23 09:47:00Z",
        "read on screen",
        folder.load_bundle(sealed.folder).files.page_sha256,
    ):
        assert shown in page
    assert (sealed.folder / folder.PAGE).read_bytes() == before


def tool(name):
    """Another people's program, or None."""
    import os

    given = os.environ.get("PROMOTION_TOOLS")
    found = Path(given, "bin", name) if given else None
    return str(found) if found is not None and found.exists() else shutil.which(name)


def required(name):
    """The program; skipped aloud where it is not, failed where it must be."""
    import os

    found = tool(name)
    if found is None:
        if os.environ.get("PROMOTION_REQUIRE_TOOLS"):
            pytest.fail(f"{name} is required and not there")
        pytest.skip(f"{name} is not here: set PROMOTION_TOOLS")
    return found


def test_the_commands_that_the_page_prints_work_with_other_people_s_tools(sealed, tmp_path):
    """cosign and openssl accept the seal by the very lines that stand in the report, and refuse a changed one."""
    cosign, _ = required("cosign3"), required("openssl")
    shutil.copytree(sealed.folder, tmp_path / "here")
    shutil.copy(sealed.keys / "seal.pub", tmp_path / "here" / "seal.pub")
    page = (sealed.folder / folder.PAGE).read_text()
    assert all(command.split()[0] in page for command in COMMANDS)

    def run():
        lines = "\n".join(COMMANDS).replace("cosign ", f"{cosign} ", 1)
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", lines],
            cwd=tmp_path / "here",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    done = run()
    assert (done.returncode, "Verified OK" in done.stdout + done.stderr) == (0, True), done.stdout + done.stderr
    path = tmp_path / "here" / folder.PAGE
    path.write_text(path.read_text() + " ")
    assert run().returncode != 0


@pytest.fixture
def at_home(sealed, tmp_path, monkeypatch):
    """A checkout with checklist.md and promotion.toml, by which the run was judged."""
    from promotion import checklist
    from promotion.settings import load
    from tests.runner import ROOT

    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(ROOT / "checklist.md", home)
    text = (ROOT / "promotion.example.toml").read_text().replace("= 1440", "= 1e9")
    (home / "promotion.toml").write_text(text)
    monkeypatch.chdir(home)
    settings = load(home / "promotion.toml", environ={}).settings.model_dump(
        mode="json", by_alias=True, exclude_none=True
    )
    settings["plan"]["people"] = {"leads": [LEAD], "approvers": [APPROVER]}
    record = sealed.record() | {
        "settings": representable(settings),
        "settings_sha256": sha256(canonical(representable(settings))),
        "checklist_sha256": checklist.load_checklist(home / "checklist.md").sha256,
    }
    sealed.write(record)
    return sealed


def test_the_commands_tell_one_story(at_home, capsys, monkeypatch):
    """seal, sign-off, verify: exit 0 only when all is right, one sentence for each thing that is not."""
    reports, digest = str(at_home.folder), at_home.record()["digest"]
    keys = ["--key", str(at_home.keys / "seal.pub"), "--approver-key", f"{APPROVER}={at_home.keys / 'approver.pub'}"]
    verify = ["verify", reports, "--digest", digest, *keys]
    assert cli.main(verify) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert cli.main(["seal", reports, "--key", at_home.key("seal"), "--minutes", "999999999"]) == 0
    assert capsys.readouterr().out.startswith("sealed as PASSED")
    assert cli.main(["sign-off", reports, "--key", at_home.key("approver"), "--by", APPROVER, "--notes", "ok"]) == 0
    assert "signed off by release-approver" in capsys.readouterr().out
    cli.main(verify)
    said = capsys.readouterr().err.strip()
    assert "plan.people" in said or said == "", said


def test_the_commands_refuse_in_a_sentence(story, capsys):
    """A run that is no GO, no seal to sign off, no name, a key that is none, a folder that is empty."""
    reports = str(story.folder)
    story.write(story.record() | {"verdict": "HOLD", "exit_code": 11})
    assert cli.main(["seal", reports, "--key", story.key("seal")]) == 1
    assert cli.main(["sign-off", reports, "--key", story.key("approver"), "--by", APPROVER]) == 1
    assert cli.main(["sign-off", reports, "--key", story.key("approver")]) == 4
    assert cli.main(["seal", reports, "--key", str(story.keys / "seal.pub")]) == 1
    assert cli.main(["seal", str(story.keys), "--key", story.key("seal")]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 5
    assert not any("Traceback" in line for line in said)
    assert json.dumps(said)


def test_a_seal_of_an_old_record_counts(story):
    """A record of schema v1 is verified as it was written: 0.0 and 1e-07 are not what RFC 8785 would write."""
    record = record_of_go(V1)
    settings = {**record["settings"], "limits": {"error_rate": 1e-7, "spare": 1.0, "id": 2**60 + 1}}
    record |= {"settings": settings, "settings_sha256": sha256(canonical_for(V1, settings))}
    story.write(record)
    story.seal()
    story.sign_off()
    assert b"1e-07" in (story.folder / folder.RECORD).read_bytes()
    assert story.wrong(settings=settings) == []
    assert story.wrong(settings=None, settings_sha256=record["settings_sha256"]) == []
    assert story.wrong(settings={**settings, "limits": {}}) != []
    path = story.folder / folder.RECORD
    path.write_text(path.read_text().replace("1e-07", "1e-7"))
    assert "record.json is not in canonical form: it was edited" in story.wrong(settings=settings)


def test_settings_are_compared_as_they_are_kept(story):
    """A whole number beyond 2**53 in the settings is text in the record, and no other settings for that."""
    settings = {**SETTINGS, "limits": {"error_rate": 1.0, "id": 2**60 + 1}}
    kept = representable(settings)
    story.write(record_of_go() | {"settings": kept, "settings_sha256": sha256(canonical(kept))})
    story.seal()
    story.sign_off()
    assert story.wrong(settings=settings) == []
    other = {**settings, "limits": {"error_rate": 1.0, "id": 2**60 + 2}}
    assert "it was judged with other settings: limits.id differ" in story.wrong(settings=other)
