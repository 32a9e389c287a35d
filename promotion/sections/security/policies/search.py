"""Whether somebody can make a request that policies allow: looked for, among what the policies tell apart.

A request that is found is allowed by the letter (`decide.evaluate`). That none is found rests on the candidates: of each
key the values at which a condition turns, and one that fits none (`domains`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

from promotion.sections.security.policies.decide import Match as PrincipalMatch
from promotion.sections.security.policies.decide import acts_on, applies, condition_holds, principal_match
from promotion.sections.security.policies.domains import Domain, candidates, mentions
from promotion.sections.security.policies.operators import Values, variables
from promotion.sections.security.policies.requests import Principal, Request
from promotion.sections.security.policies.statements import Condition, PolicyStatement
from promotion.unknown import Reason, Unknown

MOST = 20_000
"""How many combinations of values are tried before it is given up, and unknown."""


@dataclass(frozen=True)
class Asker:
    """Somebody, and what he can put into a request."""

    principal: Principal
    domain: Callable[[str], Domain]
    """Of a condition key, in lower case."""


def find_request(
    allow: PolicyStatement,
    denies: Sequence[PolicyStatement],
    askers: Iterable[Asker],
    actions: Sequence[str],
    resources: Sequence[str],
) -> Request | None:
    """Give a request of one of these askers that a statement allows and no other denies; None if there is none.

    Raises:
        Unknown: there are too many conditions to weigh.

    """
    for asker in askers:
        if principal_match(allow, asker.principal) is PrincipalMatch.NO and _speaks_of_principals(allow):
            continue
        for action in actions:
            if acts_on(allow, action):
                against = [one for one in denies if acts_on(one, action) and _concerns(one, asker.principal)]
                found = _find(allow, against, asker, action, resources)
                if found is not None:
                    return found
    return None


def _speaks_of_principals(statement: PolicyStatement) -> bool:
    return statement.principals is not None or statement.not_principals is not None


def _concerns(statement: PolicyStatement, principal: Principal) -> bool:
    return not _speaks_of_principals(statement) or principal_match(statement, principal) is not PrincipalMatch.NO


def _find(
    allow: PolicyStatement, denies: Sequence[PolicyStatement], asker: Asker, action: str, resources: Sequence[str]
) -> Request | None:
    for context in contexts(allow.tests, [one.tests for one in denies], asker.domain, _patterns(allow, *denies)):
        for resource in resources:
            request = Request(asker.principal, action, resource, context)
            if applies(allow, request) and not any(applies(one, request) for one in denies):
                return request
    return None


def _patterns(*statements: PolicyStatement) -> Iterator[str]:
    for statement in statements:
        yield from statement.resources or statement.not_resources or ()


def contexts(
    allow: Sequence[Condition],
    denies: Sequence[Sequence[Condition]],
    domain: Callable[[str], Domain],
    patterns: Iterable[str] = (),
) -> Iterator[dict[str, Values]]:
    """Give the contexts worth trying: those that meet the conditions of an Allow, each in another way for the denials.

    Raises:
        Unknown: there are too many.

    """
    asked = mentions([*allow, *(one for deny in denies for one in deny)])
    own = mentions(allow)
    put_in = {name for one in asked.values() for test in one for value in test.values for name in variables(value)}
    put_in |= {name for pattern in patterns for name in variables(pattern)}
    turning = {test.key for deny in denies for test in deny} | put_in
    choices: list[list[tuple[str, Values | None]]] = []
    for key in dict.fromkeys([*asked, *sorted(put_in)]):
        tests = [one for one in own.get(key, ()) if not any(map(variables, one.values))]
        fitting = [
            value
            for value in candidates(domain(key), asked.get(key, ()))
            if all(condition_holds(one, {} if value is None else {key: value}) for one in tests)
        ]
        if not fitting:
            return
        choices.append([(key, value) for value in (fitting if key in turning else fitting[:1])])
    combinations = product(*choices)
    for combination in islice(combinations, MOST):
        yield {key: value for key, value in combination if value is not None}
    if next(combinations, None) is not None:
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"a policy has conditions on {len(choices)} keys with more than {MOST:,} combinations of values: check "
            "it manually, or simplify its conditions",
        )
