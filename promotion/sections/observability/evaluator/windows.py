"""From datapoints to a state: M of N, and missing data.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html. CloudWatch fetches more
datapoints than it evaluates; how many is not documented. Its examples have five for three, so here there are two more.
"""

from collections.abc import Sequence

from promotion.clients.aws.cloudwatch.alarms import ALARM, INSUFFICIENT, OK

BEYOND = 2
"""How many datapoints are fetched beside those that are evaluated."""


def state_of(breaches: Sequence[bool | None], periods: int, datapoints: int, missing: str, before: str) -> str:
    """Give the state after these datapoints, oldest first: whether each breaches, None where it is missing.

    `before` is the state until then, `missing` is TreatMissingData.
    """
    real = [one for one in breaches if one is not None]
    if len(real) >= periods:
        return ALARM if sum(real[-periods:]) >= datapoints else OK
    if not real:
        return {"breaching": ALARM, "notBreaching": OK, "ignore": before}.get(missing, INSUFFICIENT)
    if missing in ("breaching", "notBreaching"):
        filled = periods - len(real) if missing == "breaching" else 0
        return ALARM if sum(real) + filled >= datapoints else OK
    if sum(real) >= datapoints:
        return ALARM
    if not all(real):
        return OK
    age = len(breaches) - next(place for place, one in enumerate(breaches) if one)
    if age >= datapoints and missing == "missing":
        return ALARM
    return before
