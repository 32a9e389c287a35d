"""How many requests failed, wherever failures are counted; the place with the worst count decides."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from promotion.clients.aws.cloudwatch.query import Metric
from promotion.clients.aws.cloudwatch.series import MetricsLook
from promotion.clients.http.requests_made import NONE_MADE, RequestsMade
from promotion.core.statistics.proof import Proof, percent, prove
from promotion.sections.observability.metrics.chart import Chart, by_minute
from promotion.sections.observability.metrics.liveness import SETTLED, require_requests
from promotion.sections.observability.metrics.signals import Failures, key_of
from promotion.unknown import Reason, Unknown

OWN = "own requests"
"""The place of failures that the run saw itself."""


@dataclass(frozen=True)
class ErrorCount:
    """Failures and requests of one place, over the whole window."""

    place: str
    failed: int
    requests: int
    """Those turned away among them."""
    parts: Mapping[str, int]
    """Failures by the name of their metric."""
    shared: bool = False
    """Whether requests to other services are counted with the target's: whose failures these are cannot be determined."""

    @property
    def share(self) -> float:
        """Which share of the requests failed."""
        return self.failed / self.requests if self.requests else 0.0

    def describe(self) -> str:
        """The count in a few words."""
        parts = ", ".join(f"{name} {count:,}" for name, count in self.parts.items() if count)
        return (
            f"{self.place} {percent(self.share)} ({self.failed:,} of {self.requests:,}{f': {parts}' if parts else ''})"
        )

    def of_others_too(self, name: str) -> str:
        """Say that requests fail where other services are counted as well, so that it speaks against nobody."""
        return (
            f"{self.describe()}, which {name} shares with other services: CloudWatch does not say whose requests "
            "these are; check the access log of the load balancer"
        )


@dataclass(frozen=True)
class Untold:
    """A place of which it is unknown how many requests failed, and why."""

    place: str
    reason: Reason
    message: str


@dataclass(frozen=True)
class ErrorLook:
    """Failures of a target, wherever they are counted."""

    limit: float
    window: str
    places: tuple[ErrorCount, ...]
    untold: tuple[Untold, ...]
    own: ErrorCount | None
    """The requests that the run made itself, as it saw them answered; None without any. Too few to pass by, perhaps."""
    chart: Chart
    minutes: int = 0
    """How long the window is; 0 where that was not kept."""

    def proofs(self, confidence: float) -> dict[str, Proof]:
        """What each place proves of the target's share of failures, and what the run's own requests do."""
        shown = (*self.places, self.own) if self.own else self.places
        return {one.place: prove(one.failed, one.requests, self.limit, confidence) for one in shown if not one.shared}

    def unattributed(self, confidence: float) -> ErrorCount | None:
        """Give the count of a place that others share, where it is over the limit: whose requests fail cannot be determined."""
        broken = (
            one for one in self.places if one.shared and prove(one.failed, one.requests, self.limit, confidence).broken
        )
        return next(broken, None)

    def describe(self) -> str:
        """Every place in a few words, the worst first."""
        shown = (*self.places, self.own) if self.own else self.places
        worst_first = sorted(shown, key=lambda place: place.share, reverse=True)
        return " · ".join(place.describe() for place in worst_first)


def errors(
    name: str,
    places: tuple[Failures, ...],
    look: MetricsLook,
    limit: float,
    max_age: timedelta,
    made: RequestsMade = NONE_MADE,
) -> ErrorLook:
    """Read what failed of a target. A place of which nothing can be told hides no other that is broken."""
    counted: list[ErrorCount] = []
    untold: list[Untold] = []
    worst: dict[datetime, float] = {}
    for place in places:
        try:
            count, shares = _count(name, place, look)
            require_requests(shares, place.describe_requests(), look.window, max_age)
        except Unknown as unknown:
            untold.append(Untold(place.name, unknown.reason, unknown.message))
            continue
        counted.append(count)
        for moment, share in shares.items() if not place.shared else ():
            worst[moment] = max(share, worst.get(moment, 0.0))
    in_percent = {moment: 100 * share for moment, share in worst.items()}
    return ErrorLook(
        limit=limit,
        window=look.window.describe(),
        places=tuple(counted),
        own=ErrorCount(OWN, sum(made.failed.values()), made.made, made.failed) if made.made else None,
        untold=tuple(_without_idle_groups(untold, counted, places)),
        minutes=look.window.minutes,
        chart=by_minute(f"Error rate of {name} by minute", look.window, in_percent, limit=100 * limit, unit=" %"),
    )


def count_errors(name: str, place: Failures, look: MetricsLook) -> ErrorCount:
    """Count one place of the target `name` over a window, whatever the periods are. Raises Unknown as `errors` notes it."""
    return _count(name, place, look)[0]


def _without_idle_groups(
    untold: list[Untold], counted: list[ErrorCount], places: tuple[Failures, ...]
) -> Iterator[Untold]:
    """Leave out groups without a request where another group has some: of a blue and a green one, one is idle."""
    groups = {place.name for place in places if place.requests[:1] and "TargetGroup" in place.requests[0].dimensions}
    busy = any(count.place in groups for count in counted)
    for one in untold:
        if not (busy and one.place in groups and one.reason == Reason.NO_DATA):
            yield one


def _count(name: str, place: Failures, look: MetricsLook) -> tuple[ErrorCount, dict[datetime, float]]:
    """Count one place, and give its share of failures by minute.

    Each minute counts at least as many requests as failures: a load balancer that finds no target for a request
    answers 503 and counts no request.
    """

    def sums(metric: Metric) -> dict[datetime, float]:
        return look.series[key_of(name, metric, "Sum")].points()

    requests: dict[datetime, float] = {}
    for metric in place.requests:
        for moment, value in sums(metric).items():
            requests[moment] = requests.get(moment, 0.0) + value
    inside, outside = [sums(metric) for metric in place.failed], [sums(metric) for metric in place.turned_away]
    if requests and not place.sparse and (place.sibling is None or _has_zeros(name, place.sibling, look)):
        for metric, found in zip(place.failed, inside, strict=True):
            if not found:
                raise Unknown(
                    Reason.NO_DATA,
                    f"CloudWatch counts {sum(requests.values()):,.0f} requests but has no value for "
                    f"{metric.describe()}, which is 0 when nothing fails: check whether it is published",
                )
    if place.for_each:
        _raise_if_late(name, place, look, sum(requests.values()))
    shares: dict[datetime, float] = {}
    failed = total = 0.0
    for moment in sorted({*requests, *(moment for found in (*inside, *outside) for moment in found)}):
        within = sum(found.get(moment, 0.0) for found in inside)
        beside = sum(found.get(moment, 0.0) for found in outside)
        of = max(requests.get(moment, 0.0), within) + beside
        if of:
            shares[moment] = (within + beside) / of
        failed, total = failed + within + beside, total + of
    parts: dict[str, int] = {}
    for metric in (*place.failed, *place.turned_away):
        parts[metric.name] = parts.get(metric.name, 0) + round(sum(sums(metric).values()))
    return ErrorCount(place.name, round(failed), round(total), parts, place.shared), shares


def _has_zeros(name: str, sibling: Metric, look: MetricsLook) -> bool:
    """Whether a metric that counts some of the requests has a sample of 0 for others."""
    total, samples = (
        sum(look.series[key_of(name, sibling, stat)].points().values()) for stat in ("Sum", "SampleCount")
    )
    return samples > total


def _raise_if_late(name: str, place: Failures, look: MetricsLook, requests: float) -> None:
    """Raise Unknown, truncated, while outcomes of requests have yet to come in: failures may be among them.

    A function's metrics bear the time at which the invocation began, and come when it has ended.
    """
    for metric in place.failed:
        told = sum(look.series[key_of(name, metric, "SampleCount")].points().values())
        if told < requests * (1 - SETTLED):
            raise Unknown(
                Reason.TRUNCATED,
                f"CloudWatch has {told:,.0f} values for {metric.describe()} of {requests:,.0f} requests: run again "
                "when the rest has arrived",
            )
