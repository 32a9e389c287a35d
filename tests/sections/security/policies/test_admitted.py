"""Whom resource policies let in: public and foreign ones of every kind, and unusual ones that let in nobody."""

import pytest

from promotion.sections.security.policies import search
from promotion.sections.security.policies.admitted import Resource, find_admissions
from promotion.sections.security.policies.askers import Place
from promotion.unknown import Unknown
from tests.sections.security.policies.made import ELSEWHERE, HERE, NOW, PLACE, THERE, both, on, resource

SECRET = Resource(
    "secretsmanager",
    (f"arn:aws:secretsmanager:eu-west-1:{HERE}:secret:shop-a1B2c3",),
    ("secretsmanager:GetSecretValue",),
)
KEY = Resource("kms", (f"arn:aws:kms:eu-west-1:{HERE}:key/1",), ("kms:Decrypt", "kms:CreateGrant", "kms:PutKeyPolicy"))
BUCKET = Resource("s3", ("arn:aws:s3:::shop", "arn:aws:s3:::shop/a"), ("s3:GetObject", "s3:PutObject"))
FUNCTION = Resource(
    "lambda",
    (f"arn:aws:lambda:eu-west-1:{HERE}:function:shop", f"arn:aws:lambda:eu-west-1:{HERE}:function:shop:live"),
    ("lambda:InvokeFunction", "lambda:InvokeFunctionUrl", "lambda:UpdateFunctionCode"),
)
ANYBODY = "anybody in AWS"
ANY_SERVICE = "any service of AWS on behalf of whichever account asks it to"
ORG = "o-a1b2c3d4e5"


def let_in(*statements, to=SECRET, place=PLACE):
    """Who is let in, in words."""
    return sorted({one.describe() for one in find_admissions(resource(*statements), place, to)})


def allow(principal="*", action="*", **more):
    """A statement that lets in."""
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}


def deny(principal="*", action="*", **more):
    """A statement that keeps out."""
    return {**allow(principal, action, **more), "Effect": "Deny"}


OWN = on("StringEquals", "aws:PrincipalAccount", HERE)
OPEN = [
    [allow()],
    [allow({"AWS": "*"})],
    [allow({"AWS": [HERE, "*"]})],
    [allow({"AWS": "arn:aws:iam::*:root"})],
    [{"Effect": "Allow", "NotPrincipal": {"AWS": THERE}, "Action": "*", "Resource": "*"}],
    [allow(**on("StringLike", "aws:PrincipalOrgID", "o-*"))],
    [allow(**on("StringLike", "aws:PrincipalOrgID", ORG, "*"))],
    [allow(**on("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-*/*"))],
    [allow(**on("ForAllValues:StringLike", "aws:PrincipalOrgPaths", f"{ORG}/*"))],
    [allow(**on("StringNotEquals", "aws:PrincipalOrgID", ORG))],
    [allow(**on("StringEqualsIfExists", "aws:PrincipalOrgID", ORG))],
    [allow(**on("StringLike", "aws:PrincipalAccount", "*"))],
    [allow(**on("StringLike", "aws:PrincipalAccount", "????????????"))],
    [allow(**on("StringLike", "aws:PrincipalAccount", "1111*"))],
    [allow(**on("StringNotEquals", "aws:PrincipalAccount", THERE))],
    [allow(**on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/shop-*"))],
    [allow(**on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::?*:role/shop"))],
    [allow(**on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::11112222????:role/shop"))],
    [allow(**on("StringLike", "aws:PrincipalArn", "*role/shop"))],
    [allow(**on("ArnNotLike", "aws:PrincipalArn", f"arn:aws:iam::{THERE}:*"))],
    [allow(**on("StringLike", "aws:userid", "AROA*:shop"))],
    [allow(**on("StringLike", "aws:userid", "*:shop"))],
    [allow(**on("StringEquals", "aws:PrincipalTag/team", "shop"))],
    [allow(**on("StringEquals", "aws:PrincipalType", "AssumedRole"))],
    [allow(**on("StringLike", "aws:SourceVpce", "vpce-*"))],
    [allow(**on("StringNotEquals", "aws:SourceVpce", "vpce-0abc"))],
    [allow(**on("IpAddress", "aws:SourceIp", "0.0.0.0/0"))],
    [allow(**on("IpAddress", "aws:SourceIp", "0.0.0.0/1", "128.0.0.0/1"))],
    [allow(**on("IpAddress", "aws:SourceIp", "52.0.0.0/8"))],
    [allow(**on("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"))],
    [allow(**on("IpAddress", "aws:VpcSourceIp", "10.0.0.0/8"))],
    [allow(**on("Bool", "aws:SecureTransport", "true"))],
    [allow(**on("Bool", "aws:MultiFactorAuthPresent", "true"))],
    [allow(**on("StringEquals", "aws:RequestedRegion", "eu-west-1"))],
    [allow(**on("StringEquals", "aws:ResourceAccount", HERE))],
    [allow(**on("StringLike", "aws:Referer", "https://shop.example.com/*"))],
    [allow(**on("StringEquals", "aws:UserAgent", "shop"))],
    [allow(**on("ForAnyValue:StringEquals", "aws:CalledVia", "cloudformation.amazonaws.com"))],
    [allow(**on("DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z"))],
    [allow(**on("DateGreaterThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"))],
    [allow(**on("Null", "aws:PrincipalAccount", "false"))],
    [allow(**on("Null", "aws:SourceVpce", "true"))],
    [allow(**on("StringEquals", "sts:ExternalId", "promotion"))],
    [allow(), deny(action="secretsmanager:PutSecretValue")],
    [allow(), deny({"AWS": THERE})],
    [allow(), deny(**on("Bool", "aws:SecureTransport", "false"))],
    [allow(), deny(**on("StringNotEqualsIfExists", "aws:PrincipalTag/team", "shop"))],
    [
        allow(),
        deny(**both(on("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"), on("Bool", "aws:ViaAWSService", "false"))),
    ],
    [allow(), deny(**both(OWN, on("Bool", "aws:SecureTransport", "true")))],
    [allow(action="secretsmanager:Get*"), deny(action="secretsmanager:GetResourcePolicy")],
    [{"Effect": "Allow", "Principal": "*", "NotAction": "secretsmanager:DeleteSecret", "Resource": "*"}],
]


@pytest.mark.parametrize("statements", OPEN, ids=str)
def test_open_to_anybody(statements):
    """Whatever stands beside it, if somebody whom nobody named can meet it."""
    assert ANYBODY in let_in(*statements)


CLOSED = [
    [],
    [allow({"AWS": f"arn:aws:iam::{HERE}:role/shop"})],
    [allow({"AWS": f"arn:aws:iam::{HERE}:root"})],
    [allow({"AWS": HERE})],
    [allow({"AWS": "AROAEXAMPLEEXAMPLE123"})],
    [allow(**OWN)],
    [allow(**on("StringEquals", "aws:PrincipalAccount", "${aws:ResourceAccount}"))],
    [allow(**on("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{HERE}:role/shop-*"))],
    [allow(**on("ArnEquals", "aws:PrincipalArn", f"arn:aws:iam::{HERE}:role/shop"))],
    [allow(**on("StringLike", "aws:userid", "AROAEXAMPLEID0000000Z:*"))],
    [allow(**on("StringEquals", "aws:SourceVpce", "vpce-0abc"))],
    [allow(**on("StringEquals", "aws:SourceVpc", "vpc-0abc", "vpc-0def"))],
    [allow(**on("ArnEquals", "aws:SourceVpcArn", f"arn:aws:ec2:eu-west-1:{HERE}:vpc/vpc-0abc"))],
    [allow(**on("IpAddress", "aws:SourceIp", "203.0.113.0/24"))],
    [allow(**on("IpAddress", "aws:SourceIp", "198.51.100.7"))],
    [allow(**on("DateLessThan", "aws:CurrentTime", "2026-11-30T11:00:00Z"))],
    [allow(**both(on("StringEquals", "aws:PrincipalOrgID", ORG), OWN))],
    [allow(**on("StringEquals", "aws:SourceAccount", HERE))],
    [allow(**on("ArnLike", "aws:SourceArn", f"arn:aws:events:eu-west-1:{HERE}:rule/*"))],
    [allow(**on("StringEquals", "kms:CallerAccount", HERE))],
    [allow(**on("StringEquals", "s3:DataAccessPointAccount", HERE))],
    [allow(**on("ArnLike", "s3:DataAccessPointArn", f"arn:aws:s3:eu-west-1:{HERE}:accesspoint/*"))],
    [allow(), deny()],
    [allow(), deny(**on("StringNotEquals", "aws:PrincipalAccount", HERE))],
    [allow(), deny(**on("StringNotEqualsIfExists", "aws:PrincipalAccount", HERE))],
    [allow(), deny(**on("StringNotEquals", "aws:SourceVpce", "vpce-0abc"))],
    [allow(), deny(**on("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"))],
    [allow(), deny(**on("ArnNotLike", "aws:PrincipalArn", f"arn:aws:iam::{HERE}:role/shop-*"))],
    [
        allow(),
        deny(**on("Null", "aws:SourceVpce", "true")),
        deny(**on("StringNotEquals", "aws:SourceVpce", "vpce-0abc")),
    ],
    [allow(action="secretsmanager:GetSecretValue"), deny(action="secretsmanager:Get*")],
    [allow(action="s3:GetObject")],
    [deny()],
    [{"Effect": "Deny", "NotPrincipal": {"AWS": HERE}, "Action": "*", "Resource": "*"}],
    [allow(), {"Effect": "Deny", "NotPrincipal": {"AWS": [HERE, f"arn:aws:iam::{HERE}:role/shop"]}, "Action": "*"}],
]


@pytest.mark.parametrize("statements", CLOSED, ids=str)
def test_open_to_nobody_outside(statements):
    """The account itself, a network, an endpoint, and what is denied again."""
    assert let_in(*statements) == []


NAMED = [
    ([allow({"AWS": THERE})], [f"account {THERE}"]),
    ([allow({"AWS": [f"arn:aws:iam::{THERE}:root", ELSEWHERE]})], [f"account {THERE}", f"account {ELSEWHERE}"]),
    ([allow({"AWS": f"arn:aws:iam::{THERE}:role/x"})], [f"arn:aws:iam::{THERE}:role/x"]),
    ([allow({"AWS": f"arn:aws:sts::{THERE}:assumed-role/x/s"})], [f"arn:aws:sts::{THERE}:assumed-role/x/s"]),
    ([allow(**on("StringEquals", "aws:PrincipalAccount", THERE))], [f"account {THERE}"]),
    ([allow({"AWS": THERE}, **on("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{THERE}:role/*"))], [f"account {THERE}"]),
    ([allow(**on("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{THERE}:role/ci-*"))], [f"account {THERE}"]),
    ([allow(**on("ArnEquals", "aws:PrincipalArn", f"arn:aws:iam::{THERE}:role/x"))], [f"arn:aws:iam::{THERE}:role/x"]),
    ([allow({"AWS": THERE}, **on("StringEquals", "aws:PrincipalOrgID", ORG))], [f"account {THERE}"]),
    ([allow(**on("StringEquals", "aws:PrincipalOrgID", ORG))], [f"everybody in {ORG}"]),
    ([allow(**on("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", f"{ORG}/r-1/ou-2/*"))], [f"everybody in {ORG}"]),
    ([allow(**on("StringEquals", "aws:PrincipalOrgID", "${aws:ResourceOrgID}"))], ["everybody in its own organisation"]),
    ([allow(), deny(**on("StringNotEquals", "aws:PrincipalAccount", HERE, THERE))], [f"account {THERE}"]),
    ([allow(), deny(**on("StringNotEquals", "aws:PrincipalOrgID", ORG))], [f"everybody in {ORG}"]),
    ([{"Effect": "Allow", "Principal": "*", "Action": "*", **on("StringEquals", "kms:CallerAccount", THERE)}],
     [f"account {THERE}"]),
    ([allow({"CanonicalUser": "79a59d"})], ["79a59d"]),
    ([allow({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"})],
     ["arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"]),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "expected"), NAMED, ids=str)
def test_who_is_named(statements, expected):
    """The narrowest class that tells it: an organisation, an account, a role."""
    assert let_in(*statements) == sorted(expected)


SERVICES = [
    ({}, "*"),
    (on("StringEquals", "aws:SourceAccount", HERE), None),
    (on("StringEquals", "aws:SourceAccount", "${aws:ResourceAccount}"), None),
    (on("StringEquals", "aws:SourceAccount", THERE), THERE),
    (on("StringLike", "aws:SourceAccount", "*"), "*"),
    (on("StringEqualsIfExists", "aws:SourceAccount", HERE), "*"),
    (on("StringNotEquals", "aws:SourceAccount", THERE), "*"),
    (on("ArnLike", "aws:SourceArn", f"arn:aws:events:eu-west-1:{HERE}:rule/shop-*"), None),
    (on("ArnLike", "aws:SourceArn", "arn:aws:events:*:*:rule/shop-*"), "*"),
    (on("ArnLike", "aws:SourceArn", f"arn:aws:events:*:{THERE}:rule/*"), THERE),
    (on("ArnLike", "aws:SourceArn", "arn:aws:s3:::shop-uploads"), None),
    (on("ArnLike", "aws:SourceArn", "arn:aws:s3:::*"), "*"),
    (on("ArnLike", "aws:SourceArn", "arn:aws:s3:::shop-*"), "*"),
    (both(on("ArnLike", "aws:SourceArn", "arn:aws:s3:::shop-*"), on("StringEquals", "aws:SourceAccount", HERE)), None),
    (on("StringEquals", "aws:SourceOrgID", ORG), None),
    (on("StringLike", "aws:SourceOrgID", "o-*"), "*"),
    (on("ForAllValues:StringEquals", "aws:SourceAccount", HERE), "*"),
    (on("ArnEquals", "kms:EncryptionContext:aws:logs:arn", f"arn:aws:logs:eu-west-1:{HERE}:log-group:/shop"), None),
    (on("ArnLike", "kms:EncryptionContext:aws:logs:arn", f"arn:aws:logs:eu-west-1:{HERE}:*"), None),
    (on("ArnLike", "kms:EncryptionContext:aws:logs:arn", "arn:aws:logs:eu-west-1:*:*"), "*"),
    (on("Bool", "kms:GrantIsForAWSResource", "true"), "*"),
]


@pytest.mark.parametrize(("condition", "behalf"), SERVICES, ids=str)
def test_on_whose_behalf_a_service_comes(condition, behalf):
    """Its own account's alone, if the conditions make sure of it."""
    name = "logs.eu-west-1.amazonaws.com"
    found = find_admissions(resource(allow({"Service": name}, "kms:*", **condition)), PLACE, KEY)
    assert [one.behalf for one in found] == ([] if behalf is None else [behalf])


def test_services_come_by_a_wildcard_too():
    """Where only services have the keys that are asked for, they are the ones let in."""
    assert let_in(allow(**on("ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:*"))) == [ANY_SERVICE]
    assert let_in(allow(**on("Bool", "aws:PrincipalIsAWSService", "true"))) == [ANY_SERVICE]


KEYS = [
    ([allow({"AWS": f"arn:aws:iam::{HERE}:root"}, "kms:*")], []),
    ([allow({"AWS": "*"}, "kms:*", **both(on("StringEquals", "kms:CallerAccount", HERE),
                                           on("StringEquals", "kms:ViaService", "secretsmanager.eu-west-1.amazonaws.com")))],
     []),
    ([allow("*", "kms:Decrypt", **on("StringEquals", "kms:ViaService", "secretsmanager.eu-west-1.amazonaws.com"))],
     [ANYBODY]),
    ([allow("*", "kms:CreateGrant", **on("Bool", "kms:GrantIsForAWSResource", "true"))], [ANYBODY]),
    ([allow({"AWS": THERE}, "kms:Decrypt")], [f"account {THERE}"]),
    ([allow({"AWS": THERE}, "kms:CreateGrant", **on("Bool", "kms:GrantIsForAWSResource", "true"))], [f"account {THERE}"]),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "expected"), KEYS, ids=str)
def test_keys(statements, expected):
    """AWS's own key policies, and those that look like them."""
    assert let_in(*statements, to=KEY) == expected


BUCKETS = [
    ([{**allow("*", "s3:GetObject"), "Resource": "arn:aws:s3:::shop/*"}], [ANYBODY]),
    ([{**allow("*", "s3:ListBucket"), "Resource": "arn:aws:s3:::shop"}], [ANYBODY]),
    ([{**allow("*", "s3:GetObject"), "Resource": "arn:aws:s3:::other/*"}], []),
    ([{**allow("*", "s3:*"), "Resource": "arn:aws:s3:::shop/*"},
      {**deny("*", "s3:*"), "Resource": ["arn:aws:s3:::shop", "arn:aws:s3:::shop/*"]}], []),
    ([{**allow("*", "s3:*"), "Resource": "arn:aws:s3:::shop/*"}, {**deny("*", "s3:*"), "Resource": "arn:aws:s3:::shop"}],
     [ANYBODY]),
    ([allow("*", "s3:*", **on("StringLike", "s3:DataAccessPointAccount", "*"))], [ANYBODY]),
    ([allow("*", "s3:PutObject", **on("StringEquals", "s3:x-amz-acl", "bucket-owner-full-control"))], [ANYBODY]),
    ([allow({"Service": "cloudfront.amazonaws.com"}, "s3:GetObject",
            **on("StringEquals", "AWS:SourceArn", f"arn:aws:cloudfront::{HERE}:distribution/E1"))], []),
    ([allow({"Service": "logging.s3.amazonaws.com"}, "s3:PutObject",
            **both(on("ArnLike", "aws:SourceArn", "arn:aws:s3:::shop-*"), on("StringEquals", "aws:SourceAccount", HERE)))], []),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "expected"), BUCKETS, ids=str)
def test_buckets(statements, expected):
    """The bucket and what is in it."""
    assert let_in(*statements, to=BUCKET) == expected


FUNCTIONS = [
    ([allow("*", "lambda:InvokeFunctionUrl", **on("StringEquals", "lambda:FunctionUrlAuthType", "NONE"))], [ANYBODY]),
    ([allow("*", "lambda:InvokeFunctionUrl", **on("StringEquals", "lambda:FunctionUrlAuthType", "AWS_IAM"))], [ANYBODY]),
    ([allow("*", "lambda:InvokeFunction", **on("StringEquals", "aws:PrincipalOrgID", ORG))], [f"everybody in {ORG}"]),
    ([allow({"Service": "apigateway.amazonaws.com"}, "lambda:InvokeFunction",
            **on("ArnLike", "AWS:SourceArn", f"arn:aws:execute-api:eu-west-1:{HERE}:a1b2/*"))], []),
    ([allow({"Service": "s3.amazonaws.com"}, "lambda:InvokeFunction")],
     ["s3.amazonaws.com on behalf of whichever account asks it to"]),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "expected"), FUNCTIONS, ids=str)
def test_functions(statements, expected):
    """Function URLs without a signature, and services with and without a source."""
    assert let_in(*statements, to=FUNCTION) == expected


@pytest.mark.parametrize(("partition", "region"), [("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1")])
def test_other_partitions(partition, region):
    """Accounts, roles and sources there have ARNs of their own."""
    place = Place(partition, HERE, region, NOW)
    key = Resource("kms", (f"arn:{partition}:kms:{region}:{HERE}:key/1",), KEY.actions)
    assert let_in(allow({"AWS": f"arn:{partition}:iam::{HERE}:root"}, "kms:*"), to=key, place=place) == []
    assert let_in(allow({"AWS": f"arn:{partition}:iam::{THERE}:root"}, "kms:*"), to=key, place=place) == [
        f"account {THERE}"
    ]
    anywhere = on("ArnLike", "aws:PrincipalArn", f"arn:{partition}:iam::*:role/shop")
    assert let_in(allow("*", "kms:*", **anywhere), to=key, place=place) == [ANYBODY]
    own = on("ArnLike", "aws:SourceArn", f"arn:{partition}:events:{region}:{HERE}:rule/*")
    assert let_in(allow({"Service": "events.amazonaws.com"}, "kms:*", **own), to=key, place=place) == []


def test_what_a_tag_of_the_resource_says():
    """Where the resource's tags are known, they count; else anything may be so."""
    tagged = allow(**on("StringEquals", "aws:ResourceTag/public", "yes"))
    known = Place("aws", HERE, "eu-west-1", NOW, {"aws:resourcetag/public": ("no",)})
    assert let_in(tagged) == [ANYBODY]
    assert let_in(tagged, place=known) == []


def test_too_many_conditions_are_unknown(monkeypatch):
    """What cannot be weighed is never nobody."""
    monkeypatch.setattr(search, "MOST", 4)
    denials = [deny(**on("StringNotLike", f"aws:RequestTag/{number}", "a*", "b*")) for number in range(3)]
    denials += [deny(**on("StringLike", f"aws:RequestTag/{number}", "*")) for number in range(3)]
    denials += [deny(**on("Null", "aws:RequestTag/0", "true"))]
    with pytest.raises(Unknown, match="check it manually"):
        let_in(allow(), *denials)
