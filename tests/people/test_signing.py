"""Signatures of words, by ssh-keygen and by the sandbox, judged by ssh-keygen."""

import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from promotion.clients.ssh_keygen import NAMESPACE
from promotion.people import signing
from promotion.people.attestations import ProofOutcome
from promotion.people.promotion_record import Word
from promotion.sandbox.world import ssh
from promotion.unknown import Reason

pytestmark = pytest.mark.usefixtures("ssh_keygen")
NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
WORD = Word(
    item="rollback-plan",
    digest="sha256:" + "a8" * 32,
    by="release-approver",
    at=NOW,
    expires=NOW + timedelta(days=7),
    statement="Went through it – größtenteils.",
    link="https://example.com/1",
)


@pytest.fixture(scope="module")
def key(tmp_path_factory, ssh_keygen):
    """A key of the approver's."""
    path = tmp_path_factory.mktemp("keys") / "id_ed25519"
    subprocess.run([ssh_keygen, "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


@pytest.fixture
def signers(tmp_path, key):
    """Allow the key, with these options."""

    def allow(principals="release-approver", options=""):
        path = tmp_path / "allowed_signers"
        public = key.with_suffix(".pub").read_text().split()[:2]
        path.write_text(f"# who may sign\n{' '.join(word for word in (principals, options, *public) if word)}\n")
        return path

    return allow


@pytest.fixture(scope="module")
def signed(key):
    """The word with its signature."""
    return WORD.model_copy(update={"signature": signing.sign(WORD, key)})


def check(word, path, *names):
    """Verify it."""
    return signing.verify(word, names or ("release-approver",), path, NOW)


def test_a_signature_is_good(signed, signers):
    """For each name that the key is allowed for."""
    assert check(signed, signers()).found is ProofOutcome.GOOD
    path = signers("other,approver@example.com")
    assert check(signed, path, "release-approver", "approver@example.com").found is ProofOutcome.GOOD
    assert check(signed, path).found is ProofOutcome.WRONG


@pytest.mark.parametrize(
    "changes",
    [
        {"item": "status-page"},
        {"digest": "sha256:" + "b7" * 32},
        {"by": "release-lead"},
        {"at": NOW + timedelta(days=1)},
        {"expires": NOW + timedelta(days=8)},
        {"statement": "Went through it – größtenteils"},
        {"link": ""},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_nothing_can_be_changed(signed, signers, changes):
    """Whatever a word says is signed."""
    found = check(signed.model_copy(update=changes), signers("*"))
    assert found.found is ProofOutcome.WRONG
    assert "it was changed after it was signed" in found.said


def test_the_zone_of_a_time_does_not_matter(signed, signers):
    """The same instant, written with an offset, is the same word."""
    from zoneinfo import ZoneInfo

    moved = signed.model_copy(update={"at": NOW.astimezone(ZoneInfo("Europe/Vienna"))})
    assert check(moved, signers()).found is ProofOutcome.GOOD


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ('valid-after="20260504075959Z"', ProofOutcome.GOOD),
        ('valid-after="20260504080001Z"', ProofOutcome.WRONG),
        ('valid-before="20260504080001Z"', ProofOutcome.GOOD),
        ('valid-before="20260504075959Z"', ProofOutcome.WRONG),
        ('namespaces="promotion-checklist"', ProofOutcome.GOOD),
        ('namespaces="git"', ProofOutcome.WRONG),
    ],
)
def test_when_and_for_what_a_key_is_allowed(signed, signers, options, found, monkeypatch):
    """Judged at the time of the look, not of the machine, wherever it stands."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    assert check(signed, signers(options=options)).found is found


@pytest.mark.parametrize("signature", ["none", "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----", "-"])
def test_what_is_no_signature(signers, signature):
    """It does not fit anything."""
    assert check(WORD.model_copy(update={"signature": signature}), signers()).found is ProofOutcome.WRONG


def test_what_cannot_be_verified(signed, signers, tmp_path, monkeypatch):
    """Without a file, without keys, without ssh-keygen: nobody can tell."""
    empty = tmp_path / "empty"
    empty.write_text("# nobody yet\n")
    assert check(signed, empty).reason is Reason.NO_DATA
    assert check(signed, tmp_path / "none").reason is Reason.NOT_DECLARED
    monkeypatch.setenv("PATH", str(tmp_path))
    assert check(signed, signers()).reason is Reason.NOT_SUPPORTED


def test_the_sandbox_signs_like_ssh_keygen(tmp_path):
    """What it makes without a file or a process is good to ssh-keygen."""
    key = ssh.key_of("somebody")
    path = tmp_path / "allowed_signers"
    path.write_text(ssh.allowed_signer("release-approver", key))
    word = WORD.model_copy(update={"signature": ssh.sign(signing.message(WORD), key, NAMESPACE)})
    assert check(word, path).found is ProofOutcome.GOOD
    other = WORD.model_copy(update={"signature": ssh.sign(signing.message(WORD), key, "git")})
    assert check(other, path).found is ProofOutcome.WRONG


def test_a_key_that_is_none(tmp_path):
    """Nothing is signed with it."""
    (tmp_path / "key").write_text("no key")
    with pytest.raises(signing.SigningError, match="made no signature"):
        signing.sign(WORD, tmp_path / "key")
