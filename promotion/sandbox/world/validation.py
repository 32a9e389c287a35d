"""What is known of a deployment when it is validated: the baseline, the objectives, how secrets were rotated."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.moto_patches.metrics import Computed, Sample, metric
from promotion.sandbox.world.names import SERVICE
from promotion.sandbox.world.objectives import name_of
from promotion.sandbox.world.secrets import ROTATION
from promotion.sandbox.world.traffic import minute_of

if TYPE_CHECKING:
    from promotion.sandbox.world.building import World
    from promotion.sandbox.world.model import Environment
    from promotion.sections.observability.baseline.record import TargetMeasurement

STEPS = 4
"""Invocations of a rotation: createSecret, setSecret, testSecret, finishSecret."""
DAYS = 30
"""Over which the error budget is counted."""
STEADY, MEASURED = timedelta(minutes=11), timedelta(minutes=18)
"""After T0: when the window of the baseline began, and how long it was."""
LONGER = 4
WRITTEN = timedelta(minutes=30, seconds=1)
"""After T0."""


@dataclass(repr=False)
class Validation:
    """Everything in it may be changed until the world goes live."""

    labels: list[str] = field(default_factory=lambda: ["customer"])
    """Of customers' reports."""
    days: int = DAYS
    slo: dict[str, Any] = field(default_factory=dict)
    """The SLO of the OpenSLO file; empty: there is no file."""
    beside: list[dict[str, Any]] = field(default_factory=list)
    """What else the file holds: the indicator."""
    slo_text: str = ""
    """What the file holds in their place, if anything."""
    targets: dict[str, dict[str, Any]] = field(default_factory=dict)
    """`[postdeploy.budget.targets]`."""
    exempt: dict[str, str] = field(default_factory=dict)
    """Secrets that do not rotate, and why."""
    earlier: list[dict[str, Any]] = field(default_factory=list)
    """Records that earlier runs of this promotion left."""


def validate() -> Validation:
    """Give what stands before a promotion: an objective, and no baseline."""
    return Validation(slo=slo(), beside=[sli()], targets={"lambda": {"application_signals": name_of("prod")}})


def sli() -> dict[str, Any]:
    """Write what the objective measures as OpenSLO does: failures among the API's requests."""
    counted = {
        name: {
            "metricSource": {"type": "CloudWatch", "spec": {"namespace": "AWS/ApiGateway", "metricName": metric_name}}
        }
        for name, metric_name in (("bad", "5xx"), ("total", "Count"))
    }
    metadata = {"name": f"{SERVICE}-requests"}
    return {"apiVersion": "openslo/v1", "kind": "SLI", "metadata": metadata, "spec": {"ratioMetric": counted}}


def slo(target: float = 0.999, days: int = DAYS, name: str = f"{SERVICE}-availability") -> dict[str, Any]:
    """Write an objective as OpenSLO does."""
    return {
        "apiVersion": "openslo/v1",
        "kind": "SLO",
        "metadata": {"name": name},
        "spec": {
            "service": SERVICE,
            "indicatorRef": f"{SERVICE}-requests",
            "timeWindow": [{"duration": f"{days}d", "isRolling": True}],
            "budgetingMethod": "Occurrences",
            "objectives": [{"displayName": "Requests that succeed", "target": target}],
        },
    }


def write_baseline(world: "World", t0: datetime) -> None:
    """Keep a record of the new image after that of the image before; `t0` is UTC without a zone."""
    from promotion.sandbox.world.declared import baseline

    records = baseline.recorded(world) or []
    began = t0.replace(tzinfo=UTC)
    start = began.replace(second=0, microsecond=0) + STEADY
    records.append(
        records[-1].model_copy(
            update={
                "digest": world.digest,
                "start": start,
                "end": start + MEASURED,
                "written_at": began + WRITTEN,
                "written_by": "github-actions",
                "previous": records[-1].sha256(),
                "targets": {name: _longer(target) for name, target in records[-1].targets.items()},
            }
        )
    )


def _longer(target: "TargetMeasurement") -> "TargetMeasurement":
    """Give what was measured as it would be in a window that is longer: as many times more of everything."""
    latency = tuple((upper, count * LONGER) for upper, count in target.latency)
    return target.model_copy(update={"requests": target.requests * LONGER, "latency": latency})


def measure_rotation(environment: "Environment") -> None:
    """Make the metrics of the rotation function: it was invoked when the secrets were rotated, and did not fail."""
    made = environment.metrics

    kept: list[Any] = []

    def invocations(minute: int) -> list[Sample]:
        if not kept:
            kept.extend(environment.secret.values())
        times = sum((secret.last_rotation_date or 0) // 60 == minute for secret in kept)
        return [(1.0, STEPS * times)] if times else []

    def none(minute: int) -> list[Sample]:
        done = sum(count for _, count in invocations(minute))
        return [(0.0, done)] if done else []

    for name, samples in (("Invocations", invocations), ("Errors", none), ("Throttles", none)):
        made[metric("AWS/Lambda", name, FunctionName=ROTATION)] = Computed(samples, "Count")


def fail_rotation(environment: "Environment", at: datetime, times: int, name: str = "Errors") -> None:
    """Let the rotation function have failed; `at` is UTC without a zone."""
    there, before = minute_of(at), environment.metrics[metric("AWS/Lambda", name, FunctionName=ROTATION)]

    def samples(minute: int) -> list[Sample]:
        return [*before.samples(minute), *([(1.0, times)] if minute == there else [])]

    environment.metrics[metric("AWS/Lambda", name, FunctionName=ROTATION)] = Computed(samples, "Count")
