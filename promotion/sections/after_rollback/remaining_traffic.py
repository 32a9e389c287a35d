"""Whether what was taken back still gets requests: two whole minutes without any, while the target has some. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from promotion.clients.aws.cloudwatch.query import Metric, Query
from promotion.clients.aws.cloudwatch.series import MetricsLook
from promotion.clients.aws.cloudwatch.window import MINUTE, SETTLED_AFTER, Window, ceil_minute, floor_minute
from promotion.sections.after_rollback.evidence import Leftover, Serving
from promotion.sections.after_rollback.found_deployments import Brought
from promotion.sections.observability.baseline.compare import DURATIONS, REQUESTS
from promotion.sections.observability.baseline.record import TargetMeasurement
from promotion.sections.observability.metrics.queries_for import MeasuredTarget as Place
from promotion.sections.observability.metrics.signals import BALANCER, LAMBDA, dimension
from promotion.settings.environment import LambdaTarget
from promotion.unknown import Reason, Unknown

MINUTES = 2
"""This many whole minutes must be without a request."""
LONGEST = timedelta(minutes=15)
COLD = timedelta(minutes=2)
"""What is measured so soon after a rollback is about empty caches."""
_LEFT, _ALL = "left over ", "all of "


def quiet_at(ended: datetime) -> datetime:
    """Tell when two whole minutes after a rollback will have settled."""
    return ceil_minute(ended) + MINUTES * MINUTE + SETTLED_AFTER


def steady_at(ended: datetime) -> datetime:
    """Tell when the first whole minute after a rollback will have settled in which caches are warm again."""
    return ceil_minute(ended + COLD) + MINUTE + SETTLED_AFTER


def leftover_window(ended: datetime, now: datetime) -> Window:
    """Give the newest whole minutes after a rollback, two at least. Raises Unknown, not-due, until there are this many."""
    if now < quiet_at(ended):
        raise Unknown(
            Reason.NOT_DUE,
            f"{MINUTES} whole minutes after the rollback of {ended:%H:%M:%S}Z are not final yet: run again after "
            f"{quiet_at(ended):%H:%M}Z, or use --wait",
        )
    end = floor_minute(now - SETTLED_AFTER)
    return Window(max(ceil_minute(ended), end - LONGEST), end)


def steady_window(ended: datetime, now: datetime) -> Window:
    """Give the newest whole minutes since a rollback, cold ones left out, that have settled. Raises Unknown, not-due."""
    if now < steady_at(ended):
        raise Unknown(
            Reason.NOT_DUE,
            f"there are no steady metrics yet since the rollback ended at {ended:%H:%M:%S}Z (caches must fill "
            f"first): run again after {steady_at(ended):%H:%M}Z, or use --wait",
        )
    end = floor_minute(now - SETTLED_AFTER)
    return Window(max(ceil_minute(ended + COLD), end - LONGEST), end)


def enough(measured: TargetMeasurement) -> bool:
    """Whether a target has had so many requests that it can be compared with its baseline."""
    return measured.requests >= REQUESTS and sum(count for _, count in measured.latency) >= DURATIONS


def leftover_queries(place: Place, brought: Brought, serving: Serving) -> list[Query]:
    """Ask for the requests of what was taken back, and for all of the target's."""
    return list(_queries(place, brought, serving))


def _queries(place: Place, brought: Brought, serving: Serving) -> Iterator[Query]:
    target = place.target
    if isinstance(target, LambdaTarget):
        alias = {"FunctionName": target.function, "Resource": f"{target.function}:{target.alias}"}
        if brought.brought_version is not None:
            bad = {**alias, "ExecutedVersion": brought.brought_version}
            yield Query(f"{_LEFT}{brought.brought_version}", Metric(LAMBDA, "Invocations", bad), "Sum")
        yield Query(f"{_ALL}{place.name}", Metric(LAMBDA, "Invocations", alias), "Sum")
        return
    whole = {"LoadBalancer": dimension(place.balancer)}
    for name, arn in (place.groups or {}).items():
        group = {"TargetGroup": dimension(arn), **whole}
        yield Query(f"{_ALL}{name}", Metric(BALANCER, "RequestCount", group), "Sum")
    if serving.traffic is None:
        return
    # Where the new instances stand, or stood: each group that gets no traffic any more. In a group that both fleets
    # were registered in, one after the other, the load balancer does not count by instance.
    for name, arn in (place.groups or {}).items():
        if name not in serving.traffic.serving_groups:
            group = {"TargetGroup": dimension(arn), **whole}
            yield Query(f"{_LEFT}{name}", Metric(BALANCER, "RequestCount", group), "Sum")


def read_leftover(place: Place, brought: Brought, look: MetricsLook) -> Leftover:
    """Count them. Raises Unknown where an answer is not whole, and no-data where it is not known what was taken back."""
    left = [key for key in look.series if key.startswith(_LEFT)]
    names = [key.removeprefix(_LEFT) for key in left]
    counted = ", ".join(names)
    if isinstance(place.target, LambdaTarget):
        if brought.brought_version is None:
            raise Unknown(
                Reason.NO_DATA,
                f"CodeDeploy does not say which version of {place.target.function} was rolled back, so its "
                "requests cannot be counted: check the deployment in CodeDeploy",
            )
        counted = f"version {brought.brought_version} of {place.target.function}"
    return Leftover(
        start=look.window.start,
        end=look.window.end,
        counted=counted,
        requests=_newest_without(look, left) if left else None,
        of_all=_total(look, [key for key in look.series if key.startswith(_ALL)], look.window.start),
    )


def _newest_without(look: MetricsLook, keys: list[str]) -> int:
    """Count in the newest two minutes: whatever came before them, it is over."""
    return _total(look, keys, look.window.end - MINUTES * MINUTE)


def _total(look: MetricsLook, keys: list[str], since: datetime) -> int:
    return round(sum(value for key in keys for at, value in look.series[key].points().items() if at >= since))
