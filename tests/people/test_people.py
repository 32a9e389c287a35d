"""Who is who, and whether two people are two."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.settings.people import allowed, names_of, require_name, same

LETTERS = st.text(st.characters(categories=("L", "N"), include_characters="-._"), min_size=1, max_size=20)


@pytest.mark.parametrize(
    "other",
    [
        "release-lead",
        "Release-Lead",
        "@release-lead",
        " RELEASE-LEAD ",
        "release-lead <other@example.com>",
        "\N{FULLWIDTH LATIN SMALL LETTER R}elease-lead",
    ],
)
def test_the_same_person(other):
    """Capitals, an @, blanks, full-width letters and an e-mail address beside it make nobody else of them."""
    assert same("release-lead", other)


@pytest.mark.parametrize(
    "other", ["release-leader", "release_lead", "", "@", "rel\N{CYRILLIC SMALL LETTER IE}ase-lead"]
)
def test_somebody_else(other):
    """Another name, none, and one that merely looks alike."""
    assert not same("release-lead", other)


def test_a_list_ties_login_and_address():
    """Also over several entries, and only if one is there."""
    known = ["release-lead <lead@example.com>", "lead-on-leave <lead@example.com>"]
    assert same("LEAD@example.com", "lead-on-leave", known)
    assert same("release-lead", "lead-on-leave", known)
    assert not same("lead@example.com", "release-lead")
    assert allowed("lead@example.com", known) == known[0]
    assert allowed("approver@example.com", known) is None


@given(LETTERS)
def test_forms_of_a_name(name):
    """Composed or decomposed, in capitals or not, it is one name."""
    for form in ("NFC", "NFD", "NFKC"):
        assert same(name, unicodedata.normalize(form, name))
    assert same(name, name.casefold())


@given(LETTERS, LETTERS)
def test_it_is_mutual(one, other):
    """Who is the same as another is so the other way round."""
    assert same(one, other) == same(other, one)


def test_names_of_both():
    """A login with its address is two names of one person."""
    assert names_of("@release-lead <lead@example.com>") == ("release-lead", "lead@example.com")
    assert names_of("release-lead") == ("release-lead",)


@pytest.mark.parametrize("name", ["", "  ", "@", "lead\n", "le\u200bad", "\u202edael"])
def test_what_is_no_name(name):
    """Nothing, and what does not show."""
    with pytest.raises(ValueError, match="expected a login or an e-mail address"):
        require_name(name)
