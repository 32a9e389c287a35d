"""Why a look-up failed, in a sentence a person can act on."""

import sys
from collections.abc import Sequence
from typing import Any

from promotion.core.api_calls import ApiCall
from promotion.unknown import Reason, Unknown

_DENIED = frozenset(
    {
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthFailure",
        "ForbiddenException",
        "KMSAccessDeniedException",
        "NotAuthorizedException",
        "UnauthorizedOperation",
    }
)
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
_SKEWED = frozenset({"RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"})
_UNSIGNED = frozenset(
    {"InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "IncompleteSignatureException"}
)
_UNKNOWN_KEY = frozenset(
    {
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "NotSignedUp",
        "OptInRequired",
        "UnrecognizedClientException",
    }
)
"""Error codes of credentials, not of permissions: no policy helps.
https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""
_CLOCK_WORDS = ("signature expired", "signature not yet current", "not yet current", "must be within")
"""What AWS says with `InvalidSignatureException` or `SignatureDoesNotMatch` where the clock of this machine is off."""
_PERMISSIONS = {"s3:HeadBucket": "s3:ListBucket", "s3:HeadObject": "s3:GetObject"}
"""Operations whose permission is named otherwise, where the answer has no body that would name it.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
"""
_THROTTLED = frozenset(
    {
        "429",
        "BandwidthLimitExceeded",
        "LimitExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
    }
)


def explain(trouble: BaseException, name: str, calls: Sequence[ApiCall]) -> Unknown:
    """Turn whatever a look-up raised into an Unknown. Never looks at values, only at what kind of trouble it was."""
    if isinstance(trouble, Unknown):
        return trouble
    # The clients are asked for only where they are already loaded: an exception of theirs cannot come otherwise.
    if (botocore := sys.modules.get("botocore.exceptions")) is not None:
        found = _from_aws(trouble, botocore, calls)
        if found is not None:
            return found
    if (requests := sys.modules.get("requests")) is not None:
        found = _from_http(trouble, requests)
        if found is not None:
            return found
    return Unknown(
        Reason.ERROR,
        f"look-up {name} stopped with {type(trouble).__name__}: this is a bug in the look-up or an answer it does "
        "not support; run with -vv for the traceback",
    )


def _from_aws(trouble: BaseException, botocore: Any, calls: Sequence[ApiCall]) -> Unknown | None:
    asked = _asked(trouble, calls)
    if isinstance(trouble, botocore.ClientError):
        return _refused(trouble, asked)
    if isinstance(
        trouble, botocore.NoCredentialsError | botocore.PartialCredentialsError | botocore.TokenRetrievalError
    ):
        return Unknown(
            Reason.ACCESS_DENIED, "no AWS credentials were found: log in, or set a profile or role in promotion.toml"
        )
    if isinstance(trouble, botocore.ProfileNotFound):
        return Unknown(Reason.ACCESS_DENIED, f"{trouble}: check `profile` in promotion.toml")
    if isinstance(trouble, botocore.ReadTimeoutError | botocore.ConnectTimeoutError):
        return Unknown(Reason.TIMEOUT, f"{asked} did not answer in time")
    # Of another module, and below no class of botocore's: one that could not make sense of an answer.
    unreadable = type(trouble).__name__ == "ResponseParserError" and type(trouble).__module__ == "botocore.parsers"
    if unreadable or isinstance(trouble, botocore.IncompleteReadError):
        return Unknown(Reason.TRUNCATED, f"{asked} gave an answer that cannot be parsed: it may have been truncated")
    if isinstance(trouble, botocore.HTTPClientError | botocore.ConnectionError):
        return Unknown(Reason.UNREACHABLE, f"{asked} could not be reached ({type(trouble).__name__}): no connection")
    if isinstance(trouble, botocore.BotoCoreError):
        return Unknown(Reason.ERROR, f"{asked}: {type(trouble).__name__}: {trouble}")
    return None


def _refused(trouble: Any, asked: str) -> Unknown:
    """What an error answer of AWS says. `trouble` is botocore's ClientError."""
    error = trouble.response.get("Error", {})
    code, said = str(error.get("Code", "")), str(error.get("Message") or "")
    status = trouble.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if remedy := _about_credentials(code, said):
        return Unknown(Reason.ACCESS_DENIED, f"{asked} was refused ({code}): {remedy}")
    if code in _DENIED or status in (401, 403):
        who = f": {said}" if said else ""
        allow = _PERMISSIONS.get(asked, "it")
        return Unknown(Reason.ACCESS_DENIED, f"{asked} was denied ({code}){who}. Allow {allow} for the gate's role")
    if code in _THROTTLED or status == 429:
        return Unknown(Reason.THROTTLED, f"{asked} was throttled ({code}) in every attempt: run again later")
    if code == "InvalidOperationException" and "log class" in said:
        # Of which classes is not documented whole; of INFREQUENT_ACCESS: https://github.com/aws/karpenter-provider-aws/issues/9567.
        return Unknown(
            Reason.NOT_SUPPORTED,
            f"{asked} does not read log groups of this class ({said}): let it log to a log group of the class STANDARD; the "
            "class of a log group cannot be changed",
        )
    if code in ("NotImplementedException", "501") or status == 501:
        return Unknown(Reason.NOT_SUPPORTED, f"{asked} is not supported by the endpoint that serves the AWS APIs")
    if status >= 500:
        return Unknown(
            Reason.UNREACHABLE, f"{asked} failed with a server error ({code}, status {status}) in every attempt"
        )
    if "NotFound" in code or "DoesNotExist" in code or code.startswith("NoSuch") or status == 404:
        return Unknown(Reason.NO_DATA, f"{asked} found nothing ({code}: {said}): check the names in promotion.toml")
    return Unknown(Reason.ERROR, f"{asked} answered {code}: {said}")


def _about_credentials(code: str, said: str) -> str | None:
    """What to do where AWS refused the credentials themselves; None where it did not."""
    if code in _EXPIRED:
        return "the credentials have expired: log in again, or let the pipeline assume its role shortly before this run"
    if code in _SKEWED or (code in _UNSIGNED and any(words in said.lower() for words in _CLOCK_WORDS)):
        return "the clock of this machine differs from AWS's by minutes: set it (NTP), then run again"
    if code in _UNSIGNED:
        return "the request's signature is wrong: check that AWS_SECRET_ACCESS_KEY belongs to AWS_ACCESS_KEY_ID"
    if code in {"NotSignedUp", "OptInRequired"}:
        return "the account has not enabled this service or region: check `region` in promotion.toml"
    if code in _UNKNOWN_KEY:
        return (
            "AWS does not know these credentials: log in again, and check that they belong to the partition of `region` "
            "in promotion.toml and, for temporary ones, that AWS_SESSION_TOKEN is set"
        )
    return None


def _asked(trouble: BaseException, calls: Sequence[ApiCall]) -> str:
    if calls and calls[-1].outcome != "ok":
        return f"{calls[-1].service}:{calls[-1].operation}"
    operation = getattr(trouble, "operation_name", None)
    return str(operation) if operation else "an AWS API"


def _from_http(trouble: BaseException, requests: Any) -> Unknown | None:
    if isinstance(trouble, requests.Timeout):
        return Unknown(Reason.TIMEOUT, f"an HTTP request did not answer in time ({type(trouble).__name__})")
    if isinstance(trouble, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return Unknown(Reason.TRUNCATED, f"an HTTP answer was truncated ({type(trouble).__name__})")
    if isinstance(trouble, requests.ConnectionError):
        return Unknown(Reason.UNREACHABLE, f"an HTTP request could not connect ({type(trouble).__name__})")
    if isinstance(trouble, requests.exceptions.JSONDecodeError):
        return Unknown(Reason.MALFORMED, "an HTTP answer was not JSON")
    return None
