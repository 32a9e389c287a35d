"""The look-ups: pages to the end, versions in force, and advice that changes nothing when it cannot be had."""

import datetime as dt
from types import SimpleNamespace

import boto3
import pytest
from botocore.stub import ANY, Stubber
from promotion.fixtures.privileges import role_advice, role_policies

from promotion.clients.aws.iam import RolePolicies
from promotion.sandbox.moto_patches.last_accessed import idle
from promotion.sandbox.world import build
from promotion.settings.privileges import Role
from promotion.unknown import Reason, Unknown
from tests.runner import judge
from tests.sections.security.privileges.made import ACCOUNT, LAMBDA, allow, document

ITEM = "least-privilege"
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture(scope="module")
def world():
    """The sandbox's world, in this process."""
    return build()


def settings_with(**advice):
    """As far as the look-up reads them."""
    role = Role.model_validate({"name": "shop-lambda", "kind": "function", **advice})
    return SimpleNamespace(environment=lambda _: SimpleNamespace(roles=[role]))


def advised(account, look, **advice):
    """What AWS says of a role."""
    return role_advice(
        "dev shop-lambda", settings_with(**advice), look, account, account, SimpleNamespace(now=lambda: NOW)
    )


def test_a_role_is_looked_at_whole(world):
    """Inline and attached policies in force, with their versions, and the boundary."""
    for number in range(105):
        policy = world.dev.backend("iam").create_policy("", "/", _text(), f"many-{number:03}", [])
        policy.attach_to(next(r for r in world.dev.backend("iam").get_roles() if r.name == "shop-canary"))
    look = role_policies("dev shop-canary", world.dev, world.prod)
    assert [policy.place for policy in look.policies] == ["inline"] * 2 + ["attached"] * 105
    assert look.policies[-1].version == "v1"
    assert (look.partition, look.account) == ("aws", world.dev.id)
    rotation = role_policies("prod shop-rotation", world.dev, world.prod)
    assert rotation.boundary.name == "shop-boundary"
    assert rotation.account == world.prod.id


def _text():
    import json

    return json.dumps(document(allow("s3:GetObject", "arn:aws:s3:::shop/*")))


def test_a_page_that_says_not_where_it_goes_on_is_unknown():
    """More are there than were given: nobody may call that all."""
    client = boto3.client("iam", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    role = {"Path": "/", "RoleName": "shop", "RoleId": "A" * 16, "Arn": f"arn:aws:iam::{ACCOUNT}:role/shop",
            "CreateDate": NOW, "AssumeRolePolicyDocument": "{}"}  # fmt: skip
    account = SimpleNamespace(client=lambda _: client)
    with Stubber(client) as stub:
        stub.add_response("get_role", {"Role": role})
        stub.add_response("list_role_policies", {"PolicyNames": [], "IsTruncated": True, "Marker": "m"})
        stub.add_response("list_role_policies", {"PolicyNames": [], "IsTruncated": True, "Marker": "m"})
        with pytest.raises(Unknown) as trouble:
            role_policies("dev shop", account, account)
    assert trouble.value.reason is Reason.TRUNCATED


def test_nothing_is_asked_that_was_not_asked_for():
    """Without `advice` no call is made."""
    account = SimpleNamespace(client=None)
    assert advised(account, None).describe() == ""


def test_services_that_were_not_used_are_named(world):
    """Never, or longer ago than the settings say."""
    iam = world.dev.backend("iam")
    look = role_policies("dev shop-lambda", world.dev, world.prod)
    idle(iam).update({("shop-lambda", "xray"): None, ("shop-lambda", "kms"): NOW - dt.timedelta(days=100)})
    advice = advised(world.dev, look, advice=["last-accessed"])
    assert advice.unused == ("kms", "xray")
    assert "kms, xray" in advice.describe()
    assert advised(world.dev, look, advice=["last-accessed"], unused_days=120).unused == ("xray",)


def test_the_analyzer_is_asked_about_every_policy():
    """Policies as such, the trust policy as one of a resource; what it says is kept by code, kind and page."""
    client = boto3.client("accessanalyzer", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    from promotion.clients.aws.iam import PolicyDocument

    own = PolicyDocument("own", "inline", document(allow("s3:GetObject")))
    aws = PolicyDocument("aws", "attached", document(allow("s3:GetObject")), "arn:aws:iam::aws:policy/aws", "v1")
    look = RolePolicies("shop", f"arn:aws:iam::{ACCOUNT}:role/shop", document(LAMBDA), (own, aws))
    finding = {"findingType": "SECURITY_WARNING", "issueCode": "STAR", "findingDetails": "d", "learnMoreLink": "https://x",
               "locations": []}  # fmt: skip
    trust = {"policyType": "RESOURCE_POLICY", "validatePolicyResourceType": "AWS::IAM::AssumeRolePolicyDocument"}
    with Stubber(client) as stub:
        stub.add_response("validate_policy", {"findings": [finding], "nextToken": "t"},
                          {"policyDocument": ANY, "policyType": "IDENTITY_POLICY"})  # fmt: skip
        stub.add_response("validate_policy", {"findings": [finding]},
                          {"policyDocument": ANY, "policyType": "IDENTITY_POLICY", "nextToken": "t"})  # fmt: skip
        stub.add_response("validate_policy", {"findings": []}, {"policyDocument": ANY, **trust})
        advice = advised(SimpleNamespace(client=lambda _: client), look, advice=["access-analyzer"])
        stub.assert_no_pending_responses()
    assert [(one.policy, one.kind, one.issue) for one in advice.remarks] == [
        ("inline policy 'own'", "SECURITY_WARNING", "STAR")
    ] * 2
    assert advice.describe() == "Access Analyzer: 2 remarks"


def advising(world):
    """Have the world's settings ask for all advice on one role."""
    text = world.config.read_text()
    asked = 'kind = "codedeploy-lambda"\nadvice = ["access-analyzer", "last-accessed"]'
    world.config.write_text(text.replace('kind = "codedeploy-lambda"', asked, 1))


CHOSEN = ("-m", "security", "-k", "least_privilege and dev and codedeploy")


def test_advice_that_cannot_be_had_changes_no_verdict(world_pool, tmp_path):
    """The role passes as it would without, and what was not told is in the report."""
    with world_pool.world() as world:
        advising(world)
        judged = judge(world, tmp_path, *CHOSEN)
    subject = next(one for one in judged.item(ITEM)["subjects"] if one["name"] == "dev shop-codedeploy-lambda")
    assert subject["status"] == "passed", judged.printed
    assert "no answer of access-analyzer" in subject["measured"]
    assert "no answer of last-accessed" not in subject["measured"]


def test_advice_does_not_excuse_anything(world_pool, tmp_path):
    """A wide role fails, whatever AWS says besides."""
    with world_pool.world("role-writes-on-every-bucket") as world:
        advising(world)
        judged = judge(world, tmp_path, *CHOSEN)
    assert judged.item(ITEM)["status"] == "failed", judged.printed
