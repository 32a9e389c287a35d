"""Service level objectives in the format of OpenSLO v1, and whether they say what promotion.toml says. Pure.

https://github.com/OpenSLO/OpenSLO: `kind: SLO`, `spec.objectives[].target` (a share) or `targetPercent`,
`spec.timeWindow[].duration` (such as `30d`, `4w`) and `isRolling`, `spec.budgetingMethod`, and `spec.indicator`, or
`spec.indicatorRef`, which names a document of `kind: SLI`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promotion.sections.postdeploy.budget.spent import ErrorBudget
from promotion.unknown import Reason, Unknown

VERSION = "openslo/v1"
RATIO, THRESHOLD = "ratioMetric", "thresholdMetric"
_DAYS = {"d": 1, "w": 7, "h": 1 / 24}


@dataclass(frozen=True)
class OpenSlo:
    """One SLO."""

    name: str
    target: float
    """The share of requests that must succeed."""
    days: float
    rolling: bool
    method: str
    """`Occurrences`: requests are counted, which is what is done here."""
    indicator: str
    """What is measured is called so."""
    metric: str | None
    """`ratioMetric`: good of all, or bad of all, which is what is counted here. `thresholdMetric`: a value is held against
    a limit, such as a latency. None: no file has the indicator."""

    def problems(self, budget: ErrorBudget) -> Iterator[str]:
        """Say where it is other than what is judged by."""
        if abs(self.target - budget.objective) > 1e-9:
            yield (
                f"the SLO {self.name} has the target {self.target:g}, but promotion.toml the objective "
                f"{budget.objective:g}"
            )
        if abs(self.days - budget.days) > 1e-9:
            yield f"the SLO {self.name} is over {self.days:g} days, but promotion.toml says {budget.days}"

    def describe(self) -> str:
        """In a few words."""
        return f"SLO {self.name}"


def parse_open_slos(files: Iterable[tuple[str, str]]) -> list[OpenSlo]:
    """Read every SLO of files, each given by its name and text; what they measure may be described in another file.

    Raises Unknown: malformed, or not-supported where YAML cannot be read.
    """
    slos: list[tuple[str, Mapping[str, Any]]] = []
    metrics: dict[str, str] = {}
    for name, text in files:
        for tree in _documents(text, name):
            if not isinstance(tree, Mapping) or tree.get("apiVersion") != VERSION:
                raise _malformed(name, f"a document in it is not of {VERSION}")
            if tree.get("kind") == "SLO":
                slos.append((name, tree))
            elif tree.get("kind") == "SLI":
                indicator, metric = _indicator(tree, name)
                metrics[indicator] = metric
    return [_slo(tree, name, metrics) for name, tree in slos]


def choose(slos: Sequence[OpenSlo], name: str | None, target: str) -> OpenSlo:
    """Give the SLO of a target.

    Raises Unknown: not-declared unless just one can be meant and one knows what it measures, not-supported where that is
    something else than the share of requests that succeed.
    """
    fitting = [slo for slo in slos if name in (None, slo.name)]
    if len(fitting) != 1:
        raise Unknown(
            Reason.NOT_DECLARED,
            f"the files of `open_slo` hold {len(fitting)} SLOs{f' called {name}' if name else ''}, so it is "
            f"ambiguous which one is about {target}: name it in `open_slo` of [postdeploy.budget.targets.{target}]",
        )
    (one,) = fitting
    if not one.rolling or one.method != "Occurrences":
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"the SLO {one.name} is one by {one.method} over a {'rolling' if one.rolling else 'calendar'} window; "
            "only Occurrences over a rolling window are supported: name another SLO in `open_slo`",
        )
    if one.metric is None:
        raise Unknown(
            Reason.NOT_DECLARED,
            f"no file of `open_slo` has the indicator {one.indicator} of the SLO {one.name}, so it is unknown what "
            "it counts: add the file that has it",
        )
    if one.metric != RATIO:
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"the SLO {one.name} holds a value against a limit ({one.metric} of {one.indicator}); only a share of "
            "successful requests is supported: name another SLO in `open_slo`",
        )
    return one


def _documents(text: str, name: str) -> list[Any]:
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        try:
            import yaml  # type: ignore[import-untyped,unused-ignore]
        except ImportError:
            raise Unknown(
                Reason.NOT_SUPPORTED, f"{name} is not JSON, and YAML cannot be read without PyYAML: install it"
            ) from None
        try:
            return [one for one in yaml.safe_load_all(text) if one is not None]
        except (yaml.YAMLError, ValueError, RecursionError):
            raise _malformed(name, "it is neither JSON nor YAML") from None
    return tree if isinstance(tree, list) else [tree]


def _slo(tree: Mapping[str, Any], name: str, metrics: Mapping[str, str]) -> OpenSlo:
    try:
        spec = tree["spec"]
        (objective,), (window,) = spec["objectives"], spec["timeWindow"]
        target = float(objective["target"]) if "target" in objective else float(objective["targetPercent"]) / 100
        ((count, unit),) = re.findall(r"^([0-9]+)([dwh])$", str(window["duration"]))
        metric: str | None
        if "indicator" in spec:
            indicator, metric = _indicator(spec["indicator"], name)
        else:
            indicator = str(spec["indicatorRef"])
            metric = metrics.get(indicator)
        return OpenSlo(
            name=str(tree["metadata"]["name"]),
            target=target,
            days=int(count) * _DAYS[unit],
            rolling=window.get("isRolling") is True,
            method=str(spec["budgetingMethod"]),
            indicator=indicator,
            metric=metric,
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _malformed(
            name,
            "an SLO in it has not one objective with a target, one window in d, w or h, a method, and an indicator",
        ) from None


def _indicator(tree: Mapping[str, Any], name: str) -> tuple[str, str]:
    """Give what an indicator is called, and by what kind of metric it measures."""
    try:
        (metric,) = {RATIO, THRESHOLD} & {*tree["spec"]}
        return str(tree["metadata"]["name"]), metric
    except (KeyError, TypeError, ValueError):
        raise _malformed(name, f"an indicator in it has no name, or not one of {RATIO} and {THRESHOLD}") from None


def _malformed(name: str, why: str) -> Unknown:
    return Unknown(Reason.MALFORMED, f"{name} cannot be parsed as OpenSLO: {why}: correct it")
