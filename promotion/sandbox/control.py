"""What the sandbox says of itself, beside the AWS APIs and on their port: its clock, and what it was asked."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from promotion.sandbox.clock import Clock
from promotion.sandbox.request_log import Calls

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CLOCK = "/clock"
CALLS = "/sandbox/calls"


def beside(app: "WSGIApplication", clock: Clock, calls: Calls) -> "WSGIApplication":
    """Answer unsigned requests for `/clock` and `/sandbox/calls`; the rest is for `app`."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = None if "HTTP_AUTHORIZATION" in environ else environ["PATH_INFO"]
        if path == CLOCK:
            said: object = {"now": clock.now().isoformat(), "rate": clock.rate}
        elif path == CALLS:
            said = [asdict(call) for call in calls.so_far()]
        else:
            return app(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(said).encode()]

    return answer
