"""What stands on the page, and in which order."""

import base64
import hashlib
import re

import pytest

from promotion.report import annotations, fragment, page, summary

from .dom import Node, read
from .sample import DIGEST

SAMPLES = ("good", "troubled", "waiting", "broken_off", "during", "afterwards", "whole_checklist")


@pytest.fixture(params=SAMPLES)
def record(request):
    """Every sample in turn."""
    return request.getfixturevalue(request.param)


def outline(root: Node) -> list[str]:
    """List the items of a page: number, word, and `open`, `closed` or `flat`."""
    return [
        f"{row.one('span', 'number').text} {row.one('span', 'word').text} {_how(item)}"
        for item in root.all(cls="item")
        for row in [item if "row" in item.classes else item.all("summary", "row")[0]]
    ]


def _how(item: Node) -> str:
    return "flat" if item.tag == "div" else "open" if "open" in item.attributes else "closed"


def test_every_item_stands_once_in_checklist_order(record):
    """The page has every item of the record, once, in the order of the checklist, with its words and its id."""
    items = read(page(record)).all(cls="item")
    assert [item.one("span", "title").text for item in items] == [
        f"{item['title']}\u2002{item['id']}" for item in record["items"]
    ]
    assert [item.attributes["id"] for item in items] == [f"item-{item['id']}" for item in record["items"]]


def test_only_what_needs_reading_is_open(troubled):
    """Failed, unknown and waiting items stand open; good ones are closed; what nobody looked at is one quiet row."""
    found = outline(read(page(troubled)))
    assert [line for line in found if line.endswith("open")] == [
        "3.6 Failed open",
        "3.7 Unknown open",
        "4.3 Unknown open",
        "4.4 Failed open",
        "6.2 Waiting open",
        "6.8 Waiting open",
    ]
    assert "2.5 Not run flat" in found
    assert {"1.1 Passed closed", "1.6 Waived closed", "4.5 Not applicable closed", "5.2 Attested closed"} <= {*found}


def test_what_blocks_is_linked_with_its_message(troubled):
    """The head names what blocks, failed first, each with a link, its subject and the message."""
    stops = read(page(troubled)).all("div", "stops")[0]
    assert [a.attributes["href"] for a in stops.all("a")] == [
        "#item-alb-response-time",
        "#item-security-groups",
        "#item-error-rate",
        "#item-least-privilege",
        "#item-key-personnel",
        "#item-status-page",
        "#item-smoke-tests",
    ]
    assert "shop-prod-instances: sg-0a1b2c3d4e5f60718" in stops.text


def test_what_is_said_of_several_subjects_is_said_once(troubled):
    """Subjects with the same message are named together, where people read and where GitHub shows it."""
    item = next(item for item in troubled["items"] if item["id"] == "security-groups")
    for subject in item["subjects"]:
        subject.update(status="failed", message="open to the world")
    said = "shop-prod-alb, shop-prod-instances and shop-prod-lambda: open to the world"
    assert read(page(troubled)).all("div", "stops")[0].text.count("open to the world") == 1
    assert all(said in drawn for drawn in (read(page(troubled)).text, summary(troubled), annotations(troubled)))


def test_every_link_goes_somewhere_on_the_page(record):
    """Each link is to an id of this page, or to the web address that it shows; and no id stands twice."""
    root = read(page(record))
    ids = [node.attributes["id"] for node in root if "id" in node.attributes]
    assert len(ids) == len({*ids})
    links = [node for node in root if "href" in node.attributes]
    within = {node.attributes["href"].removeprefix("#") for node in links if node.attributes["href"][0] == "#"}
    assert within
    assert within <= {*ids}
    for node in links:
        if node.attributes["href"][0] != "#":
            assert node.text == node.attributes["href"]
            assert node.text.startswith("https://")


def test_sections_tell_marker_and_tally(troubled):
    """Each section has its number, title, marker and how many of its items are good."""
    headings = [section.all("h2")[0].text for section in read(page(troubled)).all("section", "section")]
    assert headings[1:3] == [
        "2\u2002Dev environment-m dev5 of 6",
        "3\u2002Observability and monitoring-m observability5 of 7",
    ]


def test_facts(troubled):
    """Digest, accounts, times, clock and hashes stand among the facts; the digest alone in its element."""
    facts = read(page(troubled)).one("dl", "facts")
    assert facts.one("div", "digest").one("code").text == DIGEST
    assert [(fact.all("dt")[0].text, fact.all("dd")[0].text) for fact in facts.all("div")][1:14] == [
        ("Commit", "4be91c7d20f1a9b8c7d6e5f4a3b2c1d0e9f8a7b6"),
        ("Build run", "8841, attempt 1"),
        ("From", "dev 111122223333 · eu-west-1"),
        ("To", "prod 444455556666 · eu-west-1"),
        ("Deployment window", "2026-11-23 15:00 for 30 min Europe/Viennaelse 2026-11-24 10:00 for 30 min"),
        ("Deployment lead", "release-lead"),
        ("On call", "on-call-engineer"),
        ("Approver", "release-approver"),
        ("Started", "2026-11-23 09:41:07Z"),
        ("Finished", "2026-11-23 09:42:55Z after 1 min 49 s"),
        ("Clock", "2026-11-23 09:42:52Z"),
        ("Phase", "pre_promotion"),
        ("Figures before", "sha256:1b7e5a0c9d2f of 2026-11-09 09:12:44Z, record 41c7ba50f2d9"),
    ]
    assert troubled["settings_sha256"] in facts.text
    assert troubled["checklist_sha256"] in facts.text


def test_selection_is_told_when_it_is_narrower_than_the_phase(troubled):
    """A run of `-m dev` says so."""
    troubled["selection"] = "dev and not slow"
    assert "dev and not slow" in read(page(troubled)).one("dl", "facts").text


def test_incomplete_run_says_so_above_the_verdict(broken_off):
    """An interrupted run has a banner, its errors, and no promise to be sealed."""
    warnings = [node.text for node in read(page(broken_off)).one("header").all(cls="warning")]
    assert warnings[0].startswith("Incomplete.")
    assert "team_calendar" in warnings[1]
    assert "cannot be sealed" in read(page(broken_off)).by_id("sign-off").text


def test_rollback_that_could_not_be_verified_calls_a_person(troubled):
    """Exit code 20 asks for a person, above everything."""
    troubled["exit_code"] = 20
    assert read(page(troubled)).all(cls="warning")[0].text.startswith("Call a person now.")


def test_what_people_vouch_for_stands_on_the_row(good):
    """Waived, attested and not-applicable items show who, until when and why, without opening them."""
    notes = {
        item.attributes["id"]: item.one("span", "note").text
        for item in read(page(good)).all(cls="item")
        if item.all("span", "note")
    }
    waived = "was failed, by release-lead, until 2026-12-01: model weights move out of the image in 4.3"
    assert notes["item-image-size"] == waived
    assert notes["item-rollback-plan"].startswith("by release-lead, 2026-11-23 08:55:00Z: ")
    assert notes["item-https-alb"].startswith("Declared in promotion.toml")
    assert "waived by release-lead until 2026-12-01" in read(page(good)).one("section", "verdict").text


def test_subjects_have_rows_of_their_own(troubled):
    """An item with several subjects has a row for each; a passed item's only subject has none."""
    root = read(page(troubled))
    rows = root.by_id("item-least-privilege").all("div", "who")
    assert [(row.one("b", "name").text, row.one("span", "word").text) for row in rows] == [
        ("shop-lambda", "Passed"),
        ("shop-instance", "Passed"),
        ("shop-codedeploy-ec2", "Unknown"),
    ]
    assert not root.by_id("item-build-workflow").all("div", "who")


def test_how_an_item_is_judged_stands_under_its_row(troubled):
    """What the judgement asks for, in the words of its test; not where nobody has looked."""
    next(item for item in troubled["items"] if item["id"] == "smoke-tests")["rule"] = "Each answers."
    root = read(page(troubled))
    assert root.by_id("item-alb-response-time").one("p", "rule").text.startswith("Judged: p99 over the whole window")
    assert "Each answers." not in root.text


def test_measured_of_an_item_is_made_from_its_subjects(troubled):
    """Without a measured value of its own an item shows its subjects', or how many are good, and why it is unknown."""
    root = read(page(troubled))

    def measured(name):
        return root.by_id(f"item-{name}").all("span", "measured")[0].text

    assert measured("health-checks") == "lambda 200 in 84 ms · alb 2 of 2 hosts"
    assert measured("least-privilege") == "2 of 3 good · access denied"
    assert measured("alb-response-time") == "624 ms of 500 ms was 412 ms of 500 ms"
    troubled["items"][0]["measured"] = "run 7"
    assert read(page(troubled)).by_id("item-build-workflow").all("span", "measured")[0].text == "run 7"


def test_items_are_grouped_by_when_they_are_due(afterwards):
    """Items after the deployment stand under the time they are due."""
    section = read(page(afterwards)).one("section", "section")
    assert [h.text for h in section.all("h3")] == ["Due T+10 min", "Due T+30 min", "Due after"]


def test_sections_of_later_phases_do_not_block(whole_checklist, troubled):
    """A section of another phase is shown, said to be no part of the run, and changes no count."""
    root = read(page(whole_checklist))
    assert root.by_id("section-postdeploy").one("p", "later").text == "Not part of this run: judged after deployment."
    assert root.one(cls="said").text == read(page(troubled)).one(cls="said").text


def test_the_machine_fills_no_line_of_the_sign_off(good):
    """The lines for approver, time, digest and notes hold their label and nothing else."""
    blanks = read(page(good)).by_id("sign-off").one("div", "blanks")
    assert [div.text for div in blanks.all("div")] == [
        "Approver: name and signature",
        "Date and time",
        "Image digest: its last 8 characters, copied from above by hand",
        "Notes",
    ]
    assert all([child.tag for child in div.children] == ["span"] for div in blanks.all("div"))


SIGNED = {
    "approver": "release-approver",
    "at": "2026-11-23T10:02:00Z",
    "notes": "Read with the team.\nWatch the image's size.",
    "how": {"signature": "ssh"},
    "page": "0" * 64,
}


def test_what_a_person_signed_stands_in_the_lines(good):
    """Approver, moment, the end of the digest and the notes are filled, and the page that was signed is named."""
    block = read(page(good, signed=SIGNED)).by_id("sign-off")
    assert [b.text for b in block.all("b", "filled")] == [
        "release-approver (SSH signature)",
        "2026-11-23 10:02:00Z",
        DIGEST[-8:],
        SIGNED["notes"],
    ]
    assert f"Signed over checklist.html, sha256:{'0' * 64}" in block.text
    assert fragment(good, signed=SIGNED).count('<div class="promotion"') == 1


def test_footer_has_the_hash_of_the_record(good, tmp_path):
    """The footer names what `sha256sum record.json` prints."""
    import json

    text = json.dumps(good, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"
    assert hashlib.sha256(text.encode()).hexdigest() in read(page(good)).one("footer").text


def test_the_page_allows_no_style_but_its_own(record):
    """The policy names the hash of the one style element; there is no script, no style attribute, nothing remote."""
    html = page(record)
    root = read(html)
    style = root.one("style").text
    expected = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(n.attributes["content"] for n in root.all("meta") if "http-equiv" in n.attributes)
    assert policy == f"default-src 'none'; style-src 'sha256-{expected}'; base-uri 'none'; form-action 'none'"
    assert not root.all("script")
    assert not [node for node in root if "style" in node.attributes]
    assert not [name for node in root for name in node.attributes if name.startswith("on")]
    assert not {"src", "srcset", "action", "data"} & {name for node in root for name in node.attributes}
    assert not re.search(r"url\(|@import|https?://", style)


def test_the_page_holds_the_fragment_word_for_word(record):
    """What pytest-html carries and what stands alone are the same text."""
    assert fragment(record) in page(record)
    assert page(record).count('<div class="promotion"') == 1
    root = read(page(record))
    assert root.one("html").attributes["lang"] == "en"
    assert root.one("head").one("title").text


def test_status_is_never_colour_alone(record):
    """Every glyph has a word beside it, and is hidden from screen readers."""
    root = read(page(record))
    assert all(node.attributes["aria-hidden"] == "true" for node in root.all("svg", "glyph"))
    assert all(item.all("span", "word")[0].text for item in root.all(cls="item"))
