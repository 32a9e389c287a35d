"""Service level objectives in the format of OpenSLO v1, and whether they say what promotion.toml says. Pure.

https://github.com/OpenSLO/OpenSLO: `kind: SLO`, `spec.objectives[].target` (a share) or `targetPercent`,
`spec.timeWindow[].duration` (such as `30d`, `4w`) and `isRolling`, `spec.budgetingMethod`.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promotion.unknown import Reason, Unknown

VERSION = "openslo/v1"
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

    def contradictions(self, objective: float, days: int) -> Iterator[str]:
        """Say where it is other than what is judged by."""
        if abs(self.target - objective) > 1e-9:
            yield f"the SLO {self.name} has the target {self.target:g}, promotion.toml the objective {objective:g}"
        if abs(self.days - days) > 1e-9:
            yield f"the SLO {self.name} is about {self.days:g} days, promotion.toml about {days}"


def read(text: str, name: str) -> list[OpenSlo]:
    """Read every SLO of a file. Raises Unknown: malformed, or not-supported where YAML cannot be read or judged."""
    found = []
    for tree in _documents(text, name):
        if not isinstance(tree, Mapping) or tree.get("apiVersion") != VERSION:
            raise _malformed(name, f"a document in it is not of {VERSION}")
        if tree.get("kind") == "SLO":
            found.append(_slo(tree, name))
    return found


def choose(slos: Sequence[OpenSlo], name: str | None, target: str) -> OpenSlo:
    """Give the SLO of a target. Raises Unknown, not-declared, unless there is just one that can be meant."""
    fitting = [slo for slo in slos if name in (None, slo.name)]
    if len(fitting) != 1:
        raise Unknown(
            Reason.NOT_DECLARED,
            f"the files of `open_slo` hold {len(fitting)} SLOs{f' called {name}' if name else ''}, so which one is about "
            f"{target} cannot be told: name it in `open_slo` of [postdeploy.budget.targets.{target}]",
        )
    if not fitting[0].rolling or fitting[0].method != "Occurrences":
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"the SLO {fitting[0].name} is one by {fitting[0].method} over a "
            f"{'rolling' if fitting[0].rolling else 'calendar'} window; judged here are Occurrences over a rolling one",
        )
    return fitting[0]


def _documents(text: str, name: str) -> list[Any]:
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        try:
            import yaml  # type: ignore[import-untyped,unused-ignore]
        except ImportError:
            raise Unknown(
                Reason.NOT_SUPPORTED, f"{name} is no JSON, and YAML cannot be read without PyYAML: install it"
            ) from None
        try:
            return [one for one in yaml.safe_load_all(text) if one is not None]
        except (yaml.YAMLError, RecursionError):
            raise _malformed(name, "it is neither JSON nor YAML") from None
    return tree if isinstance(tree, list) else [tree]


def _slo(tree: Mapping[str, Any], name: str) -> OpenSlo:
    try:
        spec = tree["spec"]
        (objective,), (window,) = spec["objectives"], spec["timeWindow"]
        target = float(objective["target"]) if "target" in objective else float(objective["targetPercent"]) / 100
        ((count, unit),) = re.findall(r"^([0-9]+)([dwh])$", str(window["duration"]))
        return OpenSlo(
            str(tree["metadata"]["name"]),
            target,
            int(count) * _DAYS[unit],
            window.get("isRolling") is True,
            str(spec["budgetingMethod"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _malformed(
            name, "an SLO in it has not one objective with a target, one window in d, w or h, and a method"
        ) from None


def _malformed(name: str, why: str) -> Unknown:
    return Unknown(Reason.MALFORMED, f"{name} cannot be read as OpenSLO: {why}")
