"""One error in the form of each AWS protocol, as the services word it.

Forms: https://smithy.io/2.0/aws/protocols/ and https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html.
EC2's own codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/query-api-troubleshooting.html
"""

import json
from xml.sax.saxutils import escape

from promotion.sandbox.answer import Answer
from promotion.sandbox.routes import AwsAsked, model_of

REQUEST_ID = "00000000-0000-0000-0000-000000000000"
_THROTTLING = ("TooManyRequestsException", "ThrottlingException", "ThrottledException")


def denied(asked: AwsAsked) -> Answer:
    """Say that the caller lacks a permission."""
    message = (
        f"User: arn:aws:sts::{asked.account or '000000000000'}:assumed-role/promotion-checker/sandbox is not "
        f"authorized to perform: {asked.action} because no identity-based policy allows the {asked.action} action"
    )
    match asked.protocol:
        case "ec2":
            return refusal(asked, "UnauthorizedOperation", message, 403)
        case "query" | "rest-xml":
            return refusal(asked, "AccessDenied", message, 403)
        case "rest-json":
            return refusal(asked, "AccessDeniedException", message, 403)
        case _:
            return refusal(asked, "AccessDeniedException", message, 400, query_code="AccessDenied")


def throttled(asked: AwsAsked) -> Answer:
    """Say that the caller asks too often."""
    if asked.service == "s3":
        return refusal(asked, "SlowDown", "Please reduce your request rate.", 503)
    match asked.protocol:
        case "ec2":
            return refusal(asked, "RequestLimitExceeded", "Request limit exceeded.", 503)
        case "query" | "rest-xml":
            return refusal(asked, "Throttling", "Rate exceeded", 400)
        case "rest-json":
            return refusal(asked, _throttling_of(asked.service), "Rate exceeded", 429)
        case _:
            return refusal(asked, "ThrottlingException", "Rate exceeded", 400, query_code="Throttling")


def failed(asked: AwsAsked, status: int) -> Answer:
    """Say that the service is broken: with 500 by its own word, with any other status by the page of a proxy."""
    if status != 500:
        return proxy_page(status)
    code = "InternalError" if asked.protocol in {"ec2", "rest-xml"} else "InternalFailure"
    return refusal(asked, code, "An internal error occurred.", 500)


def not_implemented(asked: AwsAsked) -> Answer:
    """Say that the sandbox does not know this operation. boto3 does not retry a 501."""
    message = f"The sandbox does not know {asked.service}:{asked.operation}."
    return refusal(asked, "NotImplementedException", message, 501)


def refusal(asked: AwsAsked, code: str, message: str, status: int, *, query_code: str | None = None) -> Answer:
    """Say no in the protocol the request was made in.

    `query_code` is what clients of services that once spoke the query protocol are told beside `code`.
    """
    if asked.protocol == "smithy-rpc-v2-cbor":
        body = b"\xa2" + b"".join(_cbor_text(text) for text in ("__type", code, "message", message))
        return Answer(status, (("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")), body)
    if asked.protocol in {"json", "rest-json"}:
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-RequestId", REQUEST_ID)]
        headers.append(("x-amzn-errortype", code))
        if query_code and asked.query_compatible:
            headers.append(("x-amzn-query-error", f"{query_code};Sender"))
        return Answer(status, tuple(headers), json.dumps({"__type": code, "message": message}).encode())
    return Answer(status, (("Content-Type", "text/xml"),), _xml(asked, code, escape(message), status).encode())


def proxy_page(status: int) -> Answer:
    """Say what a load balancer says when it cannot reach the service: a page, not the API's own form."""
    line = Answer(status, (), b"").status_line
    page = f"<html><head><title>{line}</title></head><body><center><h1>{line}</h1></center></body></html>"
    return Answer(status, (("Content-Type", "text/html"),), page.encode())


def _xml(asked: AwsAsked, code: str, message: str, status: int) -> str:
    said = f"<Code>{code}</Code><Message>{message}</Message>"
    if asked.protocol == "ec2":
        return f"<Response><Errors><Error>{said}</Error></Errors><RequestID>{REQUEST_ID}</RequestID></Response>"
    if asked.service == "s3":
        return f'<?xml version="1.0" encoding="UTF-8"?><Error>{said}<RequestId>{REQUEST_ID}</RequestId></Error>'
    error = f"<Error><Type>{'Receiver' if status >= 500 else 'Sender'}</Type>{said}</Error>"
    return f"<ErrorResponse>{error}<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"


def _throttling_of(service: str) -> str:
    """Name it as the service's own model does; REST services differ."""
    model = model_of(service)
    shapes = set(model.shape_names) if model else set()
    return next((name for name in _THROTTLING if name in shapes), "ThrottlingException")


def _cbor_text(text: str) -> bytes:
    """Encode a text string (RFC 8949, major type 3) of less than 64 KiB."""
    data = text.encode()
    head = bytes([0x60 + len(data)]) if len(data) < 24 else b"\x79" + len(data).to_bytes(2, "big")
    return head + data
