"""Condition operators: AWS's own tables and examples, and what another implementation says of the same."""

import pytest

from promotion.sections.security.policies.operators import arn_like, fill, holds, parse_operator, variables

ABSENT = None
TRUE, FALSE = True, False

PUBLISHED = [
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    ("StringEquals", ["us-east-1"], ABSENT, FALSE),
    ("StringNotEquals", ["us-east-1"], ABSENT, TRUE),
    ("StringLike", ["*"], ABSENT, FALSE),
    ("StringNotLike", ["*"], ABSENT, TRUE),
    ("ArnLike", ["arn:aws:s3:::*"], ABSENT, FALSE),
    ("ArnNotLike", ["arn:aws:s3:::*"], ABSENT, TRUE),
    ("NotIpAddress", ["203.0.113.0/24"], ABSENT, TRUE),
    ("Bool", ["true"], ABSENT, FALSE),
    ("NumericLessThan", ["10"], ABSENT, FALSE),
    ("DateLessThan", ["2026-01-01T00:00:00Z"], ABSENT, FALSE),
    ("StringEqualsIfExists", ["a"], ABSENT, TRUE),
    ("StringNotEqualsIfExists", ["a"], ABSENT, TRUE),
    ("StringNotEqualsIfExists", ["a"], ("a",), FALSE),
    ("BoolIfExists", ["false"], ABSENT, TRUE),
    ("BoolIfExists", ["false"], ("true",), FALSE),
    ("Null", ["true"], ABSENT, TRUE),
    ("Null", ["true"], ("x",), FALSE),
    ("Null", ["false"], ABSENT, FALSE),
    ("Null", ["false"], ("x",), TRUE),
    # The example of s3:max-keys and of dates and addresses on the same page.
    ("NumericLessThanEquals", ["10"], ("10",), TRUE),
    ("NumericLessThanEquals", ["10"], ("11",), FALSE),
    ("DateGreaterThan", ["2020-01-01T00:00:01Z"], ("2020-01-01T00:00:02Z",), TRUE),
    ("DateLessThan", ["1577836801"], ("2020-01-01T00:00:00Z",), TRUE),
    ("IpAddress", ["203.0.113.0/24", "2001:DB8:1234:5678::/64"], ("203.0.113.7",), TRUE),
    ("IpAddress", ["203.0.113.0/24", "2001:DB8:1234:5678::/64"], ("2001:db8:1234:5678::1",), TRUE),
    ("IpAddress", ["203.0.113.0/24"], ("203.0.114.7",), FALSE),
    ("BinaryEquals", ["QmluYXJ5VmFsdWVJbkJhc2U2NA=="], ("QmluYXJ5VmFsdWVJbkJhc2U2NA==",), TRUE),
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    ("ForAllValues:StringEquals", ["environment", "cost-center"], ("environment",), TRUE),
    ("ForAllValues:StringEquals", ["environment", "cost-center"], ("environment", "x"), FALSE),
    ("ForAllValues:StringEquals", ["environment", "cost-center"], ABSENT, TRUE),
    ("ForAllValues:StringEquals", ["environment"], (), TRUE),
    ("ForAnyValue:StringEquals", ["environment", "cost-center"], ("x", "cost-center"), TRUE),
    ("ForAnyValue:StringEquals", ["environment"], ("x",), FALSE),
    ("ForAnyValue:StringEquals", ["environment"], ABSENT, FALSE),
    ("ForAnyValue:StringNotEquals", ["environment"], ABSENT, FALSE),
    ("ForAllValues:StringNotEquals", ["environment"], ("x", "y"), TRUE),
    ("ForAllValues:StringNotEquals", ["environment"], ("x", "environment"), FALSE),
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_multi-value-conditions.html: OR, and NOR
    ("StringEquals", ["a", "b"], ("b",), TRUE),
    ("StringNotEquals", ["a", "b"], ("b",), FALSE),
    ("StringNotEquals", ["a", "b"], ("c",), TRUE),
    ("StringNotLike", ["a*", "b*"], ("bc",), FALSE),
    # Case, and wildcards that are none.
    ("StringEquals", ["A"], ("a",), FALSE),
    ("StringEqualsIgnoreCase", ["A"], ("a",), TRUE),
    ("StringNotEqualsIgnoreCase", ["A"], ("a",), FALSE),
    ("StringEquals", ["a*"], ("ab",), FALSE),
    ("StringLike", ["a*"], ("ab",), TRUE),
    ("StringLike", ["a?"], ("a",), FALSE),
    ("stringlike", ["a*"], ("ab",), TRUE),
    ("foranyvalue:stringlikeifexists", ["a*"], ABSENT, TRUE),
    ("Bool", ["TRUE"], ("true",), TRUE),
    ("NumericEquals", ["1.0"], ("1",), TRUE),
    ("NumericEquals", ["x"], ("1",), FALSE),
    ("NumericNotEquals", ["1"], ("2",), TRUE),
    ("IpAddress", ["nowhere"], ("203.0.113.7",), FALSE),
    ("DateEquals", ["2026-01-01T00:00:00+01:00"], ("2025-12-31T23:00:00Z",), TRUE),
]


@pytest.mark.parametrize(("operator", "wanted", "found", "expected"), PUBLISHED)
def test_operators_as_published(operator, wanted, found, expected):
    """Present, absent, several values, negated, `…IfExists`, and the quantifiers."""
    assert holds(parse_operator(operator), wanted, found) is expected


@pytest.mark.parametrize(
    "written", ["StringIs", "ForAllValues:", "NullIfExists", "ForAnyValue:Null", "StringEqualsIfexist", ""]
)
def test_what_is_no_operator_is_refused(written):
    """It cannot be told when its statement applies."""
    with pytest.raises(ValueError, match="is not a condition operator"):
        parse_operator(written)


ARNS = [
    ("arn:aws:s3:::shop/*", "arn:aws:s3:::shop/a/b", TRUE),
    ("arn:aws:lambda:*:111122223333:function:*", "arn:aws:lambda:eu-west-1:111122223333:function:f:live", TRUE),
    ("arn:aws:lambda:*:function:f", "arn:aws:lambda:eu-west-1:111122223333:function:f", FALSE),
    ("arn:aws:iam::*:role/shop", "arn:aws:iam::111122223333:role/shop", TRUE),
    ("arn:aws:iam::*:role/shop", "arn:aws:iam::111122223333:role/team/shop", FALSE),
    ("arn:*", "arn:aws:s3:::shop", TRUE),
    ("arn:aws:s3:::shop", "shop", FALSE),
    ("*", "arn:aws:s3:::shop", TRUE),
    ("arn:aws:*:*:*:*", "arn:aws:s3:::shop", TRUE),
    ("arn:aws-cn:s3:::*", "arn:aws:s3:::shop", FALSE),
]


@pytest.mark.parametrize(("pattern", "arn", "expected"), ARNS)
def test_arns_are_matched_by_component(pattern, arn, expected):
    """Each of the six for itself; a pattern that breaks off in a wildcard goes on."""
    assert arn_like(pattern, arn) is expected


def test_policy_variables():
    """They are put in literally, or their defaults; without a value nothing matches."""
    context = {"aws:username": ("j*",), "aws:principaltag/team": ("a", "b")}
    assert fill("home/${aws:username}/*", context) == "home/j${*}/*"
    assert fill("${aws:PrincipalTag/none, 'shared'}", context) == "shared"
    assert fill("${aws:PrincipalTag/none}", context) is None
    assert fill("${aws:PrincipalTag/team}", context) is None
    assert fill("${*}x${$}", context) == "${*}x${$}"
    assert variables("${aws:UserName}-${*}-${a, 'b'}") == ("aws:username", "a")
