"""`promotion check-policy`: documents on disk, published ones among them, judged as the item judges those of roles."""

import json

import pytest

from promotion.cli import main
from promotion.sections.security.privileges.actions import catalogue
from tests.sections.security.privileges.made import ACCOUNT, LAMBDA, allow, deny, document, when

GITHUB = "token.actions.githubusercontent.com"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"


@pytest.fixture(scope="module", autouse=True)
def _data():
    """What is read once a process is not part of a case."""
    catalogue()


@pytest.fixture
def written(tmp_path):
    """Write documents to files."""

    def write(name, content):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    return write


def check(capsys, *arguments):
    """Run the command; the exit status and what it printed."""
    status = main(["check-policy", *arguments])
    return status, capsys.readouterr().out


def kinds(capsys, *arguments):
    """Run it for its findings."""
    status, out = check(capsys, *arguments, "--json")
    told = json.loads(out)
    assert status == (4 if told["unknown"] else 1 if told["findings"] else 0)
    return sorted({one["kind"] for one in told["findings"]})


def managed(name):
    """A policy of AWS's own, as moto ships it."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    return json.loads(aws_managed_policies_data)[name]["Document"]


PUBLISHED = [
    ("AWSXRayDaemonWriteAccess", "function", []),
    ("AWSLambdaBasicExecutionRole", "function", ["write"]),
    ("AWSLambdaVPCAccessExecutionRole", "function", ["write"]),
    ("AWSCodeDeployRoleForLambda", "codedeploy-lambda", ["read", "write"]),
    ("AWSCodeDeployRole", "codedeploy-ec2", ["write"]),
    ("AmazonSSMManagedInstanceCore", "instance", ["read", "write"]),
    ("AmazonSSMManagedEC2InstanceDefaultPolicy", "instance", ["write"]),
    ("AmazonEC2ContainerRegistryReadOnly", "instance", []),
    ("AmazonEC2RoleforAWSCodeDeploy", "instance", ["read"]),
    ("AmazonEC2RoleforSSM", "instance", ["read", "write"]),
    ("SecretsManagerReadWrite", "other", ["escalation", "service", "write"]),
    ("ReadOnlyAccess", "other", ["read", "stranger", "write"]),
    ("CloudWatchAgentServerPolicy", "instance", ["write"]),
    ("AdministratorAccess", "other", ["administrator"]),
    ("PowerUserAccess", "other", ["administrator"]),
    ("IAMFullAccess", "other", ["escalation", "pass-role", "service"]),
]


@pytest.mark.parametrize(("name", "kind", "expected"), PUBLISHED)
def test_policies_of_aws(capsys, written, name, kind, expected):
    """By their content: what they need not is found, and what can be allowed on everything only is not."""
    assert kinds(capsys, "--kind", kind, "--policy", written("p.json", managed(name))) == expected


def test_read_only_access_tells_of_unknown_actions_once(capsys, written):
    """The list of actions is older than AWS's policy; that is one finding."""
    _, out = check(capsys, "--kind", "other", "--policy", written("p.json", managed("ReadOnlyAccess")), "--json")
    findings = json.loads(out)["findings"]
    assert sum(one["kind"] == "stranger" for one in findings) == 1


def test_several_policies_within_a_boundary(capsys, written):
    """They count together, and no farther than the boundary."""
    one = written("one.json", document(allow("s3:PutObject", "arn:aws:s3:::shop/*")))
    wide = written("wide.json", document(allow("dynamodb:PutItem")))
    limit = written("limit.json", document(allow("s3:*", "arn:aws:s3:::shop/*")))
    assert kinds(capsys, "--kind", "function", "--policy", one) == []
    assert kinds(capsys, "--kind", "function", "--policy", one, wide) == ["write"]
    assert kinds(capsys, "--kind", "function", "--policy", one, wide, "--boundary", limit) == []
    denied = written("denied.json", document(allow("dynamodb:PutItem"), deny("dynamodb:*")))
    assert kinds(capsys, "--kind", "function", "--policy", denied) == []


def test_trust_policies(capsys, written):
    """For the service of the kind; for whom the options name, with what makes it that one."""
    own = written("own.json", document(LAMBDA))
    assert kinds(capsys, "--kind", "function", "--trust", own) == []
    assert kinds(capsys, "--kind", "instance", "--trust", own) == ["trust"]
    name = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"
    statement = {"Effect": "Allow", "Principal": {"Federated": name}, "Action": "sts:AssumeRoleWithWebIdentity"}
    loose = written("loose.json", document({**statement, **when("StringLike", f"{GITHUB}:sub", "repo:*")}))
    narrow = written("narrow.json", document({**statement, **when("StringLike", f"{GITHUB}:sub", "repo:example/*")}))
    assert kinds(capsys, "--kind", "other", "--trust", loose, "--principal", name) == ["trust"]
    assert kinds(capsys, "--kind", "other", "--trust", narrow, "--principal", name) == []
    assert kinds(capsys, "--kind", "other", "--trust", narrow) == ["trust"]
    subject = ("--principal", name, "--subject", "repo:example/shop:*")
    assert kinds(capsys, "--kind", "other", "--trust", narrow, *subject) == ["trust"]


def test_resource_policies(capsys, written):
    """Whom they let in from outside of the account of the resource."""
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    public = {"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}
    foreign = {**public, "Principal": {"AWS": "999988887777"}}
    for statements, more, expected in (
        ([root], (), []),
        ([root, public], (), ["exposure"]),
        ([root, foreign], (), ["exposure"]),
        ([root, foreign], ("--principal", "999988887777"), []),
        ([root, public], ("--principal", "*"), []),
    ):
        path = written("key.json", document(*statements))
        assert kinds(capsys, "--kind", "other", "--resource-policy", path, "--of", KEY, *more) == expected


def test_other_partitions(capsys, written):
    """The ARN of the resource says which."""
    root = {"AWS": f"arn:aws-cn:iam::{ACCOUNT}:root"}
    path = written("key.json", document({"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}))
    arn = f"arn:aws-cn:kms:cn-north-1:{ACCOUNT}:key/1"
    assert kinds(capsys, "--kind", "other", "--resource-policy", path, "--of", arn) == []


WRAPPED = [
    {"PolicyVersion": {"Document": document(allow("dynamodb:PutItem")), "VersionId": "v1"}},
    {"RoleName": "shop", "PolicyName": "own", "PolicyDocument": document(allow("dynamodb:PutItem"))},
    {"Policy": json.dumps(document(allow("dynamodb:PutItem")))},
]


@pytest.mark.parametrize("answer", WRAPPED, ids=str)
def test_answers_of_the_aws_cli_are_read(capsys, written, answer):
    """What `aws iam get-policy-version` and others print can be given as it is."""
    assert kinds(capsys, "--kind", "function", "--policy", written("answer.json", answer)) == ["write"]


UNREADABLE = [
    "{",
    "[]",
    "",
    json.dumps({"Version": "2012-10-17"}),
    json.dumps(document({"Effect": "Allow", "Actions": "s3:*", "Resource": "*"})),
    json.dumps(document(allow("s3:GetObject", Condition={"StringIs": {"a": "b"}}))),
    '{"Version": "2012-10-17", "Statement": [], "Statement": []}',
]


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_cannot_be_read_is_neither_clean_nor_found(capsys, written, text):
    """Exit status 4, and a sentence."""
    status, out = check(capsys, "--kind", "function", "--policy", written("p.json", text))
    assert status == 4
    assert out.startswith("unknown: ")
    assert "Traceback" not in out


def test_what_is_asked_wrongly_is_said(capsys, written, tmp_path):
    """A file that is not there, an ARN without its policy, nothing at all."""
    assert check(capsys, "--kind", "function", "--policy", str(tmp_path / "none.json"))[0] == 4
    assert check(capsys, "--kind", "function")[0] == 4
    path = written("key.json", document(LAMBDA))
    assert check(capsys, "--kind", "other", "--resource-policy", path)[0] == 4
    assert check(capsys, "--kind", "other", "--resource-policy", path, "--of", "the key")[0] == 4


def test_what_is_printed_for_people(capsys, written):
    """A line a finding: what it is, where, and what to write in its place."""
    status, out = check(
        capsys, "--kind", "function", "--policy", written("p.json", document(allow("dynamodb:PutItem")))
    )
    assert status == 1
    assert out.startswith("write: ")
    assert "allow it on arn:aws:dynamodb:eu-west-1:" in out
    status, out = check(
        capsys, "--kind", "function", "--policy", written("p.json", document(allow("s3:ListAllMyBuckets")))
    )
    assert (status, out) == (0, "nothing allows more than it needs · 1 actions by 1 statements\n")
