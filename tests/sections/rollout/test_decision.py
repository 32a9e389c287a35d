"""Decisions: each thing that must send a rollout back does, too little holds it, and nothing is taken for good."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from promotion.clients.aws.cloudwatch.alarms import ALARM, OK
from promotion.sections.observability.measurements import Untellable
from promotion.sections.rollout.canary import Decision
from promotion.sections.rollout.decision import at, decide
from promotion.sections.rollout.fleet_evidence import Slow
from promotion.sections.rollout.invocations import Counted
from promotion.sections.rollout.progress_line import describe
from promotion.sections.rollout.verdict import RolloutDecision
from promotion.sections.rollout.watch import FIRST, SECOND, Absent, Live, ProdDeployment, Versions, Watch
from promotion.settings.rollout import HoldCases
from promotion.unknown import Reason
from tests.sections.rollout.made import (
    FIRED,
    OLD,
    STEADY,
    T0,
    alarms,
    answers,
    counts,
    failures,
    fleet,
    fleet_shift,
    kept,
    look,
    settings,
    stages,
    version,
    watch,
)

SETTINGS = settings()


def functions(requests=900, errors=0, ms=STEADY, throttles=0):
    """The new version beside the old one."""
    return {"versions": {"lambda": Versions(version("6", requests, errors, ms), OLD, throttles)}}


def pooled(throttles=0, **changed):
    """The same, as it was kept before counts were kept by the minute."""
    new = replace(Counted("6", 900, 0, STEADY), **changed)
    return {"versions": {"lambda": Versions(new, Counted("5", 8100, 1, STEADY), throttles)}}


def test_a_healthy_rollout_may_go_on():
    """Nothing speaks against it, and there is enough of everything."""
    verdict = decide(look(), SETTINGS, final=True)
    assert verdict.decision is Decision.GO, verdict.sentence()
    assert "would have been found with 95 %" in verdict.sentence()
    assert "ec2, compared with its recorded baseline: 1 % of 1,500 answers" in verdict.sentence()


BAD = {
    "errors": (functions(errors=12), "version 6 of lambda: 12 of 900 requests failed"),
    "slow": (functions(ms=tuple(2 * ms for ms in STEADY)), "slower than the old version in the same minutes, by 100 %"),
    "throttled": (functions(throttles=3), "lack of concurrency"),
    "errors, kept before": (pooled(errors=12), "version 6 of lambda: 12 of 900 requests failed"),
    "slow, kept before": (pooled(durations_ms=tuple(2 * ms for ms in STEADY)), "times the old version's"),
    "throttled, kept before": (pooled(throttles=3), "lack of concurrency"),
    "alarm": ({"alarms": alarms(FIRED)}, "alarm errors was in ALARM since 10:00:30Z"),
    "alarm that recovered": ({"alarms": alarms(FIRED, (90, ALARM, OK))}, "alarm errors was in ALARM"),
    "unhealthy host": ({"live": Live({"ec2": fleet("healthy", "unhealthy")}, {})}, "1 of 2 instances of ec2"),
    "fleet fails": (
        {"failures": {"lambda": failures(), "ec2": failures(counts(20, place="target group green"), counts())}},
        "requests to ec2 fail: target group green",
    ),
    "balancer fails": ({"failures": {"ec2": failures(counts(20))}}, "requests to ec2 fail: load balancer"),
    "edge fails": (
        {"failures": {"lambda": failures(counts(20, place="API Gateway")), "ec2": failures(counts())}},
        "requests to lambda fail: API Gateway",
    ),
    "fleet slow": ({"slow": {"ec2": Slow(100, 1500)}}, "took longer than 500 ms"),
    "fleet slower than recorded": (
        {"answers": {"ec2": answers(over=(1000, 60))}},
        "66.7 % of 1,500 answers took longer than 50 ms, 1.25 times the recorded median; 30 % did when that was recorded",
    ),
    "fleet fails more than recorded": (
        {"answers": {"ec2": answers(24_000, 30, (7200, 240), before=(1, 4500, 75))}},
        "0.125 % of 24,000 requests failed; 0.01 % did when that was recorded",
    ),
    "fleet fails since it serves": (
        {"answers": {"ec2": answers(failed=20)}, "recorded": None},
        "requests to ec2 fail: load balancer 1.33 % (20 of 1,500)",
    ),
    "stopped": (
        {"shifts": (ProdDeployment("lambda", "d-1", "Stopped", T0, "ALARM_ACTIVE: errors", new=("6",), old=("5",)),)},
        "deployment d-1 of lambda is Stopped (ALARM_ACTIVE: errors)",
    ),
    "rolled back": (
        {"shifts": (ProdDeployment("lambda", "d-1", "Failed", T0, rolled_back_by="d-9", new=("6",), old=("5",)),)},
        "d-9 rolls it back",
    ),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("final", [False, True])
def test_what_must_go_back(name, final):
    """Each of these is no-go by itself at either decision, with a reason that names it."""
    changed, said = BAD[name]
    verdict = decide(look(**changed), SETTINGS, final=final)
    assert verdict.decision is Decision.NO_GO, verdict.sentence()
    assert said in verdict.sentence()


UNREAD = Untellable(Reason.ACCESS_DENIED, "CloudWatch says no")
THIN = {
    "few requests": functions(requests=40, ms=STEADY[:40]),
    "few requests, kept before": pooled(requests=40, durations_ms=STEADY[:40]),
    "errors that are suspicious": functions(errors=4),
    "versions unread": {"versions": {"lambda": UNREAD}},
    "alarms unread": {"alarms": UNREAD},
    "fleet unread": {"live": Live({"ec2": UNREAD}, {})},
    "counts unread": {"failures": {"ec2": UNREAD}},
    "few at the new instances": {"answers": {"ec2": answers(requests=100, over=(30, 1))}},
    "uncounted at the new instances": {"answers": {"ec2": UNREAD}},
    "times unmeasured": {"slow": {"ec2": UNREAD}},
    "stuck while installing": {"shifts": (fleet_shift(stages=stages(Install=None, AllowTraffic=None)),), "answers": {}},
    "installed after the moment": {
        "shifts": (fleet_shift(stages=stages(Install=60, AllowTraffic=301)),),
        "answers": {},
    },
    "nothing begun": {"shifts": (fleet_shift(stages=(), new=()),), "answers": {}},
    "others get the traffic": {"shifts": (fleet_shift(new=("i-5", "i-6")),)},
    "slower than recorded, as before": {"answers": {"ec2": answers(over=(1300, 60), before=(1, 13_000, 600))}},
    "record unread": {"recorded": UNREAD},
    "record not to be believed": {"recorded": replace(kept(), broken="record 2 does not follow the one before it")},
    "records removed": {"recorded": replace(kept(), count=0, newest=None, broken="the parameter names another")},
    "a target without a deployment": {"absent": (Absent("ec2", UNREAD),)},
    "hosts are starting": {"live": Live({"ec2": fleet("healthy", "initial")}, {})},
    "both versions fail": {
        "versions": {"lambda": Versions(version("6", 900, 30), version("5", 8100, 300), 0)},
        "failures": {"lambda": failures(counts(300, 9000, place="API Gateway")), "ec2": failures(counts())},
    },
    "it failed before": {
        "failures": {"ec2": failures(counts(20))},
        "usual": {"ec2": (counts(200, 15000),)},
    },
}


@pytest.mark.parametrize("name", THIN)
def test_what_nobody_could_see_holds(name):
    """Whatever could not be told keeps the last decision from being go, and is no reason to go back either."""
    verdict = decide(look(**THIN[name]), SETTINGS, final=True)
    assert verdict.decision is Decision.HOLD, verdict.sentence()
    assert verdict.missing


@pytest.mark.parametrize("final", [False, True])
def test_exceptions_that_no_report_tells_are_waited_for(final):
    """CloudWatch counts them up to three minutes later; until then it is not go, and what is known already is no-go."""
    silent, failing = (
        {"lambda": Versions(replace(new, outcomes=False), OLD, 0)} for new in (version("6", 900), version("6", 900, 60))
    )
    early = decide(look(versions=silent), SETTINGS, final=final)
    assert early.decision is Decision.HOLD
    assert early.may_come
    assert "CloudWatch may count some until 10:08:00Z: run again then, or let the function log JSON" in early.sentence()
    late = look(versions=silent, at=T0 + timedelta(minutes=8))
    assert decide(late, SETTINGS, final=final).decision is Decision.GO
    assert decide(look(versions=failing), SETTINGS, final=final).decision is Decision.NO_GO


def test_a_fleet_whose_replaced_instances_still_answer_holds():
    """What both answer says nothing of the new ones alone; a record that was made before it was looked for is judged."""
    shared = decide(look(shifts=(fleet_shift(shared=True),), answers={}), SETTINGS, final=True)
    assert shared.decision is Decision.HOLD
    assert "the instances that it replaces still get part of the traffic" in shared.sentence()
    late = decide(look(shifts=(fleet_shift(released=T0 + timedelta(minutes=6)),), answers={}), SETTINGS, final=True)
    assert late.decision is Decision.HOLD
    assert decide(look(shifts=(fleet_shift(),)), SETTINGS, final=True).decision is Decision.GO


def test_a_fleet_that_is_stuck_says_where():
    """Whoever holds the rollout reads at which step it is, since when and on which instances."""
    shift = fleet_shift(stages=stages(Install=None, AllowTraffic=None)[:1])
    verdict = decide(look(shifts=(shift,), answers={}), SETTINGS, final=True)
    assert (
        "deployment d-2 of ec2 is InProgress but has shifted no traffic to its new instances: it has been at "
        "Install since 10:00:30Z on i-0, i-1; wait"
    ) in verdict.sentence()
    early = look("T+2", 2, shifts=(shift,), answers={})
    assert decide(early, SETTINGS, final=False).decision is Decision.GO
    line = describe(early, decide(early, SETTINGS, final=False), T0, {SECOND: T0 + timedelta(minutes=5)}, decided=True)
    assert line.startswith("T+2:00 · T+2 GO · ")
    assert line.endswith(" · ec2 2 healthy, new ones at Install")


NOT_HELD = {
    "none declared": (None, "no recorded baseline"),
    "none kept": (replace(kept(), count=0, newest=None), "no recorded baseline"),
    "of this image alone": (replace(kept(), newest=None), "no recorded baseline of another image"),
    "old": (kept(end=T0 - timedelta(days=31)), "is of 2026-04-03, more than 30 days old"),
    "of another service": (kept(service="till"), "is of the service 'till'"),
    "of other targets": (kept(targets={"lambda": kept().newest.targets["ec2"]}), "has no data of it"),
}


@pytest.mark.parametrize("name", NOT_HELD)
def test_without_a_baseline_it_is_held_to_the_rest_and_says_so(name):
    """No record blocks nobody, however the fleet does; the verdict says that there was none."""
    recorded, said = NOT_HELD[name]
    verdict = decide(look(recorded=recorded, answers={"ec2": answers(over=(1000, 60))}), SETTINGS, final=True)
    assert verdict.decision is Decision.GO, verdict.sentence()
    assert said in verdict.sentence()
    assert "judged by limits and by the minutes before" in verdict.sentence()


def test_the_last_decision_waits_for_nothing():
    """What is not due at T+2 is awaited; at T+5 it is a hold."""
    waiting = look(absent=(Absent("ec2", Untellable(Reason.NOT_DUE, "it has not begun")),))
    kept = SETTINGS.rollout.hold_cases
    assert decide(waiting, SETTINGS, final=False).lacking(kept, final=False) is Reason.NOT_DUE
    assert decide(waiting, SETTINGS, final=True).lacking(kept, final=True) is Reason.NO_DATA


def test_the_reason_of_a_hold_is_the_one_that_counts_most():
    """Suspected harm before what could not be seen, that before too little; but first what calls for a rollback."""
    verdict = RolloutDecision()
    for reason in (Reason.TOO_FEW_SAMPLES, Reason.ACCESS_DENIED, Reason.SUSPECTED_HARM):
        verdict.lacks(reason, str(reason))
    assert verdict.lacking(HoldCases(), final=True) is Reason.SUSPECTED_HARM
    assert verdict.lacking(HoldCases(blind="roll-back"), final=True) is Reason.ACCESS_DENIED
    assert verdict.lacking(HoldCases(too_little="roll-back"), final=True) is Reason.TOO_FEW_SAMPLES


def test_an_alarm_after_the_moment_does_not_count():
    """T+2 is decided by what happened until then."""
    until = T0 + timedelta(minutes=2)
    early = look("T+2", 2, alarms=alarms((150, OK, ALARM), until=until))
    assert decide(early, SETTINGS, final=False).decision is Decision.GO


def test_decisions_are_found_by_name():
    """Each decision rests on its own look."""
    seen = watch(look("T+2", 2), look())
    assert at(seen, FIRST, SETTINGS, final=False)[0].name == FIRST
    assert at(seen, SECOND, SETTINGS, final=True)[0].name == SECOND


def test_a_decision_that_is_not_due_is_none():
    """Before its moment there is no decision, unless it is no-go already."""
    seen = watch(look("T+2", 2), look("now", 3))
    assert at(seen, SECOND, SETTINGS, final=True) is None
    bad = watch(look("tick 3", 1, alarms=alarms(FIRED, until=T0 + timedelta(minutes=1))))
    for name, final in ((FIRST, False), (SECOND, True)):
        found, verdict = at(bad, name, SETTINGS, final=final)
        assert (found.name, verdict.decision) == ("tick 3", Decision.NO_GO)
    late = T0 + timedelta(minutes=2, seconds=3)  # while the last events of the first two minutes still come
    bad = watch(look("tick 9", 2.05, alarms=alarms(FIRED, until=late)))
    assert at(bad, FIRST, SETTINGS, final=False)[1].decision is Decision.NO_GO


def test_what_came_after_a_decision_does_not_change_it():
    """What was seen at T+3 is no reason at T+2."""
    seen = watch(look("now", 3, alarms=alarms((150, OK, ALARM), until=T0 + timedelta(minutes=3))))
    assert at(seen, FIRST, SETTINGS, final=False) is None


def test_a_watch_survives_json():
    """What is kept in the record reads back as it was."""
    kind = TypeAdapter(Watch)
    seen = watch(look("T+2", 2), look(versions={"lambda": UNREAD}))
    assert kind.validate_json(kind.dump_json(seen)) == seen
