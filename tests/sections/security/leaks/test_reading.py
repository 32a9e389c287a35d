"""Reading a log: every page to the end, within the rate, and a doubt for whatever hides something."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from promotion.fixtures import leaks

from promotion.clients.aws.deployments import Deployment, DeploymentHistory
from promotion.core.progress import last_progress
from promotion.sections.security.leaks import log_group
from promotion.sections.security.leaks.coverage import check_group, searched_since
from promotion.sections.security.leaks.doubts import Doubts
from promotion.sections.security.leaks.findings import LeakCollector
from promotion.sections.security.leaks.log_group import LogGroupReader, search
from promotion.sections.security.leaks.match import SecretHit
from promotion.sections.security.leaks.scan import Planted, Scan
from promotion.settings.secrets import Leaks
from promotion.unknown import Reason, Unknown

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SINCE = NOW - timedelta(minutes=40)


class Logs:
    """Answers like CloudWatch Logs, page after page; an exception among the pages is raised."""

    def __init__(self, *pages, group=None):
        self.pages, self.asked, self.group = list(pages), [], group

    def client(self, _service):
        """Itself."""
        return self

    account, region = "111122223333", "eu-west-1"

    def filter_log_events(self, **asked):
        """The next page; its token is its number, unless it has one."""
        self.asked.append(dict(asked))
        page = self.pages[min(len(self.asked), len(self.pages)) - 1]
        if isinstance(page, Exception):
            raise page
        return page if len(self.asked) >= len(self.pages) else {"nextToken": str(len(self.asked)), **page}

    def get_paginator(self, _operation):
        """Pages of one group."""
        told = [{"logGroupName": "/shop-old"}, {"logGroupName": "/shop", **(self.group or {})}]
        return SimpleNamespace(paginate=lambda **_: [{"logGroups": []}, {"logGroups": told}])


class Words:
    """Finds a word and what is planted."""

    def scan(self, buffer):
        """Every place."""
        for word, rule in ((b"secret", "word"), (b"planted", "canary")):
            at = buffer.find(word)
            while at >= 0:
                yield SecretHit(at, at + len(word), "pattern", rule)
                at = buffer.find(word, at + 1)


def event(minutes, message="hello", stream="one"):
    """An event so many minutes after the deployment."""
    at = int((SINCE + timedelta(minutes=minutes)).timestamp() * 1000)
    return {"logStreamName": stream, "timestamp": at, "message": message, "eventId": f"{minutes}", "ingestionTime": at}


def searched(logs, **settings):
    """Read and search; give the reading, what was found, and the doubts."""
    found, doubts = LeakCollector(5), Doubts("dev_leaks")
    reading = LogGroupReader(logs, "/shop", SINCE, Leaks(calls_per_second=100, **settings), NOW)
    search(reading, Scan([Planted(Words(), "canary", b"planted")], found, b"key"), doubts)
    return reading, dict(found.counts), doubts.all()


def checked(group, *, since=SINCE, **settings):
    """What is said of a group, and whether it is read."""
    doubts = Doubts("dev_leaks")
    readable = check_group(Logs(group=group), "/shop", since, NOW, Leaks(**settings), doubts)
    return readable, [doubt.reason for doubt in doubts.all()]


def test_empty_pages_are_gone_through():
    """Pages may be empty and lead on; events before the deployment are not taken, whatever the server gives."""
    logs = Logs({"events": []}, {"events": [event(1), event(-5, "secret")]}, {}, {"events": [event(2, "a secret")]})
    reading, found, doubts = searched(logs)
    assert (reading.events, found, doubts) == (2, {"word": 1}, ())
    assert [asked.get("nextToken") for asked in logs.asked] == [None, "1", "2", "3"]
    assert {asked["startTime"] for asked in logs.asked} == {int(SINCE.timestamp() * 1000)}
    assert not any({"endTime", "filterPattern", "unmask"} & set(asked) for asked in logs.asked)


def test_nothing_read_is_a_doubt():
    """A log without events was not searched."""
    assert [doubt.reason for doubt in searched(Logs({"events": []}))[2]] == [Reason.NO_DATA]


def test_a_token_that_leads_to_itself_is_a_doubt():
    """What stands behind it is not given, and what stands before it counts."""
    page = {"events": [event(1, "secret")], "nextToken": "same"}
    _, found, doubts = searched(Logs(page, page, page))
    assert found == {"word": 1}
    assert [doubt.reason for doubt in doubts] == [Reason.TRUNCATED]


def test_a_log_without_end_is_left():
    """When its time is over, what was read is searched and the rest is a doubt that says how far it came."""
    pages = [{"events": [event(1, "secret")]}, *[{"events": [event(2)]}] * 50]
    _, found, doubts = searched(Logs(*pages), minutes=1e-9)
    assert found == {"word": 1}
    assert doubts[0].reason is Reason.TRUNCATED
    assert "at 11:21:00Z" in doubts[0].message


def test_what_the_client_raises_is_a_doubt():
    """Findings from before it stand."""
    refused = ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, "FilterLogEvents")
    _, found, doubts = searched(Logs({"events": [event(1, "secret")]}, refused))
    assert found == {"word": 1}
    assert [doubt.reason for doubt in doubts] == [Reason.THROTTLED]


def test_texts_that_are_no_unicode_are_searched():
    """Half a surrogate pair, and zeros."""
    assert searched(Logs({"events": [event(1, "\ud800 secret \x00")]}))[1] == {"word": 1}


def test_how_far_it_is_can_be_seen():
    """By the time of the newest event, and how long it took so far."""
    searched(Logs({"events": [event(10)]}, {"events": [event(20)] * 3}, {"events": []}))
    import threading

    assert last_progress(threading.current_thread().name).startswith("4 events, 50%, about ")


def test_unmasked_events_are_asked_for():
    """Where the settings say so."""
    logs = Logs({"events": [event(1)]})
    searched(logs, unmask=True)
    assert logs.asked[0]["unmask"] is True


@pytest.mark.parametrize(
    ("group", "settings", "expected"),
    [
        ({}, {}, (True, [])),
        ({"logGroupClass": "STANDARD", "retentionInDays": 30, "dataProtectionStatus": "DISABLED"}, {}, (True, [])),
        ({"logGroupClass": "INFREQUENT_ACCESS"}, {}, (False, [Reason.NOT_SUPPORTED])),
        ({"logGroupClass": "DELIVERY"}, {}, (False, [Reason.NOT_SUPPORTED])),
        ({"dataProtectionStatus": "ACTIVATED"}, {}, (True, [Reason.NOT_SUPPORTED])),
        ({"inheritedProperties": ["ACCOUNT_DATA_PROTECTION"]}, {}, (True, [Reason.NOT_SUPPORTED])),
        ({"dataProtectionStatus": "ACTIVATED"}, {"unmask": True}, (True, [])),
        ({"logGroupName": "/shop/other"}, {}, (False, [Reason.NO_DATA])),
    ],
)
def test_what_a_group_says_of_itself(group, settings, expected):
    """Its class, what masks it, and that there is one at all, not just one whose name begins so."""
    assert checked(group, **settings) == expected


def test_what_is_gone_cannot_be_searched():
    """Events that the group no longer keeps."""
    assert checked({"retentionInDays": 1}, since=NOW - timedelta(hours=25))[1] == [Reason.TRUNCATED]
    assert checked({"retentionInDays": 1}, since=NOW - timedelta(hours=23))[1] == []


def test_an_old_deployment_is_searched_in_part():
    """What is younger than `window_hours` is, and the rest is a doubt."""
    doubts = Doubts("dev_leaks")
    assert searched_since(NOW - timedelta(hours=71), NOW, Leaks(), doubts) == NOW - timedelta(hours=71)
    assert doubts.all() == ()
    assert searched_since(NOW - timedelta(hours=100), NOW, Leaks(), doubts) == NOW - timedelta(hours=72)
    assert [doubt.reason for doubt in doubts.all()] == [Reason.STALE]


def history(minutes):
    """A deployment that began so long ago."""
    created = NOW - timedelta(minutes=minutes)
    return DeploymentHistory(Deployment("d-1", "Succeeded", "user", created, NOW, "config", "revision"))


def test_a_shared_group_is_read_from_the_first_deployment_on():
    """Of the targets that log there; of all targets, for a group that none of them names."""

    class Unreadable(dict):
        def __missing__(self, name):
            raise Unknown(Reason.ACCESS_DENIED, "no")

    def target(group):
        return SimpleNamespace(logs=SimpleNamespace(group=group))

    targets = {"lambda": target("/a"), "ec2": target("/a"), "batch": target("/b"), "cron": SimpleNamespace(logs=None)}
    settings = SimpleNamespace(dev=SimpleNamespace(targets=targets))
    known = Unreadable({"lambda": history(40), "ec2": history(90), "cron": history(200)})
    assert leaks._deployed("/a", settings, known) == NOW - timedelta(minutes=90)
    with pytest.raises(Unknown):
        leaks._deployed("/b", settings, known)
    assert leaks._deployed("/c", settings, {**known, "batch": history(10)}) == NOW - timedelta(minutes=200)


@pytest.mark.parametrize(("calls", "paces"), [(5, [5]), (3, [3, 5]), (50, [50])])
def test_all_groups_of_a_region_keep_one_pace(monkeypatch, calls, paces):
    """With fewer calls than AWS grants, they still count with those of other look-ups."""
    taken = []

    def pace(account, region, calls=5):
        assert (account, region) == ("111122223333", "eu-west-1")
        return SimpleNamespace(take=lambda: taken.append(calls))

    monkeypatch.setattr(log_group, "filter_pace", pace)
    logs = Logs({"events": [event(1)]})
    list(LogGroupReader(logs, "/shop", SINCE, Leaks(calls_per_second=calls), NOW).pages())
    assert taken == paces
