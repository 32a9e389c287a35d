"""Values put into declared texts stay where they were put."""

import json
import string
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from requests import Request

from promotion.clients.http.request import public_url
from promotion.core.environment_secrets import Secrecy
from promotion.core.redact import Redactor
from promotion.core.templates import as_text, fill_path, fill_text, fill_tree

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
FEW = settings(max_examples=30, deadline=None)
NAMES = st.text(string.ascii_lowercase, min_size=1, max_size=5)


@FEW
@given(TEXTS)
def test_what_is_put_in_is_not_read_again(value):
    """An answer cannot ask for a variable, nor a variable for a captured value: texts are gone through once."""
    told: list[str] = []
    secrecy = Secrecy({"A": value + "{id}${B}", "B": "never"}, told.append, str)
    assert fill_text("<${A}|{id}>", {"id": "${B}{id}" + value}, secrecy) == f"<{value}{{id}}${{B}}|${{B}}{{id}}{value}>"
    assert "never" not in told


def test_the_two_kinds_of_places_do_not_meet():
    """`${id}` is never the captured id, and an unknown `{x}` is text."""
    assert fill_text("${id} {id} {x} {} { id }", {"id": 7}) == "${id} 7 {x} {} { id }"


@FEW
@given(TEXTS)
def test_a_value_stays_in_its_segment(value):
    """Whatever is captured, the path has the same segments, and the server can read the value back."""
    if value in (".", ".."):
        with pytest.raises(ValueError, match="segment"):
            fill_path("/a/{id}/b?x={id}#f", {"id": value})
        return
    path = fill_path("/a/{id}/b?x={id}", {"id": value})
    sent = urlsplit(str(Request("GET", "http://localhost" + path).prepare().url))
    assert [unquote(part) for part in sent.path.split("/")] == ["", "a", value, "b"]
    assert unquote(sent.query) == f"x={value}"


@pytest.mark.parametrize(
    ("template", "values"), [("/{a}{b}", {"a": ".", "b": "."}), ("/x{a}", {"a": [1]}), ("/{a}", {"a": {}})]
)
def test_values_that_lead_elsewhere(template, values):
    """A segment of dots, and what is no text or number, do not go into a path."""
    with pytest.raises(ValueError, match="path"):
        fill_path(template, values)


def test_declared_dots_are_left_alone():
    """Only what was captured is suspected."""
    assert fill_path("/a/../{id}", {"id": 1.5}) == "/a/../1.5"


@FEW
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | TEXTS, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner)
    )
)
def test_a_lone_place_keeps_its_type(value):
    """A number stays a number in a JSON body; inside a longer text it is written out."""
    tree = {"whole": "{v}", "part": "x {v}", "{v}": [1, None, {"deep": "{v}"}]}
    written = as_text(value)
    assert fill_tree(tree, {"v": value}) == {
        "whole": value,
        "part": f"x {written}",
        written: [1, None, {"deep": value}],
    }


@FEW
@given(TEXTS, TEXTS, NAMES, TEXTS)
def test_no_url_shows_its_secrets(user, password, name, value):
    """User, password, query values and fragment are gone, whatever they are made of."""
    url = Request("GET", "http://h/p", params={name: value}).prepare().url
    shown = public_url(str(url).replace("://", "://me:hunter2@") + "#hunter2")
    assert shown == f"http://h/p?{name}=…"


@FEW
@given(TEXTS, st.text())
def test_secrets_are_masked_in_every_writing(value, around):
    """As it is, at the end of a line, and as JSON escapes it."""
    redactor = Redactor()
    secret = "hunter2" + value + "hunter2"
    secrecy = Secrecy({"S": secret + "\n"}, redactor.add, redactor.text)
    secrecy.variable("S")
    for text in (secret, json.dumps(around + secret), json.dumps([secret], ensure_ascii=False)):
        assert "hunter2" not in secrecy.clean(text)
    assert "hunter2" not in secrecy.show({"a": [secret]})
    assert "S" not in repr(secrecy).removeprefix("Secrecy")


def test_values_that_are_no_utf8_are_masked():
    """A variable of other bytes, or half a surrogate pair in JSON, neither breaks the masking nor escapes it."""
    redactor = Redactor()
    secrecy = Secrecy({"S": "hunter\udcff2"}, redactor.add, redactor.text)
    secrecy.variable("S")
    assert secrecy.clean("<hunter\udcff2>") == "<[redacted]>"
    assert secrecy.clean_value({"a": ["hunter\udcff2", "\ud800"]}) == {"a": ["[redacted]", "?"]}
