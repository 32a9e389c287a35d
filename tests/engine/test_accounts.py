"""AWS as it is looked at: one session an account, every call written down, no answer taken for another."""

import json
import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from promotion.clients.aws.account import Account
from promotion.core.redact import Redactor
from promotion.engine.lookups import ORPHANS, Entry
from promotion.settings.account import AwsAccess
from promotion.settings.model import LookupSettings as Limits
from tests.engine.looks import engine, evidence, looked

ROLE = "arn:aws:iam::111122223333:role/promotion-checker"
ASSUMED = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIAEXAMPLEEXAMPLE00</AccessKeyId><SecretAccessKey>example</SecretAccessKey><SessionToken>t</SessionToken>
<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""
CALLER = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Account>{}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"""
Answer = tuple[int, str, dict[str, str]]
DEPLOYMENT = json.dumps({"deploymentInfo": {"status": "Succeeded"}})


@pytest.fixture
def served() -> Iterator[dict[str, Any]]:
    """An AWS of a few answers: by operation, (status, body, headers); `asked` lists what came."""
    answers: dict[str, Any] = {
        "asked": [],
        "AssumeRole": (200, ASSUMED, {}),
        "GetCallerIdentity": (200, CALLER.format("111122223333"), {}),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            target = self.headers.get("x-amz-target", "")
            operation = target.split(".")[-1] or body.split("Action=")[1].split("&")[0]
            answers["asked"].append(operation)
            status, text, headers = answers[operation]
            self.send_response(status)
            sent = {"content-length": str(len(text)), "x-amzn-requestid": f"r-{len(answers['asked'])}", **headers}
            for name, value in sent.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    answers["url"] = f"http://127.0.0.1:{server.server_port}"
    yield answers
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def credentials(monkeypatch, tmp_path) -> None:
    """A pipeline's own credentials, and no others."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


def account(url: str, role: str | None = ROLE, **limits: float) -> Account:
    """An account of which the APIs are served there."""
    access = AwsAccess(account="111122223333", region="eu-west-1", role=role, endpoint_url=url)
    return Account(
        "dev", access, Limits(**{"connect_timeout": 1, "read_timeout": 2, "attempts": 2, **limits}), Redactor()
    )


def deployment(dev_aws: Account) -> str:
    """A look-up."""
    return str(dev_aws.client("codedeploy").get_deployment(deploymentId="d-1")["deploymentInfo"]["status"])


def look(at: Account, how: Callable[..., Any] = deployment) -> Entry:
    """Look once."""
    return looked(engine(evidence(how), sources={"dev_aws": at}, deadline=20), how.__name__)[how.__name__]


def calls(entry: Entry) -> list[tuple[str | None, ...]]:
    """The calls behind an entry."""
    return [(call["service"], call["operation"], call["outcome"]) for call in entry.calls]


@pytest.mark.usefixtures("credentials")
def test_every_call_is_written_down(served):
    """Assuming the role and the call itself, with their request ids; a second look assumes nothing anew."""
    served["GetDeployment"] = (200, DEPLOYMENT, {"content-type": "application/x-amz-json-1.1"})
    dev = account(served["url"])
    first, second = look(dev), look(dev)
    assert (first.value, second.value) == ("Succeeded", "Succeeded")
    assert calls(first) == [("sts", "AssumeRole", "ok"), ("codedeploy", "GetDeployment", "ok")]
    assert calls(second) == [("codedeploy", "GetDeployment", "ok")]
    assert first.calls[1]["request_id"] == "r-2"
    assert served["asked"] == ["AssumeRole", "GetDeployment", "GetDeployment"]
    assert dev.client("codedeploy") is dev.client("codedeploy")
    assert ORPHANS == []


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize(
    ("answer", "reason", "words", "outcome"),
    [
        (
            (400, '{"__type": "AccessDeniedException", "message": "not yours"}', {}),
            "access-denied",
            "codedeploy:GetDeployment was denied (AccessDeniedException): not yours. Allow it for the gate's role",
            "AccessDeniedException",
        ),
        ((400, '{"__type": "ThrottlingException"}', {}), "throttled", "was throttled", "ThrottlingException"),
        (
            (400, '{"__type": "DeploymentDoesNotExistException"}', {}),
            "no-data",
            "check the names",
            "DeploymentDoesNotExist",
        ),
        ((500, "{}", {}), "unreachable", "failed with a server error", "500"),
        ((501, "{}", {}), "not-supported", "is not supported by the endpoint that serves the AWS APIs", "501"),
        ((200, DEPLOYMENT[:-5], {}), "truncated", "answered with incomplete JSON", "truncated"),
        ((200, "", {}), "truncated", "answered with an empty body", "truncated"),
        ((200, DEPLOYMENT, {"content-length": "500", "connection": "close"}), "truncated", "", ""),
        ((200, "<html>Please log in</html>", {}), "truncated", "answered with incomplete JSON", "truncated"),
        ((200, "{}", {}), "error", "stopped with KeyError", "ok"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else None,
)
def test_no_answer_is_taken_for_another(served, answer, reason, words, outcome):
    """Denied, throttled, gone, broken, cut off, a login page: each unknown for its reason, with the call behind it."""
    served["GetDeployment"] = answer
    entry = look(account(served["url"]))
    assert entry.value is None
    assert entry.unknown is not None
    assert entry.unknown["reason"] == reason, entry
    assert words in entry.unknown["message"]
    service, operation, found = calls(entry)[-1]
    assert (service, operation) == ("codedeploy", "GetDeployment")
    assert outcome in str(found)


CREDENTIALS = [
    ("ExpiredTokenException", "The security token included in the request is expired", "have expired: log in again"),
    ("ExpiredToken", "", "have expired: log in again"),
    ("InvalidSignatureException", "Signature expired: 20261130T1 is now earlier than 20261130T2", "the clock of this"),
    ("InvalidSignatureException", "Signature not yet current: 20261130T3 is still later", "the clock of this machine"),
    (
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large",
        "set it (NTP)",
    ),
    ("SignatureDoesNotMatch", "The request signature we calculated does not match", "AWS_SECRET_ACCESS_KEY belongs to"),
    ("UnrecognizedClientException", "The security token included in the request is invalid", "does not know these"),
    ("InvalidClientTokenId", "", "does not know these credentials"),
    ("OptInRequired", "", "has not enabled this service or region"),
]


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize(("code", "said", "words"), CREDENTIALS)
def test_what_is_wrong_with_credentials_is_no_missing_permission(served, code, said, words):
    """Expired, wrongly signed, unknown, or the clock: each says what to do, and none that a policy must allow it."""
    served["GetDeployment"] = (400, json.dumps({"__type": code, "message": said}), {})
    entry = look(account(served["url"]))
    assert entry.unknown is not None
    assert entry.unknown["reason"] == "access-denied"
    assert words in entry.unknown["message"]
    assert "Allow it" not in entry.unknown["message"]


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("role", [ROLE, None], ids=["role", "none"])
@pytest.mark.parametrize("how", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_CODEDEPLOY", "AWS_ENDPOINT_URL_STS", "file"])
def test_only_the_settings_say_where_aws_is(served, monkeypatch, tmp_path, how, role):
    """An emulator left in the shell or in ~/.aws/config is not asked, not even whose account it is."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", "http://127.0.0.1:1")
    if how == "file":
        config = tmp_path / "config"
        config.write_text(f"[default]\nendpoint_url = {served['url']}\nregion = eu-west-1\n")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    else:
        monkeypatch.setenv(how, served["url"])
    dev = account(None, role=role)
    with monkeypatch.context() as offline:
        offline.setattr("socket.getaddrinfo", _nowhere)
        entry = look(dev)
    assert served["asked"] == []
    assert entry.unknown is not None
    assert entry.unknown["reason"] == "unreachable"
    assert entry.calls[0]["host"] == "sts.eu-west-1.amazonaws.com"


def _nowhere(host: str, *_: Any, **__: Any) -> Any:
    raise socket.gaierror(f"{host} is not looked for in a test")


@pytest.mark.usefixtures("credentials")
def test_the_host_of_every_call_is_written_down(served):
    """So that the page can show where AWS was asked."""
    served["GetDeployment"] = (200, DEPLOYMENT, {"content-type": "application/x-amz-json-1.1"})
    entry = look(account(served["url"]))
    assert {call["host"] for call in entry.calls} == {served["url"].removeprefix("http://")}


@pytest.mark.usefixtures("credentials")
def test_reads_are_tried_again_but_not_for_ever(served):
    """A throttled read is tried `looking.attempts` times, and written down as one call."""
    served["GetDeployment"] = (400, '{"__type": "ThrottlingException"}', {})
    entry = look(account(served["url"], attempts=2))
    assert served["asked"].count("GetDeployment") == 2
    assert calls(entry)[1:] == [("codedeploy", "GetDeployment", "ThrottlingException")]


@pytest.mark.usefixtures("credentials")
def test_nobody_there_is_unreachable(served):
    """A refused connection is written down under the same name of the service as an answer."""
    dev = account(served["url"])
    with socket.socket() as taken:  # bound, and not listening: nobody else gets the port meanwhile
        taken.bind(("127.0.0.1", 0))
        gone = dev._session = dev._open()
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        dev._clients["elbv2"] = gone.client("elbv2", endpoint_url=url, config=dev._config())

        def balancers(dev_aws: Account) -> int:
            return len(dev_aws.client("elbv2").describe_load_balancers()["LoadBalancers"])

        entry = look(dev, balancers)
    assert entry.unknown is not None
    assert entry.unknown["reason"] == "unreachable"
    assert "elasticloadbalancing:DescribeLoadBalancers could not be reached" in entry.unknown["message"]
    assert calls(entry)[-1] == ("elasticloadbalancing", "DescribeLoadBalancers", "EndpointConnectionError")


@pytest.mark.usefixtures("credentials")
def test_another_account_is_refused(served):
    """Credentials of an account that promotion.toml does not name look at nothing."""
    served["GetCallerIdentity"] = (200, CALLER.format("999999999999"), {})
    entry = look(account(served["url"], role=None))
    assert entry.unknown is not None
    assert entry.unknown["reason"] == "access-denied"
    assert (
        "the credentials for dev belong to account 999999999999, but promotion.toml says 111122223333"
        in entry.unknown["message"]
    )
    assert served["asked"] == ["GetCallerIdentity"]


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("role", [ROLE, None], ids=["role", "none"])
def test_no_credentials_at_all(served, monkeypatch, role):
    """Nobody logged in: unknown, and what to do."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    entry = look(account(served["url"], role=role))
    assert entry.unknown is not None
    assert entry.unknown["reason"] == "access-denied"
    assert "no AWS credentials were found" in entry.unknown["message"]
    assert served["asked"] == []
