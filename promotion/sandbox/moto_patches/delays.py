"""How late CloudWatch is: metrics come a while after their minute is over, new ones are listed later still.

* "After you create a metric, allow up to 15 minutes for the metric to appear", and metrics without data in the past two
  weeks are left out: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html.
* A period is visible from its start on and may change:
  https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html. How late the samples of a minute
  are, AWS does not say; who collects them counts with two to three minutes
  (https://help.splunk.com/en/splunk-observability-cloud: "Troubleshoot AWS CloudWatch polling";
  https://docs.datadoghq.com/integrations/guide/cloud-metric-delay/: about two). Here one half of them comes after 60 to 110
  seconds, the other after 120 to 170: a load balancer's nodes and Lambda's hosts report on their own, each all that it has
  counted. So what is there of a minute is a part of its requests with their outcomes.
* How late the history of alarms is, is not documented either; here half a minute. The alarm's own state is there at once.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

LISTED_AFTER = timedelta(minutes=15)
"""How long after its first sample a metric is listed."""
LISTED_FOR = timedelta(days=14)
"""How long after its last sample."""
FIRST_AFTER, WHOLE_AFTER = timedelta(seconds=60), timedelta(seconds=170)
"""How long after a minute is over its first samples are there at the earliest, and all of them at the latest."""
HISTORY_AFTER = timedelta(seconds=30)
"""How long after it happened it is told what an alarm did."""
_VARIES = 50
"""Seconds by which minutes differ."""

Sample = tuple[float, float]


def share_there(minute: int, since_end: timedelta, source: str) -> float:
    """Give which share of the samples of a minute is there so long after its end: none, a half, or all.

    `source` is who sends them, such as a namespace: all its metrics come together.
    """
    seed = sum(map(ord, source))
    second = since_end.total_seconds()
    if second >= 120 + (minute * 53 + seed) % _VARIES:
        return 1.0
    return 0.5 if second >= 60 + (minute * 37 + seed) % _VARIES else 0.0


def there(samples: Iterable[Sample], share: float) -> list[Sample]:
    """Give this many of the samples, evenly, a single one with the first; a pair is a value and how often it was seen."""
    if share >= 1:
        return list(samples)
    kept: list[Sample] = []
    before = 0.0
    for value, count in samples:
        some = int((before + count) * share + 0.5) - int(before * share + 0.5)
        before += count
        if some:
            kept.append((value, some))
    return kept


def is_listed(since: datetime | None, until: datetime | None, now: datetime) -> bool:
    """Tell whether ListMetrics gives a metric whose samples began and ended at these moments; None is long ago, never."""
    return (since is None or now >= since + LISTED_AFTER) and (until is None or now < until + LISTED_FOR)
