"""Another service behind the same load balancer, with a target group and a rule of its own.

What a load balancer counts as a whole is of every service behind it: https://docs.aws.amazon.com/elasticloadbalancing/latest/
application/load-balancer-cloudwatch-metrics.html.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from promotion.sandbox.moto_patches.metrics import Computed, Sample, metric
from promotion.sandbox.world.network import HTTPS, make_target_group

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Environment

REQUESTS = 1000
"""A minute."""
SHORT = "catalogue"
_MS = 60.0


def share_balancer(
    environment: "Environment", *, failed: float = 0, refused: float = 0, ms: float = _MS, since: int = 0
) -> None:
    """Have a neighbour get requests too, from a minute since 1970 on.

    `failed` is the share that its targets answer with 5xx, `refused` the one that the load balancer answers so itself; `ms` is
    how long its answers take.
    """
    make_target_group(environment, SHORT)
    group = environment.target_groups.pop(SHORT)  # it is another's
    environment.client("elbv2").create_rule(
        ListenerArn=environment.listeners[HTTPS],
        Priority=20,
        Conditions=[{"Field": "path-pattern", "Values": ["/catalogue/*"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    of_refused = round(REQUESTS * refused)
    reached = REQUESTS - of_refused
    of_failed = round(reached * failed)
    whole = {"LoadBalancer": environment.load_balancer.partition("loadbalancer/")[2]}
    own = {"TargetGroup": group.rpartition(":")[2], **whole}
    counted: dict[str, list[Sample]] = {
        "RequestCount": [(1.0, reached)],
        "TargetResponseTime": [(ms / 1000, reached)],
        "HTTPCode_Target_5XX_Count": [(1.0, of_failed)],
        "HTTPCode_ELB_5XX_Count": [(1.0, of_refused)],
    }
    for name, samples in counted.items():
        added = [pair for pair in samples if pair[1]]
        if "ELB" not in name:
            unit = "Seconds" if name == "TargetResponseTime" else "Count"
            environment.metrics[metric("AWS/ApplicationELB", name, **own)] = Computed(_only(added, since), unit)
        kept = environment.metrics[metric("AWS/ApplicationELB", name, **whole)]
        kept.samples = _with(kept.samples, added, since)


def _only(added: list[Sample], since: int) -> Callable[[int], Iterable[Sample]]:
    return lambda minute: added if minute >= since else []


def _with(
    samples: Callable[[int], Iterable[Sample]], added: list[Sample], since: int
) -> Callable[[int], Iterable[Sample]]:
    return lambda minute: [*samples(minute), *(added if minute >= since else [])]
