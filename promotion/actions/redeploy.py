"""Deploy what was there before once more, once: the way back from a deployment that is over. This module does I/O.

https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeployment.html. The deployment is asked for so that
nothing of the bad one is in its way: automatic rollback is off for it, since CodeDeploy would deploy the last revision
that succeeded, which is the bad one; the group's alarms are not polled, since one of them may be what the bad one set off
(`overrideAlarmConfiguration`, which needs codedeploy:UpdateDeploymentGroup as well), or they are waited for. CreateDeployment
has no token that would make a second call harmless: the deployment is found again by the key in its description.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from promotion.actions.previous import Previous
from promotion.clients.aws.account import Account
from promotion.clients.aws.deployments import Deployment, undo_key
from promotion.core.attempt import tried
from promotion.core.clock import TickingClock
from promotion.record.journal import Journal
from promotion.record.receipt import ActionState, Receipt
from promotion.sections.after_rollback.found_deployments import Brought
from promotion.settings.environment import LambdaTarget, Target
from promotion.unknown import Reason, Unknown

ALL_AT_ONCE = "CodeDeployDefault.LambdaAllAtOnce"
LONGEST = 256
"""Characters of a description (https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html)."""
IN_FLIGHT = timedelta(seconds=30)
"""How long a call of a process that was killed may be on its way before what it made is listed."""
CERTAIN = frozenset({Reason.ACCESS_DENIED, Reason.THROTTLED, Reason.NO_DATA, Reason.NOT_DECLARED, Reason.ERROR})
"""Refusals: after any other trouble it is unknown whether the call was heard."""
_NEEDED = (
    "codedeploy:CreateDeployment, codedeploy:RegisterApplicationRevision and, where alarms are ignored, "
    "codedeploy:UpdateDeploymentGroup"
)


@dataclass(frozen=True)
class Redeployment:
    """What is to be asked for."""

    target: Target
    brought: Brought
    before: Previous
    current: str
    """The version that the function's alias is on; empty for instances."""
    digest: str
    """Of the image that is taken back."""
    override_alarms: bool


def deploy_previous(
    account: Account,
    wanted: Redeployment,
    asked: Receipt,
    journal: Journal,
    clock: TickingClock,
    again: Callable[[], Brought],
) -> Receipt:
    """Ask CodeDeploy to deploy what was there before at one target.

    `asked` is the receipt as it is where this works, `again` looks for the deployments anew: once more just before, and after
    a while where an earlier run had begun this and was killed. DONE with the id of the new deployment; REFUSED where the group
    deploys something else; FAILED or UNCLEAR with what CodeDeploy answered. Raises Unknown where the journal cannot be
    written: then nothing is done.
    """
    deployment = wanted.brought.deployment
    assert deployment is not None
    request = tried(f"the revision before {deployment.id}", lambda: _request(account, wanted))
    if isinstance(request, Unknown):
        return replace(asked, state=ActionState.FAILED, id=deployment.id, message=_why(request, deployment))
    key = f"{asked.key}:{deployment.id}"
    begun = journal.find(key)
    if begun is not None and begun.state is ActionState.UNCLEAR:
        clock.sleep(max(0.0, (datetime.fromisoformat(begun.at) + IN_FLIGHT - clock.now()).total_seconds()))
    now = tried(f"deployments of {wanted.brought.target}", again)
    if isinstance(now, Unknown):
        return replace(asked, state=ActionState.FAILED, id=deployment.id, message=_why(now, deployment))
    if now.rollback is not None and now.redeployed:
        made = _made(asked, wanted, now.rollback.id)
        journal.keep(replace(made, key=key))
        return made
    journal.begin(replace(asked, key=key))
    codedeploy = account.client("codedeploy")
    answer = tried(f"CreateDeployment after {deployment.id}", lambda: codedeploy.create_deployment(**request))
    if isinstance(answer, Unknown):
        done = _refused(asked, wanted, answer, again)
    else:
        done = _made(asked, wanted, answer["deploymentId"])
    journal.keep(replace(done, key=key))
    return done


def _made(asked: Receipt, wanted: Redeployment, key: str) -> Receipt:
    deployment = wanted.brought.deployment
    assert deployment is not None
    message = f"{deployment.describe()}, so {key} redeploys {wanted.before.label}"
    return replace(asked, state=ActionState.DONE, id=key, message=message)


def _refused(asked: Receipt, wanted: Redeployment, answer: Unknown, again: Callable[[], Brought]) -> Receipt:
    """Say what became of a call that brought no answer: it may have been heard nevertheless, also botocore's first try."""
    deployment = wanted.brought.deployment
    assert deployment is not None
    found = tried(f"deployments of {wanted.brought.target}", again)
    if not isinstance(found, Unknown) and found.rollback is not None and found.redeployed:
        return _made(asked, wanted, found.rollback.id)
    if "DeploymentLimitExceededException" in answer.message:
        return replace(
            asked,
            state=ActionState.REFUSED,
            id=deployment.id,
            message=f"{deployment.id} is not rolled back, because its group is deploying something else "
            f"({answer.message}): check what that deploys, and stop it manually if it must not continue",
        )
    sure = answer.reason in CERTAIN and not isinstance(found, Unknown)
    state = ActionState.FAILED if sure else ActionState.UNCLEAR
    return replace(asked, state=state, id=deployment.id, message=_why(answer, deployment))


def _request(account: Account, wanted: Redeployment) -> Mapping[str, Any]:
    deployment, target = wanted.brought.deployment, wanted.target
    assert deployment is not None
    common: dict[str, Any] = {
        "applicationName": target.codedeploy.application,
        "deploymentGroupName": target.codedeploy.group,
        "description": description(deployment, wanted.before, wanted.digest),
        "autoRollbackConfiguration": {"enabled": False},
    }
    if wanted.override_alarms:
        common["overrideAlarmConfiguration"] = {"enabled": False, "ignorePollAlarmFailure": False, "alarms": []}
    if isinstance(target, LambdaTarget):
        content = app_spec(target, wanted)
        revision = {"content": content, "sha256": hashlib.sha256(content.encode()).hexdigest()}
        return common | {
            "deploymentConfigName": ALL_AT_ONCE,
            "revision": {"revisionType": "AppSpecContent", "appSpecContent": revision},
        }
    good = wanted.before.deployment
    assert good is not None
    (info,) = account.client("codedeploy").batch_get_deployments(deploymentIds=[good.id])["deploymentsInfo"]
    # As it succeeded then. No script of the bad revision may stop it now: ApplicationStop is run from that.
    common |= {"ignoreApplicationStopFailures": True, "revision": info["revision"]}
    if info.get("fileExistsBehavior"):
        common["fileExistsBehavior"] = info["fileExistsBehavior"]
    return common


def app_spec(target: LambdaTarget, wanted: Redeployment) -> str:
    """Write the AppSpec that moves the alias of a function back to the version before, without hooks.

    https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html: all four are
    required. `CurrentVersion` is what gets traffic now; it must not be the version that it is to go to, or CodeDeploy
    refuses the AppSpec (https://github.com/terraform-aws-modules/terraform-aws-lambda/issues/82).
    """
    serving = [one for one in (wanted.current, wanted.brought.brought_version) if one and one != wanted.before.version]
    properties = {
        "Name": target.function,
        "Alias": target.alias,
        "CurrentVersion": serving[0] if serving else "",
        "TargetVersion": wanted.before.version,
    }
    resource = {target.function: {"Type": "AWS::Lambda::Function", "Properties": properties}}
    return json.dumps({"version": 0.0, "Resources": [resource]})


def description(deployment: Deployment, before: Previous, digest: str) -> str:
    """Write the description by which the deployment is found again, and people know what it is."""
    key = f"[{undo_key(digest, deployment.id)}]"
    return f"{f'Rollback of {deployment.id} to {before.label}'[: LONGEST - len(key) - 1]} {key}"


def _why(answer: Unknown, deployment: Deployment) -> str:
    more = f": the role needs {_NEEDED}" if answer.reason is Reason.ACCESS_DENIED else ""
    return f"{deployment.id} was not rolled back, as far as AWS reports: {answer.message}{more}"
