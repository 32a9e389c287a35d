"""A world in this process, read as the gate reads it, and by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from promotion.clients.aws.cloudwatch.metrics import metric_data
from promotion.clients.aws.cloudwatch.window import window_before
from promotion.clients.http.requests_made import NONE_MADE
from promotion.sandbox.world import build
from promotion.sections.observability.metrics.errors import errors
from promotion.sections.observability.metrics.latency import latency
from promotion.sections.observability.metrics.queries_for import MeasuredTarget, plan
from promotion.settings.environment import DeploymentGroupRef, Ec2Target, LambdaTarget
from promotion.settings.observability import Api, MetricLimits

LIMITS = MetricLimits()
AGE = timedelta(minutes=LIMITS.metric_age_minutes)
GROUP = DeploymentGroupRef(application="shop", group="shop")


class Reader:
    """The dev metrics of a world: as judged here (`latency`, `errors`), and by any single question (`ask`)."""

    def __init__(self, world):
        self.dev = world.dev
        self.now = datetime.now(UTC)
        self.api = Api(id=world.dev.api)
        self.limits = LIMITS

    @property
    def window(self):
        """Give the window of a world whose deployments are long over."""
        return window_before(self.now, 30, [])

    def measured(self, name):
        """Name where a target of the world is measured."""
        if name == "lambda":
            target = LambdaTarget(
                kind="lambda", url="https://a.example", function="shop-api", codedeploy=GROUP, api=self.api
            )
            return MeasuredTarget(name, target)
        groups = {f"shop-dev-{short}": arn for short, arn in self.dev.target_groups.items()}
        target = Ec2Target(
            kind="ec2", url="https://a.example", load_balancer="shop-dev", target_groups=tuple(groups), codedeploy=GROUP
        )
        return MeasuredTarget(name, target, self.dev.load_balancer, groups, shared=False)

    def look(self, name):
        """Ask everything about a target, as the gate does."""
        return metric_data(self.dev, plan([self.measured(name)], self.limits), self.window)

    def latency(self, name):
        """Judge how long a target takes."""
        measured = self.measured(name)
        return latency(name, measured.times, self.look(name), measured.limit_ms(self.limits), AGE, measured.edge)

    def errors(self, name, made=NONE_MADE):
        """Judge how many requests of a target fail."""
        measured = self.measured(name)
        return errors(name, measured.failures, self.look(name), self.limits.error_rate, AGE, made)

    def broken(self, name):
        """Name the places whose error rate is proven over the limit."""
        return {place for place, proof in self.errors(name).proofs(0.95).items() if proof.broken}

    def ask(self, namespace, name, dimensions, stat="Sum", *, period=60, start=None, end=None, unit=None):
        """Ask one question by hand and give its values."""
        asked = {
            "Metric": {
                "Namespace": namespace,
                "MetricName": name,
                "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            },
            "Period": period,
            "Stat": stat,
        } | ({"Unit": unit} if unit else {})
        answer = self.dev.client("cloudwatch").get_metric_data(
            MetricDataQueries=[{"Id": "q", "MetricStat": asked}],
            StartTime=start or self.window.start,
            EndTime=end or self.window.end,
        )
        return answer["MetricDataResults"][0]["Values"]

    @property
    def balancer(self):
        """Give the dimensions of the load balancer."""
        return {"LoadBalancer": self.dev.load_balancer.partition("loadbalancer/")[2]}

    @property
    def group(self):
        """Give the dimensions of the target group that gets the traffic."""
        return {"TargetGroup": self.dev.target_group.rpartition(":")[2], **self.balancer}


@pytest.fixture(scope="module")
def built():
    """One world for all tests of a module: building it takes a second."""
    return build()


@pytest.fixture
def read(built):
    """A reader of a healthy world, which may be changed: what flows and what is measured is put back afterwards."""
    dev = built.dev
    flows = {name: replace(flow, changes=[]) for name, flow in dev.flows.items()}
    metrics = dict(dev.metrics)
    yield Reader(built)
    for name, flow in flows.items():
        vars(dev.flows[name]).update(vars(flow))
    dev.api_kind = "http"
    dev.metrics.clear()
    dev.metrics.update(metrics)
