"""What came before, what comes when, what was done: the records of a promotion, its timeline and its receipts."""

import pytest

from promotion.report import page

from .dom import read


def test_the_records_of_a_promotion_are_a_story(afterwards):
    """Each record is a step: when, verdict, moment, counts, its hash; the last one is this page."""
    steps = [li.text for li in read(page(afterwards)).one("section", "story").all("li")]
    assert steps == [
        "Before approval GO2026-11-23 09:42:55Z35 passed, 1 attested and 1 waivedrecord 5b1fe9a0c2d3",
        "During deployment GO2026-11-23 14:05:20Z rehearsed11 passedrecord e81d0c5f7a9b",
        "After deployment HOLD2026-11-23 09:42:55Zthis page",
    ]


def test_what_changed_since_the_last_run_of_the_phase_is_named(troubled):
    """Items that were otherwise then are linked, with what they were and are."""
    story = read(page(troubled)).one("section", "story")
    assert "3.6 passed then, failed now. " in story.text
    assert "#item-alb-response-time" in {a.attributes["href"] for a in story.all("a")}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("unknown", "3.6 could not be judged then, failed now. "),
        ("pending", "3.6 had to wait then, failed now. "),
        ("attested", "3.6 was attested by a person then, failed now. "),
        ("not-applicable", "3.6 did not apply then, failed now. "),
        ("splendid", "3.6 could not be judged then, failed now. "),
    ],
)
def test_what_an_item_was_is_said_in_proper_words(troubled, status, words):
    """Each status has its own, and one that nobody knows is not good."""
    troubled["chain"][-1]["items"]["alb-response-time"] = status
    assert words in read(page(troubled)).one("section", "story").text


def test_the_first_record_of_a_promotion_has_no_story(good):
    """Nothing came before it."""
    assert not read(page(good)).all("section", "story")
    assert not read(page(good)).all("section", "timeline")


def stops(record):
    """Each moment of the timeline."""
    return [li.text for li in read(page(record)).one("section", "timeline").all("li")]


def test_the_timeline_of_a_rollout_goes_from_t0_to_t5(during):
    """T0 as the watch saw it, what is judged all along, each moment with when it was looked at or falls due."""
    assert stops(during) == [
        "T02026-11-23 14:00:12Zdeployment begins",
        "During deployment8 of 9",
        "T+2looked 14:02:14Z0 of 1",
        "T+514:05:12Z0 of 1",
    ]


def test_the_timeline_tells_whole_seconds(during):
    """A look is taken at some microsecond, which is nothing to anybody."""
    during["evidence"]["rollout_watch"]["value"]["looks"][0]["at"] = "2026-11-23T14:02:14.987654Z"
    assert stops(during)[2] == "T+2looked 14:02:14Z0 of 1"


def test_the_timeline_after_a_deployment_goes_on_from_the_rollout(afterwards):
    """The rollout is one stop; T+10 and T+30 have their clock times, what comes after has none."""
    assert stops(afterwards) == [
        "T02026-11-23 14:00:12Zdeployment begins",
        "During deployment14:05:20ZGO",
        "T+1014:10:12Z5 of 5",
        "T+3014:30:12Z0 of 4",
        "after0 of 4",
    ]


@pytest.mark.parametrize("value", [None, {}, {"t0": 3}, {"t0": "soon"}, {"t0": "9999-12-31T23:59:59Z", "looks": [3]}])
def test_a_timeline_without_a_t0_has_no_clock_times(afterwards, value):
    """Where no look-up saw the deployment begin, the moments stand without a time."""
    afterwards["evidence"] = {"watch": {"value": value}}
    assert stops(afterwards)[2] == "T+105 of 5"


def test_what_was_done_to_the_world_is_listed(during):
    """Each receipt: in words, what became of it, when, what the other side calls it, where to find it, what is to do."""
    done = [li.text for li in read(page(during)).one("section", "acts").all("li")]
    assert done[0] == "stopped d-9KLMN2QXR of shop-lambda with rollback Done2026-11-23 14:02:33Z d-9KLMN2QXR"
    assert "Done before" in done[1]
    assert "https://example.slack.com/archives/C0RELEASES1/p1795474939450189" in done[1]
    assert "Refused" in done[2]
    assert done[2].endswith("roll shop-ec2 back by hand.")


def test_an_act_of_a_state_that_nobody_knows_is_not_shown_as_done(during):
    """Anything but done is another shape and word."""
    during["acts"] = [{"what": "posted", "state": "perhaps"}]
    (act,) = read(page(during)).one("section", "acts").all("li")
    assert act.one("use").attributes["href"] == "#glyph-unknown"


def test_a_rehearsal_is_said_to_be_one(during, good):
    """Above the verdict, and in the title; a real run says nothing of it."""
    root = read(page(during))
    assert root.all("p", "rehearsal")[0].text.startswith("A rehearsal.")
    assert root.one("head").one("title").text.startswith("Rehearsal · Roll back · ")
    assert not read(page(good)).all("p", "rehearsal")


@pytest.mark.parametrize("field", ["chain", "acts", "waivers", "before", "rehearsal"])
@pytest.mark.parametrize("wrong", [None, 7, True, [], ["x"], [None], {}, {"a": 1}, "x", [{"phase": {}, "items": 3}]])
def test_later_fields_of_another_type_never_break_the_page(during, field, wrong):
    """A record that somebody else wrote wrongly still gives a page."""
    read(page({**during, field: wrong}))
