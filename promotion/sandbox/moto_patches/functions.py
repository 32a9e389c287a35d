"""Lambda functions of container images: digests, versions that keep their code, states, revisions, cleared routing.

Sources: https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html, API_GetFunction,
API_AliasConfiguration.
"""

import copy
import hashlib
from typing import Any

from moto.awslambda.models import LambdaAlias, LambdaFunction, LambdaStorage
from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends
from moto.moto_api._internal import mock_random

from promotion.sandbox.moto_patches import amends


def resolved(image_uri: str) -> tuple[str, str]:
    """Give the repository and the digest of an image URI; a tag is looked up in the registry it names.

    An image that the registry does not have gets a digest made up of its URI, as in moto.
    """
    if "@" in image_uri:
        repository, digest = image_uri.split("@", 1)
        return repository, digest
    repository, _, tag = image_uri.rpartition(":")
    host, _, name = repository.partition("/")
    account, _, _, region, *_ = host.split(".")
    known = ecr_backends[account][region].repositories.get(name)
    for image in known.images if known else ():
        if tag in image.image_tags:
            return repository, image.get_image_digest()
    return repository, "sha256:" + hashlib.sha256(image_uri.encode()).hexdigest()


@amends(LambdaFunction, "_set_function_code")
def digest_of_the_image(original: Any, self: Any, updated: dict[str, Any]) -> None:
    """Let the hash of an image's code be the digest of the image, and give each change a revision."""
    original(self, updated)
    self.revision_id = mock_random.uuid4()
    if "ImageUri" in self.code:
        self.code_sha_256 = resolved(self.code["ImageUri"])[1].removeprefix("sha256:")


@amends(LambdaFunction, "get_code")
def resolved_image(original: Any, self: Any) -> dict[str, Any]:
    """Give the image by digest, however it was named."""
    told: dict[str, Any] = original(self)
    if "ImageUri" in self.code:
        repository = resolved(self.code["ImageUri"])[0]
        told["Code"]["ResolvedImageUri"] = f"{repository}@sha256:{self.code_sha_256}"
    return told


@amends(LambdaFunction, "get_configuration")
def states(original: Any, self: Any, on_create: bool = False) -> dict[str, Any]:
    """Tell the states that `function.state` and `function.last_update_status` hold, with reasons, and the revision.

    And how it logs: text, unless `function.logging_config` says otherwise
    (https://docs.aws.amazon.com/lambda/latest/api/API_LoggingConfig.html).
    """
    told: dict[str, Any] = original(self, on_create)
    told["RevisionId"] = str(self.revision_id)
    for key, name in (
        ("StateReason", "state_reason"),
        ("StateReasonCode", "state_reason_code"),
        ("LastUpdateStatus", "last_update_status"),
        ("LastUpdateStatusReason", "last_update_status_reason"),
        ("LastUpdateStatusReasonCode", "last_update_status_reason_code"),
    ):
        if getattr(self, name, None):
            told[key] = getattr(self, name)
    group = f"/aws/lambda/{self.function_name}"
    told["LoggingConfig"] = {"LogFormat": "Text", "LogGroup": group, **getattr(self, "logging_config", {})}
    if self.package_type == "Image":
        told = {key: value for key, value in told.items() if key not in {"Handler", "Runtime", "Layers"}}
    return told


@amends(LambdaFunction, "vpc_config")
def own_vpc(original: Any, self: Any) -> dict[str, Any] | None:
    """Give the VPC that the function's subnets are in: moto makes one up."""
    told: dict[str, Any] | None = original(self)
    if told and told["SubnetIds"]:
        told["VpcId"] = ec2_backends[self.account_id][self.region].get_subnet(told["SubnetIds"][0]).vpc_id
    return told


@amends(LambdaStorage, "publish_version")
def own_code(original: Any, self: Any, name_or_arn: str, description: str = "") -> Any:
    """Let a published version keep its code: moto shares one dict between all versions."""
    published = original(self, name_or_arn, description)
    if published:
        published.code = copy.deepcopy(published.code)
        published.revision_id = mock_random.uuid4()
    return published


@amends(LambdaAlias, "update")
def new_revision(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
    """Let an alias have a new revision after each change."""
    original(self, *args, **kwargs)
    self.revision_id = str(mock_random.uuid4())


@amends(LambdaAlias, "to_json")
def cleared_routing(original: Any, self: Any) -> dict[str, Any]:
    """Leave the routing out once it was cleared."""
    told: dict[str, Any] = original(self)
    if not (told["RoutingConfig"] or {}).get("AdditionalVersionWeights"):
        del told["RoutingConfig"]
    return told
