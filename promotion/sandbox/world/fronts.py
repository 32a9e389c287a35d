"""The service behind its front-ends."""

from functools import partial
from typing import TYPE_CHECKING

from promotion.core.clock import SystemClock
from promotion.sandbox.order import Orders
from promotion.sandbox.service import Service
from promotion.sandbox.world.model import now
from promotion.sandbox.world.traffic import Answered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promotion.sandbox.world.image import Release
    from promotion.sandbox.world.model import Environment


FASTEST_MS = 1.0
"""What a request takes at least where there is a network, which here there is not."""


def open_fronts(environments: "Iterable[tuple[Environment, Release]]") -> dict[str, Service]:
    """Put each environment's release behind its two front-ends: `dev-lambda`, `dev-ec2`, `prod-lambda`, `prod-ec2`.

    Both front-ends of an environment have the same orders, log into its log groups, and are counted in its metrics.
    """
    made = {}
    for environment, release in environments:
        orders = Orders(SystemClock())
        for target, members in (("lambda", [str(environment.live_version)]), ("ec2", environment.green)):
            made[f"{environment.name}-{target}"] = Service(
                environment.name,
                target,
                release.digest,
                release.commit,
                members=members,
                log=environment.logbook.log,
                count=partial(_count, environment),
                version=release.version,
                orders=orders,
            )
    return made


def _count(environment: "Environment", target: str, member: str, status: int, ms: float) -> None:
    environment.flows[target].live.note(now(), Answered(member, status, round(max(ms, FASTEST_MS), 2)))
