"""Faults of what runs after a rollback: the workflow, health endpoints, figures against the baseline."""

from datetime import timedelta
from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault
from promotion.sandbox.faults.after_rollback.after_rollback import (
    BASELINE,
    HEALTH,
    ROLLED_BACK,
    SERVING,
    WORKFLOW,
    play_of,
)
from promotion.sandbox.patience import STRICT_MS, TOO_LATE

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.sandbox.github.records import Run, Status


@fault("promote-run-waits-for-approval", item=WORKFLOW)
def _(world: "World") -> None:
    """The run of the workflow that promoted waits for an approval of its environment, and has not ended."""
    _stand(world, play_of(world).workflow.run, "waiting")


@fault("promote-run-begun-again", item=WORKFLOW)
def _(world: "World") -> None:
    """The run was cancelled, and somebody has started the workflow again for the same image; the record links to neither."""
    repository, before = world.github.repository, play_of(world).workflow.run
    world.agreed.record["links"]["promotion_run"] = ""
    world.agreed.record["commit"] = world.releases[-1].commit
    again = repository.add_run(
        "promote.yml",
        world.releases[-1].commit,
        world.agreed.now,
        jobs={"check": "success", "deploy": None},
        status="in_progress",
        conclusion=None,
        event="workflow_dispatch",
        title=before.title,
        inputs={"digest": world.digest},
    )
    _stand(world, again, "in_progress")


@fault("promote-run-failed-by-itself", item=WORKFLOW, kind="clean")
def _(world: "World") -> None:
    """Nobody has cancelled the run: its deployment was stopped, and it ended with a failure."""
    run = play_of(world).workflow.run
    run.cancelled = None
    run.attempt.status, run.attempt.conclusion = "completed", "failure"
    vars(play_of(world).workflow)["show"] = lambda _: None


@fault("promote-run-gone", item=WORKFLOW, kind="blind")
def _(world: "World") -> None:
    """The run that the promotion record links to was deleted."""
    run = play_of(world).workflow.run
    world.agreed.record["links"]["promotion_run"] = world.agreed.record["links"]["promotion_run"].replace(
        str(run.id), str(run.id + 999)
    )


@fault("health-missing-after-rollback", item=HEALTH)
def _(world: "World") -> None:
    """The health endpoint of the instances answers 404: the version before does not know it."""
    world.edges["prod-ec2"].fail("GET /health", 404)


@fault("health-slow-after-rollback", item=HEALTH)
def _(world: "World") -> None:
    """The health endpoint of the instances answers 200, but later than it may."""
    world.prod.health_max_ms = STRICT_MS
    world.edges["prod-ec2"].hang("GET /health", TOO_LATE)


@fault("health-hesitates-after-rollback", item=HEALTH, kind="clean")
def _(world: "World") -> None:
    """Caches are cold after the rollback: the health endpoint takes a fifth of a second."""
    for member in world.fronts["prod-lambda"].members:
        member.slow_ms = 200


@fault("health-closes-connections-after-rollback", item=HEALTH, kind="blind")
def _(world: "World") -> None:
    """The connection to the health endpoint of the function is closed without an answer."""
    world.edges["prod-lambda"].drop("GET /health")


@fault("instances-slower-than-the-baseline", item=BASELINE)
def _(world: "World") -> None:
    """Since the rollback the instances take 1.5 times as long as before the rollout."""
    stopped = play_of(world).function.stopped
    assert stopped
    world.prod.flows["ec2"].change(stopped, slowness=1.5)


@fault("a-little-slower-than-the-baseline", item=BASELINE, kind="clean")
def _(world: "World") -> None:
    """Since the rollback the function takes three percent longer than it did, which is within the tolerance."""
    stopped = play_of(world).function.stopped
    assert stopped
    world.prod.flows["lambda"].change(stopped, slowness=1.03)


@fault("slow-until-the-rollback", item=BASELINE, kind="clean")
def _(world: "World") -> None:
    """The function was slow and failed in the two minutes before the rollback, and has been as before since."""
    stopped = play_of(world).function.stopped
    assert stopped
    flow = world.prod.flows["lambda"]
    flow.change(stopped - timedelta(minutes=2), slowness=3, errors=0.02)
    flow.change(stopped, slowness=1, errors=0)


@fault("too-quiet-after-rollback", item=BASELINE, kind="blind")
def _(world: "World") -> None:
    """Since the rollback there are too few requests to show that the service is as before."""
    stopped = play_of(world).function.stopped
    assert stopped
    for flow in world.prod.flows.values():
        flow.change(stopped, requests=20)


@fault("prod-balancer-unreadable-after-rollback", item=SERVING, kind="blind", falls_with=(BASELINE,))
def _(world: "World") -> None:
    """The role may not list the load balancers in prod: which instances get traffic is not known."""
    world.wire.deny("elbv2:DescribeLoadBalancers", account=world.prod.id)


@fault("prod-deployment-steps-unreadable", item=ROLLED_BACK, kind="blind", falls_with=(SERVING, BASELINE, HEALTH))
def _(world: "World") -> None:
    """The role may not read what deployments did on their targets."""
    world.wire.deny("codedeploy:BatchGetDeploymentTargets", account=world.prod.id)


def _stand(world: "World", run: "Run", status: "Status") -> None:
    """Have a run of the workflow not be over, whatever the play would have of it."""
    run.cancelled = None
    run.attempt.status, run.attempt.conclusion = status, None
    vars(play_of(world).workflow)["show"] = lambda _: None
