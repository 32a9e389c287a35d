"""Take a rollout back at every target of prod: stop or redeploy, cancel, tell, open the ticket, and see whether it worked."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from promotion.actions import notify as notifying
from promotion.actions.context import Context
from promotion.actions.take_back import TargetRollback
from promotion.actions.ticket import open_ticket
from promotion.actions.workflow import cancel_run, promote_runs
from promotion.clients.channels.message import Message
from promotion.core.attempt import tried
from promotion.core.clock import stamp
from promotion.record.receipt import ActionState, Receipt
from promotion.record.receipts import STOP, key_of
from promotion.sections.after_rollback.rollback_plan import RollbackPlan, RollbackStep
from promotion.unknown import Unknown

_POLL_SECONDS = 5


def roll_back(context: Context) -> tuple[Receipt, ...]:
    """Roll back what brought the image to prod, at all targets or, if one has nothing fit to go back to, at none.

    Gives a receipt for each act; `promotion.record.receipts.verified` says whether it worked. Raises Unknown where the
    journal cannot be read or written.
    """
    rollback = _Rollback(context)
    rollback.look()
    if rollback.refused:
        rollback.call_a_person()
    else:
        rollback.go_back()
    return tuple(rollback.receipts)


@dataclass
class _Rollback:
    context: Context
    receipts: list[Receipt] = field(default_factory=list)
    plans: dict[str, RollbackPlan] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """Why, by target."""

    def note(self, receipt: Receipt) -> None:
        self.receipts.append(receipt)
        self.context.on_receipt(receipt)

    def at(self, name: str) -> TargetRollback:
        """Give the rollback of one target."""
        one = self.context
        return TargetRollback(
            one.prod,
            name,
            one.settings.prod.targets[name],
            one.image,
            one.settings.acting,
            one.journal,
            one.clock,
        )

    def look(self) -> None:
        """Find what is to be done, and whether what was there before is fit to go back to."""
        for name in self.context.settings.prod.targets:
            there = self.at(name)
            plan = tried(f"deployments of {name}", there.plan)
            if isinstance(plan, Unknown):
                self.refused[name] = f"{name} is left unchanged: {plan.message}"
                continue
            self.plans[name] = plan
            if why := there.refused(plan, there.troubles(plan)):
                self.refused[name] = why

    def call_a_person(self) -> None:
        """Do nothing to the deployments, and tell people."""
        others = ", ".join(self.refused)
        for name in self.context.settings.prod.targets:
            why = (
                self.refused.get(name)
                or f"{name} is left unchanged, because {others} cannot be rolled back automatically"
            )
            self.note(self._stop(name, ActionState.REFUSED, why))
        self._tell(notifying.needs_a_person, "cannot be rolled back automatically", list(self.refused.values()))

    def go_back(self) -> None:
        """Do it, everywhere, and wait. What is in progress is stopped first: it gets worse by the minute."""
        context = self.context
        for name, plan in sorted(self.plans.items(), key=lambda one: one[1].step is not RollbackStep.STOP):
            self.note(self.at(name).carry_out(plan))
        if context.settings.acting.cancel_workflow:
            self._cancel()
        missed = [one.message for one in self.receipts if STOP in one.key and not one.done]
        if missed:
            self._tell(notifying.needs_a_person, "not every deployment could be taken back", missed)
        else:
            self._tell(notifying.rolled_back, context.why, [one.message for one in self.receipts if STOP in one.key])
        self._wait()

    def _cancel(self) -> None:
        context = self.context
        workflow = context.settings.acting.promote_workflow
        found = tried("the workflow", lambda: promote_runs(context.github, workflow, context.digest, context.record))
        nothing = Receipt(key_of(context.digest, "cancel"), f"{workflow} cancelled", ActionState.ALREADY, self._now)
        if isinstance(found, Unknown):
            self.note(replace(nothing, state=ActionState.FAILED, message=found.message))
        elif not found:
            self.note(replace(nothing, message=f"no run of {workflow} is in progress"))
        for run in () if isinstance(found, Unknown) else found:
            self.note(cancel_run(context.github, run, context.digest, context.journal, context.clock, context.own_run))

    def _tell(self, made: Callable[..., Message], why: str, lines: list[str]) -> None:
        context, now = self.context, self.context.clock.now()
        settings = context.settings
        message = made(settings.service, context.digest, why, lines)
        speaks = notifying.speaks_of_rollback(context.digest, context.record)
        days = timedelta(days=settings.channels.max_age_days)
        places = notifying.notify(context.means, settings.channels.team, message, speaks, days, now)
        for receipt in notifying.receipts(settings.channels.team, places, message, now):
            self.note(receipt)
        self.note(
            open_ticket(
                context.github,
                context.digest,
                message.title,
                message.lines,
                settings.acting.ticket_labels,
                context.journal,
                context.clock,
            )
        )

    def _wait(self) -> None:
        """See what became of the rollback deployments, until all are over or time is up."""
        context = self.context
        until = context.clock.now() + timedelta(seconds=context.settings.acting.wait_seconds)
        open_ = [one.key.partition(STOP)[2] for one in self.receipts if STOP in one.key and one.done]
        again = set(open_)
        while open_:
            for name in list(open_):
                there = self.at(name)
                seen = there.verified(late=context.clock.now() >= until)
                if seen is None:
                    continue
                if not seen.good and name in again:
                    again.remove(name)
                    if (receipt := self._once_more(there)) is not None:
                        self.note(receipt)
                        continue
                open_.remove(name)
                state = ActionState.DONE if seen.good else ActionState.FAILED
                key = key_of(context.digest, f"verified:{name}")
                self.note(Receipt(key, f"rollback of {name} verified", state, self._now, seen.id, None, seen.message))
            if open_:
                context.clock.sleep(_POLL_SECONDS)

    def _once_more(self, there: TargetRollback) -> Receipt | None:
        """Make up for a rollback of CodeDeploy's that has failed; None if that is not what happened, or cannot be done."""
        plan = tried(f"deployments of {there.name}", there.plan)
        if isinstance(plan, Unknown) or plan.step is not RollbackStep.REDEPLOY or there.troubles(plan):
            return None
        receipt = there.carry_out(plan)
        return receipt if receipt.done else None

    def _stop(self, name: str, state: ActionState, why: str) -> Receipt:
        key = key_of(self.context.digest, f"stop:{name}")
        return Receipt(key, f"rollback of {name} started", state, self._now, message=why)

    @property
    def _now(self) -> str:
        return stamp(self.context.clock.now())
