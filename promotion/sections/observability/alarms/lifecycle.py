"""Which metrics are there only when something happens, and which other metric then proves that anybody would see it.

Sources: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
(counts of errors come when they are not zero), https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html,
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html.
"""

from promotion.clients.aws.cloudwatch.query import Metric
from promotion.sections.observability.metrics.signals import API_GATEWAY, BALANCER, LAMBDA

_REQUESTS = {LAMBDA: "Invocations", API_GATEWAY: "Count", BALANCER: "RequestCount"}
_WITH_REQUESTS = {
    LAMBDA: frozenset({"Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"}),
    API_GATEWAY: frozenset({"Count", "4xx", "5xx", "4XXError", "5XXError", "Latency", "IntegrationLatency"}),
    BALANCER: frozenset({"RequestCount", "TargetResponseTime", "RequestCountPerTarget"}),
}
_SPARSE_AT_BALANCER = frozenset(
    {
        "TargetConnectionErrorCount",
        "RejectedConnectionCount",
        "ClientTLSNegotiationErrorCount",
        "TargetTLSNegotiationErrorCount",
    }
)


def is_sparse(metric: Metric) -> bool:
    """Whether the metric is there only when it is not zero."""
    if metric.namespace == LAMBDA:
        return metric.name == "Throttles"
    return metric.namespace == BALANCER and (metric.name.startswith("HTTPCode_") or metric.name in _SPARSE_AT_BALANCER)


def sibling(metric: Metric) -> Metric | None:
    """Give the metric that is published by the same rule, where no page says whether that is as 0 too; None anywhere else.

    Of an HTTP API that is its 4xx beside its 5xx: https://docs.aws.amazon.com/apigateway/latest/developerguide/
    http-api-metrics.html.
    """
    names = {"5xx": "4xx", "4xx": "5xx"}
    if metric.namespace != API_GATEWAY or metric.name not in names:
        return None
    return Metric(metric.namespace, names[metric.name], metric.dimensions)


def companion(metric: Metric) -> Metric | None:
    """Give the metric that counts the requests behind this one, on the same dimensions.

    None for what does not hang on requests: hosts, processors, memory.
    """
    if metric.name not in _WITH_REQUESTS.get(metric.namespace, ()) and not is_sparse(metric):
        return None
    return Metric(metric.namespace, _REQUESTS[metric.namespace], metric.dimensions)
