"""Whether the conditions of a role's statements keep it to what somebody has chosen.

A condition narrows if it ties a request to certain resources. Where a request comes from, who makes it, when and by
which protocol does not: the role that has the permission meets these itself. So a statement is tried on resources that
nobody has chosen, with values of its keys that nobody has chosen; what the role itself can choose, it chooses well. It is
open if such a request meets the conditions of the Allow and none of the denials.
Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice, product

from promotion.sections.security.policies.askers import FRESH_ACCOUNT, FRESH_ORG
from promotion.sections.security.policies.decide import condition_holds
from promotion.sections.security.policies.domains import ABSENT, ANYTHING, Domain, Fixed, Free, Moment, mentions
from promotion.sections.security.policies.operators import Values, variables
from promotion.sections.security.policies.search import contexts
from promotion.sections.security.policies.statements import Condition, PolicyStatement
from promotion.sections.security.privileges.actions import Catalogue
from promotion.sections.security.privileges.kinds import Family, families
from promotion.sections.security.privileges.probes import NAMES, WIDE

_RESOURCE_KEYS = frozenset(
    {
        "aws:sourceaccount",
        "aws:sourcearn",
        "cloudwatch:namespace",
        "dynamodb:leadingkeys",
        "ec2:createaction",
        "ec2:managedresourceoperator",
        "ecs:cluster",
        "elasticloadbalancing:createaction",
        "iam:awsservicename",
        "iam:passedtoservice",
        "kms:grantisforawsresource",
        "kms:viaservice",
        "lambda:functionarn",
        "rds:vpc",
        "s3:prefix",
        "s3tables:namespace",
        "secretsmanager:name",
        "secretsmanager:secretid",
        "ssm:sessiondocumentaccesscheck",
    }
)
"""Keys that tie a request to resources, beside those of `Catalogue.resource_keys`."""
_RESOURCE_PREFIXES = ("kms:encryptioncontext:", "s3:existingobjecttag/", "s3:buckettag/", "s3:accesspointtag/")
_RESOURCE_TAG = ("resourcetag/", "vectorbuckettag/")
_NEW_TAGS = ("aws:requesttag/", "aws:tagkeys")
"""Keys that tie what a request makes to tags."""
PASSING = ("iam:passedtoservice", "iam:associatedresourcearn")
"""Keys that say to whom a role is passed, not which role."""
_COMBINED = 24
"""How many combinations of kinds are tried, where conditions name several keys."""


@dataclass(frozen=True)
class Question:
    """What is asked of conditions, beside the policies themselves."""

    passes_to: str | None = None
    """The service that a role is passed to; empty: whichever the role likes; None: it is not about passing roles."""
    creates: bool = False
    """Whether the action makes something, whose tags it may be held to."""
    foreign: bool = False
    """Whether the resource is in an account that nobody named."""


@dataclass(frozen=True, eq=False)
class Openness:
    """Conditions of a role's policies, tried."""

    catalogue: Catalogue
    place: tuple[str, str, str]
    """Partition, region and account."""
    role: str
    """Its ARN; empty: any role of the account."""
    now: datetime
    """From when on requests are made."""
    _known: dict[tuple[object, ...], bool] = field(default_factory=dict)

    def is_open(
        self,
        allows: Sequence[PolicyStatement],
        denies: Sequence[PolicyStatement] = (),
        question: Question = Question(),
    ) -> bool:
        """Whether the conditions of all the Allows hold for what nobody has chosen, and those of no Deny."""
        if not denies and not any(one.conditions for one in allows):
            return True
        key = (*map(id, allows), None, *map(id, denies), question)
        known = self._known.get(key)
        if known is None:
            tests = [test for one in allows for test in one.tests if test.values]
            known = self._known[key] = self._tried(tests, [one.tests for one in denies], question)
        return known

    def applies(self, statement: PolicyStatement) -> bool:
        """Whether the conditions of a statement can hold for the role at all, whatever it asks for."""
        domain = self._known_domain()
        return not statement.conditions or any(True for _ in contexts(statement.tests, [], domain))

    def always(self, statement: PolicyStatement) -> bool:
        """Whether the conditions of a statement hold for the role in any case, whatever it asks for."""
        return all(
            all(condition_holds(test, context, allows=False) for test in statement.tests)
            for context in contexts([], [statement.tests], self._known_domain())
        )

    def _known_domain(self) -> Callable[[str], Domain]:
        fixed = self._fixed(Question())
        return lambda key: fixed.get(key, ANYTHING)

    def bound_to(self, statement: PolicyStatement, key: str) -> tuple[str, ...]:
        """Give the values that a key must have one of; none, if it may have any."""
        found = [test for test in statement.tests if test.key == key]
        if not found or key not in self.narrowing_keys(found):
            return ()
        return tuple(dict.fromkeys(value for test in found for value in test.values))

    def narrowing_keys(self, tests: Sequence[Condition]) -> frozenset[str]:
        """Give the keys, in lower case, of which each narrows by itself."""
        by_key = mentions([test for test in tests if test.values])
        return frozenset(key for key, found in by_key.items() if not self._tried(found, [], Question()))

    def _tried(self, tests: Sequence[Condition], denies: Sequence[Sequence[Condition]], question: Question) -> bool:
        asked = mentions([*tests, *(test for deny in denies for test in deny)])
        strange = {
            key: families(key, [value for one in found for value in one.values], self.catalogue, self.place)
            for key, found in asked.items()
            if self.is_about_resources(key, question)
        }
        return any(
            self._share(tests, denies, dict(zip(strange, chosen, strict=True)), question) >= WIDE
            for chosen in islice(product(*strange.values()), _COMBINED)
        )

    def _share(
        self,
        tests: Sequence[Condition],
        denies: Sequence[Sequence[Condition]],
        strange: Mapping[str, Family],
        question: Question,
    ) -> float:
        """Give the share of what nobody has chosen that a request gets to."""
        fixed = self._fixed(question)
        turns = len(NAMES) if strange else 1
        met = 0
        for turn in range(turns):
            values = {key: family[turn] for key, family in strange.items()}
            if self._meets(tests, denies, values, fixed):
                met += 1
            elif met + turns - turn - 1 < WIDE * turns:
                break
        return met / turns

    @staticmethod
    def _meets(
        tests: Sequence[Condition],
        denies: Sequence[Sequence[Condition]],
        values: Mapping[str, Values | None],
        fixed: Mapping[str, Domain],
    ) -> bool:
        choices = {
            key: _meeting([test for test in tests if test.key == key], key, found) for key, found in values.items()
        }
        if not all(choices.values()):
            return False

        def domain(key: str) -> Domain:
            return Fixed(choices[key]) if key in choices else fixed.get(key, ANYTHING)

        return any(
            not any(all(condition_holds(test, context, allows=False) for test in deny) for deny in denies)
            and all(condition_holds(test, context) for test in tests)
            for context in contexts(tests, denies, domain)
        )

    def is_about_resources(self, key: str, question: Question) -> bool:
        """Whether a key ties a request to resources."""
        if question.passes_to is not None and key in PASSING:
            return False
        if question.creates and key.startswith(_NEW_TAGS):
            return True
        return (
            key in _RESOURCE_KEYS
            or key in self.catalogue.resource_keys
            or key.startswith(_RESOURCE_PREFIXES)
            or any(part in key for part in _RESOURCE_TAG)
        )

    def _fixed(self, question: Question) -> dict[str, Domain]:
        """What is known of the role and of where the resource is."""
        _, _, account = self.place
        where = FRESH_ACCOUNT if question.foreign else account
        found: dict[str, Domain] = {
            "aws:currenttime": Moment(self.now),
            "aws:epochtime": Moment(self.now),
            "aws:principalaccount": Fixed(((account,),)),
            "aws:principaltype": Fixed((("AssumedRole",),)),
            "aws:principalisawsservice": Fixed((("false",),)),
            "aws:username": ABSENT,
            "aws:resourceaccount": Fixed(((where,),)),
            "s3:resourceaccount": Fixed(((where,),)),
            "kms:calleraccount": Fixed(((account,),)),
        }
        if question.foreign:
            found |= {
                "aws:resourceorgid": Fixed(((FRESH_ORG,),)),
                "aws:resourceorgpaths": Free((f"{FRESH_ORG}/*",), absent=False),
            }
        if self.role:
            found["aws:principalarn"] = Fixed(((self.role,),))
        if question.passes_to:
            found["iam:passedtoservice"] = Fixed(((question.passes_to,),))
        elif question.passes_to is not None:
            found["iam:passedtoservice"] = Free(absent=False)
        return found


def _meeting(tests: Sequence[Condition], key: str, value: Values | None) -> tuple[Values | None, ...]:
    """Of a value that nobody has chosen and none at all, give what meets the conditions on a key."""
    plain = [test for test in tests if not any(map(variables, test.values))]
    return tuple(
        one
        for one in dict.fromkeys((value, None))
        if all(condition_holds(test, {} if one is None else {key: one}) for test in plain)
    )
