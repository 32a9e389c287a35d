"""Whether a window may become the baseline: long and busy enough, steady, and no worse than the one before. Pure."""

from collections.abc import Iterator
from datetime import timedelta

from promotion.core.statistics.proof import percent
from promotion.sections.observability.baseline.record import Baseline, TargetMeasurement, quantile

FEWEST = 3000
"""Requests of each target that a baseline rests on: this many without an error bound the error rate under 0.1 %."""
STEADY_AFTER = timedelta(minutes=10)
"""A window may begin so long after the deployment did."""
RATCHET = 0.2
"""A baseline may be worse than the one before by this share; beyond it somebody has to agree by name."""
QUANTILES = (0.5, 0.99)


def refusals(new: Baseline, before: Baseline | None, *, deployed: bool, alarms: tuple[str, ...]) -> Iterator[str]:
    """Give every reason why this window cannot be the baseline.

    `deployed` is whether the window begins after the deployment had settled, `alarms` those that were in ALARM in it.
    """
    if not deployed:
        minutes = STEADY_AFTER.total_seconds() / 60
        yield (
            f"the window begins less than {minutes:g} min after the deployment began, when traffic is not steady yet"
        )
    if alarms:
        yield f"{', '.join(alarms)} was in ALARM in the window, so it cannot serve as the baseline"
    for name, target in new.targets.items():
        if target.requests < FEWEST:
            yield (
                f"{name} had {target.requests:,} requests in the window; {FEWEST:,} are needed: measure a longer one"
            )
    if before is not None and before.sha256() != new.previous:
        yield "it does not follow the newest record: another record was written in the meantime"
    if before is not None and new.loosened_by is None:
        for name, target in new.targets.items():
            if name in before.targets:
                yield from _worse(name, target, before.targets[name])


def _worse(name: str, new: TargetMeasurement, before: TargetMeasurement) -> Iterator[str]:
    if not new.requests or not before.requests:
        return
    rate, usual = new.errors / new.requests, before.errors / before.requests
    if rate > usual * (1 + RATCHET) and new.errors - usual * new.requests > 10:
        yield (
            f"{name} fails {percent(rate)} of requests, compared with {percent(usual)} in the previous baseline: a "
            "worse one is accepted only with --loosen NAME"
        )
    for share in QUANTILES:
        now, then = quantile(new.latency, share), quantile(before.latency, share)
        if now > then * (1 + RATCHET):
            yield (
                f"{name}'s p{100 * share:g} is {now:g} ms, compared with {then:g} ms in the previous baseline: a "
                "slower one is accepted only with --loosen NAME"
            )
