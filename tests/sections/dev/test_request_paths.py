"""Where requests to a fleet end, by rules that the embedded world does not have."""

import pytest

from promotion.clients.aws.listener_rules import Rule, Share
from promotion.clients.aws.load_balancers import BalancerTraffic, Host
from promotion.sections.dev.request_paths import judge_paths
from promotion.settings.environment import Ec2Target
from promotion.unknown import Reason

ARN = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/own/0123"
TARGET = Ec2Target(
    kind="ec2",
    url="https://shop.example",
    load_balancer="shop",
    target_groups=("own",),
    codedeploy={"application": "shop", "group": "shop"},
)


def judged(*rules):
    """Judge the default action, which is right, and these rules before it."""
    default = Rule("HTTPS:443", "default", (), "forward", (Share(ARN, 1),))
    host = Host("i-1", "own", "healthy")
    traffic = BalancerTraffic({"own": 1}, (host,), (*rules, default))
    return judge_paths(TARGET, traffic, {"i-1"}.__contains__)


def test_a_healthy_one():
    """The default action leads to the own instances."""
    found = judged()
    assert (found.problems, found.doubts) == ([], [])


@pytest.mark.parametrize("action", ["jwt-validation", "authenticate-oidc", "forward-config-of-tomorrow", ""])
def test_an_action_that_is_not_evaluated_is_unknown(action):
    """It may end anywhere."""
    found = judged(Rule("HTTPS:443", "5", (), action))
    assert [one.reason for one in found.doubts] == [Reason.NOT_SUPPORTED]
    assert "which is not evaluated" in found.doubts[0].message


@pytest.mark.parametrize("action", ["redirect", "fixed-response"])
def test_a_redirect_and_a_fixed_answer_that_is_no_error_are_right(action):
    """From HTTP to HTTPS, and a page of its own."""
    found = judged(Rule("HTTP:80", "5", (), action, status="200"))
    assert (found.problems, found.doubts) == ([], [])
