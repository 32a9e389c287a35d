"""Faults of taking a rollout back: what one would go back to is not well, and what is done does not work."""

from datetime import timedelta
from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.sandbox.world.scenes.play import Play

ROLLED_BACK = "codedeploy-rolled-back"


def play_of(world: "World") -> "Play":
    """Give the rollout that is played."""
    play: Play = vars(world)["play"]
    return play


def over(world: "World") -> None:
    """Let the canary of the function last for some seconds, so that everything has moved to the new version long since."""
    play_of(world).function.takes["AllowTraffic"] = 10


def fleet_over(world: "World") -> None:
    """Have the old instances terminated at once, so that the deployment to instances is over when the traffic has moved."""
    part = play_of(world).fleet
    part.wait = timedelta(0)
    blue_green = part.record.deployment_group.blue_green_deployment_configuration
    blue_green["terminateBlueInstancesOnDeploymentSuccess"] = {"action": "TERMINATE", "terminationWaitTimeInMinutes": 0}


@fault("fleet-over", item=ROLLED_BACK)
def _(world: "World") -> None:
    """The deployment to the instances has succeeded, those that served before are gone, and nobody rolls it back."""
    over(world)
    fleet_over(world)


@fault("fleet-over-bundle-gone", item=ROLLED_BACK)
def _(world: "World") -> None:
    """The deployment to the instances has succeeded, and the bundle that they ran before is deleted from the bucket."""
    over(world)
    fleet_over(world)
    place = world.prod.ec2_deployments[1].record.revision["s3Location"]
    world.tools.client("s3").delete_object(Bucket=place["bucket"], Key=place["key"])


@fault("fleet-over-image-gone", item=ROLLED_BACK)
def _(world: "World") -> None:
    """The deployment to the instances has succeeded, and the image that they ran before has expired in the registry."""
    from promotion.sandbox.world.names import REPOSITORY

    over(world)
    fleet_over(world)
    del world.registry.repository(REPOSITORY).manifests[world.previous_digest]


@fault("previous-version-broken", item=ROLLED_BACK)
def _(world: "World") -> None:
    """The version of the function that served before has failed, and the deployment of the new one is in progress."""
    version = world.prod.version(int(play_of(world).function.old))
    version.state, version.state_reason_code = "Failed", "InvalidImage"


@fault("previous-instances-gone", item=ROLLED_BACK)
def _(world: "World") -> None:
    """One of the instances that served before has been terminated, and the deployment is in progress."""
    fleet = play_of(world).fleet
    world.prod.backend("ec2").terminate_instances(fleet.fleets[fleet.old][:1])


wire_fault(
    "previous-version-unreadable",
    "The role may not list the versions of the function.",
    "deny",
    "lambda:GetFunction",
    item=ROLLED_BACK,
    on="prod",
)


wire_fault(
    "acting-not-allowed",
    "The gate's role is read-only, and the deployment is in progress.",
    "deny",
    "codedeploy:StopDeployment",
    item=ROLLED_BACK,
    kind="fault",
    on="prod",
)


@fault("rollback-of-lambda-fails", item=ROLLED_BACK)
def _(world: "World") -> None:
    """The deployment that rolls the function back fails."""
    play_of(world).function.rollback_fails = True


@fault("rollback-hangs", item=ROLLED_BACK, kind="blind")
def _(world: "World") -> None:
    """The deployment that rolls the instances back does not finish."""
    vars(play_of(world).fleet)["rollback_seconds"] = lambda: 100_000


@fault("rollout-over", item=ROLLED_BACK)
def _(world: "World") -> None:
    """The deployment of the function has succeeded, and nobody rolls it back."""
    over(world)


@fault("github-read-only", item="incident-ticket", kind="blind")
def _(world: "World") -> None:
    """The gate's token for GitHub is read-only."""
    world.edges["github"].deny("POST *")


@fault("stop-answer-lost", item=ROLLED_BACK, kind="clean")
def _(world: "World") -> None:
    """CodeDeploy stops the first deployment and its answer takes a minute."""
    import time
    from typing import Any

    def late(_: Any, proceed: Any) -> Any:
        answer = proceed()
        time.sleep(60)
        return answer

    world.wire.add("codedeploy:StopDeployment", late, account=world.prod.id, times=1)


@fault("redeploy-not-allowed", item=ROLLED_BACK)
def _(world: "World") -> None:
    """The deployment of the function has succeeded, and the gate's role may stop deployments, but not create any."""
    over(world)
    world.wire.deny("codedeploy:CreateDeployment", account=world.prod.id)


@fault("alarms-may-not-be-left-aside", item=ROLLED_BACK)
def _(world: "World") -> None:
    """The deployment of the function has succeeded, and the gate's role may not override the alarms of its group."""
    from typing import Any

    def refuse(request: Any, proceed: Any) -> Any:
        return world.wire.denied(request.asked) if b"overrideAlarmConfiguration" in request.body else proceed()

    over(world)
    world.wire.add("codedeploy:CreateDeployment", refuse, account=world.prod.id)


@fault("redeploy-of-lambda-fails", item=ROLLED_BACK)
def _(world: "World") -> None:
    """The deployment of the function has succeeded, and the one that rolls it back fails."""
    over(world)
    play_of(world).function.rollback_fails = True


@fault("rollback-stopped-by-its-alarm", item=ROLLED_BACK, kind="clean")
def _(world: "World") -> None:
    """The alarm that the new version set off stops CodeDeploy's rollback as well; without the alarm it succeeds."""
    part = play_of(world).function
    part.rollback_fails, part.redeploys_fail = True, False


@fault("somebody-deploys-meanwhile", item=ROLLED_BACK)
def _(world: "World") -> None:
    """The deployment of the function has succeeded, and somebody is deploying another version just now."""
    over(world)
    somebody_deploys(world)


@fault("somebody-deploys-at-the-last-moment", item=ROLLED_BACK)
def _(world: "World") -> None:
    """The deployment of the function has succeeded, and somebody deploys another version while it is being rolled back."""
    from typing import Any

    def first(_: Any, proceed: Any) -> Any:
        somebody_deploys(world)
        return proceed()

    over(world)
    world.wire.add("codedeploy:CreateDeployment", first, account=world.prod.id, times=1)


@fault("redeploy-answer-lost", item=ROLLED_BACK, kind="clean")
def _(world: "World") -> None:
    """The deployment of the function has succeeded; CodeDeploy creates the one that rolls it back, and its answer takes a minute."""
    import time
    from typing import Any

    def late(_: Any, proceed: Any) -> Any:
        answer = proceed()
        time.sleep(60)
        return answer

    over(world)
    world.wire.add("codedeploy:CreateDeployment", late, account=world.prod.id, times=1)


def somebody_deploys(world: "World") -> None:
    """Let a person have begun to deploy the version of the function before the last two; it is in progress."""
    from promotion.sandbox.world.model import now
    from promotion.sandbox.world.names import FUNCTION, LAMBDA_APPLICATION
    from promotion.sandbox.world.rollout import app_spec

    part = play_of(world).function
    backend = world.prod.backend("codedeploy")
    older = int(part.old) - 1
    key = backend.create_deployment(LAMBDA_APPLICATION, "shop-lambda-prod", app_spec(int(part.new), older))
    made = backend.deployments[key]
    made.status, made.create_time, made.start_time = "InProgress", now(), now()
    made.targets = {FUNCTION: part.targeted(key, part.new, str(older), {"BeforeAllowTraffic": 2, "AllowTraffic": 300})}


@fault("ticket-answer-lost", item="incident-ticket", kind="clean")
def _(world: "World") -> None:
    """GitHub opens an issue and its answer takes a minute."""
    import time
    from typing import Any

    def late(request: Any, proceed: Any) -> Any:
        answer = proceed()
        if b":incident]" in request.body:
            time.sleep(60)
        return answer

    world.edges["github"].add("POST /repos/*/issues", late)
