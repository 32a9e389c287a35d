"""AWS accounts as they are looked at: one session each, clients shared by all look-ups, every call written down.

This module does I/O. boto3 is imported on first use: collecting, replaying and verifying do without it.
"""

import json
import threading
from typing import Any
from urllib.parse import urlsplit

from promotion.clients.aws.quiet_logging import keep_answers_out_of_logs
from promotion.core.api_calls import note_call
from promotion.core.redact import Redactor
from promotion.settings.account import AwsAccess
from promotion.settings.model import LookupSettings
from promotion.unknown import Reason, Unknown

_IAM_PREFIX = {"monitoring": "cloudwatch", "email": "ses"}
"""Where the endpoint's name is not the prefix of the permission."""

EXPLICIT_ENDPOINTS: Any = {"ignore_configured_endpoint_urls": True}
"""Option of botocore's Config, which its published types do not know."""

_loader_lock = threading.Lock()
_loader: Any = None


class Account:
    """One AWS account and region, and the role it is looked at with.

    A boto3 Session is not safe to share among threads, its clients are: so clients are made one at a time, kept, and
    shared (https://boto3.amazonaws.com/v1/documentation/api/latest/guide/clients.html#multithreading-or-multiprocessing).
    """

    def __init__(self, name: str, environment: AwsAccess, looking: LookupSettings, redactor: Redactor) -> None:
        self.name = name
        self.account = environment.account
        self.region = environment.region
        self._environment = environment
        self._looking = looking
        self._redactor = redactor
        self._lock = threading.Lock()
        self._session: Any = None
        self._clients: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"<AWS account {self.account} ({self.name}), {self.region}>"

    def client(self, service: str) -> Any:
        """The boto3 client of a service, such as `codedeploy`. The same object for every caller."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make(service)
            return self._clients[service]

    def _make(self, service: str) -> Any:
        if self._session is None:
            self._session = self._open()
        return self._session.client(service, endpoint_url=self._environment.endpoint_url, config=self._config())

    def _config(self) -> Any:
        from botocore.config import Config

        # Only promotion.toml says where AWS is: AWS_ENDPOINT_URL in a shell, or `endpoint_url` in ~/.aws/config, would turn
        # every question, and the check of the account, to something else.
        # https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
        return Config(
            **EXPLICIT_ENDPOINTS,
            retries={"mode": "standard", "total_max_attempts": self._looking.attempts},
            connect_timeout=self._looking.connect_timeout,
            read_timeout=self._looking.read_timeout,
            max_pool_connections=self._looking.at_once,
            user_agent_extra="promotion-checklist",
        )

    def _open(self) -> Any:
        import boto3

        keep_answers_out_of_logs()
        base = self._watched(_botocore_session(self._environment.profile))
        role = self._environment.role
        if role is None:
            session = boto3.Session(botocore_session=base, region_name=self.region)
            self._require_account(session)
            return session
        assumed = self._watched(_botocore_session(None))
        # The role's credentials renew themselves in a watch that outlives one hour.
        assumed.register_component("credential_provider", _Provider(self._assumed(base, role)))
        return boto3.Session(botocore_session=assumed, region_name=self.region)

    def _assumed(self, base: Any, role: str) -> Any:
        from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials

        source = base.get_credentials()
        if source is None:
            raise Unknown(
                Reason.ACCESS_DENIED,
                f"no AWS credentials were found for assuming {role}: log in, or set AWS_PROFILE",
            )
        extra = {"RoleSessionName": "promotion-checklist"}
        if self._environment.external_id:
            extra["ExternalId"] = self._environment.external_id
        endpoint = self._environment.endpoint_url

        def client(service: str, **arguments: Any) -> Any:
            arguments.setdefault("region_name", self.region)
            return base.create_client(service, endpoint_url=endpoint, **{**arguments, "config": self._config()})

        fetcher = AssumeRoleCredentialFetcher(client, source, role, extra_args=extra)
        return DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")

    def _require_account(self, session: Any) -> None:
        sts = session.client("sts", endpoint_url=self._environment.endpoint_url, config=self._config())
        found = sts.get_caller_identity()["Account"]
        if found != self.account:
            raise Unknown(
                Reason.ACCESS_DENIED,
                f"the credentials for {self.name} belong to account {found}, but promotion.toml says {self.account}: "
                f"set `role` or `profile` of [{self.name}]",
            )

    def _watched(self, session: Any) -> Any:
        """Hooks go onto the session before any client is made: clients copy them."""
        session.register("before-call", _asked)
        session.register("after-call", _answered)
        session.register("after-call-error", _not_answered)
        session.register("before-parse", _raise_if_truncated)
        return session


def _botocore_session(profile: str | None) -> Any:
    """A session that shares the parsed service descriptions with every other: they are the dear part of a client."""
    import botocore.loaders
    import botocore.session

    global _loader  # noqa: PLW0603 - one a process, like the files it has read
    with _loader_lock:
        if _loader is None:
            _loader = botocore.loaders.create_loader()
    session = botocore.session.Session(profile=profile)
    session.register_component("data_loader", _loader)
    return session


def _service(model: Any) -> str:
    name = str(model.service_model.signing_name or model.service_model.endpoint_prefix)
    return _IAM_PREFIX.get(name, name)


def _answered(http_response: Any, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
    metadata = parsed.get("ResponseMetadata", {})
    outcome = (
        str(parsed["Error"].get("Code", "error")) if http_response.status_code >= 300 and "Error" in parsed else "ok"
    )
    note_call(_service(model), model.name, metadata.get("RequestId"), outcome, host=context["promotion_call"][2])


def _asked(model: Any, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    # botocore passes no model when no answer came, but the same context.
    context["promotion_call"] = (_service(model), model.name, urlsplit(params["url"]).netloc)


def _not_answered(exception: Exception, context: dict[str, Any], **_: Any) -> None:
    service, operation, host = context["promotion_call"]
    outcome = str(exception.reason) if isinstance(exception, Unknown) else type(exception).__name__
    note_call(service, operation, None, outcome, host=host)


def _raise_if_truncated(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    """boto3 reads a JSON answer of status 200 that was cut off as an empty result: it would say 'nothing there'."""
    if response_dict["status_code"] >= 300 or operation_model.has_streaming_output:
        return
    body, headers = response_dict["body"], response_dict["headers"]
    asked = f"{_service(operation_model)}:{operation_model.name}"
    # An unpacked answer is longer than the length the header speaks of, and a HEAD answer has none of it.
    packed = headers.get("content-encoding") not in (None, "identity")
    head = operation_model.http.get("method") == "HEAD"
    announced = headers.get("content-length")
    if announced is not None and not packed and not head and int(announced) != len(body):
        raise Unknown(
            Reason.TRUNCATED, f"{asked} answered {len(body)} of {announced} announced bytes: the answer was truncated"
        )
    if operation_model.service_model.resolved_protocol in ("json", "rest-json") and not head:
        if not body:
            if operation_model.output_shape is not None and operation_model.output_shape.members:
                raise Unknown(Reason.TRUNCATED, f"{asked} answered with an empty body")
            return
        try:
            json.loads(body)
        except ValueError:
            raise Unknown(
                Reason.TRUNCATED, f"{asked} answered with incomplete JSON: the answer was truncated"
            ) from None


class _Provider:
    """What a botocore session asks for its credentials: these, which renew themselves."""

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials

    def load_credentials(self) -> Any:
        return self._credentials
