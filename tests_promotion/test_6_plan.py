"""6. Production deployment plan: when, by whom, in which steps, and who has been notified."""

from datetime import timedelta

from promotion.core.answers import NotApplicable
from promotion.core.findings import Findings, settle
from promotion.core.sentences import join
from promotion.items import item
from promotion.people import attestations as attesting
from promotion.sections.observability.dashboards.signals import Balanced
from promotion.sections.plan import announcing, calendars, personnel, window
from promotion.sections.rollback import alarm_delay as reaction
from promotion.sections.rollback import canary_metrics as monitored
from promotion.sections.rollback import groups
from promotion.sections.rollback import traffic_config as shifting
from promotion.sections.rollback.dev_counterpart import counterpart
from promotion.settings.local_time import LocalTimeError
from promotion.settings.model import lambda_targets
from promotion.unknown import Reason, Unknown


@item("deployment-window")
def test_deployment_window(
    promotion_record, attestations, freeze_events, change_calendar_states, settings, digest, clock, measured
):
    """A window and a backup window are agreed: of the right length, not over, and outside every freeze."""
    record = attesting.record_of(promotion_record, digest)
    if record.window is None:
        attesting.require_attestation("deployment-window", attestations, settings, digest, clock)
    try:
        times = window.times(record.window)
    except LocalTimeError as mistake:
        raise AssertionError(f"{promotion_record.name}: {mistake}") from None
    now = clock.now()
    measured(times.describe(now))
    closed = [*window.frozen(settings.plan.freezes, times), *calendars.closed(freeze_events, change_calendar_states)]
    problems = [*window.window_problems(times, settings.plan.window, now, closed)]
    assert not problems, join(problems)


@item("key-personnel")
def test_key_personnel(promotion_record, attestations, settings, digest, clock, measured):
    """The lead, the on-call engineer and the approver are named; each is eligible, and the approver is not the lead."""
    record = attesting.record_of(promotion_record, digest)
    if personnel.nobody_named(record.people):
        attesting.require_attestation("key-personnel", attestations, settings, digest, clock)
    measured(personnel.describe(record.people))
    problems = [*personnel.personnel_problems(record.people, settings)]
    assert not problems, join(problems)


@item("canary-strategy", per="prod_target")
def test_canary_strategy(prod_target, prod_deployment_group, prod_shift, prod_stopping_alarms, settings, measured):
    """The deployment configuration shifts traffic as planned, and the alarms can fire before the shift is over."""
    group, shift, plan = prod_deployment_group[prod_target], prod_shift[prod_target], settings.rollback
    measured(f"{shift.config}: {shift.describe()}")
    if prod_target in lambda_targets(settings.prod):
        wrong = shifting.no_such_canary(shift, plan.canary)
        assert not wrong, wrong
        late = [*reaction.too_late(group, prod_stopping_alarms, plan.canary.minutes)]
        assert not late, join(late)
        return
    declared = plan.fleets.get(prod_target)
    if declared is None:
        raise Unknown(
            Reason.NOT_DECLARED,
            f"promotion.toml does not say how traffic is rerouted to the new instances of {prod_target}: add "
            f'`[rollback.fleets.{prod_target}]` with `moves = "all-at-once"` or what the plan says',
        )
    problems = [*shifting.no_such_fleet_shift(shift, group, declared)]
    assert not problems, join(problems)


@item("canary-monitored", per="prod_target")
def test_canary_monitored(
    prod_target,
    dev_canary_metrics,
    prod_function_metrics,
    prod_fleet_metrics,
    prod_load_balancer,
    prod_target_groups,
    prod_listener_weights,
    prod_traffic,
    prod_instances,
    prod_memory_metrics,
    prod_live_versions,
    dev_live_versions,
    prod_log,
    settings,
    measured,
):
    """The metrics and the log that the rollout is judged by exist: per version or per instance, every minute."""
    findings, target = Findings(), settings.prod.targets[prod_target]
    max_age = timedelta(minutes=settings.limits.metric_age_minutes)
    if prod_target in lambda_targets(settings.prod):
        canary, look = dev_canary_metrics[counterpart(prod_target, settings)], prod_function_metrics[prod_target]
        queries = monitored.of_function(target)
        monitored.judge_canary(canary, findings)
        versions = (*prod_live_versions[prod_target], *dev_live_versions[counterpart(prod_target, settings)])
        monitored.judge_reports(versions, findings)
        looked_at = f"version {canary.version} in {canary.deployment} · {len(queries)} metrics in prod"
    else:
        serving, instances = prod_traffic[prod_target].serving_instances, prod_instances[prod_target]
        memory, look = prod_memory_metrics[prod_target], prod_fleet_metrics[prod_target]
        balanced = Balanced(
            prod_load_balancer[prod_target], prod_target_groups[prod_target], prod_listener_weights[prod_target]
        )
        queries = monitored.of_fleet(balanced, serving, memory)
        findings.problems += monitored.judge_instances(target, instances, serving)
        findings.problems += monitored.judge_memory(memory, settings.rollback.memory, serving)
        looked_at = f"{len(queries)} metrics in prod, of {len(serving)} instances"
    monitored.judge_metrics(queries, look, max_age, findings)
    findings.problems += monitored.judge_log(prod_log[prod_target])
    settle(findings, looked_at, measured)


@item("full-shift", per="prod_target")
def test_full_shift(prod_target, prod_deployment_group, prod_shift, settings, measured):
    """All remaining traffic follows the canary; replaced instances are kept for the configured time."""
    group = prod_deployment_group[prod_target]
    if prod_target in lambda_targets(settings.prod):
        shift = prod_shift[prod_target]
        measured(f"{shift.config}: {shift.describe()}")
        wrong = shifting.no_full_shift(shift)
    else:
        kept = "kept" if group.blue_action == "KEEP_ALIVE" else f"kept for {group.blue_wait_minutes} min"
        measured(f"replaced instances are {kept}")
        wrong = groups.blue_problem(group, settings.rollback.keep_previous_minutes)
    assert not wrong, wrong


@item("automatic-rollback", per="prod_target")
def test_automatic_rollback(prod_target, prod_deployment_group, measured):
    """The group rolls back automatically when a deployment fails, and when an alarm stops it."""
    group = prod_deployment_group[prod_target]
    measured(f"{group.name}: {', '.join(group.rollback_events) or 'no event'}")
    problems = [*groups.rollback_problems(group)]
    assert not problems, join(problems)


@item("stakeholders-notified")
def test_stakeholders_notified(stakeholder_channels, attestations, settings, digest, clock, measured):
    """The stakeholders were notified of the window: the message was found, or a person attests it."""
    measured(
        announcing.told_or_attested(
            "stakeholders-notified", stakeholder_channels, attestations, settings, digest, clock
        )
    )


@item("status-page")
def test_status_page(status_page_maintenance, promotion_record, attestations, settings, digest, clock, measured):
    """The status page has scheduled maintenance for the window; or a person attests it; or there is no status page."""
    channels = settings.channels
    if channels.no_status_page is not None:
        raise NotApplicable(channels.no_status_page)
    if status_page_maintenance is None:
        attesting.require_attestation("status-page", attestations, settings, digest, clock)
    record = attesting.record_of(promotion_record, digest)
    agreed = announcing.window_of(record)
    if agreed is None:
        raise Unknown(Reason.AWAITS_PERSON, "no window is agreed yet, so no maintenance can be scheduled")
    found = announcing.covering(status_page_maintenance, agreed, channels.status_page.components)
    measured(f"{found.name}: {found.start[:16]}Z to {found.end[11:16]}Z")


@item("channel-notified")
def test_channel_notified(team_channels, attestations, settings, digest, clock, measured):
    """The team's channels were notified of the window: the message was found or posted, or a person attests it."""
    measured(announcing.told_or_attested("channel-notified", team_channels, attestations, settings, digest, clock))
