"""What a role may do in effect: what its policies allow together, within its boundary, less what is denied outright.

A denial with a condition takes nothing away: the condition may not hold.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from promotion.sections.security.privileges.actions import Actions, Catalogue
from promotion.sections.security.privileges.globs import covers, has_wildcard
from promotion.sections.security.privileges.probes import SOME_ARNS, WIDE, resources, start_of
from promotion.sections.security.privileges.rule import ExpandedStatement, rule_of
from promotion.sections.security.privileges.statements import PolicyStatement

_PASSING = frozenset({"iam:passedtoservice", "iam:associatedresourcearn"})
"""Keys that say to whom a role is passed, not which role."""


@dataclass(frozen=True, eq=False)
class Effective:
    """All that counts of a role's policies, in an account and region."""

    catalogue: Catalogue
    allows: tuple[ExpandedStatement, ...]
    """Of inline and attached policies. Their `actions` are what is left of them in effect."""
    within: tuple[ExpandedStatement, ...] | None
    """What the boundary allows; None: there is none."""
    denies: tuple[ExpandedStatement, ...]
    """Without conditions, of the policies and the boundary."""
    partition: str
    region: str
    account: str
    _tried: dict[tuple[str, int, int], tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def allowed(self) -> Actions:
        """The actions that are allowed on anything."""
        together = 0
        for rule in self.allows:
            together |= rule.actions
        return together

    def permits(self, action: str, resource: str) -> bool:
        """Whether a request may be allowed: if every condition of an Allow holds, and none of a Deny."""
        return (
            any(rule.acts_on(action) and rule.reaches(resource) for rule in self.allows)
            and (self.within is None or any(rule.acts_on(action) and rule.reaches(resource) for rule in self.within))
            and not any(rule.acts_on(action) and rule.reaches(resource) for rule in self.denies)
        )

    def givers(self, place: int, *, narrowed: bool = False) -> tuple[ExpandedStatement, ...]:
        """The statements that allow an action; also those with a condition that narrows it, if asked for."""
        bit = 1 << place
        passing = _PASSING if self.catalogue.names[place] == "iam:PassRole" else frozenset()
        return tuple(
            rule for rule in self.allows if rule.actions & bit and (narrowed or not rule.narrowed_by - passing)
        )

    def given(self, place: int) -> tuple[ExpandedStatement, ...]:
        """The statements by which an action is allowed on anything at all, and no denial takes that away."""
        bit = 1 << place
        limits = (
            None if self.within is None else [rule for rule in self.within if rule.actions & bit and _is_open(rule)]
        )
        denies = [rule for rule in self.denies if rule.actions & bit]

        def stands(resource: str) -> bool:
            inside = limits is None or any(rule.reaches(resource) for rule in limits)
            return inside and not any(rule.reaches(resource) for rule in denies)

        return tuple(
            rule
            for rule in self.givers(place)
            if any(rule.reaches(one) and stands(one) for one in self._some(rule, place))
        )

    def _some(self, rule: ExpandedStatement, place: int) -> list[str]:
        """A few resources: what the statement names, taken at its word, and those of the action that nobody has chosen."""
        named = [one.replace("*", "q7z").replace("?", "q") for one in rule.statement.resources or ()]
        made = [resources(one.arn, self.partition, self.region, self.account)[0] for one in self.catalogue.types[place]]
        return [*named, *made, "*"]

    def wide(self, place: int) -> tuple[ExpandedStatement, ...]:
        """The statements by which an action reaches resources that nobody has chosen; none, if it is narrowed.

        An action that knows no resources is not narrowed by any, which is not held against it: none.
        """
        givers = self.givers(place)
        if not givers or not self.catalogue.types[place]:
            return ()
        types, everywhere = self.catalogue.needed(place)
        found = [self._reached(givers, place, one.arn) for one in types]
        if not (all if everywhere else any)(found):
            return ()
        hit = [resource for resources_ in found for resource in resources_]
        return tuple(rule for rule in givers if any(rule.reaches(resource) for resource in hit))

    def _reached(self, givers: Sequence[ExpandedStatement], place: int, arn: str) -> tuple[str, ...]:
        """Of the resources of a kind that nobody has chosen those that are reached, if they are many."""
        bit = 1 << place
        limits = (
            None if self.within is None else [rule for rule in self.within if rule.actions & bit and _is_open(rule)]
        )
        denies = [rule for rule in self.denies if rule.actions & bit]
        key = (
            arn,
            _which(self.allows, givers),
            _which((*(self.within or ()), *self.denies), [*(limits or ()), *denies]),
        )
        known = self._tried.get(key)
        if known is None:
            tried = resources(arn, self.partition, self.region, self.account)
            if limits is None and not denies and any(rule.reaches_all for rule in givers):
                reached = tried
            else:
                start = start_of(tried)
                likely = [rule for rule in givers if rule.may_reach(start)]
                reached = tuple(
                    resource
                    for resource in tried
                    if any(rule.reaches(resource) for rule in likely)
                    and (limits is None or any(rule.reaches(resource) for rule in limits))
                    and not any(rule.reaches(resource) for rule in denies)
                )
            known = self._tried[key] = reached if len(reached) >= WIDE * len(tried) else ()
        return known

    def everywhere(self, rule: ExpandedStatement) -> bool:
        """Whether a statement reaches resources of most kinds, whatever they are called."""
        if rule.narrowed_by:
            return False
        if rule.reaches_all:
            return True
        kinds = [resources(arn, self.partition, self.region, self.account) for arn in SOME_ARNS]
        reached = [sum(map(rule.reaches, tried)) >= WIDE * len(tried) for tried in kinds]
        return 2 * sum(reached) > len(reached)

    def strangers(self) -> list[tuple[ExpandedStatement, str]]:
        """Actions that nobody knows, allowed on resources that nobody has chosen, and the statements that do so."""
        found = []
        for rule in self.allows:
            for pattern in rule.strange:
                service = pattern.partition(":")[0]
                kinds = [
                    f"arn:${{Partition}}:{service}:${{Region}}:${{Account}}:{end}" for end in ("thing/${N}", "${N}")
                ]
                if rule.narrowed_by or any(_denies(deny, pattern) for deny in self.denies):
                    continue
                if self.within is not None and not any(limit.acts_on(pattern) for limit in self.within):
                    continue
                tried = [resources(kind, self.partition, self.region, self.account) for kind in kinds]
                if rule.reaches_all or any(sum(map(rule.reaches, one)) >= WIDE * len(one) for one in tried):
                    found.append((rule, pattern))
        return found


def effective(
    policies: Sequence[PolicyStatement],
    boundary: Sequence[PolicyStatement] | None,
    catalogue: Catalogue,
    place: tuple[str, str, str],
    excused: Sequence[tuple[tuple[str, ...], tuple[str, ...]]] = (),
) -> Effective:
    """Put the statements of a role together.

    `place` is partition, region and account. `excused` are patterns of actions and of resources that are declared to be
    right: a statement loses the actions that are excused on all of its resources.
    """
    denies = tuple(
        rule_of(statement, catalogue)
        for statement in (*policies, *(boundary or ()))
        if not statement.allows and not statement.conditions
    )
    denied = 0
    for rule in denies:
        if rule.reaches_all:
            denied |= rule.actions
    within = None
    left = catalogue.everything & ~denied
    if boundary is not None:
        within = tuple(rule_of(statement, catalogue) for statement in boundary if statement.allows)
        limited = 0
        for rule in within:
            limited |= rule.actions
        left &= limited
    allows = []
    for statement in policies:
        if statement.allows:
            rule = rule_of(statement, catalogue)
            forgiven, names = _excused(rule, excused, catalogue)
            kept = left & ~forgiven
            strange = tuple(one for one in rule.strange if not any(covers(name.lower(), one.lower()) for name in names))
            allows.append(
                ExpandedStatement(statement, rule.actions & kept, rule.by_wildcard & kept, strange, rule.narrowed_by)
            )
    return Effective(catalogue, tuple(allows), within, denies, *place)


def _excused(
    rule: ExpandedStatement, excused: Sequence[tuple[tuple[str, ...], tuple[str, ...]]], catalogue: Catalogue
) -> tuple[Actions, list[str]]:
    actions = 0
    names: list[str] = []
    written = rule.statement.resources or ("*",)
    for patterns, targets in excused:
        if all(any(covers(target, one) for target in targets) for one in written):
            names += patterns
            for pattern in patterns:
                actions |= catalogue.expand(pattern)
    return actions, names


def _denies(rule: ExpandedStatement, pattern: str) -> bool:
    """Whether a denial takes all of a pattern of actions away."""
    if not rule.reaches_all:
        return False
    if rule.statement.actions is not None:
        return any(covers(one.lower(), pattern.lower()) for one in rule.statement.actions)
    return not has_wildcard(pattern) and rule.acts_on(pattern)


def _is_open(rule: ExpandedStatement) -> bool:
    return not rule.narrowed_by


def _which(rules: Sequence[ExpandedStatement], chosen: Sequence[ExpandedStatement]) -> int:
    wanted = {id(rule) for rule in chosen}
    return sum(1 << place for place, rule in enumerate(rules) if id(rule) in wanted)
