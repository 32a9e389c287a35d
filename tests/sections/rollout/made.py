"""Looks at a rollout, made up: a healthy one, of which tests change a part."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from promotion.clients.aws.cloudwatch.alarm_history import History, StateChange
from promotion.clients.aws.cloudwatch.alarms import ALARM, OK, Alarm, AlarmsLook
from promotion.clients.aws.load_balancers import Host
from promotion.clients.http.answer import HttpAnswer
from promotion.sections.observability.alarms.judgement import AlarmHistory
from promotion.sections.observability.alarms.judgement import WatchedDeployment as AlarmWatch
from promotion.sections.observability.baseline.record import Baseline, TargetMeasurement
from promotion.sections.observability.baseline.store import StoredBaseline
from promotion.sections.observability.dashboards.signals import Balanced
from promotion.sections.observability.metrics.chart import Chart
from promotion.sections.observability.metrics.errors import ErrorCount, ErrorLook
from promotion.sections.rollout.against_baseline import FleetOutcome
from promotion.sections.rollout.fleet_evidence import Answers, Fleet, Slow
from promotion.sections.rollout.invocations import Counted
from promotion.sections.rollout.minute_counts import minute_counts
from promotion.sections.rollout.stages import Stage
from promotion.sections.rollout.watch import Live, Look, ProdDeployment, RolloutAlarms, Versions, Watch
from promotion.settings.load import parse

T0 = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
STEADY = tuple(80 + number % 40 for number in range(900))


def version(name, requests, errors=0, ms=STEADY, minutes=5):
    """What a version did, the same in each minute; errors in the last ones of it."""
    parts = [ms[number::minutes] for number in range(minutes)]
    failed = [errors // minutes + (number < errors % minutes) for number in range(minutes)][::-1]
    each = tuple(minute_counts(requests // minutes, wrong, part) for part, wrong in zip(parts, failed, strict=True))
    return Counted(name, requests, errors, minutes=each)


NEW, OLD = version("6", 900), version("5", 8100, 1)


def settings(**rollout):
    """Settings with a function and two instances in prod."""
    target = {
        "lambda": {
            "kind": "lambda",
            "url": "https://shop.example",
            "function": "shop-api",
            "codedeploy": {"application": "shop", "group": "function"},
        },
        "ec2": {
            "kind": "ec2",
            "url": "https://fleet.example",
            "load_balancer": "shop",
            "target_groups": ["blue", "green"],
            "codedeploy": {"application": "shop", "group": "fleet"},
        },
    }
    return parse(
        {
            "service": "shop",
            "image": {
                "repository": "999988887777.dkr.ecr.eu-west-1.amazonaws.com/shop",
                "signer": {"key": "key.pem"},
            },
            "github": {"repository": "example/shop", "build_workflow": "build.yml"},
            "dev": {"account": "111122223333", "region": "eu-west-1", "targets": target},
            "prod": {"account": "444455556666", "region": "eu-west-1", "targets": target},
            "rollout": rollout,
        },
        "made",
    )


def counts(failed=0, requests=1500, place="load balancer"):
    """Failures of a place."""
    return ErrorCount(place, failed, requests, {})


def failures(*places):
    """Failures of a target."""
    return ErrorLook(0.001, "10:00 to 10:03Z", places, (), None, Chart("", (), 0.1, " %", "", ""))


def fleet(*states):
    """Hosts behind a load balancer that forwards to the green group, healthy unless said otherwise."""
    states = states or ("healthy", "healthy")
    hosts = tuple(Host(f"i-{number}", "green", state) for number, state in enumerate(states))
    arn = "arn:aws:elasticloadbalancing:eu-west-1:444455556666:loadbalancer/app/shop/1"
    return Fleet(Balanced(arn, {"blue": "b", "green": "g"}, {"g": 100, "b": 0}), hosts)


def alarms(*changes, until=T0 + timedelta(minutes=5)):
    """One alarm, and what happened to it: `(seconds after T0, old, new)`."""
    told = tuple(StateChange("errors", T0 + timedelta(seconds=at), old, new) for at, old, new in changes)
    inside = [change for change in told if change.when <= until]
    state, since = (told[-1].new, told[-1].when) if told else (OK, T0 - timedelta(days=1))
    alarm = Alarm("errors", "arn", "MetricAlarm", state, since, T0 - timedelta(days=9), True, lag=timedelta(0))
    before = {} if inside or not told else {"d-1 errors": told[0].old}
    history = AlarmHistory((AlarmWatch("d-1", T0, until),), History(told), before, {}, until)
    return RolloutAlarms(AlarmsLook(("errors",), (alarm,)), history)


def stages(**ended):
    """The stages of new instances: `AllowTraffic=None` goes on, `AllowTraffic=170` ended so many seconds after T0."""
    return tuple(
        Stage(
            name,
            T0 + timedelta(seconds=30 * place),
            None if seconds is None else T0 + timedelta(seconds=seconds),
            ("i-0", "i-1") if seconds is None else (),
        )
        for place, (name, seconds) in enumerate(ended.items(), 1)
    )


SERVING = stages(Install=60, AllowTraffic=110)


def fleet_shift(**changed):
    """The fleet's deployment, whose new instances have the traffic."""
    made = ProdDeployment("ec2", "d-2", "InProgress", T0, new=("i-0", "i-1"), old=("i-8", "i-9"), stages=SERVING)
    return replace(made, **changed)


def kept(**changed):
    """The recorded baseline: the median is 40 ms, 30 % took longer than 50 ms, 1 % longer than 100, 1 of 10,000 failed."""
    latency = ((40.0, 5000), (50.0, 2000), (70.0, 1900), (100.0, 1000), (200.0, 100))
    fleet = TargetMeasurement(requests=10_000, errors=1, latency=latency, limit_ms=500, over_limit=0)
    newest = Baseline(
        service="shop",
        digest="sha256:" + "5" * 64,
        start=T0 - timedelta(days=2),
        end=T0 - timedelta(days=2) + timedelta(minutes=20),
        targets={"ec2": fleet},
        written_at=T0 - timedelta(days=1),
    )
    return StoredBaseline("baseline.jsonl", 1, newest.model_copy(update=changed))


def answers(requests=1500, failed=0, over=(450, 15), before=(15, 4500, 75)):
    """What the fleet answered since it serves, and `failed, over…` of 15,000 in the minutes before."""
    return Answers(
        T0 + timedelta(minutes=1),
        FleetOutcome(requests, failed, requests, over),
        FleetOutcome(15_000, before[0], 15_000, before[1:]),
    )


def look(name="T+5", minutes=5.0, **changed):
    """A healthy look."""
    until = T0 + timedelta(minutes=minutes)
    healthy = HttpAnswer("https://shop.example/health", "GET", 200, 12.0, 3.0)
    made = Look(
        name=name,
        at=until,
        until=until,
        shifts=(
            ProdDeployment("lambda", "d-1", "InProgress", T0, new=("6",), old=("5",)),
            fleet_shift(),
        ),
        absent=(),
        versions={"lambda": Versions(NEW, OLD, 0)},
        failures={
            "lambda": failures(counts(place="function"), counts(place="API Gateway")),
            "ec2": failures(counts(place="target group green"), counts()),
        },
        usual={},
        slow={"ec2": Slow(3, 1500)},
        alarms=alarms(until=until),
        answers={"ec2": answers()},
        recorded=kept(),
        live=Live({"ec2": fleet()}, {"lambda": healthy, "ec2": healthy}),
    )
    return replace(made, **changed)


def watch(*looks):
    """A watch with these looks."""
    return Watch(T0, T0 + timedelta(minutes=2), T0 + timedelta(minutes=5), looks)


FIRED = (30, OK, ALARM)
