"""Texts that match two patterns: what is found matches both, and where nothing is found there is nothing."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promotion.sections.security.policies.globs import matcher
from promotion.sections.security.policies.meeting import meet
from tests.sections.security.privileges.evaluator import fits

patterns = st.text("ab*?", max_size=6)
TEXTS = ["".join(letters) for length in range(7) for letters in product("abq", repeat=length)]


@given(patterns, patterns)
@settings(max_examples=400, deadline=None)
def test_what_is_found_matches_both_and_nothing_is_missed(one, other):
    """Against all short texts of three letters, of which one stands for any that is in neither pattern."""
    found = meet(one, other)
    for text in found:
        assert fits(one, text)
        assert fits(other, text)
    if not found:
        assert not any(fits(one, text) and fits(other, text) for text in TEXTS)


ASSIGNED = [
    ("arn:aws:iam::*:role/shop-*", "arn:aws:iam::{!}:role/*", True),
    ("arn:aws:iam::?*:role/shop-*", "arn:aws:iam::{!}:role/*", True),
    ("arn:aws:iam::111122223333:role/*", "arn:aws:iam::{!}:role/*", False),
    ("*", "arn:aws:iam::{!}:role/*", True),
    ("repo:acme/*", "repo:{!}/*", False),
    ("repo:acme*/*", "repo:{!}/*", True),
    ("repo:?cme/*", "repo:{!}/*", True),
    ("repo:*", "repo:{!}/*", True),
    ("repo:acme/shop:ref:refs/heads/*", "repo:{!}/*", False),
    ("repo:acme@*/shop@*:*", "repo:{!}/*", False),
    ("repo:acme@*/shop@*:*", "repo:{!}@*/*@*:*", False),
    ("repo:*@12/shop@*:*", "repo:{!}@*/*@*:*", True),
    ("o-a1b2c3d4e5/*", "{!}/r-1/*", False),
    ("o-*/*", "{!}/r-1/*", True),
    ("arn:aws:s3:::shop-releases", "arn:aws:s3:::{!}", False),
    ("arn:aws:s3:::shop-*", "arn:aws:s3:::{!}", True),
    ("arn:aws:codebuild:eu-west-1:111122223333:project/*", "arn:aws:{-}:{-}:210987654329:*", False),
    ("arn:aws:codebuild:*:*:project/*", "arn:aws:{-}:{-}:210987654329:*", True),
    ("arn:aws:*", "arn:aws:{-}:{-}:210987654329:*", True),
    ("${aws:PrincipalTag/x}", "{!}", True),
    ("${*}", "{!}", False),
]


@pytest.mark.parametrize(("pattern", "form", "met"), ASSIGNED)
def test_what_others_assign_is_met_by_wildcards_alone(pattern, form, met):
    """An account, an owner or a bucket that a policy names in full belongs to somebody; a wildcard takes in any."""
    found = meet(pattern, form)
    assert bool(found) is met
    if "${" not in pattern:
        assert all(matcher((pattern,))(text) for text in found)
