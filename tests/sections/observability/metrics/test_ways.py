"""What is lacking to prove a limit, and the ways that get there: only those that do."""

import pytest
from scipy import stats

from promotion.core.statistics.proof import prove, requests_wanted
from promotion.sections.observability.metrics.ways import lacking

OWN, LIMIT = "[dev.traffic]", "limits.error_rate"


def said(hits, of, minutes=30, window=30, limit=0.001, own=OWN, looser=LIMIT):
    """What is said of counts."""
    return lacking(prove(hits, of, limit, 0.95), "that fail", minutes, window, own=own, limit=looser)


def test_all_three_ways_are_named_where_they_get_there():
    """A longer window at this rate, requests of its own, a limit that is proven."""
    assert said(0, 600) == (
        "needs at least 2,395 more requests without one that fail: set limits.window_minutes to 150 (at 20 a minute); "
        "or let the run make 2,395 itself with `requests` in [dev.traffic]; "
        "or declare a looser limits.error_rate: these prove less than 0.498 %"
    )


def test_waiting_is_named_only_where_it_gets_there():
    """After a deployment the window fills by itself; in a quiet environment no window is long enough."""
    assert ": at 150 a minute they will have come in 10 minutes; or" in said(0, 1500, minutes=10)
    quiet = said(0, 12)
    assert "window_minutes" not in quiet
    assert "will have come" not in quiet
    assert "let the run make 2,983 itself" in quiet
    assert "window" not in said(0, 0)


def test_what_was_not_kept_is_not_reckoned_with():
    """An older record does not say how long its window was."""
    assert said(0, 600, minutes=0, own="", looser="") == "needs at least 2,395 more requests without one that fail"


def test_a_looser_limit_is_named_only_if_it_is_proven():
    """Nothing is proven of no request."""
    assert "looser" not in said(0, 0)
    assert "these prove less than" in said(3, 900)


@pytest.mark.parametrize(("requests", "least"), [(10_600, 0.95), (11_839, 0.95), (14_000, 0.95)])
def test_the_documented_number_passes_a_service_that_fails_seldom(requests, least):
    """With 0.02 % errors, 10,600 requests and more prove an error rate under 0.1 % in at least 95 of 100 runs."""
    most = max(hits for hits in range(40) if requests_wanted(hits, 0.001, 0.95) <= requests)
    assert stats.binom.cdf(most, requests, 0.0002) >= least
