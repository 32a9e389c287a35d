"""Reports of invocations: read in both formats, counted exactly, cold starts apart."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import log

import pytest

from promotion.sections.rollout import charts as course
from promotion.sections.rollout.charts import charts
from promotion.sections.rollout.invocations import Invocation, count_invocations, read_report
from promotion.sections.rollout.minute_counts import MOST as MOST_OF_A_MINUTE
from promotion.sections.rollout.minute_counts import MinuteCounts

T0 = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
ID = "3f1c9d3e-0000-4000-a000-000000000001"


def text(rest="", ms="395.99"):
    """A report in text."""
    return (
        f"REPORT RequestId: {ID}\tDuration: {ms} ms\tBilled Duration: 396 ms\tMemory Size: 512 MB\t"
        f"Max Memory Used: 118 MB\t{rest}\n"
    )


def in_json(status="success", **metrics):
    """A report in JSON."""
    record = {"requestId": ID, "metrics": {"durationMs": 395.99, "billedDurationMs": 396, **metrics}, "status": status}
    return json.dumps({"time": "2026-05-04T10:00:00Z", "type": "platform.report", "record": record})


@pytest.mark.parametrize(
    ("line", "start_ms", "failed"),
    [
        (text(), None, False),
        (text("Init Duration: 265.72 ms\t"), 265.72, False),
        (text("Restore Duration: 90.10 ms\tBilled Restore Duration: 91 ms\t"), 90.1, False),
        (text("Status: timeout"), None, True),
        (text("Status: error\tError Type: Runtime.ExitError"), None, True),
        (in_json(), None, False),
        (in_json(initDurationMs=265.72), 265.72, False),
        (in_json("error"), None, True),
        (in_json("timeout"), None, True),
    ],
)
def test_reports_are_read(line, start_ms, failed):
    """Duration, cold start and failure, by text and by JSON."""
    # In text only what Lambda itself ended has a status: an exception has none.
    has_outcome = failed or line.startswith("{")
    assert read_report(line, T0) == Invocation(ID, T0, 395.99, start_ms, failed, has_outcome)


@pytest.mark.parametrize(
    "line",
    [
        f"START RequestId: {ID} Version: 7\n",
        f"END RequestId: {ID}\n",
        '{"message":"REPORT RequestId: x Duration: 3 ms"}',
        '{"type":"platform.report","record":{"metrics":{}}}',
        '{"type":"platform.report"}',
        "{broken",
        "REPORT RequestId: x\tBilled Duration: 3 ms",
    ],
)
def test_other_lines_are_no_reports(line):
    """Nothing else is counted as an invocation."""
    assert read_report(line, T0) is None


def test_counts_are_exact_by_the_minute():
    """Every request, failure and duration counts in the minute since T0 in which it ended."""
    found = [Invocation(str(n), T0 + timedelta(seconds=n), float(n), failed=n % 10 == 0) for n in range(290)]
    side = count_invocations("7", found, T0, T0 + timedelta(seconds=290))
    assert (side.requests, side.errors) == (290, 29)
    assert [(one.requests, one.errors) for one in side.minutes] == [*[(60, 6)] * 4, (50, 5)]
    assert side.minutes[1].durations_ms == tuple(float(n) for n in range(60, 120))
    assert side.minutes[1].times == ()


def test_very_many_durations_are_kept_to_one_percent_and_none_is_lost():
    """A record stays small; what the judge counts is every one of them, a hundredth away at most."""
    many = 3 * MOST_OF_A_MINUTE
    found = [Invocation(str(n), T0 + timedelta(milliseconds=n), 20 + n / 10) for n in range(many)]
    (kept,) = count_invocations("7", found, T0, T0 + timedelta(minutes=1)).minutes
    assert (kept.requests, kept.known) == (many, many)
    assert len(kept.durations_ms) < 300
    judged = kept.minute().durations_ms
    assert len(judged) == many
    assert max(abs(log(mine / (20 + n / 10))) for n, mine in enumerate(judged)) <= 0.0051


def test_what_is_later_does_not_count():
    """A look counts what ended before its moment; cold starts stand apart, with their start."""
    found = [
        Invocation("a", T0, 10.0),
        Invocation("b", T0, 10.0, 200.0),
        Invocation("c", T0 + timedelta(minutes=2), 10.0),
    ]
    side = count_invocations("7", found, T0, T0 + timedelta(minutes=2))
    assert (side.requests, side.minutes[0].durations_ms, side.cold_ms) == (2, (10.0,), (210.0,))
    assert len(side.minutes) == 2


def test_metrics_may_know_of_more():
    """The larger count holds, in the minute of which the metrics tell it."""
    found = [Invocation("a", T0, 10.0, failed=True)]
    measured = {T0: (10.0, 1.0), T0 + timedelta(minutes=1): (20.0, 3.0)}
    side = count_invocations("7", found, T0, T0 + timedelta(minutes=3), measured)
    assert (side.requests, side.errors) == (30, 4)
    assert [(one.requests, one.errors) for one in side.minutes] == [(10, 1), (20, 3), (0, 0)]


def test_it_says_what_it_did():
    """Requests, failures, the median; of the gate's own, what they were."""
    found = [Invocation(str(n), T0 + timedelta(seconds=n), 10.0 + n) for n in range(5)]
    side = count_invocations("7", found, T0, T0 + timedelta(minutes=1))
    assert side.describe() == "version 7: 5 requests, 0 failed, median 12 ms"
    own = replace(side, own=(MinuteCounts(9, 1, (3.0,)), MinuteCounts(2, 0, (4.0,))))
    assert own.describe().endswith(" · 11 of our own, 1 failed")
    assert count_invocations("", [], T0, T0 + timedelta(minutes=1)).describe() == "version -: 0 requests, 0 failed"


def test_the_course_is_drawn_for_both_sides():
    """Four charts with as many moments on either side, and the decisions marked."""
    new = {str(n): Invocation(str(n), T0 + timedelta(seconds=n), 100.0 + n % 7, failed=n == 3) for n in range(300)}
    old = {str(n): Invocation(str(n), T0 + timedelta(seconds=n / 5), 90.0) for n in range(1500)}
    marks = {"T+2": T0 + timedelta(minutes=2), "T+5": T0 + timedelta(minutes=5)}
    span = (T0, T0 + timedelta(minutes=5))
    drawn = list(charts("lambda", (new, old), span, timedelta(seconds=15), marks, (0.001, 1000)))
    assert [len(one.canary) for one in drawn] == [len(one.baseline) for one in drawn] == [20] * 4
    assert drawn[0].canary[0] == 15
    assert drawn[0].baseline[0] == 75
    assert drawn[1].canary[0] == pytest.approx(6.667)
    assert drawn[2].baseline == (90.0,) * 20
    assert drawn[0].marks == ((8, "T+2"), (19, "T+5"))
    assert drawn[0].end == "10:05:00Z"


def test_the_last_part_of_the_course_is_drawn_however_short():
    """What failed in the last seconds stands in the chart as it does in the text; what came later does not."""
    new = {str(n): Invocation(str(n), T0 + timedelta(seconds=n), 100.0, failed=n >= 120) for n in range(150)}
    marks = {"T+2": T0 + timedelta(minutes=2), "T+3": T0 + timedelta(minutes=3)}
    span = (T0, T0 + timedelta(seconds=140))
    requests, failed, *_ = charts("lambda", (new, {}), span, timedelta(minutes=1), marks, (0.001, 1000))
    assert requests.title.startswith("Requests in 60 s of lambda")
    assert requests.canary == (60.0, 60.0, 20.0)
    assert failed.canary == (0.0, 0.0, 100.0)
    assert failed.end == "10:02:20Z, last 20 s"
    assert failed.marks == ((2, "T+2"),), "T+3 is still to come"


@pytest.mark.parametrize("seconds", [0, 0.4, 60, 1801, 3599.999999])
def test_the_course_is_never_longer_than_a_chart(seconds):
    """Steps grow with the span, and none of the invocations is lost."""
    new = {str(n): Invocation(str(n), T0 + seconds * timedelta(seconds=1) * n / 100, 9.0) for n in range(100)}
    span = (T0, T0 + timedelta(seconds=seconds))
    drawn = list(charts("lambda", (new, {}), span, timedelta(seconds=15), {}, (0.001, 1000)))
    assert all(len(one.canary) <= course.MOST for one in drawn)
    assert not drawn or sum(drawn[0].canary) == 100
    assert ("last" in drawn[0].end) is (seconds == 0.4) if drawn else seconds == 0


def test_failures_are_counted_in_the_minute_in_which_they_were():
    """So that both versions are compared within the same minutes; before the first whole one nothing is known of the old."""
    found = [Invocation("a", T0 + timedelta(seconds=10 * number), 10.0, has_outcome=False) for number in range(18)]
    metrics = {T0.replace(second=0) + timedelta(minutes=number): (6.0, 2.0) for number in range(3)}
    new = count_invocations("6", found, T0, T0 + timedelta(minutes=3), metrics)
    assert [(one.requests, one.errors) for one in new.minutes] == [(6, 2)] * 3
    old = {minute: (0.0, errors) for minute, (_, errors) in list(metrics.items())[1:]}
    since = T0 + timedelta(minutes=1)
    counted = count_invocations("5", found, T0, T0 + timedelta(minutes=3), old, since)
    assert [(one.requests, one.errors) for one in counted.minutes] == [(0, 0), (6, 2), (6, 2)]
    assert [one.known for one in counted.minutes] == [6, 6, 6]
    assert not counted.outcomes
    in_full = [replace(one, has_outcome=True) for one in found]
    told = count_invocations("5", in_full, T0, T0 + timedelta(minutes=3), {}, since)
    assert [one.requests for one in told.minutes] == [6, 6, 6]
