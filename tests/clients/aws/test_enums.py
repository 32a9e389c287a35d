"""Every value of AWS's enumerations that something is decided by has a meaning, and none is compared that there is not."""

from pathlib import Path

import pytest

from promotion.clients.aws.enums import CREATOR, TARGET_HEALTH, VOCABULARIES, Health, Origin
from promotion.unknown import Reason, Unknown
from tests.clients.aws.literals import by_member, model, modules, wrong

ROOT = Path(__file__).parents[3]
PLACES = ("promotion/actions", "promotion/clients/aws", "promotion/sections", "fixtures", "tests_promotion")
"""Where what AWS answers is read and judged."""
ATTRIBUTES = {
    "creator": by_member()["creator"],
    "style": by_member()["deploymentType"],
    "blue_action": by_member()["action"],
    "ready_action": by_member()["actionOnTimeout"],
    "label": by_member()["instanceLabel"],
    "platform": by_member()["computePlatform"],
    "revision_kind": by_member()["revisionType"],
    "mutability": by_member()["imageTagMutability"],
}
"""Our own attributes that keep a value of an API as it came."""
ASIDE = {
    # Error codes, of which botocore's models have no enumeration.
    "Code": {
        *("404", "NoSuchKey", "NoSuchVersion", "ResourceNotFound", "DashboardNotFoundError"),
        *("ValidationError", "InvalidParameterValue", "InvalidParameterCombination"),
    },
    # Words of Lambda's log, of Trivy's reports, and of IAM's reference of condition keys.
    "type": {"platform.report", "ARN"},
    "status": {"error", "failure", "timeout"},
    "Type": {"vulnerability"},
    # A dimension of the agent's metrics.
    "name": {"InstanceType"},
    # Keys of IAM's conditions are compared in lower case.
    "key": {"ec2:launchtemplate"},
}
"""Literals that no enumeration of AWS has, by what they are compared with."""


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda one: one.shape)
def test_every_value_has_a_meaning(vocabulary):
    """The table has exactly the values of botocore's model: a new one fails here before it is met."""
    values = set(model(vocabulary.service).shape_for(vocabulary.shape).enum)
    assert {*vocabulary.meanings, *vocabulary.undocumented} == values
    assert not vocabulary.undocumented & set(vocabulary.meanings)


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda one: one.shape)
def test_a_value_that_is_not_in_the_table_is_unknown(vocabulary):
    """It has no meaning by default, and the sentence says what it was, whose, and what to do."""
    for value in ("SomethingNew", "", *vocabulary.undocumented):
        with pytest.raises(Unknown) as raised:
            vocabulary.of(value, "the word")
        assert raised.value.reason is Reason.NOT_SUPPORTED
        assert raised.value.message.startswith(f"the word is {value!r}, which ")


def test_what_is_easily_mistaken():
    """Values that were misread once."""
    assert CREATOR.of("CodeDeployAutoUpdate", "it") is Origin.SCALING
    assert CREATOR.of("autoscalingTermination", "it") is Origin.TERMINATION
    assert CREATOR.of("CloudFormationRollback", "it") is Origin.ROLLBACK
    assert CREATOR.of("CloudFormation", "it") is Origin.RELEASE
    assert TARGET_HEALTH.of("unhealthy.draining", "it") is Health.LEAVING


@pytest.mark.parametrize("path", list(modules(ROOT, PLACES)), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_literal_is_compared_that_there_is_not(path):
    """What is compared with a value of an API is one of its values, to the letter."""
    found = [f"line {line}: {what}" for line, what in wrong(path.read_text(), ATTRIBUTES, ASIDE)]
    assert not found, f"{path.relative_to(ROOT)}: {'; '.join(found)}"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ('x.creator in ("autoscaling", "codeDeployAutoUpdate")', "creator is never 'codeDeployAutoUpdate'"),
        ('SCALING = frozenset({"autoScaling"})\ny = x.creator in SCALING', "creator is never 'autoScaling'"),
        ('x.said == "codedeployrollback"', "AWS writes codeDeployRollback"),
        ('answer["deploymentOption"] == "WITH_TRAFFIC"', "deploymentOption is never 'WITH_TRAFFIC'"),
        ('answer.get("JobStatus") != "Completed"', "JobStatus is never 'Completed'"),
        ('"Healthy" == host["State"]', "State is never 'Healthy'"),
    ],
)
def test_the_walk_finds_what_is_misspelt(code, said):
    """A value written from memory is found, in whatever way it is compared."""
    assert [what for _, what in wrong(code, ATTRIBUTES, {}) if said in what]


@pytest.mark.parametrize(
    "code", ['x.creator == "user"', 'answer["KeyUsage"] != "SIGN_VERIFY"', 'colour == "green"', 'x["colour"] == "red"']
)
def test_the_walk_leaves_alone_what_is_right(code):
    """Values as they are, and what is no API's."""
    assert not list(wrong(code, ATTRIBUTES, {}))
