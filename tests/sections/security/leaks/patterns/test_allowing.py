"""Allow-lists: those of rule files as gitleaks reads them, and the team's own entries."""

from datetime import date, timedelta

import pytest

from promotion.sections.security.leaks.patterns import AllowEntry, InvalidRules, load
from tests.sections.security.leaks.patterns.engines import TODAY

RULE = "[[rules]]\nid = 'shop-token'\ndescription = 'x'\nregex = '''key=(shop_[a-z0-9]{8})'''\nkeywords = ['shop_']\n"
LINE = b"at once key=shop_abc12345 done\n"


def found(tmp_path, text, line=LINE, allow=(), today=TODAY):
    path = tmp_path / "team.toml"
    path.write_text(text)
    patterns = load([path], allow, today=today, fast=False)
    return [hit for hit in patterns.scan(line) if hit.rule == "shop-token"], patterns


def entry(**changed):
    return AllowEntry(**({"reason": "a test account", "owner": "release-lead", "until": TODAY} | changed))


@pytest.mark.parametrize(
    ("allowlist", "silent"),
    [
        ("regexes = ['abc']", True),
        ("regexes = ['^shop_abc12345$']", True),
        ("regexes = ['key=']", False),
        ("regexTarget = 'match'\nregexes = ['key=']", True),
        ("regexTarget = 'match'\nregexes = ['at once']", False),
        ("regexTarget = 'line'\nregexes = ['at once']", True),
        ("regexTarget = 'line'\nregexes = ['other']", False),
        ("stopwords = ['ABC1']", True),
        ("stopwords = ['key']", False),
        ("condition = 'AND'\nregexes = ['abc']\nstopwords = ['zzz']", False),
        ("condition = 'AND'\nregexes = ['abc']\nstopwords = ['123']", True),
        ("regexes = ['zzz']\nstopwords = ['123']", True),
        ("paths = ['.*']", False),
        ("condition = 'AND'\npaths = ['.*']\nregexes = ['abc']", False),
        ("commits = ['abc']\nstopwords = ['123']", True),
    ],
)
@pytest.mark.parametrize("place", ["[[rules.allowlists]]", "[rules.allowlist]", "[allowlist]", "[[allowlists]]"])
def test_allow_lists_mean_what_they_mean_to_gitleaks(tmp_path, allowlist, silent, place):
    """Of a rule or of a file; targets, conditions, and paths that no log has."""
    hits, _ = found(tmp_path, f"{RULE}{place}\n{allowlist}\n")
    assert bool(hits) is not silent


def test_an_allow_list_may_be_for_some_rules(tmp_path):
    """targetRules names them."""
    for rule, silent in (("shop-token", True), ("other", False)):
        hits, _ = found(tmp_path, f"{RULE}[[allowlists]]\ntargetRules = ['{rule}']\nstopwords = ['abc']\n")
        assert bool(hits) is not silent


@pytest.mark.parametrize(
    "said",
    [
        {"rule": "shop-token"},
        {"regex": "shop_abc"},
        {"regex": "once key="},
        {"stopword": "ABC123"},
        {"rule": "shop-token", "regex": "^.*abc", "stopword": "45"},
    ],
)
def test_an_entry_silences_a_finding(tmp_path, said):
    """By its rule, by what it matched and stands before it, by what is in it; and it is known as used."""
    hits, patterns = found(tmp_path, RULE, allow=[entry(**said)])
    assert not hits
    assert patterns.unused() == []
    assert patterns.expired == ()


@pytest.mark.parametrize(
    "said", [{"rule": "jwt"}, {"regex": "other"}, {"stopword": "zzz"}, {"rule": "shop-token", "stopword": "zzz"}]
)
def test_an_entry_for_something_else_silences_nothing(tmp_path, said):
    """All it says must hold; what was of no use is said."""
    hits, patterns = found(tmp_path, RULE, allow=[entry(**said)])
    assert len(hits) == 1
    assert [one.reason for one in patterns.unused()] == ["a test account"]


def test_an_entry_ends(tmp_path):
    """It holds on its last day; the day after it silences nothing and is listed."""
    last = entry(rule="shop-token", until=TODAY)
    assert not found(tmp_path, RULE, allow=[last])[0]
    hits, patterns = found(tmp_path, RULE, allow=[last], today=TODAY + timedelta(days=1))
    assert len(hits) == 1
    assert patterns.expired == (last,)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "neither rule nor regex nor stopword"),
        ({"rule": "no-such"}, "names an unknown rule"),
        ({"regex": "(?=a)"}, "cannot be used"),
        ({"regex": "a*"}, "empty text"),
        ({"regex": ""}, "empty text"),
        ({"stopword": " "}, "empty stopword"),
        ({"rule": "jwt", "reason": " "}, "no reason"),
        ({"rule": "jwt", "owner": ""}, "no owner"),
    ],
)
def test_an_entry_that_cannot_be_meant_is_refused(changed, said):
    """It would silence everything, or nothing."""
    with pytest.raises(InvalidRules, match=said):
        load(allow=[entry(**changed)], today=date(2026, 11, 23), fast=False)
