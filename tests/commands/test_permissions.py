"""`promotion permissions`: policies that IAM takes, narrowed to what the settings name, in two forms that say the same."""

import json
import re
import tomllib

import pytest

from promotion.cli import main
from promotion.clients.aws.permissions import FEATURES
from promotion.clients.aws.permissions.grants import GRANTS
from promotion.clients.aws.permissions.resources import Whereto
from promotion.sections.security.privileges.actions import catalogue
from promotion.settings import Settings
from tests.runner import ROOT

EXAMPLE = tomllib.loads((ROOT / "promotion.example.toml").read_text())
LARGEST = 6144
"""Characters of a managed policy, without blanks: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html."""
TOPIC = "arn:aws:sns:eu-west-1:444455556666:releases"


@pytest.fixture
def config(tmp_path):
    """Write the example's settings, with others in the place of some."""

    def write(*lines, without=()):
        text = (ROOT / "promotion.example.toml").read_text()
        for gone in without:
            text = text.replace(gone, "")
        path = tmp_path / "promotion.toml"
        path.write_text(text + "\n".join(("", *lines)))
        return str(path)

    return write


def printed(capsys, *arguments):
    """Run the command; the exit status, what it printed and what it said."""
    status = main(["permissions", *arguments])
    out, err = capsys.readouterr()
    return status, out, err


def policy(capsys, *arguments):
    """A policy as IAM gets it."""
    status, out, _ = printed(capsys, *arguments)
    assert status == 0
    return json.loads(out)


def test_there_is_a_policy_for_each_account(capsys, config):
    """Each small enough to be attached, with everything that is looked at."""
    whole = policy(capsys, "--config", config())
    assert list(whole) == ["dev", "prod", "image"]
    for document in whole.values():
        assert document["Version"] == "2012-10-17"
        assert len(json.dumps(document, separators=(",", ":"))) < LARGEST
        sids = [one["Sid"] for one in document["Statement"]]
        assert len(set(sids)) == len(sids)
        assert all(re.fullmatch("[A-Za-z0-9]+", sid) for sid in sids)


def test_with_every_feature_policies_are_small_enough(capsys, config):
    """Even then."""
    features = [word for name in FEATURES for word in ("--feature", name)]
    for document in policy(capsys, "--config", config(), *features).values():
        assert len(json.dumps(document, separators=(",", ":"))) < LARGEST


def test_values_are_read_of_declared_secrets_alone(capsys, config):
    """By the name and the six characters that Secrets Manager adds; keys by way of Secrets Manager."""
    document = policy(capsys, "--config", config(), "--account", "dev")
    reading = [one for one in document["Statement"] if "secretsmanager:GetSecretValue" in one["Action"]]
    assert [one["Resource"] for one in reading] == [
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/dev/database-??????"
    ]
    (decrypting,) = (one for one in document["Statement"] if "kms:Decrypt" in one["Action"])
    assert decrypting["Condition"] == {"StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}}


def test_partitions_write_their_own_names(capsys, config, tmp_path):
    """In China services have other domains, and ARNs another beginning."""
    path = tmp_path / "promotion.toml"
    text = (ROOT / "promotion.example.toml").read_text()
    path.write_text(text.replace("eu-west-1", "cn-north-1").replace("arn:aws:", "arn:aws-cn:"))
    out = printed(capsys, "--config", str(path), "--act")[1]
    assert "arn:aws:" not in out
    assert "arn:aws-cn:codedeploy:cn-north-1:444455556666:deploymentgroup:shop-lambda/shop-lambda-prod" in out
    assert '"secretsmanager.cn-north-1.amazonaws.com.cn"' in out


def test_acting_needs_more_and_only_in_prod(capsys, config):
    """Narrowed to the deployment groups; without a topic to tell there is nothing to publish to."""
    plain, acting = (policy(capsys, "--config", config(), *words) for words in ([], ["--act"]))
    assert {name for name in plain if plain[name] != acting[name]} == {"prod"}
    new = [one for one in acting["prod"]["Statement"] if one not in plain["prod"]["Statement"]]
    assert {action for one in new for action in one["Action"]} == {
        "codedeploy:CreateDeployment",
        "codedeploy:RegisterApplicationRevision",
        "codedeploy:StopDeployment",
        "codedeploy:UpdateDeploymentGroup",
    }
    told = config("[[channels.team]]", 'kind = "sns"', 'name = "subscribers"', f'topic = "{TOPIC}"')
    (publishing,) = (
        one
        for one in policy(capsys, "--config", told, "--act", "--account", "prod")["Statement"]
        if "sns:Publish" in one["Action"]
    )
    assert publishing["Resource"] == TOPIC


def test_a_phase_alone_needs_less(capsys, config):
    """A pipeline's step after the deployment reads no policy of a role."""
    whole = policy(capsys, "--config", config(), "--account", "prod")
    back = policy(capsys, "--config", config(), "--account", "prod", "--phase", "after_rollback")
    actions = [{action for one in document["Statement"] for action in one["Action"]} for document in (whole, back)]
    assert actions[1] < actions[0]
    assert not [action for action in actions[1] if action.startswith(("iam:", "secretsmanager:"))]


@pytest.mark.parametrize("account", ["dev", "prod", "image", "seal"])
def test_both_forms_say_the_same(account, capsys, config):
    """Terraform's document, read back, has the statements of the JSON."""
    features = [word for name in FEATURES for word in ("--feature", name)]
    words = ["--config", config(), "--account", account, *features]
    document = policy(capsys, *words)
    read = []
    for block in printed(capsys, *words, "--terraform")[1].split("  statement {")[1:]:
        lists = {
            name: re.findall(r'"([^"]*)"', values)
            for name, values in re.findall(r"(actions|resources) +?= \[(.*?)\]", block, re.DOTALL)
        }
        sid = re.search(r'sid += "(\w+)"', block)[1]
        found = {"Sid": sid, "Effect": "Allow", "Action": lists["actions"]}
        resources = lists["resources"]
        found["Resource"] = resources[0] if len(resources) == 1 else resources
        for test, variable, value in re.findall(r'test += "(\S+)"\s+variable = "(\S+)"\s+values += \["(\S+)"\]', block):
            found["Condition"] = {test: {variable: value}}
        read.append(found)
    assert read == document["Statement"]


def test_what_settings_do_not_tell_is_said(capsys, config):
    """And can be asked for; another name is refused."""
    _, out, err = printed(capsys, "--config", config(), "--account", "dev")
    assert "prefix-lists" in err
    assert "GetManagedPrefixListEntries" not in out
    _, out, err = printed(capsys, "--config", config(), "--account", "dev", "--feature", "prefix-lists")
    assert "prefix-lists" not in err
    assert "ec2:GetManagedPrefixListEntries" in out
    status, out, err = printed(capsys, "--config", config(), "--feature", "prefixes")
    assert (status, out) == (2, "")
    assert "there is no feature prefixes" in err


def test_the_list_shows_every_feature(capsys, config):
    """With a star where it is used."""
    _, out, _ = printed(capsys, "--config", config(), "--list")
    lines = out.splitlines()
    assert [line[2:].split()[0] for line in lines] == list(FEATURES)
    assert {line[2:].split()[0] for line in lines if line.startswith("*")} >= {"deployments", "secrets", "image"}


def test_an_account_that_needs_nothing_is_refused(capsys, config):
    """Nobody attaches an empty policy; settings that cannot be read are refused as well."""
    status, out, err = printed(capsys, "--config", config(), "--account", "seal")
    assert (status, out) == (2, "")
    assert "add --feature" in err
    assert printed(capsys, "--config", "nowhere.toml")[0] == 2


@pytest.mark.parametrize(
    "grant",
    [one for one in GRANTS if one.resources != "*"],
    ids=lambda one: f"{one.feature}-{one.phases[-1]}-{one.actions[0]}",
)
def test_what_is_narrowed_can_be(grant):
    """By AWS's own data, each action takes a resource of the kind that its ARN is of."""
    settings = Settings.model_validate(
        {
            **EXAMPLE,
            "baseline": {"s3": "s3://shop-promotion/baseline.jsonl", "parameter": "/shop/baseline"},
            "channels": {"team": [{"kind": "sns", "name": "subscribers", "topic": TOPIC}]},
        }
    )
    known = catalogue()
    for account in grant.accounts:
        arns = Whereto(settings, account).arns(grant.resources)
        assert arns or account == "prod", (account, grant)
        for action in grant.actions:
            forms = [re.sub(r"\$\{\w+\}", ".+", one.arn) for one in known.types[known.place(action)]]
            for arn in arns:
                assert any(re.fullmatch(form, arn) for form in forms), (action, arn, forms)
