"""CreateDeployment as CodeDeploy takes it: what it refuses, and that a group deploys one thing at a time.

moto takes everything. Sources: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeployment.html (its
errors), https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html (one deployment of a group at a time, 256
characters of description); the words of DeploymentLimitExceededException:
https://github.com/CircleCI-Public/aws-ecs-orb/issues/181. What is deployed in a world that is played is played on:
`deployment_group.plays` takes it.
"""

from typing import Any

from moto.codedeploy.responses import CodeDeployResponse
from moto.core.exceptions import ServiceException

from promotion.sandbox.moto_patches import amends
from promotion.sandbox.moto_patches.deployment_configs import DeploymentConfigDoesNotExist, configs

LONGEST = 256
"""Characters of a description."""
GOES_ON = frozenset({"Created", "Queued", "InProgress", "Baking", "Ready"})
REVISIONS = {
    "Server": frozenset({"S3", "GitHub"}),
    "Lambda": frozenset({"S3", "String", "AppSpecContent"}),
    "ECS": frozenset({"S3", "AppSpecContent"}),
}
"""Which kinds of revision a platform takes (API_RevisionLocation)."""


class DescriptionTooLong(ServiceException):
    """A description of more than 256 characters."""

    code = "DescriptionTooLongException"


class RevisionRequired(ServiceException):
    """Nothing to deploy."""

    code = "RevisionRequiredException"


class InvalidRevision(ServiceException):
    """A revision that the platform does not take."""

    code = "InvalidRevisionException"


class InvalidAlarmConfig(ServiceException):
    """Alarms are to be watched, and none is named."""

    code = "InvalidAlarmConfigException"


class InvalidAutoRollbackConfig(ServiceException):
    """It is to be rolled back by itself, and nothing is named that does it."""

    code = "InvalidAutoRollbackConfigException"


class DeploymentLimitExceeded(ServiceException):
    """The group deploys something else."""

    code = "DeploymentLimitExceededException"


@amends(CodeDeployResponse, "create_deployment")
def taken(original: Any, self: Any) -> Any:
    """Refuse what CodeDeploy refuses; have the deployment be played where a rollout is."""
    backend, ask = self.codedeploy_backend, self._get_param
    group = backend.get_deployment_group(ask("applicationName"), ask("deploymentGroupName"))
    _check(backend, group, ask)
    active = [one for one in vars(group).get("history", ()) if one.status in GOES_ON]
    if active:
        raise DeploymentLimitExceeded(
            f"The Deployment Group '{group.deployment_group_name}' already has an active Deployment "
            f"'{active[-1].deployment_id}'"
        )
    answer = original(self)
    made = backend.deployments[answer.result["deploymentId"]]
    if not made.auto_rollback_configuration:
        made.auto_rollback_configuration = group.auto_rollback_configuration
    if plays := vars(group).get("plays"):
        plays.take_on(made)
    return answer


def _check(backend: Any, group: Any, ask: Any) -> None:
    revision, alarms, rollback = ask("revision"), ask("overrideAlarmConfiguration"), ask("autoRollbackConfiguration")
    if len(ask("description") or "") > LONGEST:
        raise DescriptionTooLong("The description is too long.")
    if not revision:
        raise RevisionRequired("A revision is required.")
    if revision.get("revisionType") not in REVISIONS[group.application.compute_platform or "Server"]:
        raise InvalidRevision(f"The revision type is not valid for {group.application.compute_platform}.")
    if alarms and alarms.get("enabled") and not alarms.get("alarms"):
        raise InvalidAlarmConfig("The alarm configuration is enabled, but the alarm list is empty.")
    if rollback and rollback.get("enabled") and not rollback.get("events"):
        raise InvalidAutoRollbackConfig("Automatic rollback is enabled, but no event types were listed.")
    config = ask("deploymentConfigName")
    if config and config not in configs(backend):
        raise DeploymentConfigDoesNotExist(f"No deployment configuration found for name: {config}")
