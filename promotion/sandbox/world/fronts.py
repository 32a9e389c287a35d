"""The service behind its front-ends."""

from typing import TYPE_CHECKING

from promotion.clock import SystemClock
from promotion.sandbox.orders import Orders
from promotion.sandbox.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promotion.sandbox.world.image import Release
    from promotion.sandbox.world.model import Environment


def open_fronts(environments: "Iterable[tuple[Environment, Release]]") -> dict[str, Service]:
    """Put each environment's release behind its two front-ends: `dev-lambda`, `dev-ec2`, `prod-lambda`, `prod-ec2`.

    Both front-ends of an environment have the same orders, and log into its log groups.
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
                version=release.version,
                orders=orders,
            )
    return made
