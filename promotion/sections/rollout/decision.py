"""Go, no-go or hold at a moment of a rollout, by everything that was seen until then. Pure.

The same function ends a watch early, is what the decision items are judged by, and can be asked again of a record.
"""

from dataclasses import replace
from math import ceil

from promotion.clients.aws.cloudwatch.alarms import ALARM
from promotion.clients.aws.cloudwatch.window import SETTLED_AFTER, floor_minute
from promotion.core.statistics.noise_model import Noise
from promotion.sections.observability.alarms.judgement import spells
from promotion.sections.observability.measurements import Untellable
from promotion.sections.rollout.canary import CanaryDecision, Decision, judge_canary
from promotion.sections.rollout.error_rates import judge_callers
from promotion.sections.rollout.fleet_judgement import judge_fleet
from promotion.sections.rollout.noise import learn_before
from promotion.sections.rollout.pooled_canary import judge_pooled
from promotion.sections.rollout.verdict import RolloutDecision
from promotion.sections.rollout.watch import SETTLING, Live, Look, RolloutAlarms, Versions, Watch
from promotion.sections.rollout.watched import Watched
from promotion.settings import Settings
from promotion.settings.model import ec2_targets, lambda_targets
from promotion.unknown import UNSEEN, Reason, Unknown

ENDED_BADLY = frozenset({"Failed", "Stopped"})


def decide(look: Look, settings: Settings, *, final: bool) -> RolloutDecision:
    """Decide by what one look saw. The first decision asks for less than the final one, as the judge of canaries does."""
    verdict = RolloutDecision()
    for shift in look.shifts:
        if shift.status in ENDED_BADLY or shift.rolled_back_by:
            back = f", and {shift.rolled_back_by} rolls it back" if shift.rolled_back_by else ""
            verdict.against.append(f"{shift.describe()}{back}")
    verdict.missing += [absent.why for absent in look.absent]
    there = [shift.target for shift in look.shifts]
    for name in (name for name in lambda_targets(settings.prod) if name in there):
        _function(name, look, settings, verdict, final=final)
    for name, target in ec2_targets(settings.prod).items():
        if name in there:
            judge_fleet(name, target, look, settings, verdict, final=final)
    judge_callers(look, settings.rollout.judge, verdict)
    _alarms(look, verdict)
    return verdict


def at(watch: Watch, name: str, settings: Settings, *, final: bool) -> tuple[Look, RolloutDecision] | None:
    """Give the decision of a name, and the look it rests on; None if it is not due.

    Once anything was no-go nothing after it can be go, so that a watch that ended early answers for what was to come.
    """
    look = watch.named(name)
    if look is not None:
        return look, decide(_with_unseen(look, watch), settings, final=final)
    due = watch.second_at if final else watch.first_at
    for earlier in watch.looks:
        verdict = decide(earlier, settings, final=False)
        if earlier.until <= due + SETTLING and verdict.decision is Decision.NO_GO:
            return earlier, verdict
    return None


def _with_unseen(look: Look, watch: Watch) -> Look:
    """Add the fleets that could not be looked at to a look at what is past, which has none of what is there now."""
    live = watch.newest.live
    if look.live is not None or live is None:
        return look
    unseen = {name: one for name, one in live.fleets.items() if isinstance(one, Untellable) and one.reason in UNSEEN}
    return replace(look, live=Live(unseen, {})) if unseen else look


def judge_versions(versions: Versions, look: Look, settings: Settings, *, final: bool) -> CanaryDecision:
    """Judge a function's new version beside its old one, by what was seen until a look."""
    how, limit_ms = settings.rollout.judge, settings.limits.lambda_duration_ms
    canary, baseline = versions.canary, versions.baseline
    if canary.is_pooled or baseline.is_pooled:
        # As it was when the record was made: counts were of all minutes together.
        old = baseline.pooled_side() if baseline.requests else None
        return judge_pooled(canary.pooled_side(versions.throttles), old, limit_ms, how, final=final)
    watched = Watched(
        planned=ceil(settings.rollout.second_decision_minutes),
        limit_ms=limit_ms,
        noise=learn_before(versions.before, Noise()),
        whole=int((look.until - look.t0).total_seconds() // 60),
    )
    side = baseline.side()
    return judge_canary(canary.side(versions.throttles), side if side.requests else None, watched, how, final=final)


def fired(alarms: RolloutAlarms) -> tuple[list[str], list[Untellable]]:
    """Say which alarms were in ALARM since T0, and of which that is unknown."""
    found: list[str] = []
    gaps: list[Untellable] = []
    for alarm in alarms.look.alarms:
        for watch in alarms.history.watches:
            try:
                spent = spells(alarm.name, alarms.look, watch, alarms.history)
            except Unknown as gap:
                gaps.append(Untellable.of(gap))
                continue
            for spell in spent:
                if spell.state == ALARM:
                    when = f"since {spell.since:%H:%M:%S}Z" if spell.since else "from before the deployment"
                    found.append(f"alarm {alarm.name} was in ALARM {when}")
                    break
    return found, gaps


def _function(name: str, look: Look, settings: Settings, verdict: RolloutDecision, *, final: bool) -> None:
    versions = look.versions.get(name)
    if versions is None or isinstance(versions, Untellable):
        verdict.missing.append(
            versions or Untellable(Reason.NO_DATA, f"there are no data about the versions of {name}")
        )
        return
    found = judge_versions(versions, look, settings, final=final)
    who = f"version {versions.canary.version} of {name}"
    verdict.against += [f"{who}: {why}" for why in found.against]
    for why in found.missing:
        suspected = why in found.suspected
        verdict.lacks(Reason.SUSPECTED_HARM if suspected else Reason.TOO_FEW_SAMPLES, f"{who}: {why}")
    verdict.seen += [f"{who}: {what}" for what in found.seen]
    known = floor_minute(look.until) + SETTLED_AFTER
    if not versions.canary.outcomes and look.at < known:
        verdict.lacks(
            Reason.NOT_DUE,
            f"{who}: its log does not say which invocations raised an exception, and CloudWatch may count some until "
            f"{known:%H:%M:%S}Z: run again then, or let the function log JSON",
        )


def _alarms(look: Look, verdict: RolloutDecision) -> None:
    if isinstance(look.alarms, Untellable):
        verdict.missing.append(look.alarms)
        return
    found, gaps = fired(look.alarms)
    verdict.against += found
    verdict.missing += gaps
