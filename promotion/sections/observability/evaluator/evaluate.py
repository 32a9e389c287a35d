"""A metric alarm, evaluated over samples.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html. Periods of a minute and more
are evaluated each minute over a window that slides, shorter ones every ten seconds. A metric whose samples come by the
minute has, with a shorter period, a datapoint only where the minute begins
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html, Period).
"""

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from promotion.clients.aws.cloudwatch.alarm_definition import AlarmDefinition, AlarmSeries
from promotion.sections.observability.evaluator.expressions import names_in, parse_expression
from promotion.sections.observability.evaluator.metric_math import Inputs, compute
from promotion.sections.observability.evaluator.not_evaluable import NotEvaluable
from promotion.sections.observability.evaluator.series_functions import Series
from promotion.sections.observability.evaluator.statistics import Sample, samples_needed, statistic
from promotion.sections.observability.evaluator.windows import BEYOND, state_of

MINUTE = timedelta(minutes=1)
Samples = Callable[[AlarmSeries, datetime], Sequence[Sample]]
"""The samples of a metric, in its unit, in the minute that begins then."""
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


@dataclass(frozen=True)
class Evaluated:
    """What an alarm was after one evaluation."""

    moment: datetime
    state: str
    values: tuple[float | None, ...]
    """The datapoints that were looked at, oldest first; None where there was none."""


def step_of(definition: AlarmDefinition) -> timedelta:
    """Give how often an alarm is evaluated."""
    return MINUTE if definition.period >= 60 else timedelta(seconds=10)


def evaluate_alarm(
    definition: AlarmDefinition, samples: Samples, first: datetime, last: datetime, state: str
) -> Iterator[Evaluated]:
    """Give the state after each evaluation from the first to the last moment; `state` is the one before.

    Samples are there as soon as their minute is over. Raises NotEvaluable for what only CloudWatch can tell.
    """
    compare, threshold, period = _comparison(definition)
    cached: dict[tuple[str, datetime, datetime], list[Sample]] = {}
    moment = first
    while moment <= last:
        length = definition.periods + BEYOND
        starts = [moment - timedelta(seconds=period * back) for back in range(length, 0, -1)]
        series, low = _returned(definition, samples, starts, period, cached)
        values = tuple(series.get(start) for start in starts)
        if not low:
            breaches = [None if value is None else compare(value, threshold) for value in values]
            state = state_of(breaches, definition.periods, definition.datapoints, definition.treat_missing, state)
        yield Evaluated(moment, state, values)
        moment += step_of(definition)


def _comparison(definition: AlarmDefinition) -> tuple[Callable[[float, float], bool], float, int]:
    if definition.unsupported:
        raise NotEvaluable(definition.unsupported)
    compare = _COMPARISONS.get(definition.comparison)
    if compare is None or definition.threshold is None:
        raise NotEvaluable("an anomaly detection band")
    measured = [one for one in definition.series if one.metric is not None]
    if definition.returned is None or not measured:
        raise NotEvaluable("a query, or more than one returned series")
    if any(one.elsewhere for one in measured):
        raise NotEvaluable("a metric of another account")
    period = measured[0].period
    if {one.period for one in measured} != {period} or period <= 0:
        raise NotEvaluable("metrics with different periods")
    return compare, definition.threshold, period


def _returned(
    definition: AlarmDefinition,
    samples: Samples,
    starts: Sequence[datetime],
    period: int,
    cached: dict[tuple[str, datetime, datetime], list[Sample]],
) -> tuple[Series, bool]:
    """Give the returned series, and whether one of its percentiles has too few samples to be evaluated."""
    metrics, low = dict[str, Series](), False
    for one in definition.series:
        if one.metric is None:
            continue
        needed = samples_needed(one.stat) if definition.low_samples == "ignore" else 0.0
        metrics[one.id] = {}
        for start in starts:
            found = _within(one, samples, start, start + timedelta(seconds=period), cached)
            value = statistic(one.stat, found)
            if value is not None:
                metrics[one.id][start] = value
                low = low or sum(count for _, count in found) < needed
    returned = definition.returned
    assert returned is not None  # judged by _comparison
    return (metrics[returned.id] if returned.metric else _computed(definition, returned, metrics, starts, period)), low


def _within(
    series: AlarmSeries,
    samples: Samples,
    start: datetime,
    end: datetime,
    cached: dict[tuple[str, datetime, datetime], list[Sample]],
) -> list[Sample]:
    key = (series.id, start, end)
    if key not in cached:
        minute = start.replace(second=0, microsecond=0)
        minute += MINUTE if minute < start else timedelta()
        found: list[Sample] = []
        while minute < end:
            found += samples(series, minute)
            minute += MINUTE
        cached[key] = found
    return cached[key]


def _computed(
    definition: AlarmDefinition,
    wanted: AlarmSeries,
    metrics: dict[str, Series],
    starts: Sequence[datetime],
    period: int,
) -> Series:
    """Compute an expression, and before it those that it refers to."""
    known, done = {one.id: one for one in definition.series if one.metric is None}, dict[str, Series]()

    def computed(one: AlarmSeries, above: tuple[str, ...]) -> Series:
        for name in names_in(parse_expression(one.expression)) & known.keys():
            if name in above:
                raise NotEvaluable("expressions that refer to each other")
            if name not in done:
                done[name] = computed(known[name], (*above, name))
        return compute(one.expression, Inputs(metrics, done, starts, period))

    return computed(wanted, (wanted.id,))
