"""Whether an alarm would fire: tried with samples of the defect that it is meant for, and of a healthy service."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from promotion.clients.aws.cloudwatch.alarm_definition import AlarmDefinition, AlarmSeries
from promotion.clients.aws.cloudwatch.alarms import ALARM, OK
from promotion.sections.observability.evaluator.evaluate import Evaluated, evaluate_alarm
from promotion.sections.observability.evaluator.not_evaluable import NotEvaluable
from promotion.sections.observability.evaluator.statistics import Sample, samples_needed
from promotion.sections.observability.evaluator.synthetic import (
    HEALTHY,
    SOME,
    Defect,
    Service,
    defects_for,
    samples_of,
    unit_of,
)

_BEGINS = datetime(2026, 1, 5, tzinfo=UTC)
"""When the defect begins; any whole minute will do."""
_JUST_OVER = 1.002
"""An alarm for more than 5 % is meant for 5 %."""
_OPERATORS = {
    "GreaterThanOrEqualToThreshold": ">=",
    "GreaterThanThreshold": ">",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "<=",
}


@dataclass(frozen=True)
class Trial:
    """What came of trying an alarm."""

    fires: tuple[Defect, ...] = ()
    """The defects with which it fires within the canary."""
    silent: str = ""
    """Why it fires with none that it is meant for, as the first reason; empty if it does, or is meant for none."""
    fires_healthy: str = ""
    """Why it is in ALARM though nothing is wrong."""
    unknown: str = ""
    """What of it cannot be evaluated; it has not been tried then."""
    meant: bool = False
    """Whether it is known what it is meant for."""

    def fires_with(self, metric: str, share: float) -> bool:
        """Whether it fires when this share of the requests fails, as counted by a metric."""
        return Defect("failing", metric, share) in self.fires


def try_alarm(definition: AlarmDefinition, service: Service) -> Trial:
    """Try an alarm with a healthy service, and with each defect that it is meant for."""
    defects = [*defects_for(definition)]
    try:
        quiet = _last(definition, service, HEALTHY, 1)
        fires = [one for one in _with_some(defects) if is_fired(definition, service, one)]
        silent = "" if not defects or any(one in fires for one in defects) else _why(definition, service, defects[0])
    except NotEvaluable as strange:
        return Trial(unknown=str(strange), meant=bool(defects))
    healthy = _reason(definition, service, HEALTHY, quiet) if quiet.state == ALARM else ""
    return Trial(tuple(fires), silent, healthy, meant=bool(defects))


def is_fired(definition: AlarmDefinition, service: Service, defect: Defect) -> bool:
    """Whether an alarm is in ALARM within the canary once there is a defect. Raises NotEvaluable.

    A window that is longer than the canary is waited for: that it is too long is said of it elsewhere.
    """
    share = defect.share if defect.share >= 1 else defect.share * _JUST_OVER
    seconds = max(service.canary_seconds, 2 * definition.period * definition.datapoints)
    return any(one.state == ALARM for one in _evaluated(definition, service, replace(defect, share=share), seconds))


def some_reason(definition: AlarmDefinition, service: Service, metric: str) -> str:
    """Say why an alarm does not fire when some requests fail."""
    return _why(definition, service, Defect("failing", metric, SOME))


def _with_some(defects: list[Defect]) -> Iterator[Defect]:
    for one in defects:
        yield one
        if one.kind == "failing":
            yield replace(one, share=SOME)


def _evaluated(definition: AlarmDefinition, service: Service, defect: Defect, seconds: int) -> Iterator[Evaluated]:
    def samples(series: AlarmSeries, minute: datetime) -> tuple[Sample, ...]:
        return tuple(samples_of(series, service, defect if minute >= _BEGINS else HEALTHY))

    return evaluate_alarm(definition, samples, _BEGINS, _BEGINS + timedelta(seconds=seconds), OK)


def _last(definition: AlarmDefinition, service: Service, defect: Defect, windows: int) -> Evaluated:
    return [*_evaluated(definition, service, defect, windows * max(60, definition.period))][-1]


def _why(definition: AlarmDefinition, service: Service, defect: Defect) -> str:
    count = definition.periods + 2
    return _reason(definition, service, defect, _last(definition, service, defect, count))


def _reason(definition: AlarmDefinition, service: Service, defect: Defect, last: Evaluated) -> str:
    """Give the first reason why an alarm is in the state that it is in, with a defect."""
    series = definition.returned
    assert series is not None  # it was evaluated
    assert definition.threshold is not None
    for one in definition.series:
        if one.metric and one.unit and one.unit != (published := unit_of(one.metric)) and published:
            return f"it asks for {one.metric.name} in the unit {one.unit}, which is published in {published}"
    if (few := few_samples(definition, service)) and last.state != ALARM:
        return few
    values = [one for one in last.values if one is not None]
    if not values:
        comes = "no datapoint comes" if defect.kind == "traffic" else f"with {defect.describe()} it has no datapoint"
        return f"{comes}, and missing data is treated as {definition.treat_missing}"
    what = series.expression[:60] if series.metric is None else f"the {_words(series.stat)} of {series.metric.name}"
    period = "minute" if definition.period == 60 else f"{definition.period} s"
    compared = (
        f"threshold {_OPERATORS[definition.comparison]} {shown(definition.threshold)} per {period}: at "
        f"{shown(service.per_second)} requests/s with {defect.describe()}, {what} is {shown(values[-1])}"
    )
    if len(values) < definition.datapoints:
        return (
            f"{compared}, and only {len(values)} of the last {len(last.values)} periods of {definition.period} s has "
            f"a datapoint, fewer than the {definition.datapoints} that must breach"
        )
    return compared


def few_samples(definition: AlarmDefinition, service: Service) -> str:
    """Say if a percentile has too few samples in a period for it to be evaluated; empty if it has enough."""
    if definition.low_samples != "ignore":
        return ""
    for one in definition.series:
        needed, seen = samples_needed(one.stat), service.per_second * one.period
        if one.metric is not None and seen < needed:
            return (
                f"{one.stat} ignores periods with fewer than {shown(needed)} samples, and at "
                f"{shown(service.per_second)} requests/s one of {one.period} s has {shown(seen)}"
            )
    return ""


def shown(number: float) -> str:
    """Write a number: whole ones with commas, others with four digits."""
    whole = round(number)
    return f"{whole:,}" if abs(number - whole) < 1e-9 * max(1, abs(number)) else f"{number:.4g}"


def _words(stat: str) -> str:
    return stat.lower() if stat in ("Sum", "Average", "Minimum", "Maximum") else stat


Trials = Mapping[str, Trial]
"""By the alarm's name."""
