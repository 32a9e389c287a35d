"""CodeDeploy deployment groups as they read back: alarms, Auto Scaling groups, the last deployments; and changing them.

Source: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentGroupInfo.html
"""

from typing import Any

import moto.codedeploy.responses
from moto.codedeploy.responses import CodeDeployResponse
from moto.core.utils import camelcase_to_underscores

from promotion.sandbox.moto_patches import amends, operation
from promotion.sandbox.moto_patches.deployments import DEFAULT_STYLE, without_content, without_empty

CHANGEABLE = (
    "deploymentConfigName",
    "ec2TagFilters",
    "onPremisesInstanceTagFilters",
    "autoScalingGroups",
    "serviceRoleArn",
    "triggerConfigurations",
    "alarmConfiguration",
    "autoRollbackConfiguration",
    "outdatedInstancesStrategy",
    "deploymentStyle",
    "blueGreenDeploymentConfiguration",
    "loadBalancerInfo",
    "ec2TagSet",
    "ecsServices",
    "onPremisesTagSet",
    "terminationHookEnabled",
)


def last(deployment: Any) -> dict[str, Any]:
    """Give a deployment as a group remembers it (LastDeploymentInfo)."""
    return {
        "deploymentId": deployment.deployment_id,
        "status": deployment.status,
        "createTime": deployment.create_time,
        "endTime": deployment.complete_time,
    }


@amends(moto.codedeploy.responses, "_deployment_group_info")
def read_back(original: Any, group: Any) -> dict[str, Any]:
    """Tell the alarms, the Auto Scaling groups with their hooks, the target revision and the last deployments."""
    info = original(group)
    info["alarmConfiguration"] = group.alarm_configuration
    info["autoScalingGroups"] = [
        {"name": name, "hook": f"CodeDeploy-managed-automatic-launch-deployment-hook-{group.deployment_group_name}"}
        for name in group.auto_scaling_groups
    ]
    info["deploymentStyle"] = info["deploymentStyle"] or DEFAULT_STYLE
    history = sorted(getattr(group, "history", ()), key=lambda deployment: deployment.create_time)
    if history:
        info["lastAttemptedDeployment"] = last(history[-1])
    succeeded = [deployment for deployment in history if deployment.status == "Succeeded"]
    if succeeded:
        info["lastSuccessfulDeployment"] = last(succeeded[-1])
        info["targetRevision"] = without_content(succeeded[-1].revision)
    return without_empty(info)


@operation(CodeDeployResponse)
def BatchGetDeploymentGroups(backend: Any, ask: Any) -> dict[str, Any]:
    """Describe several groups of one application; names that do not exist are told in `errorMessage`."""
    application = backend.get_application(ask("applicationName")).application_name
    known = backend.deployment_groups.get(application, {})
    names = ask("deploymentGroupNames")
    missing = [name for name in names if name not in known]
    return {
        "deploymentGroupsInfo": [
            moto.codedeploy.responses._deployment_group_info(known[name]) for name in names if name in known
        ],
        "errorMessage": f"Deployment groups not found: {', '.join(missing)}" if missing else None,
    }


@operation(CodeDeployResponse)
def UpdateDeploymentGroup(backend: Any, ask: Any) -> dict[str, Any]:
    """Change what is named in the call, and nothing else."""
    application, name = ask("applicationName"), ask("currentDeploymentGroupName")
    group = backend.get_deployment_group(application, name)
    for part in CHANGEABLE:
        if ask(part) is not None:
            setattr(group, camelcase_to_underscores(part), ask(part))
    if new_name := ask("newDeploymentGroupName"):
        groups = backend.deployment_groups[application]
        groups[new_name] = groups.pop(name)
        group.deployment_group_name = new_name
    return {"hooksNotCleanedUp": []}
