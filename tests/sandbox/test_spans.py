"""Many minutes of traffic at once are the same as minute by minute, whatever the knobs are turned to."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promotion.sandbox.world.requests import tally
from promotion.sandbox.world.spans import Span, summed
from promotion.sandbox.world.traffic import Answered, Flow, start_of

MINUTE = 29_700_000
shares = st.sampled_from([0, 0.0004, 0.02, 0.5, 1])
knobs = st.fixed_dictionaries(
    dict.fromkeys(("errors", "refused", "handled_errors", "client_errors"), shares)
    | {"requests": st.sampled_from([0, 1, 130, 600])}
)
turns = st.lists(st.tuples(st.integers(-50, 250), knobs), max_size=3)


@given(st.sampled_from(["lambda", "ec2"]), knobs, turns, st.integers(0, 100), st.integers(0, 200))
@settings(max_examples=60)
def test_a_span_is_the_sum_of_its_minutes(target, turned, later, first, length):
    """Of requests, and of each way in which they go wrong."""
    flow = Flow(median_ms=80, spread=0.5, ceiling_ms=800, **turned)
    for minute, more in later:
        flow.change(start_of(MINUTE + minute), **more)
    environment = SimpleNamespace(flows={target: flow}, timeline=None)
    minutes = range(MINUTE + first, MINUTE + first + length)
    told = [tally(environment, target, minute) for minute in minutes]
    span = Span(target, flow, minutes.start, minutes.stop)
    assert span.asked == sum(one.asked for one in told)
    for name, field in (("errors", "errors"), ("refused", "refused"), ("client_errors", "missed")):
        assert span.went_wrong(name) == sum(getattr(one, field) for one in told)
    assert span.went_wrong("errors", "refused", "handled_errors") == sum(
        one.errors + one.refused + one.handled for one in told
    )


@pytest.mark.parametrize("played", [None, MINUTE + 40])
@pytest.mark.parametrize("asked", [None, MINUTE + 20, MINUTE + 90])
def test_what_somebody_really_asked_is_told_by_the_minute(played, asked):
    """And so is a rollout that is played: what is decided otherwise than by the knobs is not summed up."""
    flow = Flow(median_ms=80, spread=0.5, ceiling_ms=800)
    if asked:
        flow.live.note(start_of(asked), Answered("1", 200, 12.0))
    timeline = SimpleNamespace(began=played) if played else None
    environment = SimpleNamespace(flows={"lambda": flow}, timeline=timeline)
    samples = summed(
        environment, "lambda", lambda minute: [(1.0, minute)], lambda span: [(0.0, span.stop - span.first)]
    )
    found = list(samples.over(MINUTE, MINUTE + 60))
    apart = min([60, *(one - MINUTE for one in (played, asked) if one)])
    assert found == [(0.0, apart), *((1.0, MINUTE + minute) for minute in range(apart, 60))]
