"""What lies in the sealed folder beside the seal: never read for ever, never passed over in silence."""

import os
import shutil
from datetime import timedelta

import pytest

from promotion import cli
from promotion.record import directory
from promotion.seal import approval
from promotion.seal import bundle_folder as folder
from promotion.unknown import Unknown

from .conftest import APPROVER, FINISHED, LEAD, record_of_go

AT = FINISHED + timedelta(minutes=5)
FILES = [
    folder.RECORD,
    folder.PAGE,
    folder.SIGNED_PAGE,
    *(f"seal/{name}" for name in (folder.SUMMARY, folder.SIGN_OFF)),
]


@pytest.mark.parametrize("name", FILES)
def test_a_fifo_is_refused(sealed, name):
    """Reading one would wait for a writer for ever."""
    path = sealed.folder / name
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    with pytest.raises(Unknown, match=r"cannot be read: it is not a regular file"):
        folder.load_bundle(sealed.folder)


@pytest.mark.parametrize("kind", ["directory", "device", "dangling"])
def test_what_is_no_file_is_refused(sealed, kind):
    """A directory, a device, a link to nothing."""
    path = sealed.folder / folder.RECORD
    path.unlink()
    if kind == "directory":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if kind == "device" else "nowhere")
    with pytest.raises(Unknown):
        folder.load_bundle(sealed.folder)


def test_a_fifo_for_a_key_is_refused(sealed, tmp_path, capsys):
    """The command ends with a sentence."""
    os.mkfifo(tmp_path / "seal.pub")
    words = ["verify", str(sealed.folder), "--digest", sealed.record()["digest"], "--key", str(tmp_path / "seal.pub")]
    assert cli.main(words) == 1
    assert "it is not a regular file" in capsys.readouterr().err


def test_the_signed_page_is_held_against_the_sign_off(sealed):
    """People read signed.html after a sign-off: a word of it that was changed is found."""
    path = approval.signed_page(sealed.folder)
    assert sealed.wrong() == []
    for change in (
        lambda text: text.replace("read on screen", "read at length"),
        lambda text: text + " ",
        lambda _: "",
    ):
        path.write_text(change(path.read_text()))
        assert [one for one in sealed.wrong() if one.startswith("signed.html does not show")]
        approval.signed_page(sealed.folder)
    (sealed.inside(folder.SIGN_OFF)).unlink()
    assert any(one.startswith("signed.html does not show") for one in sealed.wrong())


def test_files_that_nobody_knows_are_named(sealed):
    """Those of a run and a seal are not."""
    assert folder.unknown_files(sealed.folder) == []
    for name in ("extra.html", "seal/summary2.json", "record.json.bak"):
        (sealed.folder / name).write_text("x")
    assert folder.unknown_files(sealed.folder) == ["extra.html", "record.json.bak", "seal/summary2.json"]


def test_the_command_names_them(sealed, capsys):
    """On a line of its own that is no reason against the seal."""
    (sealed.folder / "extra\n.html").write_text("x")
    cli.main(["verify", str(sealed.folder), "--digest", sealed.record()["digest"]])
    assert capsys.readouterr().err.startswith("note: the seal does not cover 'extra\\n.html' in ")


@pytest.mark.parametrize(
    "change",
    [lambda b: b + b"x", lambda b: b + b"\n\n", lambda b: b"\n" + b, lambda b: b + b],
    ids=["letter", "newlines", "before", "twice"],
)
def test_an_armour_stands_alone(story, ssh_keys, change):
    """ssh-keygen passes over what follows a signature; a file with more in it is not what was signed."""
    story.seal()
    approval.with_ssh(story.folder, ssh_keys / APPROVER, by=APPROVER, at=AT, notes="")
    signers = ssh_keys / "allowed_signers"
    assert story.wrong(allowed_signers=signers) == []
    path = story.inside(folder.SSH_SIGNATURE)
    path.write_bytes(change(path.read_bytes()))
    assert any("before or after its armour" in one for one in story.wrong(allowed_signers=signers))


@pytest.mark.parametrize("minutes", ["nan", "inf", "-inf", "1e10", "0", "-5", "1441"])
def test_how_long_a_seal_is_valid_is_bounded(story, capsys, tmp_path, monkeypatch, minutes):
    """A usage error, and nothing is sealed."""
    monkeypatch.chdir(tmp_path)
    assert cli.main(["seal", str(story.folder), "--key", story.key("seal"), f"--minutes={minutes}"]) == 4
    assert capsys.readouterr().err.startswith("--minutes ")
    assert not (story.folder / folder.FOLDER).exists()


def test_a_longer_seal_needs_a_setting(story, tmp_path):
    """`longest_minutes` in [seal]."""
    from tests.runner import ROOT

    config = tmp_path / "promotion.toml"
    shutil.copy(ROOT / "promotion.example.toml", config)
    words = ["seal", str(story.folder), "--key", story.key("seal"), "--minutes", "2880", "--config", str(config)]
    assert cli.main(words) == 4
    config.write_text(config.read_text().replace("longest_minutes = 1440", "longest_minutes = 2880"))
    assert cli.main(words) == 0


def test_who_may_not_approve_cannot_sign_off(story, capsys, ssh_keys):
    """It is refused when it is made, with the names of those who may."""
    story.seal()
    for how in (["--key", story.key("approver")], ["--ssh-key", str(ssh_keys / LEAD)]):
        assert cli.main(["sign-off", str(story.folder), *how, "--by", "somebody"]) == 1
        assert "somebody is not one of the [plan.people] approvers" in capsys.readouterr().err
    assert not story.inside(folder.SIGN_OFF).exists()


def test_replacing_a_sign_off_says_so(story, capsys):
    """Whose it was, and of when."""
    story.seal()
    words = ["sign-off", str(story.folder), "--key", story.key("approver"), "--by", APPROVER]
    assert cli.main(words) == 0
    assert "replaces" not in capsys.readouterr().out
    assert cli.main(words) == 0
    assert capsys.readouterr().out.startswith(f"this replaces the sign-off by {APPROVER} at 20")


def words_of(sealed, *more):
    """A command that expects the seal's key; whatever else it says is of no matter here."""
    return [
        "verify",
        str(sealed.folder),
        "--digest",
        sealed.record()["digest"],
        "--key",
        f"{sealed.keys}/seal.pub",
        *more,
    ]


def test_a_sealed_report_is_found_where_a_later_command_moved_it(sealed, capsys):
    """A mistyped command, or a run of another image, takes its place and not its worth."""
    words = words_of(sealed)
    cli.main(words)
    before = capsys.readouterr().err
    assert directory.set_aside(sealed.folder)
    cli.main(words)
    note, said = capsys.readouterr().err.split("\n", 1)
    assert note.startswith("note: the sealed report of this image is in ")
    assert said == before
    sealed.write(record_of_go() | {"digest": "sha256:" + "1" * 64})
    cli.main(words)
    assert capsys.readouterr().err.split("\n", 1)[1] == before


@pytest.mark.parametrize("change", [{"verdict": "NO-GO"}, {"verdict": "GO"}, {"verdict": "HOLD", "complete": False}])
def test_a_later_run_of_the_same_image_replaces_it(sealed, capsys, change):
    """Whatever it says: the later look counts."""
    words = words_of(sealed)
    assert directory.set_aside(sealed.folder)
    sealed.write(record_of_go() | change)
    assert cli.main(words) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(
        f"a later run of this image, finished at 2026-11-23T09:42:00.000Z, says {change['verdict']} and"
    )


def test_the_newest_of_those_moved_counts(sealed):
    """Of this image and phase alone."""
    digest = sealed.record()["digest"]
    first = directory.set_aside(sealed.folder)
    sealed.write(record_of_go() | {"finished": "2026-11-23T11:00:00.000Z"})
    sealed.seal()
    second = directory.set_aside(sealed.folder)
    sealed.write(record_of_go() | {"finished": "2026-11-23T12:00:00.000Z", "digest": "sha256:" + "1" * 64})
    sealed.seal()
    assert directory.set_aside(sealed.folder)
    assert first
    assert second
    assert directory.sealed_before(sealed.folder, digest, "pre_promotion") == sealed.folder / second["path"]
    assert directory.sealed_before(sealed.folder, digest, "rollout") is None


def test_the_directory_above_means_that_of_the_phase(sealed, tmp_path, capsys):
    """`reports` for `reports/pre_promotion`, in each command."""
    reports = tmp_path / "above"
    reports.mkdir()
    sealed.folder.rename(reports / "pre_promotion")
    assert directory.reported_into(reports, "pre_promotion") == reports / "pre_promotion"
    assert directory.reported_into(reports / "pre_promotion", "pre_promotion") == reports / "pre_promotion"
    assert cli.main(["seal", str(reports), "--key", sealed.key("seal")]) == 0
    assert cli.main(["sign-off", str(reports), "--key", sealed.key("approver"), "--by", APPROVER]) == 0
    assert (reports / "pre_promotion/signed.html").exists()
    capsys.readouterr()


def test_a_seal_waits_for_no_run(sealed, capsys):
    """While another process has the directory, nothing is sealed or signed."""
    let_go = directory.lock(sealed.folder)
    try:
        assert cli.main(["seal", str(sealed.folder), "--key", sealed.key("seal")]) == 1
        assert cli.main(["sign-off", str(sealed.folder), "--key", sealed.key("approver"), "--by", APPROVER]) == 1
    finally:
        let_go()
    assert capsys.readouterr().err.count("another run reports into") == 2
