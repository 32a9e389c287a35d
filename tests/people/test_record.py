"""The promotion record, read and written."""

import json
import tomllib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from promotion.people.promotion_record import PromotionRecord, RecordError, Word, parse_promotion_record, path_of
from promotion.people.toml_writer import value, word

DIGEST = "sha256:" + "a8" * 32
SMALL = f'digest = "{DIGEST}"\nservice = "shop"\n'
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=60)


def test_a_small_one():
    """Image and service are enough; the rest is not filled in yet."""
    record = parse_promotion_record(SMALL)
    assert (record.window, record.people.lead, record.attestations) == (None, "", ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "digest is missing"),
        ("digest = 'a8'\nservice = 'shop'", "digest: String should match"),
        (SMALL + "[windw]", "windw is not a key of a promotion record"),
        (SMALL + "[window]\nstart = 2026-05-04\nzone = 'UTC'", "window.start: expected a date and time"),
        (SMALL + "[window]\nstart = 5\nzone = 'UTC'", "window.start: expected a date and time"),
        (SMALL + "[window]\nstart = '1777888800'\nzone = 'UTC'", "window.start: expected a date and time"),
        (SMALL + "[window]\nstart = 10:00:00\nzone = 'UTC'", "window.start: expected a date and time"),
        (SMALL + "[window]\nstart = '2026-05-04T10:00'", "window.zone is missing"),
        (SMALL + "[window]\nstart = '2026-05-04T10:00'\nzone = 'UTC'\nminutes = 0", "window.minutes: "),
        (SMALL + "[links]\nannouncement = 'javascript:alert(1)'", "links.announcement: "),
        (SMALL + "[links]\nannouncement = 'https://user:secret@example.com/'", "links.announcement: "),
        (SMALL + "commit = 'main'", "commit: "),
        (SMALL + '[people]\nlead = "a\\nb"', "people.lead: it must be a single line"),
        (SMALL + "[post_mortem]\ndate = 2026-05-06", "post_mortem.owner is missing"),
        (SMALL + "[[attestations]]\nitem = 'x'", "attestations.0.digest is missing"),
        (SMALL + "=", "it is not TOML"),
    ],
)
def test_what_cannot_be_read(text, said):
    """Each mistake has its sentence."""
    with pytest.raises(RecordError) as caught:
        parse_promotion_record(text)
    assert said in str(caught.value)


def test_a_time_without_a_zone_is_no_time_of_a_word():
    """What somebody said is dated by an instant, never by a local time."""
    with pytest.raises(RecordError, match=r"attestations\.0\.at: "):
        parse_promotion_record(SMALL + f"[[attestations]]\nitem='x'\ndigest='{DIGEST}'\nby='a'\nat=2026-05-04T10:00:00\n"
                     "expires=2026-05-11T10:00:00Z\nstatement='b'")  # fmt: skip


def test_a_window_that_is_not_filled_in():
    """What `promotion plan` writes is none yet; and of one that is, an empty backup is none."""
    blank = '[window]\nstart = ""\nzone = ""\nminutes = 30\nbackup = { start = "", minutes = 30 }\n'
    assert parse_promotion_record(SMALL + blank).window is None
    filled = blank.replace('start = ""', 'start = "2026-05-04T10:00"', 1)
    assert parse_promotion_record(SMALL + filled).window.backup is None


@pytest.mark.parametrize("start", ['"2026-05-04T10:00"', "2026-05-04T10:00:00", '"2026-05-04 10:00"'])
def test_how_a_time_may_be_written(start):
    """As text, or as TOML's own local time."""
    record = parse_promotion_record(SMALL + f"[window]\nstart = {start}\nzone = 'UTC'\n")
    assert record.window.start == datetime.fromisoformat("2026-05-04T10:00")


@given(st.recursive(
    TEXT | st.integers(-(2**60), 2**60) | st.booleans() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
))  # fmt: skip
def test_toml_is_read_as_it_was_written(thing):
    """Whatever is written is read back the same by the standard library."""
    assert tomllib.loads(f"x = {value(thing)}")["x"] == thing


@given(TEXT, TEXT, st.text(st.characters(exclude_categories=("Cs",)), max_size=40))
def test_a_word_is_read_as_it_was_written(by, statement, more):
    """A word comes back with everything in it, appended to any record, and survives being evidence."""
    at = datetime(2026, 5, 4, 7, 12, tzinfo=UTC)
    said = Word(item="x", digest=DIGEST, by=by, at=at, expires=at + timedelta(days=7), statement=statement)
    text = f"{SMALL}notes = {json.dumps(more)}\n" if more.isascii() and more.isprintable() else SMALL
    record = parse_promotion_record(f"{text}\n{word(said)}\n{word(said)}")
    assert record.attestations == (said, said)
    adapter = TypeAdapter(PromotionRecord)
    assert adapter.validate_json(adapter.dump_json(record)) == record


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("promotions/{short}.toml", "promotions/a8a8a8a8a8a8.toml"),
        ("{digest}.toml", "a8" * 32 + ".toml"),
        ("promotion-record.toml", "promotion-record.toml"),
    ],
)
def test_where_it_is(template, path):
    """By the digest, or the same file always."""
    assert path_of(template, DIGEST) == path
