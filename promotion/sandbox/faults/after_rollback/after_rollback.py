"""Faults of what stands after a rollback, at the scene that was rolled back."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.sandbox.world.scenes.play import Play

WORKFLOW, ROLLED_BACK, SERVING = "workflow-stopped", "codedeploy-rolled-back", "previous-version-serving"
TEAM, HEALTH, BASELINE = "team-notified", "health-green", "metrics-at-baseline"
AFTERWARDS = (SERVING, BASELINE)
"""What is unknown while nothing has been rolled back."""


def play_of(world: "World") -> "Play":
    """Give the rollout that was played."""
    play: Play = vars(world)["play"]
    return play


def written(world: "World") -> dict[str, Any]:
    """Give what the promotion record says of the rollback."""
    found: dict[str, Any] = world.agreed.record["rollback"]
    return found


@fault("promote-run-goes-on", item=WORKFLOW)
def _(world: "World") -> None:
    """Nobody has cancelled the run of the workflow that promoted."""
    run = play_of(world).workflow.run
    run.cancelled = None
    run.attempt.status, run.attempt.conclusion = "in_progress", None
    vars(play_of(world).workflow)["show"] = lambda _: None


@fault("promote-run-not-linked", item=WORKFLOW, kind="clean")
def _(world: "World") -> None:
    """The promotion record does not link to the run; it is found by its commit, which the record names."""
    world.agreed.record["links"]["promotion_run"] = ""
    world.agreed.record["commit"] = world.releases[-1].commit


@fault("promote-runs-unreadable", item=WORKFLOW, kind="blind")
def _(world: "World") -> None:
    """The gate's token may not read runs."""
    world.edges["github"].deny("GET /repos/*/actions/*")


@fault("rollback-deployment-failed", item=ROLLED_BACK, falls_with=AFTERWARDS)
def _(world: "World") -> None:
    """The deployment that rolls the function back has failed."""
    play_of(world).function.rollback_fails = True


@fault("stopped-without-rollback", item=ROLLED_BACK, falls_with=AFTERWARDS)
def _(world: "World") -> None:
    """The deployment of the function was stopped, and nothing was deployed in its place."""
    back = play_of(world).function.back
    play_of(world).function.record.rollback_info = None
    del world.prod.backend("codedeploy").deployments[back.deployment_id]


@fault("deployed-again-by-hand", item=ROLLED_BACK, kind="clean")
def _(world: "World") -> None:
    """Somebody has deployed the previous revision again, and CodeDeploy knows of no rollback."""
    part = play_of(world).function
    part.record.rollback_info = part.back.rollback_info = None
    part.back.creator = "user"


@fault("rolled-back-by-cloudformation", item=ROLLED_BACK, kind="clean")
def _(world: "World") -> None:
    """CloudFormation has rolled its stack back, by a deployment that names no other one."""
    part = play_of(world).function
    part.record.rollback_info = part.back.rollback_info = None
    part.back.creator = "CloudFormationRollback"


wire_fault(
    "prod-deployments-unreadable",
    "Prod's deployments may not be listed.",
    "deny",
    "codedeploy:ListDeployments",
    item=ROLLED_BACK,
    on="prod",
    falls_with=(*AFTERWARDS, HEALTH),
)


@fault("team-not-told-of-rollback", item=TEAM)
def _(world: "World") -> None:
    """Nobody has said in the team's channel that it was rolled back."""
    from promotion.sandbox.world.notices import TEAM as CHANNEL

    del world.channels.slack.channels[CHANNEL].messages[-1]


@fault("team-channel-unreadable", item=TEAM, kind="blind")
def _(world: "World") -> None:
    """Slack no longer knows the gate's token."""
    world.channels.slack.token = "xoxb-another"


@fault("alias-on-the-new-version", item=SERVING)
def _(world: "World") -> None:
    """Somebody has moved the alias to the new version once more."""
    world.prod.alias.update(None, play_of(world).function.new, {"AdditionalVersionWeights": {}})


@fault("canary-weight-left", item=SERVING)
def _(world: "World") -> None:
    """The alias still sends a tenth of the requests to the new version."""
    part = play_of(world).function
    world.prod.alias.update(None, part.old, {"AdditionalVersionWeights": {part.new: 0.1}})


@fault("new-version-still-called", item=SERVING)
def _(world: "World") -> None:
    """The new version of the function gets three requests a minute, though the alias sends it none."""
    from promotion.sandbox.moto_patches.metrics import Computed, metric
    from promotion.sandbox.world.names import ALIAS, FUNCTION

    version = {
        "FunctionName": FUNCTION,
        "Resource": f"{FUNCTION}:{ALIAS}",
        "ExecutedVersion": play_of(world).function.new,
    }
    world.prod.metrics[metric("AWS/Lambda", "Invocations", **version)] = Computed(lambda _: [(1.0, 3)], "Count")


@fault("new-instances-left-in-the-group", item=SERVING)
def _(world: "World") -> None:
    """The new instances are still registered in the target group, beside the previous ones."""
    prod, fleet = world.prod, play_of(world).fleet
    prod.client("elbv2").register_targets(
        TargetGroupArn=prod.target_group, Targets=[{"Id": key} for key in fleet.fleets[fleet.new]]
    )


@fault("rolled-back-between-two-target-groups", item=SERVING, kind="clean")
def _(world: "World") -> None:
    """Each fleet has a target group, and the listener was moved back to the one of before."""
    from promotion.sandbox.world import two_groups

    two_groups.part(world)


@fault("new-instances-still-called", item=SERVING)
def _(world: "World") -> None:
    """Each fleet has a target group, and the new instances are called in another way: their target group counts it."""
    from promotion.sandbox.moto_patches.metrics import Computed, metric
    from promotion.sandbox.world import two_groups

    two_groups.part(world)
    arn = world.prod.target_groups[play_of(world).fleet.new]
    balancer = world.prod.load_balancer.partition("loadbalancer/")[2]
    group = {"TargetGroup": arn.rpartition(":")[2], "LoadBalancer": balancer}
    world.prod.metrics[metric("AWS/ApplicationELB", "RequestCount", **group)] = Computed(lambda _: [(1.0, 3)], "Count")


@fault("rule-to-the-bad-group-left", item=SERVING)
def _(world: "World") -> None:
    """Each fleet has a target group; a rule still forwards /orders* to the one of the version rolled back."""
    from promotion.sandbox.world import routing, two_groups

    two_groups.part(world)
    bad = world.prod.target_groups[play_of(world).fleet.new]
    routing.add_rule(world.prod, 10, routing.forward((bad, 1)), path_pattern="/orders*")


@fault("canary-weight-of-zero-left", item=SERVING, kind="clean")
def _(world: "World") -> None:
    """The alias has a routing weight of 0 for the new version: no traffic."""
    part = play_of(world).function
    world.prod.alias.update(None, part.old, {"AdditionalVersionWeights": {}})
    world.prod.alias.routing_config = {"AdditionalVersionWeights": {part.new: 0.0}}


@fault("previous-instance-ill", item=SERVING)
def _(world: "World") -> None:
    """One of the instances that serve again fails its health checks."""
    world.prod.health[world.prod.green[0]] = (
        "unhealthy",
        "Target.ResponseCodeMismatch",
        "Health checks failed with these codes: [500]",
    )


wire_fault(
    "prod-alias-unreadable",
    "The role may not read the alias of the function in prod.",
    "deny",
    "lambda:GetAlias",
    item=SERVING,
    on="prod",
)


@fault("health-red-after-rollback", item=HEALTH)
def _(world: "World") -> None:
    """The health endpoint of the function answers 500."""
    world.edges["prod-lambda"].fail("GET /health", 500)


@fault("slower-than-the-baseline", item=BASELINE)
def _(world: "World") -> None:
    """Since the rollback the function takes one and a half times as long as before the rollout."""
    stopped = play_of(world).function.stopped
    assert stopped
    world.prod.flows["lambda"].change(stopped, slowness=1.5)


@fault("failing-after-rollback", item=BASELINE)
def _(world: "World") -> None:
    """Since the rollback the function fails 2 % of its requests: something else than the image is broken."""
    stopped = play_of(world).function.stopped
    assert stopped
    world.prod.flows["lambda"].change(stopped, errors=0.02)


@fault("no-baseline-recorded", item=BASELINE, kind="blind")
def _(world: "World") -> None:
    """No baseline has been recorded before the rollout."""
    vars(world)["baselines"] = []


@fault("baseline-of-the-bad-image", item=BASELINE, kind="blind")
def _(world: "World") -> None:
    """The only baseline was recorded with the image that was taken back."""
    from promotion.sandbox.world.declared.baseline import recorded

    kept = recorded(world) or []
    kept[0] = kept[0].model_copy(update={"digest": world.digest})


wire_fault(
    "metrics-throttled-after-rollback",
    "CloudWatch throttles every attempt.",
    "throttle",
    "cloudwatch:GetMetricData",
    item=BASELINE,
    on="prod",
    falls_with=(SERVING,),
)


@fault("reason-not-written", item="reason-documented", kind="blind")
def _(world: "World") -> None:
    """The promotion record does not say why it was rolled back."""
    written(world)["reason"] = ""


@fault("reason-attested", item="reason-documented", kind="clean")
def _(world: "World") -> None:
    """The record does not say why, and the lead attests that it is written down."""
    written(world)["reason"] = ""
    world.agreed.attest("reason-documented", statement="It is in the ticket.")


@fault("incident-ticket-gone", item="incident-ticket")
def _(world: "World") -> None:
    """The ticket that the record links to has been deleted."""
    number = int(written(world)["ticket"].rpartition("/")[2])
    del world.github.repository.issues[number]


@fault("incident-ticket-closed", item="incident-ticket", kind="clean")
def _(world: "World") -> None:
    """The ticket has been closed already."""
    issue = world.github.repository.issues[int(written(world)["ticket"].rpartition("/")[2])]
    issue.state, issue.closed_at = "closed", issue.at + timedelta(minutes=9)


@fault("incident-ticket-missing", item="incident-ticket", kind="blind")
def _(world: "World") -> None:
    """The record links to no ticket, and no issue has the incident's key."""
    written(world)["ticket"] = ""


@fault("analysis-overdue", item="rca-scheduled")
def _(world: "World") -> None:
    """The root cause analysis was due a week ago, and nothing says what came of it."""
    written(world)["rca"] = {**written(world)["rca"], "date": date.today() - timedelta(days=7)}  # noqa: DTZ011


@fault("analysis-not-scheduled", item="rca-scheduled", kind="blind")
def _(world: "World") -> None:
    """Nobody has set a date for the root cause analysis."""
    del written(world)["rca"]


@fault("remediation-empty", item="remediation-planned")
def _(world: "World") -> None:
    """Somebody owns the remediation, and nothing says what it is."""
    written(world)["remediation"] = {"owner": "developer", "text": "", "link": ""}


@fault("remediation-not-planned", item="remediation-planned", kind="blind")
def _(world: "World") -> None:
    """Nothing has been planned so that it does not happen again."""
    del written(world)["remediation"]


@fault("remediation-in-an-issue", item="remediation-planned", kind="clean")
def _(world: "World") -> None:
    """The promotion record names no remediation, and there is an issue about it that somebody owns."""
    _remediation_issue(world, "developer")


@fault("remediation-issue-unowned", item="remediation-planned", kind="blind")
def _(world: "World") -> None:
    """The promotion record names no remediation, and the issue about it has no assignee."""
    _remediation_issue(world)


def _remediation_issue(world: "World", *assignees: str) -> None:
    from promotion.record.receipts import key_of

    del written(world)["remediation"]
    body = f"Orders without a date get that of their payment.\n\n[{key_of(world.digest, 'remediation')}]"
    world.github.repository.add_issue(
        "Remediation: orders without a date", world.agreed.now, "release-lead", body=body, assignees=assignees
    )
