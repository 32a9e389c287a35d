"""A role's policies as they were looked up."""

from dataclasses import dataclass
from typing import Any, Literal

Place = Literal["inline", "attached", "boundary"]


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


@dataclass(frozen=True)
class Remark:
    """What IAM Access Analyzer says of a policy."""

    policy: str
    kind: str
    """`ERROR`, `SECURITY_WARNING`, `WARNING` or `SUGGESTION`."""
    issue: str
    """Its code, such as `PASS_ROLE_WITH_STAR_IN_RESOURCE`."""
    link: str


@dataclass(frozen=True)
class Advice:
    """What AWS itself adds, where `advice` of the role asks for it. Not having been able to ask changes no verdict."""

    remarks: tuple[Remark, ...] = ()
    unused: tuple[str, ...] = ()
    """Services that the role may use and has not used for `unused_days`."""
    asked: tuple[str, ...] = ()
    """Which advice was got."""
    silent: tuple[str, ...] = ()
    """Which advice was not got, and why, in a few words each."""

    def describe(self) -> str:
        """What was measured, in a few words; empty, if nothing was asked for."""
        parts = []
        if "access-analyzer" in self.asked:
            parts.append(f"Access Analyzer: {len(self.remarks)} remarks")
        if self.unused:
            parts.append(f"services not used of late: {', '.join(self.unused)}")
        return " · ".join([*parts, *(f"no advice of {one}" for one in self.silent)])
