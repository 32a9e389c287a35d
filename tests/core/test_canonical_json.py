"""Records are written by RFC 8785: its own samples, and whatever a look-up may give."""

import json
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.core.canonical_json import (
    LARGEST,
    SCHEMA,
    V1,
    canonical,
    canonical_for,
    parse_record,
    record_text,
    representable,
    sorted_json,
)

NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}
"""RFC 8785, appendix B: the bits of a double, and how it is written."""


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_numbers_are_written_as_appendix_b_says(bits, text):
    """Each sample; and what is written reads back as that number and is written the same again."""
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(number) == text
    read = parse_record(f'{{"schema":"{SCHEMA}","number":{text}}}')["number"]
    assert read == number
    assert canonical(read) == text


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, LARGEST + 1, -LARGEST - 1])
def test_what_is_no_number_of_json_is_refused(number):
    """Appendix B: NaN and infinities are errors; whole numbers that a double may not hold are, too."""
    with pytest.raises(ValueError, match=r"JSON floats|JCS"):
        canonical(number)


def test_the_sample_of_section_3_2_2():
    """Numbers, escapes and literals, with the keys in order."""
    given = r"""{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }"""
    wanted = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical(json.loads(given)) == wanted


def test_the_sample_of_section_3_2_3():
    """Keys are sorted by UTF-16 units: an emoji, a surrogate pair, stands before U+FB33. Python's order differs."""
    given = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    wanted = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical(given))) == wanted
    assert list(json.loads(sorted_json(given))) != wanted


TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: (
        st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(st.characters(exclude_categories=())), inner)
    ),
)


@given(TREES)
def test_a_record_reads_back_as_it_was_kept(tree):
    """Whatever is in it: what is in memory is what is on disk, of the same types, and is written to the same bytes."""
    record = representable({"schema": SCHEMA, "value": tree})
    text = record_text(record)
    read = parse_record(text)
    assert read == record
    assert (types(read), repr(read)) == (types(record), repr(record))
    assert record_text(read) == text
    assert representable(record) == record


def types(tree):
    """Give the tree with the type of each value in its place."""
    if isinstance(tree, dict):
        return {key: types(inner) for key, inner in tree.items()}
    return [types(inner) for inner in tree] if isinstance(tree, list) else type(tree)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (1.0, 1),
        (-0.0, 0),
        (1e16, 1e16),
        (0.1, 0.1),
        (LARGEST, LARGEST),
        (LARGEST + 1, "9007199254740992"),
        (-(2**64), "-18446744073709551616"),
        (True, True),
        ("a\ud800b", "a\ufffdb"),
        ({chr(0xD800): 1, chr(0xDFFF): 2}, {"\ufffd": 1, "\ufffd 2": 2}),
        ((1, (2.0,)), [1, [2]]),
    ],
)
def test_what_a_record_keeps(given, kept):
    """What has no place of its own in RFC 8785 is kept as something that says the same, and nothing is dropped."""
    found = representable(given)
    assert (found, types(found)) == (kept, types(kept))


def test_old_records_are_written_as_they_were():
    """A record of schema v1 keeps 1.0, 1e-07 and a whole number of any size; a new one is written by RFC 8785."""
    values = {"a": 1.0, "b": 1e-7, "c": 1e16, "d": 2**60 + 1}
    old = '{"schema":"promotion-checklist/record/v1","value":{"a":1.0,"b":1e-07,"c":1e+16,"d":1152921504606846977}}\n'
    assert record_text({"schema": V1, "value": values}) == old
    assert record_text(parse_record(old)) == old
    new = '{"schema":"promotion-checklist/record/v2","value":{"a":1,"b":1e-7,"c":10000000000000000,"d":"1152921504606846977"}}\n'
    assert record_text(representable({"schema": SCHEMA, "value": values})) == new
    assert (canonical_for(V1, 1.0), canonical_for(SCHEMA, 1.0)) == ("1.0", "1")


@pytest.mark.parametrize("text", ["", "{", "[1,]", b"\xff", "nul"])
def test_what_is_not_json_is_a_value_error(text):
    """Whoever reads a record catches one kind of error."""
    with pytest.raises(ValueError):
        parse_record(text)
