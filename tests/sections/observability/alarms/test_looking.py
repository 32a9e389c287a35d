"""The history of alarms is asked for no oftener than an account may, page by page, and no more of it than is needed."""

from datetime import UTC, datetime, timedelta

import pytest
from promotion.fixtures import alarms as looking

from promotion.clients.aws.cloudwatch import alarm_history
from promotion.clients.aws.cloudwatch.alarms import TYPES, described_alarms
from promotion.clients.aws.deployments import Deployment, DeploymentHistory
from promotion.clients.aws.pacing import HISTORY_CALLS, Pace
from promotion.unknown import Reason, Unknown

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Pages:
    """A CloudWatch of pages; it notes what it is asked."""

    account, region = "111122223333", "eu-west-1"

    def __init__(self, *pages):
        self.pages = pages
        self.asked = []

    def client(self, _):
        """Any client is this one."""
        return self

    def get_paginator(self, _):
        """So is its paginator."""
        return self

    def paginate(self, **asked):
        """Give the pages, whatever is asked."""
        self.asked.append(asked)
        yield from self.pages


@pytest.fixture
def naps(monkeypatch):
    """The waits that were made, on a clock that only they move."""
    made = []
    pace = Pace(HISTORY_CALLS, 1, now=lambda: sum(made), sleep=made.append)
    monkeypatch.setattr(alarm_history, "history_pace", lambda *_: pace)
    return made


def item(second):
    """Something that happened to an alarm."""
    return {"Timestamp": NOW + timedelta(seconds=second)}


def page(*items, more=False):
    """One page, with a token if there are more."""
    return {"AlarmHistoryItems": list(items), **({"NextToken": "t"} if more else {})}


def test_many_pages_are_read_at_three_a_second(naps):
    """Ten pages for each type of alarm take nine seconds, empty ones too, and nothing of them is lost."""
    account = Pages(*[page(item(number), more=number < 9) if number % 2 else page(more=True) for number in range(10)])
    found = list(alarm_history.AlarmHistoryReader(account).between(NOW, NOW))
    assert found == [item(number) for number in (1, 3, 5, 7, 9) for _ in TYPES]
    assert sum(naps) == pytest.approx(9)
    assert len(account.asked) == len(TYPES)


def test_readers_share_one_pace(naps):
    """Of one account and region: the second of two look-ups waits for the calls of the first."""
    for _ in range(2):
        list(alarm_history.AlarmHistoryReader(Pages(page(item(1)))).between(NOW, NOW))
    assert sum(naps) == pytest.approx(1)


def test_a_single_page_waits_for_nothing(naps):
    """What every healthy run needs is there at once."""
    assert list(alarm_history.AlarmHistoryReader(Pages(page(item(1)))).between(NOW, NOW)) == [item(1)] * len(TYPES)
    assert naps == []


def test_all_types_of_alarms_are_asked_for(naps):
    """Without being asked for, composite alarms are left out; what a question about several gives is not documented."""
    account = Pages(page())
    list(alarm_history.AlarmHistoryReader(account).between(NOW, NOW))
    assert [asked["AlarmTypes"] for asked in account.asked] == [["MetricAlarm"], ["CompositeAlarm"], ["LogAlarm"]]


def test_the_newest_item_before_a_moment_may_be_on_a_later_page(naps):
    """The first page is empty; an item of that very moment is not before it."""
    items = [{"Timestamp": NOW}, {"Timestamp": NOW - timedelta(seconds=1)}]
    account = Pages(page(more=True), page(*items))
    assert alarm_history.AlarmHistoryReader(account).newest_before("a", "StateUpdate", NOW) == items[1]
    assert alarm_history.AlarmHistoryReader(Pages(page())).newest_before("a", "StateUpdate", NOW) is None


def deployment(**more):
    """The newest deployment of a target."""
    told = {"id": "d-1", "status": "Succeeded", "creator": "user", "config": "", "revision": ""}
    told |= {"created": NOW - timedelta(hours=1), "completed": NOW}
    return DeploymentHistory(Deployment(**{**told, **more}))


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"status": "InProgress", "completed": None}, Reason.NOT_DUE),
        ({"created": NOW - timedelta(days=15)}, Reason.STALE),
    ],
)
def test_a_deployment_that_cannot_be_judged_is_unknown(more, reason):
    """One goes on still, of another the history is no longer kept."""
    with pytest.raises(Unknown) as raised:
        looking._watch("lambda", deployment(**more), NOW)
    assert raised.value.reason is reason


def test_names_go_in_hundreds():
    """DescribeAlarms takes a hundred names; none are asked for where there are none."""
    told = {"AlarmArn": "arn", "StateValue": "OK", "StateUpdatedTimestamp": NOW}
    account = Pages({"MetricAlarms": [{**told, "AlarmName": "a"}]})
    described_alarms(account, [f"a{number}" for number in range(250)])
    assert [len(asked["AlarmNames"]) for asked in account.asked] == [100, 100, 50]
    account.asked.clear()
    assert described_alarms(account, []) == ()
    assert account.asked == []
