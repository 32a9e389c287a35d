"""When a baseline can be there, and what it means that it is not."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from promotion.clients.aws.cloudwatch.window import SETTLED_AFTER, floor_minute
from promotion.sections.observability.baseline.guard import STEADY_AFTER
from promotion.sections.observability.baseline.judgement import awaited, baseline_problems, measurable_at
from promotion.sections.observability.baseline.record import Baseline, TargetMeasurement, histogram
from promotion.sections.observability.baseline.store import StoredBaseline

BEGAN = datetime(2026, 5, 4, 8, 0, 20, tzinfo=UTC)
DUE = BEGAN + timedelta(minutes=30)
THIS, BEFORE = ("sha256:" + letter * 64 for letter in "ab")
SETTINGS = SimpleNamespace(
    service="shop",
    postdeploy=SimpleNamespace(second_minutes=30),
    baseline=SimpleNamespace(minutes=20),
    prod=SimpleNamespace(targets={"lambda": None}),
)


def kept(digest, end, broken=""):
    """Give the newest record: of an image, with a window of twenty minutes that ends then."""
    target = TargetMeasurement(requests=4000, errors=0, latency=histogram([(40, 4000)]), limit_ms=1000, over_limit=0)
    start = end - timedelta(minutes=20)
    record = Baseline(
        service="shop", digest=digest, start=start, end=end, targets={"lambda": target}, written_at=end + SETTLED_AFTER
    )
    return StoredBaseline("baseline.jsonl", 1, record, broken)


@pytest.mark.parametrize("second", range(0, 60, 7))
def test_the_moment_is_the_first_at_which_a_window_fits(second):
    """At that minute the newest settled window begins late enough, and a second earlier it does not."""
    began = BEGAN.replace(second=second)
    at = measurable_at(began, 20)

    def begins(now):
        return floor_minute(now - SETTLED_AFTER) - timedelta(minutes=20)

    assert begins(at) >= began + STEADY_AFTER > begins(at - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("look", "waits", "wrong"),
    [
        (StoredBaseline("baseline.jsonl", 0, None), "has no record: run `promotion baseline --digest sha256:aaa", ""),
        (kept(BEFORE, BEGAN - timedelta(days=2)), "ends with one of sha256:bbb", ""),
        (kept(BEFORE, DUE), "", "after the deployment of sha256:aaa"),
        (kept(BEFORE, BEGAN - timedelta(days=2), "one is missing"), "ends with one of", "is broken: one is missing"),
        (StoredBaseline("baseline.jsonl", 0, None, "the parameter names another"), "has no record", "is broken"),
        (kept(THIS, BEGAN + timedelta(minutes=31)), "", ""),
        (kept(THIS, BEGAN + timedelta(minutes=27)), "", "begins at 08:07:20Z"),
    ],
)
def test_absent_is_awaited_and_all_else_is_wrong(look, waits, wrong):
    """Nobody's record yet is for somebody to write; a broken chain, another image's or an early window is wrong."""
    waiting = awaited(look, THIS, SETTINGS, DUE)
    found = " ".join(baseline_problems(look, THIS, SETTINGS, DUE))
    assert (waits in waiting, bool(waiting)) == (True, bool(waits))
    assert (wrong in found, bool(found)) == (True, bool(wrong))
    if waits:
        assert f"promotion baseline --digest {THIS}`, from 08:34Z on" in waiting
