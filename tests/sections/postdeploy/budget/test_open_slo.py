"""Objectives that stand in OpenSLO files, against what is judged by."""

import json

import pytest

from promotion.sections.postdeploy.budget import open_slo
from promotion.sections.postdeploy.budget.open_slo import OpenSlo
from promotion.sections.postdeploy.budget.spent import ErrorBudget
from promotion.sections.postdeploy.counts import Counts
from promotion.unknown import Reason, Unknown
from tests.runner import ROOT

RATIO = {"ratioMetric": {"good": {}, "total": {}}}
INSIDE = {"metadata": {"name": "requests"}, "spec": RATIO}
MONTH = ErrorBudget(0.999, 30, Counts(1, 0), {})


def slo(**changes):
    """Give a document."""
    spec = {
        "budgetingMethod": "Occurrences",
        "timeWindow": [{"duration": "30d", "isRolling": True}],
        "objectives": [{"target": 0.999}],
        "indicator": INSIDE,
        **changes,
    }
    return {"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "availability"}, "spec": spec}


def sli(**spec):
    """Give the document of an indicator."""
    return {"apiVersion": "openslo/v1", "kind": "SLI", "metadata": {"name": "requests"}, "spec": spec or RATIO}


def read(*trees):
    """Read documents of one file."""
    return open_slo.parse_open_slos([("slo.json", json.dumps(trees))])


def test_json_and_yaml_say_the_same():
    """Both forms give one SLO, a YAML file may hold more documents."""
    yaml = pytest.importorskip("yaml")
    (one,) = read(slo())
    service = {"apiVersion": "openslo/v1", "kind": "Service", "metadata": {"name": "shop"}}
    assert open_slo.parse_open_slos([("slo.yaml", yaml.safe_dump_all([service, slo()]))]) == [one]
    assert (one.target, one.days, one.rolling, one.metric) == (0.999, 30, True, open_slo.RATIO)
    assert not [*one.problems(MONTH)]
    assert len([*one.problems(ErrorBudget(0.99, 28, Counts(1, 0), {}))]) == 2


@pytest.mark.parametrize(("duration", "days"), [("4w", 28), ("30d", 30), ("720h", 30)], ids=["weeks", "days", "hours"])
def test_durations(duration, days):
    """Weeks, days and hours are told in days; a target may be in percent."""
    (one,) = read(slo(timeWindow=[{"duration": duration, "isRolling": True}], objectives=[{"targetPercent": 99.5}]))
    assert (one.days, one.target) == (days, 0.995)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "a: [",
        "\x00",
        json.dumps(slo(objectives=[])),
        json.dumps(slo(objectives=[{"target": 0.9}, {"target": 0.99}])),
        json.dumps(slo(timeWindow=[{"duration": "1M"}])),
        json.dumps(slo(objectives=[{"target": "most"}])),
        json.dumps(slo(indicator={"metadata": {"name": "requests"}, "spec": {}})),
        json.dumps(slo(indicator=[])),
        json.dumps([slo(), sli(nothing={})]),
        json.dumps({"kind": "SLO"}),
        json.dumps([["a list"]]),
        json.dumps({**slo(), "apiVersion": "openslo/v2alpha"}),
    ],
)
def test_what_is_no_objective_is_not_read(text):
    """Nothing is guessed."""
    with pytest.raises(Unknown, match=r"slo\.json cannot be parsed as OpenSLO: .*: correct it") as caught:
        open_slo.parse_open_slos([("slo.json", text)])
    assert caught.value.reason is Reason.MALFORMED


def test_an_indicator_may_stand_in_another_file():
    """By its name; one that no file has is not known, and of one that holds a value against a limit nothing is said."""
    by_name = slo()
    del by_name["spec"]["indicator"]
    by_name["spec"]["indicatorRef"] = "requests"
    texts = [json.dumps(one) for one in (by_name, sli(), sli(thresholdMetric={}))]
    (one,) = open_slo.parse_open_slos([("slo.json", texts[0]), ("sli.json", texts[1])])
    assert open_slo.choose([one], None, "lambda") is one
    for files, reason in ((texts[:1], Reason.NOT_DECLARED), (texts[::2], Reason.NOT_SUPPORTED)):
        with pytest.raises(Unknown, match="requests") as caught:
            open_slo.choose(open_slo.parse_open_slos([("slo.json", text) for text in files]), None, "lambda")
        assert caught.value.reason is reason


def test_which_one_is_meant():
    """One SLO needs no name; of several, one is named; of other methods and calendars nothing is said."""

    def made(name, *, rolling=True, method="Occurrences"):
        return OpenSlo(name, 0.999, 30, rolling, method, "requests", open_slo.RATIO)

    first, second = made("a"), made("b")
    assert open_slo.choose([first], None, "lambda") is first
    assert open_slo.choose([first, second], "b", "lambda") is second
    for slos, name, reason in (
        ([first, second], None, Reason.NOT_DECLARED),
        ([], None, Reason.NOT_DECLARED),
        ([first], "b", Reason.NOT_DECLARED),
        ([made("a", method="Timeslices")], None, Reason.NOT_SUPPORTED),
        ([made("a", rolling=False)], None, Reason.NOT_SUPPORTED),
    ):
        with pytest.raises(Unknown) as caught:
            open_slo.choose(slos, name, "lambda")
        assert caught.value.reason is reason


def test_the_example_of_the_docs_is_one():
    """What docs/error-budget.md shows says what the defaults say."""
    text = (ROOT / "docs/error-budget.md").read_text().partition("```yaml\n")[2].partition("```")[0]
    one = open_slo.choose(open_slo.parse_open_slos([("example.yaml", text)]), None, "lambda")
    assert not [*one.problems(MONTH)]
