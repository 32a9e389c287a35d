"""Every example in README.md and docs/ works: settings load, code runs, commands exist, YAML and tables are true."""

import re
import shlex
import tomllib
from typing import Any

import pytest

from promotion.clients.aws.permissions.policy import needed
from promotion.core.status import Exit, Status
from promotion.engine import options
from promotion.sandbox import catalogue
from promotion.sandbox.world.people import ACTS
from promotion.settings import Settings, load
from promotion.settings.subjects import declared_by, kinds
from promotion.unknown import Reason
from tests.runner import ROOT, judge

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
DIGEST = "sha256:" + "a8" * 32


def blocks(kind: str) -> list[Any]:
    """Every example of a kind, named by its page and place."""
    return [
        pytest.param(match["text"], id=f"{page.name}-{number}")
        for page in PAGES
        for number, match in enumerate(BLOCK.finditer(page.read_text()), 1)
        if match["kind"] == kind
    ]


def merged(under: Any, over: Any) -> Any:
    """Put an excerpt of settings over whole ones; lists are replaced."""
    if isinstance(under, dict) and isinstance(over, dict):
        return {key: merged(under.get(key), over[key]) if key in over else under[key] for key in {**under, **over}}
    return over


def test_the_example_settings_load():
    """promotion.example.toml is accepted as it is."""
    loaded = load(ROOT / "promotion.example.toml", environ={})
    assert loaded.settings.service == "shop"


@pytest.mark.parametrize("text", blocks("toml"))
def test_settings_in_the_docs_are_accepted(text):
    """An excerpt is valid in the place it says."""
    whole = tomllib.loads((ROOT / "promotion.example.toml").read_text())
    assert Settings.model_validate(merged(whole, tomllib.loads(text)))


@pytest.mark.parametrize("text", blocks("sh"))
def test_commands_in_the_docs_exist(text, pytester, monkeypatch):
    """Every option of a pytest line is one of ours or pytest's, every promotion line is a command it has."""
    from promotion import cli

    for line in text.splitlines():
        words = shlex.split(line.partition("&&")[2] if "pip install" in line and "&&" in line else line)
        while words and re.fullmatch(r"\w+=.*", words[0]):
            words.pop(0)
        if not words:
            continue
        if words[0] == "pytest":
            parser = pytest.Parser(_ispytest=True)
            options.add_options(parser)
            _, unknown = parser.parse_known_and_unknown_args([word.replace("…", "0" * 64) for word in words[1:]])
            assert not [word for word in unknown if word.startswith("--")], line
        elif words[0] == "promotion":
            with pytest.raises(SystemExit) as ended:
                cli.main([words[1], "--help"])
            assert ended.value.code == 0, line


def test_the_own_item_of_the_docs_works(world_pool, tmp_path, monkeypatch):
    """The line, the look and the judgement of docs/your-own-items.md make an item that is looked up and judged."""
    page = (ROOT / "docs/your-own-items.md").read_text()
    look, judgement = (match["text"] for match in BLOCK.finditer(page) if match["kind"] == "python")
    line = next(match["text"] for match in BLOCK.finditer(page) if match["kind"] == "text")
    checks = tmp_path / "checks"
    checks.mkdir()
    (checks / "conftest.py").write_text(look)
    (checks / "test_backups.py").write_text(judgement)
    checklist = (ROOT / "checklist.md").read_text()
    (tmp_path / "checklist.md").write_text(checklist.replace("\n\n## 3.", f"\n{line.strip()}\n\n## 3."))
    with world_pool.world() as world:
        monkeypatch.chdir(tmp_path)
        judged = judge(world, tmp_path / "reports", "-m", "dev", str(checks), at=tmp_path)
    item = judged.item("backup-taken")
    assert item["reason"] != "error", judged.printed
    assert item["status"] in ("passed", "failed"), judged.printed


def test_the_own_fault_of_the_docs_is_caught(world_pool, tmp_path, monkeypatch):
    """The fault of docs/sandbox.md can be declared, and fails its item."""
    text = next(
        match["text"] for match in BLOCK.finditer((ROOT / "docs/sandbox.md").read_text()) if match["kind"] == "python"
    )
    monkeypatch.setattr(catalogue, "_faults", dict(catalogue.load()))
    exec(compile(text, "docs/sandbox.md", "exec"), {})
    assert catalogue.find(["health-endpoint-gone"])[0].item == "health-checks"


def test_the_tables_of_the_report_page_are_complete():
    """Every status, reason and exit code is explained."""
    page, readme = (ROOT / "docs/report.md").read_text(), (ROOT / "README.md").read_text()
    for status in Status:
        assert f"| {status} |" in page
    for reason in Reason:
        assert f"`{reason}`" in page
    for code in Exit:
        assert re.search(rf"^\| .*\b{int(code)}\b.* \|", readme, re.MULTILINE), code


def test_every_kind_of_subject_is_listed():
    """docs/your-own-items.md has each kind that an item may be judged over, and where its subjects are declared."""
    page = (ROOT / "docs/your-own-items.md").read_text()
    table = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", page, re.MULTILINE)
    assert [(kind, declared) for kind, _, declared in table] == [(kind, declared_by(kind)) for kind in kinds()]


def test_what_new_item_writes_is_what_the_docs_say(tmp_path, monkeypatch, capsys):
    """The command of docs/your-own-items.md, in an empty repository with a checklist, prints just what stands there."""
    from promotion import cli

    page = (ROOT / "docs/your-own-items.md").read_text()
    command = next(line for line in page.splitlines() if line.startswith("promotion new-item"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "checklist.md").write_text((ROOT / "checklist.md").read_text())
    assert cli.main(shlex.split(command)[1:]) == 0
    printed = capsys.readouterr().out
    assert f"```\n{printed.rpartition('Each part')[0]}```" in page


NO_GO = """
from promotion.items import item

@item("go-no-go-t2")
def test_t2():
    assert False, "3 % of the canary's requests failed"
"""
TOPIC = """
[[channels.team]]
kind = "sns"
name = "subscribers"
topic = "arn:aws:sns:eu-west-1:444455556666:releases"
"""


def test_the_permissions_to_act_are_exact(world_pool, tmp_path):
    """What is allowed besides is what taking a rollout back asks for, where a topic is told too, and nothing else."""
    (tmp_path / "test_no_go.py").write_text(NO_GO)
    # One target is stopped, the other one deployed once more, so that everything is asked for that there is.
    with world_pool.world("sns-topic-there", "rollout-over", scene="rollout", minutes=1, rate=4) as world:
        world.config.write_text(world.config.read_text() + TOPIC)
        judged = judge(world, tmp_path / "reports", "-m", "rollout", "--act", str(tmp_path / "test_no_go.py"))
        asked = {call.action for call in world.calls() if call.action}
    acts = {act["key"].split(":", 2)[2]: act["state"] for act in judged.record["acts"]}
    assert set(acts.values()) == {"done"}, judged.printed
    grants = needed(["act", "notify"], "prod", ["rollout"])
    called, taken_with = (
        {action for one in grants if one.implied is is_it for action in one.actions} for is_it in (False, True)
    )
    assert called <= asked
    assert not taken_with & asked
    assert called | taken_with == set(ACTS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    """Every relative link names a file that is there."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_pipeline_of_the_readme_is_a_workflow():
    """The YAML parses, and hands the digest over by the environment, never inside a script."""
    yaml = pytest.importorskip("yaml")
    text = next(match["text"] for match in BLOCK.finditer((ROOT / "README.md").read_text()) if match["kind"] == "yaml")
    jobs = yaml.safe_load(text)["jobs"]
    assert jobs["deploy"]["needs"] == "checklist"
    assert all("${{" not in step.get("run", "") for job in jobs.values() for step in job["steps"])
