"""Faults of the error budget, of secrets' rotation and of the baseline, in the scene rolled-out."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

BUDGET, ROTATION, BASELINE = "error-budget", "rotation-working", "baseline-updated"
DAY = 86400.0


@fault("budget-used-up", item=BUDGET)
def _(world: "World") -> None:
    """For weeks before the deployment, one in two hundred requests to the function failed."""
    flow = world.prod.flows["lambda"]
    flow.errors = 0.005
    _from(flow, hours=8, errors=0)


@fault("budget-burns", item=BUDGET, falls_with=("no-error-spikes[ec2]", "slo-met[ec2]"))
def _(world: "World") -> None:
    """For 50 minutes two in a hundred requests to the instances fail: over the paging threshold, though the budget is not used up."""
    _from(world.prod.flows["ec2"], minutes=50, errors=0.02)


@fault("budget-spent-by-deployment", item=BUDGET, falls_with=("no-error-spikes[lambda]", "slo-met[lambda]"))
def _(world: "World") -> None:
    """For eleven minutes after the deployment requests failed, and a thirtieth of the budget was spent; that is over."""
    flow = world.prod.flows["lambda"]
    _from(flow, minutes=25, errors=0.12)
    _from(flow, minutes=14, errors=0)


@fault("budget-objective-differs", item=BUDGET)
def _(world: "World") -> None:
    """The OpenSLO file has the target 99.5 %, promotion.toml 99.9 %."""
    from promotion.sandbox.world.validation import slo

    world.validation.slo = slo(target=0.995)


@fault("budget-partly-used", item=BUDGET, kind="clean")
def _(world: "World") -> None:
    """Two fifths of the budget were used before the deployment."""
    flow = world.prod.flows["lambda"]
    flow.errors = 0.0004
    _from(flow, hours=12, errors=0)


@fault("budget-without-slo-file", item=BUDGET, kind="clean")
def _(world: "World") -> None:
    """No OpenSLO file is declared."""
    world.validation.slo = {}


wire_fault(
    "budget-metrics-denied",
    "GetMetricData is denied in prod.",
    "deny",
    "cloudwatch:GetMetricData",
    item=BUDGET,
    on="prod",
)


@fault("budget-slo-of-timeslices", item=BUDGET, kind="blind")
def _(world: "World") -> None:
    """The OpenSLO file counts time slices and not requests."""
    world.validation.slo["spec"]["budgetingMethod"] = "Timeslices"


@fault("budget-of-few-requests", item=BUDGET, kind="blind")
def _(world: "World") -> None:
    """The objective leaves room for not a single failure among all the requests."""
    world.validation.targets["lambda"] = {"objective": 0.99999999}
    world.validation.slo = {}


@fault("rotation-enabled-but-late", item=ROTATION)
def _(world: "World") -> None:
    """Rotation is enabled every thirty days; the last one was forty days ago."""
    world.prod.secret["database"].last_rotation_date = time.time() - 40 * DAY
    world.prod.secret["database"].next_rotation_date = time.time() - 10 * DAY


@fault("rotation-never-happened", item=ROTATION)
def _(world: "World") -> None:
    """Rotation is enabled, and the secret has never been rotated."""
    world.prod.secret["payment-api"].last_rotation_date = None


@fault("rotation-off", item=ROTATION)
def _(world: "World") -> None:
    """Rotation of a secret of prod was turned off."""
    world.prod.secret["payment-api"].rotation_enabled = False


@fault("rotation-stuck", item=ROTATION)
def _(world: "World") -> None:
    """A version has been AWSPENDING for three days, which stops every later rotation."""
    _pend(world, 3 * DAY)


@fault("rotation-function-fails", item=ROTATION)
def _(world: "World") -> None:
    """The rotation function failed twice since yesterday."""
    from promotion.sandbox.world.model import ago
    from promotion.sandbox.world.validation import fail_rotation

    fail_rotation(world.prod, ago(hours=20), 2)


@fault("rotation-exempt-and-rotating", item=ROTATION)
def _(world: "World") -> None:
    """A secret is said not to rotate, and does."""
    world.validation.exempt["shop/prod/payment-api"] = "its provider hands out one key a year"


@fault("rotation-exempt", item=ROTATION, kind="clean")
def _(world: "World") -> None:
    """A secret that does not rotate is exempt, with a reason."""
    world.prod.secret["payment-api"].rotation_enabled = False
    world.validation.exempt["shop/prod/payment-api"] = "its provider hands out one key a year"


@fault("rotation-late-by-hours", item=ROTATION, kind="clean")
def _(world: "World") -> None:
    """The last rotation was thirty days and some hours ago: rotation windows are a day long."""
    kept = world.prod.secret["database"]
    kept.last_rotation_date = time.time() - 30.4 * DAY
    kept.next_rotation_date = time.time() - 0.4 * DAY


wire_fault(
    "rotation-unreadable",
    "DescribeSecret is denied in prod.",
    "deny",
    "secretsmanager:DescribeSecret",
    item=ROTATION,
    on="prod",
)


@fault("rotation-under-way", item=ROTATION, kind="blind")
def _(world: "World") -> None:
    """A rotation began ten minutes ago and is not over."""
    _pend(world, 600)


@fault("rotation-function-unheard", item=ROTATION, kind="blind")
def _(world: "World") -> None:
    """CloudWatch has no invocation of the rotation function, so that another one may rotate."""
    from promotion.sandbox.moto_patches.metrics import metric

    del world.prod.metrics[metric("AWS/Lambda", "Invocations", FunctionName="shop-rotation")]


@fault("baseline-of-image-before", item=BASELINE, kind="blind")
def _(world: "World") -> None:
    """Nobody has measured the baseline since the deployment."""
    _records(world).pop()


@fault("baseline-of-another-image", item=BASELINE)
def _(world: "World") -> None:
    """The baseline that was measured since the deployment is said to be of the previous image."""
    _change(world, lambda _: {"digest": world.previous_digest})


@fault("baseline-none", item=BASELINE, kind="blind")
def _(world: "World") -> None:
    """There is no baseline at all."""
    vars(world)["baselines"] = None


@fault("baseline-too-early", item=BASELINE)
def _(world: "World") -> None:
    """The baseline was measured during the deployment."""
    _change(world, lambda one: {"start": one.start - timedelta(minutes=9)})


@fault("baseline-written-too-early", item=BASELINE)
def _(world: "World") -> None:
    """The baseline was written before half an hour had passed."""
    _change(world, lambda one: {"end": one.end - timedelta(minutes=5), "written_at": one.end - timedelta(minutes=1)})


@fault("baseline-of-few-requests", item=BASELINE)
def _(world: "World") -> None:
    """The baseline rests on a hundred requests of a target."""
    _change(
        world,
        lambda one: {
            "targets": {name: target.model_copy(update={"requests": 100}) for name, target in one.targets.items()}
        },
    )


@fault("baseline-chain-broken", item=BASELINE)
def _(world: "World") -> None:
    """The record before the newest was changed afterwards."""
    records = _records(world)
    records[0] = records[0].model_copy(update={"written_by": "somebody"})


@fault("baseline-first-of-all", item=BASELINE, kind="clean")
def _(world: "World") -> None:
    """The baseline of this image is the first that was ever kept."""
    records = _records(world)
    del records[0]
    records[0] = records[0].model_copy(update={"previous": None})


@fault("baseline-unreadable", item=BASELINE, kind="blind")
def _(world: "World") -> None:
    """A line of the baseline is not a record."""
    _change(world, lambda _: {"digest": "latest"})


wire_fault(
    "baseline-too-soon-to-tell",
    "CodeDeploy may not be asked when the deployment began.",
    "deny",
    "codedeploy:ListDeployments",
    item=BASELINE,
    on="prod",
)


def _from(flow: Any, *, errors: float, **since: float) -> None:
    from promotion.sandbox.world.model import ago

    flow.change(ago(**since), errors=errors)


def _pend(world: "World", seconds: float) -> None:
    secret = world.prod.secret["database"]
    made = dict(next(iter(secret.versions.values())))
    secret.versions["pending"] = {
        **made,
        "version_id": "pending",
        "version_stages": ["AWSPENDING"],
        "createdate": time.time() - seconds,
    }


def _records(world: "World") -> "list[Any]":
    from promotion.sandbox.world.declared import baseline

    return baseline.recorded(world) or []


def _change(world: "World", change: Callable[[Any], dict[str, Any]]) -> None:
    records = _records(world)
    records[-1] = records[-1].model_copy(update=change(records[-1]))
