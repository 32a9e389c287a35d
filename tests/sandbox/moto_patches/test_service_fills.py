"""Lambda, load balancers, Synthetics and STS."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from promotion.sandbox.moto_patches.canaries import Schedule

URI = "999988887777.dkr.ecr.eu-west-1.amazonaws.com/shop"
ONE, TWO = ("sha256:" + letter * 64 for letter in "ab")


@pytest.fixture
def functions(client):
    """Give Lambda with a function of a container image."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = client("iam").create_role(RoleName="function", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    lambdas = client("lambda")
    lambdas.create_function(FunctionName="shop-api", PackageType="Image", Code={"ImageUri": f"{URI}@{ONE}"}, Role=role)
    return lambdas


def test_the_image_of_a_function_is_told_by_its_digest(functions, guarded):
    """ResolvedImageUri is the repository and the digest, CodeSha256 the digest's hex."""

    def ask():
        functions.update_function_code(FunctionName="shop-api", ImageUri=f"{URI}@{TWO}")
        told = functions.get_function(FunctionName="shop-api")
        return told["Code"]["ResolvedImageUri"], told["Configuration"]["CodeSha256"]

    guarded(ask, lambda told: TWO[7:] not in told[1], lambda told: told == (f"{URI}@{TWO}", TWO[7:]))


def test_a_tag_is_resolved_in_the_registry(functions, client, state):
    """An image named by tag is told by the digest that the tag has in ECR."""
    from promotion.sandbox import transport
    from promotion.sandbox.images import build_image

    image = build_image(revision="0" * 40, version="1", created=datetime(2026, 1, 1, tzinfo=UTC))
    ecr = transport.session(_app(client), "999988887777").client("ecr")
    ecr.create_repository(repositoryName="shop")
    ecr.put_image(repositoryName="shop", imageManifest=image.manifest.decode(), imageTag="v1", imageDigest=image.digest)
    functions.update_function_code(FunctionName="shop-api", ImageUri=f"{URI}:v1")
    told = functions.get_function(FunctionName="shop-api")["Code"]
    assert told["ResolvedImageUri"] == f"{URI}@{image.digest}"


def test_a_published_version_keeps_its_code(functions, guarded):
    """What is deployed later does not change what was published before."""
    functions.publish_version(FunctionName="shop-api")

    def ask():
        functions.update_function_code(FunctionName="shop-api", ImageUri=f"{URI}@{ONE}")
        version = functions.publish_version(FunctionName="shop-api")["Version"]
        functions.update_function_code(FunctionName="shop-api", ImageUri=f"{URI}@{TWO}")
        return functions.get_function(FunctionName="shop-api", Qualifier=version)["Code"]["ImageUri"]

    guarded(ask, lambda uri: uri.endswith(TWO), lambda uri: uri.endswith(ONE))


def test_states_and_their_reasons_are_told(functions, state, guarded):
    """What a function's state is set to is what is read, with the reason."""
    function = state("lambda").get_function("shop-api")
    function.last_update_status, function.last_update_status_reason_code = "Failed", "ImageDeleted"

    def ask():
        told = functions.get_function_configuration(FunctionName="shop-api")
        return told["LastUpdateStatus"], told.get("LastUpdateStatusReasonCode"), "RevisionId" in told

    guarded(
        ask,
        lambda told: told == ("Successful", None, False),
        lambda told: told == ("Failed", "ImageDeleted", True),
    )


def test_cleared_weights_are_absent(functions, guarded):
    """An alias whose weights were cleared has no routing, and each change gives it a revision."""
    functions.publish_version(FunctionName="shop-api")
    functions.update_function_code(FunctionName="shop-api", ImageUri=f"{URI}@{TWO}")
    functions.publish_version(FunctionName="shop-api")
    alias = {"FunctionName": "shop-api", "Name": "live"}
    before = functions.create_alias(
        **alias, FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}}
    )
    assert before["RoutingConfig"] == {"AdditionalVersionWeights": {"2": 0.1}}

    def ask():
        functions.update_alias(**alias, FunctionVersion="2", RoutingConfig={"AdditionalVersionWeights": {}})
        told = functions.get_alias(**alias)
        return "RoutingConfig" in told, told["RevisionId"] != before["RevisionId"]

    guarded(ask, lambda told: told == (True, False), lambda told: told == (False, True))


@pytest.fixture
def registered(client, state):
    """A target group with one instance in it: its ARN and the instance's id."""
    ec2, elb = client("ec2"), client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = elb.create_target_group(Name="green", Protocol="HTTP", Port=8080, VpcId=vpc)
    arn = group["TargetGroups"][0]["TargetGroupArn"]
    (reservation,) = (ec2.run_instances(ImageId="ami-00000000", MinCount=1, MaxCount=1),)
    key = reservation["Instances"][0]["InstanceId"]
    elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": key}])
    return arn, key


def test_a_target_can_be_unhealthy(registered, client, state, guarded):
    """The planted state, reason and description are told."""
    arn, key = registered
    planted = ("unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [500]")
    state("elbv2").target_groups[arn].planted_health = {key: planted}

    def ask():
        (told,) = client("elbv2").describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        return told["TargetHealth"]

    guarded(
        ask,
        lambda told: told["State"] == "healthy",
        lambda told: (told["State"], told["Reason"], told["Description"]) == planted,
    )


@pytest.fixture
def synthetics(client, state):
    """Give Synthetics with a canary that runs and one that never did."""
    canaries = client("synthetics")
    for name in ("shop-heartbeat", "other"):
        canaries.create_canary(
            Name=name,
            Code={"Handler": "h.handler"},
            ArtifactS3Location="s3://artifacts/canary",
            ExecutionRoleArn="arn:aws:iam::111122223333:role/canary",
            Schedule={"Expression": "rate(5 minutes)"},
            RuntimeVersion="syn-nodejs-puppeteer-11.0",
        )
    canary = state("synthetics").canaries["shop-heartbeat"]
    canary.state, canary.runs = "RUNNING", Schedule()
    return canaries


def test_moto_has_no_runs_of_canaries(client, synthetics):
    """Without the fills the paths are not even there."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from promotion.sandbox import moto_patches, transport

    with moto_patches.unfilled():
        bare = transport.session(DomainDispatcherApplication(create_backend_app), "111122223333").client("synthetics")
        with pytest.raises(ClientError, match="404"):
            bare.describe_canaries_last_run()
        with pytest.raises(ClientError, match="404"):
            bare.get_canary_runs(Name="shop-heartbeat")


def test_the_last_run_of_a_canary_is_told(synthetics, state):
    """A canary runs every five minutes, a new run each time; one that never ran is not told of."""
    (told,) = synthetics.describe_canaries_last_run(Names=["shop-heartbeat", "other"])["CanariesLastRun"]
    run = told["LastRun"]
    assert (told["CanaryName"], run["Status"]["State"]) == ("shop-heartbeat", "PASSED")
    age = datetime.now(UTC) - run["Timeline"]["Completed"]
    assert timedelta(0) <= age < timedelta(minutes=5)
    runs = synthetics.get_canary_runs(Name="shop-heartbeat", MaxResults=3)["CanaryRuns"]
    assert runs[0] == run
    assert len({run["Id"] for run in runs}) == 3
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        synthetics.get_canary_runs(Name="gone")


def test_a_canary_may_fail_or_stop(synthetics, state):
    """Outcome, reason and the age of the last run are what the schedule says."""
    runs = state("synthetics").canaries["shop-heartbeat"].runs
    runs.state, runs.reason = "FAILED", "expected 200, got 503"
    runs.until = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=2)
    (told,) = synthetics.describe_canaries_last_run()["CanariesLastRun"]
    status = told["LastRun"]["Status"]
    assert (status["State"], status["StateReason"]) == ("FAILED", "expected 200, got 503")
    assert told["LastRun"]["Timeline"]["Started"] < datetime.now(UTC) - timedelta(hours=2)


def test_not_more_than_five_canaries_are_named_at_once(synthetics):
    """Six names are refused."""
    with pytest.raises(ClientError, match="ValidationException"):
        synthetics.describe_canaries_last_run(Names=[f"canary-{n}" for n in range(6)])


def test_only_the_canaries_asked_for_are_described(synthetics, guarded):
    """Names are a filter, and a canary's own state is told."""
    guarded(
        lambda: [
            (canary["Name"], canary["Status"]["State"])
            for canary in synthetics.describe_canaries(Names=["shop-heartbeat"])["Canaries"]
        ],
        lambda told: len(told) == 2,
        lambda told: told == [("shop-heartbeat", "RUNNING")],
    )


def _app(client):
    """The application behind the clients, so that another account can be asked."""
    from promotion.sandbox import aws

    return aws.application()


@pytest.fixture
def user(client):
    """STS for a user of the account, by their own keys."""
    from promotion.sandbox import aws, transport

    iam = client("iam")
    iam.create_user(UserName="ci")
    key = iam.create_access_key(UserName="ci")["AccessKey"]
    import boto3

    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="eu-west-1")
    session.events.register("before-send", transport.answered_by(aws.application()))
    return session.client("sts")


def trusting(principal, **condition):
    """Make a trust policy."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principal}, **condition}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def assume(sts, name, **more):
    """Assume a role; give the session's ARN, or the code of the error."""
    try:
        arn = f"arn:aws:iam::111122223333:role/{name}"
        return sts.assume_role(RoleArn=arn, RoleSessionName="test", **more)["AssumedRoleUser"]["Arn"]
    except ClientError as error:
        return error.response["Error"]["Code"]


def test_a_role_that_is_not_there_cannot_be_assumed(user, guarded):
    """AWS says AccessDenied, and nothing of whether the role exists."""
    guarded(
        lambda: assume(user, "gone"),
        lambda told: told.startswith("arn:aws:sts::"),
        lambda told: told == "AccessDenied",
    )


def test_a_role_lets_in_whom_it_trusts(user, client):
    """Its account, the user, or whoever knows the external id; nobody else."""
    iam = client("iam")
    me = "arn:aws:iam::111122223333:user/ci"
    secret = {"Condition": {"StringEquals": {"sts:ExternalId": "shop"}}}
    for name, policy in (
        ("account", trusting("arn:aws:iam::111122223333:root")),
        ("me", trusting([me])),
        ("others", trusting("arn:aws:iam::999988887777:root")),
        ("id", trusting(me, **secret)),
    ):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy)
    session = "arn:aws:sts::111122223333:assumed-role/%s/test"
    assert assume(user, "account") == session % "account"
    assert assume(user, "me") == session % "me"
    assert assume(user, "others") == "AccessDenied"
    assert assume(user, "id") == "AccessDenied"
    assert assume(user, "id", ExternalId="shop") == session % "id"
