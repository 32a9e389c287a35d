"""Bytes from strangers are read with one meaning, or refused with a sentence."""

import base64
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.signing.errors import Rejected, shown
from promotion.signing.wire import MAX_ANNOTATION, one_spelling, read_base64, read_object, read_pem


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"a":1,"a":2}', "twice"),
        (b'{"x":{"a":1,"a":1}}', "twice"),
        (b'{"a":NaN}', "NaN"),
        (b'{"a":-Infinity}', "Infinity"),
        (b'{"a":1e999}', "too large"),
        (b'{"a":"\\ud800"}', "surrogates"),
        (b'{"a":"\xff"}', "utf-8"),
        (b'\xef\xbb\xbf{"a":1}', "BOM"),
        (b'{"a":1}{"b":2}', "Extra data"),
        (b'{"a":1} trailing', "Extra data"),
        (b'{"a":1}\0', "Extra data"),
        (b"", "Expecting value"),
        (b"[]", "not an object"),
        (b'"text"', "not an object"),
        (b'{"a":' * 100_000, "deeply"),
        (b'{"a":' + b"[" * 100_000, "deeply"),
        (b'{"a":' + b"9" * 10_000 + b"}", "digits"),
    ],
)
def test_json_with_two_meanings_or_none_is_refused(data, why):
    """Whatever two JSON readers could understand differently, and whatever is no JSON object, is refused."""
    with pytest.raises(Rejected, match=why):
        read_object(data, "the thing")


def test_a_large_input_is_refused_before_it_is_parsed():
    """The limit is on bytes, and said in the sentence."""
    with pytest.raises(Rejected, match="has 11 bytes; the limit is 10"):
        read_object(b'{"a":12345}', "the thing", limit=10)


def test_ordinary_json_is_read():
    """Escapes, astral characters as surrogate pairs, and surrounding white space are ordinary JSON."""
    assert read_object(b' {"a":"\\ud83d\\ude00","b":[1.5,true,null]}\n', "it") == {"a": "😀", "b": [1.5, True, None]}


@given(st.binary(max_size=200))
def test_any_bytes_give_an_object_or_a_rejection(data):
    """No other exception comes out."""
    with suppress(Rejected):
        assert isinstance(read_object(data, "it"), dict)


@given(st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), st.text(), st.lists(st.booleans()))))
def test_what_json_writes_is_read_back(fields):
    """Any object that json writes is read as itself."""
    assert read_object(json.dumps(fields).encode(), "it") == fields


def test_keys_that_differ_in_case_only_are_refused():
    """Go would take the second one, and Python the first."""
    with pytest.raises(Rejected, match="differ only in case"):
        one_spelling({"payload": 1, "Payload": 2}, "the envelope")
    one_spelling({"payload": 1, "payloadType": 2}, "the envelope")


@pytest.mark.parametrize(
    "text",
    ["AB==", "QUJ=", "QUI", "QUI=\n", " QUI=", "QU I=", "QUI=QUI=", "QUI==", "+/-_", "ÄÖ==", "QUI=trailing", "===="],
)
def test_base64_that_is_not_canonical_is_refused(text):
    """Unused bits, missing or excess padding, white space, mixed alphabets, foreign characters."""
    with pytest.raises(Rejected, match="base64"):
        read_base64(text, "the signature")


@given(st.binary(max_size=64))
def test_both_base64_alphabets_are_read(data):
    """DSSE says that verifiers must accept standard and URL-safe base64."""
    assert read_base64(base64.b64encode(data).decode(), "it") == data
    assert read_base64(base64.urlsafe_b64encode(data).decode(), "it") == data


def _pem(label="PUBLIC KEY", body=b"abc"):
    return f"-----BEGIN {label}-----\n{base64.b64encode(body).decode()}\n-----END {label}-----\n"


def test_pem_blocks_are_read():
    """Several blocks, with Windows line ends too."""
    text = _pem("A", b"one") + _pem("B", b"two").replace("\n", "\r\n")
    assert read_pem(text, "it") == (("A", b"one"), ("B", b"two"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "not PEM",
        "before\n" + _pem(),
        _pem() + "after",
        _pem().replace("END PUBLIC", "END PRIVATE"),
        _pem().replace("-----END", "Proc-Type: 4,ENCRYPTED\n-----END"),
        "x" * (MAX_ANNOTATION + 1),
    ],
)
def test_pem_with_anything_around_it_is_refused(text):
    """Nothing but white space may stand beside the blocks."""
    with pytest.raises(Rejected):
        read_pem(text, "the certificate")


def test_foreign_text_in_a_sentence_is_short_and_printable():
    """A hostile name cannot fill the report nor speak to the terminal."""
    assert shown("\x1b[2Jname\n") == r"'\x1b[2Jname\n'"
    assert len(shown("x" * 10_000)) < 130
    assert shown("\ud800") == r"'\ud800'"
    assert shown("sha256:abc") == "'sha256:abc'"
