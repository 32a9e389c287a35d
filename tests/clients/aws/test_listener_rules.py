"""Rules of listeners: which are met, and what they do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.clients.aws.listener_rules import Condition, Rule, Share, matches, parse_condition, parse_rule, reached

ARN = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/{}/0123"


def rule(priority, *conditions, listener="HTTPS:443"):
    """Give a rule with conditions written `field:value,value`."""
    made = [Condition(kind, tuple(values.split(","))) for kind, _, values in (one.partition(":") for one in conditions)]
    return Rule(listener, str(priority), tuple(made), "forward", (Share(ARN.format("own"), 1),))


@pytest.mark.parametrize(
    ("earlier", "later", "met"),
    [
        (("path-pattern:/*",), ("path-pattern:/orders*",), False),
        (("path-pattern:*",), ("host-header:a.example",), False),
        (("path-pattern:/orders*",), ("path-pattern:/orders/old*",), False),
        (("path-pattern:/orders*",), ("path-pattern:/orders/1",), False),
        (("path-pattern:/Orders*",), ("path-pattern:/orders/1",), True),
        (("host-header:*.Example",), ("host-header:a.example",), False),
        (("host-header:a.example",), ("host-header:b.example",), True),
        (("path-pattern:/a,/b",), ("path-pattern:/a",), False),
        (("path-pattern:/a",), ("path-pattern:/a,/b",), True),
        (("path-pattern:/a*", "http-request-method:GET"), ("path-pattern:/a/b",), True),
        (("path-pattern:/a*",), ("path-pattern:/a/b", "http-request-method:GET"), False),
        (("source-ip:10.0.0.0/8",), ("source-ip:10.1.0.0/16",), True),
        (("source-ip:0.0.0.0/0,::/0",), ("path-pattern:/a",), False),
        (("path-pattern:/?",), ("path-pattern:/ab",), True),
    ],
)
def test_what_an_earlier_rule_covers(earlier, later, met):
    """A rule is met unless an earlier one takes each of its requests, for certain."""
    second = rule(20, *later)
    assert (second in [*reached([second, rule(10, *earlier)])]) is met


def test_other_listeners_and_the_default():
    """Rules cover those of their own listener; the default action comes last."""
    all_of_it, default, other = rule(1, "path-pattern:/*"), rule("default"), rule("default", listener="HTTP:80")
    assert [*reached([default, other, all_of_it])] == [all_of_it, other]


TEXTS = st.text("abA/.", max_size=4)
PATTERNS = st.text("abA/.*?[", max_size=5)


@given(st.lists(PATTERNS, min_size=1, max_size=3), st.lists(PATTERNS, min_size=1, max_size=3), TEXTS, st.booleans())
def test_what_is_left_out_is_met_by_no_request(earlier, later, text, host):
    """If the later rule would match a text and the earlier one does not, it is never left out."""
    kind = "host-header" if host else "path-pattern"
    text = text if host else f"/{text}"
    first = Rule("HTTPS:443", "1", (Condition(kind, tuple(earlier)),))
    second = Rule("HTTPS:443", "2", (Condition(kind, tuple(later)),))

    def holds(patterns):
        return any(matches(one, text, ignore_case=host) for one in patterns)

    if holds(later) and not holds(earlier):
        assert second in [*reached([first, second])]


def described(*actions, **more):
    """A rule as DescribeRules gives it."""
    return {"Priority": "7", "Actions": list(actions), **more}


def test_authentication_comes_before_the_forward():
    """The action with the last Order ends the request."""
    forward = {"Type": "forward", "Order": 2, "TargetGroupArn": ARN.format("own")}
    read = parse_rule("HTTPS:443", described(forward, {"Type": "authenticate-oidc", "Order": 1}))
    assert (read.action, [share.name for share in read.shares]) == ("forward", ["own"])
    assert read.share_of(read.shares[0]) == 1


def test_weights_and_stickiness():
    """Shares are weights of their sum; all 0 is said."""
    groups = [{"TargetGroupArn": ARN.format(name), "Weight": weight} for name, weight in (("a", 30), ("b", 10))]
    config = {"TargetGroups": groups, "TargetGroupStickinessConfig": {"Enabled": True}}
    read = parse_rule("HTTPS:443", described({"Type": "forward", "ForwardConfig": config}))
    assert [read.share_of(one) for one in read.shares] == [0.75, 0.25]
    assert read.sticky
    nothing = Rule("HTTPS:443", "1", action="forward", shares=(Share("a", 0),))
    assert nothing.is_weighed_nowhere
    assert nothing.share_of(nothing.shares[0]) == 0


def test_conditions_in_each_form():
    """Values stand in the config or beside the field; query strings are pairs; regular expressions are kept apart."""
    conditions = [
        {"Field": "path-pattern", "Values": ["/a"]},
        {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-A", "Values": ["1"]}},
        {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v", "Value": "2"}, {"Value": "z"}]}},
        {"Field": "host-header", "HostHeaderConfig": {"RegexValues": ["^a"]}},
    ]
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}
    read = parse_rule("HTTPS:443", described(fixed, Conditions=conditions))
    assert read.conditions == (
        Condition("path-pattern", ("/a",)),
        Condition("http-header", ("1",), "x-a"),
        Condition("query-string", ("v=2", "=z")),
        Condition("host-header", ("^a",), regex=True),
    )
    assert read.status == "503"
    assert read.may_be_asked_for("b.example")
    assert read.describe() == "rule 7 of HTTPS:443 (path /a, x-a 1, query-string v=2 or =z, host ^a)"


def test_a_condition_of_a_kind_that_is_not_read_covers_nothing():
    """Two rules with such conditions may be about different requests: the later one is met."""
    conditions = [
        parse_condition({"Field": "tls-version", "TlsVersionConfig": {"Name": name}}) for name in ("1.2", "1.3")
    ]
    first, second = (
        Rule("HTTPS:443", str(priority), (one,), "forward", (Share(ARN.format("own"), 1),))
        for priority, one in zip((10, 20), conditions, strict=True)
    )
    assert [*reached([first, second])] == [first, second]


def test_an_action_of_another_kind_is_kept_by_its_name():
    """Not taken for a forward to nowhere, which would be a pass."""
    rule = parse_rule("HTTPS:443", {"Priority": "5", "Actions": [{"Type": "jwt-validation", "Order": 1}]})
    assert (rule.action, rule.shares) == ("jwt-validation", ())
