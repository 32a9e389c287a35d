"""3. Observability and monitoring: what runs in dev is monitored, and is healthy by its logs, metrics and alarms."""

from datetime import timedelta

from promotion.core.findings import settle
from promotion.core.statistics.proof import percent
from promotion.items import item
from promotion.sections.observability.alarms.judgement import judge_alarms
from promotion.sections.observability.dashboards import body
from promotion.sections.observability.dashboards.coverage import Surroundings
from promotion.sections.observability.dashboards.judgement import judge_dashboard
from promotion.sections.observability.dashboards.signals import Balanced, needed
from promotion.sections.observability.logs.judgement import judge_correlation, judge_flow
from promotion.sections.observability.metrics.ways import lacking
from promotion.unknown import Reason, Unknown

OWN = "[dev.traffic]"
"""Where a team declares requests that the run makes itself."""


@item("logs-flowing", per="dev_target")
def test_logs_flowing(dev_target, dev_log_writers, dev_log_sample, dev_correlation, settings, measured):
    """The version or each instance in service has logged an event recently."""
    writers, sample, minutes = dev_log_writers[dev_target], dev_log_sample[dev_target], settings.limits.log_age_minutes
    findings = judge_flow(writers, sample, lambda: dev_correlation[dev_target], timedelta(minutes=minutes))
    settle(findings, sample.describe(writers, minutes), measured)


@item("correlation-ids", per="dev_target")
def test_correlation_ids(dev_target, dev_log_writers, dev_log_sample, dev_correlation, settings, measured):
    """The version or each instance in service logs the id of a request just made, and nearly every event has an id."""
    writers, sample, trail = dev_log_writers[dev_target], dev_log_sample[dev_target], dev_correlation[dev_target]
    findings = judge_correlation(
        writers, sample, trail, settings.limits.correlation_share, f"declare more requests in {OWN}"
    )
    settle(findings, f"{trail.describe()} · {sample.identified:,} of {sample.extent()} have an id", measured)


@item("dashboard-healthy")
def test_dashboard_healthy(
    dev_dashboard,
    dev_metrics,
    dev_dashboard_alarms,
    dev_load_balancer,
    dev_target_groups,
    dev_listener_weights,
    settings,
    measured,
):
    """The dashboard shows the metrics of every component in use, each widget has data, and none crosses its threshold."""
    if settings.dev.dashboard is None:
        raise Unknown(Reason.NOT_DECLARED, "promotion.toml names no dashboard: set `dashboard` in [dev]")
    found = dev_dashboard[settings.dev.dashboard]
    assert found.body is not None, f"dashboard {found.name} does not exist: create it, or check `dashboard` in [dev]"
    dashboard = body.parse_dashboard(found.body, settings.dev.region, settings.dev.account)
    balancers = {
        name: Balanced(dev_load_balancer[name], dev_target_groups[name], dev_listener_weights[name])
        for name in dev_load_balancer
    }
    surroundings = Surroundings(
        settings.dev.region,
        settings.dev.account,
        tuple(needed(settings.dev.targets, balancers)),
        tuple(balancers.values()),
        dev_dashboard_alarms.by_name,
    )
    findings = judge_dashboard(dashboard, dev_metrics.dashboard, surroundings)
    settle(findings, f"{len(dashboard.widgets)} widgets, {len(dashboard.alarms)} alarms", measured)


@item("no-alarms")
def test_no_alarms(dev_alarms, dev_alarm_history, measured):
    """No alarm was in ALARM during the deployments to dev or shortly after, and none was changed, missing or without data."""
    watches = ", ".join(watch.deployments for watch in dev_alarm_history.watches)
    settle(judge_alarms(dev_alarms, dev_alarm_history), f"{len(dev_alarms.alarms)} alarms during {watches}", measured)


@item("lambda-duration", per="dev_lambda")
def test_lambda_duration(dev_lambda, dev_latency, settings, measured):
    """Fewer than one in a hundred invocations took longer than the limit."""
    under_its_limit(dev_latency[dev_lambda], settings.limits, measured)


@item("alb-response-time", per="dev_ec2")
def test_alb_response_time(dev_ec2, dev_latency, settings, measured):
    """Fewer than one in a hundred requests took longer than the limit."""
    under_its_limit(dev_latency[dev_ec2], settings.limits, measured)


@item("error-rate", per="dev_target")
def test_error_rate(dev_target, dev_failures, settings, measured):
    """The error rate is under the limit, at each place where requests are counted."""
    look = dev_failures[dev_target]
    measured(look.describe())
    proofs = look.proofs(settings.limits.confidence)
    broken = [f"{name} {proof.describe()}" for name, proof in proofs.items() if proof.broken]
    assert not broken, (
        f"{look.describe()}, {look.window}: the error rate is {'; '.join(broken)}, expected under "
        f"{percent(look.limit)}: check the logs of the failed requests"
    )
    for place in look.untold:
        raise Unknown(place.reason, place.message)
    if shared := look.unattributed(settings.limits.confidence):
        raise Unknown(Reason.NO_DATA, shared.of_others_too(dev_target))
    for place in (one for one in look.places if not one.shared):
        proof = proofs[place.place]
        if not proof.kept:
            told = f"{place.place}: {proof.hits:,} of {proof.of:,} requests failed"
            ways = lacking(
                proof, "that fail", look.minutes, settings.limits.window_minutes, own=OWN, limit="limits.error_rate"
            )
            raise too_few(proof, told, ways)


def under_its_limit(look, limits, measured):
    """A 99th percentile is under its limit if fewer than one in a hundred values are over it."""
    measured(look.describe())
    proof = look.proof(limits.confidence)
    assert not proof.broken, (
        f"{look.describe()}, {look.window}: the share over {look.limit_ms:g} ms is {proof.describe()}, expected under "
        f"{percent(proof.limit)}: find what makes the slowest requests slow"
    )
    if not proof.kept:
        ways = lacking(proof, f"over {look.limit_ms:g} ms", look.minutes, limits.window_minutes, own=OWN)
        raise too_few(proof, look.describe(), ways)


def too_few(proof, what, ways):
    """Unknown for counts that prove neither that a limit is kept nor that it is broken."""
    return Unknown(
        Reason.TOO_FEW_SAMPLES,
        f"{what}, so the true share is {proof.describe()}, which does not show whether it is under "
        f"{percent(proof.limit)}: {ways}",
    )
