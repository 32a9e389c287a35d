"""The roles that must be able to do little."""

from typing import Literal, Self

from pydantic import Field, model_validator

from promotion.settings.strict import Strict

RoleKind = Literal["function", "instance", "codedeploy-lambda", "codedeploy-ec2", "rotation", "other"]


class Accepted(Strict):
    """A privilege that is wide and that somebody declared to be right."""

    actions: tuple[str, ...] = Field(min_length=1)
    """Actions, with `*` and `?` as in a policy."""
    resources: tuple[str, ...] = Field(default=("*",), min_length=1)
    """The resources as the statement names them; `*` covers every one."""
    reason: str = Field(min_length=1)


class Role(Strict):
    """An IAM role of the service."""

    name: str = Field(min_length=1)
    kind: RoleKind
    """Whose role it is, which tells who may become it."""
    principals: tuple[str, ...] = ()
    """Who else may assume it: principals of services, ARNs, account numbers, ids of organisations."""
    subjects: tuple[str, ...] = ()
    """Subjects that the identity providers among them may vouch for, as in `repo:example/shop:*`; any that the trust
    policy names, if none is declared."""
    external_id: str | None = None
    """The external id that the trust policy must want from principals of other accounts."""
    exceptions: tuple[Accepted, ...] = ()
    advice: tuple[Literal["access-analyzer", "last-accessed"], ...] = ()
    """What else to ask AWS: IAM Access Analyzer's validation, and when services were last used."""
    unused_days: int = Field(default=90, ge=1, le=400)
    """A service that has not been used for this many days is reported, where `advice` asks for it."""

    @model_validator(mode="after")
    def _somebody_may_become_it(self) -> Self:
        if self.kind == "other" and not self.principals:
            raise ValueError('a role of kind "other" needs `principals`: who may assume it')
        return self
