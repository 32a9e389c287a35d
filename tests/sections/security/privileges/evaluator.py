"""Policies made up at random, and a plain evaluator of them: the policy language by the letter, one request at a time.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from hypothesis import strategies as st

ACTIONS = (
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:GetBucketPolicy",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "iam:PassRole",
    "ec2:DescribeInstances",
    "sqs:SendMessage",
)
RESOURCES = (
    "arn:aws:s3:::shop/a",
    "arn:aws:s3:::shop/b",
    "arn:aws:s3:::shop",
    "arn:aws:s3:::other/a",
    "arn:aws:dynamodb:eu-west-1:111122223333:table/orders",
    "arn:aws:iam::111122223333:role/shop",
    "arn:aws:sqs:eu-west-1:111122223333:shop",
    "*",
)


NO_CONDITION = st.just({})


def fits(pattern: str, text: str) -> bool:
    """Whether a pattern matches a text, tried character by character."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return fits(pattern[1:], text) or (bool(text) and fits(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and fits(pattern[1:], text[1:])


def loosened(texts):
    """One of some texts, part of it replaced by wildcards, some of them in the middle of a word."""

    def loosen(text, cut, length, wildcard):
        start = cut % (len(text) + 1)
        return text[:start] + wildcard + text[start + length :]

    whole = st.sampled_from(texts)
    wild = st.builds(
        loosen, whole, st.integers(0, 60), st.integers(0, 20), st.sampled_from(["*", "?", "*?", "??", "**"])
    )
    return st.one_of(whole, wild, st.just("*"))


def _action(pattern: str) -> str:
    # IAM refuses what names no service.
    return pattern if ":" in pattern or not pattern.strip("*") else f"s3:{pattern}"


actions = loosened(ACTIONS).map(_action).flatmap(lambda one: st.sampled_from([one, one.upper(), one.lower()]))
resources = loosened(RESOURCES)


@st.composite
def statements(draw, conditions=NO_CONDITION):
    """One statement of an identity policy."""
    about = draw(st.sampled_from(["Action", "Action", "NotAction"]))
    on = draw(st.sampled_from(["Resource", "Resource", "NotResource"]))
    made = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        about: draw(st.one_of(actions, st.lists(actions, min_size=1, max_size=3))),
        on: draw(st.one_of(resources, st.lists(resources, min_size=1, max_size=3))),
    }
    condition = draw(conditions)
    return {**made, "Condition": condition} if condition else made


def documents(conditions=NO_CONDITION):
    """A policy."""
    several = st.lists(statements(conditions), min_size=1, max_size=4)
    return several.map(lambda found: {"Version": "2012-10-17", "Statement": found if len(found) != 1 else found[0]})
