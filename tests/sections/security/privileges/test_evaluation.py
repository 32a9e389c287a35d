"""The evaluator against others: plain matching, the sandbox's simulator, and that of another implementation of AWS."""

import json
import os
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promotion.sandbox.moto_patches.policy_simulation import decide
from promotion.sections.security.policies.globs import covers, matcher
from promotion.sections.security.policies.statements import identity_statements
from promotion.sections.security.privileges.actions import catalogue
from promotion.sections.security.privileges.conditions import Openness
from promotion.sections.security.privileges.effective import effective
from tests.sandbox.second_emulator.server import find, running
from tests.sections.security.privileges.evaluator import ACTIONS, RESOURCES, actions, documents, fits
from tests.sections.security.privileges.made import NOW

PLACE = ("aws", "eu-west-1", "111122223333")
RELAXED = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
patterns = st.text("ab*?", max_size=6)
TEXTS = ["".join(letters) for length in range(6) for letters in product("ab", repeat=length)]


def put_together(policies, boundary=None):
    """Our evaluator's view of some policies."""
    limit = None if boundary is None else identity_statements("boundary", boundary)
    found = [one for number, policy in enumerate(policies) for one in identity_statements(f"policy {number}", policy)]
    return effective(found, limit, Openness(catalogue(), PLACE, "", NOW))


@given(patterns, st.text("ab", max_size=6))
@settings(max_examples=400, deadline=None)
def test_wildcards_match_as_tried_by_hand(pattern, text):
    """`*` and `?` anywhere in a pattern match what trying every way matches."""
    assert matcher((pattern,))(text) == fits(pattern, text)


@given(patterns, patterns)
@settings(max_examples=300, deadline=None)
def test_what_is_covered_is_matched(wide, narrow):
    """A pattern said to cover another one matches all that it matches; and is said so unless `?` makes it hard to tell."""
    inside = all(fits(wide, text) for text in TEXTS if fits(narrow, text))
    if covers(wide, narrow):
        assert inside
    elif "?" not in wide + narrow:
        # A character that stands in neither pattern tells them apart, if anything does.
        assert not fits(wide, narrow.replace("*", "zzzzzzz")) or not fits(wide, narrow.replace("*", ""))


@given(actions)
@settings(max_examples=60, deadline=None)
def test_a_pattern_stands_for_the_actions_it_matches(pattern):
    """Of all actions of AWS, those that a pattern is counted out to are those that it matches, whatever its case."""
    known = catalogue()
    found = known.expand(pattern)
    assert all(fits(pattern.lower(), known.names[place].lower()) for place in list(known.each(found))[:300])
    for place in (*range(0, len(known.names), 41), *map(known.place, ACTIONS)):
        assert found >> place & 1 == fits(pattern.lower(), known.names[place].lower())


@given(st.lists(documents(), min_size=1, max_size=3), st.none() | documents())
@RELAXED
def test_requests_are_judged_as_the_simulator_judges_them(policies, boundary):
    """Inline and attached policies together, within a boundary, less denials: allowed is what the simulator allows."""
    role = put_together(policies, boundary)
    for action, resource in product(ACTIONS, RESOURCES):
        denied = boundary is not None and decide([boundary], action, resource, {}) != "allowed"
        expected = decide(policies, action, resource, {}) == "allowed" and not denied
        assert role.permits(action, resource) == expected, (action, resource)


@given(st.lists(documents(), min_size=1, max_size=2), st.none() | documents())
@RELAXED
def test_what_is_counted_is_what_is_judged(policies, boundary):
    """An action that a request may be allowed for is among those counted, and one that is given is allowed on something."""
    role = put_together(policies, boundary)
    for action in ACTIONS:
        place = role.catalogue.place(action)
        if any(role.permits(action, resource) for resource in RESOURCES):
            assert role.allowed >> place & 1, action
        if role.wide(place):
            assert role.given(place), action


CONDITIONS = st.sampled_from(
    [
        {},
        {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
        {"StringLike": {"aws:RequestedRegion": ["eu-*", "us-*"]}},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}},
    ]
)
CONTEXTS = [
    {},
    {"aws:requestedregion": ["eu-west-1"], "aws:securetransport": ["true"]},
    {"aws:requestedregion": ["ap-south-1"], "aws:securetransport": ["false"]},
]


@given(st.lists(documents(CONDITIONS), min_size=1, max_size=2))
@RELAXED
def test_conditions_never_hide_what_may_be_allowed(policies):
    """Whatever the simulator allows in any circumstances is allowed here, where every condition may hold."""
    role = put_together(policies)
    for context, action, resource in product(CONTEXTS, ACTIONS, RESOURCES):
        if decide(policies, action, resource, context) == "allowed":
            assert role.permits(action, resource), (action, resource, context)


@pytest.fixture(scope="module")
def simulator():
    """IAM of another implementation of AWS."""
    python = find()
    if python is None:
        message = "ministack is not here: run tests/tools/fetch_ministack.py, and set PROMOTION_TOOLS to its folder"
        if os.environ.get("PROMOTION_REQUIRE_TOOLS") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with running(python) as second:
        yield second.account().client("iam")


def test_requests_are_judged_as_another_implementation_judges_them(simulator):
    """On policies made up at random, every action on every resource is allowed here if it is there."""

    @given(st.lists(documents(), min_size=1, max_size=3), st.sampled_from(RESOURCES))
    @settings(deadline=None, max_examples=150, database=None)
    def agree(policies, resource):
        role = put_together(policies)
        answer = simulator.simulate_custom_policy(
            PolicyInputList=[json.dumps(policy) for policy in policies],
            ActionNames=list(ACTIONS),
            ResourceArns=[resource],
        )
        there = {one["EvalActionName"]: one["EvalDecision"] == "allowed" for one in answer["EvaluationResults"]}
        assert {action: role.permits(action, resource) for action in ACTIONS} == there

    agree()
