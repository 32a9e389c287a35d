"""A sealed value shows itself nowhere: not where it is printed, nor where something goes wrong around it."""

import copy
import io
import json
import logging
import pickle
import pprint
import traceback
from dataclasses import asdict, dataclass

import pytest

from promotion.core.secret_value import SealedError, SecretValue
from promotion.sections.security.leaks.known_values import KnownPlaintext
from promotion.unknown import Reason, Unknown

SECRET = "x8Kq'3mZp+T7wL9v-Yc6Rj"
LABEL = "shop/dev/database password"


@pytest.fixture
def sealed():
    return SecretValue(SECRET, LABEL)


def hidden(text: object) -> bool:
    return "8Kq" not in str(text) and "wL9v" not in str(text)


SHOWS = {
    "repr": repr,
    "str": str,
    "format": lambda one: f"{one:>40} {one!s} {one!r} {one}",
    "percent": lambda one: "%s %r" % (one, one),  # noqa: UP031
    "in a list": lambda one: repr([one, {"a": one}, (one,)]),
    "pprint": pprint.pformat,
    "in a dataclass": lambda one: repr(Holder(one)),
    "members": lambda one: repr([(name, getattr(one, name)) for name in dir(one) if name != "__abstractmethods__"]),
}


@pytest.mark.parametrize("show", SHOWS)
def test_it_cannot_be_shown(sealed, show):
    """Only its label is seen."""
    shown = SHOWS[show](sealed)
    assert hidden(shown)
    assert LABEL in shown


@dataclass
class Holder:
    """Something that has a sealed value."""

    one: SecretValue


REFUSED = {
    "pickle": pickle.dumps,
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "asdict": lambda one: asdict(Holder(one)),
    "JSON": json.dumps,
    "equal": lambda one: one == SECRET,
    "equal from the other side": lambda one: one == SECRET.encode(),
    "unequal": lambda one: one != SECRET,
    "in a list": lambda one: SECRET in ["a", one],
    "in a text": lambda one: one in SECRET,
    "holds": lambda one: "x" in one,
    "hash": hash,
    "in a set": lambda one: {one},
    "length": len,
    "bytes": bytes,
    "iteration": list,
    "order": lambda one: one < SECRET,
    "join": "".join,
}


@pytest.mark.parametrize("use", REFUSED)
def test_it_cannot_be_used(sealed, use):
    """Not copied, stored, compared or taken apart."""
    with pytest.raises(TypeError) as refused:
        REFUSED[use](sealed)
    assert hidden(refused.value)
    assert hidden("".join(traceback.format_exception(refused.value)))


def test_the_value_is_had_in_a_block_alone(sealed):
    """After it, what was given is zeros."""
    with sealed.open() as value:
        assert len(value) == len(SECRET)
        kept = value
        assert bytes(kept[:1]) == b"x"
    assert set(kept) == {0}
    with sealed.open() as again:
        assert len(again) == len(SECRET)


ERRORS = {
    "its text": lambda value: _raise(ValueError(bytes(value))),
    "decoding": lambda value: (bytes(value) + b"\xff").decode(),
    "encoding": lambda value: (value.decode() + "\udcff").encode(),
    "JSON": lambda value: json.loads(bytes(value)),
    "a key": lambda value: {}[value.decode()],
    "a cause": lambda value: _chained(value.decode()),
    "an attribute": lambda value: _raise(_attributed(value.decode())),
}


def _raise(error: Exception) -> None:
    raise error


def _attributed(text: str) -> Exception:
    error = RuntimeError("wrong")
    error.found = text
    return error


def _chained(text: str) -> None:
    try:
        {}[text]
    except KeyError as error:
        raise LookupError(f"no {text}") from error


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_around_it_says_nothing(sealed, error):
    """Neither its text, nor its attributes, nor those it came from, nor the variables of its frames."""
    with pytest.raises(SealedError) as raised, sealed.open() as value:
        ERRORS[error](value)
    one: BaseException | None = raised.value
    shown = "".join(traceback.TracebackException.from_exception(raised.value, capture_locals=True).format())
    assert hidden(shown)
    assert "while a secret value was in use" in shown
    while one is not None:
        assert hidden(f"{one!r} {one.args} {vars(one)} {getattr(one, 'object', '')!r} {getattr(one, 'doc', '')}")
        one = one.__context__


def test_an_unknown_passes(sealed):
    """What could not be told is said in a sentence of ours."""
    with pytest.raises(Unknown, match="look again"), sealed.open():
        raise Unknown(Reason.MALFORMED, "it is not what it should be: look again")


def test_an_interruption_passes(sealed):
    """Somebody who stops the run is not kept from it, and the value is gone."""
    kept = []

    def interrupted():
        with sealed.open() as value:
            kept.append(value)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert set(kept[0]) == {0}


def test_logging_shows_nothing(sealed):
    """As an argument, in a message, with the traceback of an error."""
    out = io.StringIO()
    logger, handler = logging.getLogger("tests.sealed"), logging.StreamHandler(out)
    logger.addHandler(handler)
    try:
        logger.warning("found %s, %r and %s", sealed, [sealed], {"a": sealed})
        try:
            with sealed.open() as value:
                raise ValueError(bytes(value))
        except SealedError:
            logger.exception("it went wrong")
    finally:
        logger.removeHandler(handler)
    assert LABEL in out.getvalue()
    assert hidden(out.getvalue())


FAILING = f"""
import logging, pytest
from promotion.core.secret_value import SecretValue
from promotion.sections.security.leaks.known_values import KnownPlaintext

SECRET = "".join(map(chr, {list(SECRET.encode())}))

@pytest.fixture
def sealed():
    return SecretValue(SECRET, "{LABEL}")

@pytest.fixture(autouse=True)
def nothing_else():
    global SECRET
    kept, SECRET = SECRET, ""
    yield
    SECRET = kept

def test_equal(sealed):
    assert sealed == "guess"

def test_in(sealed):
    assert "guess" in [sealed]

def test_falsy(sealed):
    assert not sealed

def test_open(sealed):
    with sealed.open() as value:
        assert value == b"guess"

def test_raised(sealed):
    logging.getLogger("here").warning("%s", sealed)
    print(sealed, [sealed])
    with sealed.open() as value:
        raise ValueError(value.decode())

def test_search(sealed):
    search = KnownPlaintext([sealed])
    hits = list(search.scan(b"password"))
    assert hits, search
"""


@pytest.mark.parametrize("options", [["--showlocals", "-vv"], ["--showlocals", "-vv", "--tb=long", "-n", "1"]])
def test_pytest_shows_nothing(pytester, options):
    """Assertions that fail, errors and local variables, at their most talkative, plain and in parallel."""
    pytester.makepyfile(FAILING)
    done = pytester.runpytest_subprocess("-p", "no:promotion.plugin", "--junitxml=junit.xml", *options)
    done.assert_outcomes(failed=6)
    report = (pytester.path / "junit.xml").read_text()
    for shown in (done.stdout.str(), done.stderr.str(), report):
        assert hidden(shown)
    assert LABEL in done.stdout.str()


def test_a_search_shows_nothing_either(sealed):
    """It holds every form of the value."""
    search = KnownPlaintext([sealed])
    assert hidden(repr(search))
    assert hidden([getattr(search, name) for name in dir(search)])
    for refused in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError):
            refused(search)
