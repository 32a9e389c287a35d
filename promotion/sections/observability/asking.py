"""What was measured of the targets and what a dashboard draws, asked for at once. This module does I/O."""

from collections.abc import Sequence
from datetime import datetime

from promotion.clients.aws.account import Account
from promotion.clients.aws.cloudwatch.metrics import metric_data, refusal
from promotion.clients.aws.cloudwatch.series import MetricsLook
from promotion.sections.observability.dashboards.judgement import Drawn
from promotion.sections.observability.measurements import Measurements, Untellable
from promotion.sections.observability.metrics.batching import Part, grouped, joint
from promotion.unknown import Reason


def measured_at_once(
    account: Account, asked: Part | Untellable, drawn: Sequence[Part] | Untellable, settled: datetime
) -> Measurements:
    """Ask for targets and dashboard in one call. `settled` is the end of the newest minute that has settled.

    If CloudWatch refuses it, the targets are asked for alone: whatever somebody draws, it hides nothing of them.
    """
    from botocore.exceptions import ClientError

    ours = [] if isinstance(asked, Untellable) else [asked]
    theirs = [] if isinstance(drawn, Untellable) else drawn
    try:
        looks = _looks(account, [*ours, *theirs])
    except ClientError as refused:
        why = refusal(refused)
        if why is None or not ours or not theirs:
            raise
        looks = _looks(account, ours)
        drawn = Untellable(
            Reason.NOT_SUPPORTED,
            f"CloudWatch refuses the dashboard's queries ({why}): correct its statistics and periods",
        )
    series = {key: one for look in looks[len(ours) :] for key, one in look.series.items()}
    return Measurements(
        of_targets=asked if isinstance(asked, Untellable) else looks[0],
        of_dashboard=drawn if isinstance(drawn, Untellable) else Drawn(settled, series),
    )


def _looks(account: Account, parts: Sequence[Part]) -> list[MetricsLook]:
    """Ask the parts in as few calls as their windows allow, and give what was measured in each."""
    found: dict[int, MetricsLook] = {}
    for group in grouped(parts):
        look = _look(account, group)
        found |= {id(part): part.own(look) for part in group}
    return [found[id(part)] for part in parts]


def _look(account: Account, parts: Sequence[Part]) -> MetricsLook:
    window = joint(parts)
    if window is None:
        return metric_data(account, [query for part in parts for query in part.queries], parts[0].window)
    return metric_data(account, [query for part in parts for query in part.with_fixed_periods], window)
