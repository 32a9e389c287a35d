"""A rollout in the sandbox: a healthy one goes, each fault is caught by its item, and blindness is no pass."""

import pytest
import scipy.stats  # noqa: F401 - what judges lazily is loaded before the sandbox's clock runs

from promotion.sandbox import catalogue
from tests.items import items_of
from tests.runner import judge

STATUS = {"fault": ("failed",), "blind": ("unknown", "pending")}
ITEMS = items_of("rollout")
FAULTS = [fault for fault in catalogue.load().values() if fault.item.partition("[")[0] in ITEMS]
ALONE = [fault for fault in FAULTS if fault.kind != "clean"]
TOGETHER = {
    "the function": (
        "canary-cold-starts",
        "canary-reports-on-second-page",
        "canary-logs-json",
        "callers-are-wrong",
        "old-version-logs-no-id",
        "new-version-hesitates",
        "alarm-before-the-rollout",
        "alarm-after-t5",
        "baseline-never-recorded",
    ),
    "the fleet": (
        "old-instance-drains",
        "one-answer-fails",
        "new-instances-work",
        "prod-dashboard-with-text",
        "fleet-a-little-slower",
        "old-instances-not-released",
        "neighbour-fails-during-the-rollout",
    ),
    "two target groups": ("rollout-between-two-target-groups",),
    "two target groups at once": ("rollout-in-two-target-groups-at-once",),
    "a host comes": ("rollout-updates-an-instance",),
    "a host leaves": ("rollout-scales-in",),
    "an index": ("rollout-of-an-index",),
    "the first decision": ("alarm-after-t2",),
}
"""Clean twins that hide nothing of each other: what one of them made fall would fall beside the others, too."""


def run(world_pool, folder, *arguments, faults=(), minutes=8.0, rate=1.0):
    """Judge a rollout that began so many minutes ago."""
    with world_pool.world(*faults, scene="rollout", minutes=minutes, rate=rate) as world:
        return judge(world, folder, "-m", "rollout", *arguments)


def test_a_healthy_rollout_goes(world_pool, tmp_path):
    """Eight minutes after it began all is due, counted and good; the canary's course is drawn beside the old version's."""
    judged = run(world_pool, tmp_path)
    assert (judged.code, judged.bad()) == (0, set()), judged.printed
    seen = judged.record["evidence"]["rollout_watch"]["value"]
    assert [look["name"] for look in seen["looks"]] == ["T+2", "T+5"]
    measured = [subject["measured"] for subject in judged.item("health-during-shift")["subjects"]]
    assert all(words.startswith("1 answer, ") for words in measured), measured
    assert [chart["chart"] for chart in seen["charts"]] == ["compared"] * 4


@pytest.mark.parametrize(
    "minutes",
    [1.2, 3.2],
    ids=["T+1", "T+3"],
)
def test_what_is_not_due_is_pending(world_pool, tmp_path, minutes):
    """Before its moment a decision is awaited, and says when it is due; T+2 until what happened by then is counted."""
    judged = run(world_pool, tmp_path, "-k", "go_no_go", minutes=minutes)
    assert {judged.item(item)["reason"] for item in ("go-no-go-t2", "go-no-go-t5")} == {"not-due"}
    assert judged.code != 0


@pytest.mark.parametrize("names", TOGETHER.values(), ids=list(TOGETHER))
def test_clean_twins_change_nothing(world_pool, tmp_path, names):
    """What looks like a fault and is none fails nothing; each item that a twin is about is judged."""
    items = {fault.item for fault in FAULTS if fault.name in names}
    judged = run(world_pool, tmp_path, "-k", " or ".join(item.replace("-", "_") for item in items), faults=names)
    assert {judged.item(item)["status"] for item in items} == {"passed"}, judged.printed
    assert judged.bad() == set(), judged.printed


def test_every_clean_twin_is_tried():
    """None is left out."""
    tried = [name for names in TOGETHER.values() for name in names]
    assert sorted(tried) == sorted(fault.name for fault in FAULTS if fault.kind == "clean")


@pytest.mark.parametrize("fault", ALONE, ids=[fault.name for fault in ALONE])
def test_what_a_fault_does(world_pool, tmp_path, fault):
    """A fault fails its item, blindness makes it unknown; of the whole section only what is declared falls besides."""
    judged = run(world_pool, tmp_path, faults=[fault.name])
    item, bad = judged.item(fault.item), {one.partition("[")[0] for one in judged.bad()}
    assert item["status"] in STATUS[fault.kind], judged.printed
    assert bad == {fault.item, *fault.falls_with}, judged.printed
    decided = {judged.item(one)["status"] for one in ("go-no-go-t2", "go-no-go-t5")}
    assert fault.kind != "blind" or "failed" not in decided, judged.printed
    assert "Traceback" not in judged.printed
    assert all(subject["message"] for subject in item["subjects"] if subject["status"] != "passed")


@pytest.mark.parametrize("item", ITEMS)
def test_the_item_is_proven(item):
    """There are faults it must catch, clean twins, and blindnesses that must not pass."""
    kinds = {
        fault.kind for fault in FAULTS if item in (fault.item, *(fault.falls_with if fault.kind == "blind" else ()))
    }
    assert kinds >= {"clean", "blind"}, item
    assert [fault for fault in FAULTS if fault.kind == "fault" and item in (fault.item, *fault.falls_with)]


def test_nothing_is_judged_without_a_deployment(world_pool, tmp_path):
    """Where prod's newest deployments bring another image, every item is unknown and says so."""
    with world_pool.world() as world:
        judged = judge(world, tmp_path, "-m", "rollout")
    assert {item["status"] for item in judged.record["items"] if item["section"] == "rollout"} == {"unknown"}
    assert "deploy this digest to prod" in judged.item("go-no-go-t2")["subjects"][0]["message"]
