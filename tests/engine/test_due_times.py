"""A due time in checklist.md is the one that its item is judged at, or the run does not begin."""

import pytest

from promotion import checklist as checklists
from promotion.checklist import ChecklistError
from promotion.engine.due_times import require_due_times
from promotion.settings import load
from tests.runner import ROOT

TEXT = (ROOT / "checklist.md").read_text()


def required(tmp_path, text, **assigned):
    """Read this checklist by the example settings, with some set otherwise."""
    (tmp_path / "checklist.md").write_text(text)
    assignments = [f"{name.replace('__', '.')}={value}" for name, value in assigned.items()]
    settings = load(ROOT / "promotion.example.toml", environ={}, assignments=assignments).settings
    require_due_times(checklists.load_checklist(tmp_path / "checklist.md"), settings)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("`slo-met` · T+30", "`slo-met` · T+60", "is judged at T+30 (postdeploy.second_minutes"),
        ("`error-budget` · T+30", "`error-budget` · T+10", "is judged at T+30 (postdeploy.second_minutes"),
        ("`prod-health` · T+10", "`prod-health` · T+0", "is judged at T+10 (postdeploy.first_minutes"),
        ("`prod-health` · T+10", "`prod-health` · after", "is judged at T+10 (postdeploy.first_minutes"),
        ("`go-no-go-t5` · T+5", "`go-no-go-t5` · T+15", "is judged at T+5 (rollout.second_decision_minutes"),
        ("`health-checks`", "`health-checks` · T+60", "is judged when the command runs: remove the time"),
        (
            "`baseline-updated` · after",
            "`baseline-updated` · T+60",
            "is judged after all that have a time: write `after`",
        ),
    ],
)
def test_a_time_that_nobody_would_wait_for_is_refused(tmp_path, old, new, said):
    """It would be shown, and GO said before it has come."""
    assert old in TEXT
    with pytest.raises(ChecklistError) as caught:
        required(tmp_path, TEXT.replace(old, new))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "assigned"),
    [
        ("", "", {}),
        ("", "", {"postdeploy__second_minutes": 60}),
        ("· T+30", "· T+60", {"postdeploy__second_minutes": 60}),
        ("· T+5", "· T+10", {"rollout__second_decision_minutes": 10}),
        ("`prod-health` · T+10", "`prod-health`", {}),
    ],
)
def test_the_time_that_is_waited_for_may_be_written(tmp_path, old, new, assigned):
    """That of promotion.toml, that of the shipped checklist, or none."""
    required(tmp_path, TEXT.replace(old, new) if old else TEXT, **assigned)


def test_an_item_of_ones_own_says_for_itself(tmp_path):
    """Its test decides when it is due."""
    required(
        tmp_path,
        TEXT.replace("`prod-health` · T+10", "`prod-health` · T+10\n- [ ] Orders arrive · `orders-arrive` · T+60"),
    )


def test_a_run_does_not_begin(project):
    """One sentence, exit 4."""
    text = (project.folder / "checklist.md").read_text()
    project.write("checklist.md", text.replace("`health-checks`", "`health-checks` · T+60"))
    ran = project.run()
    assert ran.code == 4
    assert "checklist.md says that `health-checks` is due at 'T+60'" in ran.err + ran.out
