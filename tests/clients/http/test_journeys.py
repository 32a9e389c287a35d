"""Several requests in order, what goes from one to the next, and cleaning up."""

import json
import socket
from collections.abc import Callable

import pytest
from pydantic import TypeAdapter

from promotion.clients.http.client import HttpClient
from promotion.clients.http.journey import JourneyLook, run_steps
from promotion.settings.endpoints import StepsJourney
from promotion.unknown import Reason, Unknown
from tests.clients.http.origin import Origin, Received, reply

CREATE = {
    "name": "create",
    "method": "POST",
    "path": "/orders",
    "json": {"item": "tea"},
    "expect": {"status": 201},
    "capture": {"order": "id"},
}
READ = {"name": "read", "path": "/orders/{order}", "expect": {"json": {"id": "{order}"}}}
DELETE = {"name": "delete", "method": "DELETE", "path": "/orders/{order}", "expect": {"status": 204}}


def journey(*steps: dict[str, object], cleanup: tuple[dict[str, object], ...] = (DELETE,)) -> StepsJourney:
    """A journey of these steps."""
    return StepsJourney.model_validate({"name": "buy", "target": "lambda", "steps": steps, "cleanup": cleanup})


@pytest.fixture
def shop(serve) -> Callable[..., Origin]:
    """An origin that answers by method and first path segment, and as declared if not told otherwise."""

    def start(**answers: bytes) -> Origin:
        usual = {
            "POST": reply('{"id": 42, "token": "tok-123456"}', status=201),
            "GET": reply('{"id": 42}'),
            "DELETE": reply(status=204),
            **answers,
        }

        def script(seen: Received, connection: socket.socket) -> None:
            connection.sendall(usual[seen.method])

        return serve(script)

    return start


def asked(origin: Origin) -> list[str]:
    """What an origin was asked, in order."""
    return [f"{seen.method} {seen.path}" for seen in origin.received]


def test_a_journey_as_declared(client, shop):
    """Captured values reach path and expectations with their type, and what was made is cleaned up."""
    origin = shop()
    look = run_steps(client, origin.url, journey(CREATE, READ))
    assert look.passed
    assert look.problems == ()
    assert asked(origin) == ["POST /orders", "GET /orders/42", "DELETE /orders/42"]
    assert [step.name for step in (*look.steps, *look.cleanup)] == ["create", "read", "delete"]
    assert look.steps[0].captured == ("order",)
    assert look.steps[1].answer.found == {"id": 42}


def test_looks_survive_their_serialised_form(client, shop):
    """A journey that went wrong comes back equal."""
    adapter = TypeAdapter(JourneyLook)
    look = run_steps(client, shop(GET=reply('{"id": 4}', status=500)).url, journey(CREATE, READ))
    assert not look.passed
    assert adapter.validate_json(adapter.dump_json(look)) == look


def test_the_first_wrong_step_is_the_last(client, shop):
    """Steps after it are not made, cleanup is; the sentence names the step."""
    origin = shop(GET=reply('{"id": 41}'))
    look = run_steps(client, origin.url, journey(CREATE, READ, {"path": "/after"}))
    assert look.problems == ("step 2 of 3, read: `id` is 41, expected 42",)
    assert asked(origin) == ["POST /orders", "GET /orders/42", "DELETE /orders/42"]


def test_what_a_wrong_step_made_is_cleaned_up(client, shop):
    """A step that created something and answered otherwise than declared still gives its id to the cleanup."""
    origin = shop(POST=reply('{"id": "a/b"}', status=200))
    look = run_steps(client, origin.url, journey(CREATE, READ))
    assert look.problems == ("step 1 of 2, create: the status is 200 OK, expected 201 Created",)
    assert asked(origin) == ["POST /orders", "DELETE /orders/a%2Fb"]


def test_nothing_to_clean_up(client, shop):
    """A cleanup step whose value was never captured is not made, and that is no problem of its own."""
    origin = shop(POST=reply("{}", status=503))
    look = run_steps(client, origin.url, journey(CREATE))
    assert look.problems == ("step 1 of 1, create: the status is 503 Service Unavailable, expected 201 Created",)
    assert look.cleanup[0].answer is None
    assert look.cleanup[0].note == "not needed: order was never captured"
    assert asked(origin) == ["POST /orders"]


@pytest.mark.parametrize("value", ["null", '""', "[]", "{}"])
def test_a_capture_of_nothing(client, shop, value):
    """Null, missing and empty are no value: an empty id would lead to all orders."""
    origin = shop(POST=reply(f'{{"id": {value}}}', status=201))
    look = run_steps(client, origin.url, journey(CREATE, READ))
    assert look.problems == ("step 1 of 2, create: `id` has no value to capture as order",)
    assert asked(origin) == ["POST /orders"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [("<html>", "the body is not JSON, so order cannot be captured"), ("3", "`id` has no value to capture as order")],
)
def test_a_capture_from_something_else(client, shop, body, sentence):
    """A body without JSON, or of another shape, gives nothing."""
    assert run_steps(client, shop(POST=reply(body, status=201)).url, journey(CREATE)).problems[0].endswith(sentence)


def test_a_capture_that_leads_elsewhere(client, shop):
    """A value that would change which resource the path names is not sent, by cleanup neither."""
    origin = shop(POST=reply('{"id": ".."}', status=201))
    look = run_steps(client, origin.url, journey(CREATE, READ))
    assert [problem.split(":")[0] for problem in look.problems] == ["step 2 of 2, read", "cleanup, delete"]
    assert asked(origin) == ["POST /orders"]


def test_a_step_before_its_capture(client, shop):
    """A value that no step before gives is a problem, not a request with braces in it."""
    origin = shop()
    look = run_steps(client, origin.url, journey(READ, CREATE, cleanup=()))
    assert look.problems == ("step 1 of 2, read: it uses {order}, which no earlier step captured",)
    assert origin.received == []


def test_cleanup_that_fails(client, shop):
    """It is a problem of its own; the other cleanup steps are made all the same."""
    origin = shop(DELETE=reply(status=409))
    look = run_steps(client, origin.url, journey(CREATE, READ, cleanup=(DELETE, {**DELETE, "path": "/carts/{order}"})))
    assert len(look.steps) == look.declared
    assert not look.passed
    assert look.problems == ("cleanup, delete: the status is 409 Conflict, expected 204 No Content",) * 2
    assert asked(origin)[-2:] == ["DELETE /orders/42", "DELETE /carts/42"]


def test_a_step_without_an_answer(client, shop):
    """Nobody could tell: unknown, naming journey and step, and cleanup is made."""
    origin = shop(GET=b"")
    with pytest.raises(Unknown, match="journey buy: step 2 of 2, read: GET") as caught:
        run_steps(client, origin.url, journey(CREATE, READ))
    assert caught.value.reason is Reason.UNREACHABLE
    assert asked(origin)[-1] == "DELETE /orders/42"


def test_cleanup_without_an_answer(client, shop):
    """What was made may still be there, so the journey is unknown."""
    with pytest.raises(Unknown, match="journey buy: cleanup, delete: DELETE"):
        run_steps(client, shop(DELETE=b"").url, journey(CREATE, READ))


def test_wrong_goes_before_unknown(client, shop):
    """A step that is wrong decides, and the cleanup that could not be told is noted."""
    look = run_steps(client, shop(GET=reply(status=500), DELETE=b"").url, journey(CREATE, READ))
    assert len(look.problems) == 2
    assert look.cleanup[0].note.endswith("[unreachable]")
    look = run_steps(client, shop(GET=b"", DELETE=reply(status=500)).url, journey(CREATE, READ))
    assert not look.passed
    assert look.steps[1].note.endswith("[unreachable]")


def test_time_runs_out(client, shop):
    """When the budget is used up no step is begun; cleanup has time of its own."""
    with pytest.raises(Unknown, match="journey's time was used up") as caught:
        run_steps(client, shop().url, journey({**DELETE, "path": "/x"}, cleanup=()), budget=0)
    assert caught.value.reason is Reason.TIMEOUT


def test_captured_tokens_do_not_show(client, shop):
    """A value captured under a secret's name is sent on and masked wherever it comes back."""
    token = "tok-123456"
    origin = shop(GET=reply(json.dumps({"you": token}), status=500))
    look = run_steps(
        client,
        origin.url,
        journey(
            {**CREATE, "capture": {"token": "token"}},
            {"path": "/me/{token}", "headers": {"Authorization": "Bearer {token}"}, "expect": {"json": {"you": "x"}}},
            cleanup=(),
        ),
    )
    assert origin.received[1].headers["authorization"] == f"Bearer {token}"
    assert token not in TypeAdapter(JourneyLook).dump_json(look).decode()
    assert look.steps[1].answer.excerpt == '{"you": "[redacted]"}'


def test_values_go_everywhere(client, shop):
    """Headers, JSON, text and expected headers take captured values; in a pattern they stand for themselves."""
    origin = shop(POST=reply('{"id": "*[a]"}', status=201), GET=reply("{}", x_id="*[a]"))
    steps = (
        CREATE,
        {
            "path": "/a",
            "headers": {"X-Id": "<{order}>"},
            "body": "id={order}",
            "expect": {"headers": {"x-id": "{order}"}},
        },
        {"path": "/b", "json": {"{order}": ["{order}"]}, "expect": {"headers": {"x-id": "b{order}"}}},
    )
    look = run_steps(client, origin.url, journey(*steps, cleanup=()))
    assert look.steps[1].answer.passed
    assert len(look.problems) == 1
    assert origin.received[1].headers["x-id"] == "<*[a]>"
    assert origin.received[1].body == b"id=*[a]"
    assert json.loads(origin.received[2].body) == {"*[a]": ["*[a]"]}


def test_cookies_go_along(client, shop):
    """A session cookie is kept for the journey, and for nothing after it."""
    login = reply('{"id": 42}', status=201, set_cookie="sid=cookie-value-1; HttpOnly")
    origin = shop(POST=login, GET=reply("cookie-value-1", status=500))
    look = run_steps(client, origin.url, journey(CREATE, READ))
    assert origin.received[1].headers["cookie"] == "sid=cookie-value-1"
    assert look.steps[1].answer.excerpt == "[redacted]"
    run_steps(client, origin.url, journey(CREATE))
    assert "cookie" not in origin.received[3].headers


def test_a_variable_that_is_not_set(client, shop):
    """The journey is unknown, and nothing is sent by that step."""
    origin = shop()
    with pytest.raises(Unknown, match=r"step 1 of 1, GET /x: .*ABSENT is not set") as caught:
        run_steps(client, origin.url, journey({"path": "/x", "headers": {"a": "${ABSENT}"}}, cleanup=()))
    assert caught.value.reason is Reason.NOT_DECLARED
    assert origin.received == []


def test_an_interrupt_cleans_up(client, shop, monkeypatch):
    """Whatever ends a journey, what it made is cleaned up."""
    origin = shop()
    exchange = HttpClient.exchange

    def interrupted(self, request, *rest, **more):
        if request.method == "GET":
            raise KeyboardInterrupt
        return exchange(self, request, *rest, **more)

    monkeypatch.setattr(HttpClient, "exchange", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_steps(client, origin.url, journey(CREATE, READ))
    assert asked(origin) == ["POST /orders", "DELETE /orders/42"]
