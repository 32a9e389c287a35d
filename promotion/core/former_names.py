"""Modules under the names they had, for teams' own items, faults and scripts that import them.

A former name gives the same objects as the new one; nothing is imported before it is asked for.
"""

import importlib
from collections.abc import Mapping
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

MODULES: Mapping[str, str] = {
    "promotion.leaks": "promotion.sections.security.leaks",
    "promotion.leaks.patterns": "promotion.sections.security.leaks.patterns",
    "promotion.metrics": "promotion.sections.observability.metrics",
    "promotion.metrics.chart": "promotion.sections.observability.metrics.chart",
    "promotion.promotions": "promotion.people",
    "promotion.promotions.attesting": "promotion.people.attestations",
    "promotion.report.shapes": "promotion.core.evidence_types",
}
"""Former name to new name."""
NAMES: Mapping[tuple[str, str], str] = {
    ("promotion.leaks.patterns", "Refused"): "InvalidRules",
    ("promotion.promotions.attesting", "attested"): "require_attestation",
    ("promotion.promotions.attesting", "word_for"): "attestation_for",
    ("promotion.promotions.attesting", "Finding"): "ProofCheck",
    ("promotion.promotions.attesting", "Found"): "ProofOutcome",
}
"""Former module and former name in it to the name it has now."""


def find_spec(fullname: str) -> ModuleSpec | None:
    """Give the spec of a module by its former name; None for any other name."""
    return ModuleSpec(fullname, _Former(), is_package=True) if fullname in MODULES else None


class _Former(Loader):
    """Loads a module that looks up every name in it in the module's new place."""

    def exec_module(self, module: ModuleType) -> None:
        name, new = module.__name__, importlib.import_module(MODULES[module.__name__])

        def found(attribute: str) -> Any:
            return getattr(new, NAMES.get((name, attribute), attribute))

        module.__doc__ = new.__doc__
        module.__getattr__ = found  # type: ignore[method-assign] # PEP 562
