"""Expressions in RE2's syntax are understood as RE2 understands them, or refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.sections.security.leaks.patterns.engine import have, matchers
from promotion.sections.security.leaks.patterns.rule_files import read
from promotion.sections.security.leaks.patterns.syntax import Unsupported, without_groups, write

LETTER = st.sampled_from(
    [
        "a",
        "b",
        "1",
        "-",
        r"\.",
        " ",
        r"\x41",
        r"\n",
        r"\d",
        r"\w",
        r"\S",
        ".",
        "[a-c]",
        "[^ab]",
        r"[\w-]",
        "[[:digit:]a]",
        r"\"",
        "_",
    ]
)
PIECE = st.builds(str.__add__, LETTER, st.sampled_from(["", "", "", "?", "*", "+", "{2}", "{1,3}", "{2,}", "*?", "+?"]))
EXPRESSION = st.recursive(
    st.lists(PIECE, min_size=1, max_size=4).map("".join),
    lambda inner: st.one_of(
        inner.map("({})".format),
        inner.map("(?:{})".format),
        inner.map("(?i:{})".format),
        inner.map("(?P<name>{})".format),
        st.tuples(inner, inner).map("|".join).map("(?:{})".format),
        st.tuples(inner, inner).map("".join),
    ),
    max_leaves=5,
).filter(lambda text: text.count("?P<") < 2)
TEXT = st.text('abcAB1- .\n_"\\', max_size=24).map(str.encode)


def found(matcher, text):
    return [(match.span(), match.groups()) for match in matcher.finditer(text)]


@pytest.mark.skipif(not have("re2"), reason="google-re2 has no wheel here: there is nothing to compare with")
@given(EXPRESSION, TEXT)
def test_what_is_written_means_what_was_read(expression, text):
    """Read and written again, an expression matches what RE2 matches by itself."""
    compiled = matchers(fast=True)
    assert found(compiled(write(read(expression))), text) == found(compiled(expression), text)


@given(EXPRESSION, TEXT)
def test_python_alone_matches_the_same(expression, text):
    """What is written is also what `re` matches, once the syntax that it lacks is gone."""
    plain = expression.replace("[[:digit:]a]", "[0-9a]").replace(r"\n", "\n")
    ascii_space = re.compile(plain.replace(r"\S", r"[^\t\n\f\r ]").encode())
    assert found(matchers(fast=False)(write(read(expression))), text) == found(ascii_space, text)


@given(EXPRESSION, TEXT)
def test_without_groups_the_same_is_met(expression, text):
    """Leaving out the groups changes no place."""
    compiled = matchers(fast=False)
    whole, bare = read(expression), without_groups(read(expression))
    assert [a for a, _ in found(compiled(write(whole)), text)] == [a for a, _ in found(compiled(write(bare)), text)]


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("a(?i)bc|d", b"aBC D"),
        (r"\Qa.b*\E+", b"a.b**"),
        (r"^x$", b"x\ny\nx"),
        (r"(?s)a.b", b"a\nb"),
        (r"\x{41}\101", b"AA"),
        ("a{,2}", b"a{,2}"),
        ("é+", "éé".encode()),
        (r"[\]\-a]", b"]-a"),
        ("[]a]", b"]a"),
    ],
)
def test_rare_syntax_is_understood(expression, text):
    """Flags in the middle, quoting, octal and braces that count nothing."""
    assert matchers(fast=False)(write(read(expression))).search(text)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("(?=a)b", "neither looks around"),
        ("(?<!a)b", "neither looks around"),
        ("(?>a)b", "neither looks around"),
        (r"(a)\1", r"'\1'"),
        ("a++", "possessive"),
        ("a{1001}", "at most 1000"),
        ("a)", "was never opened"),
        ("(a", "not closed"),
        ("[a", "ends unexpectedly"),
        ("*a", "repeats nothing"),
        (r"\pL", r"'\p'"),
        ("(?U)a", "flag U"),
        ("[b-a]", "is reversed"),
        ("[é]", "only ASCII"),
        ("[[:what:]]", "[:what:]"),
    ],
)
def test_what_re2_has_not_is_refused(expression, said):
    """The message says which part."""
    with pytest.raises(Unsupported, match=re.escape(said)):
        read(expression)
