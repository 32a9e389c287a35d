"""3. Observability and monitoring: what runs in dev can be seen, and is well by what is seen."""

from promotion.core.findings import settle
from promotion.core.sentences import join
from promotion.core.statistics.proof import percent
from promotion.items import item
from promotion.sections.observability.alarms.judgement import judge_alarms
from promotion.sections.observability.dashboards import body
from promotion.sections.observability.dashboards.judgement import Surroundings, judge_dashboard
from promotion.sections.observability.dashboards.signals import Balanced, needed
from promotion.sections.observability.logs.sample import fewest
from promotion.unknown import Reason, Unknown


@item("logs-flowing", per="dev_target")
def test_logs_flowing(dev_target, dev_log_writers, dev_log_sample, dev_correlation, settings, measured):
    """The version or each instance that serves has logged something of late, by the events themselves."""
    writers, sample, limit = dev_log_writers[dev_target], dev_log_sample[dev_target], settings.limits.log_age_minutes
    measured(sample.describe(writers, limit))
    late = [member for member in writers.members if not sample.is_fresh(member, limit)]
    if late:
        # Nobody may have called: then the request that the run itself made tells whether its log arrives.
        late = [member for member in late if member not in dev_correlation[dev_target].hits]
    silent = [sample.silence(writers, member) for member in late if sample.members[member].whole]
    assert not silent, (
        f"{join(silent)} in {writers.group}; expected an event younger than {limit:g} min: see whether it may write "
        "there, and, on an instance, whether the log agent runs"
    )
    if late:
        raise Unknown(
            Reason.TRUNCATED,
            f"{writers.group} has more events than are read, and none of {join(late)} was among the newest: lower "
            "limits.log_age_minutes",
        )


@item("correlation-ids", per="dev_target")
def test_correlation_ids(dev_target, dev_log_writers, dev_log_sample, dev_correlation, settings, measured):
    """Each one who serves logs the id of a request just made, and nearly every event carries one of many ids."""
    writers, sample, trail = dev_log_writers[dev_target], dev_log_sample[dev_target], dev_correlation[dev_target]
    least = settings.limits.correlation_share
    measured(f"{trail.describe()} · {sample.identified:,} of {sample.read()} carry an id")
    absent = [member for member in writers.members if member not in trail.hits]
    unreached = [member for member in absent if member in writers.out_of_traffic]
    lost = trail.lost(writers, [member for member in absent if member not in unreached])
    if lost and not trail.whole:
        raise Unknown(
            Reason.TRUNCATED,
            f"{writers.group} gave more pages than are read when asked for the ids sent, and none was found on the "
            f"lines of {join(lost)} in those that were: look again",
        )
    if lost and not trail.reached:
        raise Unknown(
            Reason.NO_DATA,
            f"GET {trail.path} was answered {trail.answered()}, so it may never have come to {join(lost)}, on whose "
            "lines no id was found: mend the endpoint, or name another `path` in `logs`",
        )
    assert not lost, (
        f"none of {trail.requests} requests GET {trail.path} was found by its id within {trail.waited_s:.0f} s in "
        f"{writers.group} on the lines of {join(lost)}; expected the id sent, "
        "the gateway's or the trace's for a correlation id: see how it is logged, and `logs` in promotion.toml"
    )
    assert not sample.constant, (
        f"{join([one.describe() for one in sample.constant])} ({writers.group}); expected another one for each request: "
        "clear the logger's state when a request begins"
    )
    assert not sample.lacks(least), (
        f"{sample.lacking:,} of {sample.read()} in {writers.group} carry no correlation id ({sample.unstructured:,} of "
        f"them are no JSON), expected at least {percent(least)} with one: log it on every line"
    )
    if sample.application < fewest(least):
        raise Unknown(
            Reason.TOO_FEW_SAMPLES,
            f"{writers.group} holds {sample.read()}, at least {fewest(least)} are wanted to tell {percent(least)}: "
            "declare [dev.traffic], or wait",
        )
    if unreached:
        raise Unknown(
            Reason.NO_DATA,
            f"the load balancer finds {join(unreached)} unhealthy, so no request could be followed into its log: "
            "mend it, and look again",
        )


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
    """The dashboard shows the signals of what is in use, each widget has data, and nothing on it is past its limit."""
    if settings.dev.dashboard is None:
        raise Unknown(Reason.NOT_DECLARED, "promotion.toml names no dashboard: set `dashboard` in [dev]")
    found = dev_dashboard[settings.dev.dashboard]
    assert found.body is not None, f"there is no dashboard {found.name}: make it, or check `dashboard` in [dev]"
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
    """No alarm was in ALARM while dev was deployed to or shortly after, and none was changed, missing or blind."""
    watches = ", ".join(watch.deployments for watch in dev_alarm_history.watches)
    settle(judge_alarms(dev_alarms, dev_alarm_history), f"{len(dev_alarms.alarms)} alarms during {watches}", measured)


@item("lambda-duration", per="dev_lambda")
def test_lambda_duration(dev_lambda, dev_latency, settings, measured):
    """Less than one in a hundred invocations took longer than the limit."""
    under_its_limit(dev_latency[dev_lambda], settings.limits.confidence, measured)


@item("alb-response-time", per="dev_ec2")
def test_alb_response_time(dev_ec2, dev_latency, settings, measured):
    """Less than one in a hundred requests were answered later than the limit."""
    under_its_limit(dev_latency[dev_ec2], settings.limits.confidence, measured)


@item("error-rate", per="dev_target")
def test_error_rate(dev_target, dev_failures, settings, measured):
    """Fewer requests fail than the limit allows, wherever they are counted."""
    look = dev_failures[dev_target]
    measured(look.describe())
    proofs = look.proofs(settings.limits.confidence)
    broken = [f"{name} {proof.describe()}" for name, proof in proofs.items() if proof.broken]
    assert not broken, (
        f"{look.describe()}, {look.window}: the error rate is {'; '.join(broken)}, expected under {percent(look.limit)}: "
        "see the logs of the failed requests"
    )
    for place in look.untold:
        raise Unknown(place.reason, place.message)
    if shared := look.unattributed(settings.limits.confidence):
        raise Unknown(Reason.NO_DATA, shared.of_others_too(dev_target))
    for place in (one for one in look.places if not one.shared):
        proof = proofs[place.place]
        if not proof.kept:
            raise too_few(proof, f"{place.place}: {proof.hits:,} of {proof.of:,} requests failed", "that fail")


def under_its_limit(look, confidence, measured):
    """A 99th percentile is under its limit if less than one in a hundred lie over it."""
    measured(look.describe())
    proof = look.proof(confidence)
    assert not proof.broken, (
        f"{look.describe()}, {look.window}: the share over {look.limit_ms:g} ms is {proof.describe()}, expected under "
        f"{percent(proof.limit)}: find what makes the slowest requests slow"
    )
    if not proof.kept:
        raise too_few(proof, look.describe(), f"over {look.limit_ms:g} ms")


def too_few(proof, what, bad):
    """Counts that prove neither that a limit is kept nor that it is broken."""
    return Unknown(
        Reason.TOO_FEW_SAMPLES,
        f"{what}, so that the true share is {proof.describe()}, which proves nothing about {percent(proof.limit)}: at "
        f"least {proof.wanted:,} more requests are wanted, none of them {bad}; declare [dev.traffic], or wait",
    )
