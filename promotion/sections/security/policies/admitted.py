"""Whom the policy of a resource lets in: anybody, an organisation, an account, a principal, a service and for whom.

Each statement that allows is tried with requests of every such class, against all statements that deny. What it comes
to is the narrowest class that tells it: who lets in anybody is not said to let in an account as well.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from promotion.sections.security.policies import askers
from promotion.sections.security.policies.askers import OWN_ORG, Place
from promotion.sections.security.policies.decide import acts_on
from promotion.sections.security.policies.domains import ANYTHING
from promotion.sections.security.policies.globs import has_wildcard
from promotion.sections.security.policies.meeting import meet
from promotion.sections.security.policies.requests import Principal, Request
from promotion.sections.security.policies.search import Asker, find_request
from promotion.sections.security.policies.statements import PolicyStatement

Class = Literal["anybody", "organisation", "account", "principal", "service", "canonical"]


@dataclass(frozen=True)
class Resource:
    """The resource that a policy is attached to, in the forms a request may name it."""

    service: str
    """As in its actions: `s3`."""
    arns: tuple[str, ...]
    """Its own ARN first; then such as that of an object in the bucket."""
    actions: tuple[str, ...]
    """Actions to try where a statement has a wildcard or NotAction: the ones that matter, the gravest first."""


@dataclass(frozen=True)
class Admission:
    """Somebody whom a statement lets in, and a request of his that it allows."""

    statement: PolicyStatement
    who: Class
    name: str
    """An organisation, an account's number, a principal's ARN, or a service; empty for anybody."""
    behalf: str
    """Of a service: the account it acts for, or `*` for whichever asks it to."""
    request: Request

    def describe(self) -> str:
        """Say who it is."""
        match self.who:
            case "anybody":
                return "anybody in AWS"
            case "organisation":
                return "everybody in its own organisation" if self.name == OWN_ORG else f"everybody in {self.name}"
            case "account":
                return f"account {self.name}"
            case "service":
                called = self.name or "any service of AWS"
                return f"{called} on behalf of {'whichever account asks it to' if self.behalf == '*' else self.behalf}"
            case _:
                return self.name


class _Tried(Protocol):
    """Try whether somebody of a class is let in."""

    def __call__(self, who: Class, name: str, those: Iterable[Asker], behalf: str = "") -> Iterator[Admission]: ...


def find_admissions(statements: Sequence[PolicyStatement], place: Place, resource: Resource) -> list[Admission]:
    """Find whom a policy lets in from outside of the account of the resource, or a service on behalf of others.

    Raises:
        Unknown: there are too many conditions to weigh.

    """
    denies = [one for one in statements if not one.allows]
    texts = list(texts_of(statements))
    found: list[Admission] = []
    for statement in statements:
        if statement.allows:
            found += _admitted_by(statement, denies, place, resource, texts)
    return found


def _admitted_by(
    allow: PolicyStatement, denies: Sequence[PolicyStatement], place: Place, resource: Resource, texts: Sequence[str]
) -> Iterator[Admission]:
    actions = tuple(concrete_actions(allow, resource))

    def tried(who: Class, name: str, those: Iterable[Asker], behalf: str = "") -> Iterator[Admission]:
        request = find_request(allow, denies, those, actions, resource.arns)
        if request is not None:
            yield Admission(allow, who, name, behalf, request)

    anybody = list(tried("anybody", "", strangers(place, texts)))
    yield from anybody
    yield from _services(allow, place, texts, tried, anybody=bool(anybody))
    if anybody:
        return
    organisations = [*askers.organisations_in(texts), OWN_ORG]
    for organisation in organisations:
        yield from tried(
            "organisation", organisation, askers.members(place, askers.FRESH_ACCOUNT, organisation, named=True)
        )
    orgs = [None, *organisations]
    whole: set[str] = set()
    for account in askers.accounts_in(texts):
        if account != place.account:
            those = (one for organisation in orgs for one in askers.members(place, account, organisation))
            for admission in tried("account", account, those):
                whole.add(account)
                yield admission
    for arn in principals_in(texts):
        if arn.split(":")[4] not in {place.account, *whole}:
            those = (one for organisation in orgs for one in askers.named(place, arn, organisation))
            yield from tried("principal", arn, those)
    for name in (allow.principals or {}).get("CanonicalUser", ()):
        yield from tried("canonical", name, [Asker(Principal("canonical", name=name), lambda _: ANYTHING)])


def strangers(place: Place, texts: Sequence[str]) -> Iterator[Asker]:
    """Whoever is nobody that these texts name, without a signature or with that of an account of his own."""
    yield from askers.anonymous(place)
    for account in askers.strange_accounts(texts):
        for organisation in (None, *askers.strange_organisations(texts)):
            yield from askers.members(place, account, organisation, named=True)


def _services(
    allow: PolicyStatement, place: Place, texts: Sequence[str], tried: "_Tried", *, anybody: bool
) -> Iterator[Admission]:
    names = [*(allow.principals or {}).get("Service", ())]
    if not anybody and ("*" in (allow.principals or {}).get("AWS", ()) or allow.not_principals is not None):
        names += ["", *(text for text in texts if text.endswith((".amazonaws.com", ".amazonaws.com.cn")))]
    for name in dict.fromkeys(names):
        written = name or "q7zk.amazonaws.com"
        unbound = [
            one
            for account in askers.strange_accounts(texts)
            for organisation in askers.strange_organisations(texts)
            for one in askers.service(place, written, account, organisation)
        ]
        open_to_all = list(tried("service", name, unbound, behalf="*"))
        yield from open_to_all
        for account in [] if open_to_all else askers.accounts_in(texts):
            if account != place.account:
                yield from tried("service", name, askers.service(place, written, account), behalf=account)


def concrete_actions(allow: PolicyStatement, resource: Resource) -> Iterator[str]:
    """Give actions of the resource's service that a statement allows: the ones that matter, those named, and any other."""
    seen: set[str] = set()
    others = [one for one in allow.actions or () if not has_wildcard(one)]
    wild = [f"{resource.service}:q7zk"] if allow.actions is None else []
    wild += [
        text for one in allow.actions or () if has_wildcard(one) for text in meet(one, f"{resource.service}:*")[:1]
    ]
    for action in (*resource.actions, *others, *wild):
        mine = action.partition(":")[0].lower() == resource.service
        if mine and action.lower() not in seen and acts_on(allow, action):
            seen.add(action.lower())
            yield action


def texts_of(statements: Iterable[PolicyStatement]) -> Iterator[str]:
    """Give the names of principals and the values of conditions in statements."""
    for statement in statements:
        for names in (statement.principals or {}, statement.not_principals or {}):
            yield from (text for listed in names.values() for text in listed)
        for condition in statement.tests:
            yield from condition.values


def principals_in(texts: Iterable[str]) -> list[str]:
    """Give the roles and users, and sessions of roles, that texts name in full."""
    found = [
        text
        for text in texts
        if text.startswith("arn:") and text.count(":") >= 5 and text.split(":")[2] in ("iam", "sts")
        and text.split(":", 5)[5].partition("/")[0] in ("role", "user", "assumed-role", "federated-user")
        and not has_wildcard(text)
    ]  # fmt: skip
    return list(dict.fromkeys(found))
