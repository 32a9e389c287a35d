"""What AWS does not document of taking a deployment to instances back. Pure.

What is documented: a rollback deploys the last good revision as a new deployment
(https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html), and a deployment that "has
progressed to a point where it cannot be stopped" cannot be (.../deployments-stop.html). See docs/aws.md.
"""

from collections.abc import Iterator

from promotion.sections.after_rollback.rollback_plan import RollbackPlan, RollbackStep


def undocumented(plan: RollbackPlan) -> Iterator[str]:
    """Say what AWS does not document of a rollback to instances, a sentence without its end; nothing of one in place."""
    brought, deployment = plan.brought, plan.brought.deployment
    if brought.fleet:
        yield (
            f"AWS does not document which instances a rollback restores if the new ones come from {brought.fleet}, "
            f"as in {brought.group}"
        )
    if plan.step is RollbackStep.STOP and deployment is not None and deployment.waits_to_terminate:
        yield f"nor whether {deployment.id} can be stopped while it waits to terminate the instances that it replaced"
