"""IAM's policy simulator."""

import json

import pytest
from botocore.exceptions import ClientError

from promotion.sandbox.moto_patches.policy_simulation import decide

SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/dev/database-AbCdEf"
READ = "secretsmanager:GetSecretValue"


def policy(*statements):
    """Make a policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action=READ, resource=SECRET, **more):
    """Make a statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(**more):
    """Make a statement that denies everything."""
    return {"Effect": "Deny", "Action": "*", "Resource": "*", **more}


VIA = {"StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}}


@pytest.mark.parametrize(
    ("statements", "word"),
    [
        ([allow()], "allowed"),
        ([allow(action="secretsmanager:*")], "allowed"),
        ([allow(action="SecretsManager:getsecretvalue")], "allowed"),
        ([allow(resource="arn:aws:secretsmanager:*:*:secret:shop/dev/database-??????")], "allowed"),
        ([allow(resource="arn:aws:secretsmanager:*:*:secret:shop/prod/*")], "implicitDeny"),
        ([allow(action="kms:*")], "implicitDeny"),
        ([], "implicitDeny"),
        ([allow(), deny()], "explicitDeny"),
        ([allow(), deny(Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})], "allowed"),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], "allowed"),
        ([{"Effect": "Allow", "Action": "*", "NotResource": SECRET}], "implicitDeny"),
        ([allow(Condition={"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-west-2"]}})], "allowed"),
        ([allow(Condition={"StringLike": {"aws:RequestedRegion": "us-*"}})], "implicitDeny"),
        ([allow(Condition=VIA)], "implicitDeny"),
    ],
)
def test_policies_decide(statements, word):
    """An explicit denial wins, then an allowance, else nothing is allowed."""
    assert decide([policy(*statements)], READ, SECRET, {"aws:requestedregion": ["eu-west-1"]}) == word


def test_an_unknown_condition_is_refused():
    """Never taken for one that holds, nor for one that does not."""
    with pytest.raises(NotImplementedError):
        decide([policy(allow(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}))], READ, SECRET, {})


def test_a_role_is_judged_by_all_it_has(client, guarded):
    """Its inline and attached policies, within its boundary."""
    iam = client("iam")
    trust = json.dumps(policy())
    limit = iam.create_policy(PolicyName="limit", PolicyDocument=json.dumps(policy(allow("secretsmanager:*", "*"))))
    role = iam.create_role(RoleName="shop", AssumeRolePolicyDocument=trust, PermissionsBoundary=limit["Policy"]["Arn"])[
        "Role"
    ]["Arn"]
    iam.put_role_policy(RoleName="shop", PolicyName="read", PolicyDocument=json.dumps(policy(allow())))
    attached = iam.create_policy(PolicyName="more", PolicyDocument=json.dumps(policy(allow("kms:Decrypt", "*"))))
    iam.attach_role_policy(RoleName="shop", PolicyArn=attached["Policy"]["Arn"])

    def ask():
        told = iam.simulate_principal_policy(
            PolicySourceArn=role, ActionNames=[READ, "kms:Decrypt"], ResourceArns=[SECRET]
        )
        return [result["EvalDecision"] for result in told["EvaluationResults"]]

    from botocore.exceptions import BotoCoreError

    from promotion.sandbox import moto_patches

    with moto_patches.unfilled(), pytest.raises((BotoCoreError, NotImplementedError)):
        ask()
    assert ask() == ["allowed", "implicitDeny"]
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.simulate_principal_policy(PolicySourceArn=role + "s", ActionNames=[READ])


def test_policies_are_judged_before_they_are_made(client, guarded):
    """With the context the caller gives."""
    iam = client("iam")
    asked = {
        "PolicyInputList": [json.dumps(policy(allow("kms:Decrypt", "*", Condition=VIA)))],
        "ActionNames": ["kms:Decrypt"],
    }
    entry = {"ContextKeyName": "kms:ViaService", "ContextKeyType": "string",
             "ContextKeyValues": ["secretsmanager.eu-west-1.amazonaws.com"]}  # fmt: skip
    guarded(
        lambda: iam.simulate_custom_policy(**asked, ContextEntries=[entry])["EvaluationResults"][0]["EvalDecision"],
        NotImplementedError,
        lambda word: word == "allowed",
    )
    (told,) = iam.simulate_custom_policy(**asked)["EvaluationResults"]
    assert told["EvalDecision"] == "implicitDeny"
