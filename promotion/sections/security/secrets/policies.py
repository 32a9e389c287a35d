"""What the resource policy of a secret or the policy of a key says of who may use it. Pure.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html and, for keys,
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#key-policy-default-allow-root-enable-iam
"""

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from promotion.unknown import Reason, Unknown

ANYBODY = "*"
_ARN = re.compile(r"arn:[\w-]+:(?:iam|sts)::(\d{12}):(.+)")
_NARROWING = frozenset(
    {
        "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount",
        "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourcevpc", "aws:sourcevpce",
        "aws:sourcevpcarn", "aws:userid", "kms:calleraccount",
    }
)  # fmt: skip
"""Condition keys by which a policy is not public, as IAM Access Analyzer and Secrets Manager see it."""


def statements(policy: str, whose: str) -> list[dict[str, Any]]:
    """Give the statements of a policy. Raises Unknown where it cannot be read."""
    if not policy:
        return []
    try:
        found = json.loads(policy)["Statement"]
    except (ValueError, KeyError, TypeError):
        raise Unknown(Reason.MALFORMED, f"the policy of {whose} is none that can be read: look at it by hand") from None
    read = found if isinstance(found, list) else [found]
    if not all(isinstance(one, dict) for one in read):
        raise Unknown(Reason.MALFORMED, f"the policy of {whose} is none that can be read: look at it by hand")
    return read


def strangers(policy: str, whose: str, account: str) -> Iterator[str]:
    """Give everybody outside of an account whom a policy lets in: `*` for anybody, or an account's number."""
    for statement in statements(policy, whose):
        if statement.get("Effect") != "Allow" or _narrowed(statement):
            continue
        if "NotPrincipal" in statement:
            yield ANYBODY
        for principal in _principals(statement):
            here = _account_of(principal)
            if here is None or here != account:
                yield here or ANYBODY


def grants(policy: str, whose: str, role: str, action: str) -> bool:
    """Whether a policy lets a role do something by name, whatever its own policies say. Conditions count as held."""
    return any(
        one.get("Effect") == "Allow" and _speaks_of(one, action) and role in _principals(one)
        for one in statements(policy, whose)
    )


def delegates(policy: str, whose: str, account: str, action: str) -> bool:
    """Whether the policy of a key leaves it to the account's own policies who may do something."""
    own = (account, f"arn:aws:iam::{account}:root")
    return any(
        one.get("Effect") == "Allow"
        and _speaks_of(one, action)
        and any(principal in own or (principal.startswith("arn:") and principal.endswith(f":iam::{account}:root")) or
                (principal == ANYBODY and _narrowed(one)) for principal in _principals(one))
        for one in statements(policy, whose)
    )  # fmt: skip


def denies(policy: str, whose: str, role: str, action: str) -> bool:
    """Whether a policy keeps a role from something, in any case: what holds on conditions is not counted."""
    account = _account_of(role)
    hit = {ANYBODY, role, account, f"arn:aws:iam::{account}:root"}
    for one in statements(policy, whose):
        if one.get("Effect") != "Deny" or one.get("Condition") or not _speaks_of(one, action):
            continue
        if "NotPrincipal" in one:
            if not hit & set(_listed(one["NotPrincipal"])):
                return True
        elif hit & set(_principals(one)):
            return True
    return False


def _narrowed(statement: Mapping[str, Any]) -> bool:
    """Whether the conditions of a statement keep anybody out: a known key with known values, compared positively."""
    for operator, keys in (statement.get("Condition") or {}).items():
        plain = operator.lower().removeprefix("foranyvalue:").removeprefix("forallvalues:")
        if "not" in plain or plain.endswith("ifexists") or not plain.startswith(("string", "arn")):
            continue
        for key, values in keys.items():
            listed = values if isinstance(values, list) else [values]
            if key.lower() in _NARROWING and listed and not any(_is_open(str(value)) for value in listed):
                return True
    return False


def _is_open(value: str) -> bool:
    """Whether a value fits anything: `*`, or an ARN without an account."""
    if not value.strip("*?"):
        return True
    parts = value.split(":")
    return value.startswith("arn:") and (len(parts) < 5 or parts[4] in ("*", ""))


def _speaks_of(statement: Mapping[str, Any], action: str) -> bool:
    def among(wanted: Any) -> bool:
        patterns = wanted if isinstance(wanted, list) else [wanted]
        return any(fnmatchcase(action.lower(), str(one).lower().replace("[", "[[]")) for one in patterns)

    if "NotAction" in statement:
        return not among(statement["NotAction"])
    return among(statement.get("Action", ()))


def _principals(statement: Mapping[str, Any]) -> list[str]:
    return _listed(statement.get("Principal"))


def _listed(principal: Any) -> list[str]:
    """Give the AWS principals; services and federations cannot read a secret on their own behalf."""
    told = principal.get("AWS", ()) if isinstance(principal, dict) else principal or ()
    return [str(one) for one in (told if isinstance(told, list | tuple) else [told])]


def _account_of(principal: str) -> str | None:
    if re.fullmatch(r"\d{12}", principal):
        return principal
    found = _ARN.fullmatch(principal)
    return found[1] if found else None
