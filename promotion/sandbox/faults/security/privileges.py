"""Faults of the item least-privilege: roles that may do more than they need, and who may become them."""

import json
import string
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promotion.sandbox.faulted_world import Seeded as World

ITEM = "least-privilege"
ROLE = "shop-codedeploy-lambda"
BUCKETS = "arn:aws:s3:::"


def _allow(actions: Any, resources: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def _document(*statements: "Mapping[str, Any]") -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _role(world: "World", name: str = ROLE, which: str = "dev") -> Any:
    environment = {"dev": world.dev, "prod": world.prod}[which]
    return next(role for role in environment.backend("iam").get_roles() if role.name == name)


def _give(world: "World", *statements: "Mapping[str, Any]", role: str = ROLE, which: str = "dev") -> None:
    """Write the role one more inline policy."""
    _role(world, role, which).put_policy("extra", _document(*statements))


def _attach(world: "World", *versions: str, role: str = ROLE) -> str:
    """Attach a managed policy with these versions; the last is in force."""
    from promotion.sandbox.world.people import manage

    first, *later = versions
    arn = manage(world.dev, "shop-extra", first)
    iam = world.dev.backend("iam")
    for document in later:
        iam.create_policy_version(arn, document, set_as_default=True)
        iam.set_default_policy_version(arn, f"v{len(iam.get_policy(arn).versions)}")
    iam.attach_role_policy(arn, role)
    return arn


def _trust(world: "World", principal: Any, *, role: str = ROLE, **more: Any) -> None:
    """Let somebody else become the role."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    trusted = _role(world, role)
    document = json.loads(trusted.assume_role_policy_document)
    document["Statement"].append(statement)
    trusted.assume_role_policy_document = json.dumps(document)


@fault("role-may-do-anything", item=ITEM)
def _(world: "World") -> None:
    """A role may do everything on everything."""
    _give(world, _allow("*"))


@fault("role-may-do-anything-in-other-words", item=ITEM)
def _(world: "World") -> None:
    """A role may do everything, written `*:*` on `arn:*`."""
    _give(world, _allow("*:*", "arn:*"))


@fault("role-may-do-anything-by-an-attached-policy", item=ITEM)
def _(world: "World") -> None:
    """A managed policy with a harmless name and a harmless first version allows everything in the version in force."""
    _attach(world, _document(_allow("s3:GetObject", f"{BUCKETS}shop-releases/*")), _document(_allow("*")))


@fault("role-may-do-all-but-iam", item=ITEM)
def _(world: "World") -> None:
    """A role may do everything but what concerns IAM, by NotAction."""
    _give(world, {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"})


@fault("role-of-prod-may-do-anything", item=ITEM)
def _(world: "World") -> None:
    """A role of prod may do everything, while that of dev may not."""
    _give(world, _allow("*"), which="prod")


@fault("role-denied-under-a-condition", item=ITEM)
def _(world: "World") -> None:
    """A role may do everything, and is denied the dangerous part only without multi-factor authentication."""
    absent = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    _give(world, _allow("*"), {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": absent})


@fault("role-within-a-boundary-that-bounds-nothing", item=ITEM)
def _(world: "World") -> None:
    """A role has all actions of a service, and its permissions boundary allows the same."""
    _give(world, _allow("secretsmanager:*"), role="shop-rotation")


@fault("role-has-a-service-in-one-region", item=ITEM)
def _(world: "World") -> None:
    """A role has all actions of EC2, under a condition on the region that narrows no resource."""
    _give(world, _allow("ec2:*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}))


@fault("role-has-a-service-on-one-resource", item=ITEM)
def _(world: "World") -> None:
    """A role has all actions of S3 on a bucket."""
    _give(world, _allow("s3:*", [f"{BUCKETS}shop-releases", f"{BUCKETS}shop-releases/*"]))


@fault("role-writes-on-every-bucket", item=ITEM)
def _(world: "World") -> None:
    """A role may delete the objects of every bucket, by an ARN that looks like one."""
    _give(world, _allow("s3:DeleteObject", f"{BUCKETS}*"))


@fault("role-writes-on-any-arn", item=ITEM)
def _(world: "World") -> None:
    """A role may delete tables on `arn:*`."""
    _give(world, _allow("dynamodb:DeleteTable", "arn:*"))


@fault("role-writes-everywhere-but", item=ITEM)
def _(world: "World") -> None:
    """A role may delete the objects of every bucket but one, by NotResource."""
    _give(world, {"Effect": "Allow", "Action": "s3:DeleteObject", "NotResource": f"{BUCKETS}audit/*"})


@fault("role-writes-by-question-marks", item=ITEM)
def _(world: "World") -> None:
    """A role may delete the objects of every bucket: there are question marks in the action and in the resource."""
    _give(world, _allow("S3:Delete?bject", f"{BUCKETS}???*/?*"))


@fault("role-writes-letter-by-letter", item=ITEM)
def _(world: "World") -> None:
    """A role may delete the objects of every bucket, by a statement for each first letter of a name."""
    letters = string.ascii_lowercase + string.digits
    _give(world, *(_allow("s3:DeleteObject", f"{BUCKETS}{letter}*") for letter in letters))


@fault("role-writes-on-every-instance", item=ITEM)
def _(world: "World") -> None:
    """A role may terminate every instance: each id begins with `i-`."""
    _give(world, _allow("ec2:TerminateInstances", f"arn:aws:ec2:eu-west-1:{world.dev.id}:instance/i-*"))


@fault("role-writes-over-tls", item=ITEM)
def _(world: "World") -> None:
    """A role may write to every table, under a condition that every caller meets."""
    secure = {"Bool": {"aws:SecureTransport": "true"}}
    _give(world, _allow("dynamodb:PutItem", Condition=secure))


@fault("role-writes-where-a-tag-is-right-or-absent", item=ITEM)
def _(world: "World") -> None:
    """A role may terminate instances whose tag is right, or that have none (IfExists)."""
    tagged = {"StringEqualsIfExists": {"aws:ResourceTag/service": "shop"}}
    _give(world, _allow("ec2:TerminateInstances", Condition=tagged))


@fault("role-decrypts-by-way-of-anything", item=ITEM)
def _(world: "World") -> None:
    """A role may decrypt with every key through any service: the condition's value is `*`."""
    _give(world, _allow("kms:Decrypt", Condition={"StringLike": {"kms:ViaService": "*"}}))


@fault("role-logs-into-every-group", item=ITEM)
def _(world: "World") -> None:
    """The function's role may write to every log group."""
    _give(world, _allow(["logs:CreateLogGroup", "logs:PutLogEvents"]), role="shop-lambda")


@fault("role-attaches-any-interface", item=ITEM)
def _(world: "World") -> None:
    """The function's role may change network interfaces beyond what a function in a VPC needs."""
    _give(world, _allow("ec2:*NetworkInterface*"), role="shop-lambda")


@fault("role-moves-every-alias", item=ITEM)
def _(world: "World") -> None:
    """CodeDeploy's role may move the aliases of all functions, as AWS's own policy for it has it."""
    _give(world, _allow(["lambda:UpdateAlias", "lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig"]))


@fault("role-reads-every-secret", item=ITEM)
def _(world: "World") -> None:
    """A role may read every secret of the account, and AWS calls that reading."""
    _give(world, _allow("secretsmanager:Get*Value", f"arn:aws:secretsmanager:*:{world.dev.id}:secret:*-??????"))


@fault("role-calls-what-nobody-knows", item=ITEM)
def _(world: "World") -> None:
    """A role may do something on everything that is in no list of actions."""
    _give(world, _allow("s3:DeleteObjct"))


@fault("role-passes-any-role", item=ITEM)
def _(world: "World") -> None:
    """A role may pass every role, to one service."""
    to = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    _give(world, _allow("iam:PassRole", f"arn:aws:iam::{world.dev.id}:role/*", Condition=to))


@fault("role-passes-roles-like-its-own-to-anybody", item=ITEM)
def _(world: "World") -> None:
    """A role may pass all roles of the service, to any service of AWS."""
    _give(world, _allow("iam:PassRole", f"arn:aws:iam::{world.dev.id}:role/shop-*"))


@fault("role-makes-functions-with-any-role", item=ITEM)
def _(world: "World") -> None:
    """A role may pass any role by an inline policy, and by an attached one make and call functions of one name."""
    _give(world, _allow("iam:PassRole"))
    functions = f"arn:aws:lambda:eu-west-1:{world.dev.id}:function:shop-task"
    _attach(world, _document(_allow(["lambda:CreateFunction", "lambda:InvokeFunction"], functions)))


@fault("role-rewrites-a-policy", item=ITEM)
def _(world: "World") -> None:
    """A role may write new versions of a single policy, which may be its own."""
    _give(world, _allow("iam:CreatePolicyVersion", f"arn:aws:iam::{world.dev.id}:policy/shop-traces"))


@fault("role-is-wide-on-the-second-page", item=ITEM)
def _(world: "World") -> None:
    """The attached policy that allows everything comes on the page after an empty one."""
    _attach(world, _document(_allow("*")))
    world.wire.empty_page("iam:ListAttachedRolePolicies")


@fault("role-trusts-anybody", item=ITEM)
def _(world: "World") -> None:
    """Anybody in AWS may assume a role."""
    _trust(world, {"AWS": "*"})


@fault("role-trusts-all-but-one", item=ITEM)
def _(world: "World") -> None:
    """Everybody but one account may assume a role, by NotPrincipal."""
    trusted = _role(world)
    document = json.loads(trusted.assume_role_policy_document)
    only = {"Effect": "Allow", "NotPrincipal": {"AWS": "999988887777"}, "Action": "sts:AssumeRole"}
    document["Statement"].append(only)
    trusted.assume_role_policy_document = json.dumps(document)


@fault("role-trusts-its-account", item=ITEM)
def _(world: "World") -> None:
    """Everybody in the account who may assume roles may assume a role."""
    _trust(world, {"AWS": f"arn:aws:iam::{world.dev.id}:root"})


@fault("role-trusts-another-account", item=ITEM)
def _(world: "World") -> None:
    """Another account may assume a role without an external id."""
    _trust(world, {"AWS": "123456789012"})


@fault("role-trusts-another-service", item=ITEM)
def _(world: "World") -> None:
    """Instances may have the role that CodeDeploy has."""
    _trust(world, {"Service": "ec2.amazonaws.com"})


@fault("role-trusts-on-behalf-of-another-account", item=ITEM)
def _(world: "World") -> None:
    """CodeDeploy may assume a role on behalf of another account."""
    by = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    _trust(world, {"Service": "codedeploy.amazonaws.com"}, Condition=by)


@fault("role-calls-what-knows-no-resources", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """A role may do on `*` what can be allowed on nothing else."""
    _give(world, _allow(["xray:Put*", "cloudwatch:PutMetricData", "secretsmanager:GetRandomPassword"]))


@fault("role-describes", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """A role may describe everything that EC2 has."""
    _give(world, _allow("ec2:Describe*"))


@fault("role-of-a-function-in-a-vpc", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The function's role may do on all network interfaces exactly what Lambda needs for a VPC."""
    calls = ["CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets", "DeleteNetworkInterface",
             "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses"]  # fmt: skip
    _give(world, _allow([f"ec2:{call}" for call in calls]), role="shop-lambda")


@fault("role-is-wide-within-a-narrow-boundary", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """A role's policy allows everything, and its boundary a single bucket."""
    from promotion.sandbox.world.people import manage

    _give(world, _allow("*"))
    limit = manage(world.dev, "shop-narrow", _document(_allow("s3:GetObject", f"{BUCKETS}shop-releases/*")))
    world.dev.backend("iam").put_role_permissions_boundary(ROLE, limit)


@fault("role-is-wide-and-denied", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """A role may delete the objects of every bucket, and is denied that outright on all but one."""
    other = {"Effect": "Deny", "Action": "s3:Delete*", "NotResource": f"{BUCKETS}shop-scratch/*"}
    _give(world, _allow("s3:DeleteObject"), other)


@fault("role-writes-on-what-is-tagged", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """A role may terminate instances that have the service's tag."""
    tagged = {"StringEquals": {"aws:ResourceTag/service": "shop"}}
    _give(world, _allow("ec2:TerminateInstances", Condition=tagged))


@fault("role-passes-one-role", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """A role may pass one role, to the service it is for."""
    to = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    _give(world, _allow("iam:PassRole", f"arn:aws:iam::{world.dev.id}:role/shop-instance", Condition=to))


@fault("role-had-been-wide", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """An older version of an attached policy allows everything; the one in force does not."""
    _attach(world, _document(_allow("*")), _document(_allow("s3:GetObject", f"{BUCKETS}shop-releases/*")))


@fault("role-trusts-the-region-alone", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """CodeDeploy of the region may assume a role, on behalf of this account alone."""
    by = {"StringEquals": {"aws:SourceAccount": world.dev.id}}
    _trust(world, {"Service": "codedeploy.eu-west-1.amazonaws.com"}, Condition=by)


wire_fault(
    "role-pages-begin-empty",
    "The list of attached policies begins with an empty page and a token.",
    "empty_page",
    "iam:ListAttachedRolePolicies",
    item=ITEM,
    kind="clean",
)


wire_fault("role-denied", "GetRolePolicy is denied.", "deny", "iam:GetRolePolicy", item=ITEM, on="dev")


wire_fault(
    "role-throttled",
    "ListAttachedRolePolicies is throttled in every attempt.",
    "throttle",
    "iam:ListAttachedRolePolicies",
    item=ITEM,
    on="dev",
)


wire_fault(
    "role-answer-cut-off", "The answer of GetRole is cut off half-way.", "truncate", "iam:GetRole", item=ITEM, on="dev"
)


@fault("role-pages-cut-off", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """The list of attached policies says that there are more of them, and not where."""

    def more(_: Any, proceed: Any) -> Any:
        answer = proceed()
        return answer.with_body(answer.body.replace(b"<IsTruncated>false", b"<IsTruncated>true"))

    world.wire.add("iam:ListAttachedRolePolicies", more, account=world.dev.id)


@fault("role-boundary-unreadable", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """A role's permissions boundary is a policy that was deleted."""
    iam = world.dev.backend("iam")
    _role(world, "shop-rotation").permissions_boundary_arn = f"arn:aws:iam::{world.dev.id}:policy/gone"
    assert "gone" not in {policy.name for policy in iam.managed_policies.values()}


@fault("role-policy-is-no-json", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """A policy is not JSON."""
    _role(world).put_policy("extra", '{"Version": "2012-10-17", "Statement": [')


@fault("role-policy-means-nothing", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """A statement has an element that the policy language does not know."""
    _role(world).put_policy("extra", _document({"Effect": "Allow", "Actions": "s3:GetObject", "Resource": "*"}))


@fault("role-trust-means-nothing", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """A trust policy has no principal."""
    _role(world).assume_role_policy_document = _document({"Effect": "Allow", "Action": "sts:AssumeRole"})


@fault("role-gone", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """A role that the settings name does not exist."""
    iam = world.dev.backend("iam")
    iam.roles.pop(next(key for key, role in iam.roles.items() if role.name == "shop-codedeploy-ec2"))


wire_fault(
    "inline-policies-not-listed",
    "IAM lists no inline policy of dev's roles, some of which have no other.",
    "empty",
    "iam:ListRolePolicies",
    item="least-privilege",
    on="dev",
)
