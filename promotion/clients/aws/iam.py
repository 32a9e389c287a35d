"""IAM: roles and their policies, and when services were last used. The readers do I/O."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from promotion.clients.aws.account import Account
from promotion.unknown import Reason, Unknown

Place = Literal["inline", "attached", "boundary"]
_PATIENCE = 20
"""Seconds that IAM may take to put together when services were last used."""


@dataclass(frozen=True)
class PolicyDocument:
    """One policy, in the version that is in force."""

    name: str
    place: Place
    document: dict[str, Any] | str
    """As JSON; the text itself where it is none."""
    arn: str | None = None
    """Of a managed policy."""
    version: str | None = None
    """Of a managed policy: `v3`."""

    @property
    def label(self) -> str:
        """How a message names it."""
        return {
            "inline": f"inline policy {self.name!r}",
            "attached": f"attached policy {self.name!r}",
            "boundary": f"permissions boundary {self.name!r}",
        }[self.place]


@dataclass(frozen=True)
class RolePolicies:
    """A role: who may become it, and what it may do then."""

    name: str
    arn: str
    trust: dict[str, Any] | str
    """The trust policy as JSON; the text itself where it is none."""
    policies: tuple[PolicyDocument, ...]
    """Inline and attached ones."""
    boundary: PolicyDocument | None = None

    @property
    def partition(self) -> str:
        """Where its account is: `aws`, `aws-cn` or another."""
        return self.arn.split(":")[1]

    @property
    def account(self) -> str:
        """Its account's number."""
        return self.arn.split(":")[4]


def role_policies(account: Account, name: str) -> RolePolicies:
    """Read a role's trust policy, its boundary, and all of its policies in the versions that are in force."""
    iam = account.client("iam")
    found = iam.get_role(RoleName=name)["Role"]
    inline = [
        PolicyDocument(one, "inline", iam.get_role_policy(RoleName=name, PolicyName=one)["PolicyDocument"])
        for one in _pages(iam.list_role_policies, "PolicyNames", name)
    ]
    attached = [
        _managed(iam, one["PolicyArn"], "attached")
        for one in _pages(iam.list_attached_role_policies, "AttachedPolicies", name)
    ]
    limit = found.get("PermissionsBoundary")
    return RolePolicies(
        name=found["RoleName"],
        arn=found["Arn"],
        trust=found["AssumeRolePolicyDocument"],
        policies=(*inline, *attached),
        boundary=_managed(iam, limit["PermissionsBoundaryArn"], "boundary") if limit else None,
    )


def existing_role(account: Account, name: str) -> RolePolicies | None:
    """Read a role as `role_policies` does; None if there is no such role."""
    try:
        return role_policies(account, name)
    except account.client("iam").exceptions.NoSuchEntityException:
        return None


def role_arns(account: Account) -> Iterator[str]:
    """Give the ARN of every role of the account, page by page."""
    for page in account.client("iam").get_paginator("list_roles").paginate():
        yield from (one["Arn"] for one in page["Roles"])


def trust_policy(account: Account, name: str) -> Mapping[str, Any] | None:
    """Give the trust policy of a role; None if there is no such role."""
    iam = account.client("iam")
    try:
        document: Mapping[str, Any] = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    except iam.exceptions.NoSuchEntityException:
        return None
    return document


def profile_roles(account: Account, profile: str) -> tuple[str, ...]:
    """Give the ARNs of the roles in an instance profile, which is named by its ARN."""
    name = profile.rpartition("/")[2]
    told = account.client("iam").get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    return tuple(role["Arn"] for role in told["Roles"])


def last_accessed(account: Account, arn: str) -> Iterator[Mapping[str, Any]]:
    """Give each service that a role may use, and when it used it last, as IAM counts it.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetails.html. Raises Unknown, timeout and
    no-data, where IAM does not put it together.
    """
    iam = account.client("iam")
    job = iam.generate_service_last_accessed_details(Arn=arn)["JobId"]
    last = time.monotonic() + _PATIENCE
    while (page := iam.get_service_last_accessed_details(JobId=job))["JobStatus"] == "IN_PROGRESS":
        if time.monotonic() > last:
            raise Unknown(Reason.TIMEOUT, f"IAM did not report within {_PATIENCE} s when services were last used")
        time.sleep(0.5)
    if page["JobStatus"] != "COMPLETED":
        raise Unknown(Reason.NO_DATA, "IAM could not report when services were last used")
    while True:
        yield from page["ServicesLastAccessed"]
        if not page.get("IsTruncated"):
            return
        page = iam.get_service_last_accessed_details(JobId=job, Marker=page["Marker"])


def _pages(operation: Any, key: str, role: str) -> Iterator[Any]:
    marker: dict[str, str] = {}
    while True:
        page = operation(RoleName=role, **marker)
        yield from page[key]
        if not page.get("IsTruncated"):
            return
        # Not botocore's paginator: it takes a page that says there are more, and does not say where, for the last one.
        if not page.get("Marker") or page["Marker"] == marker.get("Marker"):
            raise Unknown(
                Reason.TRUNCATED,
                f"IAM says that {role} has more {key}, but gives no marker for them: run again",
            )
        marker = {"Marker": page["Marker"]}


def _managed(iam: Any, arn: str, place: Place) -> PolicyDocument:
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    version = policy["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return PolicyDocument(policy["PolicyName"], place, document, arn, version)
