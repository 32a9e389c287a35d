"""What is asked of CloudWatch while a rollout is watched, and what of the answer belongs to a look. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from promotion.clients.aws.cloudwatch.query import Metric, Query
from promotion.clients.aws.cloudwatch.series import MetricsLook, Series
from promotion.clients.aws.cloudwatch.window import MINUTE, SETTLED_AFTER, Window, ceil_minute, floor_minute
from promotion.sections.observability.measurements import Untellable
from promotion.sections.observability.metrics.errors import ErrorCount, ErrorLook, errors
from promotion.sections.observability.metrics.errors import count_errors as count_failures
from promotion.sections.observability.metrics.queries_for import MeasuredTarget
from promotion.sections.observability.metrics.signals import BALANCER, LAMBDA, counts, dimension
from promotion.sections.observability.metrics.units import in_unit
from promotion.sections.rollout.against_baseline import FleetOutcome
from promotion.sections.rollout.fleet_evidence import Answers, Load, Slow
from promotion.sections.rollout.noise import MinuteMedian
from promotion.settings import Settings
from promotion.settings.environment import LambdaTarget
from promotion.unknown import Reason, Unknown

BEFORE = timedelta(minutes=15)
"""How far back it is looked how often requests fail usually."""
HOUR_BEFORE = timedelta(minutes=60)
"""How far back it is looked how long requests take usually, minute by minute."""
QUARTILES = ("p25", "p50", "p75", "SampleCount")
NEWEST = 3
"""Minutes over which an instance's load is averaged."""


def queries(
    measured: Iterable[MeasuredTarget],
    versions: Mapping[str, Sequence[str]],
    marks: Mapping[str, Sequence[float]],
    settings: Settings,
) -> Iterator[Query]:
    """Ask how often requests fail, wherever that is counted, of each version apart, and how many are answered late.

    `marks` are durations in milliseconds, by EC2 target, over which answers are counted as well.
    """
    for one in measured:
        for place in one.failures:
            yield from counts(one.name, place)
        target = one.target
        if isinstance(target, LambdaTarget):
            for version in versions.get(one.name, ()):
                for name in ("Invocations", "Errors"):
                    dimensions = {
                        "FunctionName": target.function,
                        "Resource": f"{target.function}:{target.alias}",
                        "ExecutedVersion": version,
                    }
                    yield Query(_of_version(one.name, version, name), Metric(LAMBDA, name, dimensions), "Sum")
            alias = {"FunctionName": target.function, "Resource": f"{target.function}:{target.alias}"}
            for stat in QUARTILES:
                yield Query(_took(one.name, "", stat), Metric(LAMBDA, "Duration", alias), stat)
        else:
            # In the target groups: what a load balancer counts as a whole is of every service behind it.
            for group, arn in (one.groups or {}).items():
                of_group = {"TargetGroup": dimension(arn), "LoadBalancer": dimension(one.balancer)}
                took = Metric(BALANCER, "TargetResponseTime", of_group)
                over = in_unit(took, settings.limits.alb_response_time_ms)
                yield Query(f"{one.name} {group} late", took, f"TC({over}:)")
                yield Query(f"{one.name} {group} answered", took, "SampleCount")
                for stat in QUARTILES[:-1]:
                    yield Query(_took(one.name, group, stat), took, stat)
                for mark in marks.get(one.name, ()):
                    yield Query(_over(one.name, group, mark), took, f"TC({in_unit(took, mark)}:)")


def load_queries(instances: Iterable[str], memory: Mapping[str, Metric]) -> Iterator[Query]:
    """Ask how loaded instances are; `memory` has the metric of each that publishes one."""
    for instance in instances:
        yield Query(f"cpu {instance}", Metric("AWS/EC2", "CPUUtilization", {"InstanceId": instance}), "Average")
        if instance in memory:
            yield Query(f"memory {instance}", memory[instance], "Average")


def settled(t0: datetime, until: datetime, now: datetime) -> Window:
    """Give the whole minutes since T0 that are over and have settled; it may be empty."""
    start = floor_minute(t0)
    return Window(start, max(start, floor_minute(min(until, now - SETTLED_AFTER))))


def failures(one: MeasuredTarget, look: MetricsLook, window: Window, limit: float) -> ErrorLook | Untellable:
    """Read how many requests to a target failed in a window."""
    if window.start >= window.end:
        when = window.start + MINUTE + SETTLED_AFTER
        return Untellable(
            Reason.NOT_DUE, f"no minute of {one.name}'s metrics since T0 is final yet: run again after {when:%H:%M:%S}Z"
        )
    return errors(one.name, one.failures, cut(look, window), limit, max_age=MINUTE * window.minutes)


def usual(one: MeasuredTarget, look: MetricsLook, t0: datetime, limit: float) -> tuple[ErrorCount, ...]:
    """Read how many requests to a target failed before T0."""
    start = floor_minute(t0)
    window = Window(start - BEFORE, start)
    return errors(one.name, one.failures, cut(look, window), limit, max_age=BEFORE).places


def slow(one: MeasuredTarget, look: MetricsLook, window: Window) -> Slow | None:
    """Count the answers of a fleet that came late; None where there was none. Raises Unknown."""
    answered = _answered(one, look, window)
    late = sum(_counted_over(look.series[f"{one.name} {group} late"], window) for group in one.groups or ())
    return Slow(min(late, answered), answered) if answered else None


def answers(
    one: MeasuredTarget, look: MetricsLook, marks: Sequence[float], since: datetime, until: datetime, t0: datetime
) -> Answers:
    """Count what a fleet did since its new instances get all of its traffic, and in the minutes before T0.

    Of whole minutes, settled or not: as with versions, counts only grow. What the replaced instances still did in the
    minute of the change would dilute what the new ones do. Raises Unknown.
    """
    start, before = ceil_minute(since), floor_minute(t0)

    def answered(window: Window) -> FleetOutcome:
        count = count_failures(one.name, one.whole, cut(look, window))
        timed = _answered(one, look, window)
        over = [
            min(
                sum(_counted_over(look.series[_over(one.name, group, mark)], window) for group in one.groups or ()),
                timed,
            )
            for mark in marks
        ]
        return FleetOutcome(count.requests, min(count.failed, count.requests), timed, tuple(over))

    after, earlier = Window(start, max(start, floor_minute(until))), Window(before - BEFORE, before)
    usual_requests = answered(earlier)
    expected = round(usual_requests.requests * after.minutes / earlier.minutes)
    return Answers(start, answered(after), usual_requests, one.whole.name, expected)


def by_version(
    name: str, version: str, look: MetricsLook, start: datetime, until: datetime
) -> dict[datetime, tuple[float, float]]:
    """Give the requests and errors of one version, of every minute that has any: what is there only grows."""
    window = Window(floor_minute(start), floor_minute(until))
    requests, failed = (
        _between(look.series[_of_version(name, version, what)], window).points() for what in ("Invocations", "Errors")
    )
    return {
        moment: (requests.get(moment, 0.0), failed.get(moment, 0.0))
        for moment in sorted(requests.keys() | failed.keys())
    }


def medians(
    name: str, look: MetricsLook, start: datetime, until: datetime, groups: Iterable[str] = ("",)
) -> tuple[MinuteMedian, ...]:
    """Give how long requests took, by the minute; of several target groups, in the one that had most of them.

    Minutes without a request are none, and so are those of which CloudWatch gives no percentile.
    """
    window = Window(floor_minute(start), floor_minute(until))
    found: dict[datetime, MinuteMedian] = {}
    for group in groups:
        counted = look.series[_took(name, group, "SampleCount") if not group else f"{name} {group} answered"]
        low, middle, high = (
            _between(look.series[_took(name, group, stat)], window).points() for stat in QUARTILES[:-1]
        )
        for moment, count in _between(counted, window).points().items():
            if moment not in middle or not count or not middle[moment] > 0:
                continue
            # Percentiles of a load balancer are in seconds, those of a function in milliseconds.
            ms = middle[moment] * (1000 if group else 1)
            spread = high.get(moment, 0.0) / low[moment] if low.get(moment) else 1.0
            one = MinuteMedian(moment, round(count), round(ms, 3), round(max(spread, 1.0), 4))
            if moment not in found or found[moment].requests < one.requests:
                found[moment] = one
    return tuple(found[moment] for moment in sorted(found))


def throttles(one: MeasuredTarget, look: MetricsLook, start: datetime, until: datetime) -> int:
    """Count the calls of a function's alias that were refused."""
    window = Window(floor_minute(start), floor_minute(until))
    keys = [query.key for query in counts(one.name, one.failures[0]) if query.metric in one.failures[0].turned_away]
    return round(sum(_total(look.series[key], window) for key in keys))


def loads(instances: Iterable[str], look: MetricsLook, window: Window) -> tuple[Load, ...]:
    """Average how loaded instances are over the newest minutes of a window that have a value.

    Each value is an instance's own word on a minute, and does not become another once it is there.
    """

    def average(key: str) -> float | None:
        series = look.series.get(key)
        points = {} if series is None else _between(series, window).points()
        found = [points[moment] for moment in sorted(points)[-NEWEST:]]
        return round(sum(found) / len(found), 2) if found else None

    return tuple(Load(one, average(f"cpu {one}"), average(f"memory {one}")) for one in instances)


def cut(look: MetricsLook, window: Window) -> MetricsLook:
    """Leave out what was measured outside of a window."""
    return MetricsLook(window, {key: _between(one, window) for key, one in look.series.items()}, look.messages)


def _between(series: Series, window: Window) -> Series:
    kept = [
        (moment, value)
        for moment, value in zip(series.times, series.values, strict=True)
        if window.start <= moment < window.end
    ]
    return replace(series, times=tuple(moment for moment, _ in kept), values=tuple(value for _, value in kept))


def _total(series: Series, window: Window) -> float:
    return sum(_between(series, window).points().values())


def _counted_over(series: Series, window: Window) -> int:
    """Sum a trimmed count. Raises Unknown, not-supported, where CloudWatch does not offer it: that is not none."""
    if series.message and not series.times:
        raise Unknown(Reason.NOT_SUPPORTED, f"CloudWatch does not return {series.metric} ({series.message})")
    return round(_total(series, window))


def _answered(one: MeasuredTarget, look: MetricsLook, window: Window) -> int:
    """Count the answers of which is known how long they took."""
    return round(sum(_total(look.series[f"{one.name} {group} answered"], window) for group in one.groups or ()))


def _over(name: str, group: str, mark: float) -> str:
    return f"{name} {group} over {mark:g}"


def _took(name: str, group: str, stat: str) -> str:
    return f"{name} {group} took {stat}"


def _of_version(name: str, version: str, what: str) -> str:
    return f"{name} version {version} {what}"
