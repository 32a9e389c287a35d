"""A fleet at a decision: its hosts, its limits, whether it serves at all, and what was recorded of it before. Pure.

Blue/green moves all traffic at once, so that no old version runs beside the new one to compare it with. New instances are
registered in the target group of the old ones, and both get requests until the old ones are taken out:
https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_TargetGroupInfo.html.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from promotion.clients.aws.cloudwatch.window import SETTLED_AFTER, floor_minute
from promotion.clients.aws.hosts import count, serves
from promotion.core.statistics.latencies import slow_share_chance
from promotion.core.statistics.proof import percent
from promotion.sections.observability.measurements import Untellable
from promotion.sections.observability.metrics.errors import ErrorLook
from promotion.sections.rollout.against_baseline import compare_with_baseline
from promotion.sections.rollout.baseline import recorded
from promotion.sections.rollout.error_rates import judge_groups, requests_wanted, wanted_in_words
from promotion.sections.rollout.fleet_evidence import Answers, Fleet, Slow
from promotion.sections.rollout.stages import current_stage
from promotion.sections.rollout.verdict import RolloutDecision
from promotion.sections.rollout.watch import Look, ProdDeployment
from promotion.settings import Settings
from promotion.settings.environment import Ec2Target
from promotion.unknown import UNSEEN, Reason, Unknown


def judge_fleet(
    name: str, target: Ec2Target, look: Look, settings: Settings, verdict: RolloutDecision, *, final: bool
) -> None:
    """Judge the deployment to an EC2 target. The last decision asks for new instances that serve, and for enough answers."""
    shift = look.shift(name)
    if shift is None:
        return
    fleet = look.live.fleets.get(name) if look.live else None
    _hosts(shift, target, fleet, look.until, verdict)
    judge_groups(name, look, settings.rollout.judge, verdict)
    _slow(name, look, settings, verdict, final=final)
    _recorded(name, look, settings, verdict, final=final)
    found = look.failures.get(name)
    if not final:
        # That metrics are late says nothing at T+2; that nobody may read them leaves nothing that was seen.
        if isinstance(found, Untellable) and found.reason in UNSEEN:
            verdict.missing.append(found)
        return
    _served(shift, fleet, look, settings, verdict)
    if not isinstance(found, ErrorLook):
        verdict.missing.append(found or Untellable(Reason.NO_DATA, f"CloudWatch has no data of {name}"))
        return
    verdict.missing += [Untellable(one.reason, one.message) for one in found.untold]


@dataclass(frozen=True)
class Short:
    """Too few hosts are healthy where the traffic goes."""

    message: str
    """A sentence without its end."""
    may_come: bool
    """Whether those that are missing have just been registered, and nothing is known against them."""


def hosts_short(
    name: str, target: Ec2Target, fleet: Fleet, new: Collection[str] = (), *, moved: bool = False
) -> Short | None:
    """Say how many hosts are missing where the traffic goes; None if none is.

    `new` are the instances that the deployment brings. Once some of them are registered, it is they who must be well:
    old ones that are healthy beside them will be taken out. Until it has allowed them traffic (`moved`), the old ones make
    up for those that are not there yet or are being checked. Without `new`, every registered host must be well.

    Raises Unknown, not-supported, for a state of a host that is not known here.
    """
    serving = [host for host in fleet.traffic.serving if serves(host)]
    brought = [host for host in serving if host.id in new]
    judged = brought or serving
    counted = count(judged)
    ids, well = {host.id for host in judged}, counted.well
    behind = set(fleet.healthy) if brought and not moved else well
    empty = [
        group
        for group in fleet.traffic.serving_groups
        if not count(host for host in serving if host.target_group == group).well
    ]
    if not counted.ill and not empty and len(behind) >= target.instances:
        return None
    groups = ", ".join(fleet.traffic.serving_groups) or "no target group"
    missing = [host.describe() for host in (*counted.ill, *counted.starting, *counted.untold)]
    message = (
        f"{len(well)} of {target.instances} instances of {name}{' (new ones)' if brought else ''} are healthy in "
        f"{groups}, which receives the traffic{': ' if missing else ''}{'; '.join(missing[:4])}"
    )
    return Short(message, may_come=not counted.ill and len(ids) >= target.instances)


def _hosts(
    shift: ProdDeployment,
    target: Ec2Target,
    fleet: Fleet | Untellable | None,
    until: datetime,
    verdict: RolloutDecision,
) -> None:
    if isinstance(fleet, Untellable):
        verdict.missing.append(fleet)
        return
    moved = shift.served_since(until) is not None
    try:
        short = None if fleet is None else hosts_short(shift.target, target, fleet, shift.new, moved=moved)
    except Unknown as unknown:
        verdict.missing.append(Untellable.of(unknown))
        return
    if short is None:
        return
    if short.may_come:
        verdict.lacks(Reason.NO_DATA, f"{short.message}: they may still become healthy")
    else:
        verdict.against.append(short.message)


def _slow(name: str, look: Look, settings: Settings, verdict: RolloutDecision, *, final: bool) -> None:
    slow, how = look.slow.get(name), settings.rollout.judge
    if isinstance(slow, Slow) and slow_share_chance(slow.slow, slow.of, how.slow_share) < how.slower_chance:
        verdict.against.append(
            f"{percent(slow.slow / slow.of)} of the answers of {name} took longer than "
            f"{settings.limits.alb_response_time_ms:g} ms; the limit is {percent(how.slow_share)}"
        )
    elif isinstance(slow, Untellable) and final:
        verdict.missing.append(slow)


def _recorded(name: str, look: Look, settings: Settings, verdict: RolloutDecision, *, final: bool) -> None:
    """Compare with the recorded baseline, where there is one; what it is held to is said either way."""
    try:
        baseline = recorded(name, look.recorded, settings, look.at)
    except Unknown as gap:
        if final:
            verdict.missing.append(Untellable.of(gap))
        return
    if isinstance(baseline, str):
        verdict.seen.append(f"{name}: {baseline}")
        return
    answers, how = look.answers.get(name), settings.rollout
    if not isinstance(answers, Answers):
        return  # that they do not serve, or are not counted, is said elsewhere
    # Failures of the newest minutes may be there before all of the requests are.
    now = replace(answers.now, requests=max(answers.now.requests, answers.expected))
    found = compare_with_baseline(now, answers.before, baseline, how.baseline, how.judge.slower_chance)
    verdict.against += [f"{name}, compared with its recorded baseline: {why}" for why in found.against]
    for why in found.doubtful:
        verdict.lacks(Reason.NO_DATA, f"{name}, compared with its recorded baseline: {why}")
    verdict.seen += [f"{name}, compared with its recorded baseline: {what}" for what in found.seen]


def _served(
    shift: ProdDeployment, fleet: Fleet | Untellable | None, look: Look, settings: Settings, verdict: RolloutDecision
) -> None:
    """Ask whether the new instances have had traffic, and enough of it: nothing else says anything about them."""
    name, answers = shift.target, look.answers.get(shift.target)
    if shift.served_since(look.until) is None:
        verdict.lacks(
            Reason.NO_DATA,
            f"{shift.describe()} but has shifted no traffic to its new instances: "
            f"{current_stage(shift.stages, look.until)}; wait and run again, or stop the deployment",
        )
    elif isinstance(fleet, Fleet) and not set(fleet.healthy) & set(shift.new):
        groups = ", ".join(fleet.traffic.serving_groups) or "no target group"
        verdict.lacks(
            Reason.NO_DATA,
            f"{shift.describe()}, but none of its new instances is healthy in {groups}, which receives the "
            "traffic: check where the listeners forward to",
        )
    elif shift.alone_since(look.until) is None:
        verdict.lacks(
            Reason.NO_DATA,
            f"{shift.describe()}, and the instances that it replaces still get part of the traffic, so that what the new ones "
            "do cannot be determined; wait until they are taken out and run again, or stop the deployment",
        )
    elif not isinstance(answers, Answers):
        verdict.missing.append(
            answers or Untellable(Reason.NO_DATA, f"CloudWatch has no data of {name} since it is in service")
        )
    elif answers.now.requests < requests_wanted(settings.rollout.judge, final=True):
        told = (
            f"{name} had {answers.now.requests:,} requests from {answers.since:%H:%M}Z on, when its traffic "
            f"shifted; {wanted_in_words(settings.rollout.judge, final=True)}"
        )
        whole = floor_minute(look.until) + SETTLED_AFTER
        if look.at < whole:
            # CloudWatch is minutes late: what happened until then has not all come.
            verdict.lacks(Reason.NOT_DUE, f"{told}: more may arrive until {whole:%H:%M:%S}Z")
        else:
            verdict.lacks(Reason.TOO_FEW_SAMPLES, told)
