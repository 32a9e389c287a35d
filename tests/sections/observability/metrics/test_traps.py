"""Where a plain reading of CloudWatch passes what is broken, and ours does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import mean
from types import SimpleNamespace

import pytest
from moto.cloudwatch.exceptions import ValidationError

from promotion.clients.aws.cloudwatch.metrics import metric_data
from promotion.sandbox.measured import behind_a_rest_api, with_status
from promotion.sandbox.moto_patches.metrics import metric as metric_of
from promotion.sandbox.world.model import ago
from promotion.sections.observability.metrics.errors import errors
from promotion.sections.observability.metrics.queries_for import plan
from promotion.sections.observability.metrics.units import milliseconds
from promotion.settings.observability import Api
from promotion.unknown import Unknown

ALIAS = {"FunctionName": "shop-api", "Resource": "shop-api:live"}


def test_seconds_are_not_milliseconds(read):
    """A response time of 0.9 is under 500 only as a number."""
    read.dev.flows["ec2"].slowness = 6
    (p99,) = read.ask("AWS/ApplicationELB", "TargetResponseTime", read.group, "p99", period=1800)
    assert p99 < 500
    look = read.latency("ec2")
    assert look.places[0].p99_ms == pytest.approx(1000 * p99, abs=0.01)
    assert look.proof(0.95).broken


def test_the_average_of_a_5xx_count_is_no_rate(read):
    """At a load balancer it is always 1, at API Gateway it is the rate: here only sums are divided."""
    for flow in read.dev.flows.values():
        flow.errors = 0.02
    assert set(read.ask("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", read.group, "Average")) == {1.0}
    at_gateway = read.ask("AWS/ApiGateway", "5xx", {"ApiId": read.dev.api}, "Average", period=1800)
    assert at_gateway[0] == pytest.approx(0.02, abs=0.002)
    for name in ("lambda", "ec2"):
        for place in read.errors(name).places:
            assert place.share == pytest.approx(0.02, abs=0.002)


def test_no_5xx_is_no_zero_without_requests(read):
    """Where nothing is counted at all, there are no failures either."""
    for metric in list(read.dev.metrics):
        if metric.namespace == "AWS/ApplicationELB":
            del read.dev.metrics[metric]
    assert sum(read.ask("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", read.group)) == 0
    look = read.errors("ec2")
    assert not look.places
    assert {one.reason for one in look.untold} == {"no-data"}


def test_an_outage_counts_no_requests(read):
    """What is refused before a target is chosen is in no RequestCount: to the target group, nothing happened."""
    read.dev.flows["ec2"].change(ago(minutes=8), refused=1)
    requests = sum(read.ask("AWS/ApplicationELB", "RequestCount", read.group))
    assert sum(read.ask("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", read.group)) / requests == 0
    assert read.broken("ec2") == {"load balancer"}
    (at_balancer,) = (place for place in read.errors("ec2").places if place.place == "load balancer")
    assert at_balancer.failed < at_balancer.requests


def test_a_total_outage_is_all_failures(read):
    """Never more than 100 %, and never nothing."""
    read.dev.flows["ec2"].refused = 1
    look = read.errors("ec2")
    assert [place.share for place in look.places] == [1.0]
    assert look.proofs(0.95)["load balancer"].broken


def test_a_target_group_does_not_see_what_its_load_balancer_answers(read):
    """503 and its kin have no TargetGroup: the group looks well."""
    read.dev.flows["ec2"].refused = 0.02
    assert not read.ask("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", read.group)
    assert not read.ask("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", read.group)
    assert read.broken("ec2") == {"load balancer"}


def test_a_handled_error_is_none_to_lambda(read):
    """A function that answers 500 itself has no Errors: the edge tells."""
    read.dev.flows["lambda"].handled_errors = 0.02
    assert sum(read.ask("AWS/Lambda", "Errors", ALIAS)) == 0
    assert read.broken("lambda") == {"API Gateway"}


def test_a_throttle_is_neither_invocation_nor_error(read):
    """Errors over invocations would be 0."""
    read.dev.flows["lambda"].refused = 0.02
    assert sum(read.ask("AWS/Lambda", "Errors", ALIAS)) == 0
    function = read.errors("lambda").places[0]
    assert function.share == pytest.approx(0.02, abs=0.002)
    assert function.parts == {"Errors": 0, "Throttles": function.failed}


def test_everything_throttled_is_all_failures(read):
    """Then there are no invocations to divide by."""
    read.dev.flows["lambda"].refused = 1
    assert not read.ask("AWS/Lambda", "Invocations", ALIAS)
    assert read.errors("lambda").places[0].share == 1.0


def test_a_function_by_its_name_alone_is_every_version(read):
    """Calls of other versions, by their number say, dilute what callers of the alias see."""
    read.dev.flows["lambda"].errors = 0.02
    for key, computed in read.dev.metrics.items():
        if key == metric_of("AWS/Lambda", "Invocations", FunctionName="shop-api"):
            read.dev.metrics[key] = replace(computed, samples=lambda _: [(1.0, 13_000)])
    by_name = {"FunctionName": "shop-api"}
    naive = sum(read.ask("AWS/Lambda", "Errors", by_name)) / sum(read.ask("AWS/Lambda", "Invocations", by_name))
    assert naive < read.limits.error_rate
    assert "function" in read.broken("lambda")
    asked = [query.metric.dimensions for query in read.measured("lambda").queries(read.limits)]
    assert all(one.items() >= ALIAS.items() for one in asked if "FunctionName" in one)


def test_a_duration_leaves_out_the_cold_start(read):
    """The function's own p99 is well within its limit, and its callers wait seconds: that is said beside it."""
    read.dev.flows["lambda"].cold = 0.03
    (p99,) = read.ask("AWS/Lambda", "Duration", ALIAS, "p99", period=1800)
    assert p99 < 500
    look = read.latency("lambda")
    assert look.proof(0.95).kept
    assert look.edge_p99_ms > 2600
    assert "over the limit by what Duration leaves out: cold starts, or the API" in look.describe()


def test_outcomes_that_have_not_come_in_are_no_successes(read):
    """Metrics bear the time an invocation began and come when it has ended: those that take long to fail are missing."""
    for key, computed in list(read.dev.metrics.items()):
        if key.name == "Errors":
            read.dev.metrics[key] = replace(computed, samples=lambda _: [(0.0, 100)])
    assert sum(read.ask("AWS/Lambda", "Errors", ALIAS)) == 0
    assert sum(read.ask("AWS/Lambda", "Invocations", ALIAS)) > 3000
    assert {one.place: one.reason for one in read.errors("lambda").untold} == {"function": "truncated"}


def test_outcomes_of_a_rest_api_are_counted_too(read):
    """Its 5XXError has a sample for each request, which is documented; that of an HTTP API is not."""
    behind_a_rest_api(read)
    read.api = Api(kind="rest", name="shop-dev", stage="live")
    assert {place.place for place in read.errors("lambda").places} == {"function", "API Gateway"}
    read.dev.flows["lambda"].handled_errors = 0.02
    assert read.broken("lambda") == {"API Gateway"}
    for key, computed in list(read.dev.metrics.items()):
        if key.name == "5XXError":
            read.dev.metrics[key] = replace(computed, samples=lambda _: [(0.0, 100)])
    assert {one.place: one.reason for one in read.errors("lambda").untold} == {"API Gateway": "truncated"}


@pytest.mark.parametrize("status", ["Forbidden", "InternalError", "PartialData"])
def test_an_answer_that_is_not_complete_is_no_zero(read, monkeypatch, status):
    """Its values are none, and their sum is 0, while every fiftieth invocation fails."""
    read.dev.flows["lambda"].errors = 0.02
    backend = read.dev.backend("cloudwatch")
    original, change = backend.get_metric_data, with_status(status, "Errors")

    def changed(queries, **kwargs):
        asked = {query["Id"]: query for query in queries}
        return [change(asked[one["id"]], one) for one in original(queries=queries, **kwargs)]

    monkeypatch.setattr(backend, "get_metric_data", changed)
    assert sum(read.ask("AWS/Lambda", "Errors", ALIAS)) == 0
    assert "function" in {one.place for one in read.errors("lambda").untold}


def test_the_first_page_may_be_empty(read):
    """And the errors come with the next one."""

    def get_metric_data(**asked):
        if "NextToken" not in asked:
            empty = [{"Id": one["Id"], "StatusCode": "PartialData", "Values": [], "Timestamps": []}
                     for one in asked["MetricDataQueries"]]  # fmt: skip
            return {"MetricDataResults": empty, "NextToken": "more"}
        return client.get_metric_data(**{name: value for name, value in asked.items() if name != "NextToken"})

    read.dev.flows["lambda"].errors = 0.02
    client = read.dev.client("cloudwatch")
    account = SimpleNamespace(client=lambda _: SimpleNamespace(get_metric_data=get_metric_data))
    measured = read.measured("lambda")
    look = metric_data(account, plan([measured], read.limits), read.window)
    assert errors("lambda", measured.failures, look, 0.001, timedelta(minutes=10)).proofs(0.95)["function"].broken


def test_the_newest_value_is_of_half_a_minute(read):
    """Read as it is, it looks like a good minute: of what has failed in it, little has come in."""
    now = read.now.replace(second=0, microsecond=0)
    dimensions = [{"Name": "FunctionName", "Value": "half"}, {"Name": "Resource", "Value": "half:live"}]
    read.dev.client("cloudwatch").put_metric_data(
        Namespace="AWS/Lambda",
        MetricData=[
            {"MetricName": name, "Dimensions": dimensions, "Timestamp": when, "Values": [value], "Counts": [130]}
            for minutes, failed in ((4, 1.0), (0, 0.0))
            for when in [now - timedelta(minutes=minutes)]
            for name, value in (("Invocations", 1.0), ("Errors", failed))
        ],
    )
    half = {"FunctionName": "half", "Resource": "half:live"}
    newest = read.ask("AWS/Lambda", "Errors", half, end=now + timedelta(minutes=1))[0]
    assert newest == 0
    assert sum(read.ask("AWS/Lambda", "Errors", half)) == 130


def test_the_metrics_of_the_other_kind_of_api_do_not_exist(read):
    """An HTTP API has no 5XXError, and a REST API goes by its name: either question is answered with nothing."""
    read.dev.flows["lambda"].errors = 0.02
    assert not read.ask("AWS/ApiGateway", "5XXError", {"ApiId": read.dev.api, "Stage": "$default"})
    read.api = Api(kind="rest", name="shop-dev", stage="$default")
    assert [one.place for one in read.errors("lambda").untold] == ["API Gateway"]


def test_a_rest_api_is_asked_in_its_own_words(read):
    """By ApiName, without letters outside ASCII, and 5XXError."""
    read.api = Api(kind="rest", name="shöp", stage="live")
    gateway = read.measured("lambda").failures[1]
    assert gateway.requests[0].dimensions == {"ApiName": "shp", "Stage": "live"}
    assert [metric.name for metric in gateway.failed] == ["5XXError"]


def test_the_minute_that_still_goes_on_is_not_read(read):
    """The newest period is half filled: the window ends on a minute, at least three minutes back."""
    for seconds in (0, 1, 59):
        read.now = datetime(2026, 5, 4, 10, 30, seconds, tzinfo=UTC)
        assert read.window.end == datetime(2026, 5, 4, 10, 27, tzinfo=UTC)
        assert read.now - read.window.end >= timedelta(minutes=2)


def test_a_unit_that_does_not_match_answers_nothing(read):
    """And says Complete: so no unit is asked for."""
    read.dev.flows["ec2"].errors = 0.02
    metric = ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", read.group)
    assert not read.ask(*metric, unit="Percent")
    assert not any("Unit" in query.asked("q0", read.window)["MetricStat"]
                   for query in read.measured("ec2").queries(read.limits))  # fmt: skip
    assert read.broken("ec2")


def test_a_wrong_set_of_dimensions_answers_nothing(read):
    """The load balancer's own 5xx with a target group, say: empty, and complete."""
    read.dev.flows["ec2"].refused = 0.02
    assert not read.ask("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", read.group)
    assert sum(read.ask("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", read.balancer)) > 0


def test_the_average_of_99th_percentiles_hides_a_busy_slow_minute(read):
    """Each minute counts the same in it, however many requests it had."""
    flow = read.dev.flows["lambda"]
    flow.change(ago(minutes=15), requests=3000, tail=0.12)
    flow.change(ago(minutes=14), requests=130, tail=0)
    assert mean(read.ask("AWS/Lambda", "Duration", ALIAS, "p99")) < 1000
    look = read.latency("lambda")
    assert look.places[0].p99_ms > 1000
    assert look.proof(0.95).broken


def test_the_largest_of_99th_percentiles_blames_a_quiet_slow_minute(read):
    """The other way round: one quiet minute is not the window."""
    flow = read.dev.flows["lambda"]
    flow.change(ago(minutes=15), requests=40, slowness=6)
    flow.change(ago(minutes=14), requests=130, slowness=1)
    assert max(read.ask("AWS/Lambda", "Duration", ALIAS, "p99")) > 1000
    look = read.latency("lambda")
    assert look.places[0].p99_ms < 1000
    assert look.proof(0.95).kept


def test_an_average_hides_a_tail(read):
    """Six of a hundred invocations ten times as slow."""
    read.dev.flows["lambda"].tail = 0.06
    assert read.ask("AWS/Lambda", "Duration", ALIAS, "Average", period=1800)[0] < 500
    assert read.latency("lambda").proof(0.95).broken


def test_what_no_request_can_take_is_refused(read):
    """A load balancer keeps no connection for 4000 s, and nothing takes 20 µs."""
    (times,) = read.measured("lambda").times
    group = read.measured("ec2").times[0]
    assert milliseconds(group.metric, 0.5) == 500
    assert milliseconds(times.metric, 500) == 500
    for metric, value in ((group.metric, 5000), (times.metric, 0.02), (times.metric, 5e6)):
        with pytest.raises(Unknown, match="a different unit"):
            milliseconds(metric, value)


def test_naive_rate_of_few_requests(read):
    """No error among some hundred requests is a rate of 0, and proves nothing."""
    read.dev.flows["lambda"].requests = 10
    look = read.errors("lambda")
    assert {place.share for place in look.places} == {0.0}
    proof = look.proofs(0.95)["function"]
    assert not proof.kept
    assert proof.wanted == 2995 - proof.of


def test_the_count_over_the_limit_is_exact_where_cloudwatch_counts(read):
    """By the trimmed count, which the percentile rank confirms."""
    read.dev.flows["lambda"].tail = 0.06
    (place,) = read.latency("lambda").places
    assert place.counted_by == "trimmed count"
    durations = read.ask("AWS/Lambda", "Duration", ALIAS, "TC(1000:)")
    assert place.over == place.over_at_least == sum(durations)


@pytest.mark.parametrize("refused", [False, True])
def test_without_trimmed_counts_percentiles_bound_the_count(read, monkeypatch, refused):
    """Whether CloudWatch gives no value or refuses the question; which it was is said."""
    backend = read.dev.backend("cloudwatch")
    read.dev.flows["lambda"].tail = 0.06
    (exact,) = read.latency("lambda").places
    original = backend.get_metric_data

    def without(queries, **kwargs):
        bounded = {query["Id"] for query in queries if query["MetricStat"]["Stat"][:3] in {"TC(", "PR("}}
        if bounded and refused:
            raise ValidationError("no such statistic")
        results = original(queries=queries, **kwargs)
        return [one | {"timestamps": [], "values": []} if one["id"] in bounded else one for one in results]

    monkeypatch.setattr(backend, "get_metric_data", without)
    look = read.latency("lambda")
    (place,) = look.places
    assert place.over_at_least <= exact.over <= place.over
    assert place.counted_by.startswith("percentiles, since CloudWatch gives no trimmed count")
    assert ("no such statistic" in place.counted_by) == refused
    assert place.samples == exact.samples
