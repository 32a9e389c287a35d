"""5. Rollback readiness: the previous version can be restored, and alarms trigger it."""

from promotion.core.answers import Attested
from promotion.core.findings import settle
from promotion.core.sentences import join
from promotion.items import item
from promotion.people.attestations import attestation_for, require_attestation
from promotion.sections.observability.dashboards.signals import Balanced
from promotion.sections.observability.evaluator.synthetic import tried_service
from promotion.sections.rollback import drift, groups, plan_document, previous
from promotion.sections.rollback import stopping_alarms as alarms
from promotion.sections.rollback.dev_counterpart import counterpart
from promotion.settings.model import ec2_targets, lambda_targets


@item("previous-version", per="prod_target")
def test_previous_version(
    prod_target,
    prod_health,
    prod_deployment_group,
    prod_deployments,
    prod_good_targets,
    prod_revision,
    prod_running,
    prod_images,
    prod_alias,
    prod_live_versions,
    prod_traffic,
    prod_instances,
    settings,
    clock,
    measured,
):
    """What runs in prod answers and is healthy; its image can be pulled, and its revision can be deployed again."""
    target, running = settings.prod.targets[prod_target], prod_running[prod_target]
    running.require_traffic(prod_target)
    good, deployed = prod_deployments[prod_target].last_good, prod_good_targets[prod_target]
    standing = previous.Standing(
        prod_health[prod_target],
        prod_deployments[prod_target],
        prod_revision[prod_target],
        running,
        prod_images[prod_target],
    )
    findings = previous.judge_previous_version(prod_target, standing)
    if prod_target in lambda_targets(settings.prod):
        alias, versions = prod_alias[prod_target], prod_live_versions[prod_target]
        previous.judge_function(target, alias, versions, deployed, good, findings)
    else:
        replaced = [one.id for one in deployed if one.is_original]
        group, instances = prod_deployment_group[prod_target], prod_instances[prod_target]
        previous.judge_fleet(target, prod_traffic[prod_target], instances, replaced, group, good, clock.now(), findings)
    settle(findings, f"{', '.join(running.digests)} · {good.id if good else 'no deployment'}", measured)


@item("rollback-plan")
def test_rollback_plan(rollback_document, attestations, settings, digest, clock, measured):
    """A document at the promoted commit says how every target is rolled back, names an owner, and was reviewed recently."""
    wanted, now = settings.plan.rollback_plan, clock.now()
    if rollback_document is None:
        require_attestation("rollback-plan", attestations, settings, digest, clock)
    measured(rollback_document.describe(now))
    problems = [*plan_document.plan_problems(rollback_document, wanted, settings)]
    assert not problems, join(problems)
    if old := plan_document.too_old(rollback_document, wanted, now):
        reviewed = attestation_for("rollback-plan", attestations, settings, digest, clock)
        assert reviewed is not None, old
        raise Attested(reviewed)


@item("rollback-alarms", per="prod_target")
def test_rollback_alarms(
    prod_target,
    prod_deployment_group,
    prod_stopping_alarms,
    prod_load_balancer,
    prod_target_groups,
    prod_listener_weights,
    settings,
    measured,
):
    """The group's alarms watch what is in service, fire within the canary and stop a deployment; none is disabled or without data."""
    group, balanced = prod_deployment_group[prod_target], None
    if prod_target in ec2_targets(settings.prod):
        balanced = Balanced(
            prod_load_balancer[prod_target], prod_target_groups[prod_target], prod_listener_weights[prod_target]
        )
    service = tried_service(settings.prod.targets[prod_target], settings.rollback, settings.limits)
    findings = alarms.judge_stopping_alarms(
        group, prod_stopping_alarms, settings.prod.targets[prod_target], balanced, settings.rollback.alarms, service
    )
    settle(findings, f"{len(group.alarms)} alarms", measured)


@item("deployment-groups", per="prod_target")
def test_deployment_groups(
    prod_target,
    prod_deployment_group,
    prod_shift,
    prod_service_role,
    prod_good_targets,
    prod_target_groups,
    prod_listener_weights,
    dev_deployment_group,
    dev_shift,
    settings,
    measured,
):
    """The group shifts traffic to what callers use, CodeDeploy has the permissions it needs, and dev is configured alike."""
    target, group, shift = (
        settings.prod.targets[prod_target],
        prod_deployment_group[prod_target],
        prod_shift[prod_target],
    )
    measured(f"{group.name} · {shift.config}")
    problems = [*groups.style_problems(group, shift, target)]
    if prod_target in lambda_targets(settings.prod):
        problems += groups.alias_problems(group, target, prod_good_targets[prod_target])
    else:
        known, weights = prod_target_groups[prod_target], prod_listener_weights[prod_target]
        problems += groups.target_group_problems(group, target, known, weights)
    problems += groups.role_problems(group, prod_service_role[prod_target], settings.prod.region)
    assert not problems, join(problems)
    comparison = settings.rollback.groups
    in_dev = counterpart(prod_target, settings)
    differences = drift.differences(
        drift.GroupSide(group, shift, settings.prod, comparison.prod_words),
        drift.GroupSide(dev_deployment_group[in_dev], dev_shift[in_dev], settings.dev, comparison.dev_words),
        comparison,
    )
    drifted = [*differences]
    assert not drifted, (
        f"{group.name} is not configured as {dev_deployment_group[in_dev].name} in dev: {join(drifted, 8)}; "
        "configure them alike, or declare the field in `rollback.groups.may_differ`"
    )
