"""What is wrong after a rollback, and what is unknown. Pure.

Every function gives what was measured in a few words; it fails, or raises Unknown, with a sentence.
"""

from collections.abc import Iterator
from datetime import datetime
from textwrap import shorten

from promotion.clients.aws.enums import Outcome
from promotion.clients.aws.functions import shares
from promotion.clients.aws.hosts import count
from promotion.core.sentences import join
from promotion.people.attestations import ProofCheck, ProofOutcome
from promotion.people.promotion_record import Meeting, RecordedRollback, Remediation
from promotion.record.receipt import ActionState
from promotion.sections.after_rollback.evidence import (
    Leftover,
    RollbackLook,
    Serving,
    SinceRollback,
    TicketLook,
    WorkflowLook,
)
from promotion.sections.dev.request_paths import judge_paths
from promotion.sections.observability.baseline.compare import alike
from promotion.sections.observability.baseline.store import StoredBaseline
from promotion.settings.environment import Ec2Target, LambdaTarget, Target
from promotion.unknown import Reason, Unknown

_PLACEHOLDERS = frozenset({"tbd", "tbc", "tba", "todo", "fixme", "na", "none", "later", "pending", "unknown", "xxx"})
"""What people write where the reason is still to come, without signs and in lower case."""


def workflow_stopped(look: WorkflowLook) -> str:
    """Judge the workflow that promoted the image."""
    if not look.runs:
        raise Unknown(
            Reason.NO_DATA,
            f"no run of {look.workflow} for this image was found in the last eight days: name it in `links.promotion_run` "
            "of the promotion record, or correct `promote_workflow` of [acting]",
        )
    running = [one for one in look.runs if not one.ended]
    told = {receipt.id: receipt for receipt in look.receipts}
    for one in running:
        receipt = told.get(str(one.id))
        if receipt is not None and receipt.done:
            raise Unknown(
                Reason.NOT_DUE,
                f"{one.describe()} was asked to cancel, but is still {one.status}: run again, see {one.url}",
            )
        why = f", and could not be cancelled: {receipt.message}" if receipt is not None else ""
        raise AssertionError(
            f"{one.describe()} of {look.workflow} is {one.status or 'not completed'}{why}; expected it to be "
            f"cancelled or completed: cancel it, or run with --act; see {one.url}"
        )
    return " · ".join(f"run {one.id} {one.conclusion}" for one in look.runs[:3])


def rolled_back(look: RollbackLook) -> str:
    """Judge what CodeDeploy did at one target."""
    brought, receipt = look.brought, look.receipt
    deployment = brought.deployment
    if deployment is None:
        other = f"; {brought.under_way[0].describe()} and brings another one" if brought.under_way else ""
        raise Unknown(
            Reason.NO_DATA,
            f"CodeDeploy knows no deployment of this image in {brought.group} in the last seven days, so there is nothing "
            f"that could have been rolled back{other}: check the digest",
        )
    if receipt is not None and not receipt.done:
        reason = Reason.ERROR if receipt.state is ActionState.UNCLEAR else None
        if reason is not None:
            raise Unknown(reason, receipt.message)
        raise AssertionError(receipt.message)
    rollback = brought.restored
    if rollback is None:
        assert not deployment.is_unfinished, (
            f"{deployment.describe()}; expected it to be stopped with rollback: stop it in CodeDeploy, or run with "
            "--act"
        )
        if receipt is not None:
            raise Unknown(Reason.NOT_DUE, f"{deployment.describe()}; its rollback has not started")
        raise AssertionError(
            f"{deployment.describe()}, but no deployment has rolled it back: deploy the previous revision again in "
            "CodeDeploy"
        )
    if rollback.is_unfinished and brought.restored_at is None:
        raise Unknown(
            Reason.NOT_DUE, f"the rollback is in progress: {rollback.describe()}; run again when it has ended"
        )
    assert brought.restored_at is not None, (
        f"the rollback of {deployment.id} did not succeed: {rollback.describe()}: check it in CodeDeploy, and "
        "deploy the previous revision manually"
    )
    # CodeDeploy rolls back what it has stopped, or what has failed; others also what has succeeded.
    over = deployment.outcome is Outcome.SUCCEEDED and rollback.creator != "codeDeployRollback"
    assert deployment.outcome is Outcome.FAILED or over or brought.rollback is None, (
        f"{deployment.describe()}, though {rollback.id} rolls it back; expected Stopped or Failed: check it in "
        "CodeDeploy"
    )
    by = ", by the gate" if brought.redeployed else "" if brought.rollback is not None else ", by hand"
    return f"{deployment.id} {deployment.status} · {rollback.id} {rollback.status}{by}"


def require_previous_only(target: Target, look: RollbackLook, serving: Serving) -> None:
    """Fail if anything but what served before gets traffic at one target. Raises Unknown while the rollback is in progress."""
    restored = look.brought.restored
    if restored is not None and restored.is_unfinished and look.brought.restored_at is None:
        raise Unknown(
            Reason.NOT_DUE, f"the rollback is in progress: {restored.describe()}; run again when it has ended"
        )
    problems = [*_served(target, look, serving)]
    assert not problems, join(problems)


def none_left(name: str, serving: Serving, left: Leftover) -> str:
    """Judge whether the version rolled back still gets requests at one target, where they are counted apart.

    Where they are not, that none of its instances is registered any more must do: see `require_previous_only`.
    """
    counted = left.counted or "the version rolled back"
    assert not left.requests, (
        f"{counted} got {left.requests:,} requests in the newest two minutes, to {left.end:%H:%M}Z; expected none: find out "
        "who still calls it"
    )
    if not left.of_all:
        raise Unknown(
            Reason.NO_DATA,
            f"{name} received no request from {left.start:%H:%M} to {left.end:%H:%M}Z, so a count of 0 for "
            f"{counted} proves nothing: send some requests, and run again",
        )
    who = f"version {serving.alias.version}" if serving.alias is not None else _instances(serving)
    if left.requests is None:
        return (
            f"{who} · {left.of_all:,} requests, not counted separately for the version rolled back, none of which "
            "is in service"
        )
    return f"{who} · {left.requests} of {left.of_all:,} requests to {counted}"


def _served(target: Target, look: RollbackLook, serving: Serving) -> Iterator[str]:
    brought = look.brought
    if isinstance(target, LambdaTarget):
        alias = serving.alias
        assert alias is not None
        if alias.shifted:
            yield (
                f"alias {alias.name} of {target.function} still sends {shares(alias.shifted)}; expected all of it to go to "
                f"version {brought.restored_version}: remove the routing"
            )
        if brought.restored_version is not None and alias.version != brought.restored_version:
            yield (
                f"alias {alias.name} of {target.function} is on version {alias.version}; expected {brought.restored_version}, "
                "which served before: move it back"
            )
        elif alias.version == brought.brought_version:
            yield (
                f"alias {alias.name} of {target.function} is on version {alias.version}, which was to be rolled back"
            )
        return
    yield from _fleet(target, brought.new, serving)


def _fleet(target: Ec2Target, new: tuple[str, ...], serving: Serving) -> Iterator[str]:
    traffic = serving.traffic
    assert traffic is not None
    if not traffic.serving_groups:
        yield (
            f"no listener of {target.load_balancer} forwards to {', '.join(target.target_groups)}: nothing is "
            "in service"
        )
        return
    bad = [name for name in traffic.serving_instances if name in new]
    if bad:
        yield (
            f"{', '.join(bad)} of the new version still receive traffic in "
            f"{', '.join(traffic.serving_groups)}: deregister them"
        )
    paths = judge_paths(target, traffic, [one for one in traffic.serving_instances if one not in new].__contains__)
    yield from paths.problems
    counted = count(host for host in traffic.serving if host.id not in new)
    healthy = counted.well
    if len(healthy) < target.instances:
        ill = [host.describe() for host in (*counted.ill, *counted.starting, *counted.untold)]
        yield (
            f"{len(healthy)} instances of the previous version receive traffic and are healthy, expected "
            f"{target.instances}{f' ({join(ill)})' if ill else ''}"
        )
    elif not bad and not paths.problems and paths.doubts:
        raise Unknown(paths.doubts[0].reason, join([one.message for one in paths.doubts]))


def _instances(serving: Serving) -> str:
    assert serving.traffic is not None
    return f"{len(serving.traffic.serving_instances)} instances in {', '.join(serving.traffic.serving_groups)}"


def at_baseline(name: str, since: SinceRollback, kept: StoredBaseline, service: str, error_rate: float) -> str:
    """Judge how one target does against the recorded baseline: shown to be alike, not merely not shown to differ."""
    if kept.broken:
        raise Unknown(Reason.MALFORMED, f"{kept.place} is not trustworthy, {kept.broken}: restore the original records")
    if kept.newest is None:
        raise Unknown(
            Reason.NO_DATA,
            f"{kept.place} records no image other than the one rolled back: record a baseline after the next good "
            "promotion",
        )
    if kept.newest.service != service:
        raise Unknown(Reason.NO_DATA, f"{kept.place} is of {kept.newest.service}, expected {service}: check the file")
    usual = kept.newest.targets.get(name)
    if usual is None:
        raise Unknown(Reason.NO_DATA, f"{kept.place} has no data of {name}: record a baseline of every target")
    found = alike(name, since.measured, usual, error_rate)
    assert not found.problems, f"{join(list(found.problems))} ({since.window})"
    if found.doubts:
        raise Unknown(Reason.NO_DATA, f"{join(list(found.doubts))} ({since.window})")
    ratio = "" if found.ratio is None else f" · median {found.ratio[0]:.2f} to {found.ratio[1]:.2f} of the baseline's"
    return f"{since.measured.errors:,} of {since.measured.requests:,} failed{ratio}"


def ticket_there(look: TicketLook) -> str | None:
    """Judge the incident's ticket; None if there is none."""
    if look.followed is not None:
        raise_if_broken_link(look.link, look.followed)
        return look.link
    look.require_seen()
    if look.ticket is not None:
        return f"issue {look.ticket.number}, {look.ticket.state}"
    if look.receipt is not None and not look.receipt.done:
        raise Unknown(Reason.ERROR, f"no ticket was opened: {look.receipt.message}")
    return look.receipt.link or look.receipt.id if look.receipt is not None else None


def analysis_planned(meeting: Meeting, link: ProofCheck, now: datetime) -> str:
    """Judge when the root cause is talked about, or was."""
    raise_if_broken_link(meeting.link, link)
    if meeting.date >= now.date():
        return f"on {meeting.date}, {meeting.owner}"
    assert meeting.link, (
        f"the root cause analysis was due on {meeting.date}, with {meeting.owner}, but there is no result: link to "
        "it in `rollback.rca.link`, or set another date"
    )
    return f"held on {meeting.date}, {meeting.owner}"


def remedy_planned(remediation: Remediation, link: ProofCheck) -> str:
    """Judge what is done so that it does not happen again."""
    assert remediation.text.strip() or remediation.link, (
        f"{remediation.owner} owns the remediation, but it is not described: set `rollback.remediation.text`, or a "
        "link to it"
    )
    raise_if_broken_link(remediation.link, link)
    return f"{remediation.owner}: {briefly(remediation.text) or remediation.link}"


def reason_given(rollback: RecordedRollback | None) -> str:
    """Give the reason in one line; empty if there is none. Fails for a placeholder, which gives none."""
    reason = "" if rollback is None else " ".join(rollback.reason.split())
    words = "".join(letter for letter in reason.casefold() if letter.isalnum())
    assert not reason or (words and words not in _PLACEHOLDERS), (
        f"`reason` of [rollback] is {shorten(reason, 80, placeholder='…')!r}, which gives no reason: record why the image "
        "was rolled back"
    )
    return reason


def briefly(text: str) -> str:
    """Give the beginning of what somebody wrote."""
    return shorten(text, 80, placeholder="…")


def raise_if_broken_link(link: str, finding: ProofCheck) -> None:
    """Fail for a link that is dead, raise Unknown for one that could not be followed."""
    if not link:
        return
    assert finding.found is not ProofOutcome.WRONG, finding.said
    if finding.found is ProofOutcome.UNCLEAR:
        raise Unknown(finding.reason or Reason.ERROR, finding.said)
