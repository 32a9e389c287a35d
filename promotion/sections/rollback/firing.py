"""Whether the alarms of a deployment group fire on what they are meant for, and only then."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from promotion.clients.aws.cloudwatch.alarm_definition import AlarmDefinition
from promotion.core.findings import Findings
from promotion.sections.observability.evaluator.not_evaluable import NotEvaluable
from promotion.sections.observability.evaluator.synthetic import HEALTHY, SOME, Defect, Service, defects_for, kind_of
from promotion.sections.rollback.alarm import StoppingAlarm, StoppingAlarms
from promotion.sections.rollback.required_metrics import RequiredMetric
from promotion.sections.rollback.trials import Trials, is_fired, some_reason, try_alarm
from promotion.unknown import Reason


def try_alarms(alarms: Iterable[StoppingAlarm], service: Service) -> Trials:
    """Try each metric alarm; those without a definition are left out, as in records of earlier versions."""
    return {one.alarm.name: try_alarm(one.definition, service) for one in alarms if one.definition is not None}


def unevaluable(look: StoppingAlarms, service: Service) -> frozenset[str]:
    """Name the alarms on the service's own metrics of which only CloudWatch can tell whether they fire, such as bands.

    They may fire with any defect, or with none. What watches other metrics has nothing to do with it.
    """
    return frozenset(
        one.alarm.name
        for one in look.alarms
        if one.definition is not None
        and any(kind_of(metric) is not None for metric in one.definition.metrics)
        and try_alarm(one.definition, service).unknown
    )


def fired_together(
    look: StoppingAlarms, service: Service, also: frozenset[str] = frozenset()
) -> Mapping[str, tuple[frozenset[str], ...]]:
    """Give, by the name of a metric alarm, which alarms are in ALARM with each of the defects that it fires with.

    An alarm that a healthy service sets off, such as one on enough requests, is among them and has none of its own. Those
    of `also` are taken to fire with every defect.
    """
    tried = {one.alarm.name: one.definition for one in look.alarms if one.definition is not None}
    if not any(one.is_composite for one in look.alarms):
        return {}
    defects = [*dict.fromkeys(defect for definition in tried.values() for defect in defects_for(definition))]
    fired = {
        defect: also | frozenset(name for name, definition in tried.items() if _fires(definition, service, defect))
        for defect in defects
    }
    always = {name for name, definition in tried.items() if _fires(definition, service, HEALTHY)}
    return {name: tuple(names for names in fired.values() if name in names) for name in tried.keys() - always}


def judge_firing(
    firing: Sequence[StoppingAlarm],
    trials: Trials,
    places: Sequence[RequiredMetric],
    service: Service,
    findings: Findings,
) -> None:
    """Say which alarms would not fire, or would fire on a healthy service, and where too few failures are noticed."""
    for one in firing:
        trial = trials.get(one.alarm.name)
        if trial is None:
            continue
        if trial.fires_healthy:
            findings.problems.append(
                f"alarm {one.alarm.name} would be in ALARM though nothing is wrong: {trial.fires_healthy}; correct its "
                "threshold or how it treats missing data"
            )
        elif trial.silent:
            findings.problems.append(
                f"alarm {one.alarm.name} would not fire: {trial.silent}; correct it, or remove it from the group"
            )
        elif trial.unknown:
            _untried(one, trial.unknown, firing, trials, places, findings)
        elif not trial.meant:
            findings.said.append(f"what alarm {one.alarm.name} is meant for is not known, so it was not tried")
    findings.problems += _too_few(firing, trials, places, service)


def _untried(
    one: StoppingAlarm,
    what: str,
    firing: Sequence[StoppingAlarm],
    trials: Trials,
    places: Sequence[RequiredMetric],
    findings: Findings,
) -> None:
    """Doubt an alarm that cannot be evaluated, unless others do what it should."""
    needed = [place for place in places if any(place.is_watched_by(metric) for metric in one.alarm.metrics)]
    alone = [place.name for place in needed if not _sees(place, firing, trials)]
    message = f"alarm {one.alarm.name} cannot be evaluated here, because of {what}"
    if alone:
        findings.doubt(
            Reason.NOT_SUPPORTED,
            f"{message}, and no other alarm fires on {'; '.join(alone)}: add one with a fixed threshold",
        )
    else:
        findings.said.append(message)


def _sees(place: RequiredMetric, firing: Sequence[StoppingAlarm], trials: Trials) -> bool:
    return any(
        trials[one.alarm.name].fires
        for one in firing
        if one.alarm.name in trials and any(place.is_watched_by(metric) for metric in one.alarm.metrics)
    )


def _too_few(
    firing: Sequence[StoppingAlarm], trials: Trials, places: Sequence[RequiredMetric], service: Service
) -> Iterator[str]:
    """Say where all alarms fire only when more requests fail than some."""
    for place in places:
        watching = [
            one for one in firing if one.definition and any(place.is_watched_by(metric) for metric in one.alarm.metrics)
        ]
        tried = [trials[one.alarm.name] for one in watching]
        whole = [trial for trial in tried if trial.fires_with(place.metric, 1.0)]
        if whole and not any(trial.unknown or trial.fires_with(place.metric, SOME) for trial in tried):
            first = watching[tried.index(whole[0])]
            assert first.definition is not None
            yield (
                f"no alarm fires on {place.name} when {SOME:.0%} of the requests fail; alarm {first.alarm.name}: "
                f"{some_reason(first.definition, service, place.metric)}; lower its threshold"
            )


def _fires(definition: AlarmDefinition, service: Service, defect: Defect) -> bool:
    try:
        return is_fired(definition, service, defect)
    except NotEvaluable:
        return False
