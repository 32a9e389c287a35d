"""Go, no-go or hold at a moment of a rollout, by everything that was seen until then. Pure.

The same function ends a watch early, is what the decision items are judged by, and can be asked again of a record.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from promotion.alarms.alarm import ALARM
from promotion.alarms.judgement import spells
from promotion.canary.errors import e_value, worse_than
from promotion.canary.judge import ALIKE, Decision, Judged, judge
from promotion.canary.latency import slow_share_chance
from promotion.metrics.errors import ErrorCount, ErrorLook
from promotion.metrics.measured import Untellable
from promotion.rollout.watch import Alarms, Fleet, Look, Versions, Watch
from promotion.settings import Settings
from promotion.settings.environment import Ec2Target
from promotion.settings.model import ec2_targets, lambda_targets
from promotion.settings.rollout import Judge
from promotion.statistics.proof import percent
from promotion.unknown import Reason, Unknown

ENDED_BADLY = frozenset({"Failed", "Stopped"})
EDGE, BALANCER = "API Gateway", "load balancer"
"""Where callers see failures that the targets themselves do not count."""


@dataclass
class Verdict:
    """What is to be done, and why. Sentences without a full stop."""

    against: list[str] = field(default_factory=list)
    missing: list[Untellable] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    """What would have been noticed."""

    @property
    def decision(self) -> Decision:
        """No-go if anything speaks against it, go if nothing is missing either."""
        return Decision.NO_GO if self.against else Decision.HOLD if self.missing else Decision.GO

    def lacks(self, reason: Reason, message: str) -> None:
        """Add something that could not be told."""
        self.missing.append(Untellable(reason, message))

    def sentence(self) -> str:
        """Say it to a person."""
        if self.against:
            return "; ".join(self.against)
        return "; ".join(dict.fromkeys([*(one.message for one in self.missing), *self.seen]))


def decide(look: Look, settings: Settings, *, final: bool) -> Verdict:
    """Decide by what one look saw. The first decision asks for less than the final one, as the judge of canaries does."""
    verdict, how = Verdict(), settings.rollout.judge
    for shift in look.shifts:
        if shift.status in ENDED_BADLY or shift.rolled_back_by:
            back = f", and {shift.rolled_back_by} takes it back" if shift.rolled_back_by else ""
            verdict.against.append(f"{shift.told()}{back}")
    verdict.missing += [absent.why for absent in look.absent]
    there = [shift.target for shift in look.shifts]
    for name in (name for name in lambda_targets(settings.prod) if name in there):
        _function(name, look, settings, verdict, final=final)
    for name, target in ec2_targets(settings.prod).items():
        if name in there:
            _fleet(name, target, look, settings, verdict, final=final)
    for place in (EDGE, BALANCER):
        for name, count in _counts(look, place):
            _failures(name, count, look, how, verdict)
    _alarms(look, verdict)
    return verdict


def at(watch: Watch, name: str, settings: Settings, *, final: bool) -> tuple[Look, Verdict] | None:
    """Give the decision of a name, and the look it rests on; None if it is not due.

    Once anything was no-go nothing after it can be go, so that a watch that ended early answers for what was to come.
    """
    look = watch.named(name)
    if look is not None:
        return look, decide(look, settings, final=final)
    due = watch.second_at if final else watch.first_at
    for earlier in watch.looks:
        verdict = decide(earlier, settings, final=False)
        if earlier.until <= due and verdict.decision is Decision.NO_GO:
            return earlier, verdict
    return None


def judged(versions: Versions, settings: Settings, *, final: bool) -> Judged:
    """Judge a function's new version beside its old one."""
    baseline = versions.baseline.side() if versions.baseline.requests else None
    return judge(
        versions.canary.side(versions.throttles),
        baseline,
        settings.limits.lambda_duration_ms,
        settings.rollout.judge,
        final=final,
    )


def fired(alarms: Alarms) -> tuple[list[str], list[Untellable]]:
    """Say which alarms were in ALARM since T0, and of which that cannot be told."""
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


def hosts_short(name: str, target: Ec2Target, fleet: Fleet) -> str:
    """Say how many hosts are missing where the traffic goes; empty if none is."""
    healthy = fleet.healthy
    if len(healthy) >= target.instances:
        return ""
    groups = ", ".join(fleet.traffic.serving_groups) or "no target group"
    ill = [host.told() for host in fleet.traffic.serving if host.state not in ("healthy", "draining", "unused")]
    return (
        f"{len(healthy)} of {target.instances} instances of {name} are healthy in {groups}, which gets the traffic"
        f"{': ' if ill else ''}{'; '.join(ill[:4])}"
    )


def too_many(count: ErrorCount, how: Judge) -> bool:
    """Whether so many requests failed that the limit does not explain it."""
    return e_value(min(count.failed, count.requests), count.requests, how.error_rate) >= how.error_proof


def _function(name: str, look: Look, settings: Settings, verdict: Verdict, *, final: bool) -> None:
    versions = look.versions.get(name)
    if versions is None or isinstance(versions, Untellable):
        verdict.missing.append(versions or Untellable(Reason.NO_DATA, f"nothing is known of the versions of {name}"))
        return
    found = judged(versions, settings, final=final)
    who = f"version {versions.canary.version} of {name}"
    verdict.against += [f"{who}: {why}" for why in found.against]
    for why in found.missing:
        verdict.lacks(Reason.TOO_FEW_SAMPLES, f"{who}: {why}")
    verdict.seen += [f"{who}: {what}" for what in found.seen]


def _fleet(name: str, target: Ec2Target, look: Look, settings: Settings, verdict: Verdict, *, final: bool) -> None:
    fleet = look.live.fleets.get(name) if look.live else None
    if isinstance(fleet, Untellable):
        verdict.missing.append(fleet)
    elif fleet is not None and (short := hosts_short(name, target, fleet)):
        if len(fleet.healthy) + len(fleet.starting) >= target.instances:
            verdict.lacks(Reason.NO_DATA, f"{short}: they may become healthy yet")
        else:
            verdict.against.append(short)
    how = settings.rollout.judge
    _groups(name, look, how, verdict)
    slow = look.slow.get(name)
    if slow is not None and slow_share_chance(slow.slow, slow.of, how.slow_share) < how.slower_chance:
        verdict.against.append(
            f"{percent(slow.slow / slow.of)} of the answers of {name} took longer than "
            f"{settings.limits.alb_response_time_ms:g} ms; {percent(how.slow_share)} may"
        )
    if not final:
        return
    found = look.failures.get(name)
    if not isinstance(found, ErrorLook):
        verdict.missing.append(found or Untellable(Reason.NO_DATA, f"nothing was counted of {name}"))
        return
    verdict.missing += [Untellable(one.reason, one.message) for one in found.untold]
    requests = max((place.requests for place in found.places), default=0)
    if requests < how.requests:
        verdict.lacks(
            Reason.TOO_FEW_SAMPLES,
            f"{name} had {requests:,} requests in {found.window}; {how.requests:,} are wanted to tell",
        )


def _groups(name: str, look: Look, how: Judge, verdict: Verdict) -> None:
    """Hold the failures of target groups against the fleet. Those of the load balancer as a whole are judged apart."""
    found = look.failures.get(name)
    for count in found.places if isinstance(found, ErrorLook) else ():
        if count.place != BALANCER and too_many(count, how):
            _blame(name, count, look, verdict)


def _counts(look: Look, place: str) -> Iterator[tuple[str, ErrorCount]]:
    for name, found in look.failures.items():
        for count in found.places if isinstance(found, ErrorLook) else ():
            if count.place == place and name in (shift.target for shift in look.shifts):
                yield name, count


def _failures(name: str, count: ErrorCount, look: Look, how: Judge, verdict: Verdict) -> None:
    """Hold failures against the new version where callers see them, unless the old one fails alike."""
    if not too_many(count, how):
        return
    versions = look.versions.get(name)
    if isinstance(versions, Versions):
        old = versions.baseline
        if old.requests and e_value(old.errors, old.requests, how.error_rate) >= how.error_proof:
            verdict.lacks(
                Reason.NO_DATA,
                f"{count.told()} of {name}, but its old version fails as well: look at what both depend on",
            )
            return
    _blame(name, count, look, verdict)


def _blame(name: str, count: ErrorCount, look: Look, verdict: Verdict) -> None:
    for usual in look.usual.get(name, ()):
        alike = worse_than(
            min(count.failed, count.requests), count.requests, min(usual.failed, usual.requests), usual.requests
        )
        if usual.place == count.place and usual.failed and alike >= ALIKE:
            verdict.lacks(
                Reason.NO_DATA,
                f"{count.told()} of {name}, but before the deployment it was {percent(usual.share)}: going back would "
                "not mend it",
            )
            return
    verdict.against.append(f"requests to {name} fail: {count.told()}")


def _alarms(look: Look, verdict: Verdict) -> None:
    if isinstance(look.alarms, Untellable):
        verdict.missing.append(look.alarms)
        return
    found, gaps = fired(look.alarms)
    verdict.against += found
    verdict.missing += gaps
