"""A process that was killed in the middle of acting, and the same command again: each thing was done once."""

import json
import signal
import time
import urllib.request
from datetime import timedelta

import pytest

import tests.stories.loaded  # noqa: F401 - before any clock runs
from promotion import cli
from promotion.core.clock import SystemClock
from promotion.core.redact import Redactor
from promotion.engine.sources import Sources
from promotion.sections.after_rollback.find_deployments import LOOK_BACK
from promotion.settings import load
from tests.actions.beginning import begin
from tests.runner import environment

WITHIN = 60
POINTS = [
    ("stop-answer-lost", ":stop:lambda:"),
    ("redeploy-answer-lost", ":stop:lambda:"),
    ("rollout-over", ":stop:lambda:"),
    (None, ":stop:lambda:"),
    (None, ":stop:ec2:"),
    (None, ":cancel:"),
    (None, ":rolled-back in releases"),
    (None, ":rolled-back in promotions"),
    ("ticket-answer-lost", ":incident"),
    (None, ":incident"),
]


def words(world, folder):
    """Give the command."""
    return ["rollback", "--yes", "--digest", world.digest, "--config", str(world.config), "--report-dir", str(folder)]


def kill_at(process, journal, point, said, heard=lambda: True):
    """Kill it as soon as it has begun an act, and `heard` says that the other side has it; `point` is in the act's key."""
    until = time.monotonic() + WITHIN
    while not (journal.exists() and any(point in key for key in json.loads(journal.read_text())) and heard()):
        assert time.monotonic() < until
        assert process.is_alive(), said.read_text()
        time.sleep(0.01)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def asked(world, url):
    """Give the JSON of an answer of GitHub or Slack."""
    name = "GITHUB_TOKEN" if "/repos/" in url else "SLACK_TOKEN"
    headers = {"Authorization": f"Bearer {world.environment[name]}", "User-Agent": "tests"}
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(urllib.request.Request(url, headers=headers), timeout=10) as answer:
        return json.load(answer)


def done(world, folder):
    """Count what there is: rollback deployments by target, tickets, messages."""
    from promotion.clients.aws.codedeploy import deployment_group, deployments_since

    settings = load(world.config).settings
    sources = Sources(settings, world.digest, SystemClock(), Redactor(), journal=folder / "receipts.json")
    account, since = sources["prod_aws"](), SystemClock().now() - LOOK_BACK + timedelta(hours=1)
    found = {}
    for name, target in settings.prod.targets.items():
        made = deployments_since(account, deployment_group(account, target.codedeploy), since)
        found[name] = sum(one.is_rollback for one in made)
    issues = asked(world, f"{world.places.github}/repos/example/shop/issues?state=all")
    found["tickets"] = sum(":incident]" in (issue["body"] or "") for issue in issues)
    found["issues"] = sum(":rolled-back]" in (issue["body"] or "") for issue in issues)
    channel = next(one.channel for one in settings.channels.team if one.kind == "slack")
    history = asked(world, f"{world.places.channels}/slack/conversations.history?channel={channel}&limit=100")
    found["messages"] = sum(":rolled-back]" in message["text"] for message in history["messages"])
    return found


@pytest.mark.parametrize(("fault", "point"), POINTS, ids=[f"{fault or 'at'}{point}" for fault, point in POINTS])
def test_killed_and_started_again(world_pool, tmp_path, capsys, fault, point):
    """One rollback deployment a target, one ticket, one message in each channel, however it was interrupted."""
    faults = [fault] if fault else []
    with world_pool.world(*faults, scene="rollout", minutes=1, rate=12) as world:
        command, said = words(world, tmp_path), tmp_path / "said"

        def heard():
            if fault != "redeploy-answer-lost":
                return True
            with environment(world, tmp_path):  # what is not heard within the time that is waited for is heard too late
                return done(world, tmp_path)["lambda"] == 1

        kill_at(begin(command, world.environment, said), tmp_path / "receipts.json", point, said, heard)
        with environment(world, tmp_path):
            again = cli.main(command)
            found = done(world, tmp_path)
    assert again == 0, capsys.readouterr().out
    assert found == {"lambda": 1, "ec2": 1, "tickets": 1, "issues": 1, "messages": 1}, capsys.readouterr().out
