"""The verdict is told once in each channel, whatever it is; a channel that refuses changes nothing about it."""

import contextlib
import io
import json
import re
import threading

import pytest

from promotion.clients.channels import transport as wire
from promotion.sandbox.answer import Answer
from tests.runner import PLUGINS, ROOT, environment, judge

from .telling import CARD, ID, POST, SIGNATURE, TOKEN, Told, telling

CHOSEN = ("-m", "plan", "-k", "status_page")
TEAM = ("-m", "plan", "-k", "channel_notified")
PAGE = "https://github.com/example/shop/actions/runs/4711/attempts/2"
IN_ACTIONS = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "example/shop",
    "GITHUB_RUN_ID": "4711",
    "GITHUB_RUN_ATTEMPT": "2",
}


def of(name):
    """What the receipt of telling in a channel is called."""
    return f"notified the channel {name} of the verdict pre_promotion"


def states(judged):
    """What became of telling, in the order of the channels."""
    return [act["state"] for act in judged.record["acts"]]


def everything(judged):
    """All that a run printed and left behind."""
    return judged.printed + "".join(path.read_text() for path in judged.folder.rglob("*") if path.is_file())


def test_the_verdict_is_told_once_in_each_channel(world_pool, tmp_path):
    """Slack, Teams, a topic, issues: one message each, receipts in record and print, no secret, and not told again."""
    with world_pool.world("sns-topic-there") as world:
        with telling(world, "slack", "teams", "sns", "issues", variables=IN_ACTIONS) as told:
            first = judge(told.world, tmp_path, *CHOSEN, "--notify")
            again = judge(told.world, tmp_path, *CHOSEN, "--notify")
        calls = [call.operation for call in world.calls()]
    names = [of(name) for name in ("releases", "releases in Teams", "subscribers", "promotions")]
    assert [act["what"] for act in first.record["acts"]] == names, first.printed
    assert [act["what"] for act in again.record["acts"]] == names, again.printed
    assert (states(first), states(again)) == (["done"] * 4, ["already"] * 4)
    assert (first.record["verdict"], first.code) == (again.record["verdict"], again.code) == ("HOLD", 10)
    assert (told.asked(POST), told.asked(CARD), calls.count("Publish")) == (1, 1, 1)
    assert [call for call in calls if call.startswith("POST /repos/")] == ["POST /repos/example/shop/issues"]
    assert f"» done, {of('releases')}" in first.printed
    assert not [secret for secret in (TOKEN, SIGNATURE) if secret in everything(again)]
    image = f"Image: {first.record['digest']}"
    for words in ("HOLD for shop", image, "Items: 1 passed", "Not run: 1.1, 1.2", "Next: ", f": {PAGE}\n"):
        assert words in told.messages[0].text
    (card,) = told.teams.cards
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Report and log of the run", "url": PAGE}]
    assert image in [run["text"] for block in card["body"] for run in block["inlines"]]


def test_a_verdict_that_changed_is_told_anew_and_again_when_it_changes_back(world_pool, tmp_path):
    """HOLD, NO-GO, HOLD: the last word in a channel is the verdict as it stands, in Slack and in Teams."""
    with world_pool.world() as world, telling(world, "slack", others=("teams",)) as told:
        earlier = told.slack.channels[ID].messages[0]
        announced, runs = earlier.text, []
        for earlier.text in (announced, "good morning", "good morning", announced):
            runs.append(judge(told.world, tmp_path, *TEAM, "--notify=releases,releases in Teams"))
    assert [run.record["verdict"] for run in runs] == ["HOLD", "NO-GO", "NO-GO", "HOLD"], runs[1].printed
    verdicts = ["HOLD", "NO-GO", "HOLD"]
    titles = [card["body"][0]["inlines"][0]["text"] for card in told.teams.cards]
    for texts in ([said.text for said in told.messages], titles):
        assert [text.split(" ")[:2] for text in texts] == [["Rehearsal:", verdict] for verdict in verdicts]
    assert [states(run) for run in runs] == [["done"] * 2, ["done"] * 2, ["already"] * 2, ["done"] * 2]
    assert "6.9 Slack or Teams channel notified, failed: there is no message about this image" in told.messages[1].text


def test_nobody_is_told_who_is_not_named(world_pool, tmp_path):
    """Without --notify nobody at all; with a name, only there."""
    with world_pool.world() as world, telling(world, "slack", "teams") as told:
        silent = judge(told.world, tmp_path, *CHOSEN)
        assert (told.messages, told.teams.cards, silent.record["acts"]) == ([], [], [])
        named = judge(told.world, tmp_path, *CHOSEN, "--notify=releases in Teams")
    assert [act["what"] for act in named.record["acts"]] == [of("releases in Teams")]
    assert (len(told.messages), len(told.teams.cards)) == (0, 1)


def refuse(told: Told):
    """Answer 403."""
    told.edge.deny(POST)
    told.edge.deny(CARD)


def answer_200_with_an_error(told: Told):
    """Say so in the body alone."""
    slack = Answer(200, (("Content-Type", "application/json"),), b'{"ok": false, "error": "restricted_action"}')
    teams = b"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429"
    told.edge.add(POST, lambda *_: slack)
    told.edge.add(CARD, lambda *_: Answer(200, (("Content-Type", "text/plain"),), teams))


def break_down(told: Told):
    """Answer 502, by a proxy."""
    told.edge.fail(POST, 502)
    told.edge.fail(CARD, 502)


def be_another_channel(told: Told):
    """There is no such channel; the workflow does not know the webhook."""
    told.slack.channels["C0ANOTHER01"] = told.slack.channels.pop(ID)
    told.teams.signature = "another"


@pytest.mark.parametrize(
    ("wrong", "state", "said"),
    [
        (refuse, "failed", ("answers 403", "answers 403")),
        (
            answer_200_with_an_error,
            "failed",
            ("(restricted_action)", "answers 200, but with an error: Webhook message"),
        ),
        (break_down, "unclear", ("answers 502", "answers 502")),
        (be_another_channel, "failed", ("(channel_not_found)", "answers 401")),
    ],
)
def test_a_channel_that_fails_changes_no_verdict(world_pool, tmp_path, wrong, state, said):
    """One sentence each, in print and record, without a secret; the others are told; verdict and exit code stay."""
    with world_pool.world() as world, telling(world, "slack", "teams", "issues") as told:
        wrong(told)
        judged = judge(told.world, tmp_path, *CHOSEN, "--notify")
    assert states(judged) == [state, state, "done"], judged.printed
    for act, words in zip(judged.record["acts"], said, strict=False):
        assert words in act["message"]
        assert "\n" not in act["message"]
        assert f"✗ {state}, {act['what']}: " in judged.printed
    assert (judged.record["verdict"], judged.code, judged.record["complete"]) == ("HOLD", 10, True)
    assert judged.item("status-page")["status"] == "passed"
    assert not [secret for secret in (TOKEN, SIGNATURE) if secret in everything(judged)]
    assert "Traceback" not in judged.printed


def test_a_topic_that_refuses_is_said_too(world_pool, tmp_path):
    """What AWS answers is a sentence like any other, and certain: the next run tries again."""
    with world_pool.world() as world, telling(world, "sns") as told:
        judged = judge(told.world, tmp_path, *CHOSEN, "--notify")
    assert (states(judged), judged.code) == (["failed"], 10), judged.printed
    assert "Publish found nothing (NotFound: " in judged.record["acts"][0]["message"]


def test_a_channel_that_cannot_be_read_is_not_written_to(world_pool, tmp_path):
    """Nobody knows what was said there: a second message would be worse than none."""
    with world_pool.world() as world, telling(world, "slack") as told:
        told.slack.scopes.discard("channels:history")
        judged = judge(told.world, tmp_path, *CHOSEN, "--notify")
    assert (states(judged), told.messages) == (["failed"], [])
    assert "refuses conversations.history (missing_scope)" in judged.record["acts"][0]["message"]


def test_what_may_have_gone_out_is_not_sent_again(world_pool, tmp_path, monkeypatch):
    """No answer in time: the verdict stays, the next run says so and sends nothing, and what can be read is read first."""
    monkeypatch.setattr(wire, "_PATIENCE_MS", 100)
    chosen, over, asked = (*CHOSEN, "--set", "looking.read_timeout=1", "--notify"), threading.Event(), []

    def too_late(request, proceed):
        asked.append(request.asked.operation)
        over.wait(20)
        return proceed()

    with world_pool.world() as world, telling(world, "slack", "teams") as told:
        told.edge.add(POST, too_late, times=1)
        told.edge.add(CARD, too_late)
        first = judge(told.world, tmp_path, *chosen)
        again = judge(told.world, tmp_path, *chosen)
        over.set()
    assert (states(first), asked) == (["unclear", "unclear"], [POST, CARD]), first.printed
    assert not [act for act in first.record["acts"] if "was not answered in" not in act["message"]], first.printed
    assert (first.record["verdict"], first.code) == (again.record["verdict"], again.code) == ("HOLD", 10)
    assert f"✗ unclear, {of('releases')}: " in first.printed
    assert states(again) == ["done", "unclear"], again.printed
    assert not [secret for secret in (TOKEN, SIGNATURE) if secret in everything(first)]


def test_the_record_stands_before_anybody_is_told(world_pool, tmp_path):
    """Whoever follows the message at once finds the verdict; what was said is in record and page afterwards."""
    seen = []

    def look(_, proceed):
        record = json.loads((tmp_path / "record.json").read_text())
        seen.append((record["complete"], record["verdict"], record["acts"]))
        return proceed()

    with world_pool.world() as world, telling(world, "slack") as told:
        told.edge.add(POST, look)
        judged = judge(told.world, tmp_path, *CHOSEN, "--notify")
    assert seen == [(True, "HOLD", [])]
    assert states(judged) == ["done"]
    assert of("releases") in (tmp_path / "checklist.html").read_text()


def test_several_processes_tell_once(world_pool, tmp_path):
    """The one that keeps the record tells; the workers do not."""
    with world_pool.world() as world, telling(world, "slack") as told:
        judged = judge(told.world, tmp_path, *CHOSEN, "-n2", "--notify")
    assert (states(judged), len(told.messages)) == (["done"], 1), judged.printed


def test_a_replay_tells_nobody(world_pool, tmp_path):
    """It gives the record again, with the receipts in it, and takes no --notify."""
    with world_pool.world() as world, telling(world, "slack") as told:
        judged = judge(told.world, tmp_path, *CHOSEN, "--notify")
        with environment(told.world, ROOT):
            plain, asked = replayed(tmp_path), replayed(tmp_path, "--notify")
    assert (plain[0], asked[0]) == (judged.code, 4), plain[1] + asked[1]
    assert (tmp_path / "again" / "record.json").read_text() == (tmp_path / "record.json").read_text()
    assert "it cannot be combined with --notify" in asked[1]
    assert len(told.messages) == 1


def replayed(folder, *more):
    """Judge the record again; the exit code, and what was printed."""
    out = io.StringIO()
    words = ["-c", str(ROOT / "pyproject.toml"), "-pno:cacheprovider", *(f"-p{plugin}" for plugin in PLUGINS), *CHOSEN]
    words += ["--report-dir", str(folder / "again"), "--replay", str(folder / "record.json"), *more]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        return int(pytest.main(words)), out.getvalue()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--notify=release"], "names 'release', which is not a channel in promotion.toml: it declares 'releases'"),
        (["--notify", "--set", "channels.team=[]"], "promotion.toml has no [[channels.team]]"),
    ],
)
def test_a_channel_that_is_not_declared_is_a_usage_error(world_pool, tmp_path, more, said):
    """Before anything is looked at."""
    with world_pool.world() as world, telling(world, "slack") as told:
        with pytest.raises(AssertionError, match=re.escape(said)):  # for there is no record to be read
            judge(told.world, tmp_path, *CHOSEN, *more)
        assert not told.calls.so_far()


def test_a_run_that_is_broken_off_tells_nobody(world_pool, tmp_path):
    """Whoever stopped it knows, and nothing was decided."""
    tests = tmp_path / "tests"
    tests.mkdir()
    text = "import pytest\n\n\n@pytest.mark.plan\ndef test_stop():\n    raise KeyboardInterrupt\n"
    (tests / "test_stop.py").write_text(text)
    with world_pool.world() as world, telling(world, "slack") as told:
        judged = judge(told.world, tmp_path, "-m", "plan", str(tests), "--notify")
    assert (judged.record["complete"], states(judged), told.messages) == (False, [], []), judged.printed


def test_a_defect_in_telling_costs_nobody_the_page(world_pool, tmp_path, monkeypatch):
    """The run holds, with a sentence in place of a traceback, and everything is written."""
    monkeypatch.setattr("promotion.actions.verdict_notice.message_of", lambda *_: {}["what is not there"])
    with world_pool.world() as world:
        judged = judge(world, tmp_path, *CHOSEN, "--notify")
    assert (judged.code, judged.record["complete"]) == (3, False)
    assert "the verdict could not be sent: KeyError" in judged.printed
    assert "Traceback" not in judged.printed
    assert {"checklist.html", "junit.xml", "record.json", "summary.md"} <= {path.name for path in tmp_path.iterdir()}
