"""What AWS itself says of a role, where the settings ask for it. This module does I/O."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from promotion.clients.aws.access_analyzer import IDENTITY, TRUST, policy_findings
from promotion.clients.aws.account import Account
from promotion.clients.aws.iam import RolePolicies, last_accessed
from promotion.sections.security.privileges.documents import Advice, Remark
from promotion.settings.privileges import Role
from promotion.unknown import Unknown


def advice(account: Account, look: RolePolicies, declared: Role, now: datetime) -> Advice:
    """Ask for each advice that is declared. What AWS does not say is told, and no more."""
    remarks: tuple[Remark, ...] = ()
    unused: tuple[str, ...] = ()
    asked, silent = [], []
    for what in declared.advice:
        try:
            if what == "access-analyzer":
                remarks = tuple(_remarks(account, look))
            else:
                unused = _unused(account, look, now - timedelta(days=declared.unused_days))
        except _refusals() as trouble:
            # It is beside the judgement, which stands without it: the settings ask for it "where it is to be had".
            silent.append(f"{what}: {_code(trouble)}")
        else:
            asked.append(what)
    return Advice(remarks, unused, tuple(asked), tuple(silent))


def _remarks(account: Account, look: RolePolicies) -> Iterator[Remark]:
    """Have each policy validated."""
    own = [policy for policy in look.policies if not (policy.arn or "").startswith(f"arn:{look.partition}:iam::aws:")]
    asked: list[tuple[str, object, dict[str, str]]] = [(policy.label, policy.document, IDENTITY) for policy in own]
    for told, document, kind in [*asked, ("the trust policy", look.trust, TRUST)]:
        for one in policy_findings(account, document, kind):
            yield Remark(told, one["findingType"], one["issueCode"], one["learnMoreLink"])


def _unused(account: Account, look: RolePolicies, since: datetime) -> tuple[str, ...]:
    """Name the services that the role may use and has not used since."""
    return tuple(
        one["ServiceNamespace"]
        for one in last_accessed(account, look.arn)
        if (used := one.get("LastAuthenticated")) is None or used < since
    )


def _refusals() -> tuple[type[BaseException], ...]:
    from botocore.exceptions import BotoCoreError, ClientError

    return (BotoCoreError, ClientError, Unknown)


def _code(trouble: BaseException) -> str:
    if isinstance(trouble, Unknown):
        return str(trouble.reason)
    response = getattr(trouble, "response", None)
    return str(response["Error"]["Code"]) if response else type(trouble).__name__
