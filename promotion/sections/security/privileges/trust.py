"""Who may become a role: nobody but the service it is for, or whom the settings name.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html for service principals and external ids,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html for the rest.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from promotion.sections.security.privileges.conditions import Conditions, values_of
from promotion.sections.security.privileges.findings import ExcessPrivilege
from promotion.sections.security.privileges.globs import has_wildcard, is_everything, matcher
from promotion.sections.security.privileges.statements import PolicyStatement

SERVICES: Mapping[str, str] = {
    "function": "lambda",
    "rotation": "lambda",
    "instance": "ec2",
    "codedeploy-lambda": "codedeploy",
    "codedeploy-ec2": "codedeploy",
}
"""Whose role it is, by kind."""

DEPUTIES: Mapping[str, str] = {
    "codebuild": "https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html",
    "fis": "https://docs.aws.amazon.com/resilience-hub/latest/userguide/next-gen-resilience-testing-iam-single-account.html",
    "iot": "https://docs.aws.amazon.com/iot/latest/developerguide/cross-service-confused-deputy-prevention.html",
    "personalize": "https://docs.aws.amazon.com/personalize/latest/dg/cross-service-confused-deputy-prevention.html",
}
"""Services whose documentation wants `aws:SourceAccount` or `aws:SourceArn` in the trust policies of their roles.

For Lambda, EC2 and CodeDeploy it does not: a role is passed to them within its account, and not all of them send the
keys, so that a condition on them may lock the service out.
"""

_BECOMING = ("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML")
_ARN = re.compile(r"arn:[^:]*:[^:]*:[^:]*:(?P<account>\d{12}):(?P<rest>.*)")
_GONE = re.compile(r"A(ID|RO|GP|SI)A[A-Z0-9]{16,}")


@dataclass(frozen=True)
class ExpectedTrust:
    """Who may become a role."""

    kind: str
    principals: tuple[str, ...]
    """Beside the service of the kind: services by their principal, others by ARN or account number."""
    external_id: str | None
    partition: str
    region: str
    account: str

    @property
    def services(self) -> tuple[str, ...]:
        """The principals that the service of the kind goes by."""
        service = SERVICES.get(self.kind)
        if service is None:
            return ()
        ends = ("amazonaws.com", "amazonaws.com.cn") if self.partition == "aws-cn" else ("amazonaws.com",)
        return tuple(name for end in ends for name in (f"{service}.{end}", f"{service}.{self.region}.{end}"))

    @property
    def label(self) -> str:
        """Whom one expects, in words."""
        return " and ".join([*self.services[:1], *self.principals]) or "nobody"


def judge_trust(statements: Sequence[PolicyStatement], expected: ExpectedTrust) -> list[ExcessPrivilege]:
    """Find who else may become the role."""
    denied = {name for one in statements if not one.allows and not one.conditions for name in _names(one)}
    found: list[ExcessPrivilege] = []
    for statement in statements:
        if statement.allows and _is_about_becoming(statement):
            found += _of_statement(statement, expected, denied)
    return found


def _names(statement: PolicyStatement) -> Iterator[tuple[str, str]]:
    if _is_about_becoming(statement):
        for kind, names in (statement.principals or {}).items():
            for name in names:
                yield kind, name


def _is_about_becoming(statement: PolicyStatement) -> bool:
    if statement.actions is not None:
        return any(map(matcher(statement.actions, ignore_case=True), _BECOMING))
    return not all(map(matcher(statement.not_actions or (), ignore_case=True), _BECOMING))


def _of_statement(
    statement: PolicyStatement, expected: ExpectedTrust, denied: set[tuple[str, str]]
) -> Iterator[ExcessPrivilege]:
    def finding(what: str, instead: str) -> ExcessPrivilege:
        return ExcessPrivilege("trust", statement.full_label, what, instead)

    if statement.not_principals is not None:
        yield finding("lets in everybody but a few (NotPrincipal)", f"name {expected.label} as Principal")
        return
    loose = [action for action in statement.actions or ("NotAction",) if has_wildcard(action) or action == "NotAction"]
    if loose:
        yield finding(f"allows {', '.join(loose)}", "allow sts:AssumeRole by name")
    for kind, names in (statement.principals or {}).items():
        for name in names:
            if {(kind, name), ("AWS", "*")} & denied:
                continue
            trouble = _trouble(kind, name, statement.conditions, expected)
            if trouble:
                yield finding(*trouble)


def _trouble(kind: str, name: str, conditions: Conditions, expected: ExpectedTrust) -> tuple[str, str] | None:
    wanted = f"let in {expected.label} alone"
    if kind == "Service":
        if name in expected.services or name in expected.principals:
            return _deputy(name, conditions, expected)
        return f"lets in the service {name}", f"{wanted}, or name it in `principals` of the role"
    if is_everything(name):
        return "lets in anybody in AWS (Principal *)", wanted
    if _GONE.fullmatch(name):
        return f"lets in {name}, a principal that was deleted", f"remove it; {wanted}"
    if kind == "AWS":
        return _account(name, conditions, expected, wanted)
    if name not in expected.principals:
        return f"lets in the identity provider {name}", f"{wanted}, or name it in `principals` of the role"
    return None


def _account(name: str, conditions: Conditions, expected: ExpectedTrust, wanted: str) -> tuple[str, str] | None:
    parsed = _ARN.fullmatch(name)
    account, rest = (parsed["account"], parsed["rest"]) if parsed else (name, "root")
    whole = rest == "root"
    here = account == expected.account
    forms = {name, account} if whole else {name}
    if not forms & set(expected.principals):
        if whole:
            whom = "its own account" if here else f"the foreign account {account}"
            return f"lets in everybody whom {whom} lets assume roles", wanted
        return f"lets in {name}", f"{wanted}, or name it in `principals` of the role"
    if not here:
        given = values_of(conditions, "sts:ExternalId")
        if not given or (expected.external_id is not None and set(given) != {expected.external_id}):
            which = "the external id of the settings" if expected.external_id else "an external id"
            return f"lets in {name} of another account without {which}", "want it with StringEquals on sts:ExternalId"
    return None


def _deputy(name: str, conditions: Conditions, expected: ExpectedTrust) -> tuple[str, str] | None:
    accounts = values_of(conditions, "aws:SourceAccount")
    sources = values_of(conditions, "aws:SourceArn")
    strange = [one for one in accounts if one != expected.account]
    strange += [one for one in sources if (parsed := _ARN.fullmatch(one)) and parsed["account"] != expected.account]
    if strange:
        return f"lets in {name} on behalf of {' and '.join(strange)}", f"name the account {expected.account} there"
    service = name.partition(".")[0]
    if service in DEPUTIES and not accounts and not sources:
        return (
            f"lets in {name} on behalf of whichever account asks it to",
            f"want {expected.account} with StringEquals on aws:SourceAccount, as {DEPUTIES[service]} says",
        )
    return None
