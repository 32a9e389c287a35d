"""CloudWatch dashboards as they are written. The reader does I/O."""

from dataclasses import dataclass

from promotion.clients.aws.account import Account

_NO_SUCH = frozenset({"ResourceNotFound", "DashboardNotFoundError"})


@dataclass(frozen=True)
class DashboardLook:
    """The dashboard of a name."""

    name: str
    body: str | None
    """The DashboardBody; None if there is no such dashboard."""


def dashboard(account: Account, name: str) -> DashboardLook:
    """Read a dashboard."""
    from botocore.exceptions import ClientError

    try:
        answer = account.client("cloudwatch").get_dashboard(DashboardName=name)
    except ClientError as refused:
        if refused.response["Error"].get("Code") not in _NO_SUCH:
            raise
        return DashboardLook(name, None)
    return DashboardLook(name, answer["DashboardBody"])
