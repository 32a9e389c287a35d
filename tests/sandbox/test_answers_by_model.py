"""What the sandbox answers over the wire is what botocore's models allow: required members are there, and enums are kept.

Of every request that the gate makes, in each phase. Requests are validated by botocore itself before they
are sent (https://docs.aws.amazon.com/botocore/latest/reference/config.html, `parameter_validation`), so the gate may not switch
that off; enums, which botocore leaves to the service, are held here.
"""

from collections.abc import Iterator
from typing import Any

import botocore.client
import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from tests.runner import judge

PHASES = {
    "pre_promotion": {},
    "rollout": {"scene": "rollout", "minutes": 8},
    "postdeploy": {"scene": "rolled-out", "minutes": 31},
    "after_rollback": {"scene": "rolled-back"},
}


def troubles(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """Say where a parsed answer is not as its shape says."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        yield from (f"{path}.{name} is missing" for name in shape.required_members if name not in value)
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield from troubles(member, value[name], f"{path}.{name}")
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for one in value:
            yield from troubles(shape.member, one, f"{path}[]")
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        for key, one in value.items():
            yield from troubles(shape.key, key, f"{path}{{}}")
            yield from troubles(shape.value, one, f"{path}{{}}")
    elif isinstance(shape, StringShape) and getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{path} is {value!r}, which is none of {', '.join(shape.enum)}"


@pytest.fixture
def answered(monkeypatch):
    """What was asked, by service and operation, each with the troubles of its answers."""
    found: dict[str, set[str]] = {}
    original = botocore.client.BaseClient._make_api_call

    def checked(self, operation_name, api_params):
        assert self.meta.config.parameter_validation
        answer = original(self, operation_name, api_params)
        model = self.meta.service_model.operation_model(operation_name)
        name = f"{self.meta.service_model.service_name}:{operation_name}"
        kept = found.setdefault(name, set())
        if model.input_shape is not None:
            kept |= {f"the request: {one}" for one in troubles(model.input_shape, api_params, "")}
        if model.output_shape is not None:
            kept |= set(troubles(model.output_shape, answer, ""))
        return answer

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", checked)
    return found


@pytest.mark.parametrize(("phase", "world"), PHASES.items(), ids=list(PHASES))
def test_answers_are_as_the_models_say(world_pool, tmp_path, answered, phase, world):
    """In each phase, of a healthy world."""
    with world_pool.world(**world) as served:
        answered.clear()
        judged = judge(served, tmp_path, "-m", phase)
    assert judged.code == 0, judged.printed
    assert len(answered) > 10
    assert {name: found for name, found in answered.items() if found} == {}


def test_what_a_model_does_not_allow_is_found():
    """A word that is no value of an enum, and a member that is required and missing, wherever they are."""
    session = botocore.session.get_session()
    deploy = session.get_service_model("codedeploy").operation_model("BatchGetDeployments").output_shape
    assert list(troubles(deploy, {"deploymentsInfo": [{"status": "Succeeded", "creator": "user"}]}, "")) == []
    (creator,) = troubles(deploy, {"deploymentsInfo": [{"creator": "codeDeployAutoUpdate"}]}, "")
    assert creator.startswith(".deploymentsInfo[].creator is 'codeDeployAutoUpdate'")
    key = session.get_service_model("kms").operation_model("DescribeKey").output_shape
    assert ".KeyMetadata.KeyId is missing" in troubles(key, {"KeyMetadata": {}}, "")
