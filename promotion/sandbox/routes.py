"""Which AWS service and operation a request asks for, told as AWS itself tells it: from the request alone.

Service: the credential scope of the signature (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
Operation: by protocol (https://smithy.io/2.0/aws/protocols/).
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

from promotion.sandbox.request_log import Asked

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from moto.core.model import OperationModel, ServiceModel

_SCOPE = re.compile(r"Credential=(?P<key>[^/,]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_CLIENT_NAME = {
    "monitoring": "cloudwatch",
    "elasticloadbalancing": "elbv2",
    "access-analyzer": "accessanalyzer",
    "email": "ses",
    "states": "stepfunctions",
}
"""Signing name to boto3's name, where they differ."""
_ACTION_PREFIX = {"elbv2": "elasticloadbalancing", "accessanalyzer": "access-analyzer", "apigatewayv2": "apigateway"}
_ACTIONS = {
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "lambda:Invoke": "lambda:InvokeFunction",
}
"""Operations whose IAM action is called otherwise (https://docs.aws.amazon.com/service-authorization/latest/reference/)."""


@dataclass(frozen=True)
class AwsAsked(Asked):
    """What one request asks of AWS."""

    protocol: str = "rest-xml"
    """`json`, `query`, `ec2`, `rest-json`, `rest-xml` or `smithy-rpc-v2-cbor`."""
    query_compatible: bool = False
    """The client wants the codes of the query protocol beside those of its own."""

    @property
    def name(self) -> str:
        """`codedeploy:GetDeployment`."""
        return f"{self.service}:{self.operation}"


def read(environ: "WSGIEnvironment", body: bytes) -> AwsAsked:
    """Tell what a request asks for. Service and operation are empty where it is unknown."""
    query = environ.get("QUERY_STRING", "")
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", "")) or _SCOPE.search(unquote(query))
    if not scope:
        return AwsAsked("", "")
    form = parse_qs(body.decode("utf-8", "replace")) if "form-urlencoded" in environ.get("CONTENT_TYPE", "") else {}
    form = form or parse_qs(query, keep_blank_values=True)
    service = _service(scope["service"], form, environ["PATH_INFO"])
    operation, protocol = _operation(service, environ, form)
    return AwsAsked(
        service,
        operation,
        _account(environ, scope["key"], form),
        _action(service, operation, environ["REQUEST_METHOD"]),
        protocol,
        "HTTP_X_AMZN_QUERY_MODE" in environ,
    )


@cache
def model_of(service: str) -> "ServiceModel | None":
    """Give botocore's model of a service by boto3's name, or None if botocore has none."""
    from botocore.exceptions import UnknownServiceError
    from moto.core.utils import get_service_model

    try:
        return get_service_model(service)
    except UnknownServiceError:
        return None


def _service(signed_as: str, form: dict[str, list[str]], path: str) -> str:
    if signed_as == "apigateway" and path.startswith("/v2/"):
        return "apigatewayv2"
    if signed_as == "elasticloadbalancing" and form.get("Version") == ["2012-06-01"]:
        return "elb"
    return _CLIENT_NAME.get(signed_as, signed_as)


def _operation(service: str, environ: "WSGIEnvironment", form: dict[str, list[str]]) -> tuple[str, str]:
    """Operation and protocol."""
    path: str = environ["PATH_INFO"]
    if environ.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor":
        return path.rsplit("/", 1)[-1], "smithy-rpc-v2-cbor"
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return target.rsplit(".", 1)[-1], "json"
    if "Action" in form:
        return form["Action"][0], "ec2" if service == "ec2" else "query"
    model = model_of(service)
    if not model:
        return "", "rest-json"
    # An encoded slash inside a parameter must stay one, so the path is taken as it was sent.
    sent = (environ.get("RAW_URI") or path).partition("?")[0]
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    fitting = (route.operation for route in _routes(service) if route.fits(sent, query, environ))
    return next(fitting, ""), model.protocol


def _account(environ: "WSGIEnvironment", key: str, form: dict[str, list[str]]) -> str:
    """Tell the account that is asked; of AssumeRole, the account of the role."""
    import moto.iam.models

    if form.get("Action") == ["AssumeRole"] and "RoleArn" in form:
        return form["RoleArn"][0].split(":")[4]
    return environ.get("HTTP_X_MOTO_ACCOUNT_ID") or moto.iam.models.get_account_id_from(key)


def _action(service: str, operation: str, method: str) -> str:
    if service in {"apigateway", "apigatewayv2"}:
        return f"apigateway:{method}"
    name = f"{service}:{operation}"
    return _ACTIONS.get(name, f"{_ACTION_PREFIX.get(service, service)}:{operation}")


@dataclass(frozen=True)
class _Route:
    """How a REST operation is asked for."""

    operation: str
    method: str
    path: re.Pattern[str]
    query: tuple[tuple[str, str], ...]
    headers: tuple[str, ...]
    rank: tuple[int, ...]

    def fits(self, path: str, query: dict[str, list[str]], environ: "WSGIEnvironment") -> bool:
        return (
            environ["REQUEST_METHOD"] == self.method
            and self.path.fullmatch(path) is not None
            and all(name in query and value in {"", query[name][0]} for name, value in self.query)
            and all(header in environ for header in self.headers)
        )


@cache
def _routes(service: str) -> tuple[_Route, ...]:
    """Give the routes of a REST service, the most literal first."""
    model = model_of(service)
    assert model is not None
    made = [_route(model.operation_model(name)) for name in model.operation_names]
    return tuple(sorted(made, key=lambda route: route.rank, reverse=True))


def _route(operation: "OperationModel") -> _Route:
    path, _, wanted = operation.http["requestUri"].partition("?")
    # botocore takes the bucket out of the path in the model itself, at an operation's first call, and keeps it here.
    path = operation.http.get("authPath", path)
    query = [(name, values[0]) for name, values in parse_qs(wanted, keep_blank_values=True).items()]
    headers = []
    shape = operation.input_shape
    required = [shape.members[member].serialization for member in shape.required_members] if shape else []
    for place in required:
        if place.get("location") == "querystring":
            query.append((place["name"], ""))
        elif place.get("location") == "header":
            headers.append("HTTP_" + place["name"].upper().replace("-", "_"))
    literal = re.split(r"(\{[^}]+\})", path)
    pattern = "".join(_segment(part) for part in literal)
    length = sum(len(part) for part in literal if not part.startswith("{"))
    rank = (length, "+}" not in path, len(query) + len(headers), not operation.deprecated)
    return _Route(
        operation.name,
        operation.http["method"],
        re.compile(pattern.rstrip("/") + "/?"),
        tuple(query),
        tuple(headers),
        tuple(int(part) for part in rank),
    )


def _segment(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    return ".+" if part.endswith("+}") else "[^/]+"
