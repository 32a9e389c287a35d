"""The service of the sandbox behaves like one, and each of its members can be broken on its own."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from werkzeug.serving import make_server
from werkzeug.test import Client

from promotion.core.clock import StoppedClock
from promotion.sandbox.members import Member, Release
from promotion.sandbox.order import Reply
from promotion.sandbox.service import RedirectToHttps, Service

DIGEST = "sha256:" + "ab" * 32
COMMIT = "c0ffee00" * 5
FIRST, SECOND = "i-0aaaaaaaaaaaaaaa1", "i-0aaaaaaaaaaaaaaa2"
CLOCK = StoppedClock(datetime(2026, 3, 2, 10, 0, tzinfo=UTC))


class Logged(list[tuple[str, str, dict[str, Any]]]):
    """Keeps what the service logs."""

    def __call__(self, target: str, member: str, line: dict[str, Any]) -> None:
        """Take one line."""
        self.append((target, member, line))


@pytest.fixture
def logged() -> Logged:
    """Keep what the service logs."""
    return Logged()


@pytest.fixture
def slept() -> list[float]:
    """Keep how long the service would have slept, in seconds."""
    return []


@pytest.fixture
def service(logged: Logged, slept: list[float]) -> Service:
    """Run the service on two instances."""
    return Service("dev", "ec2", DIGEST, COMMIT, members=(FIRST, SECOND), log=logged, clock=CLOCK, sleep=slept.append)


@pytest.fixture
def client(service: Service) -> Client:
    """Ask it without a socket."""
    return Client(service)


def order(**changes: Any) -> dict[str, Any]:
    """Write an order that is complete."""
    return {"customer": "c-1001", "items": [{"sku": "cup", "quantity": 2}], **changes}


# What it says of itself


def test_it_says_that_it_is_well_and_what_it_is(client: Client) -> None:
    """Health, readiness and version are what an operator looks at first."""
    health = client.get("/health")
    assert health.status_code == 200
    assert health.get_json() == {"status": "ok", "checks": {"database": "ok", "payment-api": "ok"}}
    assert client.get("/ready").get_json() == {
        "status": "ready",
        "secrets": {"shop/dev/database": "loaded", "shop/dev/payment-api": "loaded"},
    }
    assert client.get("/version").get_json() == {"version": "1.8.0", "commit": COMMIT, "digest": DIGEST}


def test_an_order_from_placing_to_deleting(client: Client) -> None:
    """Create, read, list, delete: each with the status and the headers of a JSON API."""
    created = client.post("/orders", json=order())
    assert (created.status_code, created.get_json()["total_cents"]) == (201, 2580)
    place = created.headers["Location"]
    assert client.get(place).get_json() == created.get_json()
    listed = client.get("/orders", query_string={"customer": "c-1001"}).get_json()
    assert created.get_json() in listed["orders"]
    assert client.get("/orders", query_string={"customer": "c-1002"}).get_json()["count"] == 0
    gone = client.delete(place)
    assert (gone.status_code, gone.get_data()) == (204, b"")
    assert client.get(place).status_code == 404
    assert client.get("/customers/c-1002").get_json()["tier"] == "plus"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/orders/o-1", None, 404),
        ("GET", "/customers/c-9", None, 404),
        ("GET", "/nothing", None, 404),
        ("DELETE", "/orders/o-5001", None, 409),
        ("POST", "/orders", order(reference="first"), 409),
        ("POST", "/orders", {}, 422),
        ("POST", "/orders", [], 422),
        ("POST", "/orders", order(items=[{"sku": "cup", "quantity": 0}, {"sku": "no"}]), 422),
        ("PUT", "/orders", {}, 405),
        ("POST", "/health", {}, 405),
        ("DELETE", "/customers/c-1001", None, 405),
    ],
)
def test_problems_are_told_as_problem_details(client: Client, method: str, path: str, body: Any, status: int) -> None:
    """Whatever is refused is refused with its status in the form of RFC 9457."""
    answer = client.open(path, method=method, json=body) if body is not None else client.open(path, method=method)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.get_json()["status"] == status
    assert {"type", "title", "detail"} <= set(answer.get_json())


def test_a_body_that_is_not_json(client: Client) -> None:
    """Bytes that cannot be read are a 400, not a 422 and not a 500."""
    assert client.post("/orders", data=b"{", content_type="application/json").status_code == 400


def test_an_incomplete_order_names_every_error(client: Client) -> None:
    """All that is wrong is told at once, each with the place in the body."""
    answer = client.post("/orders", json=order(customer="?", items=[{"sku": "?"}, {"sku": "cup", "quantity": 0}]))
    pointers = [error["pointer"] for error in answer.get_json()["errors"]]
    assert pointers == ["/customer", "/items/0/sku", "/items/1/quantity"]


def test_orders_at_the_same_time_get_an_id_each(service: Service) -> None:
    """Many callers at once are told different numbers, and none of their orders is lost."""
    with ThreadPoolExecutor(8) as pool:
        made = [*pool.map(lambda _: Client(service).post("/orders", json=order()).get_json()["id"], range(40))]
    assert len(set(made)) == 40
    assert Client(service).get("/orders").get_json()["count"] == 41


# Members


def test_requests_go_round_the_members(client: Client) -> None:
    """Two instances take turns, and the answer says which it was."""
    assert [client.get("/health").headers["X-Served-By"] for _ in range(4)] == [FIRST, SECOND, FIRST, SECOND]


def test_a_canary_gets_its_share(service: Service, client: Client) -> None:
    """With the weights 9 and 1 one request in ten goes to the canary, which runs another release."""
    service.members.remove(SECOND)
    service.members[FIRST].weight = 9
    service.members.add(Member("canary", Release("sha256:" + "cd" * 32, COMMIT)))
    answers = [client.get("/version") for _ in range(20)]
    assert Counter(answer.headers["X-Served-By"] for answer in answers) == {FIRST: 18, "canary": 2}
    assert {a.get_json()["digest"] for a in answers if a.headers["X-Served-By"] == "canary"} == {"sha256:" + "cd" * 32}


def test_without_members_the_front_end_answers(service: Service, client: Client) -> None:
    """Nobody in service is a 503 of the front-end, in HTML."""
    for member in service.members:
        member.weight = 0
    answer = client.get("/health")
    assert (answer.status_code, answer.mimetype) == (503, "text/html")


def test_an_unhealthy_member(service: Service, client: Client) -> None:
    """One instance is unwell and says so; the other, and all but the health check, go on."""
    service.members[SECOND].healthy = False
    assert [client.get("/health").status_code for _ in range(4)] == [200, 503, 200, 503]
    assert [client.get("/version").status_code for _ in range(2)] == [200, 200]


def test_a_member_without_secrets(service: Service, client: Client) -> None:
    """What could not read its secrets is neither ready nor healthy."""
    service.members[FIRST].secrets_loaded = False
    answers = [client.get("/ready"), client.get("/ready")]
    assert [answer.status_code for answer in answers] == [503, 200]
    assert answers[0].get_json()["secrets"]["shop/dev/database"] == "missing"
    assert client.get("/health").status_code == 503


def test_a_slow_member(service: Service, client: Client, slept: list[float]) -> None:
    """One instance is late by what is asked for, in milliseconds."""
    service.members[FIRST].slow_ms = 1500
    client.get("/health")
    client.get("/health")
    assert slept == [1.5]


def test_a_share_of_errors(service: Service, client: Client) -> None:
    """A tenth of the requests fail, evenly spread."""
    for member in service.members:
        member.error_share = 0.1
    statuses = Counter(client.get("/version").status_code for _ in range(100))
    assert statuses == {200: 90, 500: 10}


@pytest.mark.parametrize(
    ("fixed", "status", "content"),
    [
        (Reply(200, {"status": "starting"}), 200, b'{"status":"starting"}'),
        (Reply(200), 200, b""),
        (Reply(200, b'{"status":'), 200, b'{"status":'),
        (Reply(302, None, {"Location": "/login"}), 302, b""),
    ],
)
def test_a_fixed_answer(service: Service, client: Client, fixed: Reply, status: int, content: bytes) -> None:
    """A path can be made to answer wrongly, with nothing, with half of a JSON text or with a redirect."""
    service.members[FIRST].fixed["/health"] = fixed
    answer = client.get("/health")
    assert (answer.status_code, answer.get_data()) == (status, content)
    assert answer.headers.get("Location") == fixed.headers.get("Location")
    assert client.get("/health").get_json()["status"] == "ok"


# Logs and headers


def test_every_request_is_logged_with_its_correlation_id(client: Client, logged: Logged) -> None:
    """The id that came in is on every line of the request and in the answer; so is the trace of `traceparent`."""
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    told = {"X-Correlation-ID": "abc-1", "traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    answer = client.get("/orders", headers=told)
    assert answer.headers["X-Correlation-ID"] == "abc-1"
    assert [(target, member) for target, member, _ in logged] == [("ec2", FIRST)] * 2
    for _, _, line in logged:
        assert (line["correlation_id"], line["trace_id"]) == ("abc-1", trace)
        assert line["timestamp"] == "2026-03-02T10:00:00.000Z"
    last = logged[-1][2]
    assert (last["method"], last["path"], last["status"], last["level"]) == ("GET", "/orders", 200, "INFO")


def test_a_request_without_an_id_gets_one(client: Client) -> None:
    """Two requests get two ids; a `traceparent` that is none is left alone."""
    ids = {client.get("/health", headers={"traceparent": "x"}).headers["X-Correlation-ID"] for _ in range(2)}
    assert len(ids) == 2


def test_correlation_ids_can_be_lost(service: Service, client: Client, logged: Logged) -> None:
    """Dropped: neither logged nor returned. Constant: the same one for everybody."""
    service.members[FIRST].correlation = "dropped"
    service.members[SECOND].correlation = "constant"
    dropped, constant = (client.get("/health", headers={"X-Correlation-ID": "mine"}) for _ in range(2))
    assert "X-Correlation-ID" not in dropped.headers
    assert set(constant.headers["X-Correlation-ID"]) == {"0", "-"}
    lines = {member: line for _, member, line in logged}
    assert "correlation_id" not in lines[FIRST]
    assert lines[SECOND]["correlation_id"] != "mine"


def test_each_front_end_has_its_header(service: Service, client: Client, logged: Logged) -> None:
    """API Gateway numbers its requests, the load balancer demands HTTPS; a member can lose a header."""
    gateway = Client(Service("dev", "lambda", DIGEST, COMMIT, members=("8",), log=logged))
    through_gateway, through_balancer = gateway.get("/health"), client.get("/health")
    assert through_gateway.headers["apigw-requestid"] == logged[0][2]["request_id"]
    assert "Strict-Transport-Security" not in through_gateway.headers
    assert "max-age" in through_balancer.headers["Strict-Transport-Security"]
    service.members[SECOND].without_headers.add("strict-transport-security")
    assert "Strict-Transport-Security" not in client.get("/health").headers


@pytest.mark.parametrize(
    ("redirect", "location"),
    [
        (RedirectToHttps(), "https://shop.example:443/a%20b?x=1"),
        (RedirectToHttps(8443), "https://shop.example:8443/a%20b?x=1"),
        (RedirectToHttps(80, scheme="http"), "http://shop.example:80/a%20b?x=1"),
    ],
)
def test_port_80_sends_on_to_https(redirect: RedirectToHttps, location: str) -> None:
    """Path and query are kept, as the load balancer's redirect action keeps them."""
    answer = Client(redirect).get("/a b?x=1", headers={"Host": "shop.example:8080"})
    assert (answer.status_code, answer.headers["Location"]) == (301, location)


def test_a_slow_member_holds_nobody_up(logged: Logged) -> None:
    """Over a real socket: while one instance sleeps, the other answers."""
    entered, leave = threading.Event(), threading.Event()

    def sleep(_: float) -> None:
        entered.set()
        leave.wait(5)

    service = Service("dev", "ec2", DIGEST, COMMIT, members=(FIRST, SECOND), log=logged, sleep=sleep)
    service.members[FIRST].slow_ms = 1
    server = make_server("127.0.0.1", 0, service, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/health"
    late = threading.Thread(target=requests.get, args=(url,), kwargs={"timeout": 5})
    late.start()
    try:
        assert entered.wait(5)
        began = time.monotonic()
        assert requests.get(url, timeout=5).headers["X-Served-By"] == SECOND
        assert time.monotonic() - began < 4
    finally:
        leave.set()
        late.join()
        server.shutdown()
        server.server_close()
