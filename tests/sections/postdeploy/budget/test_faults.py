"""The error budget over thirty days: each fault is caught for the reason that it is one, and hides nothing."""

import re

import pytest

from promotion.sandbox import catalogue
from tests.runner import judge
from tests.sections.rollback.proof import STATUS

SAYS = {
    "budget-used-up": "requests failed in 30 days",
    "budget-burns": "times too fast over 1 h and 5 min, and the paging threshold is 14.4",
    "budget-spent-by-deployment": "this deployment spent 3 the budget",
    "budget-used-up-weeks-ago": "are allowed at 99.9 %",
    "budget-of-young-service": r"leaves (39|40)(\.\d)? % of the 30 days",
    "budget-with-a-hole": r"leaves 86(\.\d)? % of the 30 days",
    "slo-file-of-other-days": "is over 28 days, but promotion.toml says 30",
    "slo-file-of-other-target": "has the target 0.999, but promotion.toml the objective 0.99",
    "slo-file-broken": "neither JSON nor YAML",
    "slo-file-of-latency": r"holds a value against a limit \(thresholdMetric of shop-requests\)",
    "slo-file-without-indicator": "has the indicator shop-requests",
    "slo-file-of-two": "hold 2 SLOs",
    "signals-other-goal": "in Application Signals is 99.5 %",
    "signals-other-days": "in Application Signals is over 7 days",
    "signals-count-otherwise": r"says that (49|5\d)(\.\d)? % of the budget of \S+ is used, but by the metrics it is 0 %",
    "signals-breached": "is breached",
    "budget-used-up-beside-deaf-signals": "requests failed in 30 days",
    "signals-list-denied": "application-signals:ListServiceLevelObjectives",
    "signals-report-denied": "application-signals:BatchGetServiceLevelObjectiveBudgetReport",
    "signals-throttled": "throttl",
    "signals-objective-deleted": "has 0 service level objectives",
    "signals-report-refused": "InternalFailure, The budget could not be calculated.",
    "signals-stale": r"as of \d{4}-\d\d-\d\d",
    "signals-without-data": "too little data",
}
AREAS = ("budget_days", "budget_objectives")
FAULTS = [
    fault
    for fault in catalogue.load().values()
    if fault.item == "error-budget" and fault.apply.__module__.rpartition(".")[2] in AREAS
]


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(world_pool, tmp_path, fault):
    """It fails the budget, leaves it unknown, or changes nothing, and the message says why."""
    with world_pool.world(fault.name, scene="rolled-out", minutes=31) as world:
        judged = judge(world, tmp_path, "-m", "postdeploy", "-k", "test_error_budget")
    item = judged.item("error-budget")
    assert item["status"] in STATUS[fault.kind], judged.printed
    statuses = {subject["status"] for subject in item["subjects"]}
    assert fault.kind != "blind" or "failed" not in statuses, judged.printed
    if fault.kind != "clean":
        said = " ".join(subject["message"] for subject in item["subjects"])
        assert re.search(SAYS[fault.name], said), said
    assert "Traceback" not in judged.printed
