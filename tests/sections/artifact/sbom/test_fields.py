"""JSON of others is read as what was expected, or refused with the place."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from promotion.sections.artifact.sbom.fields import SbomFields, digests_in, read_fields, said
from promotion.unknown import Reason, Unknown

HEX = "ab" * 32


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b'{"a":1,"a":2}', "'a' occurs twice"),
        (b'{"a":NaN}', "NaN is not JSON"),
        (b'{"a":1e999}', "too large"),
        (b"[]", "not an object"),
        (b"", "not well-formed"),
        (b"\xff\xfe", "not well-formed"),
        (b'{"a":' * 100_000, "nested too deeply"),
        ('{"a":"\ud800"}', "not Unicode"),
    ],
)
def test_what_has_two_meanings_or_none_is_refused(raw, why):
    """The same rules as for signed statements hold for every document."""
    with pytest.raises(Unknown, match=why) as told:
        read_fields(raw, "the report")
    assert told.value.reason is Reason.MALFORMED
    assert told.value.message.startswith("the report cannot be parsed: ")


@pytest.mark.parametrize(
    ("read", "why"),
    [
        (lambda f: f.text("number"), "top.number is a number, expected text"),
        (lambda f: f.text("absent"), "top.absent is missing, expected text"),
        (lambda f: f.text("null"), "top.null is missing, expected text"),
        (lambda f: f.number("flag"), "top.flag is true or false, expected a whole number"),
        (lambda f: f.number("text"), "top.text is text, expected a whole number"),
        (lambda f: f.flag("number"), "top.number is a number, expected true or false"),
        (lambda f: f.sub("list"), "top.list is a list, expected an object"),
        (lambda f: f.several("text"), "top.text is text, expected a list"),
        (lambda f: f.several("object"), "top.object is an object, expected a list"),
        (lambda f: list(f.objects("list")), "top.list[0] is a number, expected an object"),
        (lambda f: f.texts("list"), "top.list[0] is a number, expected text"),
        (lambda f: f.moment("text"), "top.text is words, expected a date and time"),
        (lambda f: f.moment("number"), "top.number is a number, expected a date and time"),
    ],
)
def test_another_type_is_refused_with_its_place(read, why):
    """The sentence says where, what was there and what was expected."""
    found = {"number": 3, "flag": True, "text": "words", "list": [1], "object": {}, "null": None}
    with pytest.raises(Unknown) as told:
        read(SbomFields(found, "the report", "top"))
    assert told.value.reason is Reason.MALFORMED
    assert why in told.value.message


def test_null_is_the_same_as_absent():
    """Go writes null for what is not there."""
    fields = SbomFields({"a": None}, "the report")
    assert "a" not in fields
    assert (fields.text("a", "-"), fields.number("a"), fields.flag("a"), fields.moment("a")) == ("-", None, False, None)
    assert (fields.several("a"), list(fields.objects("a")), fields.sub("a").content) == ((), [], {})


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-11-23T19:56:54Z", datetime(2026, 11, 23, 19, 56, 54, tzinfo=UTC)),
        ("2026-11-23T19:56:54.789595874Z", datetime(2026, 11, 23, 19, 56, 54, 789595, tzinfo=UTC)),
        ("2026-11-23T20:56:54+01:00", datetime(2026, 11, 23, 19, 56, 54, tzinfo=UTC)),
        (
            datetime(2026, 11, 23, 20, tzinfo=timezone(timedelta(hours=1))),
            datetime(2026, 11, 23, 19, tzinfo=UTC),
        ),
        ("0001-01-01T00:00:00Z", None),
    ],
)
def test_moments_are_read_to_utc(value, moment):
    """Go writes nanoseconds, and year one for no time at all; boto3 gives datetimes."""
    assert SbomFields({"at": value}, "the report").moment("at") == moment


@pytest.mark.parametrize(
    "value",
    ["2026-11-23", "2026-11-23T19:56:54", "yesterday", "", "0001-01-01T00:00:00+14:00", datetime(2026, 1, 1)],  # noqa: DTZ001
)
def test_moments_without_a_zone_are_refused(value):
    """Nobody knows when that is."""
    with pytest.raises(Unknown, match="time zone"):
        SbomFields({"at": value}, "the report").moment("at")


def test_a_key_in_another_case_is_refused_where_it_counts():
    """Go would take `results` for `Results`."""
    spelled = frozenset({"Results"})
    SbomFields({"Results": [], "other": 1, "Other": 2}, "the report", "", spelled)
    for found in ({"results": []}, {"Results": [], "RESULTS": []}):
        with pytest.raises(Unknown, match="a case that the format does not have"):
            SbomFields(found, "the report", "", spelled)


def test_digests_are_found_in_any_spelling():
    """Upper case, encoded colons, tags of cosign; not a part of something longer."""
    upper = f"SHA256:{HEX.upper()}"
    assert digests_in(f"registry.example/shop@sha256:{HEX}", upper, f"pkg:oci/x@sha256%3A{HEX}") == (f"sha256:{HEX}",)
    assert digests_in(f"sha256-{HEX}.sig") == (f"sha256:{HEX}",)
    assert digests_in(f"sha256:{HEX}0", "sha256:abc", HEX, f"xsha256:{HEX}") == ()


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("libssl3 3.0.17-1~deb12u3", "libssl3 3.0.17-1~deb12u3"),
        ("", ""),
        ("a\x1b[31mb\n", r"'a\x1b[31mb\n'"),
        ("<script>", "'<script>'"),
        ("é", r"'\xe9'"),
        ("x" * 5000, "'" + "x" * 119 + "…'"),
    ],
)
def test_foreign_text_stands_in_sentences_safely(foreign, shown):
    """Control characters, markup and length do not get through."""
    assert said(foreign) == shown
