"""`promotion check-policy`: judge policies on disk as least-privilege judges those of roles, before they are attached."""

# ruff: noqa: T201 - a command prints

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

if TYPE_CHECKING:
    from promotion.sections.security.policies.askers import Place
    from promotion.sections.security.privileges.findings import ExcessPrivilege

CLEAN, FOUND, UNREADABLE = 0, 1, 4
_MADE_UP = "000000000000"
"""The account, where neither an option nor a document names one."""
_WRAPPED = (
    ("PolicyVersion", "Document"),
    ("Role", "AssumeRolePolicyDocument"),
    ("PolicyDocument",),
    ("ResourcePolicy",),
    ("policyText",),
    ("Policy",),
)
"""Where answers of the AWS CLI hold a document: `aws iam get-policy-version`, `aws lambda get-policy` and others."""


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `check-policy`; it sets `run`, which takes the parsed arguments and gives the exit status."""
    from promotion.settings.privileges import RoleKind

    parser = subparsers.add_parser("check-policy", help="judge policy files by the rules of least-privilege")
    parser.add_argument(
        "--kind", required=True, choices=get_args(RoleKind), help="kind of role that the policies are for"
    )
    parser.add_argument(
        "--policy", nargs="+", default=[], metavar="FILE", help="policies of a role, judged together; - is stdin"
    )
    parser.add_argument("--trust", metavar="FILE", help="its trust policy")
    parser.add_argument("--boundary", metavar="FILE", help="its permissions boundary")
    parser.add_argument("--resource-policy", metavar="FILE", help="the policy of a resource; needs --of")
    parser.add_argument("--of", metavar="ARN", help="the resource that --resource-policy is attached to")
    parser.add_argument("--principal", action="append", default=[], metavar="NAME",
                        help="who else may assume the role, or use the resource: as `principals` of a role")  # fmt: skip
    parser.add_argument("--subject", action="append", default=[], metavar="PATTERN", help="as `subjects` of a role")
    parser.add_argument("--external-id", metavar="ID", help="as `external_id` of a role")
    parser.add_argument("--account", metavar="NUMBER", help="the account; by default the one that the documents name")
    parser.add_argument("--region", metavar="REGION", help="the Region; by default that of --of, else eu-west-1")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.set_defaults(run=run)


@dataclass
class Outcome:
    """What came of it."""

    findings: "list[ExcessPrivilege]" = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    """What could not be read or weighed, a sentence each."""
    measured: str = ""

    def gather(self, judge: "Callable[[], Iterable[ExcessPrivilege]]") -> None:
        """Take findings, and an Unknown as something that could not be read."""
        from promotion.unknown import Unknown

        try:
            self.findings += judge()
        except Unknown as doubt:
            self.unreadable.append(doubt.message)

    @property
    def status(self) -> int:
        """The exit status: what could not be read weighs more than what was found."""
        return UNREADABLE if self.unreadable else FOUND if self.findings else CLEAN


def run(asked: argparse.Namespace) -> int:
    """Judge and print. 0 if nothing is found, 1 if something is, 4 if anything could not be read."""
    outcome = Outcome()
    if not (asked.policy or asked.trust or asked.resource_policy):
        outcome.unreadable.append("there is nothing to judge: give --policy, --trust or --resource-policy")
    if bool(asked.resource_policy) != bool(asked.of):
        outcome.unreadable.append(
            "--resource-policy and --of must be given together: the policy, and the ARN of what it is attached to"
        )
    documents = dict(_documents(asked, outcome))
    if not outcome.unreadable:
        _judge(asked, documents, outcome)
    print(json.dumps(_as_json(asked, outcome), indent=2) if asked.json else "\n".join(_as_text(outcome)))
    return outcome.status


def _documents(asked: argparse.Namespace, outcome: Outcome) -> Iterator[tuple[str, Any]]:
    for name in (*asked.policy, asked.trust, asked.boundary, asked.resource_policy):
        if name is not None:
            try:
                text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as trouble:
                outcome.unreadable.append(
                    f"{name} cannot be read: {getattr(trouble, 'strerror', None) or 'it is not UTF-8'}"
                )
                continue
            yield name, _unwrapped(text)


def _unwrapped(text: str) -> str:
    """Take a document out of an answer of the AWS CLI; anything else stays as it is."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    for path in _WRAPPED:
        inner = found
        for key in path:
            inner = inner.get(key) if isinstance(inner, dict) else None
        if isinstance(found, dict) and "Statement" not in found and inner is not None:
            return inner if isinstance(inner, str) else json.dumps(inner)
    return text


def _judge(asked: argparse.Namespace, documents: Mapping[str, str], outcome: Outcome) -> None:
    from promotion.core.partitions import partition_of
    from promotion.sections.security.policies.askers import Place
    from promotion.sections.security.privileges.exposure import Shared, judge_exposure

    account = asked.account or _account_of(asked.of, documents.values())
    region = asked.region or "".join((asked.of or "").split(":")[3:4]) or "eu-west-1"
    partition = asked.of.split(":")[1] if asked.of and asked.of.startswith("arn:") else partition_of(region)
    place = Place(partition, account, region, datetime.now(UTC))
    if asked.policy:
        outcome.gather(lambda: _privileges(asked, documents, place, outcome))
    if asked.trust:
        outcome.gather(lambda: _trust(asked, documents[asked.trust], place))
    if asked.resource_policy:
        if asked.of.count(":") < 5 or not asked.of.startswith("arn:"):
            outcome.unreadable.append(f"--of {asked.of} is not an ARN: give the ARN of the resource")
            return
        shared = [Shared(tuple(asked.principal))] if asked.principal else []
        text = documents[asked.resource_policy]
        outcome.gather(lambda: judge_exposure(asked.resource_policy, text, asked.of, place, shared))


def _privileges(
    asked: argparse.Namespace, documents: Mapping[str, str], place: "Place", outcome: Outcome
) -> "list[ExcessPrivilege]":
    from promotion.sections.security.policies.statements import identity_statements
    from promotion.sections.security.privileges.actions import catalogue
    from promotion.sections.security.privileges.conditions import Openness
    from promotion.sections.security.privileges.effective import effective
    from promotion.sections.security.privileges.rules import find_excess

    statements = [one for name in asked.policy for one in identity_statements(name, documents[name])]
    boundary = identity_statements(asked.boundary, documents[asked.boundary]) if asked.boundary else None
    openness = Openness(catalogue(), (place.partition, place.region, place.account), "", place.now)
    role = effective(statements, boundary, openness)
    outcome.measured = f"{role.allowed.bit_count():,} actions by {len(statements)} statements"
    return find_excess(role, asked.kind)


def _trust(asked: argparse.Namespace, text: str, place: "Place") -> "list[ExcessPrivilege]":
    from promotion.sections.security.policies.statements import trust_statements
    from promotion.sections.security.privileges.trust import ExpectedTrust, judge_trust

    expected = ExpectedTrust(asked.kind, tuple(asked.principal), asked.external_id, place, tuple(asked.subject))
    return judge_trust(trust_statements(asked.trust, text), expected)


def _account_of(arn: str | None, texts: Iterable[str]) -> str:
    """Give the account of the resource, or the only one that ARNs in the documents name."""
    found = set(re.findall(r"arn:[\w-]+:[\w-]*:[\w*-]*:(\d{12}):", arn or ""))
    found = found or {one for text in texts for one in re.findall(r"arn:[\w-]+:[\w-]*:[\w*-]*:(\d{12}):", text)}
    return found.pop() if len(found) == 1 else _MADE_UP


def _as_text(outcome: Outcome) -> Iterator[str]:
    for finding in outcome.findings:
        yield f"{finding.kind}: {finding.label}"
    for sentence in outcome.unreadable:
        yield f"unknown: {sentence}"
    if outcome.status == CLEAN:
        yield " · ".join(part for part in ("nothing allows more than it needs", outcome.measured) if part)


def _as_json(asked: argparse.Namespace, outcome: Outcome) -> dict[str, Any]:
    return {
        "kind": asked.kind,
        "findings": [
            {"kind": one.kind, "where": one.where, "what": one.what, "instead": one.instead} for one in outcome.findings
        ],
        "unknown": outcome.unreadable,
        "measured": outcome.measured,
    }
