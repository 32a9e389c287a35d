"""Values of condition keys that nobody has chosen, in the form that values of their kind have.

A pattern that lets such values through narrows nothing: `arn:aws:ec2:*:*:vpc/*` is every VPC, `*.eu-west-1.amazonaws.com`
every service. Which kinds a pattern of an ARN is about, and what ARNs of a kind look like, is taken from the data on
actions (https://docs.aws.amazon.com/service-authorization/latest/reference/), else from the pattern's own grammar
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html).
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from promotion.core.partitions import dns_suffix
from promotion.sections.security.policies.meeting import meet
from promotion.sections.security.policies.operators import Values
from promotion.sections.security.privileges.actions import Catalogue
from promotion.sections.security.privileges.probes import ID_PREFIXES, NAMES, SOME_ARNS, resources

Family = tuple[Values | None, ...]
"""Values of one kind, as many as `NAMES`; None: the key is absent."""

ADMINISTERING = ("AdministratorAccess", "IAMFullAccess", "PowerUserAccess", "job-function/SystemAdministrator")
"""AWS's own policies by which whoever has one gets all the rest, or nearly. Source:
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html"""
_POLICIES = ("iam:policyarn", "iam:permissionsboundary")
_SERVICES = {"kms:viaservice": "{}.{region}.{suffix}", "iam:passedtoservice": "{}.{suffix}"}
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_TAGS = ("tag/", "tagkeys")


def families(
    key: str, patterns: Sequence[str], catalogue: Catalogue, place: tuple[str, str, str]
) -> tuple[Family, ...]:
    """Give the values that a key may have where nobody has chosen it, kind by kind.

    `patterns` are the values that policies name for it, `place` is partition, region and account.
    """
    partition, region, _ = place
    found: list[Family] = []
    if any(part in key for part in _TAGS):
        return (tuple((name,) for name in NAMES),)
    if key in _SERVICES:
        form = _SERVICES[key].replace("{region}", region).replace("{suffix}", dns_suffix(partition))
        return (tuple((form.format(name),) for name in NAMES),)
    if key in _POLICIES:
        found += [_same(f"arn:{partition}:iam::aws:policy/{name}") for name in ADMINISTERING]
    for pattern in patterns:
        if pattern.startswith(("arn:", "*:")):
            found += _arns(pattern, catalogue, place)
        for prefix in ID_PREFIXES:
            if pattern.startswith(prefix):
                found.append(tuple((f"{prefix}{number:017x}",) for number in range(0x5A7, 0x5A7 + len(NAMES))))
    if any(one.lower() in ("true", "false") for one in patterns):
        found.append(_same("false"))
    return (*dict.fromkeys(found), tuple((name,) for name in NAMES))


def _same(value: str) -> Family:
    return ((value,),) * len(NAMES)


@lru_cache(maxsize=1024)
def _arns(pattern: str, catalogue: Catalogue, place: tuple[str, str, str]) -> tuple[Family, ...]:
    """Give ARNs of each kind that a pattern is about at least in part."""
    parts = pattern.split(":", 5)
    service = parts[2] if len(parts) > 2 else "*"
    known = catalogue.kinds.get(service, ()) if not set("*?$") & set(service) else SOME_ARNS
    about = [kind for kind in known if _is_about(parts, kind.split(":", 5))]
    if not about and len(parts) == 6:
        about = [_by_grammar(service, parts[5])]
    return tuple(tuple((arn,) for arn in resources(kind, *place)) for kind in about)


def _is_about(pattern: Sequence[str], kind: Sequence[str]) -> bool:
    """Whether a pattern can match an ARN of a kind: component by component, as ArnLike does."""
    if len(pattern) < 6:
        return True
    return all(meet(one, _VARIABLE.sub("*", other)) for one, other in zip(pattern, kind, strict=True))


def _by_grammar(service: str, rest: str) -> str:
    """Give the kind that a pattern is about by its looks: a word, a separator and names; or a name alone."""
    pieces = re.split(r"([:/])", rest)
    named = [piece if piece in (":", "/") else "${Name}" for piece in pieces]
    if len(pieces) > 1 and not set("*?$") & set(pieces[0]):
        named[0] = pieces[0]
    return f"arn:${{Partition}}:{service}:${{Region}}:${{Account}}:{''.join(named)}"


def texts(found: Sequence[Family]) -> Iterator[str]:
    """All values, for those who look at them one by one."""
    for family in found:
        for values in family:
            yield from values or ()
