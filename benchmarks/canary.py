"""How often the judge of a canary is right, beside simpler rules on the same streams: `python -m benchmarks.canary`.

Streams are made up, from a fixed seed: requests a second in all, a tenth of them to the new version, for five minutes;
durations are log-normal around 120 ms with a spread of 0.5, and cold starts take 600 ms more. Every row is a share of
runs that were sent back. In the first rows the new version is good, so the share ought to be small.

* `judge`: ours, looking at T+2 and T+5.
* `static`: back when the error rate is over 0.1 %, or the 99th percentile over 1000 ms.
* `kayenta`: the published rule of Kayenta's NetflixACAJudge-v1.0 on one-minute points: Mann-Whitney with confidence 0.98
  and a tolerance of a quarter of the estimate, each metric by itself, mean of durations and share of errors.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import mannwhitneyu

from promotion.sections.rollout.canary import Decision, VersionCounts, judge_canary
from promotion.settings.rollout import Judge

LIMIT_MS, SECONDS, SHARE = 1000.0, 300, 0.1
Rule = Callable[["Stream", "Stream", int], bool]


@dataclass(frozen=True)
class Case:
    """What the new version is like."""

    name: str
    errors: float = 0.0003
    slower: float = 1.0
    tail: float = 0.0
    cold: float = 0.0


@dataclass(frozen=True)
class Stream:
    """Requests to one version: when, whether they failed, how long they took, whether they started cold."""

    at: np.ndarray
    failed: np.ndarray
    ms: np.ndarray
    cold: np.ndarray

    def until(self, second: int) -> VersionCounts:
        """What was seen of it by then."""
        now = self.at <= second
        warm = self.ms[now & ~self.cold]
        return VersionCounts(int(now.sum()), int(self.failed[now].sum()), 0, warm, self.ms[now & self.cold])


GOOD = (Case("good"), Case("good, at the limit", errors=0.001), Case("good, cold starts", cold=0.1))
BAD = (
    Case("1 % errors", errors=0.01),
    Case("3 % errors", errors=0.03),
    Case("10 % errors", errors=0.1),
    Case("slower by 30 %", slower=1.3),
    Case("twice as slow", slower=2.0),
    Case("slow tail, 3 % by ten", tail=0.03),
)


def stream(random: np.random.Generator, per_second: float, case: Case) -> Stream:
    """Make five minutes of traffic."""
    many = random.poisson(per_second * SECONDS)
    ms = random.lognormal(np.log(120 * case.slower), 0.5, many)
    ms = np.where(random.random(many) < case.tail, 10 * ms, ms)
    cold = random.random(many) < case.cold
    at = np.sort(random.random(many) * SECONDS)
    return Stream(at, random.random(many) < case.errors, ms + 600 * cold, cold)


def ours(new: Stream, old: Stream, _: int) -> bool:
    """Look at T+2 and at T+5."""
    return any(
        judge_canary(new.until(second), old.until(second), LIMIT_MS, Judge(), final=second == SECONDS).decision
        is Decision.NO_GO
        for second in (120, SECONDS)
    )


def static(new: Stream, _: Stream, __: int) -> bool:
    """Compare the rate and the percentile with their limits."""
    if not len(new.at):
        return False
    return bool(new.failed.mean() > 0.001 or np.quantile(new.ms, 0.99) > LIMIT_MS)


def kayenta(new: Stream, old: Stream, _: int) -> bool:
    """Compare one-minute points of both versions."""
    for points in (_means, _rates):
        mine, theirs = points(new), points(old)
        if len(mine) and len(theirs) and _high(mine, theirs):
            return True
    return False


def _minutes(one: Stream) -> list[np.ndarray]:
    return [part for minute in range(5) if (part := (one.at // 60 == minute)).any()]


def _means(one: Stream) -> np.ndarray:
    return np.array([one.ms[part].mean() for part in _minutes(one)])


def _rates(one: Stream) -> np.ndarray:
    return np.array([one.failed[part].mean() for part in _minutes(one)])


def _high(mine: np.ndarray, theirs: np.ndarray) -> bool:
    if np.array_equal(np.sort(mine), np.sort(theirs)):
        return False
    estimate = float(np.median(mine[:, None] - theirs[None, :]))
    if estimate <= 0:
        return False
    lower = mine - 0.25 * estimate
    return bool(mannwhitneyu(lower, theirs, alternative="greater", method="asymptotic").pvalue < 0.01)


def say(line: str) -> None:
    """Print a line at once: the rows take their time."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300, help="streams a row")
    runs = parser.parse_args().runs
    rules: dict[str, Rule] = {"judge": ours, "static": static, "kayenta": kayenta}
    for per_second in (1, 10, 100):
        say(f"\n{per_second} requests/s, {per_second * SECONDS * SHARE:.0f} of them to the new version")
        say(f"  {'share sent back by T+5':<26}" + "".join(f"{name:>10}" for name in rules))
        for case in (*GOOD, *BAD):
            random = np.random.default_rng(20)
            sent_back = dict.fromkeys(rules, 0)
            for _ in range(runs):
                new = stream(random, per_second * SHARE, case)
                old = stream(random, per_second * (1 - SHARE), Case("old"))
                for name, rule in rules.items():
                    sent_back[name] += rule(new, old, SECONDS)
            shares = "".join(f"{100 * count / runs:>9.1f}%" for count in sent_back.values())
            say(f"  {case.name:<26}{shares}")


if __name__ == "__main__":
    main()
