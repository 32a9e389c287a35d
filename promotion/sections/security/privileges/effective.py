"""What a role may do in effect: what its policies allow together, within its boundary, less what is denied.

A denial takes away what its own statement names, where its conditions hold whatever the role does.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from promotion.sections.security.policies.askers import FRESH_ACCOUNT
from promotion.sections.security.policies.globs import covers, has_wildcard
from promotion.sections.security.policies.meeting import meet
from promotion.sections.security.policies.statements import PolicyStatement
from promotion.sections.security.privileges.actions import Actions, Catalogue
from promotion.sections.security.privileges.conditions import Openness, Question
from promotion.sections.security.privileges.probes import SOME_ARNS, WIDE, resources, start_of
from promotion.sections.security.privileges.rule import ExpandedStatement, rule_of

PASS_ROLE = "iam:PassRole"  # noqa: S105 - the name of an action
_ELSEWHERE = {
    "sts:AssumeRole": "arn:${Partition}:iam::" + FRESH_ACCOUNT + ":role/*",
    "s3": "arn:${Partition}:s3:::q7zk*",
}
"""Where actions reach accounts that nobody named: roles of any account, buckets whose names others may begin.

The name of a bucket is its own in all of AWS (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
"""
_VARIABLE = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True, eq=False)
class Effective:
    """All that counts of a role's policies, in an account and region."""

    catalogue: Catalogue
    allows: tuple[ExpandedStatement, ...]
    """Of inline and attached policies. Their `actions` are what is left of them in effect."""
    within: tuple[ExpandedStatement, ...] | None
    """What the boundary allows; None: there is none."""
    denies: tuple[ExpandedStatement, ...]
    """Those of the policies and the boundary that hold in any case."""
    guards: tuple[ExpandedStatement, ...]
    """Those that hold under conditions."""
    openness: Openness
    _tried: dict[tuple[object, ...], tuple[str, ...]] = field(default_factory=dict)

    @property
    def partition(self) -> str:
        """Such as `aws` or `aws-cn`."""
        return self.openness.place[0]

    @property
    def region(self) -> str:
        """Where it is asked."""
        return self.openness.place[1]

    @property
    def account(self) -> str:
        """The role's."""
        return self.openness.place[2]

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

    def question(self, place: int, passes_to: str = "") -> Question:
        """What conditions are asked about an action."""
        passing = passes_to if self.catalogue.names[place] == PASS_ROLE else None
        return Question(passing, creates=self.catalogue.creates(place))

    def given(self, place: int, passes_to: str = "") -> tuple[ExpandedStatement, ...]:
        """The statements by which an action is allowed on anything that it can be done to."""
        question = self.question(place, passes_to)
        return tuple(
            rule
            for rule in self._givers(place)
            if any(self._lets((rule,), one, place, question) for one in self._some(rule, place))
        )

    def _givers(self, place: int) -> tuple[ExpandedStatement, ...]:
        bit = 1 << place
        return tuple(rule for rule in self.allows if rule.actions & bit)

    def _some(self, rule: ExpandedStatement, place: int) -> list[str]:
        """A few resources of the action: what the statement names, and those that nobody has chosen.

        `*` stands for them where the action knows none. What the statement names of other kinds, or in accounts where
        IAM does not do it, has no part in it: an `iam:` action on an ARN of S3, or on one of AWS's own policies.
        """
        types = self.catalogue.types[place]
        if not types:
            return ["*"]
        known = {"Partition": self.partition, "Account": self.account}
        if not self.catalogue.names[place].startswith("iam:"):
            del known["Account"]
        forms = [_VARIABLE.sub("*", _put_in(one.arn, known)) for one in types]
        named = [
            text for pattern in rule.statement.resources or () for form in forms for text in meet(pattern, form)[:1]
        ]
        made = [resources(one.arn, *self.openness.place)[0] for one in types]
        return [*named, *made]

    def wide(self, place: int, passes_to: str = "", on: Sequence[str] = ()) -> tuple[ExpandedStatement, ...]:
        """The statements by which an action reaches resources that nobody has chosen; none, if it is narrowed.

        An action that knows no resources is not narrowed by any, which is not held against it: none. `on` are the types
        of resources that are asked about, if not those that tell how far the action reaches.
        """
        givers = self._givers(place)
        if not givers or not self.catalogue.types[place]:
            return ()
        question = self.question(place, passes_to)
        types, everywhere = self.catalogue.needed(place)
        if on:
            types, everywhere = tuple(one for one in self.catalogue.types[place] if one.name in on), False
        found = [self._reached(givers, place, one.arn, question) for one in types]
        if not (all if everywhere else any)(found):
            return self._elsewhere(givers, place)
        hit = [resource for resources_ in found for resource in resources_]
        return tuple(rule for rule in givers if any(self._lets((rule,), resource, place, question) for resource in hit))

    def letting(self, place: int, resource: str, passes_to: str = "") -> tuple[ExpandedStatement, ...]:
        """The statements by which an action is allowed on one resource."""
        question = self.question(place, passes_to)
        return tuple(rule for rule in self._givers(place) if self._lets((rule,), resource, place, question))

    def _elsewhere(self, givers: Sequence[ExpandedStatement], place: int) -> tuple[ExpandedStatement, ...]:
        """The statements by which an action reaches what strangers have, in accounts of their own."""
        name = self.catalogue.names[place]
        form = _ELSEWHERE.get(name) or _ELSEWHERE.get(name.partition(":")[0])
        if form is None:
            return ()
        form = _put_in(form, {"Partition": self.partition})
        question = Question(foreign=True)
        found = []
        for rule in givers:
            patterns = rule.statement.resources or ("*",)
            strange = [text for pattern in patterns for text in meet(pattern, form)[:1]]
            if any(self._lets((rule,), one, place, question) for one in strange):
                found.append(rule)
        return tuple(found)

    def _lets(self, rules: Sequence[ExpandedStatement], resource: str, place: int, question: Question) -> bool:
        """Whether any of some statements allows an action on a resource, boundary and denials considered."""
        bit = 1 << place
        if any(rule.actions & bit and rule.reaches(resource) for rule in self.denies):
            return False
        against = [rule.statement for rule in self.guards if rule.actions & bit and rule.reaches(resource)]
        limits: list[PolicyStatement | None] = [None]
        if self.within is not None:
            limits = [rule.statement for rule in self.within if rule.actions & bit and rule.reaches(resource)]
        return any(
            self.openness.is_open([one for one in (rule.statement, limit) if one is not None], against, question)
            for rule in rules
            if rule.reaches(resource)
            for limit in limits
        )

    def _reached(
        self, givers: Sequence[ExpandedStatement], place: int, arn: str, question: Question
    ) -> tuple[str, ...]:
        """Of the resources of a kind that nobody has chosen those that are reached, if they are many."""
        bit = 1 << place
        others = (*(self.within or ()), *self.denies, *self.guards)
        key = (arn, question, _which(self.allows, givers), _which(others, [one for one in others if one.actions & bit]))
        known = self._tried.get(key)
        if known is None:
            tried = resources(arn, *self.openness.place)
            start = start_of(tried)
            likely = [rule for rule in givers if rule.may_reach(start)]
            free = self.within is None and not any(rule.actions & bit for rule in (*self.denies, *self.guards))
            if free and any(rule.reaches_all and not rule.statement.conditions for rule in likely):
                reached = tried
            else:
                reached = tuple(one for one in tried if self._lets(likely, one, place, question))
            known = self._tried[key] = reached if len(reached) >= WIDE * len(tried) else ()
        return known

    def everywhere(self, rule: ExpandedStatement) -> bool:
        """Whether a statement reaches resources of most kinds, whatever they are called."""
        if not self.openness.is_open((rule.statement,)):
            return False
        if rule.reaches_all:
            return True
        kinds = [resources(arn, *self.openness.place) for arn in SOME_ARNS]
        reached = [sum(map(rule.reaches, tried)) >= WIDE * len(tried) for tried in kinds]
        return 2 * sum(reached) > len(reached)

    def unguarded(self, rule: ExpandedStatement) -> Actions:
        """The actions of a statement that no denial with conditions takes away in any case."""
        left = rule.actions
        for guard in self.guards:
            if guard.reaches_all and not self.openness.is_open((rule.statement,), (guard.statement,)):
                left &= ~guard.actions
        return left

    def strangers(self) -> list[tuple[ExpandedStatement, str]]:
        """Actions that nobody knows, allowed on resources that nobody has chosen, and the statements that do so."""
        found = []
        for rule in self.allows:
            for pattern in rule.strange:
                service = pattern.partition(":")[0]
                kinds = [
                    f"arn:${{Partition}}:{service}:${{Region}}:${{Account}}:{end}" for end in ("thing/${N}", "${N}")
                ]
                if not self.openness.is_open((rule.statement,)) or any(_denies(deny, pattern) for deny in self.denies):
                    continue
                if self.within is not None and not any(limit.acts_on(pattern) for limit in self.within):
                    continue
                tried = [resources(kind, *self.openness.place) for kind in kinds]
                if rule.reaches_all or any(sum(map(rule.reaches, one)) >= WIDE * len(one) for one in tried):
                    found.append((rule, pattern))
        return found


def effective(
    policies: Sequence[PolicyStatement],
    boundary: Sequence[PolicyStatement] | None,
    openness: Openness,
    excused: Sequence[tuple[tuple[str, ...], tuple[str, ...]]] = (),
) -> Effective:
    """Put the statements of a role together.

    `excused` are patterns of actions and of resources that are declared to be right: a statement loses the actions that
    are excused on all of its resources.
    """
    catalogue = openness.catalogue
    denials = [rule_of(one, catalogue) for one in (*policies, *(boundary or ())) if not one.allows]
    denies = tuple(rule for rule in denials if openness.always(rule.statement))
    denied = 0
    for rule in denies:
        if rule.reaches_all:
            denied |= rule.actions
    within = None
    left = catalogue.everything & ~denied
    if boundary is not None:
        within = tuple(rule_of(one, catalogue) for one in boundary if one.allows and openness.applies(one))
        limited = 0
        for rule in within:
            limited |= rule.actions
        left &= limited
    allows = []
    for statement in policies:
        if statement.allows and openness.applies(statement):
            rule = rule_of(statement, catalogue)
            forgiven, names = _excused(rule, excused, catalogue)
            kept = left & ~forgiven
            strange = tuple(one for one in rule.strange if not any(covers(name.lower(), one.lower()) for name in names))
            allows.append(ExpandedStatement(statement, rule.actions & kept, rule.by_wildcard & kept, strange))
    guards = tuple(rule for rule in denials if rule not in denies)
    return Effective(catalogue, tuple(allows), within, denies, guards, openness)


def _put_in(arn: str, values: dict[str, str]) -> str:
    for variable, value in values.items():
        arn = arn.replace(f"${{{variable}}}", value)
    return arn


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


def _which(rules: Sequence[ExpandedStatement], chosen: Sequence[ExpandedStatement]) -> int:
    wanted = {id(rule) for rule in chosen}
    return sum(1 << place for place, rule in enumerate(rules) if id(rule) in wanted)
