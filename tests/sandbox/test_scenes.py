"""A rollout in the sandbox looks at every moment as one does, also when it is stopped."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
import requests
from botocore.exceptions import ClientError
from werkzeug.test import Client

from promotion.core.clock import ServedClock
from promotion.sandbox import catalogue
from promotion.sandbox.clock import Clock
from promotion.sandbox.moto_patches.delays import WHOLE_AFTER
from promotion.sandbox.protocol import Order, SandboxError
from promotion.sandbox.serve_world import _stand
from promotion.sandbox.world import build, scenes
from promotion.sandbox.world.logs import INGESTED_AFTER_MS, milliseconds
from promotion.sandbox.world.pipeline import TOKEN
from promotion.sandbox.world.requests import requests as told_apart
from promotion.sandbox.world.rollout import app_spec
from promotion.sandbox.world.traffic import minute_of

KNOWN = catalogue.load()
ALIAS = {"FunctionName": "shop-api", "Resource": "shop-api:live"}


@dataclass
class Wanted:
    """What is asked on the command line, as far as it chooses a world."""

    wait: bool
    sandbox: tuple[str, ...] = ()
    sandbox_rate: float = 20


class Started:
    """A world that was started."""

    environment = MappingProxyType({})
    config, digest = Path("promotion.toml"), "sha256:…"

    def stop(self):
        """End it."""


def stood(scene, minutes=None, *faults):
    """A new world at a scene, with faults, as it goes live."""
    world = build()
    play = scenes.stand(world, scene, minutes)
    for fault in faults:
        KNOWN[fault].apply(world)
    play.advance(play.now, anew=True)
    return world, play


def deployment(world, target, number=0):
    """The status of a deployment of prod, the newest or an older one, and the whole of it."""
    deploy = world.prod.client("codedeploy")
    group = {"applicationName": f"shop-{target}", "deploymentGroupName": f"shop-{target}-prod"}
    key = deploy.list_deployments(**group)["deployments"][number]
    info = deploy.get_deployment(deploymentId=key)["deploymentInfo"]
    return info["status"], info


def steps(world, target, label=None):
    """The steps of the newest deployment of prod that have begun, with the statuses of each of its targets."""
    deploy = world.prod.client("codedeploy")
    key = deployment(world, target)[1]["deploymentId"]
    ids = deploy.list_deployment_targets(deploymentId=key)["targetIds"]
    found = {}
    for told in deploy.batch_get_deployment_targets(deploymentId=key, targetIds=ids)["deploymentTargets"]:
        inner = told.get("lambdaTarget") or told["instanceTarget"]
        if inner.get("instanceLabel") == label:
            for event in inner["lifecycleEvents"]:
                found.setdefault(event["lifecycleEventName"], set()).add(event["status"])
    return {name: statuses.pop() for name, statuses in found.items() if statuses != {"Pending"}}


def alias(world):
    """Which version of the function gets which share."""
    told = world.prod.client("lambda").get_alias(FunctionName="shop-api", Name="live")
    others = told.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    return {told["FunctionVersion"]: round(1 - sum(others.values()), 3), **others}


def groups(world):
    """The weight of each target group, and the states of those who stand in it, the fleet before first."""
    elb, prod = world.prod.client("elbv2"), world.prod
    (rule,) = elb.describe_rules(ListenerArn=prod.listeners[443])["Rules"]
    (action,) = rule["Actions"]
    told = action.get("ForwardConfig", {}).get("TargetGroups") or [{"TargetGroupArn": action["TargetGroupArn"]}]
    weights = {one["TargetGroupArn"]: one.get("Weight", 1) for one in told}
    return {
        colour: (
            weights[arn],
            [
                one["TargetHealth"]["State"]
                for one in sorted(
                    elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"],
                    key=lambda one: prod.colour_of(one["Target"]["Id"]),
                    reverse=True,
                )
            ],
        )
        for colour, arn in prod.target_groups.items()
    }


def one_group(*states):
    """What `groups` gives where both fleets stand in one target group."""
    return {"instances": (1, list(states))}


def serving(world):
    """The instances of prod that answer requests."""
    return [one.name for one in world.fronts["prod-ec2"].members if one.weight]


def instances(world):
    """How many instances of prod are in which state."""
    reservations = world.prod.client("ec2").describe_instances()["Reservations"]
    return Counter(one["State"]["Name"] for reservation in reservations for one in reservation["Instances"])


def since(play):
    """The beginning of the minute two before that of T0."""
    return play.t0.replace(second=0, microsecond=0) - timedelta(minutes=2)


def counted(world, play, name, namespace="AWS/Lambda", **dimensions):
    """A metric of prod summed by minute, from two minutes before the rollout until what is published for certain."""
    told = world.prod.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=since(play),
        EndTime=play.now - WHOLE_AFTER,
        Period=60,
        Statistics=["Sum"],
    )
    return {point["Timestamp"].replace(tzinfo=None): point["Sum"] for point in told["Datapoints"]}


def logged(world, play, group="/aws/lambda/shop-api", pattern="REPORT"):
    """The events of a log group of prod since two minutes before the rollout."""
    pages = world.prod.client("logs").get_paginator("filter_log_events")
    start = milliseconds(since(play))
    return [
        event
        for page in pages.paginate(logGroupName=group, startTime=start, filterPattern=pattern)
        for event in page["events"]
    ]


def by_version(events):
    """Events by the version that wrote them."""
    found = {}
    for event in events:
        found.setdefault(re.search(r"\[(\d+)\]", event["logStreamName"])[1], []).append(event)
    return found


def github(world, method, path):
    """Ask GitHub: the status, and what it says."""
    headers = {"Authorization": f"Bearer {TOKEN}", "User-Agent": "tests"}
    answer = Client(world.github).open(f"/repos/example/shop{path}", method=method, headers=headers)
    return answer.status_code, answer.json


def test_a_rollout_is_shown_as_it_is_at_each_moment():
    """T0+1 s, +20 s, +1 min, +2:10, +2:30, +5:30, +12 min, and when the old instances are terminated."""
    world, play = stood("rollout")
    started = [(deployment(world, target)[0], alias(world)) for target in ("lambda", "ec2")]
    assert started == [("Created", {"5": 1.0})] * 2
    with pytest.raises(ClientError, match="DeploymentNotStarted"):
        steps(world, "lambda")

    play.advance(play.t0 + timedelta(seconds=1))
    assert deployment(world, "lambda")[0] == deployment(world, "ec2")[0] == "InProgress"
    assert steps(world, "lambda") == {"BeforeAllowTraffic": "InProgress"}
    assert steps(world, "ec2", "Green") == {}
    assert instances(world) == {"running": 2, "terminated": 2}

    play.advance(play.t0 + timedelta(seconds=20))
    assert alias(world) == {"5": 0.9, "6": 0.1}
    assert instances(world) == {"running": 2, "pending": 2, "terminated": 2}

    play.advance(play.t0 + timedelta(seconds=60))
    assert steps(world, "lambda") == {"BeforeAllowTraffic": "Succeeded", "AllowTraffic": "InProgress"}
    assert instances(world) == {"running": 4, "terminated": 2}
    assert groups(world) == one_group("healthy", "healthy")
    assert {one.name: one.weight for one in world.fronts["prod-lambda"].members} == {"5": 9, "6": 1}

    play.advance(play.t0 + timedelta(seconds=130))
    assert groups(world) == one_group("healthy", "healthy", "initial", "initial")
    assert set(serving(world)) == set(play.fleet.fleets["green"])
    assert steps(world, "ec2", "Green")["AllowTraffic"] == "InProgress"

    play.advance(play.t0 + timedelta(seconds=150))
    assert groups(world) == one_group(*["healthy"] * 4)
    assert set(serving(world)) == {*play.fleet.fleets["green"], *play.fleet.fleets["blue"]}
    assert alias(world) == {"5": 0.9, "6": 0.1}

    play.advance(play.t0 + timedelta(seconds=180))
    assert groups(world) == one_group("draining", "draining", "healthy", "healthy")
    assert set(serving(world)) == set(play.fleet.fleets["blue"])

    play.advance(play.t0 + timedelta(minutes=5, seconds=30))
    assert alias(world) == {"6": 1.0}
    assert "RoutingConfig" not in world.prod.client("lambda").get_alias(FunctionName="shop-api", Name="live")
    assert deployment(world, "lambda")[0] == "InProgress"
    assert set(steps(world, "ec2", "Blue").values()) == {"Succeeded"}
    assert groups(world) == one_group("healthy", "healthy")
    assert set(serving(world)) == set(play.fleet.fleets["blue"])

    play.advance(play.t0 + timedelta(minutes=12))
    status, info = deployment(world, "lambda")
    assert (status, info["completeTime"] - info["createTime"]) == ("Succeeded", timedelta(seconds=339))
    status, info = deployment(world, "ec2")
    assert (status, info["instanceTerminationWaitTimeStarted"]) == ("InProgress", True)
    assert github(world, "GET", f"/actions/runs/{play.workflow.run.id}")[1]["conclusion"] == "success"

    play.advance(play.t0 + timedelta(minutes=64))
    assert deployment(world, "ec2")[0] == "Succeeded"
    assert instances(world) == {"running": 2, "terminated": 4}


def test_each_fleet_may_have_its_own_target_group():
    """Then a listener is moved when the new one is healthy, and the two never serve at once."""
    from promotion.sandbox.world import two_groups

    world, play = stood("rollout")
    two_groups.part(world)
    for seconds, shown in (
        (60, {"blue": (0, []), "green": (100, ["healthy"] * 2)}),
        (130, {"blue": (0, ["initial"] * 2), "green": (100, ["healthy"] * 2)}),
        (150, {"blue": (100, ["healthy"] * 2), "green": (0, ["healthy"] * 2)}),
        (180, {"blue": (100, ["healthy"] * 2), "green": (0, ["draining"] * 2)}),
        (330, {"blue": (100, ["healthy"] * 2), "green": (0, [])}),
    ):
        play.advance(play.t0 + timedelta(seconds=seconds))
        assert groups(world) == shown
        assert set(serving(world)) == set(play.fleet.fleets["blue" if seconds >= 150 else "green"])
    lb = {"LoadBalancer": world.prod.load_balancer.partition("loadbalancer/")[2]}
    counts = {
        colour: counted(world, play, "RequestCount", "AWS/ApplicationELB", **lb, TargetGroup=arn.rpartition(":")[2])
        for colour, arn in world.prod.target_groups.items()
    }
    whole = counted(world, play, "RequestCount", "AWS/ApplicationELB", **lb)
    assert whole == {minute: sum(part.get(minute, 0) for part in counts.values()) for minute in whole}
    play.fleet.stop(play.now, rolls_back=True)
    play.advance(play.now + timedelta(seconds=41))
    assert groups(world) == {"blue": (0, []), "green": (100, ["healthy"] * 2)}


@pytest.mark.parametrize("seconds", [100, 125, 155, 180, 230])
def test_a_fleet_comes_back_from_every_step(seconds):
    """Before the new instances are registered, before they are healthy, while both serve, while the old ones leave, after."""
    world, play = stood("rollout")
    stopped = play.t0 + timedelta(seconds=seconds)
    play.advance(stopped)
    play.fleet.stop(stopped, rolls_back=True)
    for later in range(1, 60):
        play.advance(stopped + timedelta(seconds=later))
        states = groups(world)["instances"][1]
        assert serving(world), states
        assert states.count("healthy") >= 2, (later, states)
    assert groups(world) == one_group("healthy", "healthy")
    assert serving(world) == play.fleet.fleets["green"]


def test_what_is_counted_of_each_version_is_what_it_logged():
    """Per version and together, by metrics and by log: the same requests; the canary gets a tenth, to the second."""
    world, play = stood("rollout", 8)
    flow = world.prod.flows["lambda"]
    begin, end = (minute_of(play.t0) + number for number in (0, 6))
    canary = [one for minute in range(begin, end) for one in told_apart(world.prod, "lambda", minute) if one.who == "6"]
    assert sum(one.at < milliseconds(play.t0 + timedelta(seconds=300)) for one in canary) > 670
    flow.requests = 600  # fewer are read more quickly
    flow.versions["6"] = {"errors": 0.03, "slowness": 3, "cold": 0.02}
    flow.versions["5"] = {"client_errors": 0}
    parts = {version: counted(world, play, "Invocations", **ALIAS, ExecutedVersion=version) for version in "56"}
    whole = counted(world, play, "Invocations", **ALIAS)
    last = max(whole)  # of this minute not all has been counted yet, and more from one call to the next
    whole = {minute: number for minute, number in whole.items() if minute < last}
    assert {minute: sum(part.get(minute, 0) for part in parts.values()) for minute in whole} == whole

    reports = by_version(logged(world, play))
    begun = by_version(logged(world, play, pattern="START"))
    for version, part in parts.items():
        came = [event["timestamp"] for event in begun[version] if event["timestamp"] < milliseconds(last)]
        assert len(came) == sum(number for minute, number in part.items() if minute < last)
    first = begun["6"][0]["timestamp"] - milliseconds(play.t0)
    assert 20_000 <= first < 22_000
    canary = [one for one in begun["6"] if one["timestamp"] < milliseconds(play.t0 + timedelta(seconds=320))]
    assert len(canary) == pytest.approx(0.1 * 5 * 600, rel=0.2)
    assert not [one for one in begun["5"] if one["timestamp"] > milliseconds(play.t0 + timedelta(seconds=320))]

    def before_last(counts):
        return sum(number for minute, number in counts.items() if minute < last)

    failed = before_last(counted(world, play, "Errors", **ALIAS, ExecutedVersion="6"))
    assert failed / before_last(parts["6"]) == pytest.approx(0.03, abs=0.015)  # of some five hundred
    assert before_last(counted(world, play, "Errors", **ALIAS)) == failed
    api = {"ApiId": world.prod.api, "Stage": "$default"}
    assert before_last(counted(world, play, "5xx", "AWS/ApiGateway", **api)) == failed
    lines = [json.loads(one["message"]) for one in logged(world, play, pattern="{ $.status = 500 }")]
    assert {line["member"] for line in lines} == {"6"}

    cold = [one for one in reports["6"] if "Init Duration" in one["message"]]
    assert len(cold) / len(reports["6"]) == pytest.approx(0.02, abs=0.005)
    assert not [one for one in reports["5"] if "Init Duration" in one["message"]]
    took = {
        version: sorted(float(re.search(r"Duration: ([\d.]+)", one["message"])[1]) for one in found)
        for version, found in reports.items()
    }
    middle = {version: found[len(found) // 2] for version, found in took.items()}
    assert middle["6"] / middle["5"] == pytest.approx(3, rel=0.1)


def test_what_is_logged_meanwhile_is_logged_once():
    """Reading the log again and again as time goes by gives the same events as reading it at the end."""
    import time_machine

    world, play = stood("rollout")
    with time_machine.travel(play.t0, tick=False) as time:
        for seconds in (25, 31, 47, 90):
            time.move_to(play.t0 + timedelta(seconds=seconds))
            play.advance(play.t0 + timedelta(seconds=seconds))
            seen = logged(world, play)
    ids = [re.search(r"RequestId: (\S+)", one["message"])[1] for one in seen]
    assert len(set(ids)) == len(ids)
    until = milliseconds(play.t0 + timedelta(seconds=90)) - INGESTED_AFTER_MS
    minutes = range(minute_of(play.t0) - 2, minute_of(play.t0) + 3)
    over = [one.done for minute in minutes for one in told_apart(world.prod, "lambda", minute) if one.done <= until]
    assert sorted(one["timestamp"] for one in seen) == sorted(over)


@pytest.mark.parametrize("minutes", [1, 4])
def test_a_stopped_rollout_goes_back(minutes):
    """The function in ten seconds, the instances in forty, before and after their traffic moved; once."""
    world, play = stood("rollout", minutes)
    deploy = world.prod.client("codedeploy")
    bad = {target: deployment(world, target)[1]["deploymentId"] for target in ("lambda", "ec2")}
    for key in bad.values():
        assert deploy.stop_deployment(deploymentId=key, autoRollbackEnabled=True)["status"] == "Succeeded"
    stopped = play.function.stopped
    for target, key in bad.items():
        status, info = deployment(world, target, 1)
        assert (status, info["deploymentId"], info["errorInformation"]["code"]) == ("Stopped", key, "MANUAL_STOP")
        back = deployment(world, target)[1]
        assert back["creator"] == "codeDeployRollback"
        assert back["deploymentId"] == info["rollbackInfo"]["rollbackDeploymentId"]
        with pytest.raises(ClientError, match="DeploymentAlreadyCompleted"):
            deploy.stop_deployment(deploymentId=key, autoRollbackEnabled=True)
    assert alias(world) == {"5": 0.9, "6": 0.1}

    play.advance(stopped + timedelta(seconds=10))
    assert (alias(world), deployment(world, "lambda")[0]) == ({"5": 1.0}, "Succeeded")
    play.advance(stopped + timedelta(seconds=41))
    assert deployment(world, "ec2")[0] == "Succeeded"
    assert groups(world) == one_group("healthy", "healthy")
    assert world.prod.green == play.fleet.fleets["green"] == serving(world)
    play.advance(play.t0 + timedelta(minutes=20))
    assert alias(world) == {"5": 1.0}
    assert serving(world) == play.fleet.fleets["green"]


def test_a_stop_without_rollback_leaves_things_as_they_are():
    """Nobody goes back unless somebody says so, or the group does."""
    world, play = stood("rollout", 1)
    world.prod.lambda_group.auto_rollback_configuration = {"enabled": False}
    key = deployment(world, "lambda")[1]["deploymentId"]
    world.prod.client("codedeploy").stop_deployment(deploymentId=key)
    play.advance(play.t0 + timedelta(minutes=10))
    assert deployment(world, "lambda")[0] == "Stopped"
    assert alias(world) == {"5": 0.9, "6": 0.1}


def redeployed(world, current, target, **more):
    """Ask CodeDeploy for another deployment of the function, all at once; give its id."""
    made = world.prod.client("codedeploy").create_deployment(
        applicationName="shop-lambda",
        deploymentGroupName="shop-lambda-prod",
        deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce",
        revision=app_spec(current, target),
        **more,
    )
    return made["deploymentId"]


def test_what_succeeded_is_deployed_away_again():
    """A rollout that is over cannot be stopped; another deployment puts the version before back, and is the newest."""
    world, play = stood("rollout", 6)
    assert (deployment(world, "lambda")[0], alias(world)) == ("Succeeded", {"6": 1.0})
    key = redeployed(world, 6, 5)
    status, info = deployment(world, "lambda")
    assert (status, info["deploymentId"], info["creator"]) == ("Created", key, "user")
    play.advance(play.now + timedelta(seconds=4))
    assert steps(world, "lambda") == {"BeforeAllowTraffic": "Succeeded", "AllowTraffic": "InProgress"}
    with pytest.raises(ClientError, match=f"already has an active Deployment '{key}'"):
        redeployed(world, 6, 5)
    play.advance(play.now + timedelta(seconds=6))
    assert (deployment(world, "lambda")[0], alias(world)) == ("Succeeded", {"5": 1.0})
    play.advance(play.t0 + timedelta(minutes=20))
    assert alias(world) == {"5": 1.0}


@pytest.mark.parametrize(
    ("current", "target", "code"),
    [(6, 6, "INVALID_REVISION"), (5, 99, "INVALID_LAMBDA_FUNCTION"), (6, "$LATEST", "INVALID_REVISION")],
)
def test_a_deployment_to_nowhere_fails(current, target, code):
    """To the version that serves, to one that there is not, to none: nothing is moved."""
    world, play = stood("rollout", 6)
    redeployed(world, current, target)
    play.advance(play.now + timedelta(seconds=20))
    status, info = deployment(world, "lambda")
    assert (status, info["errorInformation"]["code"], alias(world)) == ("Failed", code, {"6": 1.0})


def test_an_alarm_stops_the_way_back_unless_it_is_left_aside():
    """An alarm of the group that is in ALARM stops it, and automatic rollback deploys the bad version as the last good one."""
    world, play = stood("rollout", 6)
    world.prod.turn_alarm("lambda-errors", "ALARM", play.now)
    redeployed(world, 6, 5)
    play.advance(play.now + timedelta(seconds=30))
    status, info = deployment(world, "lambda", 1)
    assert (status, info["errorInformation"]["code"]) == ("Stopped", "ALARM_ACTIVE")
    again = deployment(world, "lambda")[1]
    assert (again["creator"], again["rollbackInfo"]["rollbackTriggeringDeploymentId"]) == (
        "codeDeployRollback",
        info["deploymentId"],
    )
    assert alias(world) == {"6": 1.0}

    world, play = stood("rollout", 6)
    world.prod.turn_alarm("lambda-errors", "ALARM", play.now)
    redeployed(
        world,
        6,
        5,
        autoRollbackConfiguration={"enabled": False},
        overrideAlarmConfiguration={"enabled": False, "alarms": []},
    )
    play.advance(play.now + timedelta(seconds=30))
    assert (deployment(world, "lambda")[0], alias(world)) == ("Succeeded", {"5": 1.0})


def test_a_fleet_that_is_over_is_deployed_away_again():
    """The revision before comes back on instances of its own; the bad ones are drained, and the deployment ends at once."""
    world, play = stood("rollout", 5, "fleet-over")
    assert deployment(world, "ec2")[0] == "Succeeded"
    bad = list(play.fleet.fleets[play.fleet.new])
    previous = world.prod.ec2_deployments[1].record.revision
    key = world.prod.client("codedeploy").create_deployment(
        applicationName="shop-ec2", deploymentGroupName="shop-ec2-prod", revision=previous
    )["deploymentId"]
    play.advance(play.now + timedelta(seconds=85))
    assert deployment(world, "ec2")[0] == "InProgress"
    back = play.fleet.fleets[play.fleet.old]
    assert set(back) & set(bad) == set()
    play.advance(play.now + timedelta(seconds=60))
    status, info = deployment(world, "ec2")
    assert (status, info["deploymentId"]) == ("Succeeded", key)
    assert sorted(key for key, state in registered(world).items() if state == "healthy") == sorted(back)
    assert steps(world, "ec2", "Green")["AllowTraffic"] == "Succeeded"
    assert world.prod.green == back


def registered(world):
    """The states of the instances behind prod's load balancer."""
    elb, prod = world.prod.client("elbv2"), world.prod
    return {
        one["Target"]["Id"]: one["TargetHealth"]["State"]
        for arn in set(prod.target_groups.values())
        for one in elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    }


def test_the_workflow_can_be_cancelled_once():
    """It takes a moment; after it there is nothing to cancel."""
    world, play = stood("rollout", 1)
    run = f"/actions/runs/{play.workflow.run.id}"
    found = github(world, "GET", f"/actions/workflows/promote.yml/runs?head_sha={world.releases[-1].commit}")[1]
    assert [(one["id"], one["status"]) for one in found["workflow_runs"]] == [(play.workflow.run.id, "in_progress")]
    assert github(world, "POST", f"{run}/cancel")[0] == 202
    assert github(world, "GET", run)[1]["status"] == "in_progress"
    assert github(world, "POST", f"{run}/cancel")[0] == 202
    play.workflow.run.cancelled -= timedelta(seconds=5)
    assert github(world, "GET", run)[1]["conclusion"] == "cancelled"
    assert github(world, "POST", f"{run}/cancel")[0] == github(world, "POST", f"{run}/force-cancel")[0] == 409
    play.advance(play.t0 + timedelta(minutes=10))
    assert github(world, "GET", run)[1]["conclusion"] == "cancelled"


def test_after_a_rollout_everything_is_on_the_new_image():
    """Dev and prod, live and by every API, since half an hour."""
    world, play = stood("rolled-out")
    assert deployment(world, "lambda")[0] == "Succeeded"
    assert alias(world) == {"6": 1.0}
    assert world.prod.versions[6] == world.prod.digest == world.digest
    assert groups(world) == one_group("healthy", "healthy")
    for front in ("prod-lambda", "prod-ec2"):
        assert Client(world.fronts[front]).get("/version").json["digest"] == world.digest
    green = {"LoadBalancer": world.prod.load_balancer.partition("loadbalancer/")[2]}
    assert sum(counted(world, play, "RequestCount", "AWS/ApplicationELB", **green).values()) > 600 * 28
    assert not counted(world, play, "HTTPCode_Target_5XX_Count", "AWS/ApplicationELB", **green)
    assert world.agreed.record["notes"]


def test_after_a_rollback_everything_is_on_the_image_before():
    """For twenty minutes; the run is cancelled, and what is to be written down is."""
    world, play = stood("rolled-back")
    for target in ("lambda", "ec2"):
        assert (deployment(world, target)[0], deployment(world, target, 1)[0]) == ("Succeeded", "Stopped")
    assert alias(world) == {"5": 1.0}
    for front in ("prod-lambda", "prod-ec2"):
        assert Client(world.fronts[front]).get("/version").json["digest"] == world.previous_digest
    bad = counted(world, play, "Invocations", **ALIAS, ExecutedVersion="6")
    assert 0 < sum(bad.values()) < 300
    assert max(bad) <= play.function.stopped + timedelta(seconds=8)
    assert github(world, "GET", f"/actions/runs/{play.workflow.run.id}")[1]["conclusion"] == "cancelled"
    ticket = world.agreed.record["rollback"]["ticket"].rpartition("/")[2]
    assert github(world, "GET", f"/issues/{ticket}")[1]["labels"][0]["name"] == "incident"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("alarm-during-rollout", ({"5": 1.0}, "blue", "Succeeded")),
        ("deployment-stuck", ({"5": 1.0}, "green", "InProgress")),
        ("green-host-unhealthy", ({"6": 1.0}, "blue", "Succeeded")),
    ],
)
def test_a_story_changes_the_whole_rollout(name, shown):
    """Also what has already been, since a story is seeded into a rollout that stands at some minute."""
    world, _ = stood("rollout", 6, name)
    (fleet,) = {world.prod.colour_of(key) for key in serving(world)}
    assert (alias(world), fleet, deployment(world, "lambda")[0]) == shown
    if name == "alarm-during-rollout":
        assert deployment(world, "lambda", 1)[1]["errorInformation"]["code"] == "ALARM_ACTIVE"
    if name == "deployment-stuck":
        assert steps(world, "ec2", "Green")["Install"] == "InProgress"
        assert groups(world) == one_group("healthy", "healthy")
    if name == "green-host-unhealthy":
        assert sorted(groups(world)["instances"][1]) == ["healthy", "unhealthy"]


def test_the_story_of_the_docs_changes_the_rollout():
    """The second example of docs/sandbox.md can be seeded."""
    page = (Path(__file__).parent.parent.parent / "docs/sandbox.md").read_text(encoding="utf-8")
    told = {}
    exec(re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)[1], told)
    world, play = stood("rollout", 6)
    told["_"](world)
    play.advance(play.now, anew=True)
    assert world.prod.alarm("lambda-errors").state_value == "ALARM"
    assert world.prod.flows["lambda"].versions.keys() == {"6"}


def test_a_rollback_can_fail():
    """The function stays where it was, and its rollback tells why."""
    world, play = stood("rollout", 2, "rollback-fails")
    key = deployment(world, "lambda")[1]["deploymentId"]
    world.prod.client("codedeploy").stop_deployment(deploymentId=key, autoRollbackEnabled=True)
    play.advance(play.function.stopped + timedelta(seconds=11))
    status, info = deployment(world, "lambda")
    assert (status, info["errorInformation"]["code"], alias(world)) == (
        "Failed",
        "INTERNAL_ERROR",
        {"5": 0.9, "6": 0.1},
    )


def test_a_served_rollout_plays_by_the_clock(world_pool):
    """Five and a half minutes pass in seconds, for AWS, GitHub and the front-ends alike."""
    with world_pool.world(scene="rollout", rate=120) as world:
        clock = ServedClock.fetch(world.environment["PROMOTION_CLOCK"])
        began = clock.now()
        run = f"{world.places.github}/repos/example/shop/actions/workflows/promote.yml/runs"
        headers = {"Authorization": f"Bearer {world.environment['GITHUB_TOKEN']}", "User-Agent": "tests"}
        asked = requests.get(run, headers=headers, timeout=10).json()["workflow_runs"][0]
        assert asked["status"] == "in_progress"
        clock.sleep(340 - (clock.now() - began).total_seconds())
        said = requests.get(f"{world.places.fronts['prod-lambda']}/version", verify=world.places.ca_file, timeout=10)
        assert (said.headers["X-Served-By"], said.json()["digest"]) == ("6", world.digest)


def test_the_scene_before_the_promotion_is_the_world_as_it_is_built():
    """Nothing is added to it, nor stands between it and who asks."""
    world = build()
    before = dict(vars(world))
    clock = Clock()
    assert _stand(world, Order(), clock) == (None, clock.leads)
    assert vars(world) == before
    assert world.prod.timeline is None


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ({"scene": "afterwards"}, "the scenes are pre_promotion, rollout, rolled-out, rolled-back"),
        ({"minutes": 3}, "takes no minutes"),
        ({"scene": "rollout", "minutes": 90}, "0 to 60 minutes ago, not 90"),
        ({"scene": "rolled-back", "minutes": 2}, "6 to 60 minutes ago, not 2"),
        ({"rate": 0.5}, "1 second a second or faster"),
    ],
)
def test_what_cannot_be_is_refused(world_pool, order, why):
    """With the reason, and what there is instead."""
    with pytest.raises(SandboxError, match=why):
        world_pool.world(**order)


def test_a_story_needs_a_rollout(world_pool):
    """Before the promotion there is none that could go wrong."""
    with pytest.raises(SandboxError, match="there is no rollout in the scene pre_promotion"):
        world_pool.world("deployment-stuck")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--sandbox-rate", "20", "--digest", f"sha256:{'0' * 64}"), "--sandbox-rate needs --sandbox"),
        (("--sandbox", "--sandbox-rate", "0.5"), "must be 1 or more, got 0.5"),
        (("--sandbox", "--sandbox-rate", "nan"), "must be 1 or more, got nan"),
    ],
    ids=["alone", "slower", "not a number"],
)
def test_a_rate_that_cannot_be_is_wrong_usage(capsys, options, why):
    """A sentence, and exit 4, before anything starts."""
    root = Path(__file__).parent.parent.parent
    assert pytest.main(["-c", str(root / "pyproject.toml"), "-p", "no:cacheprovider", *options]) == 4
    assert why in "".join(capsys.readouterr())


def test_the_phase_has_its_scene(monkeypatch):
    """`--sandbox` starts the world at the moment that the phase is about; who waits sees the rollout begin."""
    from promotion.engine.configure import _start_sandbox

    asked = []
    monkeypatch.setattr("promotion.sandbox.client.start", lambda *args, **kwargs: asked.append(kwargs) or Started())
    for phase, wait in (("pre_promotion", False), ("rollout", False), ("rollout", True), ("postdeploy", True)):
        _start_sandbox(Wanted(wait), phase, [])
    assert [(one["scene"], one["minutes"], one["rate"]) for one in asked] == [
        ("pre_promotion", None, 20),
        ("rollout", 6.0, 20),
        ("rollout", None, 20),
        ("rolled-out", None, 20),
    ]
