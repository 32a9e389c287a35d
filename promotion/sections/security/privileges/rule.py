"""A statement of a policy, with its actions counted out and its resources ready to be matched."""

from dataclasses import dataclass
from functools import cached_property

from promotion.sections.security.policies.globs import GlobMatcher, has_wildcard, is_everything, matcher, matches
from promotion.sections.security.policies.meeting import meet
from promotion.sections.security.policies.statements import PolicyStatement
from promotion.sections.security.privileges.actions import Actions, Catalogue


@dataclass(frozen=True, eq=False)
class ExpandedStatement:
    """A statement with its actions counted out."""

    statement: PolicyStatement
    actions: Actions
    by_wildcard: Actions
    """Those of `actions` that no pattern names in full."""
    strange: tuple[str, ...]
    """Patterns of actions that nobody knows."""

    def acts_on(self, action: str) -> bool:
        """Whether the statement is about an action, known or not."""
        if self.statement.actions is not None:
            return matches(self.statement.actions, action, ignore_case=True)
        return not matches(self.statement.not_actions or (), action, ignore_case=True)

    def reaches(self, resource: str) -> bool:
        """Whether it is about a resource."""
        if self.statement.resources is not None:
            return self._reached(resource)
        return not self._reached(resource)

    def meets(self, form: str) -> bool:
        """Whether it is about any resource of a form, as in `meeting`."""
        if self.statement.resources is None:
            return True
        return any(meet(pattern, form) for pattern in self.statement.resources)

    def may_reach(self, start: str) -> bool:
        """Whether it can be about a resource whose ARN begins so."""
        return self.statement.resources is None or self._reached.may_match(start)

    @cached_property
    def _reached(self) -> GlobMatcher:
        return matcher(self.statement.resources or self.statement.not_resources or ())

    @cached_property
    def reaches_all(self) -> bool:
        """Whether it is about every resource, by its looks."""
        return any(is_everything(pattern) for pattern in self.statement.resources or ())

    @property
    def told_resource(self) -> str:
        """The resources as they are written."""
        if self.statement.resources is not None:
            shown = self.statement.resources[:2]
            rest = len(self.statement.resources) - len(shown)
            return " and ".join(shown) + (f" and {rest} more" if rest else "")
        return f"everything but {' and '.join(self.statement.not_resources or ())}"


def rule_of(statement: PolicyStatement, catalogue: Catalogue) -> ExpandedStatement:
    """Count out the actions of a statement."""
    if statement.actions is None:
        spared = 0
        for pattern in statement.not_actions or ():
            spared |= catalogue.expand(pattern)
        actions = by_wildcard = catalogue.everything & ~spared
        strange: tuple[str, ...] = ()
    else:
        actions, named = 0, 0
        unknown: list[str] = []
        for pattern in statement.actions:
            found = catalogue.expand(pattern)
            actions |= found
            if not has_wildcard(pattern):
                named |= found
            if not found:
                unknown.append(pattern)
        by_wildcard, strange = actions & ~named, tuple(unknown)
    return ExpandedStatement(statement, actions, by_wildcard, strange)
