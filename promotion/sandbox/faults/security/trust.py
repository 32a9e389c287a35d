"""Faults of the item least-privilege: trust policies that let in whom nobody meant, and unusual ones that do not."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import Kind, fault
from promotion.sandbox.role_edits import ROLE, trust, when

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

ITEM = "least-privilege"
STRANGER = "123456789012"
ORGANISATION = "o-a1b2c3d4e5"
GITHUB, GITLAB = "token.actions.githubusercontent.com", "gitlab.com"
SIGN_IN = "https://signin.aws.amazon.com/saml"

Statements = Callable[[str], Sequence[Mapping[str, Any]]]
Principals = Callable[[str], Sequence[str]]


def _nobody(_: str) -> Sequence[str]:
    return ()


def _trusted(
    name: str, does: str, statements: Statements, principals: Principals = _nobody, kind: Kind = "fault"
) -> None:
    """Declare a fault by which the role trusts more; `principals` are those whom the settings name."""

    def apply(world: "World") -> None:
        trust(world, *statements(world.dev.id))
        named = ", ".join(f'"{one}"' for one in principals(world.dev.id))
        if named:
            from promotion.sandbox.world.declared.privileges import declare

            declare(world, f"dev/{ROLE}", principals=f"[{named}]")

    apply.__doc__ = does
    fault(name, item=ITEM, kind=kind)(apply)


def _clean(name: str, does: str, statements: Statements, principals: Principals = _nobody) -> None:
    _trusted(name, does, statements, principals, "clean")


def lets_in(principal: Any, action: str = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    """Write a statement that lets somebody become the role."""
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}


def keeps_out(principal: Any, action: str = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    """Write one that keeps somebody out."""
    return {**lets_in(principal, action, **more), "Effect": "Deny"}


def provider(account: str, host: str) -> str:
    """Give the ARN of an OpenID Connect provider."""
    return f"arn:aws:iam::{account}:oidc-provider/{host}"


def _web(name: str, does: str, condition: Mapping[str, Any], host: str = GITHUB, kind: Kind = "fault") -> None:
    """Declare a fault by which the role trusts an identity provider, which the settings name."""
    action = "sts:AssumeRoleWithWebIdentity"
    _trusted(
        name,
        does,
        lambda a: [lets_in({"Federated": provider(a, host)}, action, **condition)],
        lambda a: [provider(a, host)],
        kind,
    )


def _saml(name: str, does: str, condition: Mapping[str, Any], kind: Kind = "fault") -> None:
    def okta(account: str) -> str:
        return f"arn:aws:iam::{account}:saml-provider/okta"

    statement = "sts:AssumeRoleWithSAML"
    _trusted(name, does, lambda a: [lets_in({"Federated": okta(a)}, statement, **condition)], lambda a: [okta(a)], kind)


_trusted(
    "role-trusts-anybody-but-by-saml",
    "Anybody may assume a role; what is denied is another way, by SAML.",
    lambda _: [lets_in("*"), keeps_out("*", "sts:AssumeRoleWithSAML")],
)
_trusted(
    "role-trusts-anybody-but-an-account",
    "Anybody may assume a role but the principals of one account.",
    lambda _: [lets_in({"AWS": "*"}), keeps_out({"AWS": STRANGER})],
)
_trusted(
    "role-trusts-any-organisation",
    "Anybody of any organisation may assume a role, which the settings name by a pattern.",
    lambda _: [lets_in("*", **when("StringLike", "aws:PrincipalOrgID", "o-*"))],
    lambda _: [ORGANISATION],
)
_trusted(
    "role-trusts-a-name-in-any-account",
    "A role of one name in any account may assume a role.",
    lambda _: [lets_in("*", **when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/deploy"))],
)
_trusted(
    "role-trusts-an-account-by-its-number",
    "Principals of another account may assume a role, by a condition on a wildcard.",
    lambda _: [lets_in("*", **when("StringEquals", "aws:PrincipalAccount", STRANGER))],
)
_trusted(
    "role-trusts-a-declared-account-without-an-id",
    "Another account, which the settings name, may assume a role without an external id.",
    lambda _: [lets_in({"AWS": STRANGER})],
    lambda _: [STRANGER],
)
_trusted(
    "role-trusts-a-declared-account-with-any-id",
    "Another account, which the settings name, may assume a role with any external id that begins right.",
    lambda _: [lets_in({"AWS": STRANGER}, **when("StringLike", "sts:ExternalId", "shop-*"))],
    lambda _: [STRANGER],
)
_trusted(
    "role-trusts-a-build-of-any-account",
    "CodeBuild may assume a role on behalf of a project of that name in any account.",
    lambda _: [
        lets_in(
            {"Service": "codebuild.amazonaws.com"},
            **when("ArnLike", "aws:SourceArn", "arn:aws:codebuild:*:*:project/shop"),
        )
    ],
    lambda _: ["codebuild.amazonaws.com"],
)
_trusted(
    "role-trusts-everybody-of-google",
    "Anybody with an account of Google may assume a role.",
    lambda _: [lets_in({"Federated": "accounts.google.com"}, "sts:AssumeRoleWithWebIdentity")],
    lambda _: ["accounts.google.com"],
)
_web("role-trusts-github", "Any repository on GitHub may assume a role: the token needs no claim.", {})
_web(
    "role-trusts-github-for-aws",
    "Any repository on GitHub may assume a role: only the audience is asked for, which each chooses.",
    when("StringEquals", f"{GITHUB}:aud", "sts.amazonaws.com"),
)
_web(
    "role-trusts-any-subject-of-github",
    "Any repository on GitHub may assume a role: the pattern of the subject is every one.",
    when("StringLike", f"{GITHUB}:sub", "repo:*"),
)
_web(
    "role-trusts-owners-alike",
    "Repositories of every owner whose name begins alike may assume a role.",
    when("StringLike", f"{GITHUB}:sub", "repo:example*/*"),
)
_web(
    "role-trusts-github-for-all-values",
    "Any token without a subject may assume a role (ForAllValues).",
    when("ForAllValues:StringLike", f"{GITHUB}:sub", "repo:example/shop:*"),
)
_web(
    "role-trusts-an-environment-of-github",
    "The environment of that name of any repository may assume a role.",
    when("StringLike", f"{GITHUB}:sub", "repo:*:environment:prod"),
)
_web(
    "role-trusts-any-project-of-gitlab",
    "The main branch of any project on GitLab.com may assume a role.",
    when("StringLike", f"{GITLAB}:sub", "project_path:*:ref_type:branch:ref:main"),
    GITLAB,
)
_saml(
    "role-trusts-any-assertion",
    "Anyone with an assertion of a SAML provider may assume a role, whatever its audience.",
    {},
)
_saml(
    "role-trusts-assertions-for-all-values",
    "An assertion without an audience may assume a role (ForAllValues).",
    when("ForAllValues:StringEquals", "SAML:aud", SIGN_IN),
)

_clean(
    "role-trusts-and-denies",
    "Anybody may assume a role, and is denied unless the caller is CodeDeploy.",
    lambda _: [lets_in({"AWS": "*"}), keeps_out({"AWS": "*"}, "sts:*")],
)
_clean(
    "role-trusts-one-role-by-a-condition",
    "A wildcard lets in one role, by a condition on its ARN, which the settings name.",
    lambda a: [lets_in("*", **when("ArnEquals", "aws:PrincipalArn", f"arn:aws:iam::{a}:role/deploy"))],
    lambda a: [f"arn:aws:iam::{a}:role/deploy"],
)
_clean(
    "role-trusts-a-declared-account-with-an-id",
    "Another account, which the settings name, may assume a role with an external id.",
    lambda _: [lets_in({"AWS": STRANGER}, **when("StringEquals", "sts:ExternalId", "shop-4711"))],
    lambda _: [STRANGER],
)
_clean(
    "role-trusts-a-declared-account-of-its-organisation",
    "Another account, which the settings name, may assume a role as one of the organisation.",
    lambda _: [lets_in({"AWS": STRANGER}, **when("StringEquals", "aws:PrincipalOrgID", ORGANISATION))],
    lambda _: [STRANGER],
)
_clean(
    "role-trusts-a-build-of-its-account",
    "CodeBuild may assume a role on behalf of projects of the account.",
    lambda a: [
        lets_in(
            {"Service": "codebuild.amazonaws.com"},
            **when("ArnLike", "aws:SourceArn", f"arn:aws:codebuild:eu-west-1:{a}:project/*"),
        )
    ],
    lambda _: ["codebuild.amazonaws.com"],
)
_web(
    "role-trusts-a-repository",
    "One repository may assume a role, by either form of GitHub's subjects.",
    when("StringLike", f"{GITHUB}:sub", "repo:example/shop:*", "repo:example@*/shop@*:*"),
    kind="clean",
)
_web(
    "role-trusts-a-repository-by-its-id",
    "One repository may assume a role, by its id, whatever the subject is.",
    {"Condition": {"StringLike": {f"{GITHUB}:sub": "*"}, "StringEquals": {f"{GITHUB}:repository_id": "5678"}}},
    kind="clean",
)
_web(
    "role-trusts-a-project-of-gitlab",
    "The tags of one project on GitLab.com may assume a role.",
    when("StringLike", f"{GITLAB}:sub", "project_path:example/team/shop:ref_type:tag:ref:*"),
    GITLAB,
    "clean",
)
_web(
    "role-trusts-a-service-account",
    "One service account of a cluster may assume a role.",
    when("StringEquals", "oidc.eks.eu-west-1.amazonaws.com/id/AB12:sub", "system:serviceaccount:shop:api"),
    "oidc.eks.eu-west-1.amazonaws.com/id/AB12",
    "clean",
)
_saml(
    "role-trusts-people-who-sign-in",
    "Users whom the company's SAML provider signs in to AWS may assume a role.",
    when("StringEquals", "SAML:aud", SIGN_IN),
    "clean",
)
