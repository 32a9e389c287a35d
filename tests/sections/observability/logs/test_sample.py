"""Counting the newest events: whose they are, how fresh, how many carry an id, and whether it is always the same."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promotion.clients.aws.logs import LogEvent
from promotion.sections.observability.logs.sample import LogSample, MemberLog, fewest
from promotion.sections.observability.logs.streams import Writers
from promotion.sections.observability.logs.tally import EventCounter

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SINCE = NOW - timedelta(minutes=30)
ONE, TWO = "i-3197dd65df00ed7a7", "i-534286fb98df6dc0a"
FLEET = Writers("/shop/ec2", (ONE, TWO))
STREAM = "2026/11/23/[8]b030f60a38ef702d5897f02b4c579a9b"
OTHER = "2026/11/23/[8]2488622c043483870f165eb373f5020d"
FUNCTION = Writers("/aws/lambda/shop-api", ("8",), "shop-api")


def event(stream, minutes, correlation_id=None, *, ingested=None, message=None):
    """Give an event so many minutes ago."""
    line = {"level": "INFO"} | ({} if correlation_id is None else {"correlation_id": correlation_id})
    at = NOW - timedelta(minutes=minutes)
    taken = at + timedelta(seconds=1) if ingested is None else NOW - timedelta(minutes=ingested)
    return LogEvent(stream, at, taken, json.dumps(line) if message is None else message)


def sampled(writers, events, *, share=0.99, complete=True):
    """Count events."""
    tally = EventCounter(writers, "correlation_id", share)
    tally.add(events)
    return tally.sample(SINCE, NOW, complete=complete)


@pytest.mark.parametrize(
    ("stream", "writer"),
    [
        (STREAM, "8"),
        ("2026/11/23/shop-api[8]b030f60a38ef702d5897f02b4c579a9b", "8"),
        ("2026/11/23/shop-api[8][b030f60a38ef702d5897f02b4c579a9b]", "8"),
        ("2026/11/23/other[8]b030f60a38ef702d5897f02b4c579a9b", None),
        ("2026/11/23/[7]b030f60a38ef702d5897f02b4c579a9b", None),
        ("2026/11/23/[18]b030f60a38ef702d5897f02b4c579a9b", None),
        ("2026/11/23/[80]b030f60a38ef702d5897f02b4c579a9b", None),
        ("2026/11/23/[$LATEST]b030f60a38ef702d5897f02b4c579a9b", None),
        ("[8]b030f60a38ef702d5897f02b4c579a9b", None),
        (f"copy-of-{STREAM}", None),
        ("8", None),
    ],
)
def test_a_stream_is_of_the_present_version(stream, writer):
    """The version is told by the brackets alone."""
    assert FUNCTION.writer(stream) == writer


@pytest.mark.parametrize(
    ("stream", "writer"),
    [(ONE, ONE), (f"{TWO}/messages", TWO), (f"{ONE}.log", ONE), (f"{ONE}a", None), (ONE[:-1], None), ("i-0", None)],
)
def test_a_stream_is_of_an_instance(stream, writer):
    """By its id as a whole."""
    assert FLEET.writer(stream) == writer


def test_the_newest_event_of_each_counts():
    """In whatever order they come; a member without one has none."""
    sample = sampled(FLEET, [event(ONE, 12), event(ONE, 3), event(ONE, 7)])
    assert sample.age_minutes(ONE) == 3
    assert sample.age_minutes(TWO) is None
    assert sample.is_fresh(ONE, 10)
    assert not sample.is_fresh(ONE, 3)
    assert not sample.is_fresh(TWO, 10)
    assert sample.describe(FLEET, 10) == f"{ONE}: 3.0 min ago, {TWO}: none · 95 % ingested within 1 s"
    assert sample.silence(FLEET, TWO) == f"{TWO} has no event in 30 min"


def test_nothing_makes_an_old_event_fresh():
    """Neither a clock that runs ahead, nor a delivery that comes late."""
    sample = sampled(FLEET, [event(ONE, -60, ingested=25), event(TWO, 25, ingested=0)])
    assert sample.age_minutes(ONE) == 25
    assert sample.age_minutes(TWO) == 25


def test_others_do_not_count():
    """A version that was replaced shows nothing of the one that serves, and its lines do not lower the share."""
    sample = sampled(FUNCTION, [event(STREAM.replace("[8]", "[7]"), 1), event(STREAM, 2, "a-1")])
    assert (sample.others, sample.application, sample.lacking) == (1, 1, 0)
    assert sample.age_minutes("8") == 2


def test_lines_of_the_platform_are_events_but_not_the_applications():
    """They show that the log is written, and carry no ids."""
    start = event(STREAM, 1, message="START RequestId: 1 Version: 8\n")
    report = event(STREAM, 1, message='{"type":"platform.report","record":{}}')
    sample = sampled(FUNCTION, [start, report])
    assert sample.is_fresh("8", 10)
    assert sample.extent() == "0 application events out of the last 30 min and 2 of the platform"


@pytest.mark.parametrize(("share", "least"), [(0.99, 100), (0.9, 20), (0.999, 1000), (1, 20), (0.95, 20)])
def test_how_many_events_are_wanted(share, least):
    """As many as it takes for a single one not to break the share."""
    assert fewest(share) == least


@pytest.mark.parametrize(
    ("lacking", "of", "wrong"),
    [
        (1, 100, False),
        (2, 100, True),
        (1, 50, False),
        (2, 50, True),
        (10, 1000, False),
        (11, 1000, True),
        (0, 0, False),
    ],
)
def test_the_share_is_exact(lacking, of, wrong):
    """One in a hundred may lack an id; of few events, those that are not there yet are given the benefit."""
    events = [event(ONE, 1, None if number < lacking else f"a-{number}") for number in range(of)]
    assert sampled(FLEET, events).lacks(0.99) is wrong


@settings(deadline=None)
@given(st.integers(0, 3000), st.integers(0, 3000), st.floats(0.5, 1))
def test_more_ids_never_make_it_worse(lacking, identified, share):
    """Another event with an id takes nothing from the share; another one without gives nothing to it."""

    def wrong(without, with_id):
        member = MemberLog(application=without + with_id, identified=with_id)
        return LogSample("/shop/ec2", SINCE, NOW, complete=True, pages=1, members={ONE: member}).lacks(share)

    if wrong(lacking, identified + 1):
        assert wrong(lacking, identified)
    if wrong(lacking, identified):
        assert wrong(lacking + 1, identified)


def spread(stream, count, ids):
    """Give events all through the window, with these ids in turn."""
    return [event(stream, 30 * number / count, ids[number % len(ids)]) for number in range(count)]


def test_a_constant_id_is_found():
    """The same one for everybody."""
    (constant,) = sampled(FLEET, spread(ONE, 200, ["a-1"])).constant
    assert constant.describe() == "200 of 200 events with an id in the log have the same one"


def test_a_constant_id_is_found_beside_some_others():
    """Requests that bring an id of their own do not hide it."""
    events = spread(ONE, 200, ["a-1"]) + spread(TWO, 40, [f"b-{number}" for number in range(40)])
    assert [one.place for one in sampled(FLEET, events).constant] == ["the log", ONE]


def test_an_id_that_one_environment_keeps_is_found():
    """A warm environment that never clears its logger, among others that do."""
    events = spread(STREAM, 150, ["a-1"]) + spread(OTHER, 300, [f"b-{number}" for number in range(300)])
    assert [one.place for one in sampled(FUNCTION, events).constant] == [STREAM]


def test_a_request_that_says_much_is_no_constant():
    """Most lines of a quiet log may be of one request: they are all of one moment."""
    events = [event(ONE, 5, "batch")] * 500 + spread(ONE, 60, [f"b-{number}" for number in range(60)])
    assert sampled(FLEET, events).constant == ()


def test_few_events_tell_no_constant():
    """Two lines of one request have the same id, as they should."""
    assert sampled(FLEET, spread(ONE, 60, ["a-1"])).constant == ()


def test_ids_are_counted_and_not_kept():
    """Whatever stands where an id should stand may be a secret."""
    sample = sampled(FLEET, spread(ONE, 200, ["hunter2-hunter2"]))
    assert sample.distinct == 1
    assert "hunter2" not in repr(sample)
    assert "hunter2" not in repr(event(ONE, 1, "hunter2"))


def test_what_was_read_is_said():
    """All of the window, or as much as was enough; many instances are summed up."""
    assert sampled(FLEET, spread(ONE, 5, ["a"])).extent() == "5 application events out of the last 30 min"
    assert sampled(FLEET, [], complete=False).extent().endswith("(the rest was not read)")
    many = Writers("/shop/ec2", tuple(f"i-{number:017x}" for number in range(9)))
    events = [event(member, 1) for member in many.members[:8]]
    assert (
        sampled(many, events).describe(many, 10)
        == f"8 of 9 younger than 10 min; {many.members[8]}: none · 95 % ingested within 1 s"
    )


@pytest.mark.parametrize(
    ("seconds", "words"), [(99.9534, "100 s"), (119, "119 s"), (120, "2 min"), (256.4, "4.3 min"), (1800, "30 min")]
)
def test_a_span_is_told_as_a_person_would(seconds, words):
    """A short one in seconds, a longer one in minutes, with one decimal if it has any."""
    sample = LogSample("/shop/ec2", NOW - timedelta(seconds=seconds), NOW, True, 1, {ONE: MemberLog()})
    assert sample.extent() == f"0 application events out of the last {words}"
    assert sample.silence(FLEET, ONE) == f"{ONE} has no event in {words}"


def test_how_long_events_take_to_be_there_is_told():
    """By the times of the events themselves: within how many seconds 95 of 100 were taken in."""
    events = [event(ONE, 5, ingested=5 - late / 60) for late in [2] * 95 + [40] * 5]
    assert sampled(FLEET, events).lag_p95_s == 2
    assert sampled(FLEET, [*events, event(TWO, 5, ingested=4)]).lag_p95_s == 40
    assert sampled(FLEET, []).lag_p95_s is None
    assert sampled(FLEET, [event(ONE, 1, ingested=2)]).lag_p95_s == 0, "a clock that runs ahead"
