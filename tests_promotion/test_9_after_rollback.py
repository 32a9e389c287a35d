"""9. Rollback procedure: the image is out of service, the previous version serves as before, and the follow-up is agreed."""

from typing import Any, NoReturn

from promotion.core.answers import Attested
from promotion.core.sentences import join
from promotion.items import item
from promotion.people.attestations import attestation_for, record_of, require_attestation
from promotion.sections.after_rollback import judgement
from promotion.sections.after_rollback import remediation as remedy
from promotion.sections.after_rollback.evidence import of_image
from promotion.sections.plan import announcing
from promotion.unknown import Reason, Unknown


@item("workflow-stopped")
def test_workflow_stopped(promote_workflow, measured):
    """The workflow run that promoted the image is cancelled or completed."""
    measured(judgement.workflow_stopped(promote_workflow))


@item("codedeploy-rolled-back", per="prod_target")
def test_codedeploy_rolled_back(prod_target, prod_rollback, measured):
    """The deployment of the image was stopped with rollback, and the rollback deployment has succeeded."""
    measured(judgement.rolled_back(prod_rollback[prod_target]))


@item("team-notified")
def test_team_notified(rollback_channels, attestations, settings, digest, clock, measured):
    """The team's channels were notified of the rollback: the message was found or posted, or a person attests it."""
    measured(announcing.told_or_attested("team-notified", rollback_channels, attestations, settings, digest, clock))


@item("previous-version-serving", per="prod_target")
def test_previous_version_serving(prod_target, prod_rollback, prod_serving_now, prod_leftover, settings, measured):
    """The previous version gets all traffic, and the version rolled back has had none for two whole minutes."""
    target, look = settings.prod.targets[prod_target], prod_rollback[prod_target]
    serving = prod_serving_now[prod_target]
    judgement.require_previous_only(target, look, serving)
    measured(judgement.none_left(prod_target, serving, prod_leftover[prod_target]))


@item("health-green", per="prod_target")
def test_health_green(prod_target, prod_health_after, measured):
    """The health endpoint gives the expected answer now."""
    answer = prod_health_after[prod_target]
    measured(f"{answer.status} in {answer.elapsed_ms:.0f} ms" if answer.status else "no valid answer")
    assert not answer.problems, join(answer.problems)


@item("metrics-at-baseline", per="prod_target")
def test_metrics_at_baseline(prod_target, prod_since_rollback, baseline_to_return_to, settings, measured):
    """Error rate and latency are back at the recorded baseline."""
    rate = settings.limits.error_rate
    since = prod_since_rollback[prod_target]
    measured(judgement.at_baseline(prod_target, since, baseline_to_return_to, settings.service, rate))


@item("reason-documented")
def test_reason_documented(promotion_record, attestations, settings, digest, clock, measured):
    """The promotion record says why the promotion was rolled back."""
    reason = judgement.reason_given(record_of(promotion_record, digest).rollback)
    if not reason:
        _by_word("reason-documented", "`reason` of [rollback]", attestations, settings, digest, clock)
    measured(judgement.briefly(reason))


@item("incident-ticket")
def test_incident_ticket(incident_ticket, attestations, settings, digest, clock, measured):
    """The incident has a ticket: its link answers, or the issue was found or opened."""
    there = judgement.ticket_there(incident_ticket)
    if there is None:
        _by_word("incident-ticket", "`ticket` of [rollback], or run with --act", attestations, settings, digest, clock)
    measured(there)


@item("rca-scheduled")
def test_rca_scheduled(promotion_record, aftermath_links, attestations, settings, digest, clock, measured):
    """The root cause analysis has an owner and a date, or a result."""
    rollback = record_of(promotion_record, digest).rollback
    if rollback is None or rollback.rca is None:
        _by_word("rca-scheduled", "[rollback.rca] with date and owner", attestations, settings, digest, clock)
    measured(judgement.analysis_planned(rollback.rca, aftermath_links["rca"], clock.now()))


@item("remediation-planned")
def test_remediation_planned(
    promotion_record, aftermath_links, remediation_issue, attestations, settings, digest, clock, measured
):
    """The remediation has an owner, in the promotion record or an issue."""
    record = of_image(promotion_record, digest)
    written = None if record is None or record.rollback is None else record.rollback.remediation
    if written is not None:
        measured(judgement.remedy_planned(written, aftermath_links["remediation"]))
        return
    word = attestation_for("remediation-planned", attestations, settings, digest, clock)
    if word is not None:
        raise Attested(word)
    planned = remedy.planned(remediation_issue)
    if planned is None:
        record_of(promotion_record, digest)
        wanted = "[rollback.remediation] with text or link, and owner, or run with --act for an issue"
        _by_word("remediation-planned", wanted, attestations, settings, digest, clock)
    measured(planned)


def _by_word(item_id: str, wanted: str, attestations: Any, settings: Any, digest: str, clock: Any) -> NoReturn:
    """Accept an attestation for what the promotion record lacks; without one, raise Unknown, awaits-person."""
    word = attestation_for(item_id, attestations, settings, digest, clock)
    if word is not None:
        raise Attested(word)
    try:
        require_attestation(item_id, attestations, settings, digest, clock)
    except Unknown as unknown:
        if unknown.reason is not Reason.AWAITS_PERSON:
            raise
        raise Unknown(
            Reason.AWAITS_PERSON, f"{attestations.record} lacks {wanted}: add it and have the change reviewed"
        ) from None
