"""Take an image back at one target: look how it stands, do what is to be done, once, and see whether it worked.

By these functions the rollout is taken back, by `--act` and by `promotion rollback`, and what section 9 does with `--act`.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from promotion.actions.previous import Previous, previous, redeploy_troubles, stop_troubles
from promotion.actions.redeploy import Redeployment, deploy_previous
from promotion.actions.serving import who_serves
from promotion.actions.stop_deployment import refusal, stop_with_rollback
from promotion.actions.undocumented import undocumented
from promotion.clients.aws.account import Account
from promotion.clients.aws.cloudwatch.alarms import ALARM, described_alarms
from promotion.clients.aws.enums import Outcome
from promotion.clients.oci.identity import PromotedImage
from promotion.core.attempt import tried
from promotion.core.clock import TickingClock, stamp
from promotion.record.journal import Journal
from promotion.record.receipt import ActionState, Receipt
from promotion.record.receipts import key_of
from promotion.sections.after_rollback.find_deployments import find
from promotion.sections.after_rollback.found_deployments import Brought
from promotion.sections.after_rollback.rollback_plan import RollbackPlan, RollbackStep, Serves, rollback_plan
from promotion.settings.acting import Acting
from promotion.settings.environment import Ec2Target, Target
from promotion.unknown import Unknown

_POLL_SECONDS = 5


@dataclass(frozen=True)
class Verified:
    """How a rollback has ended."""

    good: bool
    message: str
    """A sentence without its end."""
    id: str | None = None
    """The deployment that took the image back."""


@dataclass(frozen=True)
class TargetRollback:
    """An image, and the target of prod where it is to serve no longer."""

    account: Account
    name: str
    """Of the target."""
    target: Target
    image: PromotedImage
    acting: Acting
    journal: Journal
    clock: TickingClock

    def plan(self) -> RollbackPlan:
        """Look what stands there and say what is to be done. Raises Unknown where that is unknown."""
        brought = self.find()
        return rollback_plan(brought, lambda: self.serves(brought), self.clock.now())

    def find(self) -> Brought:
        """Look for the deployments."""
        return find(self.account, self.name, self.target, self.image, self.clock.now())

    def serves(self, brought: Brought) -> Serves:
        """Look who gets the traffic."""
        return who_serves(self.account, self.target, brought, self.image, self.clock.now())

    def troubles(self, plan: RollbackPlan) -> list[str]:
        """Give every reason not to do what is to be done, a sentence without its end; what cannot be looked at is one."""
        if not plan.acts:
            return []
        if isinstance(self.target, Ec2Target) and not self.acting.ec2 and (said := list(undocumented(plan))):
            return [f"{', '.join(said)}: try it once on an account, then set `ec2 = true` in [acting]"]
        found = tried(f"the previous version of {self.name}", lambda: self._unfit(plan))
        if isinstance(found, Unknown):
            return [f"cannot determine whether the previous version is healthy ({found.message})"]
        return found

    def refused(self, plan: RollbackPlan, troubles: list[str]) -> str:
        """Say why the image is not taken back at any target; empty if nothing of this one speaks against it."""
        if plan.step is RollbackStep.REFUSE:
            return plan.why
        deployment = plan.brought.deployment
        return refusal(deployment.id, self.name, troubles) if troubles and deployment is not None else ""

    def carry_out(self, plan: RollbackPlan) -> Receipt:
        """Do what is to be done, once. Raises Unknown where the journal cannot be written: then nothing is done."""
        plan = self._settled(plan)
        deployment = plan.brought.deployment
        asked = Receipt(
            key_of(self.image.digest, f"stop:{self.name}"),
            f"rollback of {self.name} started",
            ActionState.ALREADY,
            stamp(self.clock.now()),
            plan.id,
            None,
            plan.why,
        )
        if plan.step in (RollbackStep.LEAVE, RollbackStep.REFUSE):
            return replace(asked, state=ActionState.REFUSED)
        if not plan.acts or deployment is None:
            return asked
        if plan.step is RollbackStep.REDEPLOY:
            return self._redeploy(plan, asked)
        done = stop_with_rollback(
            self.account.client("codedeploy"), deployment, replace(asked, state=ActionState.DONE), self.journal
        )
        return done if done is not None else self._instead(plan, asked)

    def verified(self, *, late: bool) -> Verified | None:
        """See what became of it; None while it may still go on. `late`: it is waited for no longer."""
        found = tried(f"the rollback of {self.name}", self.find)
        if isinstance(found, Unknown):
            return Verified(False, found.message) if late else None
        deployment, restored = found.deployment, found.restored
        if restored is not None and restored.outcome is Outcome.FAILED and found.rollback is not None:
            return Verified(False, f"the rollback is over: {restored.describe()}", restored.id)
        if restored is not None and found.restored_at is None and found.rollback is not None:
            return (
                Verified(False, f"the rollback is still in progress: {restored.describe()}", restored.id)
                if late
                else None
            )
        serves = self.serves(found)
        if serves.unknown:
            return Verified(False, f"it is unknown what is in service: {serves.unknown}") if late else None
        if not serves.ours:
            by = (
                "" if restored is None or deployment is None else f"{restored.id} has rolled back {deployment.id}, and "
            )
            said = f"{by}{serves.describe()} is in service at {self.name}"
            if deployment is None:
                said = f"nothing of this image was deployed to {self.name}, and {serves.describe()} is in service there"
            return Verified(True, said, None if restored is None else restored.id)
        still = f"{', '.join(serves.ours[:4])} of this image still receives traffic at {self.name}"
        if restored is None and deployment is not None:
            still = f"{deployment.describe()}, and no deployment is rolling it back: {still}"
        return Verified(False, still) if late else None

    def _settled(self, plan: RollbackPlan) -> RollbackPlan:
        """Wait until the rollback that CodeDeploy may be about to begin is there, or does not come."""
        while plan.step is RollbackStep.AWAIT and plan.brought.rollback is None:
            self.clock.sleep(_POLL_SECONDS)
            plan = self._checked(self.plan())
        return plan

    def _instead(self, plan: RollbackPlan, asked: Receipt) -> Receipt:
        """Do what is to be done now that the deployment has ended while it was looked at."""
        now = self._checked(self.plan())
        if now.step is RollbackStep.STOP:
            message = f"{plan.id} could not be stopped, because CodeDeploy says that it has ended: check it manually"
            return replace(asked, state=ActionState.FAILED, message=message)
        return self.carry_out(now)

    def _checked(self, plan: RollbackPlan) -> RollbackPlan:
        """Refuse a plan that came later than the check of all targets, if what served before is not well."""
        why = self.refused(plan, self.troubles(plan))
        return replace(plan, step=RollbackStep.REFUSE, why=why) if why else plan

    def _unfit(self, plan: RollbackPlan) -> list[str]:
        if plan.step is RollbackStep.STOP:
            return stop_troubles(self.account, self.target, plan.brought)
        before = self._before(plan.brought)
        return redeploy_troubles(self.account, self.target, plan.brought, before, self.image)

    def _before(self, brought: Brought) -> Previous | None:
        return previous(self.account, self.target, brought, self.image, self.clock.now())

    def _redeploy(self, plan: RollbackPlan, asked: Receipt) -> Receipt:
        override = self.acting.alarms == "override"
        if not override and (firing := self._wait_for_alarms(plan.brought.alarms)):
            return replace(asked, state=ActionState.FAILED, message=f"{plan.why}; {firing}")
        before = tried(f"the previous version of {self.name}", lambda: self._before(plan.brought))
        if isinstance(before, Unknown) or before is None:
            why = "there is nothing to roll back to" if before is None else before.message
            return replace(asked, state=ActionState.FAILED, message=f"{plan.why}; {why}")
        current = self.serves(plan.brought).current
        wanted = Redeployment(self.target, plan.brought, before, current, self.image.digest, override)
        return deploy_previous(self.account, wanted, asked, self.journal, self.clock, self.find)

    def _firing(self, names: tuple[str, ...]) -> list[str]:
        return [one.name for one in described_alarms(self.account, names) if one.state == ALARM] if names else []

    def _wait_for_alarms(self, names: tuple[str, ...]) -> str:
        """Wait until none of the group's alarms is in ALARM any more. Says why they would stop the deployment, if they would."""
        until = self.clock.now() + timedelta(seconds=self.acting.wait_seconds)
        while True:
            firing = tried("the alarms of the deployment group", lambda: self._firing(names))
            if not firing:
                return ""
            if self.clock.now() >= until:
                said = firing.message if isinstance(firing, Unknown) else f"{', '.join(firing)} is still in ALARM"
                return f"{said}, which would stop the deployment that rolls it back"
            self.clock.sleep(_POLL_SECONDS)
