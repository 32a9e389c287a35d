"""AWS Systems Manager Change Calendar. This module does I/O."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from promotion.clients.aws.account import Account


def calendar_state(account: Account, name: str, at: datetime) -> Mapping[str, Any]:
    """Give what GetCalendarState answers of one calendar at a time in UTC: of several the service tells one state for all."""
    asked = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    answer: Mapping[str, Any] = account.client("ssm").get_calendar_state(CalendarNames=[name], AtTime=asked)
    return answer
