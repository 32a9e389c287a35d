"""CloudWatch Synthetics: the runs of a canary. The readers do I/O.

Shapes: https://docs.aws.amazon.com/AmazonSynthetics/latest/APIReference/API_CanaryLastRun.html, API_CanaryRun.html.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from promotion.clients.aws.account import Account

Run = Mapping[str, Any]
_PAGES = 10
"""How many pages of earlier runs are read; each has up to a hundred."""


def last_runs(account: Account, canary: str) -> list[Run]:
    """Give the newest run of a canary: a row for each browser, as DescribeCanariesLastRun gives them."""
    answer = account.client("synthetics").describe_canaries_last_run(Names=[canary])
    found = [row for row in answer["CanariesLastRun"] if row["CanaryName"] == canary]
    while token := answer.get("NextToken"):
        answer = account.client("synthetics").describe_canaries_last_run(Names=[canary], NextToken=token)
        found += [row for row in answer["CanariesLastRun"] if row["CanaryName"] == canary]
    return found


def earlier_runs(account: Account, canary: str) -> Iterator[Run]:
    """Give the runs of a canary as GetCanaryRuns gives them, newest first; asked for as far as they are wanted."""
    asked: dict[str, Any] = {"Name": canary}
    for _ in range(_PAGES):
        answer = account.client("synthetics").get_canary_runs(**asked)
        yield from answer["CanaryRuns"]
        if not answer.get("NextToken"):
            return
        asked["NextToken"] = answer["NextToken"]
