"""Faults of the item least-privilege: conditions that narrow nothing, denials that take nothing away, and those that do."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import Kind, fault
from promotion.sandbox.role_edits import ROLE, allow, deny, give, when

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

ITEM = "least-privilege"
STRANGER = "123456789012"

Statements = Callable[[str], Sequence[Mapping[str, Any]]]
"""Gives the statements of one more policy of the role, for the number of the account."""


def own(account: str) -> str:
    """Give the ARN of the role itself."""
    return f"arn:aws:iam::{account}:role/{ROLE}"


def keys(account: str) -> str:
    """Give every key of the account."""
    return f"arn:aws:kms:eu-west-1:{account}:key/*"


def _given(name: str, does: str, statements: Statements, kind: Kind = "fault") -> None:
    """Declare a fault by which the role gets a policy of these statements."""

    def apply(world: "World") -> None:
        give(world, *statements(world.dev.id))

    apply.__doc__ = does
    fault(name, item=ITEM, kind=kind)(apply)


def _clean(name: str, does: str, statements: Statements) -> None:
    _given(name, does, statements, "clean")


SHELL = "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript"

_given(
    "role-attaches-any-policy",
    "A role may attach to itself any policy: the condition's pattern is every policy.",
    lambda a: [allow("iam:AttachRolePolicy", own(a), **when("ArnLike", "iam:PolicyARN", "arn:aws:iam::*:policy/*"))],
)
_given(
    "role-attaches-policies-of-aws",
    "A role may attach to itself any policy of AWS, the administrator's too.",
    lambda a: [allow("iam:AttachRolePolicy", own(a), **when("ArnLike", "iam:PolicyARN", "arn:aws:iam::aws:policy/*"))],
)
_given(
    "role-attaches-all-but-one-policy",
    "A role may attach to itself every policy but the administrator's.",
    lambda a: [
        allow(
            "iam:AttachRolePolicy",
            own(a),
            **when("ArnNotEquals", "iam:PolicyARN", "arn:aws:iam::aws:policy/AdministratorAccess"),
        )
    ],
)
_given(
    "role-writes-policies-within-no-boundary",
    "A role may write policies for roles that have the administrator's policy as their boundary, which bounds nothing.",
    lambda a: [
        allow(
            "iam:PutRolePolicy",
            f"arn:aws:iam::{a}:role/app/*",
            **when("ArnEquals", "iam:PermissionsBoundary", "arn:aws:iam::aws:policy/AdministratorAccess"),
        )
    ],
)
_given(
    "role-decrypts-by-way-of-any-service",
    "A role may decrypt with every key through any service of the Region.",
    lambda a: [allow("kms:Decrypt", keys(a), **when("StringLike", "kms:ViaService", "*.eu-west-1.amazonaws.com"))],
)
_given(
    "role-decrypts-what-any-secret-is",
    "A role may decrypt every secret of any account: the pattern of the encryption context is all of them.",
    lambda a: [
        allow(
            "kms:Decrypt",
            keys(a),
            **when("ArnLike", "kms:EncryptionContext:SecretARN", "arn:aws:secretsmanager:*:*:secret:*"),
        )
    ],
)
_given(
    "role-opens-groups-of-any-vpc",
    "A role may open the security groups of any VPC.",
    lambda _: [allow("ec2:AuthorizeSecurityGroupIngress", "*", **when("ArnLike", "ec2:Vpc", "arn:aws:ec2:*:*:vpc/*"))],
)
_given(
    "role-opens-groups-of-every-vpc-by-id",
    "A role may open the security groups of any VPC of the account: each id begins with vpc-.",
    lambda a: [
        allow(
            "ec2:AuthorizeSecurityGroupIngress",
            "*",
            **when("ArnLike", "ec2:Vpc", f"arn:aws:ec2:eu-west-1:{a}:vpc/vpc-*"),
        )
    ],
)
_given(
    "role-terminates-by-any-profile",
    "A role may terminate instances with any instance profile.",
    lambda a: [
        allow(
            "ec2:TerminateInstances",
            "*",
            **when("ArnLike", "ec2:InstanceProfile", f"arn:aws:iam::{a}:instance-profile/*"),
        )
    ],
)
_given(
    "role-commands-every-instance",
    "A role may run any shell command on every instance.",
    lambda _: [allow("ssm:SendCommand", [SHELL, "arn:aws:ec2:*:*:instance/*"])],
)
_given(
    "role-commands-every-instance-by-a-document-of-its-own",
    "A role may run one document on every instance.",
    lambda a: [
        allow("ssm:SendCommand", [f"arn:aws:ssm:eu-west-1:{a}:document/shop-restart", "arn:aws:ec2:*:*:instance/*"])
    ],
)
_given(
    "role-becomes-a-role-of-any-account",
    "A role may assume the role of one name in any account.",
    lambda _: [allow("sts:AssumeRole", "arn:aws:iam::*:role/shop-deploy")],
)
_given(
    "role-reads-buckets-of-any-account",
    "A role may read every bucket whose name ends in one word, in any account.",
    lambda _: [allow("s3:GetObject", "arn:aws:s3:::*-releases/*")],
)
_given(
    "role-writes-where-the-tag-is-anything",
    "A role may terminate instances with any value of a tag.",
    lambda _: [allow("ec2:TerminateInstances", "*", **when("StringLike", "aws:ResourceTag/service", "*"))],
)
_given(
    "role-writes-for-all-values-of-a-tag",
    "A role may terminate instances that have the right tag, or none (ForAllValues).",
    lambda _: [
        allow("ec2:TerminateInstances", "*", **when("ForAllValues:StringEquals", "aws:ResourceTag/service", "shop"))
    ],
)
_given(
    "role-tags-whatever-it-likes",
    "A role may give any instance the tag by which others may be narrowed.",
    lambda _: [allow("ec2:CreateTags", "*", **when("StringEquals", "aws:RequestTag/service", "shop"))],
)
_given(
    "role-denied-another-action",
    "A role may delete every table; what is denied is to delete items.",
    lambda _: [allow("dynamodb:DeleteTable"), deny("dynamodb:DeleteItem")],
)
_given(
    "role-denied-elsewhere",
    "A role may delete every table; what is denied is another account's.",
    lambda _: [allow("dynamodb:DeleteTable"), deny("dynamodb:*", f"arn:aws:dynamodb:*:{STRANGER}:table/*")],
)
_given(
    "role-denied-in-other-regions",
    "A role may delete every table of a Region, and is denied it in the others.",
    lambda _: [
        allow("dynamodb:DeleteTable"),
        deny("*", "*", **when("StringNotEquals", "aws:RequestedRegion", "eu-west-1")),
    ],
)
_given(
    "role-calls-many-that-nobody-knows",
    "A role may do thirty things on everything that are in no list of actions: one finding.",
    lambda _: [allow([f"newservice{number}:Get*" for number in range(30)])],
)
_given(
    "role-passes-roles-to-any-service-of-aws",
    "A role may pass every role to any service of AWS, and start instances.",
    lambda a: [
        allow("iam:PassRole", "*", **when("StringLike", "iam:PassedToService", "*.amazonaws.com")),
        allow("ec2:RunInstances", f"arn:aws:ec2:*:{a}:*/*"),
    ],
)

_clean(
    "role-attaches-one-policy",
    "A role may attach one policy to itself.",
    lambda a: [
        allow(
            "iam:AttachRolePolicy", own(a), **when("ArnEquals", "iam:PolicyARN", f"arn:aws:iam::{a}:policy/shop-traces")
        )
    ],
)
_clean(
    "role-attaches-policies-of-lambda",
    "A role may attach AWS's policies for functions to itself.",
    lambda a: [
        allow(
            "iam:AttachRolePolicy",
            own(a),
            **when("ArnLike", "iam:PolicyARN", "arn:aws:iam::aws:policy/service-role/AWSLambda*"),
        )
    ],
)
_clean(
    "role-decrypts-by-way-of-secrets-manager-anywhere",
    "A role may decrypt through Secrets Manager in any Region.",
    lambda a: [allow("kms:Decrypt", keys(a), **when("StringLike", "kms:ViaService", "secretsmanager.*.amazonaws.com"))],
)
_clean(
    "role-decrypts-by-alias",
    "A role may decrypt with the keys that have an alias of the service.",
    lambda a: [allow("kms:Decrypt", keys(a), **when("ForAnyValue:StringLike", "kms:ResourceAliases", "alias/shop-*"))],
)
_clean(
    "role-is-denied-what-has-no-tag",
    "A role may terminate instances, and is denied those that do not have the service's tag.",
    lambda _: [
        allow("ec2:TerminateInstances"),
        deny("ec2:TerminateInstances", "*", **when("StringNotEquals", "aws:ResourceTag/service", "shop")),
    ],
)
_clean(
    "role-is-denied-other-policies",
    "A role may attach policies to itself, and is denied all but one.",
    lambda a: [
        allow("iam:AttachRolePolicy", own(a)),
        deny(
            "iam:AttachRolePolicy", "*", **when("ArnNotEquals", "iam:PolicyARN", f"arn:aws:iam::{a}:policy/shop-traces")
        ),
    ],
)
_clean(
    "role-commands-tagged-instances",
    "A role may run shell commands on instances that have the service's tag.",
    lambda _: [
        allow("ssm:SendCommand", SHELL),
        allow(
            "ssm:SendCommand", "arn:aws:ec2:*:*:instance/*", **when("StringEquals", "ssm:resourceTag/service", "shop")
        ),
    ],
)
_clean(
    "role-reads-buckets-of-its-account-by-their-end",
    "A role may read the buckets of its account whose names end in one word.",
    lambda a: [allow("s3:GetObject", "arn:aws:s3:::*-releases/*", **when("StringEquals", "aws:ResourceAccount", a))],
)
_clean(
    "role-becomes-a-role-of-its-organisation",
    "A role may assume the role of one name in any account of an organisation.",
    lambda _: [
        allow(
            "sts:AssumeRole",
            "arn:aws:iam::*:role/shop-deploy",
            **when("StringEquals", "aws:ResourceOrgID", "o-a1b2c3d4e5"),
        )
    ],
)
_clean(
    "role-makes-volumes-with-a-tag",
    "A role may make volumes that have the service's tag.",
    lambda a: [
        allow(
            "ec2:CreateVolume", f"arn:aws:ec2:*:{a}:volume/*", **when("StringEquals", "aws:RequestTag/service", "shop")
        )
    ],
)
_clean(
    "role-may-rewrite-what-cannot-be",
    "A role may write policies on what cannot have one: a bucket, AWS's own policy, a role of another account.",
    lambda _: [
        allow(
            ["iam:CreatePolicyVersion", "iam:PutRolePolicy"],
            ["arn:aws:s3:::shop-releases", "arn:aws:iam::aws:policy/ReadOnlyAccess", f"arn:aws:iam::{STRANGER}:role/x"],
        )
    ],
)
_clean(
    "role-has-a-policy-of-another-role",
    "A policy allows everything to another role, by aws:PrincipalArn.",
    lambda a: [allow("*", "*", **when("ArnEquals", "aws:PrincipalArn", f"arn:aws:iam::{a}:role/administrator"))],
)
_clean(
    "role-had-time-until",
    "A policy allows everything until a day that has passed.",
    lambda _: [allow("*", "*", **when("DateLessThan", "aws:CurrentTime", "2020-01-01T00:00:00Z"))],
)
