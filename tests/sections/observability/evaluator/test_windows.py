"""States by M of N and missing data: AWS's published rows, and what must hold for any datapoints."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.sections.observability.evaluator.windows import state_of

MISSING = ("missing", "ignore", "breaching", "notBreaching")
BREACH = {"X": True, "0": False, "-": None}


@pytest.mark.parametrize(
    ("periods", "datapoints", "fetched", "states"),
    [  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
        (3, 3, "0-X-X", "OK OK OK OK"),
        (3, 3, "0----", "OK OK OK OK"),
        (3, 3, "-----", "INSUFFICIENT_DATA kept ALARM OK"),
        (3, 3, "0XX-X", "ALARM ALARM ALARM ALARM"),
        (3, 3, "--X--", "ALARM kept ALARM OK"),
        (3, 2, "0-X-X", "ALARM ALARM ALARM ALARM"),
        (3, 2, "00X0X", "ALARM ALARM ALARM ALARM"),
        (3, 2, "0-X--", "OK OK ALARM OK"),
        (3, 2, "----0", "OK OK ALARM OK"),
        (3, 2, "---X-", "ALARM kept ALARM OK"),
    ],
)
def test_published_rows(periods, datapoints, fetched, states):
    """Each row gives what AWS's page gives, for each treatment of missing data."""
    points = [BREACH[one] for one in fetched]
    found = [state_of(points, periods, datapoints, missing, "kept") for missing in MISSING]
    assert found == states.split()


@given(
    st.lists(st.sampled_from([True, False, None]), min_size=5, max_size=5), st.integers(1, 3), st.sampled_from(MISSING)
)
def test_any_datapoints(points, datapoints, missing):
    """Whole data make the treatment irrelevant; a further breach never turns ALARM into OK."""
    found = state_of(points, 3, datapoints, missing, "OK")
    if None not in points:
        assert found == ("ALARM" if sum(points[-3:]) >= datapoints else "OK")
    worse = [True if one is False else one for one in points]
    assert found != "ALARM" or state_of(worse, 3, datapoints, missing, "OK") == "ALARM"
