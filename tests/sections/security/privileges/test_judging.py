"""What is too much and what is not, statement by statement; what was declared; who may become a role."""

import pytest

from promotion.sections.security.policies.statements import identity_statements
from promotion.sections.security.privileges import escalations, rules
from promotion.sections.security.privileges.actions import catalogue
from promotion.sections.security.privileges.conditions import Openness
from promotion.sections.security.privileges.documents import Advice, Remark
from promotion.sections.security.privileges.effective import PASS_ROLE
from promotion.sections.security.privileges.findings import describe
from promotion.sections.security.privileges.judgement import remarked
from promotion.settings import SettingsError
from promotion.settings.load import parse
from promotion.settings.privileges import Role
from promotion.unknown import Reason, Unknown
from tests.sections.security.privileges.made import ACCOUNT, LAMBDA, NOW, allow, deny, document, judge, kinds, when

KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*"
TABLE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table"
NARROW = [
    [allow("s3:PutObject", "arn:aws:s3:::shop/*")],
    [allow("s3:GetObject", "arn:aws:s3:::shop-*/*")],
    [allow("kms:Decrypt", KEY, **when("StringEquals", "kms:ViaService", "secretsmanager.eu-west-1.amazonaws.com"))],
    [allow("kms:Decrypt", KEY, **when("StringLike", "kms:EncryptionContext:SecretARN", "arn:aws:*:secret:shop-*"))],
    [allow("kms:CreateGrant", KEY, **when("Bool", "kms:GrantIsForAWSResource", "true"))],
    [allow("dynamodb:PutItem", f"{TABLE}/${{aws:PrincipalTag/table}}")],
    [allow("ec2:TerminateInstances", **when("StringEquals", "ec2:ResourceTag/service", "shop"))],
    [allow("s3:*Object", "arn:aws:s3:::shop/*")],
    [allow(["ec2:Describe*", "tag:GetResources", "autoscaling:Describe*", "s3:ListAllMyBuckets"])],
    [allow("dynamodb:PutItem", f"{TABLE}/*"), deny("dynamodb:*", f"{TABLE}/*")],
    [allow("s3:*"), deny("s3:*")],
    [allow("ec2:RunInstances", ["arn:aws:ec2:eu-west-1:111122223333:instance/*", "arn:aws:ec2:*::image/ami-0abc"])],
    [allow("foo:Bar", "arn:aws:foo:eu-west-1:111122223333:thing/shop")],
    [],
]
WIDE = [
    ("write", [allow("s3:PutObject")]),
    ("write", [allow("s3:putobject", ["arn:aws:s3:::shop/*", "arn:aws:s3:*:*:*"])]),
    ("write", [allow("s3:PutObject", "arn:*")]),
    ("write", [allow("s3:PutObject", "arn:aws:s3:::${*}shop"), allow("s3:PutObject", "arn:aws:s3:::*")]),
    ("write", [allow("s3:PutObject", "arn:aws:s3:::${aws:PrincipalTag/x, '*'}")]),
    ("write", [allow("dynamodb:PutItem", f"arn:aws:dynamodb:*:{ACCOUNT}:table/*")]),
    ("write", [allow("dynamodb:PutItem", "*", **when("StringEquals", "aws:PrincipalOrgID", "o-1"))]),
    ("write", [allow("dynamodb:PutItem", "*", **when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))]),
    ("write", [allow("dynamodb:PutItem", "*", **when("StringEquals", "aws:ResourceAccount", ACCOUNT))]),
    ("write", [allow("kms:Decrypt", KEY)]),
    ("write", [allow("kms:Decrypt", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/????????-*")]),
    ("write", [allow("kms:Decrypt", KEY, **when("StringNotEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com"))]),
    ("write", [allow("kms:Decrypt", KEY, **when("ForAllValues:StringEquals", "kms:ViaService", "x"))]),
    ("write", [allow("kms:Decrypt", KEY, **when("StringLike", "kms:ViaService", ["x", "*.amazonaws.com"]))]),
    ("write", [allow("kms:Decrypt", KEY, **when("Null", "kms:ViaService", "false"))]),
    ("write", [allow("ec2:CreateTags")]),
    ("write", [allow("lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:*")]),
    (
        "write",
        [allow("elasticloadbalancing:ModifyListener", f"arn:aws:elasticloadbalancing:*:{ACCOUNT}:listener/app/*")],
    ),
    ("write", [allow("s3:DeleteObject"), deny("s3:DeleteObject", "arn:aws:s3:::audit/*")]),
    ("write", [allow("s3:DeleteObject"), deny("s3:DeleteObject", "*", **when("Bool", "aws:SecureTransport", "false"))]),
    ("read", [allow("s3:GetObject")]),
    ("read", [allow("s3:Get?bject")]),
    ("read", [allow("ssm:GetParameter*", f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/*")]),
    ("read", [allow("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:*:{ACCOUNT}:secret:*")]),
    ("read", [allow(["*:Get*", "*:List*"])]),
    ("service", [allow("s3:*", "arn:aws:s3:::shop/*")]),
    ("service", [allow("S3:?*", "arn:aws:s3:::shop/*")]),
    ("service", [allow("ssmmessages:*")]),
    ("service", [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "arn:aws:s3:::shop/*"}]),
    ("service", [allow("ec2:*", "*", **when("StringEquals", "aws:RequestedRegion", "eu-west-1"))]),
    ("administrator", [allow("*")]),
    ("administrator", [allow("*:*")]),
    ("administrator", [allow("*", "arn:*")]),
    ("administrator", [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]),
    ("administrator", [{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::audit/*"}]),
    ("administrator", [allow("*", "*", **when("StringEquals", "aws:RequestedRegion", "eu-west-1"))]),
    ("administrator", [allow("*"), deny(["iam:*", "kms:*"])]),
    ("pass-role", [allow("iam:PassRole")]),
    ("pass-role", [allow("iam:PassRole", "*", **when("StringEquals", "iam:PassedToService", "ec2.amazonaws.com"))]),
    ("pass-role", [allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/shop-*")]),
    ("escalation", [allow("iam:PassRole"), allow("ec2:RunInstances", f"arn:aws:ec2:*:{ACCOUNT}:*/*")]),
    ("escalation", [allow("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/shop")]),
    ("escalation", [allow("iam:*AssumeRolePolicy")]),
    ("escalation", [allow("lambda:UpdateFunction*")]),
    ("escalation", [allow("sts:AssumeRole")]),
    ("escalation", [allow("ssm:SendCommand")]),
    ("stranger", [allow("foo:Bar")]),
    ("stranger", [allow("s3:GetObjct*")]),
]


@pytest.mark.parametrize("statements", NARROW, ids=str)
def test_what_is_narrow_is_not_held_against_a_role(statements):
    """Named resources, conditions that tie to resources, actions that know none, and what is denied again."""
    assert kinds(*statements) == []


@pytest.mark.parametrize(("kind", "statements"), WIDE, ids=str)
def test_what_is_wide_is_found(kind, statements):
    """In whatever words it is written."""
    assert kind in kinds(*statements)


def test_every_service_wildcard_names_itself_and_a_narrower_form():
    """The message names policy, statement, action, resource and what to write in its place."""
    finding = judge(allow("dynamodb:Put*", f"{TABLE}/*", Sid="Orders")).findings[0]
    text = describe("dev shop", [finding])
    for part in ("dev shop", "'own'", '"Orders"', "dynamodb:PutItem", f"{TABLE}/*", f"{TABLE}/<TableName>"):
        assert part in text


def test_findings_beyond_a_few_are_counted():
    """A message stays readable."""
    wide = [allow(["s3:*"]), allow("sqs:*"), allow("sns:*"), allow("kms:*"), allow("dynamodb:*"), allow("lambda:*")]
    found = judge(*wide).findings
    assert "more of the kind" in describe("dev shop", found)


def test_passing_a_named_role_is_right_and_a_way_that_is_closed_is_none():
    """A role by name; or to a service that cannot be made use of."""
    one = f"arn:aws:iam::{ACCOUNT}:role/shop-instance"
    to = when("StringEquals", "iam:PassedToService", "ec2.amazonaws.com")
    assert kinds(allow("iam:PassRole", one, **to)) == []
    assert kinds(allow("iam:PassRole", one)) == []
    starts = allow("ec2:RunInstances", f"arn:aws:ec2:*:{ACCOUNT}:subnet/subnet-1")
    assert "escalation" in kinds(allow("iam:PassRole"), starts)
    elsewhere = when("StringEquals", "iam:PassedToService", "lambda.amazonaws.com")
    assert kinds(allow("iam:PassRole", "*", **elsewhere), starts) == ["pass-role"]


def test_delegation_within_a_boundary_is_no_escalation():
    """Writing policies only for roles that have a certain boundary is AWS's own advice."""
    bound = when("ArnEquals", "iam:PermissionsBoundary", f"arn:aws:iam::{ACCOUNT}:policy/limit")
    assert kinds(allow("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/app/*", **bound)) == []


def test_a_boundary_limits_actions_and_resources():
    """What the boundary does not allow, or only on named resources, or under a narrowing condition, is not there."""
    assert kinds(allow("*"), boundary=[allow("s3:GetObject", "arn:aws:s3:::shop/*")]) == []
    assert kinds(allow("s3:DeleteObject"), boundary=[allow("*", "arn:aws:s3:::shop/*")]) == []
    assert kinds(allow("s3:DeleteObject"), boundary=[allow("*")]) == ["write"]
    tagged = when("StringEquals", "aws:ResourceTag/service", "shop")
    assert kinds(allow("ec2:TerminateInstances"), boundary=[allow("*", **tagged)]) == []
    assert kinds(allow("iam:PutRolePolicy"), boundary=[allow("*"), deny("iam:*")]) == []
    assert kinds(allow("foo:Bar"), boundary=[allow("s3:*")]) == []


def test_a_denial_of_some_names_leaves_the_rest():
    """A denial outright takes away what it covers, and no more."""
    assert kinds(allow("foo:Bar"), deny("foo:*")) == []
    assert kinds(allow("foo:Bar"), deny("foo:Baz")) == ["stranger"]
    only = {"Effect": "Deny", "NotAction": ["s3:GetObject"], "Resource": "*"}
    assert kinds(allow("*"), only) == ["read"]
    assert kinds(allow("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/a"), deny("iam:Put*", "arn:aws:iam::*")) == []


def test_a_function_in_a_vpc_may_have_its_interfaces():
    """For functions and their like, exactly what Lambda needs; for others it is wide."""
    interfaces = allow(list(rules.VPC_FUNCTION))
    assert kinds(interfaces) == []
    assert kinds(interfaces, kind="rotation") == []
    ec2 = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    assert kinds(interfaces, kind="instance", trust=[ec2]) == ["write"]


def test_declared_exceptions_are_accepted_and_idle_ones_told():
    """An exception takes its actions out on the resources it names; one without effect is named with its reason."""
    needed = {"actions": ["ec2:TerminateInst*"], "reason": "scales in"}
    idle = {"actions": ["s3:*"], "resources": ["arn:aws:s3:::x/*"], "reason": "long gone"}
    judged = judge(allow("ec2:TerminateInstances"), exceptions=[needed, idle])
    assert judged.findings == ()
    assert [one.reason for one in judged.unneeded] == ["long gone"]
    elsewhere = {"actions": ["s3:*"], "resources": ["arn:aws:s3:::shop/*"], "reason": "own bucket"}
    assert kinds(allow("s3:PutObject"), exceptions=[elsewhere]) == ["write"]
    assert kinds(allow("s3:*", "arn:aws:s3:::shop/*"), exceptions=[elsewhere]) == []
    assert kinds({"Effect": "Allow", "Action": "s3:PutObject", "NotResource": "x"}, exceptions=[elsewhere]) == ["write"]
    assert kinds(allow("foo:Bar"), exceptions=[{"actions": ["foo:*"], "reason": "ours"}]) == []


TRUSTED = [
    ({"Service": "lambda.eu-west-1.amazonaws.com"}, {}, {}),
    ({"Service": "lambda.amazonaws.com"}, when("StringEquals", "aws:SourceAccount", ACCOUNT), {}),
    ({"Service": "edgelambda.amazonaws.com"}, {}, {"principals": ["edgelambda.amazonaws.com"]}),
    ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/deploy"}, {}, {"principals": [f"arn:aws:iam::{ACCOUNT}:role/deploy"]}),
    ({"AWS": "999988887777"}, when("StringEquals", "sts:ExternalId", "x-1"), {"principals": ["999988887777"]}),
    (
        {"AWS": "arn:aws:iam::999988887777:root"},
        when("StringEquals", "sts:ExternalId", "x-1"),
        {"principals": ["999988887777"], "external_id": "x-1"},
    ),
    (
        {"Service": "codebuild.amazonaws.com"},
        when("ArnLike", "aws:SourceArn", f"arn:aws:codebuild:eu-west-1:{ACCOUNT}:project/*"),
        {"kind": "other", "principals": ["codebuild.amazonaws.com"]},
    ),
]
UNTRUSTED = [
    ("*", {}, {}),
    ({"AWS": "*"}, when("StringEquals", "aws:PrincipalOrgID", "o-1"), {}),
    ({"AWS": "999988887777"}, when("StringEquals", "sts:ExternalId", "x-1"), {}),
    ({"AWS": "999988887777"}, {}, {"principals": ["999988887777"]}),
    ({"AWS": "999988887777"}, when("StringLike", "sts:ExternalId", "*"), {"principals": ["999988887777"]}),
    (
        {"AWS": "999988887777"},
        when("StringEquals", "sts:ExternalId", "other"),
        {"principals": ["999988887777"], "external_id": "x-1"},
    ),
    ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, {}, {}),
    ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/deploy"}, {}, {}),
    ({"AWS": "AROAEXAMPLEEXAMPLE123"}, {}, {}),
    ({"Service": "ec2.amazonaws.com"}, {}, {}),
    ({"Service": "lambda.us-east-1.amazonaws.com"}, {}, {}),
    ({"Service": "lambda.amazonaws.com"}, when("StringEquals", "aws:SourceAccount", "999988887777"), {}),
    ({"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}, {}, {}),
    ({"Service": "codebuild.amazonaws.com"}, {}, {"kind": "other", "principals": ["codebuild.amazonaws.com"]}),
]


@pytest.mark.parametrize(("principal", "condition", "declared"), TRUSTED, ids=str)
def test_who_may_become_a_role(principal, condition, declared):
    """The service of its kind, or whom the settings name; other accounts with an external id."""
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **condition}
    assert kinds(trust=[trust], **declared) == []


@pytest.mark.parametrize(("principal", "condition", "declared"), UNTRUSTED, ids=str)
def test_who_must_not_become_a_role(principal, condition, declared):
    """Nobody else."""
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **condition}
    assert kinds(trust=[trust], **declared) == ["trust"]


def test_trust_by_wildcard_and_by_exception():
    """Actions are named; NotPrincipal and NotAction let in whom nobody thought of; what is denied again is not let in."""
    assert kinds(trust=[{**LAMBDA, "Action": "sts:*"}]) == ["trust"]
    assert kinds(trust=[LAMBDA, {"Effect": "Allow", "NotPrincipal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]) == [
        "trust"
    ]
    assert kinds(trust=[{"Effect": "Allow", "Principal": "*", "NotAction": "sts:TagSession"}]) == ["trust"]
    assert kinds(trust=[LAMBDA, {"Effect": "Allow", "Principal": "*", "Action": "sts:TagSession"}]) == []
    everybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    assert kinds(trust=[LAMBDA, everybody, {**everybody, "Effect": "Deny"}]) == []


MALFORMED = [
    "{",
    [],
    {"Statement": "x"},
    {"Version": "2020-01-01", "Statement": []},
    {"Versions": "2012-10-17", "Statement": []},
    document({"Effect": "allow", "Action": "s3:GetObject", "Resource": "*"}),
    document({"Effect": "Allow", "Action": "s3:GetObject"}),
    document({"Effect": "Allow", "Action": "s3:GetObject", "NotAction": "s3:*", "Resource": "*"}),
    document({"Effect": "Allow", "Resource": "*"}),
    document({"Effect": "Allow", "Action": [], "Resource": "*"}),
    document({"Effect": "Allow", "Action": 7, "Resource": "*"}),
    document({"Effect": "Allow", "Action": "GetObject", "Resource": "*"}),
    document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Principal": "*"}),
    document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": "x"}),
    document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"Bool": {"a": {}}}}),
]


@pytest.mark.parametrize("malformed", MALFORMED, ids=str)
def test_what_is_no_policy_is_unknown(malformed):
    """Nobody can tell what it allows."""
    with pytest.raises(Unknown) as trouble:
        identity_statements("inline policy 'own'", malformed)
    assert trouble.value.reason is Reason.MALFORMED
    assert "'own'" in trouble.value.message


def test_the_lists_name_actions_that_there_are():
    """Every action of the escalations, of the reads and of a function in a VPC is known, and nothing is there twice."""
    known = catalogue()
    for path in escalations.paths():
        assert all(known.place(action) is not None for action in path.needs), path.name
        assert path.source.startswith("https://")
        assert (path.passes_to is not None) == (PASS_ROLE in path.needs), path.name
        assert path.reach in ("any", "wide")
    ways = [(path.name, frozenset(path.needs), path.reach) for path in escalations.paths()]
    held = [
        (one, other) for one in ways for other in ways if one != other and other[1] <= one[1] and other[2] == one[2]
    ]
    assert held == []
    assert len(ways) >= 50
    assert rules.telling_reads().bit_count() == 19
    assert not rules.telling_reads() & known.changing
    assert known.of(*rules.VPC_FUNCTION).bit_count() == len(rules.VPC_FUNCTION)


def test_every_escalation_is_found_when_it_is_allowed():
    """With just its actions, on everything."""
    for path in escalations.paths():
        found = [finding.what for finding in judge(allow(list(path.needs)), kind="function").findings]
        assert any(path.source in what for what in found), path.name


def test_without_the_data_a_role_is_unknown(monkeypatch):
    """What is not installed is said, and how to get it."""
    catalogue.cache_clear()
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    try:
        with pytest.raises(Unknown, match="privileges"):
            judge(allow("s3:PutObject"))
    finally:
        monkeypatch.undo()
        catalogue.cache_clear()


def narrowing_keys(conditions):
    """The keys by which conditions narrow what a role of the account may do."""
    statement = identity_statements("own", document(allow("s3:GetObject", Condition=conditions)))[0]
    return Openness(catalogue(), ("aws", "eu-west-1", ACCOUNT), "", NOW).narrowing_keys(statement.tests)


def test_conditions_are_bound_by_their_keys():
    """Keys in whatever case; several in one condition narrow if one does."""
    both = {"StringEquals": {"aws:RequestedRegion": "eu-west-1", "AWS:ResourceTag/service": "shop"}}
    assert narrowing_keys(both) == {"aws:resourcetag/service"}
    assert narrowing_keys({"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": ["a"]}}) == {"dynamodb:leadingkeys"}
    assert narrowing_keys({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}) == set()
    assert narrowing_keys({"StringEquals": {"kms:ViaService": []}}) == set()


def test_the_analyzer_is_heard_where_it_is_grave():
    """Errors and security warnings are held against a role, suggestions are not."""
    remarks = [Remark("inline policy 'own'", kind, "ISSUE", "https://x") for kind in ("SECURITY_WARNING", "SUGGESTION")]
    assert [finding.kind for finding in remarked(Advice(tuple(remarks)))] == ["analyzer"]


def test_settings_are_whole():
    """A role of another kind says who may become it; an exception has a reason; two roles have two names."""
    with pytest.raises(ValueError, match="principals"):
        Role(name="x", kind="other")
    with pytest.raises(ValueError, match="reason"):
        Role.model_validate({"name": "x", "kind": "function", "exceptions": [{"actions": ["s3:*"]}]})
    with pytest.raises(SettingsError, match="two roles are named 'shop'"):
        parse(whole([{"name": "shop", "kind": "function"}] * 2), "promotion.toml")


def whole(roles):
    """Settings with these roles in dev."""
    import tomllib

    from tests.runner import ROOT

    tree = tomllib.loads((ROOT / "promotion.example.toml").read_text())
    tree["dev"]["roles"] = roles
    return tree
