"""Times that cannot be right are unknown; clocks may differ by minutes."""

from datetime import UTC, datetime, timedelta

import pytest

from promotion.core.plausible import EARLIEST, SKEW, require_plausible
from promotion.unknown import Reason, Unknown

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("when", [NOW, NOW + SKEW, NOW - timedelta(days=4000), EARLIEST])
def test_what_may_be_right_is_taken(when):
    """Now, minutes ahead, years ago."""
    require_plausible(when, NOW, "it was made")


@pytest.mark.parametrize(
    "when", [NOW + SKEW + timedelta(seconds=1), datetime(9999, 12, 31, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)]
)
def test_what_cannot_be_right_is_unknown(when):
    """And says which time it was."""
    with pytest.raises(Unknown, match=f"it was made at {when:%Y-%m-%d}") as raised:
        require_plausible(when, NOW, "it was made")
    assert raised.value.reason is Reason.MALFORMED
