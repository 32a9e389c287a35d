"""The wire to AWS, asked by boto3 over HTTP: what it says must be read by boto3 as AWS's own words."""

import http.client
import io
import json
from types import SimpleNamespace

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from promotion.sandbox.answer import answered
from promotion.sandbox.edge import Edge
from promotion.sandbox.errors import refusal
from promotion.sandbox.moto_patches import unfilled
from promotion.sandbox.request_log import Calls
from promotion.sandbox.routes import AwsAsked
from promotion.sandbox.serve import serve
from promotion.sandbox.wire import Wire

SESSION = boto3.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name="eu-west-1")
ONCE = Config(retries={"total_max_attempts": 1, "mode": "standard"}, read_timeout=5)


def made(app, **options):
    """Serve a wire before `app`, and make boto3's clients for it."""
    calls = Calls()
    wire = Wire(app, calls, **options)
    url = f"http://127.0.0.1:{serve(wire)}"

    def client(service, config=ONCE):
        return SESSION.client(service, endpoint_url=url, config=config)

    return SimpleNamespace(wire=wire, calls=calls, client=client, url=url)


def canned(answers):
    """Make an application that answers with these bodies in turn, and keeps the bodies it was asked with."""
    seen = []

    def app(environ, start_response):
        seen.append((environ["QUERY_STRING"], environ["wsgi.input"].read()))
        start_response("200 OK", [("Content-Type", "application/octet-stream")])
        return [answers[min(len(seen), len(answers)) - 1]]

    return app, seen


@pytest.fixture(scope="module")
def moto():
    """Give moto as it is, without fills."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    return DomainDispatcherApplication(create_backend_app)


SERVICES = {
    # service: a call, its operation, its action, denied as, throttled as
    "acm": ("list_certificates", {}, "ListCertificates", None, "AccessDeniedException 400", "ThrottlingException 400"),
    "apigatewayv2": (
        "get_apis",
        {},
        "GetApis",
        "apigateway:GET",
        "AccessDeniedException 403",
        "TooManyRequestsException 429",
    ),
    "application-signals": (
        "list_service_level_objectives",
        {},
        "ListServiceLevelObjectives",
        None,
        "AccessDeniedException 403",
        "ThrottlingException 429",
    ),
    "autoscaling": (
        "describe_auto_scaling_groups",
        {},
        "DescribeAutoScalingGroups",
        None,
        "AccessDenied 403",
        "Throttling 400",
    ),
    "cloudwatch": ("describe_alarms", {}, "DescribeAlarms", None, "AccessDenied 400", "Throttling 400"),
    "codedeploy": (
        "batch_get_deployment_targets",
        {"deploymentId": "d-1", "targetIds": ["i-1"]},
        "BatchGetDeploymentTargets",
        None,
        "AccessDeniedException 400",
        "ThrottlingException 400",
    ),
    "ec2": (
        "describe_instances",
        {},
        "DescribeInstances",
        None,
        "UnauthorizedOperation 403",
        "RequestLimitExceeded 503",
    ),
    "ecr": (
        "describe_repositories",
        {},
        "DescribeRepositories",
        None,
        "AccessDeniedException 400",
        "ThrottlingException 400",
    ),
    "elbv2": (
        "describe_load_balancers",
        {},
        "DescribeLoadBalancers",
        "elasticloadbalancing:DescribeLoadBalancers",
        "AccessDenied 403",
        "Throttling 400",
    ),
    "iam": ("get_role", {"RoleName": "r"}, "GetRole", None, "AccessDenied 403", "Throttling 400"),
    "kms": ("list_keys", {}, "ListKeys", None, "AccessDeniedException 400", "ThrottlingException 400"),
    "lambda": (
        "get_function",
        {"FunctionName": "arn:aws:lambda:eu-west-1:111122223333:function:shop-api:live"},
        "GetFunction",
        None,
        "AccessDeniedException 403",
        "TooManyRequestsException 429",
    ),
    "logs": (
        "describe_log_groups",
        {},
        "DescribeLogGroups",
        None,
        "AccessDeniedException 400",
        "ThrottlingException 400",
    ),
    "route53": ("list_hosted_zones", {}, "ListHostedZones", None, "AccessDenied 403", "Throttling 400"),
    "s3": ("list_objects_v2", {"Bucket": "b"}, "ListObjectsV2", "s3:ListBucket", "AccessDenied 403", "SlowDown 503"),
    "secretsmanager": ("list_secrets", {}, "ListSecrets", None, "AccessDeniedException 400", "ThrottlingException 400"),
    "ssm": (
        "get_parameter",
        {"Name": "n"},
        "GetParameter",
        None,
        "AccessDeniedException 400",
        "ThrottlingException 400",
    ),
    "sts": ("get_caller_identity", {}, "GetCallerIdentity", None, "AccessDenied 403", "Throttling 400"),
    "synthetics": (
        "describe_canaries_last_run",
        {},
        "DescribeCanariesLastRun",
        None,
        "AccessDeniedException 403",
        "TooManyRequestsException 429",
    ),
}


@pytest.fixture(scope="module")
def mute():
    """Serve a wire before an application that must not be asked."""
    return made(lambda *_: pytest.fail("asked"))


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_is_named_and_refuses_in_its_own_words(mute, service):
    """boto3 must read the codes and statuses that the service itself uses, and no other operation is touched."""
    method, arguments, operation, action, denied, throttled = SERVICES[service]
    call = getattr(mute.client(service), method)

    def said():
        with pytest.raises(ClientError) as caught:
            call(**arguments)
        answer = caught.value.response
        return f"{answer['Error']['Code']} {answer['ResponseMetadata']['HTTPStatusCode']}"

    mute.wire.deny(f"{service}:{operation}")
    assert said() == denied
    mute.wire.throttle(f"{service}:{operation[:4]}*")
    assert said() == throttled
    mute.wire.fail(f"{service}:*")
    assert said() in {"InternalFailure 500", "InternalError 500"}
    mute.wire.fail(f"{service}:*", 502)
    assert said() == "502 502"
    noted = mute.calls.so_far()[-1]
    assert (noted.service, noted.operation) == (service, operation)
    assert noted.action == (action or f"{service}:{operation}")


@pytest.mark.parametrize(
    ("method", "arguments", "operation"),
    [
        ("head_object", {"Bucket": "b", "Key": "a/b c"}, "HeadObject"),
        ("copy_object", {"Bucket": "b", "Key": "k", "CopySource": {"Bucket": "x", "Key": "y"}}, "CopyObject"),
        ("put_object", {"Bucket": "b", "Key": "k", "Body": b"x" * 20_000}, "PutObject"),
        ("get_object_lock_configuration", {"Bucket": "b"}, "GetObjectLockConfiguration"),
        ("list_buckets", {}, "ListBuckets"),
    ],
)
def test_s3_operations_that_share_a_path_are_told_apart(method, arguments, operation):
    """Query keys and required headers decide between operations on one path, also after boto3 has changed its model."""
    app, _ = canned([b""])
    here = made(app)
    for _ in range(2):
        getattr(here.client("s3"), method)(**arguments)
        assert here.calls.so_far()[-1].operation == operation


def test_cbor_is_named_and_refused_in_cbor():
    """Clients that speak CBOR find the code in a CBOR map."""
    from botocore.parsers import create_parser
    from botocore.session import get_session

    model = get_session().get_service_model("codedeploy")
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/service/CodeDeploy_20141006/operation/GetDeployment",
        "HTTP_SMITHY_PROTOCOL": "rpc-v2-cbor",
        "HTTP_AUTHORIZATION": "AWS4-HMAC-SHA256 Credential=KEY/20261123/eu-west-1/codedeploy/aws4_request",
        "wsgi.input": io.BytesIO(),
    }
    wire = Wire(lambda *_: pytest.fail("asked"), Calls())
    wire.deny("codedeploy:GetDeployment")
    answer = answered(wire, environ, b"")
    read = create_parser("smithy-rpc-v2-cbor").parse(
        {"status_code": answer.status, "headers": dict(answer.headers), "body": answer.body},
        model.operation_model("GetDeployment").output_shape,
    )
    assert read["Error"]["Code"] == "AccessDeniedException"
    assert "codedeploy:GetDeployment" in read["Error"]["Message"]


@pytest.mark.parametrize(
    ("service", "method", "arguments"),
    [
        ("cloudtrail", "lookup_events", {}),
        ("iam", "generate_organizations_access_report", {"EntityPath": "o-a/r-a/ou-a-a/123456789012"}),
        ("guardduty", "list_coverage", {"DetectorId": "d" * 32}),
        ("health", "describe_events", {}),
    ],
    ids=["json", "query", "rest-json", "unknown-service"],
)
def test_what_moto_does_not_know_is_501(moto, service, method, arguments):
    """An operation that is not emulated must never look like an outage, a missing thing or an empty answer."""
    here = made(moto)
    with pytest.raises(ClientError) as caught:
        getattr(here.client(service, Config(retries={"mode": "legacy"})), method)(**arguments)
    assert caught.value.response["Error"]["Code"] == "NotImplementedException"
    assert [call.status for call in here.calls.so_far()] == [501]


def test_what_is_missing_in_moto_stays_missing(moto):
    """A 404 of moto's own, also one without a body, is not taken for an operation that it lacks."""
    here = made(moto)
    s3 = here.client("s3")
    s3.create_bucket(Bucket="wire-test", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    with pytest.raises(ClientError, match="404"):
        s3.head_object(Bucket="wire-test", Key="nothing")
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket="wire-test", Key="nothing")


def test_spoilt_json_reaches_the_client_as_it_is():
    """Half of a JSON body: with a Content-Length that agrees, with one that does not, or with no answer at all."""
    body = b'{"repositories": [{"repositoryName": "shop"}]}'
    here = made(canned([body])[0])
    signed = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=K/20261123/eu-west-1/ecr/aws4_request",
        "X-Amz-Target": "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories",
    }

    def ask():
        connection = http.client.HTTPConnection(here.url.removeprefix("http://"), timeout=5)
        connection.request("POST", "/", b"{}", signed)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Length"), answer.read()

    here.wire.truncate("ecr:DescribeRepositories")
    assert ask() == (200, str(len(body) // 2), body[: len(body) // 2])
    here.wire.cut("ecr:DescribeRepositories")
    with pytest.raises(http.client.IncompleteRead) as caught:
        ask()
    assert caught.value.partial == body[: len(body) // 2]
    here.wire.drop("ecr:DescribeRepositories")
    with pytest.raises(http.client.RemoteDisconnected):
        ask()
    assert [call.status for call in here.calls.so_far()] == [200, 200, 0]


def test_spoilt_xml_is_an_error_for_boto3():
    """XML cut in half cannot be read."""
    here = made(canned([b"<ListRolesResponse><ListRolesResult><Roles/></ListRolesResult></ListRolesResponse>"])[0])
    here.wire.truncate("iam:ListRoles")
    with pytest.raises(ResponseParserError):
        here.client("iam").list_roles()


def test_a_dropped_connection_and_a_hanging_answer_are_boto3s_own_errors():
    """Both end in an exception of botocore, not in an empty result."""
    here = made(canned([b"{}"])[0])
    here.wire.drop("ecr:*")
    with pytest.raises(ConnectionClosedError):
        here.client("ecr").describe_repositories()
    here.wire.hang("ecr:*", 0.5)
    impatient = Config(retries={"total_max_attempts": 1, "mode": "standard"}, read_timeout=0.05)
    with pytest.raises(ReadTimeoutError):
        here.client("ecr", impatient).describe_repositories()


PAGES = {
    "ecr": ("list_images", {"repositoryName": "shop"}, "imageIds", b'{"imageIds": [{"imageTag": "1"}]}'),
    "lambda": ("list_functions", {}, "Functions", b'{"Functions": [{"FunctionName": "f"}]}'),
    "iam": (
        "list_roles",
        {},
        "Roles",
        b"<R><ListRolesResult><Roles><member><RoleName>r</RoleName></member></Roles></ListRolesResult></R>",
    ),
    "ec2": ("describe_vpcs", {}, "Vpcs", b"<R><vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet></R>"),
    "s3": ("list_objects_v2", {"Bucket": "b", "Prefix": "p/"}, "Contents", b"<R><Contents><Key>k</Key></Contents></R>"),
    "cloudwatch": ("describe_alarm_history", {"AlarmName": "a"}, "AlarmHistoryItems", b'{"AlarmHistoryItems": [{}]}'),
}


@pytest.mark.parametrize("service", PAGES)
def test_an_empty_page_leads_to_the_right_one(service):
    """A paginator sees an empty page, then all there is; the application is asked once, with the first request."""
    method, arguments, key, body = PAGES[service]
    app, seen = canned([body])
    here = made(app)
    client = here.client(service)
    list(client.get_paginator(method).paginate(**arguments))
    here.wire.empty_page(f"{service}:{here.calls.so_far()[-1].operation}")
    pages = list(client.get_paginator(method).paginate(**arguments))
    assert [len(page.get(key, [])) for page in pages] == [0, 1]
    assert seen[0] == seen[1]
    assert len(seen) == 2


def test_rules_can_be_for_one_account(moto):
    """The account is that of the credentials; of AssumeRole, that of the role asked for."""
    here = made(moto)

    def acting_in(account):
        role = f"arn:aws:iam::{account}:role/promotion-checker"
        with unfilled():  # roles need not exist here
            got = here.client("sts").assume_role(RoleArn=role, RoleSessionName="gate")["Credentials"]
        return SESSION.client(
            "ecr",
            endpoint_url=here.url,
            aws_access_key_id=got["AccessKeyId"],
            aws_secret_access_key=got["SecretAccessKey"],
            aws_session_token=got["SessionToken"],
            config=ONCE,
        )

    dev, prod = acting_in("111122223333"), acting_in("444455556666")
    here.wire.deny("ecr:*", account="444455556666")
    dev.describe_repositories()
    with pytest.raises(ClientError, match="444455556666"):
        prod.describe_repositories()
    assert [call.account for call in here.calls.so_far()] == ["111122223333", "444455556666"] * 2
    here.wire.deny("sts:AssumeRole", account="444455556666")
    acting_in("111122223333")
    with pytest.raises(ClientError, match="AccessDenied"):
        acting_in("444455556666")


def test_rules_can_be_for_a_number_of_requests_and_the_last_one_decides():
    """Throttled twice, then denied, as the older rule says."""
    here = made(lambda *_: pytest.fail("asked"))
    here.wire.deny("ecr:*")
    here.wire.throttle("ecr:*", times=2)
    for _ in range(3):
        with pytest.raises(ClientError):
            here.client("ecr").describe_repositories()
    assert [call.status for call in here.calls.so_far()] == [400] * 3
    with pytest.raises(ClientError, match="AccessDenied"):
        here.client("ecr").describe_repositories()


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("DescribeAlarms", "expected 'service:Operation'"),
        ("codedeploy:BatchGetDeploymentTarget", "nearest: BatchGetDeploymentTargets"),
        ("monitoring:DescribeAlarms", "no service called 'monitoring'"),
    ],
)
def test_a_pattern_that_can_fit_nothing_is_refused(pattern, says):
    """A misspelt fault must not be one that does nothing."""
    with pytest.raises(ValueError, match=says):
        Wire(canned([b""])[0], Calls()).deny(pattern)


def test_only_pages_can_be_empty():
    """An operation without pages is refused."""
    with pytest.raises(ValueError, match="has no pages"):
        Wire(canned([b""])[0], Calls()).empty_page("codedeploy:BatchGetDeploymentTargets")


def test_latency_is_added_to_each_answer():
    """A call takes at least as long as it is told to."""
    here = made(canned([b"{}"])[0], latency_ms=60)
    here.client("ecr").describe_repositories()
    call = here.calls.so_far()[0]
    assert call.ended - call.began >= 0.06


def test_errors_need_no_request_in_json():
    """The code stands in the body as well as in the header: some clients read one, some the other."""
    answer = refusal(AwsAsked("logs", "GetLogEvents", protocol="json"), "Code", "message", 400)
    assert json.loads(answer.body) == {"__type": "Code", "message": "message"}
    assert ("x-amzn-errortype", "Code") in answer.headers


def test_plain_http_misbehaves_by_method_and_path():
    """The same vocabulary before the registry, GitHub and the service."""
    calls = Calls()
    edge = Edge("registry", canned([b'{"tags": ["1", "2"]}'])[0], calls)

    def ask(method, path):
        environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "n=1", "wsgi.input": io.BytesIO()}
        return answered(edge, environ, b"")

    edge.deny("GET /v2/*/manifests/*")
    edge.throttle("POST *")
    edge.fail("DELETE *", 503)
    edge.truncate("GET /v2/shop/tags/list")
    assert ask("GET", "/v2/").status == 200
    assert ask("GET", "/v2/shop/manifests/1").status == 403
    assert ask("POST", "/v2/shop/blobs").status == 429
    assert ask("DELETE", "/v2/shop").status == 503
    assert ask("GET", "/v2/shop/tags/list").body == b'{"tags": [ '[:10]
    assert calls.so_far()[1].operation == "GET /v2/shop/manifests/1"
    with pytest.raises(ValueError, match="METHOD /path"):
        edge.deny("/v2/shop")
