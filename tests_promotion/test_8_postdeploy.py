"""8. Post-deployment validation: the promoted version is healthy in prod, and everything that must be documented is."""

from datetime import timedelta

import pytest

from promotion.core.answers import Attested, NotApplicable
from promotion.core.findings import settle
from promotion.core.sentences import join
from promotion.core.statistics.proof import percent
from promotion.items import item
from promotion.people import attestations as attesting
from promotion.sections.observability.baseline.judgement import awaited, baseline_problems
from promotion.sections.observability.logs.judgement import judge_correlation, judge_flow
from promotion.sections.observability.metrics.ways import lacking as lacking_requests
from promotion.sections.postdeploy import events as happened
from promotion.sections.postdeploy import rotation
from promotion.sections.postdeploy.budget.spent import budget_doubts, budget_problems, spent_by
from promotion.sections.postdeploy.budget.spike import visible_share
from promotion.unknown import Reason, Unknown


@item("prod-health", per="prod_target")
def test_prod_health(prod_target, postdeploy_health, measured):
    """The health endpoint answers 200 at the time of this validation."""
    check_answer(postdeploy_health[prod_target], measured)


@item("prod-smoke-tests", per="prod_smoke_test")
def test_prod_smoke_tests(prod_smoke_test, prod_smoke, measured):
    """The endpoint responds as declared, by a request that changes nothing."""
    check_answer(prod_smoke[prod_smoke_test], measured)


@item("prod-logs-flowing", per="prod_target")
def test_prod_logs_flowing(
    prod_target, postdeploy_writers, postdeploy_log_sample, postdeploy_correlation, settings, measured
):
    """The deployed version, or each instance in service, has logged an event recently."""
    writers, sample, minutes = (
        postdeploy_writers[prod_target],
        postdeploy_log_sample[prod_target],
        settings.limits.log_age_minutes,
    )
    findings = judge_flow(writers, sample, lambda: postdeploy_correlation[prod_target], timedelta(minutes=minutes))
    settle(findings, sample.describe(writers, minutes), measured)


@item("no-error-spikes", per="prod_target")
def test_no_error_spikes(prod_target, prod_spikes, settings, measured):
    """The error rate has not risen since the deployment by more than chance explains."""
    how, places = settings.postdeploy.spikes, prod_spikes[prod_target]
    measured(" · ".join(f"{one.place} {one.spike.describe()}" for one in places))
    risen = [one for one in places if one.spike.rose(how.chance, how.factor)]
    rose = [f"{one.place}: {one.spike.describe()}" for one in risen if not one.shared]
    assert not rose, (
        f"more requests to {prod_target} fail since the deployment: {join(rose)}; chance alone causes that in "
        f"fewer than {percent(how.chance)} of cases: check the logs of the failed requests, and consider a rollback"
    )
    for one in risen:
        raise Unknown(
            Reason.NO_DATA,
            f"{one.place}: {one.spike.describe()}, which {prod_target} shares with other services: CloudWatch "
            "does not say whose requests these are; check the access log of the load balancer",
        )
    limit = settings.postdeploy.slo.over(settings.limits).error_rate
    for one in (one for one in places if not one.shared):
        seen = visible_share(one.spike.before, one.spike.after.requests, how.chance)
        worst = max(10 * limit, how.factor * one.spike.before.share)
        if seen is None or seen > worst:
            raise Unknown(
                Reason.TOO_FEW_SAMPLES,
                f"{one.place} of {prod_target} had {one.spike.after.requests:,} requests since the deployment, "
                f"enough to detect {f'a rise to {percent(seen)} or more' if seen else 'no rise at all'}, but not "
                f"one to {percent(worst)}: wait for more requests",
            )


@item("prod-correlation-ids", per="prod_target")
def test_prod_correlation_ids(
    prod_target, postdeploy_writers, postdeploy_log_sample, postdeploy_correlation, settings, measured
):
    """The version or each instance in service logs the id of a request just made, and nearly every event has an id."""
    writers, sample, trail = (
        postdeploy_writers[prod_target],
        postdeploy_log_sample[prod_target],
        postdeploy_correlation[prod_target],
    )
    findings = judge_correlation(writers, sample, trail, settings.limits.correlation_share, "wait for more requests")
    settle(findings, f"{trail.describe()} · {sample.identified:,} of {sample.extent()} have an id", measured)


@item("slo-met", per="prod_target")
def test_slo_met(prod_target, prod_latency, prod_failures, settings, measured):
    """Since the deployment, the shares of slow and of failed requests are under their limits."""
    failures, confidence = prod_failures[prod_target], settings.limits.confidence
    proofs = failures.proofs(confidence)
    broken = [f"the error rate at {name} is {proof.describe()}" for name, proof in proofs.items() if proof.broken]
    try:
        latency = prod_latency[prod_target]
    except Unknown:
        assert not broken, (
            f"{join(broken)}, expected under {percent(failures.limit)}: check the logs of the failed requests"
        )
        raise
    slow = latency.proof(confidence)
    measured(f"{latency.describe()} · {failures.describe()} · {failures.window}")
    if slow.broken:
        broken.append(f"the share over {latency.limit_ms:g} ms is {slow.describe()}, {latency.describe()}")
    assert not broken, (
        f"{join(broken)}, {failures.window}; expected under {percent(failures.limit)} errors and under "
        f"{percent(slow.limit)} slow requests: find out what the failed or slow ones have in common"
    )
    for place in failures.untold:
        raise Unknown(place.reason, place.message)
    if shared := failures.unattributed(confidence):
        raise Unknown(Reason.NO_DATA, shared.of_others_too(prod_target))
    lacking = [(f"errors at {name}", proof) for name, proof in proofs.items() if not proof.kept]
    lacking += [] if slow.kept else [(f"requests over {latency.limit_ms:g} ms", slow)]
    for what, proof in lacking:
        raise Unknown(
            Reason.TOO_FEW_SAMPLES,
            f"{proof.hits:,} {what} of {proof.of:,}: the true share is {proof.describe()}, which does not show "
            f"whether it is under {percent(proof.limit)}: "
            f"{lacking_requests(proof, 'that is bad', failures.minutes, 60 * settings.postdeploy.window_hours)}",
        )


@item("no-customer-issues")
def test_no_customer_issues(
    customer_issues, postdeploy_began, promotion_record, attestations, settings, digest, clock, measured
):
    """No customer has reported an issue since the deployment, by the labels of issues, or as a person attests."""
    record = None if promotion_record.record is None else attesting.record_of(promotion_record, digest)
    reported = [f"{issue.title!r} ({issue.link})" for issue in customer_issues]
    reported += [link for link in (record.issues if record else ()) if link]
    measured(f"{len(reported)} issues since {postdeploy_began.t0:%H:%M:%S}Z")
    assert not reported, f"customers reported {join(reported)}: find out whether the deployment is the cause"
    if not settings.postdeploy.customer_issues.labels:
        attesting.require_attestation("no-customer-issues", attestations, settings, digest, clock)


@item("error-budget", per="prod_target")
def test_error_budget(prod_target, prod_budget, declared_slo, reported_budget, settings, measured):
    """The error budget is not used up, does not burn too fast, and the deployment spent little of it; other sources agree."""
    look, declared = prod_budget[prod_target], settings.postdeploy.budget
    budget, spent = look.budget, spent_by(look.budget, look.since, look.before)
    others, unheard = [], []
    for source in (declared_slo, reported_budget):
        try:
            others += [source[prod_target]] if source[prod_target] else []
        except Unknown as trouble:
            unheard.append(trouble)
    told = [
        f"{budget.describe()}, {percent(spent)} by this deployment",
        look.place,
        *(one.describe() for one in others),
    ]
    measured(" · ".join(told))
    wrong = [
        *budget_problems(budget, spent, declared.spent),
        *(said for one in others for said in one.problems(budget)),
    ]
    assert not wrong, f"{prod_target}: {join(wrong)}"
    if unheard:
        raise unheard[0]
    unclear = [*budget_doubts(budget, look.before, declared.covered)]
    if unclear:
        raise Unknown(Reason.TOO_FEW_SAMPLES, f"{prod_target}: {join(unclear)}")
    if look.beside is not None and look.beside.share > 1 - budget.objective:
        raise Unknown(
            Reason.NO_DATA,
            f"the load balancer, which {prod_target} shares with other services, answered {percent(look.beside.share)} of "
            f"{look.beside.requests:,} requests with 5xx itself: CloudWatch does not say whose they were; check its access log",
        )


@item("rotation-working", per="prod_secret")
def test_rotation_working(prod_secret, rotations, settings, clock, measured):
    """The secret was rotated on schedule, no rotation is incomplete, and the rotation function does not fail."""
    look, declared, now = rotations[prod_secret], settings.postdeploy.rotation, clock.now()
    grace = timedelta(hours=declared.grace_hours)
    if prod_secret in declared.exempt:
        assert not look.enabled, (
            f"{prod_secret} rotates, but [postdeploy.rotation.exempt] says that it does not "
            f"({declared.exempt[prod_secret]}): remove it there"
        )
        raise NotApplicable(f"it does not rotate: {declared.exempt[prod_secret]}")
    measured(look.describe())
    wrong = [*rotation.rotation_problems(look, now, grace)]
    assert not wrong, join(wrong)
    since = rotation.under_way(look, now, grace)
    if since is not None:
        raise Unknown(
            Reason.NOT_DUE,
            f"{prod_secret} has been rotating since {since:%H:%M:%S}Z: run again when that is complete, by "
            f"{since + grace:%Y-%m-%d %H:%M}Z",
        )
    unclear = [*rotation.rotation_doubts(look)]
    if unclear:
        raise Unknown(Reason.NO_DATA, join(unclear))


@item("deployment-notes")
@pytest.mark.usefixtures("second_due")
def test_deployment_notes(promotion_record, attestations, settings, digest, clock, measured):
    """The promotion record of this image has notes, or a person attests where they are."""
    record = attesting.record_of(promotion_record, digest)
    notes = " ".join(record.notes.split())
    if not notes:
        attesting.require_attestation("deployment-notes", attestations, settings, digest, clock)
    measured(notes if len(notes) <= 100 else f"{notes[:99]}…")


@item("incidents-documented")
def test_incidents_documented(
    postdeploy_happened, customer_issues, promotion_record, attestations, settings, digest, clock, measured
):
    """Nothing has gone wrong since the deployment, or the promotion record lists each incident with a link."""
    record = None if promotion_record.record is None else attesting.record_of(promotion_record, digest)
    wrong = what_went_wrong(postdeploy_happened, customer_issues, record)
    incidents = () if record is None else record.incidents
    measured(f"{len(wrong)} things went wrong, {len(incidents)} incidents are documented" if wrong else "none happened")
    missing = happened.undocumented(wrong, record)
    if missing:
        word = attesting.attestation_for("incidents-documented", attestations, settings, digest, clock)
        if word is not None:
            raise Attested(word)
    assert not missing, (
        f"{join(missing)}: add an [[incidents]] entry for each to {promotion_record.name}, with what happened and "
        "a link"
    )


@item("baseline-updated")
def test_baseline_updated(baseline, second_due, settings, digest, measured):
    """The newest baseline record is of this image, measured in a steady window, and the chain of records is intact."""
    if baseline.newest is not None:
        measured(f"record {baseline.count} of {baseline.newest.written_at:%Y-%m-%d %H:%M}Z in {baseline.place}")
    wrong = [*baseline_problems(baseline, digest, settings, second_due.at)]
    assert not wrong, join(wrong)
    waits = awaited(baseline, digest, settings, second_due.at)
    if waits:
        raise Unknown(Reason.AWAITS_PERSON, waits)


@item("post-mortem-scheduled")
def test_post_mortem_scheduled(
    postdeploy_happened,
    customer_issues,
    postdeploy_began,
    promotion_record,
    attestations,
    settings,
    digest,
    clock,
    measured,
):
    """Nothing has gone wrong since the deployment, or a post-mortem has a date and an owner."""
    record = None if promotion_record.record is None else attesting.record_of(promotion_record, digest)
    wrong = what_went_wrong(postdeploy_happened, customer_issues, record)
    if not wrong:
        measured("nothing went wrong")
        return
    if record is None or record.post_mortem is None:
        word = attesting.attestation_for("post-mortem-scheduled", attestations, settings, digest, clock)
        if word is not None:
            raise Attested(word)
    measured(happened.require_meeting(record, promotion_record.name, postdeploy_began.t0, wrong))


def what_went_wrong(seen, issues, record):
    """Everything since the deployment that must be documented, whether seen by machines, customers or people."""
    reported = [issue.link for issue in issues] + [link for link in (record.issues if record else ()) if link]
    written = [incident.what for incident in (record.incidents if record else ())]
    return [
        *seen.sentences(),
        *(f"a customer reported {link}" for link in dict.fromkeys(reported)),
        *(f"the record has {what!r}" for what in written),
    ]


def check_answer(answer, measured):
    """The answer is as expected."""
    measured(f"{answer.status} in {answer.elapsed_ms:.0f} ms" if answer.status else "no valid answer")
    assert not answer.problems, join(answer.problems)
