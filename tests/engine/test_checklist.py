"""checklist.md: what it says, how it is read, and which tests judge it."""

import ast
from pathlib import Path

import pytest

from promotion.checklist import PHASES, ChecklistError, find, load_checklist
from tests.engine.project import CHECKLIST

ROOT = Path(__file__).parents[2]
SECTIONS = {
    "artifact": (
        "build-workflow",
        "image-signed",
        "sbom-attached",
        "digest-immutable",
        "no-critical-vulnerabilities",
        "image-size",
    ),
    "dev": (
        "lambda-deployed",
        "ec2-deployed",
        "blue-green-completed",
        "health-checks",
        "smoke-tests",
        "synthetic-tests",
    ),
    "observability": (
        "logs-flowing",
        "correlation-ids",
        "dashboard-healthy",
        "no-alarms",
        "lambda-duration",
        "alb-response-time",
        "error-rate",
    ),
    "security": ("secrets-manager", "no-secrets-in-logs", "least-privilege", "security-groups", "https-alb"),
    "rollback": ("previous-version", "rollback-plan", "rollback-alarms", "deployment-groups"),
    "plan": (
        "deployment-window",
        "key-personnel",
        "canary-strategy",
        "canary-monitored",
        "full-shift",
        "automatic-rollback",
        "stakeholders-notified",
        "status-page",
        "channel-notified",
    ),
    "rollout": (
        "lambda-canary",
        "api-gateway-errors",
        "canary-correlation-ids",
        "alb-targets",
        "target-group-errors",
        "instance-load",
        "dashboard-watch",
        "alarms-quiet",
        "health-during-shift",
        "go-no-go-t2",
        "go-no-go-t5",
    ),
    "postdeploy": (
        "prod-health",
        "prod-smoke-tests",
        "prod-logs-flowing",
        "no-error-spikes",
        "prod-correlation-ids",
        "slo-met",
        "no-customer-issues",
        "error-budget",
        "rotation-working",
        "deployment-notes",
        "incidents-documented",
        "baseline-updated",
        "post-mortem-scheduled",
    ),
    "after_rollback": (
        "workflow-stopped",
        "codedeploy-rolled-back",
        "team-notified",
        "previous-version-serving",
        "health-green",
        "metrics-at-baseline",
        "reason-documented",
        "incident-ticket",
        "rca-scheduled",
        "remediation-planned",
    ),
}
"""Marker of each section, in order, to the ids of its items, in order. People and pipelines use these names."""
DUE = {
    **dict.fromkeys(SECTIONS["postdeploy"][:5], "T+10"),
    **dict.fromkeys(SECTIONS["postdeploy"][5:9], "T+30"),
    **dict.fromkeys(SECTIONS["postdeploy"][9:], "after"),
    "go-no-go-t2": "T+2",
    "go-no-go-t5": "T+5",
}
ATTESTABLE = {
    *(
        "rollback-plan",
        "deployment-window",
        "key-personnel",
        "stakeholders-notified",
        "status-page",
        "channel-notified",
    ),
    *("no-customer-issues", "deployment-notes", "incidents-documented", "post-mortem-scheduled"),
    *("team-notified", "reason-documented", "incident-ticket", "rca-scheduled", "remediation-planned"),
}


@pytest.fixture(scope="module")
def checklist():
    """The project's own."""
    return load_checklist(ROOT / "checklist.md")


def test_sections_and_items_are_those_of_the_contract(checklist):
    """Every id, under its section, in order; phases as the sections say."""
    assert {section.marker: tuple(item.id for item in section.items) for section in checklist.sections} == SECTIONS
    assert [section.marker for section in checklist.sections] == list(SECTIONS)
    assert [section.number for section in checklist.sections] == list(range(1, 10))
    assert [section.phase for section in checklist.sections] == ["pre_promotion"] * 6 + list(PHASES[1:])
    assert [len(checklist.of_phase(phase)) for phase in PHASES] == [37, 11, 13, 10]


def test_due_times_and_who_knows_are_those_of_the_contract(checklist):
    """T+2, T+5, T+10, T+30, after; and where a person's word may stand."""
    assert {item.id: item.due for item in checklist if item.due} == DUE
    assert {item.id for item in checklist if item.how == "MH"} == ATTESTABLE
    assert {item.how for item in checklist} == {"M", "MH"}


def test_numbers_are_section_and_place(checklist):
    """`2.4` is the fourth item of the second section."""
    assert checklist.item("health-checks").number == "2.4"
    assert [item.number for item in checklist][:7] == ["1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "2.1"]


def judged_in(path: Path) -> list[tuple[str, str]]:
    """Function and item id of every test in a file, in order."""
    found = []
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            (bound,) = [
                call for call in node.decorator_list if getattr(getattr(call, "func", None), "id", "") == "item"
            ]
            found.append((node.name, bound.args[0].value))
    return found


FILES = sorted((ROOT / "tests_promotion").glob("test_*.py"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_section_s_file_judges_its_items(checklist, path):
    """test_2_dev.py judges every item of section 2, each by one function, in order, named as the item is."""
    number, marker = path.stem.removeprefix("test_").split("_", maxsplit=1)
    section = checklist.sections[int(number) - 1]
    assert section.marker == marker
    judged = judged_in(path)
    assert [item for _, item in judged] == [item.id for item in section.items]
    assert [name for name, _ in judged] == [f"test_{item.id.replace('-', '_')}" for item in section.items]


def test_each_section_has_one_file_at_most():
    """Nothing else in tests_promotion/ judges anything."""
    numbers = [path.stem.split("_")[1] for path in FILES]
    assert len(set(numbers)) == len(numbers)
    assert not list((ROOT / "tests_promotion").glob("*/*.py"))


def test_tests_carry_the_markers_of_their_section(project):
    """-m with a section or a phase selects the items below it, in the order of the checklist, whatever the files say."""
    project.tests("""
        from promotion.items import item

        @item("health-checks", per="dev_target")
        def test_health_checks(dev_target): pass

        @item("image-size")
        def test_image_size(): pass
    """)

    def listed(marker):
        out = project.run("--collect-only", "-q", "-m", marker).out
        return [line.split("::")[1] for line in out.splitlines() if "::" in line]

    dev = ["test_health_checks[lambda]", "test_health_checks[ec2]"]
    assert listed("pre_promotion") == ["test_image_size", *dev]
    assert listed("dev") == dev
    assert listed("artifact") == ["test_image_size"]
    assert listed("pre_promotion and not dev") == ["test_image_size"]


def test_a_typo_names_the_nearest_id(project, workers):
    """A test of an item that the checklist does not have cannot be collected: 2, HOLD, and the nearest id."""
    project.tests(
        "from promotion.items import item\n\n@item('image-siez')\ndef test_image_size(): pass\n", name="test_own.py"
    )
    ran = project.run(*workers)
    assert ran.code == 2, ran.out
    assert (ran.record["verdict"], ran.record["complete"]) == ("HOLD", False)
    assert "checklist.md has no item 'image-siez'; did you mean 'image-size'?" in " ".join(ran.record["errors"])
    assert "INTERNALERROR" not in ran.out


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (
            "@item('image-size')\ndef test_again(): pass",
            "item 'image-size' has two tests: test_checklist.py::test_image_size and",
        ),
        (
            "@item('image-size', per='dev_targte')\ndef test_image(): pass",
            "no kind of subject 'dev_targte'; did you mean 'dev_target'?",
        ),
        ("@item('image-size', per='dev_target')\ndef test_image(): pass", "function uses no argument 'dev_target'"),
        (
            "@item('image-size')\n@pytest.mark.parametrize('x', [1])\ndef test_image(x): pass",
            "the subjects of an item come from the settings: use @item(…, per=…) instead of parametrize",
        ),
    ],
)
def test_a_wrong_binding_cannot_be_collected(project, source, sentence):
    """Two tests of one item, unknown kinds of subjects, subjects of one's own: refused where the tests are collected."""
    if "image-size" in source and "again" not in source:
        (project.folder / "test_checklist.py").unlink()
    project.tests(f"import pytest\nfrom promotion.items import item\n\n{source}\n", name="test_own.py")
    ran = project.run()
    assert ran.code == 2, ran.out
    assert sentence in ran.out
    assert ran.record["verdict"] == "HOLD"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("`health-checks`", "`image-size`", ":8: the id 'image-size' is already used on line 4"),
        (
            "- [ ] Every",
            "- [x] Every",
            ":8: an item must be written `- [ ] Title · `its-id`` under a section: '- [x] Every",
        ),
        ("- [ ] Every", "* [ ] Every", ":8: an item must be written"),
        ("- [ ] Every", "-  [ ] Every", ":8: an item must be written"),
        ("- [ ] Every", "  - [ ] Every", ":8: an item must be written"),
        ("- [ ] Every", "1. [ ] Every", ":8: an item must be written"),
        (" · `health-checks`", "", ":8: an item must be written"),
        ("`health-checks`", "`Health Checks`", ":8: an item must be written"),
        (
            "`health-checks`",
            "`health-checks` · T+5 · often",
            ":8: 'often' is neither a due time (T+10, after) nor a kind of evidence",
        ),
        (
            "## 2. Dev · `dev` in `pre_promotion`",
            "## 2. Dev",
            ":6: a section must be written `## 2. Title · `marker` in `pre_promotion``",
        ),
        (
            "## 2. Dev · `dev` in `pre_promotion`",
            "## Dev",
            ":8: an item must be written `- [ ] Title · `its-id`` under a section",
        ),
        (
            "`dev` in `pre_promotion`",
            "`dev` in `prepromotion`",
            ":6: the phases are pre_promotion, rollout, postdeploy, after_rollback",
        ),
        ("`dev` in", "`artifact` in", ":6: section `artifact` exists already"),
        ("- [ ]", "- no item:", " has no item"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(project, old, new, sentence):
    """A line that looks like an item is one or is an error, never passed over: exit 4, with its place and its form."""
    project.write("checklist.md", CHECKLIST.replace(old, new))
    ran = project.run()
    assert ran.code == 4
    (error,) = [line for line in ran.err.splitlines() if line.startswith("ERROR: ")]
    assert f"checklist.md{sentence}" in error
    assert ran.left == set()


def test_a_checklist_that_is_no_text_is_one_sentence(tmp_path):
    """Bytes, or a folder of that name."""
    (tmp_path / "checklist.md").write_bytes(b"\xff\xfe- [ ] x")
    with pytest.raises(ChecklistError, match="cannot be read as a checklist"):
        load_checklist(tmp_path / "checklist.md")
    with pytest.raises(ChecklistError, match="cannot be read as a checklist"):
        load_checklist(tmp_path)


def test_a_team_s_own_checklist_comes_first(tmp_path):
    """The current folder's checklist.md is gone by; without one, the one that comes with the package."""
    assert load_checklist(find(tmp_path)).sections == load_checklist(ROOT / "checklist.md").sections
    (tmp_path / "checklist.md").write_text(CHECKLIST)
    assert [item.id for item in load_checklist(find(tmp_path))] == ["image-size", "health-checks"]


def test_words_may_be_edited(tmp_path):
    """Titles with dots, colons, backquotes and signs are titles; headings of mere text and prose are nothing."""
    path = tmp_path / "checklist.md"
    path.write_text(
        "# Ours\n\nText.\n\n## Before you start\n\nWords with [ ] brackets.\n\n## 3. A · B, where 10 % apply · `x_y` in `rollout`\n\n"
        "- [ ] Go/no-go: `canary` · healthy, ≤ 5 % · `one` · T+5 · MH\n\n### Below\n\n- [ ] More · `two`\n\n## Sign-off\n\nWho.\n"
    )
    one, two = load_checklist(path)
    assert (one.title, one.due, one.how, one.number) == ("Go/no-go: `canary` · healthy, ≤ 5 %", "T+5", "MH", "3.1")
    assert (two.id, two.section, two.phase, two.number) == ("two", "x_y", "rollout", "3.2")
