"""How often the judge of a canary is right, at the traffic that services have: `python -m benchmarks.canary`.

Streams are drawn from fixed seeds (`canary_streams`): requests a second of the whole service, a tenth of them to the new
version, for five minutes. Each is judged as in production, every 15 seconds, with the defaults as shipped; beside it stand
other rules (`canary_rules`). Printed is the share of no-go by T+5 with its 95 % interval (Clopper, Pearson), the share of
go, what the goals say of them (`canary_goals`), and precision and recall over the whole set.

The defaults were tuned on other seeds. A thousand draws a row take hours at a thousand requests a second; `--quick` draws
a hundred a row up to a hundred requests a second. `--out FILE` keeps the counts, adds to those that are there, and
`--plot FILE` draws power against traffic from them.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.canary_goals import GOALS, RATES
from benchmarks.canary_plot import plot
from benchmarks.canary_rules import OTHERS, WATCHED, judge
from benchmarks.canary_streams import BAD, GOOD, NOISY, OWN_REQUESTS, Stream, draw
from promotion.core.statistics.binomial import lower_bound, upper_bound
from promotion.sections.rollout.canary import Decision

SEED = 20261
"""Held out: nothing was tuned on it."""
QUICK_RUNS, QUICK_RATES = 100, RATES[:-1]


@dataclass
class Row:
    """How often each rule decided how, of so many draws."""

    stream: str
    per_second: float
    draws: int = 0
    no_go: int = 0
    go: int = 0
    others: dict[str, int] = field(default_factory=dict)

    def share(self, decision: str) -> float:
        """Give the share of a decision."""
        return (self.no_go if decision == "no-go" else self.go) / self.draws

    def interval(self) -> tuple[float, float]:
        """Give the 95 % interval of the share of no-go."""
        return lower_bound(self.no_go, self.draws, 0.975), upper_bound(self.no_go, self.draws, 0.975)

    def unmet(self) -> list[str]:
        """Say which goals are not met."""
        goals = [one for one in GOALS.get(self.stream, ()) if self.per_second in one.at]
        return [str(goal) for goal in goals if not goal.is_met(self.share(goal.decision))]


def measure(stream: Stream, per_second: float, runs: int, seed: int) -> Row:
    """Draw a stream so many times, and judge it by every rule."""
    row = Row(stream.name, per_second, others=dict.fromkeys(OTHERS, 0))
    for run in range(runs):
        key = [seed, run, sum(map(ord, stream.name)), round(10 * per_second)]
        drawn = draw(np.random.default_rng(key), stream, per_second, WATCHED.limit_ms)
        decision = judge(drawn)
        row.draws += 1
        row.no_go += decision is Decision.NO_GO
        row.go += decision is Decision.GO
        for name, rule in OTHERS.items():
            row.others[name] += rule(drawn)
    return row


def streams_at(per_second: float) -> Iterator[Stream]:
    """Give the streams that are drawn at a rate; with requests of the gate's own where users make few."""
    yield from (*GOOD, *BAD, *NOISY)
    if per_second <= 3:
        yield from OWN_REQUESTS


def table(rows: Iterable[Row]) -> Iterator[str]:
    """Print rows by rate, then precision and recall."""
    by_rate: dict[float, list[Row]] = {}
    for row in rows:
        by_rate.setdefault(row.per_second, []).append(row)
    for per_second, found in sorted(by_rate.items()):
        yield f"\n{per_second:g} requests/s, {per_second * 30:g} to the new version by T+5"
        yield f"  {'share by T+5 in %':<42}{'no-go':>6} {'95 % interval':>14}{'go':>7}" + "".join(
            f"{name:>9}" for name in OTHERS
        )
        for row in found:
            low, high = row.interval()
            beside = "".join(f"{100 * row.others[name] / row.draws:>9.1f}" for name in OTHERS)
            goals = row.unmet()
            told = f"  missed: {', '.join(goals)}" if goals else ""
            yield (
                f"  {row.stream:<42}{100 * row.share('no-go'):>6.1f} {100 * low:>6.1f} –{100 * high:>6.1f}"
                f"{100 * row.share('go'):>7.1f}{beside}{told}"
            )
        for name in ("judge", *OTHERS):
            precision, recall = precision_and_recall(found, name)
            yield f"  {name:<10} precision {100 * precision:5.1f} %, recall {100 * recall:5.1f} %"


def precision_and_recall(rows: Iterable[Row], name: str) -> tuple[float, float]:
    """Give the share of no-go that was right, and of bad versions that were found, every stream counting alike."""
    good = {one.name for one in (*GOOD, *OWN_REQUESTS) if one.good}
    wrong, right, bad = 0.0, 0.0, 0
    for row in rows:
        share = row.share("no-go") if name == "judge" else row.others[name] / row.draws
        if row.stream in good:
            wrong += share
        else:
            right, bad = right + share, bad + 1
    return right / (right + wrong) if right else 0.0, right / bad if bad else 0.0


def main() -> None:
    """Measure, print, keep, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000, help="draws a row")
    parser.add_argument("--quick", action="store_true", help="a hundred draws a row, up to a hundred requests a second")
    parser.add_argument("--rates", type=float, nargs="+", help="requests a second; all of them by default")
    parser.add_argument("--only", default="", help="streams whose name has this in it")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, help="JSON file for the counts; rows that it has are not drawn again")
    parser.add_argument("--plot", type=Path, help="SVG file for power against traffic")
    asked = parser.parse_args()
    runs = QUICK_RUNS if asked.quick else asked.runs
    known = read(asked.out)
    for per_second in asked.rates or (QUICK_RATES if asked.quick else RATES):
        for stream in streams_at(per_second):
            if asked.only in stream.name and (stream.name, per_second) not in known:
                row = measure(stream, per_second, runs, asked.seed)
                known[stream.name, per_second] = row
                sys.stderr.write(f"{per_second:g}/s {row.stream}: {row.no_go} no-go, {row.go} go of {row.draws}\n")
                if asked.out:
                    asked.out.write_text(json.dumps([vars(one) for one in known.values()], indent=1) + "\n")
    sys.stdout.write("\n".join(table(known.values())) + "\n")
    if asked.plot:
        asked.plot.write_text(plot(shares(known.values())), encoding="utf-8")


def shares(rows: Iterable[Row]) -> dict[str, list[tuple[float, float]]]:
    """Give how often each stream was decided as it ought to be, by requests a second."""
    found: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        wanted = "go" if row.stream == "good" else "no-go"
        found.setdefault(row.stream, []).append((row.per_second, row.share(wanted)))
    return found


def read(path: Path | None) -> dict[tuple[str, float], Row]:
    """Read the counts that were kept."""
    if path is None or not path.exists():
        return {}
    rows = [Row(**one) for one in json.loads(path.read_text())]
    return {(row.stream, row.per_second): row for row in rows}


if __name__ == "__main__":
    main()
