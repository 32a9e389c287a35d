"""Times for people; what is no time is shown as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.report.timestamps import hour, lasted, moment, second


def test_times_are_shortened_but_keep_their_zone():
    """Date and second for a run, hour and millisecond within it, hour and second of a deployment."""
    assert moment("2026-11-23T09:41:07.123456Z") == "2026-11-23 09:41:07Z"
    assert moment("2026-11-23T09:41:07+02:00") == "2026-11-23 09:41:07+02:00"
    assert hour("2026-11-23T09:41:07.123456Z") == "09:41:07.123Z"
    assert second("2026-11-23T09:41:07.923456+02:00") == "09:41:07+02:00"


@pytest.mark.parametrize(
    ("started", "finished", "words"),
    [
        ("2026-11-23T09:41:07Z", "2026-11-23T09:41:07Z", "0 s"),
        ("2026-11-23T09:41:07Z", "2026-11-23T09:42:55.8Z", "1 min 49 s"),
        ("2026-11-23T23:00:00Z", "2026-11-24T01:00:05Z", "2 h 5 s"),
        ("2026-11-23T10:00:00+01:00", "2026-11-23T09:00:09Z", "9 s"),
        ("2026-11-23T09:41:07Z", "2026-11-23T09:41:06Z", ""),
        ("2026-02-30T00:00:00Z", "2026-03-01T00:00:00Z", ""),
        ("yesterday", "2026-03-01T00:00:00Z", ""),
    ],
)
def test_how_long_it_took(started, finished, words):
    """In hours, minutes and seconds; nothing when the two do not make a span."""
    assert lasted(started, finished) == words


@given(st.text())
def test_what_is_no_time_stays_as_it_is(text):
    """No error, and no change."""
    assert moment(text) == text
    assert hour(text) == text
    assert second(text) == text
    assert lasted(text, text) == ""
