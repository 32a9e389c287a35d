"""Faults of objectives that stand elsewhere, in OpenSLO files and in Application Signals, in the scene rolled-out."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.sandbox.moto_patches.application_signals import Objective

BUDGET = "error-budget"
LIST, REPORT = (
    "application-signals:ListServiceLevelObjectives",
    "application-signals:BatchGetServiceLevelObjectiveBudgetReport",
)


@fault("slo-file-of-other-days", item=BUDGET)
def _(world: "World") -> None:
    """The OpenSLO file is about 28 days, promotion.toml about 30."""
    from promotion.sandbox.world.validation import slo

    world.validation.slo = slo(days=28)


@fault("slo-file-of-other-target", item=BUDGET)
def _(world: "World") -> None:
    """The objective of the function in promotion.toml is 99 %, that of the OpenSLO file 99.9 %."""
    world.validation.targets["lambda"] = {"objective": 0.99}


@fault("slo-file-broken", item=BUDGET, kind="blind")
def _(world: "World") -> None:
    """The OpenSLO file is YAML whose indentation is wrong."""
    world.validation.slo_text = "apiVersion: openslo/v1\nkind: SLO\n  metadata:\n name: shop-availability\n"


@fault("slo-file-of-latency", item=BUDGET, kind="blind")
def _(world: "World") -> None:
    """The SLO of the OpenSLO file is about how long requests take, and not about which succeed."""
    source = world.validation.beside[0]["spec"].pop("ratioMetric")["total"]
    world.validation.beside[0]["spec"]["thresholdMetric"] = source
    world.validation.slo["spec"]["objectives"][0] |= {"op": "lte", "value": 800}


@fault("slo-file-without-indicator", item=BUDGET, kind="blind")
def _(world: "World") -> None:
    """No file has the indicator that the SLO names."""
    world.validation.beside.clear()


@fault("slo-file-of-two", item=BUDGET, kind="blind")
def _(world: "World") -> None:
    """The OpenSLO file holds two SLOs, and which is meant is not said."""
    from promotion.sandbox.world.validation import slo

    world.validation.beside.append(slo(name="shop-checkout"))


@fault("slo-file-of-two-named", item=BUDGET, kind="clean")
def _(world: "World") -> None:
    """The OpenSLO file holds two SLOs, and which is meant is said of each target."""
    from promotion.sandbox.world.validation import slo

    world.validation.beside.append(slo(target=0.5, name="shop-checkout"))
    for target in ("lambda", "ec2"):
        world.validation.targets.setdefault(target, {})["open_slo"] = "shop-availability"


@fault("slo-file-with-indicator-inside", item=BUDGET, kind="clean")
def _(world: "World") -> None:
    """The SLO describes its indicator itself, and has its target in percent."""
    (indicator,), spec = world.validation.beside, world.validation.slo["spec"]
    del spec["indicatorRef"]
    spec["indicator"] = {name: indicator[name] for name in ("metadata", "spec")}
    spec["objectives"] = [{"targetPercent": 99.9}]
    world.validation.beside.clear()


@fault("signals-other-goal", item=BUDGET)
def _(world: "World") -> None:
    """The goal of the objective in Application Signals is 99.5 %."""
    _objective(world).goal = 99.5


@fault("signals-other-days", item=BUDGET)
def _(world: "World") -> None:
    """The objective in Application Signals is about a week."""
    from promotion.sandbox.moto_patches.application_signals import rolling

    _objective(world).interval = rolling(7)


@fault("signals-count-otherwise", item=BUDGET)
def _(world: "World") -> None:
    """The objective in Application Signals counts 4xx answers as failures: half of its budget is used, by the metrics none."""
    _count_misses(world, 0.0005)


@fault("signals-breached", item=BUDGET)
def _(world: "World") -> None:
    """The objective in Application Signals counts 4xx answers as failures, and is breached."""
    _count_misses(world, 0.002)


@fault("budget-used-up-beside-deaf-signals", item=BUDGET)
def _(world: "World") -> None:
    """The budget is used up, and Application Signals is denied: the item fails nevertheless."""
    from promotion.sandbox.world.model import ago

    flow = world.prod.flows["lambda"]
    flow.errors = 0.005
    flow.change(ago(hours=8), errors=0)
    world.wire.deny(LIST, account=world.prod.id)


wire_fault("signals-list-denied", "ListServiceLevelObjectives is denied in prod.", "deny", LIST, item=BUDGET, on="prod")


wire_fault(
    "signals-report-denied",
    "BatchGetServiceLevelObjectiveBudgetReport is denied in prod.",
    "deny",
    REPORT,
    item=BUDGET,
    on="prod",
)


wire_fault(
    "signals-throttled",
    "Application Signals throttles every attempt.",
    "throttle",
    "application-signals:*",
    item=BUDGET,
    on="prod",
)


@fault("signals-objective-deleted", item=BUDGET, kind="blind")
def _(world: "World") -> None:
    """The objective that promotion.toml names was deleted."""
    _objectives(world).clear()


@fault("signals-report-refused", item=BUDGET, kind="blind")
def _(world: "World") -> None:
    """Application Signals lists the objective, and gives an error in the place of its report."""
    _objective(world).error = ("InternalFailure", "The budget could not be calculated.")


@fault("signals-stale", item=BUDGET, kind="blind")
def _(world: "World") -> None:
    """Application Signals reports the budget as it was yesterday."""
    _objective(world).behind = timedelta(days=1)


@fault("signals-without-data", item=BUDGET, kind="blind")
def _(world: "World") -> None:
    """The objective was made a minute ago over a metric that nobody measures."""
    from promotion.sandbox.moto_patches.metrics import metric

    _objective(world).total = metric("AWS/ApiGateway", "Count", ApiId="another", Stage="$default")


@fault("signals-objective-far-down", item=BUDGET, kind="clean")
def _(world: "World") -> None:
    """Application Signals has a hundred objectives, of which it lists fifty at once; the declared one is not among the first."""
    from dataclasses import replace

    ours = _objective(world)
    for number in range(100):
        name = f"other-{number:03d}"
        arn = ours.arn.replace(ours.name, name)
        _objectives(world)[name] = replace(ours, name=name, arn=arn)


wire_fault(
    "signals-empty-page",
    "Application Signals begins its list with a page on which there is nothing.",
    "empty_page",
    LIST,
    item=BUDGET,
    kind="clean",
    on="prod",
)


@fault("signals-by-arn", item=BUDGET, kind="clean")
def _(world: "World") -> None:
    """The objective is named by its ARN."""
    world.validation.targets["lambda"]["application_signals"] = _objective(world).arn


@fault("signals-warn", item=BUDGET, kind="clean")
def _(world: "World") -> None:
    """Three fifths of the budget were used before the deployment: a warning by both counts."""
    from promotion.sandbox.world.model import ago

    flow = world.prod.flows["lambda"]
    flow.errors = 0.0006
    flow.change(ago(hours=12), errors=0)


@fault("signals-not-named", item=BUDGET, kind="clean")
def _(world: "World") -> None:
    """No objective of Application Signals is named, and it may not be asked."""
    world.validation.targets.clear()
    world.wire.deny("application-signals:*", account=world.prod.id)


def _objectives(world: "World") -> Any:
    from promotion.sandbox.moto_patches.application_signals import objectives

    return objectives(world.prod.backend("application-signals"))


def _objective(world: "World") -> "Objective":
    from promotion.sandbox.world.objectives import objective_of

    return objective_of(world.prod)


def _count_misses(world: "World", share: float) -> None:
    one = _objective(world)
    world.prod.flows["lambda"].client_errors = share
    one.bad = one.bad._replace(name="4xx")
