"""Policies, keys and the simulator's answers as AWS gives them."""

import json
from datetime import UTC, datetime

import pytest

from promotion.clients.aws.policy_simulator import PolicyDecision, read_decisions
from promotion.sections.security.policies.askers import Place
from promotion.sections.security.secrets.judgement import judge_access, judge_key, judge_ready, secret_problems
from promotion.sections.security.secrets.look import (
    DECRYPT,
    READ,
    AccessLook,
    KeyLook,
    OtherSecrets,
    ReadyLook,
    SecretLook,
)
from promotion.sections.security.secrets.policies import AttachedPolicy
from promotion.settings.secrets import Secret
from promotion.unknown import Unknown

HERE, THERE = "111122223333", "123456789012"
ARN = f"arn:aws:secretsmanager:eu-west-1:{HERE}:secret:shop/dev/database-a1B2c3"
NOW = datetime(2026, 11, 30, tzinfo=UTC)
ROLE = f"arn:aws:iam::{HERE}:role/shop-lambda"
KEY = KeyLook(f"arn:aws:kms:eu-west-1:{HERE}:key/1", "CUSTOMER", "Enabled")
OTHERS = OtherSecrets((f"{ARN}-other",), f"{ARN}-made-up")
SECRET = Secret(name="shop/dev/database")


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def attached(text):
    return AttachedPolicy(text, "it", ARN, Place("aws", HERE, "eu-west-1", NOW))


def strangers(text):
    return list(attached(text).strangers())


def grants(text, role, action):
    return attached(text).grants(role, action)


def delegates(text, account, action):
    return attached(text).delegates(f"arn:aws:iam::{account}:role/anybody", action)


def denies(text, role, action):
    return attached(text).denial(role, action) is not None


def allow(principal, **more):
    return {"Effect": "Allow", "Principal": principal, "Action": READ, "Resource": "*", **more}


def on(operator, key, value):
    return {"Condition": {operator: {key: value}}}


OPEN = [
    allow("*"),
    allow({"AWS": "*"}),
    allow({"AWS": ["*"]}),
    allow("*", **on("StringEquals", "aws:PrincipalOrgID", "*")),
    allow("*", **on("StringNotEquals", "aws:PrincipalAccount", THERE)),
    allow("*", **on("StringEqualsIfExists", "aws:PrincipalAccount", HERE)),
    allow("*", **on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/shop")),
    allow("*", **on("Bool", "aws:SecureTransport", "true")),
    allow("*", **on("StringEquals", "aws:RequestedRegion", "eu-west-1")),
    allow("*", **on("StringLike", "aws:PrincipalArn", ["arn:aws:iam::111122223333:role/a", "*"])),
    {"Effect": "Allow", "NotPrincipal": {"AWS": ROLE}, "Action": "*", "Resource": "*"},
]
CLOSED = [
    allow({"AWS": ROLE}),
    allow({"AWS": HERE}),
    allow({"AWS": f"arn:aws:iam::{HERE}:root"}),
    allow({"Service": "lambda.amazonaws.com"}),
    allow("*", **on("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5")),
    allow("*", **on("StringEquals", "AWS:PrincipalAccount", HERE)),
    allow("*", **on("ArnEquals", "aws:PrincipalArn", ROLE)),
    allow("*", **on("StringEquals", "aws:SourceVpce", "vpce-1")),
    {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"},
]


@pytest.mark.parametrize("statement", OPEN)
def test_open_to_anybody(statement):
    """Whatever the condition is, if everybody meets it."""
    assert set(strangers(policy(statement))) == {"*"}


@pytest.mark.parametrize("statement", CLOSED)
def test_open_to_nobody_else(statement):
    """Its own account, one organisation, one role, one way in."""
    assert list(strangers(policy(statement))) == []


def test_another_account():
    """Named by its number, by its root, by one of its roles."""
    for principal in (
        THERE,
        f"arn:aws:iam::{THERE}:root",
        f"arn:aws:iam::{THERE}:role/a",
        f"arn:aws-cn:iam::{THERE}:user/b",
    ):
        assert list(strangers(policy(allow({"AWS": principal})))) == [THERE]


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"Statement": ["x"]}', '{"Statement": 7}', "null"])
def test_a_policy_that_cannot_be_read(text):
    """It is never a policy that lets nobody in."""
    with pytest.raises(Unknown, match="check the policy"):
        list(strangers(text))


def test_one_statement_need_not_be_a_list():
    """IAM takes an object for a list of one."""
    assert list(strangers(json.dumps({"Statement": allow("*")}))) == ["*"]


def test_who_is_named():
    """By name, by wildcard of the action, not by another action, and not by a denial."""
    assert grants(policy(allow({"AWS": [ROLE, "x"]}, Action=["secretsmanager:Get*"])), ROLE, READ)
    assert grants(policy(allow({"AWS": ROLE}, Action="*")), ROLE, READ)
    assert not grants(policy(allow({"AWS": ROLE}, Action="secretsmanager:DescribeSecret")), ROLE, READ)
    assert not grants(policy(allow({"AWS": f"{ROLE}-other"})), ROLE, READ)
    assert denies(policy({**allow("*"), "Effect": "Deny"}), ROLE, READ)
    assert denies(policy({**allow({"AWS": HERE}), "Effect": "Deny"}), ROLE, READ)
    assert not denies(
        policy({**allow("*", **on("Bool", "aws:SecureTransport", "false")), "Effect": "Deny"}), ROLE, READ
    )
    spared = {"Effect": "Deny", "NotPrincipal": {"AWS": [ROLE]}, "Action": "*", "Resource": "*"}
    assert not denies(policy(spared), ROLE, READ)
    assert denies(policy(spared), f"{ROLE}-other", READ)
    everything_else = {"Effect": "Deny", "Principal": "*", "NotAction": [DECRYPT], "Resource": "*"}
    assert denies(policy(everything_else), ROLE, READ)
    assert not denies(policy(everything_else), ROLE, DECRYPT)


def test_a_key_that_leaves_it_to_the_account():
    """The account's root, or anybody of the account by way of Secrets Manager."""
    root = {"AWS": f"arn:aws:iam::{HERE}:root"}
    assert delegates(policy(allow(root, Action="kms:*")), HERE, DECRYPT)
    everybody = policy(allow("*", Action="kms:Decrypt", **on("StringEquals", "kms:CallerAccount", HERE)))
    assert grants(everybody, ROLE, DECRYPT)
    assert not grants(everybody, ROLE.replace(HERE, THERE), DECRYPT)
    assert not delegates(policy(allow(root, Action="kms:Describe*")), HERE, DECRYPT)
    assert not delegates(policy(allow({"AWS": f"arn:aws:iam::{THERE}:root"}, Action="kms:*")), HERE, DECRYPT)
    assert not delegates(policy(allow({"AWS": ROLE}, Action="kms:*")), HERE, DECRYPT)


def decisions(read="allowed", decrypt="allowed", made_up="implicitDeny", other="implicitDeny", missing=()):
    words = {
        (READ, ARN): read,
        (DECRYPT, KEY.id): decrypt,
        (READ, OTHERS.made_up): made_up,
        (READ, OTHERS.arns[0]): other,
    }
    return tuple(PolicyDecision(ROLE, action, resource, word, missing) for (action, resource), word in words.items())


def access(look=None, key=KEY, roles=(ROLE,), **words):
    look = look or SecretLook("shop/dev/database", ARN, ("AWSCURRENT",))
    key = key and KeyLook(
        key.id, key.manager, key.state, policy=key.policy or policy(allow({"AWS": HERE}, Action="kms:*"))
    )
    return list(judge_access(look, key, AccessLook({"lambda": roles}, decisions(**words)), OTHERS, NOW))


def test_what_the_role_may():
    """Its own policies, or that of the secret, or that of the key."""
    named = SecretLook("shop/dev/database", ARN, ("AWSCURRENT",), policy=policy(allow({"AWS": ROLE})))
    assert access() == []
    assert "may not read" in access(read="implicitDeny")[0]
    assert access(named, read="implicitDeny") == []
    assert "may not read" in access(named, read="explicitDeny")[0]
    assert "may not decrypt" in access(decrypt="implicitDeny")[0]
    assert access(key=None, decrypt="implicitDeny") == []
    assert "every one in the account" in access(made_up="allowed")[0]
    assert f"{ARN}-other".rpartition(":")[2] in access(other="allowed")[0]


def test_what_the_simulator_did_not_say():
    """Neither a missing answer nor a missing condition is a pass or a failure."""
    with pytest.raises(Unknown, match="did not say"):
        access(roles=(f"{ROLE}-other",))
    with pytest.raises(Unknown, match="aws:PrincipalTag/team"):
        access(read="implicitDeny", missing=("aws:PrincipalTag/team",))


def test_both_shapes_of_the_simulators_answer():
    """IAM lists each resource within the result of an action, and names the kind of resource at its top."""
    template = "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:${SecretId}"
    told = {
        "EvalActionName": READ,
        "EvalResourceName": template,
        "EvalDecision": "implicitDeny",
        "ResourceSpecificResults": [
            {"EvalResourceName": ARN, "EvalResourceDecision": "allowed", "MatchedStatements": []},
            {"EvalResourceName": "x", "EvalResourceDecision": "implicitDeny", "MissingContextValues": ["aws:a"]},
        ],
    }
    assert read_decisions(ROLE, READ, [ARN, "x"], told) == [
        PolicyDecision(ROLE, READ, ARN, "allowed"),
        PolicyDecision(ROLE, READ, "x", "implicitDeny", ("aws:a",)),
    ]
    del told["ResourceSpecificResults"]
    assert read_decisions(ROLE, READ, [ARN], told) == [PolicyDecision(ROLE, READ, ARN, "implicitDeny")]
    assert read_decisions(ROLE, READ, [ARN, "x"], told)[0].resource == template


def test_the_secret_and_its_key():
    """What is wrong is said with what to do."""
    assert "does not exist in account" in next(secret_problems(SecretLook("x", None), HERE, SECRET, NOW))
    deleted = SecretLook("x", ARN, deleted=datetime(2026, 12, 1, tzinfo=UTC))
    assert "2026-12-01" in next(secret_problems(deleted, HERE, SECRET, NOW))
    assert "labels: AWSPREVIOUS" in next(secret_problems(SecretLook("x", ARN, ("AWSPREVIOUS",)), HERE, SECRET, NOW))
    good = SecretLook("x", ARN, ("AWSCURRENT",))
    assert not list(secret_problems(good, HERE, SECRET, NOW))
    assert not list(judge_key(good, None, SECRET))
    wanted = Secret(name="x", customer_key=True)
    assert list(judge_key(good, None, wanted))
    assert list(judge_key(good, KeyLook("k", "AWS", "Enabled"), wanted))
    assert not list(judge_key(good, KEY, wanted))
    for state in ("Disabled", "PendingDeletion", "PendingImport", "Unavailable", "Creating", "Updating"):
        assert state in next(judge_key(good, KeyLook("k", "CUSTOMER", state), SECRET))


def test_what_the_application_says():
    """Each target that does not say so is named, with what it said."""
    answers = [
        ReadyLook("lambda", "https://a/ready"),
        ReadyLook("ec2", "https://b/ready", ("the status is 503, expected 200",)),
    ]
    (problem,) = judge_ready(answers)
    assert problem.startswith("ec2 does not report")
    assert "503" in problem
