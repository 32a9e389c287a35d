"""Which minutes count after a rollback, and which baseline."""

from datetime import UTC, datetime, timedelta

import pytest

from promotion.sections.after_rollback.remaining_traffic import leftover_window, steady_window
from promotion.sections.observability.baseline.record import Baseline, TargetMeasurement, histogram
from promotion.sections.observability.baseline.store import read_of_another
from promotion.settings.baseline import BaselineSettings as Declared
from promotion.unknown import Reason, Unknown

ENDED = datetime(2026, 5, 4, 8, 10, 30, tzinfo=UTC)
DIGESTS = tuple("sha256:" + letter * 64 for letter in "ab")


def test_two_whole_minutes_must_have_settled():
    """08:11 and 08:12 are the first whole ones; they have settled at 08:16, and not before."""
    with pytest.raises(Unknown, match="08:16Z") as early:
        leftover_window(ENDED, datetime(2026, 5, 4, 8, 15, 59, tzinfo=UTC))
    assert early.value.reason is Reason.NOT_DUE
    found = leftover_window(ENDED, datetime(2026, 5, 4, 8, 16, tzinfo=UTC))
    assert found.describe() == "08:11 to 08:13Z"


def test_cold_minutes_are_left_out():
    """What is compared with the baseline begins two minutes after the rollback, and is fifteen minutes at most."""
    with pytest.raises(Unknown) as early:
        steady_window(ENDED, ENDED + timedelta(minutes=4))
    assert early.value.reason is Reason.NOT_DUE
    assert steady_window(ENDED, ENDED + timedelta(minutes=10)).describe() == "08:13 to 08:17Z"
    assert steady_window(ENDED, ENDED + timedelta(hours=1)).minutes == 15


def record(digest, previous=None):
    """Give a record of a baseline."""
    target = TargetMeasurement(requests=9, errors=0, latency=histogram([(40, 9)]), limit_ms=1000, over_limit=0)
    return Baseline(
        service="shop", digest=digest, start=ENDED, end=ENDED, targets={"lambda": target}, written_at=ENDED, previous=previous
    )  # fmt: skip


def test_the_baseline_is_of_another_image(tmp_path):
    """The newest record is taken unless it is of the image that was taken back."""
    first = record(DIGESTS[0])
    second = record(DIGESTS[1], first.sha256())
    path = tmp_path / "baseline.jsonl"
    declared = Declared(file=str(path))
    path.write_text(first.text() + second.text())
    assert read_of_another(declared, None, DIGESTS[1]).newest == first
    assert read_of_another(declared, None, "sha256:" + "c" * 64).newest == second
    path.write_text(first.text())
    assert read_of_another(declared, None, DIGESTS[0]).newest is None
    path.write_text(first.text() * 2)
    assert read_of_another(declared, None, DIGESTS[1]).broken
