"""Who was told: a healthy world passes; each fault is caught by its item alone; blindness is unknown."""

import json

import pytest

from promotion.sandbox import catalogue
from tests.runner import judge

ITEMS = ("status-page", "channel-notified")
CHOSEN = ("-m", "plan", "-k", "status_page or channel_notified")
FAULTS = [fault for fault in catalogue.load().values() if fault.item in ITEMS]
READS = {
    "GET /slack/conversations.history",
    "GET /statuspage/pages/shopstatus/incidents/scheduled",
    "GET /statuspage/pages/shopstatus/incidents/active_maintenance",
    "GET /repos/example/shop/issues",
}


def statuses(judged):
    """The status of each of these items."""
    return {item: judged.item(item)["status"] for item in ITEMS}


def test_a_healthy_world_passes_by_reading_alone(world_pool, tmp_path):
    """Everybody was told; nothing is asked twice, nothing is written, and no token is anywhere in what is left."""
    with world_pool.world() as world:
        judged = judge(world, tmp_path, *CHOSEN)
        asked = [call.operation for call in world.calls() if " /" in call.operation]
    assert statuses(judged) == dict.fromkeys(ITEMS, "passed"), judged.printed
    assert sorted(asked) == sorted(set(asked))
    assert set(asked) >= READS
    everything = judged.printed + "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert not [token for token in ("xoxb-sandbox", "sandbox-signature", "sandbox-status-page") if token in everything]
    assert not (tmp_path / "receipts.json").exists()


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(world_pool, tmp_path, fault):
    """A fault fails its item, a clean twin nothing, blindness makes it unknown, and the others stay as they are."""
    with world_pool.world(fault.name) as world:
        judged = judge(world, tmp_path, *CHOSEN)
    wanted = {"fault": "failed", "clean": "passed", "blind": "unknown"}[fault.kind]
    assert statuses(judged) == dict.fromkeys(ITEMS, "passed") | {fault.item: wanted}, judged.printed
    assert fault.kind == "clean" or judged.item(fault.item)["subjects"][0]["message"]
    assert "Traceback" not in judged.printed


@pytest.mark.parametrize("item", ITEMS)
def test_each_item_is_proven(item):
    """There are faults it must catch, clean twins, and blindnesses that must not pass."""
    assert {fault.kind for fault in FAULTS if fault.item == item} == {"fault", "clean", "blind"}


def posted(world):
    """What was written, by place."""
    return [call.operation for call in world.calls() if call.operation.startswith("POST /")]


def test_with_act_everybody_is_told_once(world_pool, tmp_path):
    """Whoever was not told is told, receipts are kept, and the same command again tells nobody a second time."""
    faults = ("team-not-told", "issue-missing", "no-maintenance-scheduled")
    with world_pool.world(*faults) as world:
        before = judge(world, tmp_path / "a", *CHOSEN)
        first = judge(world, tmp_path / "b", *CHOSEN, "--act")
        written = posted(world)
        again = judge(world, tmp_path / "c", *CHOSEN, "--act")
        same = posted(world)
    assert statuses(before) == dict.fromkeys(ITEMS, "failed")
    assert statuses(first) == statuses(again) == dict.fromkeys(ITEMS, "passed"), first.printed
    assert sorted(written) == [
        "POST /repos/example/shop/issues",
        "POST /slack/chat.postMessage",
        "POST /statuspage/pages/shopstatus/incidents",
    ]
    assert same == written
    receipts = json.loads((tmp_path / "b" / "receipts.json").read_text())
    assert sorted(one["state"] for one in receipts.values()) == ["done"] * 3


def test_without_act_nothing_is_written(world_pool, tmp_path):
    """A run that may not act asks, and leaves everything as it is."""
    with world_pool.world("team-not-told", "issue-missing", "no-maintenance-scheduled") as world:
        judge(world, tmp_path, *CHOSEN)
        assert posted(world) == []


def in_teams(world):
    """Have the team told in Teams and by SNS in place of Slack."""
    text = world.config.read_text()
    slack = text[text.index("[[channels.team]]") : text.index("[channels.status_page]")]
    teams = '[[channels.team]]\nkind = "teams"\nname = "releases in Teams"\n\n'
    sns = '[[channels.team]]\nkind = "sns"\nname = "subscribers"\ntopic = "arn:aws:sns:eu-west-1:444455556666:releases"\n\n'
    world.config.write_text(text.replace(slack, teams + sns))


def test_what_cannot_be_read_back_rests_on_receipts(world_pool, tmp_path):
    """A webhook and a topic: unknown without a receipt, told once with --act, passed by the receipt from then on."""
    with world_pool.world("sns-topic-there") as world:
        in_teams(world)
        before = judge(world, tmp_path, *CHOSEN)
        first = judge(world, tmp_path, *CHOSEN, "--act")
        again = judge(world, tmp_path, *CHOSEN)
        calls = [call.operation for call in world.calls()]
    assert before.item("channel-notified")["reason"] == "not-supported"
    assert first.item("channel-notified")["status"] == "passed", first.printed
    assert again.item("channel-notified")["status"] == "passed"
    assert calls.count("Publish") == 1
    assert calls.count("POST /teams/workflows/releases") == 1


def test_a_message_that_may_have_gone_out_is_not_sent_again(world_pool, tmp_path):
    """A run killed between sending and knowing leaves an open end: it is said, and nothing is posted twice."""
    with world_pool.world("sns-topic-there") as world:
        in_teams(world)
        judge(world, tmp_path, *CHOSEN, "--act")
        path = tmp_path / "receipts.json"
        journal = json.loads(path.read_text())
        for one in journal.values():
            one["state"] = "unclear"
        path.write_text(json.dumps(journal))
        judged = judge(world, tmp_path, *CHOSEN, "--act")
        calls = [call.operation for call in world.calls()]
    assert judged.item("channel-notified")["status"] == "unknown"
    assert (
        "may have notified releases in Teams, subscribers already"
        in judged.item("channel-notified")["subjects"][0]["message"]
    )
    assert calls.count("Publish") == 1


def test_a_status_page_that_does_not_apply(world_pool, tmp_path):
    """Declared with a reason, the item is not applicable, and good; page and reason together are a mistake."""
    with world_pool.world() as world:
        text = world.config.read_text()
        page = text[text.index("[channels.status_page]") :].split("\n\n")[0]
        reason = '[channels]\nno_status_page = "shop has no public status page"'
        world.config.write_text(text.replace(page, reason))
        judged = judge(world, tmp_path, *CHOSEN)
    assert judged.item("status-page")["status"] == "not-applicable", judged.printed
    assert judged.item("status-page")["subjects"][0]["message"] == "shop has no public status page"


def test_a_damaged_journal_is_said(world_pool, tmp_path):
    """Nobody knows what was done: nothing is done, and the items are unknown."""
    (tmp_path / "receipts.json").write_text("{")
    with world_pool.world("team-not-told") as world:
        judged = judge(world, tmp_path, *CHOSEN, "--act")
        assert posted(world) == []
    assert judged.item("channel-notified")["reason"] == "malformed"


def test_stakeholders_are_looked_for_where_they_are_told(world_pool, tmp_path):
    """Channels of their own are judged like the team's; a person's word stands in where nobody was told there."""
    chosen = ("-m", "plan", "-k", "stakeholders")
    with world_pool.world() as world, world_pool.world("issue-missing") as silent:
        for each in (world, silent):
            text = each.config.read_text()
            each.config.write_text(
                text.replace('[[channels.team]]\nkind = "github', '[[channels.stakeholders]]\nkind = "github')
            )
        told, not_told = judge(world, tmp_path / "a", *chosen), judge(silent, tmp_path / "b", *chosen)
    assert told.item("stakeholders-notified")["status"] == "passed", told.printed
    assert not_told.item("stakeholders-notified")["status"] == "attested", not_told.printed
