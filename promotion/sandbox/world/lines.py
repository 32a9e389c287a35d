"""The lines that the platform writes around those of a service, and what lines are made of.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html: a cold start is told by `Init Duration`.
"""

import json
import random
from datetime import timedelta
from functools import lru_cache

from promotion.sandbox.world.api_metrics import COLD_START_MS
from promotion.sandbox.world.function import MEMORY_MB
from promotion.sandbox.world.traffic import EPOCH


def stamped(at: int) -> str:
    """Write milliseconds since 1970 as the service does."""
    second, rest = divmod(at, 1000)
    return f"{_second(second)}.{rest:03d}Z"


@lru_cache(maxsize=4096)
def _second(second: int) -> str:
    return (EPOCH + timedelta(seconds=second)).isoformat()


def any_id(dice: random.Random) -> str:
    """Make up a UUID."""
    digits = f"{dice.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def started(invocation: str, version: str) -> str:
    """Write what comes first of an invocation."""
    return f"START RequestId: {invocation} Version: {version}\n"


def reported(invocation: str, ms: float, *, cold: bool, failed: bool) -> str:
    """Write the report of an invocation as a function does that logs JSON (`platform.report`).

    https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html.
    """
    metrics = {"durationMs": ms, "billedDurationMs": int(ms) + 1, "memorySizeMB": MEMORY_MB, "maxMemoryUsedMB": 118}
    if cold:
        metrics["initDurationMs"] = COLD_START_MS
    record = {"requestId": invocation, "metrics": metrics, "status": "error" if failed else "success"}
    return json.dumps({"type": "platform.report", "record": record}, separators=(",", ":"))


def ended(invocation: str, ms: float, *, cold: bool = False) -> tuple[str, str]:
    """Write what comes last of an invocation that took so long, not counting a cold start."""
    starting = f"Init Duration: {COLD_START_MS:.2f} ms\t" if cold else ""
    report = (
        f"REPORT RequestId: {invocation}\tDuration: {ms:.2f} ms\tBilled Duration: {int(ms) + 1} ms\t"
        f"Memory Size: {MEMORY_MB} MB\tMax Memory Used: 118 MB\t{starting}\n"
    )
    return f"END RequestId: {invocation}\n", report
