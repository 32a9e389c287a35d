"""The rules of a load balancer's listeners, as Elastic Load Balancing evaluates them. Pure.

A request is handled by the rule of the lowest priority whose conditions all hold, and by the default action if there is none
(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html). Values of a condition are alternatives;
host names ignore case, paths do not
(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import translate
from functools import cache
from re import compile as compiled
from typing import Any

DEFAULT = "default"
HOST = "host-header"
PATH = "path-pattern"
_LAST = 1_000_000
"""Above every priority: 1 to 50,000."""
_CONFIG = {
    HOST: "HostHeaderConfig",
    PATH: "PathPatternConfig",
    "http-header": "HttpHeaderConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "query-string": "QueryStringConfig",
    "source-ip": "SourceIpConfig",
}


@dataclass(frozen=True)
class Condition:
    """One condition of a rule."""

    field: str
    """`host-header`, `path-pattern`, `http-header`, `http-request-method`, `query-string` or `source-ip`."""
    values: tuple[str, ...]
    """Alternatives; those of a query string are `key=value`."""
    name: str = ""
    """The header's name, in lower case."""
    regex: bool = False
    """Whether the values are regular expressions."""

    def describe(self) -> str:
        """The condition in a few words."""
        what = self.name or self.field.removesuffix("-pattern").removesuffix("-header")
        return f"{what} {' or '.join(self.values)}"


@dataclass(frozen=True)
class Share:
    """What a forward gives to one target group."""

    group: str
    """ARN of the target group."""
    weight: int

    @property
    def name(self) -> str:
        """The target group's name: `…:targetgroup/NAME/ID`."""
        return self.group.split("/")[-2] if self.group.count("/") > 1 else self.group


@dataclass(frozen=True)
class Rule:
    """A rule of a listener, or its default action."""

    listener: str
    """Protocol and port, such as `HTTPS:443`."""
    priority: str
    """A number, or `default`."""
    conditions: tuple[Condition, ...] = ()
    action: str = ""
    """What ends the request: `forward`, `fixed-response` or `redirect`; an authentication before it is left out."""
    shares: tuple[Share, ...] = field(default=())
    sticky: bool = False
    """Whether callers stay with a target group: one of weight 0 may still get their requests."""
    status: str = ""
    """HTTP status of a fixed response."""

    @property
    def order(self) -> int:
        """Its place in the order of evaluation."""
        return int(self.priority) if self.priority.isdecimal() else _LAST

    @property
    def port(self) -> int:
        """The listener's port."""
        return int(self.listener.partition(":")[2] or 0)

    @property
    def is_weighed_nowhere(self) -> bool:
        """Whether it forwards with weight 0 everywhere, of which no page says what happens."""
        return self.action == "forward" and not any(share.weight for share in self.shares)

    def describe(self) -> str:
        """Where it is and when it applies, in a few words."""
        when = ", ".join(one.describe() for one in self.conditions)
        which = "the default action" if self.priority == DEFAULT else f"rule {self.priority}"
        return f"{which} of {self.listener}{f' ({when})' if when else ''}"

    def share_of(self, share: Share) -> float:
        """Give the share of the rule's requests, 0 to 1, that a target group gets."""
        total = sum(one.weight for one in self.shares)
        return share.weight / total if total else 0.0

    def may_be_asked_for(self, host: str) -> bool:
        """Tell whether a request for a host name may meet it. A regular expression may match any name."""
        return all(
            one.regex or any(matches(value, host, ignore_case=True) for value in one.values)
            for one in self.conditions
            if one.field == HOST
        )


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Tell whether a pattern with `*` and `?` matches the whole text."""
    if ignore_case:
        pattern, text = pattern.lower(), text.lower()
    return _pattern(pattern).fullmatch(text) is not None


@cache
def _pattern(pattern: str) -> Any:
    return compiled(translate(pattern.replace("[", "[[]")))


def reached(rules: Iterable[Rule]) -> Iterator[Rule]:
    """Give the rules that a request can meet: those that no earlier rule of their listener covers entirely."""
    earlier: dict[str, list[Rule]] = {}
    for rule in sorted(rules, key=lambda one: one.order):
        before = earlier.setdefault(rule.listener, [])
        if not any(_covers(one, rule) for one in before):
            yield rule
        before.append(rule)


def _covers(earlier: Rule, later: Rule) -> bool:
    """Whether the earlier rule takes every request that the later one would; where it is not certain, it does not."""
    return all(
        _is_always_true(one) or any(_implied(one, other) for other in later.conditions) for one in earlier.conditions
    )


def _is_always_true(condition: Condition) -> bool:
    if condition.regex:
        return False
    if condition.field == "source-ip":
        return {"0.0.0.0/0", "::/0"} <= set(condition.values)
    return (condition.field == HOST and "*" in condition.values) or (
        condition.field == PATH and not {"*", "/*"}.isdisjoint(condition.values)
    )


def _implied(wanted: Condition, given: Condition) -> bool:
    """Whether the given condition can hold only if the wanted one does: each of its values is one of, or within, those."""
    if (wanted.field, wanted.name, wanted.regex) != (given.field, given.name, given.regex):
        return False
    if not given.values:  # of a kind that is not read here: nothing is known of what it holds for
        return False
    if wanted.regex or wanted.field not in {HOST, PATH}:
        return set(given.values) <= set(wanted.values)
    fold = wanted.field == HOST
    return all(any(_within(value, outer, fold=fold) for outer in wanted.values) for value in given.values)


def _within(inner: str, outer: str, *, fold: bool) -> bool:
    """Whether each text that the inner pattern matches is matched by the outer one: equal, plain text, or `prefix*`."""
    if fold:
        inner, outer = inner.lower(), outer.lower()
    if inner == outer:
        return True
    if not {"*", "?"} & set(inner):
        return matches(outer, inner)
    prefix = outer.removesuffix("*")
    return outer != prefix and not {"*", "?"} & set(prefix) and inner.startswith(prefix)


def parse_rule(listener: str, described: Mapping[str, Any]) -> Rule:
    """Read a rule as DescribeRules gives it. `listener` is protocol and port."""
    actions = sorted(described["Actions"], key=lambda one: int(one.get("Order") or 0))
    ends = [one for one in actions if one["Type"] in {"forward", "fixed-response", "redirect"}]
    last: Mapping[str, Any] = ends[-1] if ends else {"Type": actions[-1]["Type"] if actions else ""}
    forward = last.get("ForwardConfig", {})
    return Rule(
        listener=listener,
        priority=str(described["Priority"]),
        conditions=tuple(parse_condition(one) for one in described.get("Conditions", ())),
        action=last["Type"],
        shares=tuple(_shares(last)) if last["Type"] == "forward" else (),
        sticky=bool(forward.get("TargetGroupStickinessConfig", {}).get("Enabled")),
        status=str(last.get("FixedResponseConfig", {}).get("StatusCode", "")),
    )


def _shares(action: Mapping[str, Any]) -> Iterator[Share]:
    groups = action.get("ForwardConfig", {}).get("TargetGroups") or [{"TargetGroupArn": action["TargetGroupArn"]}]
    for group in groups:
        # A forward to a single group carries no weight: all of the traffic goes there.
        yield Share(group["TargetGroupArn"], int(group.get("Weight", 1)))


def parse_condition(described: Mapping[str, Any]) -> Condition:
    """Read a condition as DescribeRules gives it, in either of its two forms."""
    kind = described["Field"]
    config = described.get(_CONFIG.get(kind, ""), {})
    regex = config.get("RegexValues") or described.get("RegexValues")
    values = regex or config.get("Values") or described.get("Values") or ()
    told = [f"{one.get('Key', '')}={one['Value']}" if isinstance(one, Mapping) else str(one) for one in values]
    return Condition(kind, tuple(told), str(config.get("HttpHeaderName", "")).lower(), bool(regex))


def largest_weights(rules: Iterable[Rule]) -> dict[str, int]:
    """Give the largest weight with which any of the rules forwards to a target group, by its ARN."""
    weights: dict[str, int] = {}
    for rule in rules:
        for share in rule.shares:
            weights[share.group] = max(share.weight, weights.get(share.group, 0))
    return weights
