"""Looks at a rollout, made up: a healthy one, of which tests change a part."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from promotion.alarms.alarm import ALARM, OK, Alarm, AlarmsLook
from promotion.alarms.history import History, StateChange
from promotion.alarms.judgement import AlarmHistory
from promotion.alarms.judgement import Watch as AlarmWatch
from promotion.dashboards.signals import Balanced
from promotion.deployments import Host
from promotion.http.answer import Answer
from promotion.metrics.chart import Chart
from promotion.metrics.errors import ErrorCount, ErrorLook
from promotion.rollout.invocations import Counted
from promotion.rollout.watch import Alarms, Fleet, Live, Look, Shift, Slow, Versions, Watch
from promotion.settings.load import parse

T0 = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
STEADY = tuple(80 + number % 40 for number in range(900))


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
    return Alarms(AlarmsLook(("errors",), (alarm,)), history)


def look(name="T+5", minutes=5.0, **changed):
    """A healthy look."""
    until = T0 + timedelta(minutes=minutes)
    healthy = Answer("https://shop.example/health", "GET", 200, 12.0, 3.0)
    made = Look(
        name=name,
        at=until,
        until=until,
        shifts=(
            Shift("lambda", "d-1", "InProgress", T0, new=("6",), old=("5",)),
            Shift("ec2", "d-2", "Succeeded", T0, new=("i-0", "i-1"), old=("i-8", "i-9")),
        ),
        absent=(),
        versions={"lambda": Versions(Counted("6", 900, 0, STEADY), Counted("5", 8100, 1, STEADY), 0)},
        failures={
            "lambda": failures(counts(place="function"), counts(place="API Gateway")),
            "ec2": failures(counts(place="target group green"), counts()),
        },
        usual={},
        slow={"ec2": Slow(3, 1500)},
        alarms=alarms(until=until),
        live=Live({"ec2": fleet()}, {"lambda": healthy, "ec2": healthy}),
    )
    return replace(made, **changed)


def watch(*looks):
    """A watch with these looks."""
    return Watch(T0, T0 + timedelta(minutes=2), T0 + timedelta(minutes=5), looks)


FIRED = (30, OK, ALARM)
