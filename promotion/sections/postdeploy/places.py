"""The prod targets as a whole, and what was counted at their places. Pure."""

from promotion.clients.aws.cloudwatch.series import MetricsLook
from promotion.clients.aws.cloudwatch.window import Window
from promotion.sections.observability.baseline.window import Whole
from promotion.sections.observability.metrics.errors import count_errors
from promotion.sections.observability.metrics.queries_for import Balancers
from promotion.sections.observability.metrics.signals import Failures
from promotion.sections.postdeploy.counts import Counts
from promotion.sections.postdeploy.schedule import Began
from promotion.sections.rollout.measuring import cut
from promotion.settings import Settings
from promotion.unknown import Reason, Unknown


def wholes(settings: Settings, began: Began, balancers: Balancers) -> list[Whole]:
    """Give every target that was deployed to and whose load balancer is known; the others are unknown by themselves."""
    found, unknown = [], None
    for name in began.shifts:
        try:
            found.append(whole_of(name, settings, balancers))
        except Unknown as trouble:
            unknown = unknown or trouble
    if unknown is not None and not found:
        raise unknown
    return found


def whole_of(name: str, settings: Settings, balancers: Balancers) -> Whole:
    """Give a prod target as a whole. Raises Unknown where its load balancer is not known."""
    return balancers.measured(Whole, name, settings.prod.targets[name])


def count(name: str, place: Failures, look: MetricsLook, window: Window, *, alive: bool) -> Counts:
    """Count one place over a window. With `alive`, raises Unknown, no-data, where there was no request at all."""
    found = count_errors(name, place, cut(look, window))
    if alive and not found.requests:
        raise Unknown(
            Reason.NO_DATA,
            f"CloudWatch has no request of {place.describe_requests()} from {window.start:%Y-%m-%d %H:%M} to "
            f"{window.end:%H:%M}Z: send traffic, or check the names in promotion.toml",
        )
    return Counts(found.requests, found.failed)
