"""Single requests, by the letter: whom, what and on what a statement names, and which of them wins."""

import pytest

from promotion.sections.security.policies.decide import Effect, Match, evaluate, grants, principal_match
from promotion.sections.security.policies.requests import Principal
from promotion.sections.security.policies.statements import trust_statements
from promotion.unknown import Unknown
from tests.sections.security.policies.made import (
    ELSEWHERE,
    HERE,
    ROLE,
    THERE,
    document,
    identity,
    on,
    request,
    resource,
)

ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop/*"}
DENY = {**ALLOW, "Effect": "Deny"}
USER = Principal("user", HERE, f"arn:aws:iam::{HERE}:user/jane")
FOREIGN = Principal("role", THERE, f"arn:aws:iam::{THERE}:role/x", session=f"arn:aws:sts::{THERE}:assumed-role/x/s")
LAMBDA = Principal("service", name="lambda.amazonaws.com")

ORDER = [
    ([], Effect.IMPLICIT_DENY),
    ([ALLOW], Effect.ALLOWED),
    ([ALLOW, DENY], Effect.EXPLICIT_DENY),
    ([DENY], Effect.EXPLICIT_DENY),
    ([ALLOW, {**DENY, "Action": "s3:PutObject"}], Effect.ALLOWED),
    ([ALLOW, {**DENY, "Resource": "arn:aws:s3:::other/*"}], Effect.ALLOWED),
    ([ALLOW, {**DENY, **on("Bool", "aws:SecureTransport", "false")}], Effect.ALLOWED),
    ([ALLOW, {**DENY, **on("BoolIfExists", "aws:SecureTransport", "false")}], Effect.EXPLICIT_DENY),
    ([ALLOW, {**DENY, **on("StringNotEquals", "aws:SourceVpce", "vpce-1")}], Effect.EXPLICIT_DENY),
    ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], Effect.ALLOWED),
    ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], Effect.IMPLICIT_DENY),
    ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::shop/*"}], Effect.IMPLICIT_DENY),
    ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::audit/*"}], Effect.ALLOWED),
    ([ALLOW, {"Effect": "Deny", "NotAction": "s3:Get*", "Resource": "*"}], Effect.ALLOWED),
    ([ALLOW, {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::shop/*"}], Effect.ALLOWED),
    ([{**ALLOW, "Action": "S3:getobject"}], Effect.ALLOWED),
    ([{**ALLOW, "Resource": "arn:aws:s3:::Shop/*"}], Effect.IMPLICIT_DENY),
]


@pytest.mark.parametrize(("statements", "expected"), ORDER)
def test_explicit_denials_count_for_what_they_name(statements, expected):
    """An explicit denial wins where it applies, and nowhere else."""
    assert evaluate(identity(*statements), request()) is expected


def test_a_wildcard_of_a_denial_goes_no_farther_than_is_certain():
    """Where AWS's page leaves open how far `*` runs, an Allow takes in more and a Deny less."""
    pattern, function = "arn:aws:lambda:*:function:f", f"arn:aws:lambda:eu-west-1:{HERE}:function:f"
    asked = request(action="lambda:GetFunction", on=function)
    allow = {"Effect": "Allow", "Action": "lambda:*", "Resource": pattern}
    assert evaluate(identity(allow), asked) is Effect.ALLOWED
    everything = {**allow, "Resource": "*"}
    assert evaluate(identity(everything, {**allow, "Effect": "Deny"}), asked) is Effect.ALLOWED
    for certain in ("arn:aws:lambda:*", "*", "arn:aws:lambda:*:*:function:*", f"arn:aws:lambda:eu-west-1:{HERE}:*"):
        assert (
            evaluate(identity(everything, {**allow, "Effect": "Deny", "Resource": certain}), asked)
            is Effect.EXPLICIT_DENY
        )


PRINCIPALS = [
    ("*", USER, Match.DIRECT),
    ("*", Principal("anonymous"), Match.DIRECT),
    ({"AWS": "*"}, FOREIGN, Match.DIRECT),
    ({"AWS": HERE}, USER, Match.ACCOUNT),
    ({"AWS": f"arn:aws:iam::{HERE}:root"}, USER, Match.ACCOUNT),
    ({"AWS": [THERE, ELSEWHERE]}, USER, Match.NO),
    ({"AWS": USER.arn}, USER, Match.DIRECT),
    ({"AWS": ROLE}, USER, Match.NO),
    ({"AWS": FOREIGN.session}, FOREIGN, Match.DIRECT),
    ({"AWS": "AROAEXAMPLEEXAMPLE123"}, FOREIGN, Match.NO),
    ({"Service": "lambda.amazonaws.com"}, LAMBDA, Match.DIRECT),
    ({"Service": "lambda.amazonaws.com"}, USER, Match.NO),
    ({"Service": "ec2.amazonaws.com"}, LAMBDA, Match.NO),
    ({"AWS": HERE}, LAMBDA, Match.NO),
    ({"Federated": "accounts.google.com"}, Principal("oidc", name="accounts.google.com"), Match.DIRECT),
    ({"AWS": HERE}, Principal("anonymous"), Match.NO),
    ({"CanonicalUser": "79a5"}, Principal("canonical", name="79a5"), Match.DIRECT),
    # IAM refuses these. Where one stands nevertheless, it is taken for what it looks like.
    ({"AWS": "arn:aws:iam::*:root"}, FOREIGN, Match.DIRECT),
    ({"AWS": f"arn:aws:iam::{THERE}:role/*"}, FOREIGN, Match.DIRECT),
]


@pytest.mark.parametrize(("principal", "who", "expected"), PRINCIPALS, ids=str)
def test_whom_a_statement_names(principal, who, expected):
    """By themselves, by their account, or not at all."""
    (statement,) = resource({"Effect": "Allow", "Principal": principal, "Action": "s3:*"})
    assert principal_match(statement, who) is expected


def test_those_who_are_not_named():
    """NotPrincipal: with Allow all others and those without a name; with Deny those who are certainly not spared."""
    allow, deny = (
        resource({"Effect": effect, "NotPrincipal": {"AWS": [ROLE, THERE]}, "Action": "s3:*"})[0]
        for effect in ("Allow", "Deny")
    )
    assert principal_match(allow, USER) is Match.DIRECT
    assert principal_match(allow, Principal("anonymous")) is Match.DIRECT
    assert principal_match(allow, FOREIGN) is Match.NO
    assert principal_match(deny, USER) is Match.DIRECT
    assert principal_match(deny, FOREIGN) is Match.NO
    assert principal_match(deny, Principal("role", HERE, ROLE)) is Match.NO


def test_what_a_resource_policy_grants_by_itself():
    """A role by its name needs nothing else in its account; by the account it needs its own policies as well."""
    bucket = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop/*"}
    asked = request(USER)
    assert grants(resource({**bucket, "Principal": {"AWS": USER.arn}}), asked) is Match.DIRECT
    assert grants(resource({**bucket, "Principal": {"AWS": HERE}}), asked) is Match.ACCOUNT
    assert grants(resource({**bucket, "Principal": {"AWS": THERE}}), asked) is Match.NO
    denied = {**bucket, "Effect": "Deny", "Principal": "*"}
    assert grants(resource({**bucket, "Principal": {"AWS": USER.arn}}, denied), asked) is Match.NO
    assert grants(resource({**bucket, "Principal": {"AWS": [USER.arn, HERE]}}), asked) is Match.DIRECT


MALFORMED = [
    {"Effect": "Allow", "Action": "s3:GetObject"},
    {"Effect": "Allow", "Principal": {"Aws": "*"}, "Action": "s3:GetObject"},
    {"Effect": "Allow", "Principal": {}, "Action": "s3:GetObject"},
    {"Effect": "Allow", "Principal": "me", "Action": "s3:GetObject"},
    {"Effect": "Allow", "Principal": "*", "NotPrincipal": "*", "Action": "s3:GetObject"},
    {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*", "NotResource": "*"},
    {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Condition": {"StringIs": {"a": "b"}}},
    {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Condition": {"Bool": {"a": None}}},
]


@pytest.mark.parametrize("statement", MALFORMED, ids=str)
def test_what_is_no_resource_policy_is_unknown(statement):
    """Nobody can tell whom it lets in."""
    with pytest.raises(Unknown, match="what it allows is not known"):
        resource(statement)


def test_elements_that_stand_twice_are_refused():
    """Of which readers take the one or the other; a trust policy has no Resource."""
    twice = '{"Version": "2012-10-17", "Statement": [], "Statement": []}'
    with pytest.raises(Unknown, match="names an element twice"):
        trust_statements("it", twice)
    with pytest.raises(Unknown, match="not allowed there"):
        trust_statements("it", document({"Effect": "Allow", "Principal": "*", "Action": "sts:*", "Resource": "*"}))
