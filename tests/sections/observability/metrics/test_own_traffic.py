"""Requests of the run's own: as many as declared, no faster, recognizable, and no more once the target fails."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from promotion.fixtures import metrics, own_traffic

from promotion.clients.aws.deployments import Deployment, DeploymentHistory
from promotion.clients.http.client import HttpClient
from promotion.clients.http.generated_load import USER_AGENT, make_requests
from promotion.clients.http.requests_made import RequestsMade
from promotion.core.api_calls import CALLS
from promotion.core.clock import SystemClock
from promotion.core.environment_secrets import Secrecy
from promotion.engine.lookups.per_subject import PerSubject
from promotion.settings.observability import GeneratedLoad
from promotion.unknown import Reason, Unknown

CLIENT = HttpClient(Secrecy({}, lambda _: None, lambda text: text), clock=SystemClock())


@pytest.fixture
def server():
    """A target on loopback: what it was asked, and what it shall answer."""
    asked, answers = [], {"status": 200}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, dict(self.headers)))
            self.send_response(answers["status"])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        thread = threading.Thread(target=served.serve_forever, daemon=True)
        thread.start()
        yield SimpleNamespace(url=f"http://127.0.0.1:{served.server_port}", asked=asked, answers=answers)
        served.shutdown()


def traffic(**given):
    """Declared traffic, fast enough for a test."""
    return GeneratedLoad(**{"requests": 40, "per_second": 200, "path": "/orders", **given})


def test_none_is_made_unless_declared(server):
    """The default is no request at all."""
    made = make_requests(CLIENT, server.url, GeneratedLoad(), "X-Correlation-ID", SystemClock())
    assert made == RequestsMade(wanted=0)
    assert not server.asked


def test_as_many_as_declared_each_with_an_id_of_its_own(server):
    """They say by whom they are made, and carry a correlation id and a trace that agree."""
    told = []
    made = make_requests(CLIENT, server.url, traffic(), "X-Request-Id", SystemClock(), tell=told.append)
    assert (made.wanted, made.made, made.answers, made.stopped) == (40, 40, {"200": 40}, "")
    assert {path for path, _ in server.asked} == {"/orders"}
    headers = [{name.lower(): value for name, value in one.items()} for _, one in server.asked]
    assert {one["user-agent"] for one in headers} == {USER_AGENT}
    ids = [one["x-request-id"] for one in headers]
    assert len(set(ids)) == 40
    assert all(one.startswith(made.correlation_prefix) for one in ids)
    for one in headers:
        version, trace, parent, flags = one["traceparent"].split("-")
        assert (version, trace, flags) == ("00", one["x-request-id"], "01")
        assert len(parent) == 16
        assert set(parent) != {"0"}
    assert told[-1] == "40 of 40 requests"


def test_it_keeps_to_its_rate(server):
    """However fast the target is: the last of 40 at 200 a second is asked after 0.195 s."""
    made = make_requests(CLIENT, server.url, traffic(), "X-Correlation-ID", SystemClock())
    assert made.ended - made.started >= timedelta(seconds=0.19)


def test_it_stops_when_too_many_fail(server):
    """A target that fails is not hammered; what was made is told."""
    server.answers["status"] = 503
    made = make_requests(CLIENT, server.url, traffic(abort_after_errors=5, at_once=2), "X-Id", SystemClock())
    assert made.stopped == "too many failed"
    assert set(made.answers) == {"503"}
    assert 5 <= made.made <= 8 < made.wanted


def test_no_answer_is_a_failure():
    """Nobody listens there."""
    made = make_requests(CLIENT, "http://127.0.0.1:9", traffic(abort_after_errors=3), "X-Id", SystemClock())
    assert set(made.answers) == {"no answer"}
    assert made.stopped


def test_the_record_has_one_line_for_all_of_them(server):
    """Thousands of calls would bury it."""
    calls = []
    token = CALLS.set(calls)
    target = SimpleNamespace(url=server.url, logs=None)
    settings = SimpleNamespace(dev=SimpleNamespace(targets={"lambda": target}, traffic=traffic(requests=30)))
    try:
        made = own_traffic.dev_requests_made("lambda", settings, CLIENT, SystemClock())
    finally:
        CALLS.reset(token)
    assert made.made == 30
    assert [(call.operation, call.outcome) for call in calls] == [("30 times GET /orders", "200: 30")]
    assert Counter(path for path, _ in server.asked) == {"/orders": 30}


NOW = datetime(2026, 5, 4, 10, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(("ended_ago", "waits"), [(5, 228), (15, 228), (60, 168), (600, 0), (None, 0)])
def test_metrics_wait_until_own_requests_have_settled(ended_ago, waits):
    """Three minutes after the end of the last request's minute, or of the next if that had all but begun.

    Of a target that could not be asked, its own items speak.
    """
    slept = []

    def unknown():
        raise Unknown(Reason.UNREACHABLE, "no answer")

    ended = None if ended_ago is None else NOW - timedelta(seconds=ended_ago)
    made = {"ec2": unknown, "lambda": lambda: RequestsMade(wanted=0, ended=ended)}
    clock = SimpleNamespace(now=lambda: NOW, sleep=slept.append)
    metrics._wait_for(PerSubject("dev_requests_made", made), clock)
    assert sum(slept) == waits


def test_metrics_of_a_deployment_that_goes_on_are_not_due():
    """There is no knowing yet what it leaves behind."""
    newest = Deployment("d-1", "InProgress", "user", NOW, None, "AllAtOnce", "s3")
    with pytest.raises(metrics.Unknown) as unknown:
        metrics._deployed(DeploymentHistory(newest))
    assert unknown.value.reason == "not-due"


def test_own_requests_that_fail_break_the_error_rate(read):
    """Also where nothing of it comes into the metrics: a certificate, a name, a network."""
    made = RequestsMade(wanted=100, made=100, answers={"200": 90, "502": 4, "no answer": 6})
    look = read.errors("lambda", made)
    assert look.own.failed == 10
    assert {place for place, proof in look.proofs(0.95).items() if proof.broken} == {"own requests"}
    assert look.describe().startswith("own requests 10 % (10 of 100: 502 4, no answer 6)")


def test_few_own_requests_that_go_well_spoil_nothing(read):
    """They are shown; what passes is the metrics."""
    look = read.errors("lambda", RequestsMade(wanted=100, made=100, answers={"200": 100}))
    proofs = look.proofs(0.95)
    assert not any(proof.broken for proof in proofs.values())
    assert all(proofs[place.place].kept for place in look.places)
