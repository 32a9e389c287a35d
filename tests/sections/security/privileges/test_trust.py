"""Who may become a role: every kind of principal, with the keys that make it that one, and with those that do not."""

import pytest

from promotion.sections.security.policies.federation import BUILT_IN, shared_providers
from tests.sections.security.privileges.made import ACCOUNT, LAMBDA, judge, when

THERE = "999988887777"
DEPLOY = f"arn:aws:iam::{ACCOUNT}:role/deploy"
ORG = "o-a1b2c3d4e5"
PREFIX = f"arn:aws:iam::{ACCOUNT}:oidc-provider/"
GITHUB = "token.actions.githubusercontent.com"
SUB = f"{GITHUB}:sub"


def allow(principal, action="sts:AssumeRole", **more):
    """Let somebody in."""
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}


def deny(principal, action="sts:AssumeRole", **more):
    """Keep somebody out."""
    return {**allow(principal, action, **more), "Effect": "Deny"}


def lets_in(*trust, **declared):
    """What is found of a trust policy, without the beginnings."""
    found = judge(trust=[LAMBDA, *trust], **declared).findings
    return [one.what.removeprefix("lets in ") for one in found if one.kind == "trust"]


def web(host, condition=None, **declared):
    """What is found where an identity provider is trusted that the settings name."""
    name = host if host in BUILT_IN else PREFIX + host
    statement = allow({"Federated": name}, "sts:AssumeRoleWithWebIdentity", **(condition or {}))
    return lets_in(statement, principals=[name], **declared)


def like(value):
    """A pattern of GitHub's subjects."""
    return when("StringLike", SUB, value)


ANYBODY = ["anybody in AWS (Principal *)"]
DENIED = [
    ([allow("*"), deny("*", "sts:AssumeRoleWithSAML")], ANYBODY),
    ([allow("*"), deny("*", "sts:TagSession")], ANYBODY),
    ([allow("*"), deny({"AWS": THERE})], ANYBODY),
    ([allow("*"), deny("*", **when("Bool", "aws:MultiFactorAuthPresent", "false"))], ANYBODY),
    ([allow("*"), deny("*", **when("StringNotEquals", "sts:ExternalId", "promotion"))], ANYBODY),
    ([allow("*"), deny("*")], []),
    ([allow("*"), deny("*", "sts:*")], []),
    ([allow("*"), {"Effect": "Deny", "Principal": "*", "NotAction": "sts:TagSession"}], []),
    ([allow("*"), deny("*", **when("ArnNotEquals", "aws:PrincipalArn", DEPLOY))], [DEPLOY]),
    ([allow("*"), deny("*", **when("StringNotEquals", "aws:PrincipalAccount", ACCOUNT))],
     ["every principal that its own account allows to assume roles"]),
    ([allow({"AWS": DEPLOY}), deny({"AWS": DEPLOY})], []),
    ([allow({"AWS": DEPLOY}), deny({"AWS": ACCOUNT})], []),
    ([allow({"AWS": DEPLOY}), {"Effect": "Deny", "NotPrincipal": {"AWS": DEPLOY}, "Action": "sts:*"}], [DEPLOY]),
]  # fmt: skip


@pytest.mark.parametrize(("trust", "expected"), DENIED, ids=str)
def test_a_denial_counts_for_its_own_action_and_principal(trust, expected):
    """A denial of another way in, of another principal or under a condition that can be met keeps out nobody."""
    assert lets_in(*trust) == expected


def test_a_wildcard_is_everybody_by_every_way():
    """For web identities it is also whoever has an account with a provider that AWS knows without being told."""
    found = lets_in(allow("*", ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"]))
    assert found[0] == ANYBODY[0]
    assert "the identity provider accounts.google.com" in found


ACCOUNTS = [
    (allow({"AWS": DEPLOY}), [DEPLOY], []),
    (allow("*", **when("ArnEquals", "aws:PrincipalArn", DEPLOY)), [DEPLOY], []),
    (allow({"AWS": ACCOUNT}, **when("ArnEquals", "aws:PrincipalArn", DEPLOY)), [DEPLOY], []),
    (allow({"AWS": ACCOUNT}, **when("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/*")), [DEPLOY],
     ["every principal that its own account allows to assume roles"]),
    (allow({"AWS": ACCOUNT}), [ACCOUNT], []),
    (allow({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), [ACCOUNT], []),
    (allow("*", **when("StringEquals", "aws:PrincipalOrgID", ORG)), [], [f"everybody in the organisation {ORG}"]),
    (allow("*", **when("StringEquals", "aws:PrincipalOrgID", ORG)), [ORG], []),
    (allow("*", **when("StringLike", "aws:PrincipalOrgID", "o-*")), [ORG], ANYBODY),
    (allow("*", **when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/deploy")), [DEPLOY], ANYBODY),
    (allow({"AWS": "arn:aws:iam::*:root"}), [THERE], ANYBODY),
    (allow({"AWS": THERE}, **when("StringEquals", "sts:ExternalId", "x-1")), [THERE], []),
    (allow({"AWS": THERE}, **when("StringEquals", "aws:PrincipalOrgID", ORG)), [THERE], []),
    (allow({"AWS": THERE}), [THERE], [f"{THERE} of another account without an external id"]),
    (allow({"AWS": THERE}, **when("StringLike", "sts:ExternalId", "x-*")), [THERE],
     [f"{THERE} of another account without an external id"]),
    (allow({"AWS": THERE}, **when("StringNotEquals", "sts:ExternalId", "x-1")), [THERE],
     [f"{THERE} of another account without an external id"]),
    (allow({"AWS": THERE}, **when("StringEqualsIfExists", "sts:ExternalId", "x-1")), [THERE],
     [f"{THERE} of another account without an external id"]),
    (allow({"AWS": THERE}, **when("ForAllValues:StringEquals", "sts:ExternalId", "x-1")), [THERE],
     [f"{THERE} of another account without an external id"]),
    (allow({"AWS": THERE}, **when("Null", "sts:ExternalId", "false")), [THERE],
     [f"{THERE} of another account without an external id"]),
    (allow({"AWS": f"arn:aws:iam::{THERE}:role/ci"}, **when("StringEquals", "sts:ExternalId", "x-1")),
     [f"arn:aws:iam::{THERE}:role/ci"], []),
    (allow({"AWS": f"arn:aws:iam::{THERE}:role/ci"}), [f"arn:aws:iam::{THERE}:role/ci"],
     [f"arn:aws:iam::{THERE}:role/ci of another account without an external id"]),
    (allow({"AWS": THERE}, **when("StringEquals", "sts:ExternalId", "x-1")), [],
     [f"every principal that the foreign account {THERE} allows to assume roles"]),
    (allow("*", **when("StringEquals", "aws:PrincipalAccount", THERE)), [],
     [f"every principal that the foreign account {THERE} allows to assume roles"]),
    ({"Effect": "Allow", "NotPrincipal": {"AWS": THERE}, "Action": "sts:AssumeRole"}, [],
     ["everybody but a few (NotPrincipal)"]),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "principals", "expected"), ACCOUNTS, ids=str)
def test_accounts_and_their_principals(statement, principals, expected):
    """By name, by the conditions that name them, and other accounts with what tells the right one."""
    assert lets_in(statement, principals=principals) == expected


SERVICES = [
    ({}, "codedeploy.amazonaws.com", []),
    (when("StringLike", "aws:SourceAccount", "*"), "codedeploy.amazonaws.com", []),
    (when("StringEquals", "aws:SourceAccount", THERE), "codedeploy.amazonaws.com",
     [f"codedeploy.amazonaws.com on behalf of {THERE}"]),
    ({}, "codebuild.amazonaws.com", ["codebuild.amazonaws.com on behalf of whichever account asks it to"]),
    (when("StringEquals", "aws:SourceAccount", ACCOUNT), "codebuild.amazonaws.com", []),
    (when("StringEquals", "aws:SourceAccount", "${aws:ResourceAccount}"), "codebuild.amazonaws.com", []),
    (when("StringLike", "aws:SourceAccount", "*"), "codebuild.amazonaws.com",
     ["codebuild.amazonaws.com on behalf of whichever account asks it to"]),
    (when("ArnLike", "aws:SourceArn", "arn:aws:codebuild:*:*:project/shop"), "codebuild.amazonaws.com",
     ["codebuild.amazonaws.com on behalf of whichever account asks it to"]),
    (when("ArnLike", "aws:SourceArn", f"arn:aws:codebuild:*:{ACCOUNT}:project/*"), "codebuild.amazonaws.com", []),
    (when("ForAllValues:StringEquals", "aws:SourceAccount", ACCOUNT), "codebuild.amazonaws.com",
     ["codebuild.amazonaws.com on behalf of whichever account asks it to"]),
    (when("StringEqualsIfExists", "aws:SourceAccount", ACCOUNT), "codebuild.amazonaws.com",
     ["codebuild.amazonaws.com on behalf of whichever account asks it to"]),
    (when("StringEquals", "aws:SourceOrgID", ORG), "codebuild.amazonaws.com", []),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "service", "expected"), SERVICES, ids=str)
def test_services_on_whose_behalf(condition, service, expected):
    """Those whose documentation wants it are bound to the account, and none comes for another."""
    assert lets_in(allow({"Service": service}, **condition), principals=[service]) == expected


def test_any_service_by_a_wildcard():
    """A wildcard with a key that only services have lets in any of them."""
    assert lets_in(allow("*", **when("StringEquals", "aws:SourceAccount", ACCOUNT))) == ["any service of AWS"]


REPOSITORY = ["any repository of GitHub Actions"]
OIDC = [
    (GITHUB, {}, REPOSITORY),
    (GITHUB, when("StringEquals", f"{GITHUB}:aud", "sts.amazonaws.com"), REPOSITORY),
    (GITHUB, like("*"), REPOSITORY),
    (GITHUB, like("?*"), REPOSITORY),
    (GITHUB, like("repo:*"), REPOSITORY),
    (GITHUB, like("repo:acme*/*"), REPOSITORY),
    (GITHUB, like("repo:acme-*/shop:*"), REPOSITORY),
    (GITHUB, like("repo:*/shop:*"), REPOSITORY),
    (GITHUB, like("*acme/shop*"), REPOSITORY),
    (GITHUB, like("*:environment:prod"), REPOSITORY),
    (GITHUB, like("environment:prod"), REPOSITORY),
    (GITHUB, like(["repo:acme/shop:*", "repo:*:ref:refs/heads/main"]), REPOSITORY),
    (GITHUB, when("ForAllValues:StringLike", SUB, "repo:acme/shop:*"), REPOSITORY),
    (GITHUB, when("StringLikeIfExists", SUB, "repo:acme/shop:*"), REPOSITORY),
    (GITHUB, when("StringNotLike", SUB, "repo:evil/*"), REPOSITORY),
    (GITHUB, when("Null", SUB, "false"), REPOSITORY),
    (GITHUB, when("StringEquals", f"{GITHUB}:environment", "prod"), REPOSITORY),
    (GITHUB, when("StringEquals", f"{GITHUB}:actor", "jane"), REPOSITORY),
    (GITHUB, when("StringEquals", f"{GITHUB}:job_workflow_ref", "acme/ci/.github/workflows/d.yml@refs/heads/main"), REPOSITORY),
    (GITHUB, when("StringEquals", "gitlab.com:sub", "repo:acme/shop:ref:refs/heads/main"), None),
    (GITHUB, like("repo:acme/*"), []),
    (GITHUB, like("repo:acme/shop:*"), []),
    (GITHUB, like("repo:acme/shop*"), []),
    (GITHUB, when("StringEquals", SUB, "repo:acme/shop:ref:refs/heads/main"), []),
    (GITHUB, when("StringEquals", SUB, ["repo:acme/shop:environment:prod", "repo:acme/shop:pull_request"]), []),
    (GITHUB, when("ForAnyValue:StringLike", SUB, "repo:acme/shop:*"), []),
    (GITHUB, when("StringEqualsIgnoreCase", SUB, "REPO:acme/shop:ref:refs/heads/main"), []),
    (GITHUB, like(["repo:acme/shop:*", "repo:acme@*/shop@*:*"]), []),
    (GITHUB, like("repo:acme@1234/shop@5678:*"), []),
    (GITHUB, like("repository_owner:acme:*"), []),
    (GITHUB, like("repo:*@*/shop@*:*"), REPOSITORY),
    (GITHUB, when("StringEquals", f"{GITHUB}:repository_id", "5678"), []),
    (GITHUB, when("StringEquals", f"{GITHUB}:repository_owner", "acme"), []),
    (GITHUB, when("StringLike", f"{GITHUB}:repository_owner", "acme*"), REPOSITORY),
    (GITHUB, when("StringEquals", f"{GITHUB}:repository", "acme/shop"), []),
    ("ghes.example.com/_services/token", when("StringLike", "ghes.example.com/_services/token:sub", "repo:*/shop:*"),
     ["any repository of GitHub Actions of an enterprise server"]),
    ("ghes.example.com/_services/token", when("StringLike", "ghes.example.com/_services/token:sub", "repo:acme/shop:*"), []),
    ("gitlab.com", when("StringEquals", "gitlab.com:aud", "https://gitlab.com"), ["any project on GitLab.com"]),
    ("gitlab.com", when("StringLike", "gitlab.com:sub", "project_path:*:ref_type:branch:ref:main"),
     ["any project on GitLab.com"]),
    ("gitlab.com", when("StringLike", "gitlab.com:sub", "project_path:acme*/shop:*"), ["any project on GitLab.com"]),
    ("gitlab.com", when("StringLike", "gitlab.com:sub", "project_path:acme/shop:ref_type:branch:ref:*"), []),
    ("gitlab.com", when("StringEquals", "gitlab.com:sub", "project_path:acme/team/shop:ref_type:tag:ref:v1"), []),
    ("gitlab.example.com", when("StringEquals", "gitlab.example.com:aud", "https://gitlab.example.com"), []),
    ("gitlab.example.com", {}, ["every subject of gitlab.example.com"]),
    ("gitlab.example.com", when("StringLike", "gitlab.example.com:sub", "*"), ["every subject of gitlab.example.com"]),
    ("gitlab.example.com", when("StringLike", "gitlab.example.com:sub", "project_path:acme/*"), []),
    ("app.terraform.io", when("StringEquals", "app.terraform.io:aud", "aws.workload.identity"),
     ["any organization of HCP Terraform"]),
    ("app.terraform.io", when("StringLike", "app.terraform.io:sub", "organization:*:project:shop:*"),
     ["any organization of HCP Terraform"]),
    ("app.terraform.io",
     when("StringLike", "app.terraform.io:sub", "organization:acme:project:shop:workspace:prod:run_phase:*"), []),
    ("agent.buildkite.com", when("StringLike", "agent.buildkite.com:sub", "organization:acme:pipeline:*"), []),
    ("agent.buildkite.com", when("StringLike", "agent.buildkite.com:sub", "*:pipeline:shop:*"),
     ["any organization on Buildkite"]),
    ("oidc.circleci.com/org/1234", when("StringEquals", "oidc.circleci.com/org/1234:aud", "1234"), []),
    ("oidc.circleci.com/org/1234", when("StringLike", "oidc.circleci.com/org/1234:sub", "org/1234/project/5678/user/*"), []),
    ("api.pulumi.com/oidc", when("StringEquals", "api.pulumi.com/oidc:aud", "aws:acme"), []),
    ("api.pulumi.com/oidc", {}, ["any organization on Pulumi Cloud"]),
    ("oidc.eks.eu-west-1.amazonaws.com/id/AB12",
     when("StringEquals", "oidc.eks.eu-west-1.amazonaws.com/id/AB12:aud", "sts.amazonaws.com"),
     ["any namespace of an EKS cluster"]),
    ("oidc.eks.eu-west-1.amazonaws.com/id/AB12",
     when("StringLike", "oidc.eks.eu-west-1.amazonaws.com/id/AB12:sub", "system:serviceaccount:*:shop"),
     ["any namespace of an EKS cluster"]),
    ("oidc.eks.eu-west-1.amazonaws.com/id/AB12",
     when("StringEquals", "oidc.eks.eu-west-1.amazonaws.com/id/AB12:sub", "system:serviceaccount:shop:api"), []),
    ("idp.example.com", when("StringEquals", "idp.example.com:aud", "sts.amazonaws.com"), ["every subject of idp.example.com"]),
    ("idp.example.com", when("StringEquals", "idp.example.com:aud", "0oa1b2c3"), []),
    ("idp.example.com", when("StringLike", "idp.example.com:email", "*@example.com"), []),
    ("idp.example.com", when("StringLike", "idp.example.com:email", "*@*"), ["every subject of idp.example.com"]),
    ("accounts.google.com", {}, ["any application on Google"]),
    ("accounts.google.com", when("StringEquals", "accounts.google.com:aud", "66677788899.apps.googleusercontent.com"), []),
    ("accounts.google.com", when("StringEquals", "accounts.google.com:oaud", "shop"), ["any application on Google"]),
    ("cognito-identity.amazonaws.com",
     when("StringEquals", "cognito-identity.amazonaws.com:aud", "eu-west-1:12345678-dead-beef-cafe-123456790ab"), []),
    ("cognito-identity.amazonaws.com",
     when("ForAnyValue:StringLike", "cognito-identity.amazonaws.com:amr", "authenticated"),
     ["any identity pool of Amazon Cognito"]),
]  # fmt: skip


@pytest.mark.parametrize(("host", "condition", "expected"), OIDC, ids=str)
def test_subjects_of_identity_providers(host, condition, expected):
    """A provider that the settings name vouches for many; who it is must be bound by a claim that only he has."""
    assert web(host, condition) == (expected or [])


def test_a_provider_that_nobody_named():
    """However narrow the condition is."""
    statement = allow({"Federated": PREFIX + GITHUB}, "sts:AssumeRoleWithWebIdentity", **like("repo:acme/shop:*"))
    assert lets_in(statement) == [f"the identity provider {PREFIX}{GITHUB}"]


def test_subjects_that_are_declared():
    """Where the settings name subjects, no other is let in."""
    assert web(GITHUB, like("repo:acme/shop:*"), subjects=["repo:acme/*"]) == []
    assert web(GITHUB, like("repo:acme/shop:*"), subjects=["repo:acme/shop:*"]) == []
    assert web(GITHUB, like(["repo:acme/shop:*", "repo:acme/other:*"]), subjects=["repo:acme/shop:*"]) == [
        "repo:acme/other:*"
    ]
    assert web(GITHUB, when("StringEquals", f"{GITHUB}:repository_id", "5"), subjects=["repo:acme/shop:*"]) == [
        f"subjects of {PREFIX}{GITHUB} that no condition names"
    ]


SAML_PROVIDER = f"arn:aws:iam::{ACCOUNT}:saml-provider/okta"
WHATEVER = ["everybody whom okta authenticates, for any audience"]
SAML = [
    ({}, WHATEVER),
    (when("StringLike", "saml:aud", "*"), WHATEVER),
    (when("ForAllValues:StringEquals", "saml:aud", "https://signin.aws.amazon.com/saml"), WHATEVER),
    (when("StringEqualsIfExists", "saml:aud", "https://signin.aws.amazon.com/saml"), WHATEVER),
    (when("StringNotEquals", "saml:sub", "jane"), WHATEVER),
    (when("Bool", "aws:SecureTransport", "true"), WHATEVER),
    (when("StringEquals", "SAML:aud", "https://signin.aws.amazon.com/saml"), []),
    (when("StringLike", "SAML:aud", "https://*.signin.aws.amazon.com/saml*"), []),
    (when("StringEquals", "saml:sub", "jane@example.com"), []),
    (when("ForAnyValue:StringLike", "saml:edupersonaffiliation", "staff"), []),
]


@pytest.mark.parametrize(("condition", "expected"), SAML, ids=str)
def test_assertions_of_saml(condition, expected):
    """What is meant for AWS, or says of whom."""
    statement = allow({"Federated": SAML_PROVIDER}, "sts:AssumeRoleWithSAML", **condition)
    assert lets_in(statement, principals=[SAML_PROVIDER]) == expected


def test_the_registry_of_providers():
    """Every shared provider names what tells parties apart, and where it says so."""
    for provider in shared_providers():
        assert provider.source.startswith("https://")
        assert any("{!}" in form for form in provider.sub), provider.name
        assert all("{!}" in form for forms in provider.claims.values() for form in forms), provider.name


@pytest.mark.parametrize("region", ["us-gov-west-1", "cn-north-1"])
def test_other_partitions(region):
    """The service goes by its own names there, and accounts have ARNs of the partition."""
    from promotion.sections.security.policies.askers import Place
    from promotion.sections.security.policies.statements import trust_statements
    from promotion.sections.security.privileges.trust import ExpectedTrust, judge_trust
    from tests.sections.security.privileges.made import NOW, document

    partition = "aws-cn" if region.startswith("cn") else "aws-us-gov"
    expected = ExpectedTrust("instance", (), None, Place(partition, ACCOUNT, region, NOW))

    def found(*statements):
        return [one.what for one in judge_trust(trust_statements("it", document(*statements)), expected)]

    assert found(allow({"Service": "ec2.amazonaws.com"})) == []
    assert found(allow({"Service": "ec2.amazonaws.com.cn"})) == (
        [] if partition == "aws-cn" else ["lets in the service ec2.amazonaws.com.cn"]
    )
    root = {"AWS": f"arn:{partition}:iam::{ACCOUNT}:root"}
    assert found(allow(root)) == ["lets in every principal that its own account allows to assume roles"]
    assert found(allow(root), deny(root)) == []
    assert found(allow("*"), deny(root)) == ["lets in anybody in AWS (Principal *)"]
    foreign = {"AWS": f"arn:{partition}:iam::{THERE}:role/x"}
    assert found(allow(foreign)) == [f"lets in arn:{partition}:iam::{THERE}:role/x"]
