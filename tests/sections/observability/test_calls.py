"""Observability takes as few calls as the APIs allow."""

from benchmarks.api_calls import counted


def test_no_call_is_made_that_need_not_be(world_pool, tmp_path):
    """Operation by operation: one GetMetricData for targets and dashboard, one history for all alarms of a type."""
    with world_pool.world() as world:
        made, least = counted(world, tmp_path)
    assert made == least
    assert made["cloudwatch:GetMetricData"] == 1
