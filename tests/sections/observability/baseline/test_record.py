"""Records of the baseline: what they keep, that they hang together, and what is refused."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from promotion.sections.observability.baseline import store as keeping
from promotion.sections.observability.baseline.compare import alike, median_ratio
from promotion.sections.observability.baseline.guard import refusals
from promotion.sections.observability.baseline.measuring import bounds
from promotion.sections.observability.baseline.record import (
    Baseline,
    TargetMeasurement,
    histogram,
    parse_baseline,
    quantile,
)
from promotion.settings.baseline import BaselineSettings as Declared
from promotion.unknown import Reason, Unknown

START = datetime(2026, 5, 4, 10, tzinfo=UTC)
durations = st.lists(st.tuples(st.floats(0.05, 1e6), st.integers(1, 50)), min_size=1, max_size=40)


def log_normal(median, count, seed):
    """Draw durations in milliseconds."""
    dice = random.Random(seed)
    return [(median * 2.718281828 ** (0.58 * dice.gauss(0, 1)), 1) for _ in range(count)]


def measured(median=100.0, requests=4000, errors=0, seed=1):
    """Give what a target did."""
    return TargetMeasurement(
        requests=requests,
        errors=errors,
        latency=histogram(log_normal(median, requests, seed)),
        limit_ms=1000,
        over_limit=0,
    )


def record(**changes):
    """Give a record."""
    fields = {
        "service": "shop",
        "digest": f"sha256:{'a' * 64}",
        "start": START,
        "end": START + timedelta(minutes=20),
        "targets": {"lambda": measured()},
        "written_at": START + timedelta(minutes=25),
        **changes,
    }
    return Baseline(**fields)


@given(durations)
def test_nothing_is_lost(found):
    """A histogram counts every duration, its bounds grow, and each lies over what is in it by 12 % at most."""
    bins = histogram(found)
    assert sum(count for _, count in bins) == sum(count for _, count in found)
    assert [upper for upper, _ in bins] == sorted({upper for upper, _ in bins})
    longest = max(duration for duration, _ in found)
    assert max(longest, 0.1) <= bins[-1][0] * 1.0001
    assert bins[-1][0] <= max(longest, 0.1) * 1.13


@given(durations, durations)
def test_histograms_add_up(first, second):
    """The histogram of both is the sum of both."""
    summed = {}
    for upper, count in (*histogram(first), *histogram(second)):
        summed[upper] = summed.get(upper, 0) + count
    assert histogram([*first, *second]) == tuple(sorted(summed.items()))


@given(durations, st.floats(0.01, 1))
def test_a_quantile_is_the_bin_it_lies_in(found, share):
    """At least that share lies at or under it, and less under the bin before."""
    bins, whole = histogram(found), sum(count for _, count in found)
    upper = quantile(bins, share)
    assert sum(count for bound, count in bins if bound <= upper) >= share * whole
    assert sum(count for bound, count in bins if bound < upper) < share * whole


@given(st.floats(0.02, 1e5), st.floats(1, 1e4))
def test_bounds_hold_everything(low, factor):
    """What is asked of CloudWatch reaches from the shortest to the longest duration."""
    found = bounds(low, low * factor)
    assert found[-1] >= low * factor
    assert [*found] == sorted(set(found))
    assert len(found) <= 101


def test_a_record_reads_back_as_it_was_written():
    """What is kept is one line of canonical JSON, and its hash is of that line."""
    one = record(previous="f" * 64)
    assert one.text().count("\n") == 1
    assert parse_baseline(json.loads(one.text())) == one
    assert parse_baseline(json.loads(one.text())).sha256() == one.sha256()
    assert json.loads(one.text())["schema"] == "promotion-checklist/baseline/v1"
    assert record(written_by="x").sha256() != one.sha256()


@pytest.mark.parametrize(
    "changes",
    [{"digest": "latest"}, {"targets": {}}, {"start": datetime(2026, 1, 1)}, {"schema": "v2"}, {"surprise": 1}],  # noqa: DTZ001
)
def test_what_is_no_record(changes):
    """Nothing else is taken for one."""
    with pytest.raises(ValidationError):
        record(**changes)


def refused(new, before=None, *, deployed=True, alarms=()):
    """Give what keeps a record from being kept."""
    return [*refusals(new, before, deployed=deployed, alarms=alarms)]


def test_a_good_window_is_kept():
    """The first one, and one that follows and is alike."""
    first = record()
    assert refused(first) == []
    assert refused(record(previous=first.sha256(), targets={"lambda": measured(105, seed=2)}), first) == []


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ({"targets": {"lambda": measured(requests=2999)}}, "2,999 requests"),
        ({"targets": {"lambda": measured(130, seed=2)}}, "p50"),
        ({"targets": {"lambda": measured(errors=20)}}, "--loosen"),
        ({"previous": "0" * 64}, "does not follow"),
    ],
    ids=["few", "slower", "failing", "elsewhere"],
)
def test_a_bad_window_is_refused(new, says):
    """Too few requests, slower or failing more than a fifth, or not the next in the chain."""
    first = record()
    assert says in " ".join(refused(record(**{"previous": first.sha256(), **new}), first))


def test_a_window_too_soon_or_with_an_alarm():
    """What is not steady yet is no measure, nor is what an alarm was about."""
    assert refused(record(), deployed=False)
    assert "errors was in ALARM" in refused(record(), alarms=("errors",))[0]


def test_somebody_may_agree_to_worse():
    """With a name it is kept, and the name stands in it; too few requests are too few all the same."""
    first = record()
    slower = {"previous": first.sha256(), "loosened_by": "release-lead"}
    assert refused(record(targets={"lambda": measured(200)}, **slower), first) == []
    assert refused(record(targets={"lambda": measured(200, 100)}, **slower), first)


def test_slow_drift_is_stopped():
    """A tenth slower each time passes once or twice, not without end."""
    kept, median = record(), 100.0
    drifted = 0
    for step in range(10):
        new = record(previous=kept.sha256(), targets={"lambda": measured(median * 1.25, seed=step)})
        drifted += not refused(new, kept)
    assert drifted == 0


def kept_in(path, *records):
    """Write records, and read the newest."""
    path.write_text("".join(one.text() for one in records))
    return keeping.fetch_baseline(Declared(file=str(path)), pytest.fail)


def test_a_chain_in_a_file(tmp_path):
    """Records are appended, each after the newest alone; a change of any breaks the chain."""
    path = tmp_path / "baselines" / "shop.jsonl"
    declared, first = Declared(file=str(path)), record()
    second = record(previous=first.sha256())
    assert keeping.fetch_baseline(declared, pytest.fail).newest is None
    keeping.append(declared, pytest.fail, first)
    with pytest.raises(keeping.KeepingError, match="in the meantime"):
        keeping.append(declared, pytest.fail, first)
    keeping.append(declared, pytest.fail, second)
    found = keeping.fetch_baseline(declared, pytest.fail)
    assert (found.count, found.newest, found.broken) == (2, second, "")
    assert "record 2" in kept_in(path, record(written_by="somebody"), second).broken
    assert kept_in(path, second).broken == ""


def test_what_cannot_be_read_is_unknown(tmp_path):
    """No place, or a line that is no record."""
    (tmp_path / "broken.jsonl").write_text(record().text() + "{}\n")
    for declared, reason in (
        (Declared(), Reason.NOT_DECLARED),
        (Declared(file=str(tmp_path / "broken.jsonl")), Reason.MALFORMED),
    ):
        with pytest.raises(Unknown) as caught:
            keeping.fetch_baseline(declared, pytest.fail)
        assert caught.value.reason is reason


@pytest.mark.parametrize(("factor", "alike_"), [(1.0, True), (1.3, False), (0.7, False)])
def test_the_ratio_of_medians(factor, alike_):
    """Of three thousand durations, the same median is shown to be the same, and 30 % off to be another."""
    ratio = median_ratio(histogram(log_normal(100 * factor, 3000, 3)), histogram(log_normal(100, 3000, 4)))
    assert ratio is not None
    assert ratio[0] <= ratio[1]
    assert (ratio[0] >= 0.85 and ratio[1] <= 1.15) is alike_
    assert ratio[0] - 0.05 < factor < ratio[1] + 0.05


def test_back_at_the_baseline():
    """Alike without problem or doubt; worse is a problem; too little is a doubt."""
    old = measured(100, 4000)
    same = alike("lambda", measured(101, 3000, seed=9), old, 0.001)
    assert (same.problems, same.doubts) == ((), ())
    assert alike("lambda", measured(140, 3000, seed=9), old, 0.001).problems
    assert alike("lambda", measured(100, 3000, 60, seed=9), old, 0.001).problems
    assert alike("lambda", measured(100, 100, seed=9), old, 0.001).doubts
