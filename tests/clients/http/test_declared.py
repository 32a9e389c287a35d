"""Mistakes in declared calls that show before anything is sent."""

from datetime import date

import pytest

from promotion.settings.call_checks import check_call, check_journey, raise_if_unsafe
from promotion.settings.endpoints import EndpointCall, StepsJourney
from promotion.settings.expressions import check_expression, evaluate, same


@pytest.mark.parametrize(
    "expression", ["a", "items[?price > `3`] | [0].id", "length(@)", "sort_by(a, &b)", "not_null(a, b, c)", '"x-y"']
)
def test_good_expressions(expression):
    """What the specification allows is allowed."""
    check_expression(expression)


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("", "is not a JMESPath expression"),
        ("items[", r"'items\[' is not a JMESPath expression"),
        ("{id}", "is not a JMESPath expression"),
        ("a[].lenght(@)", r"calls lenght\(\), which is not a JMESPath function"),
        ("length()", r"gives length\(\) 0 argument\(s\), but it takes 1"),
        ("starts_with(a)", "1 argument.*takes 2"),
        ("merge()", "takes at least 1"),
    ],
)
def test_bad_expressions(expression, sentence):
    """A mistake is found without a body, also one that evaluating would only find on some bodies."""
    with pytest.raises(ValueError, match=sentence) as caught:
        check_expression(expression)
    assert "\n" not in str(caught.value)


def test_evaluation_does_not_show_values():
    """A value of the wrong type may be a secret: only its type is said."""
    with pytest.raises(ValueError, match="given string") as caught:
        evaluate("abs(a)", {"a": "hunter2"})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        (0, None, False),
        ("1", 1, False),
        ([1, {"a": [True]}], [1.0, {"a": [True]}], True),
        ([1, {"a": [True]}], [1, {"a": [1]}], False),
        ([1], [1, 2], False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ([], {}, False),
    ],
)
def test_equality_is_that_of_json(one, other, equal):
    """Numbers are equal by value; true is no number; nothing is left over on either side."""
    assert same(one, other) is equal
    assert same(other, one) is equal


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_prod_is_not_changed(method):
    """An unsafe method is refused in prod, unless the call says that it may."""
    call = EndpointCall.model_validate({"path": "/x", "method": method})
    raise_if_unsafe("dev", call)
    raise_if_unsafe("prod", call.model_copy(update={"unsafe": True}))
    with pytest.raises(ValueError, match=f"{method} /x may change prod"):
        raise_if_unsafe("prod", call)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_prod_may_be_looked_at(method):
    """Safe methods are always allowed."""
    raise_if_unsafe("prod", EndpointCall.model_validate({"path": "/x", "method": method}))


@pytest.mark.parametrize(
    ("declared", "sentence"),
    [
        ({"headers": {"X Token": "a"}}, "'X Token' is not a header name"),
        ({"expect": {"headers": {"": "a"}}}, "'' is not a header name"),
        ({"expect": {"json": {"a[": 1}}}, "is not a JMESPath expression"),
        ({"expect": {"json": {"a": date(2030, 1, 1)}}}, "write it as text"),
        ({"expect": {"json": {"a": [float("nan")]}}}, "write it as text"),
        ({"json": {"a": date(2030, 1, 1)}}, "write it as text"),
        ({"method": "HEAD", "expect": {"json": {"a": 1}}}, "HEAD has no body"),
        ({"path": "/x?token=${TOKEN}"}, "paths are recorded"),
        ({"headers": {"a": "Bearer ${MY-TOKEN}"}}, "not followed by a name"),
        ({"json": {"a": ["${"]}}, "not followed by a name"),
        ({"body": "${1}"}, "not followed by a name"),
    ],
)
def test_mistakes_in_calls(declared, sentence):
    """Each is one sentence that says what to correct."""
    with pytest.raises(ValueError, match=sentence):
        check_call(EndpointCall.model_validate({"path": "/x", **declared}))


def journey(*steps: dict[str, object], cleanup: tuple[dict[str, object], ...] = ()) -> StepsJourney:
    """A journey of these steps."""
    return StepsJourney.model_validate({"name": "buy", "target": "lambda", "steps": steps, "cleanup": cleanup})


def test_a_journey_in_order():
    """Values are used after they are captured; braces that no step captures are text, except in a path."""
    check_journey(
        journey(
            {"path": "/a", "method": "POST", "body": "query {id name}", "capture": {"id": "id"}},
            {"path": "/a/{id}", "headers": {"x": "${TOKEN} {other}"}, "expect": {"json": {"id": "{id}"}}},
            cleanup=({"path": "/a/{id}", "method": "DELETE"},),
        )
    )


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        (
            ({"path": "/{id}", "capture": {"id": "id"}},),
            r"'buy', GET /\{id\}: it uses \{id\}.*captured so far: nothing",
        ),
        (({"path": "/a", "capture": {"order": "id"}}, {"path": "/{id}"}), r"it uses \{id\}.*captured so far: order"),
        (({"path": "/a", "body": "{id}"}, {"path": "/b", "capture": {"id": "id"}}), r"it uses \{id\}"),
        (({"path": "/a", "name": "first", "capture": {"id": "["}},), "'buy', first: .* is not a JMESPath expression"),
        (({"path": "/a", "capture": {"an id": "id"}},), "'an id' cannot be captured"),
        (({"path": "/a", "method": "HEAD", "capture": {"id": "id"}},), "no body to capture from"),
        (({"path": "/a", "headers": {"b c": ""}},), "not a header name"),
    ],
)
def test_mistakes_in_journeys(steps, sentence):
    """The sentence names journey and step."""
    with pytest.raises(ValueError, match=sentence):
        check_journey(journey(*steps))
