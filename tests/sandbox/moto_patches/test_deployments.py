"""CodeDeploy: groups, deployments, targets, configurations, revisions, stopping."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from promotion.sandbox.moto_patches.deployment_targets import InstanceTarget, LambdaTarget, LifecycleEvent
from promotion.sandbox.moto_patches.paging import page

ALARMS = {"enabled": True, "ignorePollAlarmFailure": False, "alarms": [{"name": "errors"}]}
SPEC = '{"version": 0.0, "Resources": []}'
REVISION = {"revisionType": "AppSpecContent", "appSpecContent": {"content": SPEC}}


@pytest.fixture
def codedeploy(client):
    """Give CodeDeploy with an application and a group."""
    deploy = client("codedeploy")
    deploy.create_application(applicationName="shop", computePlatform="Lambda")
    deploy.create_deployment_group(
        applicationName="shop",
        deploymentGroupName="live",
        serviceRoleArn="arn:aws:iam::111122223333:role/deploy",
        alarmConfiguration=ALARMS,
        autoScalingGroups=["fleet"],
        autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_STOP_ON_REQUEST"]},
    )
    return deploy


@pytest.fixture
def deploy(codedeploy, state):
    """Make a deployment; give moto's object."""

    def make(status="Succeeded", **more):
        key = codedeploy.create_deployment(applicationName="shop", deploymentGroupName="live", revision=REVISION)
        record = state("codedeploy").deployments[key["deploymentId"]]
        record.status = status
        for name, value in more.items():
            setattr(record, name, value)
        return record

    return make


def group(codedeploy):
    """Read the group back."""
    return codedeploy.get_deployment_group(applicationName="shop", deploymentGroupName="live")["deploymentGroupInfo"]


def test_a_group_reads_its_alarms_back(codedeploy, guarded):
    """What was configured is what is read."""
    guarded(lambda: group(codedeploy)["alarmConfiguration"], lambda told: told == {}, lambda told: told == ALARMS)


def test_a_group_reads_its_auto_scaling_groups_back(codedeploy, guarded):
    """Auto Scaling groups have their names."""
    guarded(
        lambda: [entry.get("name") for entry in group(codedeploy)["autoScalingGroups"]],
        lambda names: names == [None],
        lambda names: names == ["fleet"],
    )


def test_a_group_knows_its_last_deployments(codedeploy, deploy, guarded):
    """The last attempt and the last success are told apart."""
    good, bad = deploy(), deploy("Failed")
    guarded(
        lambda: {key: group(codedeploy).get(key, {}).get("deploymentId") for key in (
            "lastSuccessfulDeployment", "lastAttemptedDeployment")},
        lambda told: set(told.values()) == {None},
        lambda told: list(told.values()) == [good.deployment_id, bad.deployment_id],
    )  # fmt: skip


def test_groups_are_described_together(codedeploy, guarded):
    """BatchGetDeploymentGroups is there, and tells which names are not."""

    def ask():
        return codedeploy.batch_get_deployment_groups(applicationName="shop", deploymentGroupNames=["live", "gone"])

    guarded(
        ask,
        NotImplementedError,
        lambda told: len(told["deploymentGroupsInfo"]) == 1 and "gone" in told["errorMessage"],
    )


def test_a_group_can_be_changed(codedeploy, guarded):
    """UpdateDeploymentGroup changes what it names and leaves the rest."""
    off = {"enabled": False, "alarms": []}

    def ask():
        codedeploy.update_deployment_group(
            applicationName="shop", currentDeploymentGroupName="live", alarmConfiguration=off
        )
        return group(codedeploy)

    guarded(
        ask,
        NotImplementedError,
        lambda told: told["alarmConfiguration"] == off and told["autoRollbackConfiguration"]["enabled"],
    )


def test_ids_look_like_those_of_codedeploy(codedeploy, guarded):
    """`d-` and nine letters or digits."""

    def ask():
        made = codedeploy.create_deployment(applicationName="shop", deploymentGroupName="live", revision=REVISION)
        return made["deploymentId"]

    guarded(ask, lambda key: len(key) == 36, lambda key: key.startswith("d-") and key[2:].isalnum() and len(key) == 11)


def test_the_content_of_an_appspec_is_not_in_a_deployment(codedeploy, deploy, guarded):
    """GetDeployment gives the hash alone, and GetApplicationRevision the content for that hash."""
    key = deploy().deployment_id
    guarded(
        lambda: codedeploy.get_deployment(deploymentId=key)["deploymentInfo"]["revision"]["appSpecContent"],
        lambda told: "content" in told,
        lambda told: "content" not in told and len(told["sha256"]) == 64,
    )
    shown = codedeploy.get_deployment(deploymentId=key)["deploymentInfo"]["revision"]
    guarded(
        lambda: codedeploy.get_application_revision(applicationName="shop", revision=shown)["revision"],
        NotImplementedError,
        lambda told: told["appSpecContent"]["content"] == SPEC,
    )
    guarded(
        lambda: codedeploy.list_application_revisions(applicationName="shop")["revisions"],
        NotImplementedError,
        lambda told: told == [shown],
    )


def test_a_revision_that_was_never_used_is_not_there(codedeploy, deploy):
    """Asking for it is an error, not an empty answer."""
    deploy()
    other = {"revisionType": "AppSpecContent", "appSpecContent": {"sha256": "0" * 64}}
    with pytest.raises(ClientError, match="RevisionDoesNotExistException"):
        codedeploy.get_application_revision(applicationName="shop", revision=other)


def test_errors_rollbacks_and_the_previous_revision_are_told(codedeploy, deploy, guarded):
    """What moto leaves as `{}` is there when it happened, and absent when it did not."""
    deploy()
    record = deploy(
        "Stopped",
        error_information={"code": "ALARM_ACTIVE", "message": "alarm"},
        rollback_info={"rollbackDeploymentId": "d-000000000"},
    )

    def ask():
        told = codedeploy.get_deployment(deploymentId=record.deployment_id)["deploymentInfo"]
        return [bool(told.get(key)) for key in ("errorInformation", "rollbackInfo", "previousRevision")]

    guarded(ask, lambda told: not any(told), all)
    first = codedeploy.list_deployments()["deployments"][-1]
    assert "previousRevision" not in codedeploy.get_deployment(deploymentId=first)["deploymentInfo"]


def test_the_newest_deployment_is_listed_first(codedeploy, deploy, guarded):
    """Order of creation, newest first."""
    old, new = deploy(), deploy()
    old.create_time -= timedelta(days=1)
    guarded(
        lambda: codedeploy.list_deployments(applicationName="shop", deploymentGroupName="live")["deployments"],
        lambda ids: ids == [old.deployment_id, new.deployment_id],
        lambda ids: ids == [new.deployment_id, old.deployment_id],
    )
    since = {"start": datetime.now(UTC) - timedelta(hours=1), "end": datetime.now(UTC)}
    listed = codedeploy.list_deployments(
        applicationName="shop", deploymentGroupName="live", createTimeRange=since, includeOnlyStatuses=["Succeeded"]
    )
    assert listed["deployments"] == [new.deployment_id]


def test_deployments_come_in_pages(codedeploy, deploy, monkeypatch):
    """The paginator finds all of them."""
    monkeypatch.setattr("promotion.sandbox.moto_patches.deployments.PAGE", 2)
    made = {deploy().deployment_id for _ in range(5)}
    pages = list(codedeploy.get_paginator("list_deployments").paginate())
    assert [len(found["deployments"]) for found in pages] == [2, 2, 1]
    assert {key for found in pages for key in found["deployments"]} == made


def test_not_more_than_25_deployments_are_described_at_once(codedeploy, deploy, guarded):
    """26 ids are refused."""
    key = deploy().deployment_id

    def ask():
        try:
            return codedeploy.batch_get_deployments(deploymentIds=[key] * 26)
        except ClientError as error:
            return error.response["Error"]["Code"]

    guarded(ask, lambda told: "deploymentsInfo" in told, lambda told: told == "BatchLimitExceededException")


def instance(record, number, label, **more):
    """Make a target of three steps."""
    now = record.create_time
    steps = [LifecycleEvent(name, start=now, end=now) for name in ("Install", "ValidateService", "AllowTraffic")]
    key = f"i-{number:017x}"
    return InstanceTarget(record.deployment_id, key, f"arn:aws:ec2:::instance/{key}", now, steps, label=label, **more)


def test_targets_are_listed_and_described(codedeploy, deploy, guarded):
    """Every target with its steps; filters and single look-ups work; the overview counts them."""
    record = deploy()
    made = [instance(record, 1, "Green"), instance(record, 2, "Green"), instance(record, 3, "Blue")]
    record.targets = {target.id: target for target in made}
    made[1].fail("ValidateService", "health check failed", script="validate.sh", log_tail="curl: (22)")
    key = record.deployment_id
    guarded(
        lambda: codedeploy.list_deployment_targets(deploymentId=key)["targetIds"],
        NotImplementedError,
        lambda ids: ids == [target.id for target in made],
    )
    failed = codedeploy.list_deployment_targets(deploymentId=key, targetFilters={"TargetStatus": ["Failed"]})
    assert failed["targetIds"] == [made[1].id]
    blue = codedeploy.list_deployment_targets(deploymentId=key, targetFilters={"ServerInstanceLabel": ["Blue"]})
    assert blue["targetIds"] == [made[2].id]
    guarded(
        lambda: codedeploy.batch_get_deployment_targets(deploymentId=key, targetIds=[made[0].id])["deploymentTargets"],
        NotImplementedError,
        lambda told: told[0]["instanceTarget"]["instanceLabel"] == "Green",
    )
    guarded(
        lambda: codedeploy.get_deployment_target(deploymentId=key, targetId=made[1].id)["deploymentTarget"],
        NotImplementedError,
        lambda told: [
            (event["lifecycleEventName"], event["status"]) for event in told["instanceTarget"]["lifecycleEvents"]
        ] == [("Install", "Succeeded"), ("ValidateService", "Failed"), ("AllowTraffic", "Skipped")],
    )  # fmt: skip
    overview = codedeploy.get_deployment(deploymentId=key)["deploymentInfo"]["deploymentOverview"]
    assert (overview["Succeeded"], overview["Failed"]) == (2, 1)


def test_a_function_is_a_target_with_its_versions(codedeploy, deploy):
    """The alias and both versions are in the target of a Lambda deployment."""
    record = deploy()
    function = {"functionName": "shop-api", "functionAlias": "live", "currentVersion": "7", "targetVersion": "8"}
    target = LambdaTarget(record.deployment_id, "shop-api", "arn", record.create_time, [], function=function)
    record.targets = {"shop-api": target}
    told = codedeploy.get_deployment_target(deploymentId=record.deployment_id, targetId="shop-api")
    assert told["deploymentTarget"]["lambdaTarget"]["lambdaFunctionInfo"] == function


def test_what_is_not_there_is_an_error(codedeploy, deploy):
    """A deployment that has not started, a target it does not have, and too many at once are refused by name."""
    started, created = deploy().deployment_id, deploy("Created").deployment_id
    with pytest.raises(ClientError, match="DeploymentNotStartedException"):
        codedeploy.list_deployment_targets(deploymentId=created)
    with pytest.raises(ClientError, match="DeploymentTargetDoesNotExistException"):
        codedeploy.get_deployment_target(deploymentId=started, targetId="i-0")
    with pytest.raises(ClientError, match="DeploymentTargetListSizeExceededException"):
        codedeploy.batch_get_deployment_targets(deploymentId=started, targetIds=["i-0"] * 26)
    with pytest.raises(ClientError, match="InvalidNextTokenException"):
        codedeploy.list_deployment_targets(deploymentId=started, nextToken="?")


def test_a_configuration_tells_its_steps(codedeploy, guarded):
    """Ten percent for five minutes is what the name says it is."""
    name = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    guarded(
        lambda: codedeploy.get_deployment_config(deploymentConfigName=name)["deploymentConfigInfo"],
        NotImplementedError,
        lambda told: (
            told["trafficRoutingConfig"]
            == {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 10, "canaryInterval": 5}}
        ),
    )
    guarded(
        lambda: codedeploy.list_deployment_configs()["deploymentConfigsList"],
        NotImplementedError,
        lambda names: name in names and len(names) == 17,
    )
    with pytest.raises(ClientError, match="DeploymentConfigDoesNotExistException"):
        codedeploy.get_deployment_config(deploymentConfigName="gone")


def test_a_team_has_configurations_of_its_own(codedeploy, guarded):
    """They read back as they were made."""
    own = {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 25, "canaryInterval": 10}}

    def ask():
        codedeploy.create_deployment_config(
            deploymentConfigName="own", computePlatform="Lambda", trafficRoutingConfig=own
        )
        return codedeploy.get_deployment_config(deploymentConfigName="own")["deploymentConfigInfo"]

    guarded(ask, NotImplementedError, lambda told: told["trafficRoutingConfig"] == own)


def test_a_deployment_can_be_stopped_and_rolled_back(codedeploy, deploy, guarded):
    """The rollback is a deployment of its own, and each names the other."""
    deploy()
    stopped = deploy("InProgress").deployment_id
    guarded(
        lambda: codedeploy.stop_deployment(deploymentId=stopped, autoRollbackEnabled=True)["status"],
        NotImplementedError,
        lambda status: status == "Succeeded",
    )
    told = codedeploy.get_deployment(deploymentId=stopped)["deploymentInfo"]
    assert (told["status"], told["errorInformation"]["code"]) == ("Stopped", "MANUAL_STOP")
    back = codedeploy.get_deployment(deploymentId=told["rollbackInfo"]["rollbackDeploymentId"])["deploymentInfo"]
    assert back["creator"] == "codeDeployRollback"
    assert back["rollbackInfo"]["rollbackTriggeringDeploymentId"] == stopped
    with pytest.raises(ClientError, match="DeploymentAlreadyCompletedException"):
        codedeploy.stop_deployment(deploymentId=stopped)


def test_a_deployment_that_is_ready_can_be_continued(codedeploy, deploy, guarded):
    """It goes on; one that is not ready does not."""
    ready = deploy("Ready")
    guarded(
        lambda: codedeploy.continue_deployment(deploymentId=ready.deployment_id)["ResponseMetadata"]["HTTPStatusCode"],
        NotImplementedError,
        lambda status: status == 200 and ready.status == "InProgress",
    )
    with pytest.raises(ClientError, match="DeploymentIsNotInReadyStateException"):
        codedeploy.continue_deployment(deploymentId=ready.deployment_id)


def test_pages_follow_each_other_without_gaps():
    """Each token gives the rest, and the last page has none."""
    first, token = page(range(5), None, 3)
    second, end = page(range(5), token, 3)
    assert (list(first), list(second), end) == ([0, 1, 2], [3, 4], None)


def asked(codedeploy, **more):
    """Ask for a deployment, and give its id."""
    given = {"applicationName": "shop", "deploymentGroupName": "live", "revision": REVISION, **more}
    return codedeploy.create_deployment(**given)["deploymentId"]


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"description": "x" * 257}, "DescriptionTooLongException"),
        ({"overrideAlarmConfiguration": {"enabled": True, "alarms": []}}, "InvalidAlarmConfigException"),
        ({"autoRollbackConfiguration": {"enabled": True}}, "InvalidAutoRollbackConfigException"),
        ({"deploymentConfigName": "CodeDeployDefault.Never"}, "DeploymentConfigDoesNotExistException"),
        ({"revision": {"revisionType": "GitHub"}}, "InvalidRevisionException"),
    ],
)
def test_a_deployment_that_codedeploy_would_refuse_is_refused(codedeploy, guarded, more, refused):
    """Moto takes it; nothing is made of it."""

    def ask():
        try:
            return asked(codedeploy, **more)
        except ClientError as error:
            return error.response["Error"]["Code"]

    guarded(ask, lambda told: len(told) == 36, lambda told: told == refused)
    assert not [one for one in codedeploy.list_deployments()["deployments"] if one.startswith("d-")]


def test_a_group_deploys_one_thing_at_a_time(codedeploy, deploy):
    """While one goes on a second one is refused, with the id of the first; after it another may follow."""
    first = deploy("InProgress")
    with pytest.raises(ClientError, match=f"already has an active Deployment '{first.deployment_id}'") as raised:
        asked(codedeploy)
    assert raised.value.response["Error"]["Code"] == "DeploymentLimitExceededException"
    first.status = "Stopped"
    assert asked(codedeploy).startswith("d-")


def test_what_is_asked_for_reads_back(codedeploy):
    """Alarms that are not watched, no automatic rollback, the description."""
    more = {
        "description": "again",
        "overrideAlarmConfiguration": {"enabled": False, "ignorePollAlarmFailure": False, "alarms": []},
        "autoRollbackConfiguration": {"enabled": False},
        "deploymentConfigName": "CodeDeployDefault.LambdaAllAtOnce",
    }
    told = codedeploy.get_deployment(deploymentId=asked(codedeploy, **more))["deploymentInfo"]
    assert {name: told[name] for name in more} == more
