"""CloudWatch Synthetics: the runs of canaries, which moto does not have.

A canary's `runs` is a `Schedule`; without one it never ran. Sources: botocore's model of synthetics, and
https://docs.aws.amazon.com/AmazonSynthetics/latest/APIReference/API_CanaryRun.html
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import moto.synthetics.urls
from moto.core.exceptions import ServiceException
from moto.core.utils import utcnow
from moto.synthetics.models import Canary, SyntheticsBackend
from moto.synthetics.responses import SyntheticsResponse

from promotion.sandbox.moto_patches import amends, operation, routes
from promotion.sandbox.moto_patches.paging import page

EPOCH = datetime(2026, 1, 1)  # noqa: DTZ001 - moto's times have no zone
LAST_RUN_PAGE = 100
NAMES = 5
"""How many names one call may give."""

routes(moto.synthetics.urls, "{0}/canaries/last-run$", "{0}/canary/(?P<name>[^/]+)/runs$")


class ValidationException(ServiceException):
    """A parameter that the service refuses."""

    code = "ValidationException"


class ResourceNotFoundException(ServiceException):
    """No canary of that name."""

    code = "ResourceNotFoundException"


@dataclass
class Schedule:
    """Runs that come one after another, each with the same outcome. Times are UTC without a zone."""

    every: timedelta = timedelta(minutes=5)
    takes: timedelta = timedelta(seconds=14)
    state: str = "PASSED"
    reason: str = ""
    reason_code: str = ""
    until: datetime | None = None
    """No run starts after this moment: a canary that somebody stopped."""
    browsers: dict[str, str] = field(default_factory=lambda: {"CHROME": ""})
    """Browsers it runs in, each at every start, to the state of its runs there; empty is `state`."""
    running: bool = False
    """Whether a run goes on at any moment, as of a canary that takes as long as it waits."""

    def starts(self, now: datetime, count: int) -> list[datetime]:
        """Give when the newest runs started that are over by `now`, newest first."""
        last = min(now - self.takes, self.until or now)
        newest = last - (last - EPOCH) % self.every
        return [newest - self.every * n for n in range(count)]

    def newest(self, canary: Any, now: datetime, browser: str) -> dict[str, Any]:
        """Tell of the newest run in a browser, which may still go on."""
        told = self.described(canary, self.starts(now, 1)[0], browser)
        if self.running:
            told |= {"Status": {"State": "RUNNING"}, "Timeline": {"Started": now - self.takes / 2}}
        return told

    def described(self, canary: Any, start: datetime, browser: str) -> dict[str, Any]:
        """Tell of one run as the API does (CanaryRun)."""
        state = self.browsers[browser] or self.state
        status: dict[str, Any] = {"State": state, "TestResult": state}
        if self.reason and state != "PASSED":
            status |= {"StateReason": self.reason, "StateReasonCode": self.reason_code or "CANARY_FAILURE"}
        run = uuid.uuid5(uuid.NAMESPACE_URL, f"{canary.id}/{start.isoformat()}/{browser}")
        return {
            "Id": str(run),
            "Name": canary.name,
            "Status": status,
            "Timeline": {"Started": start, "Completed": start + self.takes},
            "ArtifactS3Location": f"{canary.artifact_s3_location.removeprefix('s3://')}/{start:%Y/%m/%d/%H/%M-%S-000}",
            "BrowserType": browser,
        }


@operation(SyntheticsResponse)
def DescribeCanariesLastRun(backend: Any, ask: Any) -> dict[str, Any]:
    """Tell of the newest run of each canary that ever ran, in each of its browsers.

    That a canary of several browsers has a row for each is the shape of the model: `LastRun.BrowserType`, and a `BrowserType`
    to ask for. No page says it.
    """
    ran = [canary for canary in _named(backend, ask("Names")) if getattr(canary, "runs", None)]
    canaries, token = page(ran, ask("NextToken"), ask("MaxResults") or LAST_RUN_PAGE)
    now = utcnow()
    return {
        "CanariesLastRun": [
            {"CanaryName": canary.name, "LastRun": canary.runs.newest(canary, now, browser)}
            for canary in canaries
            for browser in canary.runs.browsers
            if ask("BrowserType") in {None, browser}
        ],
        "NextToken": token,
    }


@operation(SyntheticsResponse)
def GetCanaryRuns(backend: Any, ask: Any) -> dict[str, Any]:
    """Tell of the newest runs of one canary, newest first."""
    canary = backend.canaries.get(ask("name"))
    if canary is None:
        raise ResourceNotFoundException(f"Canary not found: {ask('name')}")
    if not getattr(canary, "runs", None):
        return {"CanaryRuns": []}
    schedule, now = canary.runs, utcnow()
    going_on = [schedule.newest(canary, now, browser) for browser in schedule.browsers] if schedule.running else []
    over = [
        schedule.described(canary, start, browser)
        for start in schedule.starts(now, ask("MaxResults") or LAST_RUN_PAGE)
        for browser in schedule.browsers
    ]
    return {"CanaryRuns": (going_on + over)[: ask("MaxResults") or LAST_RUN_PAGE]}


@amends(SyntheticsBackend, "describe_canaries")
def only_named(original: Any, self: Any, token: str | None, size: int | None, names: list[str] | None) -> Any:
    """Describe only the canaries that were asked for."""
    _, after = original(self, token, size, None)
    return _named(self, names), after


@amends(SyntheticsResponse, "describe_canaries")
def asked_for(original: Any, self: Any) -> Any:
    """Hand the names on, which moto drops, and refuse names that no canary has."""
    del original
    import json

    canaries, _ = self.synthetics_backend.describe_canaries(None, None, self._get_param("Names"))
    return json.dumps({"Canaries": [canary.to_dict() for canary in canaries]})


@amends(Canary, "to_dict")
def alive(original: Any, self: Any) -> dict[str, Any]:
    """Tell the canary's own state and when it last ran."""
    told: dict[str, Any] = original(self)
    told["Status"] = {"State": self.state}
    if runs := getattr(self, "runs", None):
        start = runs.starts(utcnow(), 1)[0]
        told["Timeline"] |= {
            "LastStarted": start.isoformat(timespec="milliseconds") + "Z",
            "LastStopped": (start + runs.takes).isoformat(timespec="milliseconds") + "Z",
        }
    return told


def _named(backend: Any, names: list[str] | None) -> list[Any]:
    if names and len(names) > NAMES:
        raise ValidationException(f"Names: at most {NAMES} canaries can be named")
    return [canary for canary in backend.canaries.values() if not names or canary.name in names]
