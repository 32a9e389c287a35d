"""The healthy world is what the checklist asks for, read the way the gate reads it."""

import hashlib
import json
import os
import re
import threading
import time
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from promotion.sandbox.endpoints import Places
from promotion.sandbox.moto_patches.metrics import metric
from promotion.sandbox.world import build
from promotion.sandbox.world.certificate import redate
from promotion.sandbox.world.image import releases
from promotion.sandbox.world.model import ago
from promotion.settings import Settings

ENVIRONMENTS = ("dev", "prod")
APPLICATIONS = {"lambda": "shop-lambda", "ec2": "shop-ec2"}


@pytest.fixture(scope="module")
def built():
    """One world for all that is only read."""
    return build()


@pytest.fixture
def world():
    """A world of its own for a test that changes it. It replaces the one before: these tests come last."""
    return build()


@pytest.fixture(params=ENVIRONMENTS)
def environment(request, built):
    """Each environment of the world."""
    return getattr(built, request.param)


def now():
    """Tell the time in UTC."""
    return datetime.now(UTC)


def newest(environment, target):
    """The newest deployment of a target's group, as the API tells it."""
    deploy = environment.client("codedeploy")
    named = {
        "applicationName": APPLICATIONS[target],
        "deploymentGroupName": f"shop-{target}-{environment.name}",
    }
    key = deploy.list_deployments(**named)["deployments"][0]
    info = deploy.get_deployment(deploymentId=key)["deploymentInfo"]
    ids = deploy.list_deployment_targets(deploymentId=key)["targetIds"]
    return info, deploy.batch_get_deployment_targets(deploymentId=key, targetIds=ids)["deploymentTargets"]


def events(target):
    """Names and statuses of what happened on a target."""
    (inner,) = (value for key, value in target.items() if key != "deploymentTargetType")
    return [(event["lifecycleEventName"], event["status"]) for event in inner["lifecycleEvents"]]


# 1 and 5: images and versions


def test_every_release_is_in_the_registry_under_its_digest(built):
    """ECR and the OCI registry have the same bytes, which hash to the digest; tags cannot be moved."""
    ecr = built.tools.client("ecr")
    (repository,) = ecr.describe_repositories()["repositories"]
    assert repository["imageTagMutability"] == "IMMUTABLE"
    for release in built.releases:
        (image,) = ecr.batch_get_image(repositoryName="shop", imageIds=[{"imageDigest": release.digest}])["images"]
        assert "sha256:" + hashlib.sha256(image["imageManifest"].encode()).hexdigest() == release.digest
        assert built.registry.repositories["shop"].manifests[release.digest].content == release.image.manifest


def test_the_digest_is_the_same_in_every_world(built):
    """So that it can be written down."""
    before = [release.digest for release in built.releases]
    releases.cache_clear()
    assert [release.digest for release in releases()] == before
    assert built.digest != built.previous_digest


def test_the_alias_is_wholly_on_the_newest_version(environment, built):
    """Dev has eight versions, prod five; each is of its own image, active and updated."""
    functions = environment.client("lambda")
    alias = functions.get_alias(FunctionName="shop-api", Name="live")
    last = {"dev": 8, "prod": 5}[environment.name]
    assert alias["FunctionVersion"] == str(last)
    assert "RoutingConfig" not in alias
    digests = {}
    for version in functions.list_versions_by_function(FunctionName="shop-api")["Versions"][1:]:
        told = functions.get_function(FunctionName="shop-api", Qualifier=version["Version"])
        assert (version["State"], version["LastUpdateStatus"]) == ("Active", "Successful")
        digests[int(version["Version"])] = told["Code"]["ResolvedImageUri"].partition("@")[2]
    assert digests == environment.versions
    assert digests[last] == {"dev": built.digest, "prod": built.previous_digest}[environment.name]
    if environment.name == "dev":
        assert digests[7] == built.previous_digest


# 2: the dev environment


def test_the_newest_deployment_of_the_function_succeeded(environment):
    """It moved the alias from the version before, in three steps; its AppSpec is told by hash, and given when asked."""
    info, targets = newest(environment, "lambda")
    last = environment.live_version
    assert (info["status"], info["creator"]) == ("Succeeded", "user")
    (target,) = targets
    assert target["lambdaTarget"]["lambdaFunctionInfo"] | {"targetVersionWeight": 0} == {
        "functionName": "shop-api",
        "functionAlias": "live",
        "currentVersion": str(last - 1),
        "targetVersion": str(last),
        "targetVersionWeight": 0,
    }
    steps = ("BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic")
    assert events(target) == [(name, "Succeeded") for name in steps]
    assert "content" not in info["revision"]["appSpecContent"]
    revision = environment.client("codedeploy").get_application_revision(
        applicationName="shop-lambda", revision=info["revision"]
    )["revision"]["appSpecContent"]
    assert hashlib.sha256(revision["content"].encode()).hexdigest() == info["revision"]["appSpecContent"]["sha256"]
    (resource,) = json.loads(revision["content"])["Resources"][0].values()
    assert resource["Properties"]["TargetVersion"] == str(last)


def test_the_newest_deployment_to_instances_succeeded_on_both(environment):
    """Two green ones got everything, two blue ones lost their traffic and are gone."""
    info, targets = newest(environment, "ec2")
    place = info["revision"]["s3Location"]
    assert place["bucket"] == "shop-releases"
    assert place["key"] == f"shop/{environment.digest.removeprefix('sha256:')}.zip"
    by_label = {"Green": [], "Blue": []}
    for target in targets:
        by_label[target["instanceTarget"]["instanceLabel"]].append(target["instanceTarget"]["targetId"])
        assert {status for _, status in events(target)} == {"Succeeded"}
        assert len(events(target)) == {"Green": 10, "Blue": 3}[target["instanceTarget"]["instanceLabel"]]
    assert sorted(by_label["Green"]) == sorted(environment.green)
    assert sorted(by_label["Blue"]) == sorted(environment.blue)
    assert info["deploymentOverview"]["Succeeded"] == len(targets) == 4
    states = {
        instance["InstanceId"]: instance["State"]["Name"]
        for reservation in environment.client("ec2").describe_instances()["Reservations"]
        for instance in reservation["Instances"]
    }
    assert {states[key] for key in environment.green} == {"running"}
    assert {states[key] for key in environment.blue} == {"terminated"}


def test_dev_was_deployed_a_while_ago_and_prod_before(built):
    """Dev 40 minutes ago, prod two days ago, every step after the one before."""
    for target in ("lambda", "ec2"):
        for environment, age in ((built.dev, timedelta(minutes=40)), (built.prod, timedelta(days=2, hours=3))):
            info, targets = newest(environment, target)
            assert abs(now() - info["createTime"] - age) < timedelta(minutes=3)
            assert info["createTime"] < info["startTime"] < info["completeTime"] < now() - timedelta(minutes=20)
            for one in targets:
                (inner,) = (value for key, value in one.items() if key != "deploymentTargetType")
                times = [
                    moment for event in inner["lifecycleEvents"] for moment in (event["startTime"], event["endTime"])
                ]
                assert times == sorted(times)


def test_there_were_deployments_before(environment):
    """Two older ones of older images, and one that Auto Scaling made to replace an instance."""
    assert [one.status for one in environment.lambda_deployments] == ["Succeeded"] * 3
    assert len({one.digest for one in environment.lambda_deployments}) == 3
    creators = Counter(one.record.creator for one in environment.ec2_deployments)
    assert creators == {"user": 3, "autoscaling": 1}
    listed = environment.client("codedeploy").list_deployments(
        applicationName="shop-ec2", deploymentGroupName=f"shop-ec2-{environment.name}"
    )["deployments"]
    assert listed == [one.id for one in environment.ec2_deployments]


def test_all_traffic_goes_to_the_target_group_where_both_instances_are_healthy(environment):
    """The listener forwards everything there; those that were replaced are out of it; HTTP is redirected."""
    elb = environment.client("elbv2")
    health = elb.describe_target_health(TargetGroupArn=environment.target_group)["TargetHealthDescriptions"]
    assert sorted(told["Target"]["Id"] for told in health) == sorted(environment.green)
    assert {told["TargetHealth"]["State"] for told in health} == {"healthy"}
    listeners = {
        told["Port"]: told for told in elb.describe_listeners(LoadBalancerArn=environment.load_balancer)["Listeners"]
    }
    (action,) = listeners[443]["DefaultActions"]
    assert action["TargetGroupArn"] == environment.target_group
    assert listeners[443]["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2")
    assert listeners[80]["DefaultActions"][0]["RedirectConfig"]["StatusCode"] == "HTTP_301"
    assert "SslPolicy" not in listeners[80]


def test_the_canary_has_just_passed(environment):
    """A few minutes ago."""
    (told,) = environment.client("synthetics").describe_canaries_last_run(Names=[environment.canary_name])[
        "CanariesLastRun"
    ]
    assert told["LastRun"]["Status"]["State"] == "PASSED"
    assert now() - told["LastRun"]["Timeline"]["Completed"] < timedelta(minutes=6)


# 3: metrics, alarms, dashboard, logs


def read(environment, namespace, name, stat, minutes=30, **dimensions):
    """One statistic over a window of whole minutes that have settled: metrics come up to three minutes late."""
    end = now().replace(second=0, microsecond=0) - timedelta(minutes=4)
    described = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": described}
    query = {"Id": "q", "MetricStat": {"Metric": metric, "Period": 60 * minutes, "Stat": stat}}
    answer = environment.client("cloudwatch").get_metric_data(
        MetricDataQueries=[query], StartTime=end - timedelta(minutes=minutes), EndTime=end
    )
    return answer["MetricDataResults"][0]["Values"]


def balancer(environment):
    """Give the dimensions of the load balancer."""
    return {"LoadBalancer": environment.load_balancer.partition("loadbalancer/")[2]}


def group(environment):
    """Give the dimensions of the target group."""
    return {"TargetGroup": environment.target_group.rpartition(":")[2], **balancer(environment)}


def test_the_function_is_busy_quick_and_without_errors(environment):
    """Enough requests in half an hour to show an error rate under 0.1 %, and a p99 under a second."""
    alias = {"FunctionName": "shop-api", "Resource": "shop-api:live"}
    version = {**alias, "ExecutedVersion": str(environment.live_version)}
    for dimensions in ({"FunctionName": "shop-api"}, alias, version):
        (count,) = read(environment, "AWS/Lambda", "Invocations", "Sum", **dimensions)
        assert 2995 < count < 4600
        assert read(environment, "AWS/Lambda", "Errors", "Sum", **dimensions) == [0]
        (p99,) = read(environment, "AWS/Lambda", "Duration", "p99", **dimensions)
        assert 200 < p99 < 500
        assert read(environment, "AWS/Lambda", "Duration", "TC(1000:)", **dimensions) == [0]
    assert read(environment, "AWS/Lambda", "Throttles", "Sum", **alias) == [0]
    api = {"ApiId": environment.api, "Stage": "$default"}
    assert read(environment, "AWS/ApiGateway", "Count", "Sum", **api) == [count]
    assert read(environment, "AWS/ApiGateway", "5xx", "Average", **api) == [0]
    assert read(environment, "AWS/ApiGateway", "5XXError", "Sum", **api) == []


def test_the_fleet_is_busy_quick_and_without_errors(environment):
    """Response times are in seconds; counts of errors are absent rather than zero."""
    (count,) = read(environment, "AWS/ApplicationELB", "RequestCount", "Sum", **group(environment))
    assert 2995 < count < 4600
    assert read(environment, "AWS/ApplicationELB", "RequestCount", "Sum", **balancer(environment)) == [count]
    (p99,) = read(environment, "AWS/ApplicationELB", "TargetResponseTime", "p99", **group(environment))
    assert 0.05 < p99 < 0.3
    assert read(environment, "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Sum", **group(environment)) == []
    assert read(environment, "AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum", **balancer(environment)) == []
    assert read(environment, "AWS/ApplicationELB", "HealthyHostCount", "Minimum", **group(environment)) == [2]
    assert read(environment, "AWS/ApplicationELB", "UnHealthyHostCount", "Maximum", **group(environment)) == [0]
    for key in environment.green:
        (cpu,) = read(environment, "AWS/EC2", "CPUUtilization", "Maximum", InstanceId=key)
        assert 15 < cpu < 40
    listed = environment.client("cloudwatch").list_metrics(Namespace="CWAgent", MetricName="mem_used_percent")[
        "Metrics"
    ]
    assert len(listed) == 2


def test_the_version_before_had_the_traffic_before(built):
    """While the alias moved, both versions were invoked, the new one a tenth of the time."""
    dev = built.dev
    end = ago(minutes=33).replace(tzinfo=UTC)
    counts = {}
    for version in ("7", "8"):
        dimensions = {"FunctionName": "shop-api", "Resource": "shop-api:live", "ExecutedVersion": version}
        answer = dev.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda", MetricName="Invocations", StartTime=end - timedelta(minutes=15), EndTime=end,
            Period=60, Statistics=["Sum"], Dimensions=[{"Name": k, "Value": v} for k, v in dimensions.items()],
        )  # fmt: skip
        counts[version] = [point["Sum"] for point in answer["Datapoints"]]
    assert len(counts["7"]) > 8
    assert min(counts["8"]) < 20
    assert max(counts["8"]) > 80


def test_every_alarm_is_ok_and_was_during_the_deployment(environment):
    """Those that stop deployments exist; the history has the last change, and none in the last hour."""
    watch = environment.client("cloudwatch")
    told = watch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    alarms = {alarm["AlarmName"]: alarm for alarm in (*told["MetricAlarms"], *told["CompositeAlarms"])}
    assert {alarm["StateValue"] for alarm in alarms.values()} == {"OK"}
    assert len(told["CompositeAlarms"]) == 1
    for target in ("lambda", "ec2"):
        info = environment.client("codedeploy").get_deployment_group(
            applicationName=APPLICATIONS[target], deploymentGroupName=f"shop-{target}-{environment.name}"
        )["deploymentGroupInfo"]
        assert info["alarmConfiguration"]["enabled"]
        assert {alarm["name"] for alarm in info["alarmConfiguration"]["alarms"]} <= set(alarms)
    pages = watch.get_paginator("describe_alarm_history").paginate(
        AlarmTypes=["MetricAlarm", "CompositeAlarm"], HistoryItemType="StateUpdate"
    )
    items = [item for page in pages for item in page["AlarmHistoryItems"]]
    assert {item["AlarmName"] for item in items} == set(alarms)
    assert max(item["Timestamp"] for item in items) < now() - timedelta(days=1)


def test_the_alarms_watch_metrics_that_are_there(environment):
    """Every metric with traffic has been measured; error counts of a load balancer come only with errors."""
    watch = environment.client("cloudwatch")
    for alarm in watch.describe_alarms()["MetricAlarms"]:
        if "5XX" in alarm["MetricName"]:
            continue
        dimensions = {dimension["Name"]: dimension["Value"] for dimension in alarm["Dimensions"]}
        stat = alarm.get("Statistic") or alarm["ExtendedStatistic"]
        (value,) = read(environment, alarm["Namespace"], alarm["MetricName"], stat, **dimensions)
        assert value <= alarm["Threshold"], alarm["AlarmName"]


def test_the_dashboard_names_the_resources_in_use(environment):
    """The live alias, the target group and both instances; its alarms exist."""
    body = environment.client("cloudwatch").get_dashboard(DashboardName=f"shop-{environment.name}")["DashboardBody"]
    widgets = json.loads(body)["widgets"]
    assert {widget["type"] for widget in widgets} == {"text", "alarm", "metric", "log"}
    for needed in ("shop-api:live", group(environment)["TargetGroup"], *environment.green, environment.api):
        assert needed in body
    assert len({(widget["x"], widget["y"]) for widget in widgets}) == len(widgets)


def events_of(environment, name, minutes=5, **more):
    """The newest events of a log group."""
    since = int((now() - timedelta(minutes=minutes)).timestamp() * 1000)
    pages = (
        environment.client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=name, startTime=since, **more)
    )
    return [event for page in pages for event in page["events"]]


def test_both_targets_log_with_correlation_ids(environment):
    """Newest lines younger than two minutes on every stream in use, each application line with an id of its request."""
    for name, streams in (
        ("/aws/lambda/shop-api", {str(environment.live_version)}),
        ("/shop/ec2", {*environment.green}),
    ):
        found = events_of(environment, name)
        last = {event["logStreamName"]: event["timestamp"] for event in found}
        members = {(re.search(r"\[(\w+)\]", stream) or [None, stream])[1] for stream in last}
        assert members == streams
        assert now().timestamp() * 1000 - min(last.values()) < 120_000
        lines = [json.loads(event["message"]) for event in found if event["message"].startswith("{")]
        ids = Counter(line["correlation_id"] for line in lines)
        assert len(ids) > 300
        assert set(ids.values()) <= {1, 2}
        quoted = f'"{list(ids)[-50]}"'
        assert len(events_of(environment, name, filterPattern=quoted)) == 2


def test_each_invocation_has_its_lines(environment):
    """START with the version, two of the application, END, REPORT with the duration, in a stream of the version."""
    found = events_of(environment, "/aws/lambda/shop-api", minutes=3)
    kinds = Counter(event["message"].split(" ")[0] for event in found if not event["message"].startswith("{"))
    assert abs(kinds["START"] - kinds["REPORT"]) < 5
    version = environment.live_version
    starts = [event["message"] for event in found if event["message"].startswith("START")]
    assert all(message.endswith(f"Version: {version}\n") for message in starts)
    reports = [event["message"] for event in found if event["message"].startswith("REPORT")]
    assert all(re.search(r"Duration: \d+\.\d\d ms\tBilled Duration: \d+ ms", message) for message in reports)
    streams = environment.client("logs").describe_log_streams(
        logGroupName="/aws/lambda/shop-api", orderBy="LastEventTime", descending=True
    )["logStreams"]
    assert re.fullmatch(rf"\d{{4}}/\d\d/\d\d/\[{version}\][0-9a-f]{{32}}", streams[0]["logStreamName"])


# 4: secrets, roles, networks


def test_secrets_are_rotated_on_schedule(environment):
    """Both have a current and a previous version, were rotated nine days ago, and are due in three weeks."""
    manager = environment.client("secretsmanager")
    for name in ("database", "payment-api"):
        told = manager.describe_secret(SecretId=f"shop/{environment.name}/{name}")
        assert told["RotationEnabled"]
        assert told["KmsKeyId"] == environment.secrets_key
        assert timedelta(days=8) < now() - told["LastRotatedDate"] < timedelta(days=10)
        assert now() < told["NextRotationDate"]
        stages = [stage for stages in told["VersionIdsToStages"].values() for stage in stages]
        assert sorted(stages) == ["AWSCURRENT", "AWSPREVIOUS"]
        values = [
            manager.get_secret_value(SecretId=told["ARN"], VersionStage=stage)["SecretString"]
            for stage in ("AWSCURRENT", "AWSPREVIOUS")
        ]
        assert values[0] != values[1]
    key = environment.client("kms").describe_key(KeyId=environment.secrets_key)["KeyMetadata"]
    assert key["KeyState"] == "Enabled"


def test_no_secret_is_in_the_logs(environment):
    """Of the last minutes, in no part of any line."""
    manager = environment.client("secretsmanager")
    told = [
        json.loads(manager.get_secret_value(SecretId=arn, VersionStage=stage)["SecretString"])
        for arn in environment.secrets.values()
        for stage in ("AWSCURRENT", "AWSPREVIOUS")
    ]
    values = [secret[key] for secret in told for key in ("password", "api_key") if key in secret]
    assert len(values) == 4
    text = "".join(
        event["message"] for name in ("/aws/lambda/shop-api", "/shop/ec2") for event in events_of(environment, name)
    )
    assert not any(value in text for value in values)


def test_roles_are_trusted_by_whom_they_are_for(environment):
    """And no policy lets anybody do everything."""
    iam = environment.client("iam")
    expected = {
        "shop-lambda": "lambda", "shop-instance": "ec2", "shop-codedeploy-lambda": "codedeploy",
        "shop-codedeploy-ec2": "codedeploy", "shop-rotation": "lambda", "shop-canary": "lambda",
    }  # fmt: skip
    for name, service in expected.items():
        (statement,) = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": f"{service}.amazonaws.com"}
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            actions = [
                action
                for part in document["Statement"]
                for action in [part["Action"]] * isinstance(part["Action"], str)
            ]
            assert not any(action.endswith(":*") or action == "*" for action in actions)


def test_only_the_load_balancer_is_open_to_the_world(environment):
    """Instances take the application's port from its group, the function takes nothing, the default group is empty."""
    ec2 = environment.client("ec2")
    told = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [environment.vpc]}])["SecurityGroups"]
    rules = {group["GroupId"]: group["IpPermissions"] for group in told}
    assert {rule["FromPort"] for rule in rules[environment.groups["load-balancer"]]} == {443, 80}
    (rule,) = rules[environment.groups["instances"]]
    assert (rule["FromPort"], rule["ToPort"], rule["IpRanges"]) == (8080, 8080, [])
    assert rule["UserIdGroupPairs"][0]["GroupId"] == environment.groups["load-balancer"]
    assert rules[environment.groups["function"]] == []
    (default,) = [group for group in told if group["GroupName"] == "default"]
    assert default["IpPermissions"] == default["IpPermissionsEgress"] == []
    for key in environment.green:
        instance = environment.client("ec2").describe_instances(InstanceIds=[key])["Reservations"][0]["Instances"][0]
        assert [group["GroupId"] for group in instance["SecurityGroups"]] == [environment.groups["instances"]]
        assert instance["Monitoring"]["State"] == "enabled"
        assert instance["MetadataOptions"]["HttpTokens"] == "required"
        assert instance["IamInstanceProfile"]["Arn"].endswith("/shop-instance")


def test_the_certificate_is_valid_for_long(environment):
    """It is the load balancer's, and issued."""
    told = environment.client("acm").describe_certificate(CertificateArn=environment.certificate)["Certificate"]
    assert (told["Status"], told["Type"]) == ("ISSUED", "AMAZON_ISSUED")
    assert told["NotAfter"] - now() > timedelta(days=300)


def test_the_api_leads_to_the_live_alias(environment):
    """Every route goes to the alias, whose policy lets the API in; requests are measured in detail."""
    gateway = environment.client("apigatewayv2")
    (api,) = gateway.get_apis()["Items"]
    assert (api["Name"], api["ProtocolType"]) == (f"shop-{environment.name}", "HTTP")
    (integration,) = gateway.get_integrations(ApiId=environment.api)["Items"]
    assert integration["IntegrationUri"].endswith(":function:shop-api:live")
    (stage,) = gateway.get_stages(ApiId=environment.api)["Items"]
    assert stage["DefaultRouteSettings"]["DetailedMetricsEnabled"]
    policy = json.loads(environment.client("lambda").get_policy(FunctionName="shop-api", Qualifier="live")["Policy"])
    assert policy["Statement"][0]["Principal"] == {"Service": "apigateway.amazonaws.com"}


def test_workloads_may_read_their_secrets_and_no_others(environment):
    """By their own roles, through Secrets Manager alone; the other environment's secrets are out of reach."""
    iam, arns = environment.client("iam"), list(environment.secrets.values())
    via = {"ContextKeyName": "kms:ViaService", "ContextKeyType": "string",
           "ContextKeyValues": ["secretsmanager.eu-west-1.amazonaws.com"]}  # fmt: skip
    for name in ("shop-lambda", "shop-instance"):
        asked = {"PolicySourceArn": environment.role(name), "ActionNames": ["secretsmanager:GetSecretValue"]}
        told = iam.simulate_principal_policy(**asked, ResourceArns=[*arns, arns[0].replace("database", "other")])
        words = [result["EvalDecision"] for result in told["EvaluationResults"]]
        assert words == ["allowed", "allowed", "implicitDeny"]
        asked["ActionNames"] = ["kms:Decrypt"]
        decrypt = {**asked, "ResourceArns": [environment.secrets_key]}
        for context, word in (([via], "allowed"), ([], "implicitDeny")):
            (told,) = iam.simulate_principal_policy(**decrypt, ContextEntries=context)["EvaluationResults"]
            assert told["EvalDecision"] == word


def test_every_bundle_is_still_there(environment):
    """The revision of every deployment, under the ETag it was deployed by; the account may read it."""
    s3 = environment.client("s3")
    for deployment in environment.ec2_deployments:
        place = deployment.record.revision["s3Location"]
        assert s3.head_object(Bucket=place["bucket"], Key=place["key"])["ETag"].strip('"') == place["eTag"]


def test_no_freeze_is_in_force(environment):
    """The change calendar is open."""
    told = environment.client("ssm").get_calendar_state(CalendarNames=["shop-freezes"])
    assert told["State"] == "OPEN"


# what the gate is given


def places(world):
    """Give addresses at which nothing listens."""
    fronts = {name: f"https://localhost:{4700 + n}" for n, name in enumerate(world.fronts)}
    return Places("http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3", "http://127.0.0.1:1/clock",
                  fronts, "/tmp/ca.pem", "http://127.0.0.1:5")  # fmt: skip


def test_the_settings_are_valid_and_name_what_is_there(built):
    """Every name in promotion.toml can be looked up."""
    settings = Settings.model_validate(tomllib.loads(built.promotion_toml(places(built))))
    assert len(settings.dev.smoke_tests) > len(settings.prod.smoke_tests) > 0
    kinds = Counter(journey.kind for journey in settings.dev.journeys)
    assert kinds == {"steps": 2, "canary": 1, "command": 1}
    for environment, name in ((built.dev, "dev"), (built.prod, "prod")):
        told = settings.environment(name)
        assert (told.account, told.role) == (environment.id, environment.role("promotion-checker"))
        for target in told.targets.values():
            environment.client("codedeploy").get_deployment_group(
                applicationName=target.codedeploy.application, deploymentGroupName=target.codedeploy.group
            )
        fleet = told.targets["ec2"]
        assert fleet.target_groups == (f"shop-{environment.name}-instances",)
        found = environment.client("elbv2").describe_target_groups(Names=list(fleet.target_groups))["TargetGroups"]
        assert [one["TargetGroupArn"] for one in found] == [environment.target_group]


def test_the_pipeline_can_look_into_every_account_and_nowhere_else(built):
    """With the keys it is given it assumes the gate's role; other roles refuse it."""
    import boto3

    from promotion.sandbox import transport

    variables = built.environment(places(built))
    session = boto3.Session(
        variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"], region_name=variables["AWS_DEFAULT_REGION"]
    )
    session.events.register("before-send", transport.answered_by(built.aws))
    sts = session.client("sts")
    assert sts.get_caller_identity()["Account"] == built.tools.id
    for account in (built.tools, built.dev, built.prod):
        assumed = sts.assume_role(RoleArn=account.role("promotion-checker"), RoleSessionName="gate")
        assert assumed["AssumedRoleUser"]["Arn"].startswith(f"arn:aws:sts::{account.id}:")
    with pytest.raises(ClientError, match="AccessDenied"):
        sts.assume_role(RoleArn=built.prod.role("shop-codedeploy-ec2"), RoleSessionName="gate")


def test_the_service_serves_the_release_of_its_environment(built):
    """Dev the new image, prod the one before, from the members that serve."""
    from werkzeug.test import Client

    for name, front in built.fronts.items():
        environment = getattr(built, name.partition("-")[0])
        told = Client(front).get("/version")
        assert told.get_json()["digest"] == environment.digest
        members = {str(environment.live_version)} if name.endswith("lambda") else set(environment.green)
        assert told.headers["X-Served-By"] in members


# changing it


def test_a_live_request_is_found_in_the_log_of_its_target(world):
    """By its correlation id, on the stream of whoever answered."""
    from werkzeug.test import Client

    for target, name in (("lambda", "/aws/lambda/shop-api"), ("ec2", "/shop/ec2")):
        answer = Client(world.fronts[f"dev-{target}"]).get("/orders", headers={"X-Correlation-ID": f"mine-{target}"})
        found = events_of(world.dev, name, filterPattern=f'{{ $.correlation_id = "mine-{target}" }}')
        assert len(found) == 2
        assert answer.headers["X-Served-By"] in found[0]["logStreamName"]


def test_a_few_lines_make_a_fault(world):
    """The handles that faults are made of reach what the API tells."""
    dev = world.dev
    first, second = dev.green
    dev.latest_ec2_deployment.target(second).fail("ValidateService", "curl: (22) 503", script="validate.sh")
    dev.latest_ec2_deployment.fail("HEALTH_CONSTRAINTS", "too many instances failed")
    dev.health[first] = ("unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [500]")
    dev.alias.routing_config = {"AdditionalVersionWeights": {"7": 0.1}}
    dev.canary.state = "FAILED"
    redate(dev, now() + timedelta(days=3))
    dev.freezes.events.append((now() - timedelta(minutes=1), now() + timedelta(hours=1)))
    dev.secret["database"].last_rotation_date -= 40 * 86400
    dev.flows["lambda"].change(ago(minutes=30), errors=0.02, slowness=5.0)
    dev.flows["ec2"].change(ago(minutes=10), logged=False)
    dev.logbook.silent[str(dev.live_version)] = ago(minutes=20)
    dev.turn_alarm("lambda-errors", "ALARM", ago(minutes=36))
    dev.turn_alarm("lambda-errors", "OK", ago(minutes=31))
    del dev.metrics[metric("AWS/EC2", "CPUUtilization", InstanceId=first)]

    info, targets = newest(dev, "ec2")
    assert (info["status"], info["errorInformation"]["code"]) == ("Failed", "HEALTH_CONSTRAINTS")
    assert info["deploymentOverview"]["Failed"] == 1
    assert Counter(status for target in targets for _, status in events(target)) == {
        "Succeeded": 22, "Failed": 1, "Skipped": 3,
    }  # fmt: skip
    alias = dev.client("lambda").get_alias(FunctionName="shop-api", Name="live")
    assert alias["RoutingConfig"] == {"AdditionalVersionWeights": {"7": 0.1}}
    assert read(dev, "AWS/ApplicationELB", "HealthyHostCount", "Minimum", **group(dev)) == [1]
    (errors,) = read(dev, "AWS/Lambda", "Errors", "Sum", minutes=20, FunctionName="shop-api")
    (p99,) = read(dev, "AWS/Lambda", "Duration", "p99", minutes=20, FunctionName="shop-api")
    assert 35 < errors < 55
    assert p99 > 1000
    assert events_of(dev, "/aws/lambda/shop-api") == events_of(dev, "/shop/ec2") == []
    items = dev.client("cloudwatch").describe_alarm_history(
        AlarmName="shop-dev-lambda-errors", HistoryItemType="StateUpdate", StartDate=now() - timedelta(hours=1)
    )["AlarmHistoryItems"]
    assert read(dev, "AWS/EC2", "CPUUtilization", "Average", InstanceId=first) == []
    told = dev.client("acm").describe_certificate(CertificateArn=dev.certificate)["Certificate"]
    assert told["NotAfter"] < now() + timedelta(days=4)
    assert dev.client("ssm").get_calendar_state(CalendarNames=["shop-freezes"])["State"] == "CLOSED"
    told = dev.client("secretsmanager").describe_secret(SecretId="shop/dev/database")
    assert told["LastRotatedDate"] < now() - timedelta(days=45)
    assert [item["HistorySummary"] for item in items] == [
        "Alarm updated from ALARM to OK", "Alarm updated from OK to ALARM",
    ]  # fmt: skip


def test_a_world_is_built_without_a_thread_and_soon(world):
    """It is forked: one thread, nothing in the way of the next build."""
    before = threading.active_count()
    began = time.perf_counter()
    build()
    assert time.perf_counter() - began < 5, "it takes a quarter of a second on an idle machine"
    assert threading.active_count() == before
    assert "AWS_PROFILE" not in os.environ
