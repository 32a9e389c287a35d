"""Requests of two versions, judged as a rollout would be: looked at after every minute, the last look decides. Pure."""

from dataclasses import dataclass

from promotion.core.statistics.noise_model import Noise
from promotion.sections.rollout.canary import CanaryDecision, Decision, judge_canary
from promotion.sections.rollout.minutes import VersionMinutes
from promotion.sections.rollout.noise import learn_noise
from promotion.sections.rollout.request_files import MOST_MINUTES, Requests
from promotion.sections.rollout.watched import Watched
from promotion.settings.rollout import Judge

BEFORE = 60
"""Minutes of the old version before the canary began that noise is learned from."""


@dataclass(frozen=True)
class Trial:
    """A decision on requests from files."""

    judged: CanaryDecision
    minute: int
    """After so many minutes."""
    planned: int
    """Of so many."""
    noise: Noise

    def describe(self) -> str:
        """Say it in a few lines."""
        judged = self.judged
        lines = [f"{judged.decision.upper()} after {self.minute} of {self.planned} minutes"]
        lines += [f"  {sentence}" for sentence in (*judged.against, *judged.missing, *judged.seen)]
        return "\n".join(lines)


def judge_requests(canary: Requests, baseline: Requests | None, limit_ms: float, how: Judge) -> Trial:
    """Judge the requests of a canary beside those of the old version.

    The watch begins with the canary's first request and ends with its last one. What the old version did in the hour
    before tells how large noise is. Raises ValueError for a watch that is too long.
    """
    start, end = min(canary.at), max(canary.at)
    planned = int((end - start) // 60) + 1
    if planned > MOST_MINUTES:
        raise ValueError(
            f"the canary's requests are {planned:,} minutes apart: expected the requests of one watch, a day at most"
        )
    new = VersionMinutes(canary.minutes(start, planned))
    old, noise = None, Noise()
    if baseline is not None:
        old = VersionMinutes(baseline.minutes(start, planned))
        noise = learn_noise(baseline.minutes(start - 60 * BEFORE, BEFORE), noise)
        old = old if old.requests else None
    for minute in range(1, planned + 1):
        final = minute == planned
        watched = Watched(planned, limit_ms, noise, minute)
        earlier = None if old is None else old.until(minute)
        judged = judge_canary(new.until(minute), earlier, watched, how, final=final, explain=final)
        if judged.decision is Decision.NO_GO or final:
            break
    return Trial(judged, minute, planned, noise)
