"""[plan] in promotion.toml: what is refused, and where its files are."""

import re

import pytest

from promotion.settings import SettingsError, load
from tests.runner import ROOT, judge

WHOLE = (ROOT / "promotion.example.toml").read_text()
WITHOUT = WHOLE[: WHOLE.index("[plan] ")] + WHOLE[WHOLE.index("[looking] ") :]


def loaded(folder, text):
    """Settings of a file with this text."""
    path = folder / "promotion.toml"
    path.write_text(text)
    return load(path, environ={}).settings.plan


def test_paths_are_from_the_folder_of_the_settings(tmp_path):
    """Wherever the gate is started, and also where nobody says where records are."""
    plan = loaded(tmp_path, WHOLE.replace("# calendar =", "calendar ="))
    assert plan.record == str(tmp_path / "promotions/{short}.toml")
    assert plan.calendar == str(tmp_path / "freezes.ics")
    assert plan.attestations.allowed_signers == str(tmp_path / "allowed_signers")
    assert loaded(tmp_path, WITHOUT).record == str(tmp_path / "promotions/{short}.toml")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[plan]\nrecord = "plan.yml"', "its name must end in .toml"),
        ('[plan.people]\nleads = [""]', "expected a login or an e-mail address"),
        (
            '[[plan.freezes]]\nreason = "x"\nzone = "Europe/Wien"\nweekly = { start = "Fri 16:00", end = "Mon 8:00" }',
            "time zone",
        ),
        ('[[plan.freezes]]\nreason = "x"\nzone = "UTC"', "either `start` and `end`, or `weekly`"),
        ('[[plan.freezes]]\nreason = "x"\nzone = "UTC"\nstart = "2026-01-01T00:00"', "either `start` and `end`"),
        (
            '[[plan.freezes]]\nreason = "x"\nzone = "UTC"\nstart = "2026-01-02T00:00"\nend = "2026-01-01T00:00"',
            "`end` is not after `start`",
        ),
        (
            '[[plan.freezes]]\nreason = "x"\nzone = "UTC"\nstart = "2026-01-01T00:00Z"\nend = "2026-01-02T00:00Z"',
            "without an offset",
        ),
        (
            '[[plan.freezes]]\nreason = "x"\nzone = "UTC"\nweekly = { start = "Fri", end = "Mon 8:00" }',
            "weekday in English",
        ),
        ("[plan.attestations]\nsigned = true", "`allowed_signers` is not set"),
        ("[plan.attestations.items.status-page]\nsigned = true", "`allowed_signers` is not set"),
        ('[plan.rollback_plan]\npath = "/docs/rollback.md"', "plan.rollback_plan.path"),
    ],
)
def test_what_is_refused(tmp_path, more, said):
    """Each mistake is told when the run begins."""
    with pytest.raises(SettingsError, match=re.escape(said)):
        loaded(tmp_path, f"{WITHOUT}\n{more}\n")


def test_a_rule_for_an_item_that_there_is_not(world_pool, tmp_path):
    """A misspelt id would be a rule that holds for nothing: it leaves unknown what people may attest."""
    with world_pool.world() as world:
        text = world.config.read_text()
        world.config.write_text(text.replace("items = {  }", "items = { rollback-paln = { signed = true } }"))
        assert world.config.read_text() != text
        judged = judge(world, tmp_path, "-m", "pre_promotion", "-k", "rollback_plan")
    (subject,) = judged.item("rollback-plan")["subjects"]
    assert subject["status"] == "unknown"
    assert "names 'rollback-paln', which checklist.md does not have" in subject["message"]
