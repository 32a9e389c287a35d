"""Where prod's deployment group is configured otherwise than dev's, field by field, once names are mapped."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from promotion.clients.aws.deployment_group import DeploymentGroup
from promotion.sections.rollback.traffic_config import TrafficConfig
from promotion.settings.environment import Environment
from promotion.settings.rollback import Comparison

CONFIG = "deploymentConfigName"
_DEPLOYMENT = re.compile(r"(?<![A-Za-z0-9])d-[A-Z0-9]{9}(?![A-Za-z0-9])")
"""Part of the name of an Auto Scaling group that CodeDeploy has copied."""
_RESOURCE = re.compile(r"(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])")
"""Part of the ARN of a load balancer, a listener or a target group."""
_NOTHING: tuple[str, ...] = ("nothing",)


@dataclass(frozen=True)
class GroupSide:
    """One of the two groups, and by which words its names are its environment's."""

    group: DeploymentGroup
    shift: TrafficConfig
    environment: Environment
    words: Sequence[str]

    def mapped(self, text: str) -> str:
        """Replace what is particular to the environment."""
        text = text.replace(self.environment.account, "<account>").replace(self.environment.region, "<region>")
        text = _RESOURCE.sub("<id>", _DEPLOYMENT.sub("<deployment>", text))
        for word in self.words:
            text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", "<environment>", text)
        return text


def differences(prod: GroupSide, dev: GroupSide, comparison: Comparison) -> Iterator[str]:
    """Say, for each field that differs, what it is in prod and in dev."""
    ours, theirs = prod.group.fields, dev.group.fields
    for name in sorted({*ours, *theirs} - {CONFIG}):
        if any(name == free or name.startswith(f"{free}.") for free in comparison.may_differ):
            continue
        if _sorted(prod, ours, name) != _sorted(dev, theirs, name):
            yield f"{name} is {_told(ours, name)} in prod and {_told(theirs, name)} in dev"
    # Two configurations that do the same are the same, whatever they are called; the name alone says nothing.
    if CONFIG not in comparison.may_differ and _does(prod.shift) != _does(dev.shift):
        yield (
            f"{CONFIG} is {prod.shift.config} ({prod.shift.describe()}) in prod and {dev.shift.config} "
            f"({dev.shift.describe()}) in dev"
        )


def _sorted(side: GroupSide, fields: Mapping[str, tuple[str, ...]], name: str) -> list[str]:
    """The order of what CodeDeploy lists means nothing."""
    return sorted(side.mapped(text) for text in fields.get(name, ()))


def _told(fields: Mapping[str, tuple[str, ...]], name: str) -> str:
    return ", ".join(fields.get(name, _NOTHING))


def _does(shift: TrafficConfig) -> tuple[object, ...]:
    if shift.kind:
        return shift.platform, shift.kind, shift.percent, shift.minutes
    return shift.platform, shift.healthy_kind, shift.healthy
