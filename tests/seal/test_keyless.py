"""Sealing as the workflow itself: with services of our own in sigstore's place, judged by others; and what goes wrong."""

import json
import shlex

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sigstore.models import ClientTrustConfig

from promotion import checklist, cli
from promotion.seal import bundle_folder as folder
from promotion.seal.seal import seal
from promotion.seal.signers import open_signer
from promotion.signing.bundle import Bundle
from promotion.signing.errors import Rejected
from promotion.signing.identity import Identity
from promotion.signing.keyless import verify_bundle
from promotion.signing.trust_root import TrustRoot
from promotion.unknown import Reason, Unknown
from tests.runner import ROOT
from tests.signing.authority import IDENTITY, OIDC, Authority

from .conftest import APPROVER
from .test_sigstore_js import BUNDLES
from .workflow import FULCIO, REKOR, REQUEST, TOKEN, Services


@pytest.fixture(scope="module")
def authority():
    """Make the keys of authority and logs once."""
    return Authority()


@pytest.fixture
def services(authority, monkeypatch):
    """A workflow that may ask for its identity, and sigstore's services on loopback in place of the public ones."""
    made = Services(authority)
    config = ClientTrustConfig.from_json(made.trust())
    monkeypatch.setattr(ClientTrustConfig, "production", classmethod(lambda _: config))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", REQUEST)
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{made.place}/token")
    return made


def keyless(story):
    """Seal the folder as the workflow."""
    return seal(story.folder, open_signer("keyless"), minutes=60)


def test_the_workflow_seals(story, services):
    """Both bundles are the workflow's to the package sigstore, and no other identity's."""
    assert keyless(story) == "PASSED"
    root = TrustRoot.parse(services.authority.trusted_root())
    for name in BUNDLES:
        bundle = Bundle.parse(story.inside(name).read_bytes())
        found = verify_bundle(bundle, root, [Identity(IDENTITY, OIDC)])
        assert (found.signatory.identity, found.signatory.issuer) == (IDENTITY, OIDC)
        with pytest.raises(Rejected):
            verify_bundle(bundle, root, [Identity(f"{IDENTITY}x", OIDC)])


def test_sigstore_in_javascript_agrees(story, services, tmp_path, judged):
    """It accepts both as the workflow's, refuses them as another's, and what was changed after the log took it in."""
    keyless(story)
    root = tmp_path / "root.json"
    root.write_bytes(services.authority.trusted_root())
    files = [story.inside(name) for name in BUNDLES]
    changed = json.loads(files[0].read_bytes())
    changed["dsseEnvelope"]["payload"] = json.loads(files[1].read_bytes())["dsseEnvelope"]["payload"]
    files.append(tmp_path / "changed.json")
    files[-1].write_text(json.dumps(changed))
    said = judged(f"{root}={IDENTITY}={OIDC}", *files)
    assert [line.split()[0] for line in said] == ["accepted", "accepted", "refused"], said
    said = judged(f"{root}={IDENTITY}x={OIDC}", *files)
    assert [line.split()[0] for line in said] == ["refused", "refused", "refused"], said


def test_no_key_verifies_what_was_sealed_keyless(story, services):
    """A deploy job that expects a key's seal does not let it pass."""
    keyless(story)
    (said,) = story.wrong(sign_off=False)
    assert "the test result is signed keyless; expected the key 'seal'" in said, said


def test_the_command_of_the_docs_accepts_it(story, services, ssh_keys, tmp_path, monkeypatch, capsys):
    """The line of docs/seal.md as it stands there, with this folder, image, trust root and these settings in it."""
    page = (ROOT / "docs/seal.md").read_text()
    line = next(line for line in page.splitlines() if line.startswith("promotion verify") and "--identity" in line)
    words = shlex.split(line)[1:]
    monkeypatch.chdir(ROOT)
    record = story.record() | {"checklist_sha256": checklist.load_checklist(ROOT / "checklist.md").sha256}
    story.write(record)
    services.certifying["identity"] = words[words.index("--identity") + 1]
    assert words[words.index("--issuer") + 1] == OIDC
    longer = tmp_path / "promotion.toml"
    longer.write_text((ROOT / "promotion.example.toml").read_text().replace("= 1440", "= 1e9"))
    minutes = ["--minutes", "999999999", "--config", str(longer)]
    assert cli.main(["seal", str(story.folder), "--key", "keyless", *minutes]) == 0
    signed = ["--ssh-key", str(ssh_keys / APPROVER), "--by", APPROVER]
    assert cli.main(["sign-off", str(story.folder), *signed]) == 0
    root = tmp_path / "trusted_root.json"
    root.write_bytes(services.authority.trusted_root())
    here = {
        "--digest": record["digest"],
        "--trust-root": str(root),
        "--allowed-signers": str(ssh_keys / "allowed_signers"),
        "--settings-sha256": record["settings_sha256"],
    }
    for option, value in here.items():
        words[words.index(option) + 1] = value
    words[1] = str(story.folder)
    capsys.readouterr()
    assert (cli.main(words), *capsys.readouterr()) == (0, f"{record['digest']} may be deployed\n", "")
    words[words.index("--issuer") + 1] = "https://example.com"
    assert cli.main(words) == 1
    assert "; expected " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--identity", IDENTITY], "--identity and --issuer must be given together"),
        (["--issuer", OIDC], "--identity and --issuer must be given together"),
        (["--identity", "", "--issuer", OIDC], "neither may be empty"),
        (["--trust-root", "root.json"], "--trust-root needs --identity"),
        (["--identity", IDENTITY, "--issuer", OIDC, "--trust-root", "none.json"], "none.json cannot be read"),
        (["--identity", IDENTITY, "--issuer", OIDC, "--trust-root", "bad.json"], "give a sigstore trusted_root.json"),
    ],
)
def test_half_of_what_keyless_needs_is_refused(story, tmp_path, monkeypatch, capsys, given, said):
    """In one sentence, and the command does not go on by what is left."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.json").write_text("[]")
    reports = ["verify", str(story.folder), "--digest", story.record()["digest"], "--settings-sha256", "0" * 64]
    assert cli.main([*reports, *given]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def no_permission(_, monkeypatch):
    """The workflow may not ask for an identity."""
    monkeypatch.delenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN")


def no_workflow(_, monkeypatch):
    """It runs on somebody's machine."""
    monkeypatch.delenv("GITHUB_ACTIONS")


def no_identity(services, _):
    """GitHub gives no token."""
    services.edge.deny(TOKEN)


def no_certificate(services, _):
    """Fulcio refuses."""
    services.edge.deny(FULCIO)


def half_a_certificate(services, _):
    """Half of Fulcio's answer is missing."""
    services.edge.truncate(FULCIO)


def not_in_the_certificate_log(services, _):
    """The certificate's promise is by a log that nobody trusts."""
    services.certifying["sct_key"] = ec.generate_private_key(ec.SECP256R1())


def no_entry(services, _):
    """Rekor is down."""
    services.edge.fail(REKOR, 503)


def no_answer(services, _):
    """Rekor closes the connection."""
    services.edge.drop(REKOR)


@pytest.mark.parametrize(
    ("wrong", "reason", "said"),
    [
        (no_permission, Reason.ACCESS_DENIED, "permissions: id-token: write"),
        (no_workflow, Reason.ACCESS_DENIED, "permissions: id-token: write"),
        (no_identity, Reason.ACCESS_DENIED, "the workflow's identity token could not be fetched"),
        (no_certificate, Reason.ERROR, "no keyless signature"),
        (half_a_certificate, Reason.ERROR, "no keyless signature"),
        (not_in_the_certificate_log, Reason.ERROR, "no keyless signature"),
        (no_entry, Reason.ERROR, "no keyless signature"),
        (no_answer, Reason.ERROR, "no keyless signature"),
    ],
)
def test_without_its_services_nothing_is_sealed(story, services, monkeypatch, wrong, reason, said):
    """One sentence, no token in it, and nothing of a seal is left behind."""
    wrong(services, monkeypatch)
    with pytest.raises(Unknown) as refused:
        keyless(story)
    assert refused.value.reason is reason
    assert said in refused.value.message
    assert "eyJ" not in refused.value.message
    assert REQUEST not in refused.value.message
    assert "\n" not in refused.value.message
    assert not story.inside(folder.SUMMARY).exists()
