"""checklist.md: what it says, how it is read, and which tests judge it."""

import ast
import json
from pathlib import Path

import pytest

from promotion.checklist import PHASES, ChecklistError, find, load_checklist
from promotion.sandbox import catalogue
from tests.engine.project import CHECKLIST

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def checklist():
    """The project's own."""
    return load_checklist(ROOT / "checklist.md")


def test_sections_are_numbered_and_in_the_order_of_a_promotion(checklist):
    """Sections are numbered from 1; those before a promotion come first, then each phase is a section of its own."""
    assert [section.number for section in checklist.sections] == list(range(1, len(checklist.sections) + 1))
    phases = [section.phase for section in checklist.sections]
    assert list(dict.fromkeys(phases)) == list(PHASES)
    assert phases == sorted(phases, key=PHASES.index)
    for section in checklist.sections:
        assert section.items
        assert section.phase == PHASES[0] or section.marker == section.phase
    assert sum(len(checklist.of_phase(phase)) for phase in PHASES) == len(list(checklist))


def test_ids_that_people_have_used_stay(checklist):
    """Waivers, attestations and pipelines name ids: those of records that were published, and of every fault, are there."""
    sample = json.loads((ROOT / "docs/sample/record.json").read_text())
    used = {item["id"] for item in sample["items"]} | {fault.item for fault in catalogue.load(ROOT).values()}
    assert {name.partition("[")[0] for name in used} <= {item.id for item in checklist}


def test_what_falls_due_falls_due_in_order(checklist):
    """After a deployment every item has its time, the later ones below; before it and after a rollback none has."""
    order = ("T+2", "T+5", "T+10", "T+30", "after")
    for phase in PHASES:
        due = [item.due for item in checklist.of_phase(phase) if item.due]
        assert due == sorted(due, key=order.index)
    assert all(item.due for item in checklist.of_phase("postdeploy"))
    assert not any(item.due for phase in ("pre_promotion", "after_rollback") for item in checklist.of_phase(phase))


def test_a_person_s_word_counts_where_the_checklist_says(checklist):
    """`MH` stands on just the lines whose tests take attestations."""
    takes = {
        bound.args[0].value
        for path in FILES
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and "attestations" in [one.arg for one in node.args.args]
        for bound in node.decorator_list
        if getattr(getattr(bound, "func", None), "id", "") == "item"
    }
    assert {item.id for item in checklist if item.how == "MH"} == takes
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
