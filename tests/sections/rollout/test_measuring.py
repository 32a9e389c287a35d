"""What is counted of a fleet since it serves: whole minutes from the one in which its traffic moved, at the record's marks."""

from datetime import timedelta

import pytest

from promotion.clients.aws.cloudwatch.series import MetricsLook, Series, not_offered
from promotion.clients.aws.cloudwatch.window import MINUTE, Window
from promotion.sections.observability.metrics.queries_for import MeasuredTarget
from promotion.sections.rollout.against_baseline import FleetOutcome
from promotion.sections.rollout.measuring import BEFORE, answers, queries, slow
from promotion.unknown import Reason, Unknown
from tests.sections.rollout.made import T0, settings

SETTINGS = settings()
ARN = "arn:aws:elasticloadbalancing:eu-west-1:444455556666:loadbalancer/app/shop/1"
FLEET = MeasuredTarget("ec2", SETTINGS.prod.targets["ec2"], ARN, {"green": f"{ARN}:targetgroup/green/2"}, shared=False)
MARKS = (50.0, 100.0)
ASKED = {one.key: one for one in queries([FLEET], {}, {"ec2": MARKS}, SETTINGS)}
A_MINUTE = {"RequestCount": 600, "HTTPCode_Target_5XX_Count": 2, "HTTPCode_ELB_5XX_Count": 1, "SampleCount": 598}
WINDOW = Window(T0 - BEFORE, T0 + 5 * MINUTE)


def measured(**replaced):
    """The same in every minute: 600 requests, of which 3 fail, 180 take over 50 ms, 6 over 100 ms and 1 over the limit."""
    trimmed = {"TC(0.05:)": 180, "TC(0.1:)": 6, "TC(0.5:)": 1}
    times = tuple(WINDOW.start + place * MINUTE for place in range(WINDOW.minutes))
    series = {}
    for key, one in ASKED.items():
        value = trimmed.get(one.stat, A_MINUTE.get(one.stat, A_MINUTE.get(one.metric.name, 0)))
        series[key] = Series(key, times, (float(value),) * len(times), "Complete")
    return MetricsLook(WINDOW, series | replaced)


def test_counts_begin_with_the_minute_after_that_in_which_traffic_moved():
    """Before it they are of the minutes before T0; of a minute that is not over by then nothing counts."""
    since, until = T0 + timedelta(seconds=130), T0 + timedelta(seconds=290)
    found = answers(FLEET, measured(), MARKS, since, until, T0)
    assert found.since == T0 + 3 * MINUTE
    assert found.now == FleetOutcome(600, 3, 598, (180, 6))
    assert found.before == FleetOutcome(9000, 45, 8970, (2700, 90))


def test_without_a_record_nothing_is_counted_over_it():
    """Requests and failures are, all the same; in the minute in which it moved there are none yet."""
    found = answers(FLEET, measured(), (), T0 + timedelta(seconds=130), T0 + timedelta(seconds=170), T0)
    assert found.now == FleetOutcome(0, 0, 0, ())


@pytest.mark.parametrize(
    "look",
    [lambda told: slow(FLEET, told, WINDOW), lambda told: answers(FLEET, told, MARKS, T0, T0, T0)],
    ids=["over the limit", "over the marks"],
)
def test_a_count_that_is_not_offered_is_not_none(look):
    """Where CloudWatch refuses a trimmed count, nobody can tell how many answers were slow."""
    refused = {key: not_offered(one, "no such statistic") for key, one in ASKED.items() if one.stat.startswith("TC(")}
    with pytest.raises(Unknown) as raised:
        look(measured(**refused))
    assert raised.value.reason is Reason.NOT_SUPPORTED
    assert "no such statistic" in raised.value.message
