"""How much of a log group can be searched: what is too old or hidden from whoever reads it is a doubt. This module does I/O."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from promotion.clients.aws.account import Account
from promotion.clients.aws.logs import described_group
from promotion.sections.security.leaks.doubts import Doubts
from promotion.settings.secrets import Leaks
from promotion.unknown import Reason


def check_group(account: Account, group: str, since: datetime, now: datetime, leaks: Leaks, doubts: Doubts) -> bool:
    """Note what hides events of a group from whoever reads them. False if there is nothing to read."""
    told: Mapping[str, Any] | None = None
    with doubts.kept():
        told = described_group(account, group) or {}
    if told is None:
        return True  # what leaked can be found all the same
    kind = told.get("logGroupClass", "STANDARD")
    if not told:
        doubts.add(Reason.NO_DATA, f"log group {group} does not exist in dev: check its name in promotion.toml")
    elif kind != READABLE:
        doubts.add(
            Reason.NOT_SUPPORTED,
            f"{group} is of the class {kind}, whose events FilterLogEvents may not return: use a log group of the "
            "class STANDARD",
        )
    _check_what_is_hidden(group, told, since, now, leaks, doubts)
    return bool(told) and kind == READABLE


def _check_what_is_hidden(
    group: str, told: Mapping[str, Any], since: datetime, now: datetime, leaks: Leaks, doubts: Doubts
) -> None:
    inherits = "ACCOUNT_DATA_PROTECTION" in told.get("inheritedProperties", ())
    if (inherits or told.get("dataProtectionStatus") == "ACTIVATED") and not leaks.unmask:
        whose = "the account" if inherits else group
        doubts.add(
            Reason.NOT_SUPPORTED,
            f"a data protection policy of {whose} masks parts of {group} with asterisks, so leaked values there "
            "cannot be seen: allow logs:Unmask for the gate's role, and set leaks.unmask",
        )
    days = told.get("retentionInDays")
    if days and now - since > timedelta(days=days):
        doubts.add(
            Reason.TRUNCATED,
            f"{group} keeps events for {days} days, but the deployment began at {since:%Y-%m-%d %H:%M}Z: expired "
            "events cannot be searched; extend the retention, or redeploy to dev",
        )


READABLE = "STANDARD"
"""The class of log groups all of whose events FilterLogEvents gives. It refuses INFREQUENT_ACCESS; of ESSENTIALS and DELIVERY AWS
says only that they have a part of the features (CreateLogGroup), and a class that is new is not taken to have all either."""


def searched_since(deployed: datetime, now: datetime, leaks: Leaks, doubts: Doubts) -> datetime:
    """Give the moment from which on the log is searched: the deployment, unless that is too long ago."""
    longest = timedelta(hours=leaks.window_hours)
    if now - deployed <= longest:
        return deployed
    doubts.add(
        Reason.STALE,
        f"the deployment began at {deployed:%Y-%m-%d %H:%M}Z, but only the last {leaks.window_hours:g} h of the "
        "log are searched: redeploy to dev, or raise leaks.window_hours",
    )
    return now - longest
