"""The whole story against the embedded world: judged, sealed at the end of the run, signed off, verified."""

import subprocess

from promotion import cli
from tests.runner import ROOT, judge

from .conftest import APPROVER, LEAD


def test_a_go_is_sealed_signed_off_and_verified(world_pool, tmp_path, pairs, ssh_keys, monkeypatch, capsys):
    """One key seals, the approver's SSH key signs off, and the deploy job's command ends with 0; the lead's does not do."""
    keys, _ = pairs
    monkeypatch.chdir(ROOT)
    with world_pool.world() as world:
        judged = judge(world, tmp_path, "-m", "pre_promotion", "--seal", str(keys / "seal.key"))
    assert judged.code == 0, judged.printed
    assert "sealed: " in judged.printed
    assert "; a rehearsal, which allows no deployment" in judged.printed
    verify = [
        "verify",
        str(tmp_path),
        *("--digest", judged.record["digest"]),
        *("--key", str(keys / "seal.pub")),
        *("--allowed-signers", str(ssh_keys / "allowed_signers")),
        *("--settings-sha256", judged.record["settings_sha256"]),
        "--rehearsal",
    ]
    assert cli.main(verify) == 1
    assert capsys.readouterr().err == "the report is not signed off: use `promotion sign-off`\n"
    sign_off = ["sign-off", str(tmp_path), "--by"]
    assert cli.main([*sign_off, LEAD, "--ssh-key", str(ssh_keys / LEAD)]) == 0
    assert cli.main(verify) == 1
    assert "is the deployment lead" in capsys.readouterr().err
    assert cli.main([*sign_off, APPROVER, "--ssh-key", str(ssh_keys / APPROVER), "--notes", "read"]) == 0
    capsys.readouterr()
    assert cli.main([one for one in verify if one != "--rehearsal"]) == 1
    assert "the record is of a rehearsal, which allows no deployment" in capsys.readouterr().err
    assert cli.main(verify) == 0, capsys.readouterr().err
    assert capsys.readouterr().out.endswith("the rehearsal is verified; it allows no deployment\n")
    assert APPROVER in (tmp_path / "signed.html").read_text()
    digest = subprocess.run(
        ["sha256sum", "record.json"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert digest.split()[0] in (tmp_path / "checklist.html").read_text()


def test_what_is_no_go_is_not_sealed(world_pool, tmp_path, pairs):
    """The run says so, and leaves no seal; a GO that cannot be sealed does not end with 0."""
    keys, _ = pairs
    with world_pool.world("image-too-large") as world:
        judged = judge(world, tmp_path, "-m", "artifact", "--seal", str(keys / "seal.key"))
    assert judged.code == 1
    assert "not sealed: only a GO is" in judged.printed
    assert not (tmp_path / "seal").exists()
