"""CloudWatch Application Signals, which moto does not have at all: service level objectives and their error budgets.

An objective counts two CloudWatch metrics of its account when it is asked, so that it agrees with them. Sources:
botocore's model of application-signals, whose field names these are, and
https://docs.aws.amazon.com/applicationsignals/latest/APIReference/API_ServiceLevelObjectiveBudgetReport.html
"""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import floor
from typing import Any

import moto.backends
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import BaseResponse
from moto.core.utils import utcnow
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from promotion.sandbox.moto_patches import amends, operation
from promotion.sandbox.moto_patches.metrics import Metric, read, window
from promotion.sandbox.moto_patches.paging import InvalidNextToken, page

SERVICE = "application-signals"
MODULE = "applicationsignals"
"""What moto would call its module."""
MOST = 50
"""How many are listed on a page, and may be named in a call."""
HOUR = 3600
UNKNOWN_FILTERS = (
    "KeyAttributes",
    "OperationName",
    "DependencyConfig",
    "MetricSourceTypes",
    "MetricSource",
    "IncludeLinkedAccounts",
    "SloOwnerAwsAccountId",
)


class ValidationException(ServiceException):
    """The request is not valid."""

    code = "ValidationException"


class ResourceNotFoundException(ServiceException):
    """There is no such objective."""

    code = "ResourceNotFoundException"

    def __init__(self, name: str) -> None:
        super().__init__("The SLO was not found.")
        self.resource_type, self.resource_id = "SLO", name


@dataclass
class Objective:
    """A service level objective by requests. Everything in it may be changed."""

    name: str
    arn: str
    total: Metric
    """Its Sum is the number of requests."""
    bad: Metric
    """Its Sum is the number of those that failed."""
    created: datetime
    """UTC without a zone."""
    goal: float = 99.9
    """Percent of the requests that must succeed."""
    interval: dict[str, Any] = field(default_factory=lambda: rolling(30))
    """As the API gives it (Interval)."""
    warning: float = 50.0
    """Percent of the budget; less left is a warning."""
    evaluation: str = "RequestBased"
    error: tuple[str, str] | None = None
    """Code and message in place of a report."""
    behind: timedelta = timedelta(0)
    """How much older its report is than the one that is asked for."""

    @property
    def of_it(self) -> dict[str, Any]:
        """What names it in every answer."""
        return {"Arn": self.arn, "Name": self.name}

    @property
    def told(self) -> dict[str, Any]:
        """What it is about, as the API gives it."""
        by_requests = {
            "RequestBasedSliMetric": {
                "TotalRequestCountMetric": [_query("total", self.total)],
                "MonitoredRequestCountMetric": {"BadCountMetric": [_query("bad", self.bad)]},
            }
        }
        goal = {"Interval": self.interval, "AttainmentGoal": self.goal, "WarningThreshold": self.warning}
        return {"EvaluationType": self.evaluation, "RequestBasedSli": by_requests, "Goal": goal}

    def since(self, at: datetime) -> datetime:
        """Give when the interval that ends at a moment began. NotImplementedError for a calendar's."""
        told = self.interval.get("RollingInterval")
        if told is None or told["DurationUnit"] == "MONTH":
            raise NotImplementedError(f"intervals such as {self.interval}")
        return at - timedelta(**{f"{told['DurationUnit'].lower()}s": told["Duration"]})

    def report(self, cloudwatch: Any, at: datetime) -> dict[str, Any]:
        """Report its budget at a moment, as the API does."""
        total, bad = (_sum(cloudwatch, metric, self.since(at), at) for metric in (self.total, self.bad))
        if not total or at < self.created:
            return {**self.of_it, **self.told, "BudgetStatus": "INSUFFICIENT_DATA"}
        share = 1 - self.goal / 100
        budget = share * total
        # So many more may fail before anything else succeeds: each of them adds to the requests, too.
        left = (budget - bad) / (1 - share)
        status = "BREACHED" if bad >= budget else "WARNING" if (budget - bad) / budget * 100 < self.warning else "OK"
        return {
            **self.of_it,
            **self.told,
            "BudgetStatus": status,
            "Attainment": 100 * (1 - bad / total),
            "TotalBudgetRequests": floor(budget),
            "BudgetRequestsRemaining": floor(left),
        }


def rolling(days: int) -> dict[str, Any]:
    """Give an interval of the last so many days, as the API does."""
    return {"RollingInterval": {"DurationUnit": "DAY", "Duration": days}}


class ApplicationSignalsBackend(BaseBackend):
    """The objectives of an account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.objectives: dict[str, Objective] = {}

    @property
    def url_paths(self) -> dict[str, Any]:
        """Where the service listens, which moto looks for in a module of its own."""
        dispatch = ApplicationSignalsResponse.dispatch
        return {"/slos$": dispatch, "/budget-report$": dispatch, "/slo/(?P<Id>.+)$": dispatch}


class ApplicationSignalsResponse(BaseResponse):
    """The operations, each of which is declared below."""

    def __init__(self) -> None:
        super().__init__(service_name=SERVICE)
        self.automated_parameter_parsing = True

    @property
    def signals_backend(self) -> ApplicationSignalsBackend:
        """The caller's."""
        return applicationsignals_backends[self.current_account][self.region]


applicationsignals_backends = BackendDict(
    ApplicationSignalsBackend, SERVICE, use_boto3_regions=False, additional_regions=["eu-west-1", "us-east-1"]
)
assert MODULE not in moto.backends.list_of_moto_modules(), "moto has Application Signals now: drop this fill"


@amends(moto.backends, "_import_backend")
def of_ours(original: Any, module: str, name: str) -> Any:
    """Find the state of this service, too."""
    return applicationsignals_backends if module == MODULE else original(module, name)


@amends(DomainDispatcherApplication, "get_backend_for_host")
def at_our_host(original: Any, self: Any, host: str | None) -> Any:
    """Know this service's host, too."""
    return SERVICE if (host or "").startswith(f"{SERVICE}.") else original(self, host)


def objectives(backend: Any) -> MutableMapping[str, Objective]:
    """Give the objectives of an account and region by name. They may be changed, taken out and added."""
    found: MutableMapping[str, Objective] = backend.objectives
    return found


@operation(ApplicationSignalsResponse)
def ListServiceLevelObjectives(backend: Any, ask: Any) -> dict[str, Any]:
    """List the objectives by name, in pages."""
    for name in UNKNOWN_FILTERS:
        if ask(name):
            raise NotImplementedError(f"objectives by {name}")
    size = int(ask("MaxResults") or MOST)
    if not 1 <= size <= MOST:
        raise ValidationException(f"MaxResults is from 1 to {MOST}, not {size}.")
    try:
        found, token = page([one for _, one in sorted(backend.objectives.items())], ask("NextToken"), size)
    except InvalidNextToken as malformed:
        raise ValidationException(str(malformed)) from malformed
    listed = [
        {
            **one.of_it,
            "CreatedTime": one.created,
            "EvaluationType": one.evaluation,
            "MetricSourceType": "CloudWatchMetric",
        }
        for one in found
    ]
    return {"SloSummaries": listed, "NextToken": token}


@operation(ApplicationSignalsResponse)
def GetServiceLevelObjective(backend: Any, ask: Any) -> dict[str, Any]:
    """Tell of one objective, by name or ARN."""
    one = _named(backend, ask("Id"))
    if one is None:
        raise ResourceNotFoundException(ask("Id"))
    dates = {"CreatedTime": one.created, "LastUpdatedTime": one.created}
    return {"Slo": {**one.of_it, **one.told, **dates, "MetricSourceType": "CloudWatchMetric"}}


@operation(ApplicationSignalsResponse)
def BatchGetServiceLevelObjectiveBudgetReport(backend: Any, ask: Any) -> dict[str, Any]:
    """Report the budgets of objectives, by name or ARN, as they were at a moment."""
    names, at = ask("SloIds") or [], ask("Timestamp")
    if not 1 <= len(names) <= MOST:
        raise ValidationException(f"From 1 to {MOST} SLOs can be named, not {len(names)}.")
    at = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    cloudwatch = moto.backends.get_backend("cloudwatch")[backend.account_id][backend.region_name]
    reports: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for name in names:
        one = _named(backend, name)
        if one is None:
            arn = name if name.startswith("arn:") else _arn(backend, name)
            errors.append(_error(arn, ("ResourceNotFoundException", "The SLO was not found.")))
        elif one.error:
            errors.append(_error(one.arn, one.error))
        else:
            at = min(at, utcnow()) - one.behind
            reports.append(one.report(cloudwatch, at))
    return {"Timestamp": at, "Reports": reports, "Errors": errors}


def _named(backend: Any, name: str) -> Objective | None:
    return next((one for one in backend.objectives.values() if name in (one.name, one.arn)), None)


def _arn(backend: Any, name: str) -> str:
    return f"arn:aws:{SERVICE}:{backend.region_name}:{backend.account_id}:slo/{name}"


def _error(arn: str, why: tuple[str, str]) -> dict[str, Any]:
    return {"Name": arn.rpartition("/")[2], "Arn": arn, "ErrorCode": why[0], "ErrorMessage": why[1]}


def _query(name: str, metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": key, "Value": value} for key, value in sorted(metric.dimensions)]
    asked = {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": asked, "Period": 60, "Stat": "Sum"}, "ReturnData": True}


def _sum(cloudwatch: Any, metric: Metric, start: datetime, end: datetime) -> float:
    return sum(samples.sum for samples in read(cloudwatch, metric, None, window(start, end, HOUR)).values())
