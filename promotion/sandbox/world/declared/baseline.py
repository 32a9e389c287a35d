"""What promotion.toml says of the baseline, where a rollout is played; the records go beside it."""

from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from promotion.sandbox.world.names import ALIAS, FUNCTION, SERVICE

if TYPE_CHECKING:
    from promotion.sandbox.endpoints import Places
    from promotion.sandbox.moto_patches.metrics import Computed
    from promotion.sandbox.world.building import World
    from promotion.sections.observability.baseline.record import Baseline, TargetMeasurement

FILE = "baseline.jsonl"
MINUTES = 5
"""This many are counted, before the rollout began."""


def toml(world: "World", places: "Places") -> str:
    """Write the table of promotion.toml; nothing where no rollout is played."""
    if "play" not in vars(world):
        return ""
    path = Path(places.ca_file).with_name(FILE)
    kept = recorded(world)
    if kept is not None:
        path.write_text("".join(one.text() for one in kept), encoding="utf-8")
    return f'[baseline]\nfile = "{FILE}"'


def recorded(world: "World") -> "list[Baseline] | None":
    """Give the recorded baselines, oldest first: one of the image that ran before. They may be changed."""
    kept: list[Baseline] | None
    if "baselines" not in vars(world):
        vars(world)["baselines"] = [record(world)]
    kept = vars(world)["baselines"]
    return kept


def record(world: "World") -> "Baseline":
    """Record what both targets did before the rollout began, as of two days ago."""
    from promotion.sections.observability.baseline.record import Baseline

    start = (vars(world)["play"].t0 - timedelta(days=2)).replace(tzinfo=UTC)
    return Baseline(
        service=SERVICE,
        digest=world.previous_digest,
        start=start,
        end=start + timedelta(minutes=20),
        targets={"lambda": _function(world), "ec2": _fleet(world)},
        written_at=start + timedelta(minutes=40),
        written_by="release-lead",
    )


def _function(world: "World") -> "TargetMeasurement":
    from promotion.sandbox.moto_patches.metrics import metric

    alias = {"FunctionName": FUNCTION, "Resource": f"{FUNCTION}:{ALIAS}"}
    return _measured(world, [world.prod.metrics[metric("AWS/Lambda", "Duration", **alias)]], 1, 1000)


def _fleet(world: "World") -> "TargetMeasurement":
    from promotion.sandbox.moto_patches.metrics import metric

    prod = world.prod
    whole = {"LoadBalancer": prod.load_balancer.partition("loadbalancer/")[2]}
    groups = [{"TargetGroup": arn.rpartition(":")[2], **whole} for arn in prod.target_groups.values()]
    found = [prod.metrics.get(metric("AWS/ApplicationELB", "TargetResponseTime", **group)) for group in groups]
    return _measured(world, [one for one in found if one], 1000, 500)


def _measured(world: "World", sources: "list[Computed]", to_ms: float, limit_ms: float) -> "TargetMeasurement":
    from promotion.sandbox.world.traffic import minute_of
    from promotion.sections.observability.baseline.record import TargetMeasurement, histogram

    last = minute_of(vars(world)["play"].t0) - 3
    pairs = [
        (value * to_ms, int(count))
        for source in sources
        for minute in range(last - MINUTES, last)
        for value, count in source.samples(minute)
    ]
    over = sum(count for ms, count in pairs if ms > limit_ms)
    requests = sum(count for _, count in pairs)
    return TargetMeasurement(requests=requests, errors=0, latency=histogram(pairs), limit_ms=limit_ms, over_limit=over)
