"""Faults of the item least-privilege: roles that may more, and can be passed on or assumed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import Kind, fault
from promotion.sandbox.role_edits import ROLE, allow, deny, document, give, when

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

ITEM = "least-privilege"
FUNCTIONS = "arn:aws:lambda:eu-west-1:*:function:shop-*"
TO_LAMBDA = when("StringEquals", "iam:PassedToService", "lambda.amazonaws.com")
CREATES = allow(["lambda:CreateFunction", "lambda:InvokeFunction"], FUNCTIONS)
READS_ONE = allow("s3:GetObject", "arn:aws:s3:::shop-releases/config/*")


def _other(world: "World", name: str, principal: Mapping[str, Any], *statements: Mapping[str, Any]) -> str:
    """Make another role of dev, which the settings do not name, and give its ARN."""
    from promotion.sandbox.world.people import role, trust

    return role(world.dev, name, trust(principal), own=document(*statements))


def _passes(
    name: str,
    does: str,
    other: tuple[Mapping[str, Any], ...],
    *,
    to: str = "lambda.amazonaws.com",
    as_named: str = "",
    kind: Kind = "fault",
    also: tuple[Mapping[str, Any], ...] = (),
) -> None:
    """Declare that CodeDeploy's role may pass on another role to Lambda, with functions that it may create."""

    def apply(world: "World") -> None:
        arn = _other(world, "shop-admin", {"Service": to}, *other)
        give(world, allow("iam:PassRole", as_named or arn, **TO_LAMBDA), CREATES, *also)

    apply.__doc__ = does
    fault(name, item=ITEM, kind=kind)(apply)


_passes(
    "role-passes-an-administrator-to-lambda",
    "A role may pass one administrator on to Lambda, and create and invoke functions.",
    (allow("*"),),
)
_passes(
    "role-passes-an-administrator-found-by-pattern",
    "A role may pass on the roles of a pattern, among them an administrator, and create functions.",
    (allow("*"),),
    as_named="arn:aws:iam::*:role/shop-adm*",
)
_passes(
    "role-passes-a-role-that-rewrites-roles",
    "A role may pass on one that writes policies of every role, and create functions.",
    (allow("iam:PutRolePolicy"),),
)
_passes(
    "role-passes-a-role-of-one-bucket",
    "A role may pass on a role that reads one folder of a bucket, and create functions.",
    (READS_ONE,),
    kind="clean",
)
_passes(
    "role-passes-an-administrator-of-another-service",
    "The administrator that a role may pass to Lambda trusts EC2 alone: Lambda cannot assume it.",
    (allow("*"),),
    to="ec2.amazonaws.com",
    kind="clean",
)
_passes(
    "role-passes-an-administrator-that-a-denial-keeps",
    "A denial keeps the administrator from being passed on.",
    (allow("*"),),
    kind="clean",
    also=(deny("iam:PassRole", "arn:aws:iam::*:role/shop-admin"),),
)


@fault("role-assumes-an-administrator", item=ITEM)
def _(world: "World") -> None:
    """A role may assume an administrator, which lets it in by name."""
    own = f"arn:aws:iam::{world.dev.id}:role/{ROLE}"
    give(world, allow("sts:AssumeRole", _other(world, "shop-admin", {"AWS": own}, allow("*"))))


@fault("role-assumes-an-administrator-that-lets-in-another", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """A role may ask to assume an administrator, whose trust policy lets in another role alone."""
    other = f"arn:aws:iam::{world.dev.id}:role/shop-lambda"
    give(world, allow("sts:AssumeRole", _other(world, "shop-admin", {"AWS": other}, allow("*"))))


@fault("role-passes-a-role-that-was-deleted", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """A role may pass on one that is no longer there."""
    give(world, allow("iam:PassRole", f"arn:aws:iam::{world.dev.id}:role/shop-former", **TO_LAMBDA), CREATES)


@fault("role-list-denied", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """A role may pass on the roles of a pattern, and ListRoles is denied."""
    give(world, allow("iam:PassRole", f"arn:aws:iam::{world.dev.id}:role/shop-adm*", **TO_LAMBDA), CREATES)
    world.wire.deny("iam:ListRoles")
