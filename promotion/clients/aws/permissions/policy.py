"""Statements of IAM policies for these settings, exact for an account and the phases that are run with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from promotion.clients.aws.permissions.features import FEATURES
from promotion.clients.aws.permissions.grants import GRANTS, Grant
from promotion.clients.aws.permissions.resources import Whereto
from promotion.settings import Settings


@dataclass(frozen=True)
class Statement:
    """An Allow."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As IAM writes it: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html."""
        one = self.resources[0] if len(self.resources) == 1 else list(self.resources)
        written = {"Sid": self.sid, "Effect": "Allow", "Action": list(self.actions), "Resource": one}
        return {**written, "Condition": dict(self.condition)} if self.condition else written


def used(settings: Settings) -> list[str]:
    """Give the names of the features that these settings use."""
    return [name for name, feature in FEATURES.items() if feature.used is not None and feature.used(settings)]


def needed(features: Collection[str], account: str, phases: Collection[str]) -> list[Grant]:
    """Give what is needed in an account (`dev`, `prod`, `image`, `seal`) in these phases, for these features."""
    return [
        one
        for one in GRANTS
        if one.feature in features and account in one.accounts and any(phase in phases for phase in one.phases)
    ]


def statements(
    settings: Settings, features: Collection[str], account: str, phases: Collection[str]
) -> tuple[Statement, ...]:
    """Write the statements of the policy for an account: one for each feature and what it is narrowed to."""
    whereto = Whereto(settings, account)
    order = list(FEATURES)
    grants = sorted(needed(features, account, phases), key=lambda one: (order.index(one.feature), one.resources))
    found = []
    for (feature, narrowed), several in groupby(grants, key=lambda one: (one.feature, one.resources)):
        resources = whereto.arns(narrowed)
        if resources:
            actions = tuple(sorted({action for one in several for action in one.actions}))
            found.append(Statement(_sid(feature, narrowed), actions, resources, whereto.condition(narrowed)))
    return tuple(found)


def _sid(feature: str, narrowed: str) -> str:
    words = [feature] if narrowed == "*" else [feature, *narrowed.split()]
    return "".join(part.capitalize() for word in words for part in word.split("-"))
