"""A role's policies as they were looked up."""

from dataclasses import dataclass


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
            parts.append(f"services not used recently: {', '.join(self.unused)}")
        return " · ".join([*parts, *(f"no answer of {one}" for one in self.silent)])
