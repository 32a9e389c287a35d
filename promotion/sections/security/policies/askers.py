"""Who may ask: strangers, accounts, members of an organisation, services on behalf of somebody.

With each goes what it can put into a request. What a key holds and when it is there:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from promotion.sections.security.policies.domains import ABSENT, ANYTHING, Address, Domain, Fixed, Free, Moment
from promotion.sections.security.policies.meeting import meet
from promotion.sections.security.policies.operators import Values
from promotion.sections.security.policies.requests import Principal, PrincipalKind
from promotion.sections.security.policies.search import Asker

FRESH_ACCOUNT = "210987654329"
FRESH_ORG = "o-q7zk0x4w9v"
OWN_ORG = "o-own0own0own"
"""Stands for the organisation of the resource's account, whose id is in no policy that is looked at."""
_ORG = re.compile(r"o-[a-z0-9]+")
_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")
_ID = "{!}"
_NAMES: Mapping[PrincipalKind, tuple[str, ...]] = {
    "role": (f"role/{_ID}", f"role/*/{_ID}"),
    "user": (f"user/{_ID}", f"user/*/{_ID}"),
    "root": ("root",),
}
"""The names of principals that no policy names in full: a wildcard has a hand in them."""
_ANY_NAMES: Mapping[PrincipalKind, tuple[str, ...]] = {"role": ("role/*",), "user": ("user/*",), "root": ("root",)}


_OWN = tuple(
    f"aws:{key}"
    for key in (
        *("principalorgid", "principalorgpaths", "userid", "sourceip", "vpcsourceip", "sourcevpc", "sourcevpce"),
        *("sourcevpcarn", "vpceaccount", "vpceorgid", "vpceorgpaths"),
    )
)
"""What a role that one knows meets by itself: its organisation, its session and the network that it calls from."""


@dataclass(frozen=True)
class Place:
    """Where a resource or role is: whose requests are foreign is seen from there."""

    partition: str
    account: str
    region: str
    now: datetime
    resource: Mapping[str, Values] = field(default_factory=dict)
    """Keys that tell of the resource itself, such as its tags; in lower case."""

    def arn(self, service: str, rest: str, *, account: str | None = None, region: str = "") -> str:
        """Write an ARN of the partition."""
        return f"arn:{self.partition}:{service}:{region}:{self.account if account is None else account}:{rest}"


def anonymous(place: Place) -> Iterator[Asker]:
    """Nobody in particular: a request without a signature."""
    keys: dict[str, Domain] = {
        "aws:principalaccount": Fixed((("anonymous",), None)),
        "aws:principaltype": Fixed((("Anonymous",),)),
        "aws:userid": Fixed((("anonymous",),)),
        "kms:calleraccount": Fixed((("anonymous",), None)),
        **_absent("principalarn principalorgid principalorgpaths username"),
        "aws:principalisawsservice": Fixed((("false",),)),
    }
    yield Asker(Principal("anonymous"), _domain(place, {**_outside(place, FRESH_ACCOUNT), **keys}))


def members(place: Place, account: str, organisation: str | None, *, named: bool = False) -> Iterator[Asker]:
    """Roles and users of an account that no policy names, and its root.

    `named`: called as they like, for who has an account to himself gives them whatever name is asked for.
    """
    for kind, names in (_ANY_NAMES if named else _NAMES).items():
        arn = meet("*", place.arn("iam", names[0], account=account))[0]
        principal = Principal(kind, account, arn)
        yield Asker(principal, _domain(place, _signed(place, principal, organisation, names)))


def named(place: Place, arn: str, organisation: str | None, *, known: bool = False) -> Iterator[Asker]:
    """One role or user, by its ARN. `known`: whatever else is asked of it is taken to be so, its organisation too."""
    account, kind = arn.split(":")[4], arn.split(":", 5)[5].partition("/")[0]
    principal = Principal("user" if kind == "user" else "role", account, arn)
    if kind == "assumed-role":
        role = arn.split("/")[1]
        principal = Principal("role", account, place.arn("iam", f"role/{role}", account=account), session=arn)
    keys = _signed(place, principal, organisation)
    if known:
        keys |= dict.fromkeys(_OWN, ANYTHING)
    yield Asker(principal, _domain(place, keys))


def service(place: Place, name: str, account: str, organisation: str | None = FRESH_ORG) -> Iterator[Asker]:
    """A service of AWS that acts on behalf of an account.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention
    """
    forms = (f"arn:{place.partition}:{{-}}:{{-}}:{account}:*", f"arn:{place.partition}:s3:::{_ID}")
    keys: dict[str, Domain] = {
        **_outside(place, account),
        "aws:sourceaccount": Fixed(((account,), None)),
        "aws:sourcearn": Free(forms),
        "aws:sourceowner": Fixed(((account,), None)),
        "aws:sourceorgid": Fixed(((organisation,) if organisation else None, None)),
        "aws:sourceorgpaths": Free((f"{organisation}/*",)) if organisation else ABSENT,
        "aws:principalisawsservice": Fixed((("true",),)),
        "aws:principalservicename": Fixed(((name,),)),
        "aws:principalservicenameslist": Fixed(((name,),)),
        "aws:principaltype": Fixed((("AWSService",), None)),
        **_absent("principalaccount principalarn principalorgid principalorgpaths userid username"),
        **_absent("sourcevpc sourcevpce sourcevpcarn vpcsourceip"),
        "aws:sourceip": Address(),
        "kms:calleraccount": ABSENT,
        "kms:encryptioncontext:": Free((f"arn:{place.partition}:{{-}}:{{-}}:{account}:*", _ID)),
    }  # fmt: skip
    yield Asker(Principal("service", name=name), _domain(place, keys))


def _signed(
    place: Place, principal: Principal, organisation: str | None, names: Sequence[str] = ()
) -> dict[str, Domain]:
    """What a request holds that a principal of an account signs."""
    account = principal.account
    arns: Domain = Fixed(((principal.arn,),))
    if names:
        arns = Free(tuple(place.arn("iam", one, account=account) for one in names), absent=False)
    ids = {"role": "AROAQ7ZKQ7ZKQ7ZKQ7ZKQ:*", "user": "AIDAQ7ZKQ7ZKQ7ZKQ7ZKQ", "root": account}
    kinds = {"role": ("AssumedRole",), "user": ("User",), "root": ("Account",)}
    return {
        **_outside(place, account),
        "aws:principalaccount": Fixed(((account,),)),
        "aws:principalarn": arns,
        "aws:principalorgid": Fixed(((organisation,),)) if organisation else ABSENT,
        "aws:principalorgpaths": Free((f"{organisation}/*",), absent=False) if organisation else ABSENT,
        "aws:principaltype": Fixed((kinds.get(principal.kind, ("AssumedRole",)),)),
        "aws:principalisawsservice": Fixed((("false",),)),
        "aws:userid": Free((ids.get(principal.kind, ids["role"]),), absent=False),
        "aws:username": ANYTHING if principal.kind == "user" else ABSENT,
        "aws:vpceaccount": Fixed(((account,), None)),
        "aws:vpceorgid": Fixed(((organisation,) if organisation else None, None)),
        "aws:vpceorgpaths": Free((f"{organisation}/*",)) if organisation else ABSENT,
        "kms:calleraccount": Fixed(((account,),)),
    }


def _outside(place: Place, account: str) -> dict[str, Domain]:
    """What nobody who is not a service can put into a request, and what is assigned to him."""
    return {
        **_absent("sourcearn sourceaccount sourceorgid sourceorgpaths principalservicename principalservicenameslist"),
        "aws:sourceowner": Fixed(((account,), None)),
        "aws:sourceip": Address(),
        "aws:sourcevpc": Free((f"vpc-{_ID}",)),
        "aws:sourcevpce": Free((f"vpce-{_ID}",)),
        "s3:dataaccesspointaccount": Fixed(((account,), None)),
        "s3:dataaccesspointarn": Free((f"arn:{place.partition}:s3:{{-}}:{account}:accesspoint/*",)),
        "s3express:dataaccesspointarn": Free((f"arn:{place.partition}:s3express:{{-}}:{account}:accesspoint/*",)),
        "aws:sourcevpcarn": Free((f"arn:{{-}}:ec2:{{-}}:{account}:vpc/*",)),
    }  # fmt: skip


def _absent(names: str) -> dict[str, Domain]:
    """Global keys that a request does not have."""
    return {f"aws:{name}": ABSENT for name in names.split()}


def _domain(place: Place, keys: Mapping[str, Domain]) -> Callable[[str], Domain]:
    fixed: dict[str, Domain] = {
        "aws:currenttime": Moment(place.now),
        "aws:epochtime": Moment(place.now),
        "aws:resourceaccount": Fixed(((place.account,),)),
        "s3:resourceaccount": Fixed(((place.account,),)),
        "aws:resourceorgid": Fixed(((OWN_ORG,),)),
        "aws:resourceorgpaths": Free((f"{OWN_ORG}/*",), absent=False),
        **{key: Fixed((values,)) for key, values in place.resource.items()},
        **keys,
    }
    prefixes = tuple(key for key in fixed if key.endswith((":", "/")))

    def domain(key: str) -> Domain:
        found = fixed.get(key)
        if found is None:
            found = next((fixed[one] for one in prefixes if key.startswith(one)), ANYTHING)
        return found

    return domain


def with_keys(asker: Asker, keys: Mapping[str, Domain]) -> Asker:
    """Say more of what somebody can put into a request."""

    def domain(key: str) -> Domain:
        return keys[key] if key in keys else asker.domain(key)

    return replace(asker, domain=domain)


def strange_accounts(texts: Iterable[str]) -> list[str]:
    """Give numbers of accounts that no text names: one that none has anything of, and one for each wildcard."""
    found = [FRESH_ACCOUNT]
    for text in texts:
        parts = text.split(":")
        for part in (parts[4] if len(parts) > 5 else "", text if len(parts) == 1 else ""):
            if set("*?") & set(part) and not part.strip("*?0123456789"):
                found += _numbers(part)
    return list(dict.fromkeys(found))


def _numbers(pattern: str) -> Iterator[str]:
    """Give a number of twelve digits that fits a pattern in which a wildcard stands."""
    digits = len(pattern.replace("*", ""))
    if digits <= 12:
        head, _, tail = pattern.partition("*")
        middle = "9" * (12 - digits) if "*" in pattern else ""
        number = f"{head}{middle}{tail.replace('*', '')}".replace("?", "7")
        if len(number) == 12:
            yield number


def strange_organisations(texts: Iterable[str]) -> list[str]:
    """Give ids of organisations that no text names in full."""
    found = [FRESH_ORG]
    for text in texts:
        first = text.partition("/")[0]
        if set("*?") & set(first):
            found += meet(first, "o-{!}")[:1]
    return list(dict.fromkeys(found))


def accounts_in(texts: Iterable[str]) -> list[str]:
    """Give the numbers of accounts that texts name."""
    return list(dict.fromkeys(number for text in texts for number in _NUMBER.findall(text)))


def organisations_in(texts: Iterable[str]) -> list[str]:
    """Give the organisations that texts name."""
    found = (text.partition("/")[0] for text in texts)
    return list(dict.fromkeys(text for text in found if _ORG.fullmatch(text)))
