"""The look-ups against canned answers: pages, caps, rounds and patience, on a clock that is moved by waiting alone."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from promotion.clients.aws import logs
from promotion.clients.aws.pacing import Pace
from promotion.clients.http.reply import CertificateRejected, Reply
from promotion.sections.observability.logs import reading
from promotion.sections.observability.logs.reading import log_sample, logs_of
from promotion.sections.observability.logs.streams import Writers
from promotion.sections.observability.logs.trail import ROUNDS, Trail
from promotion.settings.environment import Ec2Target, LambdaTarget
from promotion.settings.observability import Logs, MetricLimits
from promotion.unknown import Reason, Unknown

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ONE, TWO = "i-3197dd65df00ed7a7", "i-534286fb98df6dc0a"
FLEET = Writers("/shop/ec2", (ONE, TWO))
STREAM = "2026/11/23/[8]b030f60a38ef702d5897f02b4c579a9b"
FUNCTION = Writers("/aws/lambda/shop-api", ("8",), "shop-api")
LOGS = Logs(group="/shop/ec2")


@pytest.fixture(autouse=True)
def unpaced(monkeypatch):
    """Let no look-up here wait for its turn in real time."""
    monkeypatch.setattr(logs, "filter_pace", lambda *_: Pace(1000, 0.001, sleep=lambda _: None))


@dataclass
class Time:
    """A clock that stands still until somebody waits."""

    at: datetime = NOW

    def now(self):
        """Tell the time."""
        return self.at

    def sleep(self, seconds):
        """Let time pass."""
        self.at += timedelta(seconds=seconds)


@dataclass
class Server:
    """Stands for an account and its client of CloudWatch Logs: `answer` gives a page for a request."""

    answer: object
    asked: list = field(default_factory=list)
    account: str = "111122223333"
    region: str = "eu-west-1"

    def client(self, service):
        """Give itself."""
        assert service == "logs"
        return self

    def filter_log_events(self, **asked):
        """Answer a request."""
        self.asked.append(asked)
        return self.answer(asked)


def raw(stream, minutes, correlation_id="a-1", now=NOW):
    """Give an event as the API does."""
    at = int((now - timedelta(minutes=minutes)).timestamp() * 1000)
    message = json.dumps({"correlation_id": correlation_id})
    return {"logStreamName": stream, "timestamp": at, "ingestionTime": at + 900, "message": message}


def pages(*contents):
    """Answer with these pages, one after the other, by token."""

    def answer(asked):
        place = int(asked.get("nextToken", "0"))
        more = {"nextToken": str(place + 1)} if place + 1 < len(contents) else {}
        return {"events": contents[place], **more}

    return answer


def sample(server, writers=FLEET, **limits):
    """Read a sample."""
    return log_sample(server, writers, LOGS, MetricLimits(**limits), NOW)


def test_empty_pages_are_followed():
    """Until there is no token."""
    server = Server(pages([], [], [raw(ONE, 1)], [], [raw(TWO, 2)]))
    read = sample(server)
    assert read.complete
    assert (read.age_minutes(ONE), read.age_minutes(TWO)) == (1, 2)
    assert len(server.asked) == 5


def test_what_is_asked():
    """The window by its start, newest first, no pattern."""
    server = Server(pages([raw(ONE, 1), raw(TWO, 1)]))
    sample(server)
    start = int((NOW - timedelta(minutes=30)).timestamp() * 1000)
    assert server.asked == [{"startFromHead": False, "logGroupName": "/shop/ec2", "startTime": start}]


def test_a_long_age_limit_widens_the_window():
    """Or an event younger than the limit could be outside."""
    server = Server(pages([raw(ONE, 50), raw(TWO, 1)]))
    assert sample(server, log_age_minutes=60).is_fresh(ONE, 60)


def test_reading_ends_when_enough_is_known(monkeypatch):
    """Every writer was heard of, and there are enough events; the rest is not read, which is said."""
    monkeypatch.setattr(reading, "ENOUGH", 3)
    server = Server(pages([raw(ONE, 1)] * 2, [raw(TWO, 1)], [raw(ONE, 2)]))
    read = sample(server)
    assert (len(server.asked), read.pages, read.complete) == (2, 2, False)
    assert all(member.whole for member in read.members.values())


def test_a_busy_neighbour_does_not_hide_an_instance():
    """When the pages run out, whoever was not heard of is asked for alone."""

    def answer(asked):
        if asked.get("logStreamNamePrefix") == TWO:
            return {"events": [raw(TWO, 4)]}
        assert "logStreamNamePrefix" not in asked
        return {"events": [raw(ONE, 1)], "nextToken": str(int(asked.get("nextToken", "0")) + 1)}

    server = Server(answer)
    read = sample(server)
    assert read.is_fresh(TWO, 10)
    assert read.members[TWO].whole
    assert len(server.asked) == logs.PAGES + 1


def test_an_instance_that_is_silent_beside_a_busy_one_is_known_to_be():
    """Asked for alone, it has nothing: that is an answer."""

    def answer(asked):
        if "logStreamNamePrefix" in asked:
            return {"events": []}
        return {"events": [raw(ONE, 1)], "nextToken": str(int(asked.get("nextToken", "0")) + 1)}

    read = sample(Server(answer))
    assert read.members[TWO].newest is None
    assert read.members[TWO].whole


@pytest.mark.parametrize("writers", [FLEET, FUNCTION], ids=["instances", "version"])
def test_a_token_that_never_ends_leaves_it_open(writers):
    """The pages are counted, and nobody is called silent."""
    server = Server(lambda asked: {"events": [], "nextToken": str(int(asked.get("nextToken", "0")) + 1)})
    read = sample(server, writers)
    assert not read.complete
    assert not any(member.whole for member in read.members.values())
    assert len(server.asked) <= logs.PAGES * 3


def test_a_token_that_leads_to_itself_is_not_followed():
    """Nor is it an end."""
    server = Server(lambda _: {"events": [], "nextToken": "again"})
    read = sample(server, FUNCTION)
    assert len(server.asked) == 2
    assert not read.members["8"].whole


def test_events_from_before_the_window_are_dropped():
    """Whatever the server makes of the start."""
    assert sample(Server(pages([raw(ONE, 45), raw(TWO, 1)]))).members[ONE].events == 0


LAMBDA = LambdaTarget.model_validate(
    {
        "kind": "lambda",
        "url": "https://f.example",
        "function": "shop-api",
        "codedeploy": {"application": "a", "group": "g"},
    }
)
EC2 = Ec2Target.model_validate(
    {
        "kind": "ec2",
        "url": "https://b.example",
        "load_balancer": "shop",
        "target_groups": ["shop"],
        "codedeploy": {"application": "a", "group": "g"},
    }
)


@dataclass
class Service:
    """A service behind its front-end: each request goes to `route(number)`, whose log shows it `lag` seconds later."""

    time: Time
    route: object
    lag: float = 0
    status: int = 200
    requests: list = field(default_factory=list)
    log: list = field(default_factory=list)

    def request(self, url, call, values):
        """Take a request as it is built."""
        assert values == {}
        self.requests.append((url, call))
        return call

    def exchange(self, call, max_ms, jar):
        """Answer and log it."""
        assert call.method == "GET"
        assert not list(jar)
        stream = self.route(len(self.requests) - 1)
        if stream:
            self.log.append((self.time.at, stream, call.headers["X-Correlation-ID"]))
        return Reply(self.status, {}, b"", True, 1.0, 2.0)

    def read(self, asked):
        """Give what can be read by now; the pattern is not looked at, as a bad server would."""
        shown = [entry for entry in self.log if entry[0] + timedelta(seconds=self.lag) <= self.time.at]
        return {"events": [raw(stream, 0, text, at) for at, stream, text in shown]}


def follow(route, *, target=EC2, writers=FLEET, logs=LOGS, **options):
    """Follow requests through a service; gives what was found, the service and the time."""
    time = Time()
    service = Service(time, route, **options)
    server = Server(service.read)
    trail = Trail(server, service, target, logs, time, time.sleep)
    return trail.follow(writers, timedelta(seconds=30)), service, server, time


def test_what_is_there_at_once_is_not_waited_for():
    """One question, no pause."""
    found, service, server, time = follow(lambda number: (ONE, TWO)[number % 2])
    assert set(found.hits) == {ONE, TWO}
    assert (found.requests, found.statuses, found.waited_s) == (4, {"200": 4}, 0)
    assert len(server.asked) == 1
    assert time.at == NOW
    assert {url for url, _ in service.requests} == {"https://b.example"}
    assert found.describe() == "found by the X-Correlation-ID sent within 0.0 s"


def test_a_late_log_is_waited_for_at_short_intervals():
    """At once, then after a quarter, a half, and whole seconds."""
    found, _, server, _ = follow(lambda number: (ONE, TWO)[number % 2], lag=3.5)
    assert set(found.hits) == {ONE, TWO}
    assert found.waited_s == 3.8
    assert len(server.asked) == 6


def test_patience_ends():
    """After the lag that is allowed, without a second round: what was sent has not turned up."""
    found, service, server, _ = follow(lambda _: None)
    assert found.hits == {}
    assert 30 <= found.waited_s < 31.5
    assert len(service.requests) == 4
    assert len(server.asked) < 40
    assert found.lost(FLEET, [ONE]) == [ONE]


def test_a_slow_look_is_not_the_last_one():
    """What is logged while it goes on, and within the lag, is found by another look that begins after it."""
    time = Time()
    service = Service(time, lambda number: (ONE, TWO)[number % 2], lag=20)

    def slowly(asked):
        found = service.read(asked)
        time.sleep(31)
        return found

    server = Server(slowly)
    trail = Trail(server, service, EC2, LOGS, time, time.sleep)
    found = trail.follow(FLEET, timedelta(seconds=30))
    assert set(found.hits) == {ONE, TWO}
    assert len(server.asked) == 2


def test_more_requests_are_sent_to_reach_everybody():
    """When all were found, but on one instance: the load balancer chooses."""
    found, service, _, _ = follow(lambda number: ONE if number < 6 else TWO)
    assert set(found.hits) == {ONE, TWO}
    assert len(service.requests) == 8


def test_whoever_is_never_reached_is_missing():
    """The rounds are counted."""
    found, service, _, time = follow(lambda _: ONE)
    assert set(found.hits) == {ONE}
    assert len(service.requests) == 4 * ROUNDS
    assert time.at == NOW


def test_a_version_needs_few_requests():
    """Two, in case one goes to a version that is being replaced; by the path that is declared."""
    logs = Logs(group="/aws/lambda/shop-api", path="/orders")
    found, service, _, _ = follow(lambda _: STREAM, target=LAMBDA, writers=FUNCTION, logs=logs)
    assert found.hits["8"].stream == STREAM
    assert [call.path for _, call in service.requests] == ["/orders", "/orders"]
    assert {"X-Correlation-ID", "traceparent"} <= set(service.requests[0][1].headers)


def test_statuses_are_kept():
    """So that a request which never came through is not taken for one that was not logged."""
    found, _, _, _ = follow(lambda _: None, status=503)
    assert not found.reached
    assert found.answered() == "503 (4 times)"


def test_pages_without_end_are_not_waited_out():
    """What cannot be read now cannot be read in a second either."""
    time = Time()
    service = Service(time, lambda _: None)
    server = Server(lambda asked: {"events": [], "nextToken": str(int(asked.get("nextToken", "0")) + 1)})
    found = Trail(server, service, EC2, LOGS, time, time.sleep).follow(FLEET, timedelta(seconds=30))
    assert not found.whole
    assert time.at == NOW


def test_a_certificate_that_is_not_accepted_leaves_it_open():
    """Nothing was sent, so nothing can be found."""
    time = Time()
    service = Service(time, lambda _: None)
    service.exchange = lambda *_: CertificateRejected("it ran out yesterday")
    with pytest.raises(Unknown, match="ran out yesterday") as caught:
        Trail(Server(service.read), service, EC2, LOGS, time, time.sleep).follow(FLEET, timedelta(seconds=30))
    assert caught.value.reason is Reason.UNREACHABLE


def test_a_target_without_a_log_group_is_not_declared():
    """The message says where to add it."""
    with pytest.raises(Unknown, match="does not say where ec2 logs") as caught:
        logs_of("ec2", EC2)
    assert caught.value.reason is Reason.NOT_DECLARED


@pytest.mark.parametrize(
    "wrong",
    [
        {"correlation_id": "a ||"},
        {"correlation_id": "nothing(a)"},
        {"header": "X Id"},
        {"header": "X:Id"},
        {"path": "/{id}"},
    ],
    ids=str,
)
def test_settings_that_cannot_work_are_refused(wrong):
    """When they are read, and not in the middle of a look."""
    with pytest.raises(ValueError, match="validation error"):
        Logs.model_validate({"group": "/shop/ec2"} | wrong)
