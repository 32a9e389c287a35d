"""`promotion new-item`: stubs that fail with "write me", a finished form that passes and whose fault fails it; or nothing."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from promotion import cli
from promotion.commands import new_item
from tests.runner import ROOT

ITEM, WORDS = "function-memory", "function_memory"
STUBS = ("wrong", "unusual", "unreadable")
PROVE = Path(__file__).with_name("prove_item.py")


def tree(folder):
    """Give every file below a folder, with what is in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def team(tmp_path, monkeypatch):
    """A team's repository: a checklist, settings, and one item of its own in a folder with a conftest.py."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "checklist.md", tmp_path)
    shutil.copy(ROOT / "promotion.example.toml", tmp_path / "promotion.toml")
    checks = tmp_path / "gate"
    checks.mkdir()
    (checks / "conftest.py").write_text(
        '"""Ours."""\n\nfrom promotion.evidence import evidence\n\n\n@evidence\ndef tides() -> int:\n    return 4\n'
    )
    return tmp_path


@pytest.fixture
def new(capsys):
    """Run `promotion new-item`; gives its status and what it printed."""

    def run(*arguments):
        status = cli.main(["new-item", *arguments])
        return status, capsys.readouterr()

    return run


def test_all_parts_are_written_in_a_team_s_repository(team, new):
    """The line below the last of its section; the look-up where the team's are; test, faults and docs beside."""
    status, printed = new(ITEM, "--section", "dev", "--title", "The function is small", "--per", "dev_lambda")
    assert status == 0, printed.err
    files = ("checklist.md", "gate/conftest.py", f"gate/test_{WORDS}.py", "promotion_faults.py", "docs/checklist.md")
    assert [line.split()[0] for line in printed.out.splitlines()[:-1]] == list(files)
    lines = Path("checklist.md").read_text().splitlines()
    at = lines.index(f"- [ ] The function is small · `{ITEM}`")
    assert lines[at - 1].endswith("`synthetic-tests`")
    assert lines[at + 1] == ""
    conftest = Path("gate/conftest.py").read_text()
    assert conftest.startswith('"""Ours."""\n\nfrom promotion.evidence import evidence\nfrom promotion.settings import')
    assert conftest.count("import evidence") == 1
    assert "def tides() -> int:\n    return 4\n" in conftest
    assert f'@item("{ITEM}", per="dev_lambda")' in Path(f"gate/test_{WORDS}.py").read_text()
    assert f"## {ITEM}: The function is small\n" in Path("docs/checklist.md").read_text()
    for file in files[1:]:
        text = Path(file).read_text()
        assert "write me" in text.lower() or "write_me(" in text
        if file.endswith(".py"):
            compile(text, file, "exec")


def test_a_second_item_goes_beside_the_first(team, new):
    """Nothing that is there is lost, and what is imported already is not imported twice."""
    assert new("first-thing", "--section", "dev")[0] == 0
    before = tree(team)
    assert new("second-thing", "--section", "dev")[0] == 0
    after = tree(team)
    assert before.keys() <= after.keys()
    assert after["promotion_faults.py"].startswith(before["promotion_faults.py"])
    assert after["gate/conftest.py"].startswith(before["gate/conftest.py"])
    assert after["docs/checklist.md"].startswith(before["docs/checklist.md"])
    lines = after["checklist.md"].decode().splitlines()
    assert lines.index("- [ ] Second thing · `second-thing`") == lines.index("- [ ] First thing · `first-thing`") + 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("function-memory", "--section", "devv"), "checklist.md has no section 'devv'; did you mean 'dev'?"),
        (
            ("function-memory", "--section", "zzz"),
            "checklist.md has no section 'zzz': it has artifact, dev, observability",
        ),
        (
            ("health-checks", "--section", "dev"),
            "checklist.md has an item 'health-checks' already, 2.4: choose another id",
        ),
        (
            ("Function_Memory", "--section", "dev"),
            "'Function_Memory' is not an id: expected lower-case words joined by hyphens",
        ),
        (("9-lives", "--section", "dev"), "'9-lives' is not an id"),
        (("function-memory", "--section", "dev", "--per", "dev_targte"), "did you mean 'dev_target'?"),
        (("function-memory", "--section", "dev", "--title", "T · `x`"), "cannot be used in checklist.md"),
        (("tides-of", "--section", "dev", "--checks", "gate"), "gate/conftest.py has a tides_of already"),
        (("endpoint", "--section", "dev"), "has a fault 'endpoint-wrong' already: give the item another id"),
        (("documented", "--section", "dev"), "docs/notes.md has a section of documented already"),
    ],
)
def test_what_cannot_be_made_is_one_sentence(team, new, arguments, sentence):
    """With the nearest name where there is one; and nothing is written, not even a folder."""
    (team / "promotion_faults.py").write_text("# 'endpoint-wrong'\n")
    (team / "docs").mkdir()
    (team / "docs" / "notes.md").write_text("## documented: Notes\n")
    (team / "gate" / "conftest.py").write_text(
        "from promotion.evidence import evidence\n\n\ndef tides_of():\n    pass\n"
    )
    before = tree(team)
    status, printed = new(*arguments)
    assert (status, printed.out) == (2, "")
    assert sentence in printed.err
    assert printed.err.count("\n") == 1
    assert tree(team) == before


def test_without_a_checklist_of_its_own_nothing_is_written(tmp_path, monkeypatch, new):
    """It says where to take one from."""
    monkeypatch.chdir(tmp_path)
    status, printed = new(ITEM, "--section", "dev")
    assert status == 2
    assert "there is no checklist.md in" in printed.err
    assert "checklist.md here to start one" in printed.err
    assert tree(tmp_path) == {}


def test_where_items_are_in_two_places_it_asks(team, new):
    """Which one is meant is not guessed."""
    (team / "other").mkdir()
    (team / "other" / "conftest.py").write_text("from promotion.evidence import evidence\n")
    status, printed = new(ITEM, "--section", "dev")
    assert (status, "items are in gate and in other: say where with --checks DIRECTORY" in printed.err) == (2, True)
    assert new(ITEM, "--section", "dev", "--checks", "other")[0] == 0
    assert WORDS in (team / "other" / "conftest.py").read_text()


def test_a_module_that_cannot_be_read_is_left_alone(team, new):
    """A broken conftest.py is no place to add to."""
    (team / "gate" / "conftest.py").write_text("from promotion.evidence import evidence\ndef (\n")
    before = tree(team)
    status, printed = new(ITEM, "--section", "dev")
    assert (status, "gate/conftest.py is not valid Python" in printed.err) == (2, True)
    assert tree(team) == before


@pytest.mark.parametrize("at", range(5))
def test_all_is_written_or_nothing(team, new, monkeypatch, at):
    """Whichever file cannot be put in place, every other one is as it was, and no folder or part is left."""
    before, folders = tree(team), {path for path in team.rglob("*") if path.is_dir()}
    count = iter(range(99))

    def stumble(original):
        def put(*arguments, **named):
            if next(count) == at:
                raise OSError(28, "No space left on device", str(arguments[0]))
            return original(*arguments, **named)

        return put

    monkeypatch.setattr(new_item.os, "link", stumble(os.link))
    monkeypatch.setattr(Path, "replace", stumble(Path.replace))
    status, printed = new(ITEM, "--section", "dev")
    assert (status, "nothing was written" in printed.err, "No space left" in printed.err) == (2, True, True)
    assert tree(team) == before
    assert {path for path in team.rglob("*") if path.is_dir()} == folders


def test_what_somebody_wrote_in_between_is_not_overwritten(team, new, monkeypatch):
    """A file that appears or changes while the parts are written stays, and the other parts go again."""
    original = new_item._beside

    def meddle(root, change, made):
        if change.path.name == "checklist.md":
            (root / "checklist.md").write_text("# somebody else's\n")
            (root / "promotion_faults.py").write_text("# somebody else's\n")
        return original(root, change, made)

    before = tree(team)
    monkeypatch.setattr(new_item, "_beside", meddle)
    status, printed = new(ITEM, "--section", "dev")
    assert status == 2, printed
    mine = dict.fromkeys(("checklist.md", "promotion_faults.py"), b"# somebody else's\n")
    assert tree(team) == before | mine


LOOK = '''
from promotion.clients.aws.account import Account
from promotion.evidence import evidence
from promotion.settings import Settings


@evidence(per="dev_lambda")
def function_memory(dev_lambda: str, settings: Settings, dev_aws: Account) -> int:
    """The memory of the version that serves, in MB."""
    target = settings.dev.targets[dev_lambda]
    client = dev_aws.client("lambda")
    return int(client.get_function(FunctionName=target.function, Qualifier=target.alias)["Configuration"]["MemorySize"])
'''
JUDGEMENT = '''
from promotion.items import item


@item("function-memory", per="dev_lambda")
def test_function_memory(dev_lambda, function_memory, measured):
    """It has at most 1024 MB."""
    measured(f"{function_memory[dev_lambda]} MB")
    assert function_memory[dev_lambda] <= 1024, f"it has {function_memory[dev_lambda]} MB; expected 1024 at most"
'''
FAULTS = '''
from promotion.sandbox.catalogue import fault


@fault("function-memory-wrong", item="function-memory")
def _(world):
    """The function has ten times the memory."""
    world.dev.version(8).memory_size = 10240


@fault("function-memory-unusual", item="function-memory", kind="clean")
def _(world):
    """The function has just what is allowed."""
    world.dev.version(8).memory_size = 1024


@fault("function-memory-unreadable", item="function-memory", kind="blind")
def _(world):
    """Functions may not be looked at."""
    world.wire.deny("lambda:GetFunction", account=world.dev.id)
'''


def proven(folder, *tests):
    """Judge the item in a clean world and in that of each of its faults; gives statuses and messages by the world."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(PROVE), ITEM, *tests],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def expected_of_stubs(found):
    """Every stub says "write me": the look-up in the item's message, each fault where it is seeded."""
    assert found["clean"]["status"] == "unknown"
    assert "write me" in found["clean"]["message"]
    for name in STUBS:
        assert f"write me: the fault '{ITEM}-{name}'" in found[f"{ITEM}-{name}"]["message"]


def expected_when_finished(found):
    """The finished form passes; the fault fails it, the clean twin does not, blindness makes it unknown."""
    statuses = {name: one["status"] for name, one in found.items()}
    assert statuses == {
        "clean": "passed",
        f"{ITEM}-wrong": "failed",
        f"{ITEM}-unusual": "passed",
        f"{ITEM}-unreadable": "unknown",
    }, found
    assert "it has 10240 MB; expected 1024 at most" in found[f"{ITEM}-wrong"]["message"]


def test_an_item_of_the_checkout(tmp_path, new, monkeypatch):
    """In a copy of this project: stubs that say "write me"; a judgement too, once the look-up is written; then all of it."""
    for name in ("checklist.md", "conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("fixtures", "tests_promotion", "docs", "promotion"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"), symlinks=True)
    (tmp_path / "promotion" / "fixtures").symlink_to(Path("../fixtures"))  # as it is installed
    monkeypatch.chdir(tmp_path)
    judged, seeded = Path("tests_promotion/test_2_dev.py"), Path(f"promotion/sandbox/faults/dev/{WORDS}.py")
    before = judged.read_text()
    status, printed = new(ITEM, "--section", "dev", "--per", "dev_lambda")
    assert status == 0, printed.err
    assert f"## {ITEM}: Function memory" in Path("docs/dev.md").read_text()
    expected_of_stubs(proven(tmp_path))
    Path(f"fixtures/{WORDS}.py").write_text(LOOK)
    seeded.write_text(FAULTS)
    found = proven(tmp_path)
    assert "write me: test_function_memory in tests_promotion/test_2_dev.py" in found["clean"]["message"]
    assert found["clean"]["status"] == "failed"
    judged.write_text(f"{before}\n\n{JUDGEMENT}")
    expected_when_finished(proven(tmp_path))


def test_an_item_of_a_team(team, new):
    """The same in a team's own repository, with its own conftest.py and promotion_faults.py."""
    status, printed = new(ITEM, "--section", "dev", "--per", "dev_lambda")
    assert status == 0, printed.err
    expected_of_stubs(proven(team, "gate"))
    Path("gate/conftest.py").write_text(LOOK)
    Path(f"gate/test_{WORDS}.py").write_text(JUDGEMENT)
    Path("promotion_faults.py").write_text(FAULTS)
    expected_when_finished(proven(team, "gate"))
