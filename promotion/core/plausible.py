"""Times that somebody else tells: one that cannot be right says nothing of how fresh a thing is."""

from datetime import UTC, datetime, timedelta

from promotion.unknown import Reason, Unknown

SKEW = timedelta(minutes=5)
"""How far the clocks of two machines may differ."""
EARLIEST = datetime(2006, 3, 14, tzinfo=UTC)
"""Nothing that is promoted is older than the first service of AWS (https://aws.amazon.com/blogs/aws/amazon_s3/)."""


def require_plausible(when: datetime, now: datetime, what: str) -> None:
    """Raise Unknown, malformed, for a time in the future, by more than clocks may differ, or before there was a cloud.

    `what` is whose time it is, as in "deployment d-1 was created".
    """
    if when > now + SKEW:
        raise Unknown(
            Reason.MALFORMED,
            f"{what} at {when:%Y-%m-%d %H:%M}Z, which is in the future (it is {now:%Y-%m-%d %H:%M}Z): check the clock of this "
            "machine, and of the machine that says so",
        )
    if when < EARLIEST:
        raise Unknown(Reason.MALFORMED, f"{what} at {when:%Y-%m-%d %H:%M}Z, which cannot be right: run again")
