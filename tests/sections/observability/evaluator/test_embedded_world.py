"""The embedded world's own alarms are in the state that the evaluator gives for the samples that are there."""

from datetime import UTC, datetime, timedelta

from promotion.clients.aws.cloudwatch.alarm_definition import parse_alarm_definition
from promotion.sandbox.moto_patches.metrics import metric as key_of
from promotion.sandbox.world import build
from promotion.sections.observability.evaluator.evaluate import evaluate_alarm


def states(environment):
    """Give the state of each metric alarm by its name: as it is there, and as evaluated over the last settled minutes."""
    end = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=3)
    pages = environment.client("cloudwatch").get_paginator("describe_alarms").paginate()
    for described in (one for page in pages for one in page["MetricAlarms"]):

        def samples(series, minute):
            found = environment.metrics.get(
                key_of(series.metric.namespace, series.metric.name, **series.metric.dimensions)
            )
            return [] if found is None else list(found.samples(int(minute.timestamp()) // 60))

        (seen,) = evaluate_alarm(parse_alarm_definition(described), samples, end, end, described["StateValue"])
        yield described["AlarmName"], described["StateValue"], seen.state


def test_healthy_alarms_are_ok():
    """No alarm of the healthy world contradicts the metrics of that world, in dev or in prod."""
    world = build()
    found = [*states(world.dev), *states(world.prod)]
    assert len(found) >= 20
    assert [one for one in found if one[1:] != ("OK", "OK")] == []
