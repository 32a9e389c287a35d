"""What is told of a verdict: complete, short, the same for the same judgement, and text wherever it is shown."""

import copy
import html
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from promotion.actions import verdict_notice as notice
from promotion.actions.verdict_message import judgement, message_of
from promotion.clients.channels import issues, slack
from promotion.clients.channels import webhook as one_way
from promotion.clients.channels.message import Message, key_at_its_end, tells_verdict
from promotion.clients.channels.send import key_of
from promotion.clients.http.client import HttpClient
from promotion.core.environment_secrets import Secrecy
from promotion.core.redact import Redactor
from promotion.core.visible_text import shown
from promotion.record.journal import Journal
from promotion.report.github_actions import page_of_run
from promotion.sandbox.answer import Answer
from promotion.sandbox.edge import Edge
from promotion.sandbox.request_log import Calls
from promotion.sandbox.serve import LOOPBACK, serve
from promotion.settings.channels import Slack, Teams
from tests.report import sample
from tests.runner import ROOT

LINK = "https://github.com/example/shop/actions/runs/4711"
HOSTILE = (
    "<!channel> <@U1> <https://evil.example|ok> &amp; *b* _i_ ~s~ `c` [x](https://evil.example) ![y](//evil.example) "
    "@everyone <img src=x onerror=alert(1)> www.evil.example {{DATE(2026-05-04T08:00:00Z)}} \u202egnp.exe\nGO\n# GO"
)
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def hostile_record():
    """A record in which strangers have written wherever they can."""
    record = copy.deepcopy(sample.troubled())
    record["service"] = HOSTILE
    for item in record["items"]:
        item["title"] = HOSTILE
        for subject in item["subjects"]:
            subject.update(name=HOSTILE, message=HOSTILE)
    record["errors"] = [HOSTILE]
    record["evidence"]["promotion_record"]["value"]["record"]["people"]["lead"] = HOSTILE
    return record


@pytest.mark.parametrize(
    ("name", "begins", "following"),
    [
        ("good", "GO for shop", "release-approver reads the report and signs off; then release-lead deploys"),
        ("troubled", "NO-GO for shop", "release-lead has what failed fixed, and runs the checklist again"),
        (
            "waiting",
            "HOLD for shop",
            "the people named in the report attest their items; then the deployment lead runs",
        ),
        ("broken_off", "HOLD for shop", "the deployment lead fixes what stopped the run"),
        ("during", "Rehearsal: NO-GO for shop", "the on-call engineer rolls back now"),
        (
            "afterwards",
            "HOLD for shop",
            "the deployment lead runs the checklist again when the remaining items are due",
        ),
    ],
)
def test_every_verdict_says_who_does_what_next(name, begins, following):
    """Verdict and image in the title, the digest whole, tallies, what blocks, and a next step by name or role."""
    record = getattr(sample, name)()
    message = message_of(record, LINK)
    assert message.title.startswith(begins)
    assert f" {record['digest'][7:19]} " in message.title
    assert f"Image: {record['digest']}" in message.lines
    assert any(line.startswith("Items: ") for line in message.lines)
    assert message.lines[-1].startswith(f"Next: {following}")
    assert message.links == (("Report and log of the run", LINK),)
    assert tells_verdict(message.key)
    assert key_at_its_end(message.text) == message.key
    for item in record["items"]:
        if item["status"] == "failed":
            assert any(line.startswith(f"{item['number']} {item['title']}, failed: ") for line in message.lines)


@pytest.mark.parametrize(
    ("states", "code", "following"),
    [
        (("done", "done"), 10, "runs the checklist after a rollback: the rollout was rolled back"),
        (("done", "failed"), 20, "takes over manually now, because the rollback is not verified"),
    ],
)
def test_a_rollout_that_was_taken_back_needs_no_one_to_do_it(states, code, following):
    """What follows depends on whether the rollback was verified, and on no receipt of telling."""
    acts = [
        {"key": f"promotion:9f2b6c1e0a7d:{what}:lambda", "what": what, "state": state, "at": "2026-11-23T09:47:00.000Z"}
        for what, state in zip(("stop", "verified"), states, strict=True)
    ]
    acts.append({**acts[0], "key": "promotion:9f2b6c1e0a7d:verdict-rollout-NO-GO-1 in releases", "state": "failed"})
    message = message_of({**sample.during(), "acts": acts, "exit_code": code})
    assert following in message.lines[-1]


def test_the_same_judgement_has_the_same_key():
    """Times, figures and what was seen do not count; statuses, verdict, image, phase and settings do."""
    record = sample.troubled()
    later = copy.deepcopy(record) | {"finished": "2026-11-23T10:42:00.000Z", "clock": "2026-11-23T10:42:00.000Z"}
    later["items"][0]["subjects"][0]["measured"] = "another figure"
    later["evidence"] = {}
    assert message_of(later).key == message_of(record).key
    for change in ({"verdict": "HOLD"}, {"exit_code": 2}, {"settings_sha256": "1" * 64}, {"phase": "rollout"}):
        assert judgement({**record, **change}) != judgement(record)
    later["items"][3]["status"] = "failed"
    assert message_of(later).key != message_of(record).key


def test_it_stays_short():
    """Whatever the record holds, a message fits Slack and Teams, and says how much it leaves out."""
    record = hostile_record()
    for item in record["items"]:
        item.update(status="failed", reason=None, title="t" * 5000, number="1.1" * 50)
        item["subjects"] = [{**one, "status": "failed", "message": "m" * 9000} for one in item["subjects"]]
    record["items"] *= 15
    message = message_of(record, LINK)
    assert len(message.text) < 12_000
    assert len(json.dumps(one_way._card(message))) < 28_000
    assert "and 547 more: " in message.text


def spied(path):
    """Serve a place that notes what is posted to it; its address, and the list of JSON bodies."""
    bodies = []

    def note(request, _):
        bodies.append(json.loads(request.body))
        answer = b'{"ok": true, "ts": "1764000000.000100"}'
        return Answer(200, (("Content-Type", "application/json"),), answer)

    edge = Edge("spy", lambda *_: [], Calls())
    edge.add("*", note)
    return f"http://{LOOPBACK}:{serve(edge)}{path}", bodies


def client(**variables):
    """A client with these variables."""
    redactor = Redactor()
    return HttpClient(secrecy=Secrecy(variables, redactor.add, redactor.text))


def test_hostile_text_is_text_in_slack():
    """No mention, no link, no markup: rich text as it is, and in the notification's text no character that acts."""
    place, bodies = spied("/api")
    channel = Slack(kind="slack", name="releases", channel="C0RELEASES1", api_url=place)
    message = message_of(hostile_record(), LINK)
    slack.post(client(SLACK_TOKEN="xoxb-1"), channel, message)
    (sent,) = bodies
    assert (sent["mrkdwn"], sent["unfurl_links"], sent["unfurl_media"]) == (False, False, False)
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", sent["text"])
    assert html.unescape(sent["text"]) == shown(message.text)
    ((section,),) = ([one["elements"] for one in block["elements"]] for block in sent["blocks"])
    assert {element["type"] for element in section} == {"text", "link"}
    assert [one for one in section if one["type"] == "link"] == [
        {"type": "link", "url": LINK, "text": "Report and log of the run"}
    ]
    assert "<!channel> <@U1>" in section[0]["text"]
    assert "\u202e" not in json.dumps(sent, ensure_ascii=False)


def test_hostile_text_is_text_in_teams():
    """Runs of rich text alone, which know no Markdown; one action, and that is ours."""
    place, bodies = spied("/hook?sig=1")
    message = message_of(hostile_record(), LINK)
    one_way.post_to_teams(client(TEAMS_WEBHOOK=place), Teams(kind="teams", name="releases"), message)
    card = bodies[0]["attachments"][0]["content"]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert {run["type"] for block in card["body"] for run in block["inlines"]} == {"TextRun"}
    assert [action["url"] for action in card["actions"]] == [LINK]
    assert "\u202e" not in json.dumps(card, ensure_ascii=False)


PLAIN = {"paragraph_open", "paragraph_close", "inline", "text", "softbreak", "hardbreak", "link_open", "link_close"}


def tokens(body):
    """What CommonMark makes of a text: kinds of tokens, the words, where links lead. Empty comments part @ from names."""
    inline = [child for token in READER.parse(body) for child in token.children or ()]
    seen = [token for token in (*READER.parse(body), *inline) if token.content != "<!-- -->"]
    targets = [token.attrs["href"] for token in inline if token.type == "link_open"]
    return {token.type for token in seen}, "".join(one.content for one in inline if one.type == "text"), targets


def test_hostile_text_is_text_in_an_issue():
    """A paragraph of lines with one link, which is ours; nobody is mentioned."""
    body = issues._markdown(message_of(hostile_record(), LINK))
    kinds, words, targets = tokens(body)
    assert kinds <= PLAIN
    assert targets == [LINK]
    assert "<!channel> <@U1> <https://evil.example|ok>" in words
    assert not re.search(r"@\w", body)


@given(st.text())
def test_any_text_is_text_everywhere(text):
    """Whatever it is: Slack shows it as it is, and an issue has no markup but our own link."""
    message = Message("verdict rollout GO 1", "sha256:" + "a8" * 32, f"t{text}", (text,), (("Report", LINK),))
    assert html.unescape(slack._escaped(text)) == html.unescape(html.escape(shown(text), quote=False))
    kinds, _, targets = tokens(issues._markdown(message))
    assert kinds <= PLAIN
    assert targets == [LINK]


def test_a_quoted_key_is_not_a_key():
    """Only what a message ends with names it: evidence that looks like a key further up silences nobody."""
    record = sample.troubled()
    key = message_of(record).key
    record["items"][0]["title"] = f"[{key}]"
    record["items"][0].update(status="failed")
    other = message_of(record)
    assert other.key != key
    assert f"[{key}]" in other.text
    assert key_at_its_end(other.text) == other.key


def test_a_later_message_of_a_series_drops_the_receipt_of_an_earlier_one(tmp_path):
    """The journal holds the last word in each channel alone; other images, phases and channels are left."""
    journal = Journal(tmp_path / "receipts.json")
    message = message_of(sample.troubled())
    channel, other = (Teams(kind="teams", name=name) for name in ("releases", "others"))
    kept = [
        key_of(channel, message_of(sample.during())),
        key_of(other, message),
        key_of(channel, Message("planned x", message.digest, "t")),
        key_of(channel, Message(message.event, "sha256:" + "b" * 64, "t", series=message.series)),
    ]
    for key in (*kept, key_of(channel, message)):
        journal.keep(notice.Receipt(key, "told", notice.ActionState.DONE, "2026-11-23T09:42:00.000Z"))
    good = message_of(sample.good())
    journal.forget(lambda key: key.endswith(f" in {channel.name}") and good.same_series(key))
    assert {key for key in (*kept, key_of(channel, message)) if journal.find(key)} == set(kept)


@pytest.mark.parametrize(
    ("changes", "page"),
    [
        ({}, f"{LINK}/attempts/2"),
        ({"GITHUB_RUN_ATTEMPT": ""}, LINK),
        ({"GITHUB_ACTIONS": ""}, ""),
        ({"GITHUB_RUN_ID": ""}, ""),
        ({"GITHUB_SERVER_URL": "javascript:alert(1)//"}, ""),
        ({"GITHUB_REPOSITORY": "example/shop|x"}, ""),
    ],
)
def test_the_link_is_that_of_the_run(changes, page):
    """As GitHub's variables tell; none where they do not tell, or tell something odd."""
    environ = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "example/shop",
        "GITHUB_RUN_ID": "4711",
        "GITHUB_RUN_ATTEMPT": "2",
    }
    assert page_of_run(environ | changes) == page


def test_secrets_are_masked():
    """What the run has learned to be secret is in no message, wherever it stood."""
    redactor = Redactor()
    redactor.add("correct-horse")
    record = sample.troubled()
    record["errors"] = ["it said correct-horse"]
    message = notice._without_secrets(message_of(record, LINK), redactor)
    assert "correct-horse" not in message.text
    assert "it said [redacted]" in message.text


def test_the_message_of_the_docs_is_what_is_told():
    """The example in docs/channels.md, word for word."""
    text = message_of(sample.waiting(), f"{LINK}/attempts/1").text
    assert f"```text\n{text}\n```" in (ROOT / "docs/channels.md").read_text()
