"""7. During deployment: how the new version does while traffic shifts to it in prod, and whether to continue."""

from promotion.core.findings import settle
from promotion.core.sentences import join, pluralize
from promotion.core.statistics.proof import percent
from promotion.items import item
from promotion.sections.observability.alarms.judgement import judge_alarms
from promotion.sections.observability.dashboards import body
from promotion.sections.observability.dashboards.coverage import Surroundings
from promotion.sections.observability.dashboards.judgement import judge_dashboard
from promotion.sections.observability.dashboards.signals import needed
from promotion.sections.observability.logs.sample import fewest
from promotion.sections.rollout import decision
from promotion.sections.rollout.canary import Decision
from promotion.sections.rollout.decision import judge_versions
from promotion.sections.rollout.error_rates import EDGE, newest_count, requests_wanted, too_many, wanted_in_words
from promotion.sections.rollout.fleet_judgement import hosts_short
from promotion.sections.rollout.watch import FIRST, SECOND
from promotion.settings.model import ec2_targets
from promotion.unknown import Reason, Unknown


@item("lambda-canary", per="prod_lambda")
def test_lambda_canary(prod_lambda, rollout_watch, settings, measured):
    """The new version's error rate is within the limit, it is no slower than the old one, and it is not throttled."""
    versions = rollout_watch.of(prod_lambda, rollout_watch.newest.versions)
    found = judge_versions(versions, rollout_watch.newest, settings, final=rollout_watch.is_final)
    measured(f"{versions.canary.describe()} · {versions.baseline.describe()}")
    assert found.decision is not Decision.NO_GO, f"version {versions.canary.version}: {found.sentence()}; roll it back"
    if found.decision is Decision.HOLD:
        why = Reason.SUSPECTED_HARM if found.suspected else Reason.TOO_FEW_SAMPLES
        raise Unknown(why, f"version {versions.canary.version}: {found.sentence()}")


@item("api-gateway-errors", per="prod_lambda")
def test_api_gateway_errors(prod_lambda, rollout_watch, settings, measured):
    """The API has counted requests since T0, and their error rate is within the limit."""
    if settings.prod.targets[prod_lambda].api is None:
        raise Unknown(
            Reason.NOT_DECLARED,
            f"promotion.toml does not say which API is before {prod_lambda}: add `api` to [prod.targets.{prod_lambda}]",
        )
    check_error_share(rollout_watch, prod_lambda, lambda place: place == EDGE, settings, measured)


@item("canary-correlation-ids", per="prod_lambda")
def test_canary_correlation_ids(prod_lambda, rollout_watch, settings, measured):
    """Nearly every event that the new version logs has a correlation id, and the ids differ."""
    sample, least = rollout_watch.of(prod_lambda, rollout_watch.newest.ids), settings.limits.correlation_share
    version = ", ".join(sample.members)
    measured(f"{sample.identified:,} of {sample.extent()} of version {version} have one of {sample.distinct:,} ids")
    assert not sample.lacks(least), (
        f"{sample.lacking:,} of {sample.extent()} of version {version} in {sample.group} have no correlation id "
        f"({sample.unstructured:,} of them are not JSON); expected at least {percent(least)} with one: log the id "
        "on every line"
    )
    assert not sample.constant, (
        f"{join([one.describe() for one in sample.constant])} of version {version} ({sample.group}); expected a "
        "different id for each request: clear the logger's context when a request starts"
    )
    if sample.application < fewest(least) or sample.distinct < 2:
        raise Unknown(
            Reason.TOO_FEW_SAMPLES,
            f"{sample.group} holds {sample.extent()} of version {version} with {sample.distinct} different ids; "
            f"{fewest(least)} events are needed to measure a share of {percent(least)}: run again later",
        )


@item("alb-targets", per="prod_ec2")
def test_alb_targets(prod_ec2, rollout_watch, settings, measured):
    """The expected number of instances is healthy where the traffic goes, and they are the new ones."""
    fleet, target = rollout_watch.of(prod_ec2, rollout_watch.live.fleets), settings.prod.targets[prod_ec2]
    groups = fleet.traffic.serving_groups
    measured(f"{len(fleet.healthy)} of {target.instances} healthy in {', '.join(groups) or 'no target group'}")
    assert groups, (
        f"no listener of {target.load_balancer} forwards to {', '.join(target.target_groups)}: none of these "
        "target groups is in use"
    )
    newest = rollout_watch.newest
    shift = next(one for one in newest.shifts if one.target == prod_ec2)
    moved = shift.served_since(newest.until) is not None
    short = hosts_short(prod_ec2, target, fleet, shift.new, moved=moved)
    if short and short.may_come:
        raise Unknown(Reason.NOT_DUE, f"{short.message}: they were registered a moment ago; run again")
    assert not short, (
        f"{short.message}; expected all to be healthy: find out why they fail their health checks, or roll back"
    )
    strangers = [name for name in fleet.traffic.serving_instances if name not in shift.new]
    if strangers and shift.status != "Succeeded":
        raise Unknown(
            Reason.NOT_DUE,
            f"{', '.join(strangers)} of the old instances still receive traffic, {shift.describe()}: run again "
            "when the traffic has shifted",
        )
    assert not strangers, (
        f"{shift.describe()}, but {', '.join(strangers)}, which it did not deploy, receive traffic in "
        f"{', '.join(groups)}: check where the listeners forward to"
    )


@item("target-group-errors", per="prod_ec2")
def test_target_group_errors(prod_ec2, rollout_watch, settings, measured):
    """The load balancer has counted requests since T0, and the error rate at it and behind it is within the limit."""
    check_error_share(rollout_watch, prod_ec2, lambda place: place != EDGE, settings, measured)


@item("instance-load", per="prod_ec2")
def test_instance_load(prod_ec2, rollout_watch, settings, measured):
    """No instance in service uses more CPU or memory than the limits allow."""
    loads, rollout = rollout_watch.of(prod_ec2, rollout_watch.newest.loads), settings.rollout
    measured(" · ".join(load.describe() for load in loads))
    if not loads:
        raise Unknown(
            Reason.NO_DATA, f"no instance of {prod_ec2} receives traffic: check its target groups and listeners"
        )
    limits = {"CPU": rollout.cpu_percent, "memory": rollout.memory_percent}
    known = [(load.instance, what, used) for load in loads for what, used in load.parts().items()]
    over = [
        f"{what} of {name} is at {used:g} %, over {limits[what]:g} %"
        for name, what, used in known
        if used is not None and used > limits[what]
    ]
    assert not over, f"{join(over)}: find out what uses it, use larger instances, or roll back"
    unmeasured = [f"{what} of {name}" for name, what, used in known if used is None]
    if unmeasured:
        raise Unknown(
            Reason.NO_DATA,
            f"CloudWatch has no value for {join(unmeasured)} in the newest minutes: enable detailed monitoring, "
            "and check that the agent publishes memory (a new metric is listed up to 15 min late)",
        )


@item("dashboard-watch")
def test_dashboard_watch(rollout_watch, settings, measured):
    """Prod's dashboard shows the metrics of every component in use, each widget has data, and none crosses its threshold."""
    newest = rollout_watch.newest
    board, alarms = rollout_watch.of_all(newest.board), rollout_watch.of_all(newest.alarms)
    assert board.body is not None, (
        f"dashboard {settings.prod.dashboard} does not exist: create it, or check `dashboard` in [prod]"
    )
    dashboard = body.parse_dashboard(board.body, settings.prod.region, settings.prod.account)
    balancers = {
        name: rollout_watch.of(name, rollout_watch.live.fleets).balanced for name in ec2_targets(settings.prod)
    }
    surroundings = Surroundings(
        settings.prod.region,
        settings.prod.account,
        tuple(needed(settings.prod.targets, balancers)),
        tuple(balancers.values()),
        alarms.look.by_name,
    )
    findings = judge_dashboard(dashboard, board.drawn, surroundings)
    settle(findings, f"{len(dashboard.widgets)} widgets, {len(dashboard.alarms)} alarms", measured)


@item("alarms-quiet")
def test_alarms_quiet(rollout_watch, measured):
    """No alarm was in ALARM since T0, and none was changed, missing or without data."""
    alarms = rollout_watch.of_all(rollout_watch.newest.alarms)
    watches = ", ".join(watch.deployments for watch in alarms.history.watches)
    settle(judge_alarms(alarms.look, alarms.history), f"{len(alarms.look.alarms)} alarms during {watches}", measured)


@item("health-during-shift", per="prod_target")
def test_health_during_shift(prod_target, rollout_watch, measured):
    """The health endpoint gave the expected answer to every request since T0."""
    asked = list(rollout_watch.health_of(prod_target))
    answers = [(name, rollout_watch.require(answer)) for name, answer in asked]
    slowest = max((answer.elapsed_ms or 0 for _, answer in answers), default=0)
    measured(f"{pluralize(len(answers), 'answer', 'answers')}, {slowest:.0f} ms at most")
    ill = [f"{name}: {problem}" for name, answer in answers for problem in answer.problems]
    assert not ill, f"{answers[0][1].url}: {join(ill)}; see the log of {prod_target}, or roll back"


@item("go-no-go-t2")
def test_go_no_go_t2(rollout_watch, settings, measured):
    """Nothing observed until T+2 is a reason to stop."""
    check_decision(rollout_watch, FIRST, settings, measured)


@item("go-no-go-t5")
def test_go_no_go_t5(rollout_watch, settings, measured):
    """Nothing observed until T+5 is a reason to roll back, and there were enough requests to judge."""
    check_decision(rollout_watch, SECOND, settings, measured)


def check_error_share(watch, name, is_meant, settings, measured):
    """The error rate is within the limit, and there were enough requests to judge."""
    look, how = watch.of(name, watch.newest.failures), settings.rollout.judge
    places = [newest_count(watch.newest, name, place, how) for place in look.places if is_meant(place.place)]
    measured(" · ".join(place.describe() for place in places))
    broken = [place.describe() for place in places if too_many(place, how) and not place.shared]
    assert not broken, (
        f"{join(broken)} in {look.window}, which is more than an error rate of {percent(how.error_rate)} explains: "
        "check the logs of the failed requests, and roll back if the new version causes them"
    )
    for place in look.untold:
        if is_meant(place.place):
            raise Unknown(place.reason, place.message)
    for place in places:
        if place.shared and too_many(place, how):
            raise Unknown(Reason.NO_DATA, place.of_others_too(name))
    requests = max((place.requests for place in places if not place.shared), default=0)
    if requests < requests_wanted(how, final=watch.is_final):
        raise Unknown(
            Reason.TOO_FEW_SAMPLES,
            f"{requests:,} requests to {name} were counted in {look.window}; {wanted_in_words(how, final=watch.is_final)}: "
            "run again later",
        )


def check_decision(watch, name, settings, measured):
    """The decision at this time is go."""
    final = name == SECOND
    found = decision.at(watch, name, settings, final=final)
    if found is None:
        due = watch.second_at if final else watch.first_at
        raise Unknown(
            Reason.NOT_DUE,
            f"{name} is at {due:%H:%M:%S}Z: run again then, or use --wait, which watches until the rollout is over",
        )
    look, verdict = found
    when = "" if look.name == name else f" ({look.name} at {look.until:%H:%M:%S}Z)"
    measured(f"{verdict.decision}{when}{f': {verdict.sentence()}' if verdict.decision is Decision.GO else ''}")
    assert verdict.decision is not Decision.NO_GO, f"no-go{when}: {verdict.sentence()}; roll back"
    if verdict.decision is Decision.HOLD:
        raise Unknown(verdict.lacking(settings.rollout.hold_cases, final=final), f"hold: {verdict.sentence()}")
