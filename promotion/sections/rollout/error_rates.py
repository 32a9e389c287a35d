"""Requests that fail where callers see it, or at a target group: held against the new image unless it was so before. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from promotion.core.statistics.error_rates import e_value, worse_than
from promotion.core.statistics.proof import percent
from promotion.core.statistics.sequential_errors import requests_for
from promotion.sections.observability.metrics.errors import ErrorCount, ErrorLook
from promotion.sections.observability.metrics.signals import BALANCER_PLACE
from promotion.sections.rollout.fleet_evidence import Answers
from promotion.sections.rollout.pooled_canary import ALIKE
from promotion.sections.rollout.verdict import RolloutDecision
from promotion.sections.rollout.watch import Look, Versions
from promotion.settings.rollout import Judge
from promotion.unknown import Reason

EDGE, BALANCER = "API Gateway", BALANCER_PLACE
"""Where callers see failures that the targets themselves do not count."""


def too_many(count: ErrorCount, how: Judge) -> bool:
    """Whether so many requests failed that the limit does not explain it."""
    return e_value(min(count.failed, count.requests), count.requests, how.error_rate) >= how.error_proof


def requests_wanted(how: Judge, *, final: bool) -> int:
    """Give how many requests must have been counted at a place for the declared errors to have been found there."""
    declared = (how.requests if final else how.first_look_requests) or 0
    rate = how.errors_to_find(final=final)
    return max(declared, requests_for(rate, how.power, how.error_rate, how.error_proof, 1.0))


def wanted_in_words(how: Judge, *, final: bool) -> str:
    """Say how many are needed, and for what."""
    wanted, rate = requests_wanted(how, final=final), percent(how.errors_to_find(final=final))
    return f"{wanted:,} are needed to find errors of {rate} with {percent(how.power)}"


def judge_callers(look: Look, how: Judge, verdict: RolloutDecision) -> None:
    """Hold failures against the new image where callers see them, unless the old version fails alike."""
    for place in (EDGE, BALANCER):
        for name, count in _counts(look, place, how):
            if not too_many(count, how):
                continue
            if count.shared:
                verdict.lacks(Reason.NO_DATA, count.of_others_too(name))
            elif not _old_fails_alike(name, count, look, how, verdict):
                _blame(name, count, look, verdict)


def judge_groups(name: str, look: Look, how: Judge, verdict: RolloutDecision) -> None:
    """Hold the failures of target groups against a fleet."""
    found = look.failures.get(name)
    for count in found.places if isinstance(found, ErrorLook) else ():
        newer = newest_count(look, name, count, how)
        if count.place != BALANCER and too_many(newer, how):
            _blame(name, newer, look, verdict)


def _counts(look: Look, place: str, how: Judge) -> Iterator[tuple[str, ErrorCount]]:
    for name, found in look.failures.items():
        for count in found.places if isinstance(found, ErrorLook) else ():
            if count.place == place and look.shift(name) is not None:
                yield name, newest_count(look, name, count, how)


def newest_count(look: Look, name: str, count: ErrorCount, how: Judge) -> ErrorCount:
    """Give what failed since a fleet's new instances get traffic, where that is too much already; else the count as it is.

    Of the newest minutes too, for it does not become less. Of these, failures may be there before all of the requests are,
    so that as many are taken to have come as usually do.
    """
    since = look.answers.get(name)
    if not isinstance(since, Answers) or since.place != count.place:
        return count
    newer = replace(count, failed=since.now.failed, requests=max(since.now.requests, since.expected), parts={})
    return newer if too_many(newer, how) else count


def _old_fails_alike(name: str, count: ErrorCount, look: Look, how: Judge, verdict: RolloutDecision) -> bool:
    versions = look.versions.get(name)
    if not isinstance(versions, Versions):
        return False
    old = versions.baseline
    if not old.requests or e_value(old.errors, old.requests, how.error_rate) < how.error_proof:
        return False
    verdict.lacks(
        Reason.NO_DATA,
        f"{count.describe()} of {name}, but its old version fails too: check what both depend on",
    )
    return True


def _blame(name: str, count: ErrorCount, look: Look, verdict: RolloutDecision) -> None:
    for usual in look.usual.get(name, ()):
        alike = worse_than(
            min(count.failed, count.requests), count.requests, min(usual.failed, usual.requests), usual.requests
        )
        if usual.place == count.place and usual.failed and alike >= ALIKE:
            verdict.lacks(
                Reason.NO_DATA,
                f"{count.describe()} of {name}, but before the deployment it was {percent(usual.share)}: a "
                "rollback would not fix it",
            )
            return
    verdict.against.append(f"requests to {name} fail: {count.describe()}")
