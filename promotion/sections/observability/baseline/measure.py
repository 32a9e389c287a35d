"""Measure what a prod target does now, as a baseline is measured. This module does I/O."""

from promotion.clients.aws.account import Account
from promotion.clients.aws.cloudwatch.metrics import metric_data
from promotion.clients.aws.cloudwatch.window import Window
from promotion.sections.observability.baseline import measuring
from promotion.sections.observability.baseline.record import TargetMeasurement
from promotion.sections.observability.baseline.window import Whole
from promotion.settings import Settings


def measured_now(target: Whole, settings: Settings, prod_aws: Account, window: Window) -> TargetMeasurement:
    """Measure what a prod target does in a window, as counts and a histogram, in two calls.

    Raises Unknown where CloudWatch cannot tell.
    """
    limit = target.limit_ms(settings.postdeploy.slo.over(settings.limits))
    first = metric_data(prod_aws, list(measuring.ranges(target)), window)
    second = metric_data(
        prod_aws, list({one.key: one for one in measuring.bins(target, first, limit)}.values()), window
    )
    return measuring.measured(target, first, second, limit)
