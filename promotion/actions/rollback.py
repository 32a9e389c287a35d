"""Take a rollout back at every target of prod: stop, cancel, tell, open the ticket, and see whether it worked."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from promotion.actions import notify as notifying
from promotion.actions.context import Context
from promotion.actions.find_deployments import find
from promotion.actions.found_deployments import Brought
from promotion.actions.previous import troubles
from promotion.actions.stop_deployment import key_of, refusal, stop_with_rollback
from promotion.actions.ticket import open_ticket
from promotion.actions.workflow import cancel_run, promote_runs
from promotion.clients.aws.codedeploy import described
from promotion.clients.channels.message import Message
from promotion.core.attempt import tried
from promotion.core.clock import stamp
from promotion.record.receipt import ActionState, Receipt
from promotion.record.receipts import STOP
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
    brought: dict[str, Brought] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """Why, by target."""

    def note(self, receipt: Receipt) -> None:
        self.receipts.append(receipt)
        self.context.on_receipt(receipt)

    def look(self) -> None:
        """Find what is to be stopped, and whether what was there before is fit to go back to."""
        context = self.context
        for name, target in context.settings.prod.targets.items():
            look = partial(find, context.prod, name, target, context.digest, context.clock.now())
            brought = tried(f"deployments of {name}", look)
            if isinstance(brought, Unknown):
                self.refused[name] = f"{name} is left unchanged: {brought.message}"
                continue
            self.brought[name] = brought
            if brought.deployment is None or brought.rollback is not None or not brought.deployment.is_unfinished:
                continue
            found = tried(f"the previous version of {name}", partial(troubles, context.prod, target, brought))
            if isinstance(found, Unknown):
                found = [f"cannot determine whether the previous version is healthy ({found.message})"]
            if found:
                self.refused[name] = refusal(brought.deployment.id, name, found)

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
        """Do it, everywhere, and wait."""
        context = self.context
        codedeploy = context.prod.client("codedeploy")
        for brought in self.brought.values():
            receipt = stop_with_rollback(codedeploy, brought, (), context.digest, context.journal, context.clock)
            self.note(receipt)
        if context.settings.acting.cancel_workflow:
            self._cancel()
        missed = [one.message for one in self.receipts if STOP in one.key and not one.done]
        if missed:
            self._tell(notifying.needs_a_person, "not every deployment could be stopped", missed)
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
        stopped = {one.key.partition(STOP)[2] for one in self.receipts if STOP in one.key and one.done}
        open_ = {name: one for name, one in self.brought.items() if name in stopped}
        while open_:
            for name, brought in list(open_.items()):
                now = tried(f"the rollback of {name}", partial(_again, context, brought))
                said = _became(now, context.clock.now() >= until)
                if said is not None:
                    del open_[name]
                    good, sentence, number = said
                    state = ActionState.DONE if good else ActionState.FAILED
                    key = key_of(context.digest, f"verified:{name}")
                    self.note(Receipt(key, f"rollback of {name} verified", state, self._now, number, None, sentence))
            if open_:
                context.clock.sleep(_POLL_SECONDS)

    def _stop(self, name: str, state: ActionState, why: str) -> Receipt:
        key = key_of(self.context.digest, f"stop:{name}")
        return Receipt(key, f"rollback of {name} started", state, self._now, message=why)

    @property
    def _now(self) -> str:
        return stamp(self.context.clock.now())


def _again(context: Context, brought: Brought) -> Brought:
    """Look at a deployment and its rollback once more."""
    if brought.deployment is None:
        return brought
    found = described(context.prod, [brought.deployment.id])
    deployment = found[0] if found else brought.deployment
    wanted = deployment.rolled_back_by or (brought.restored.id if brought.restored is not None else None)
    rollback = described(context.prod, [wanted]) if wanted else []
    return replace(brought, deployment=deployment, rollback=rollback[0] if rollback else None)


def _became(found: "Brought | Unknown", late: bool) -> tuple[bool, str, str | None] | None:
    """Say how it ended; None while it goes on."""
    if isinstance(found, Unknown):
        return (False, found.message, None) if late else None
    if found.deployment is None:
        return True, f"nothing of this image was deployed to {found.target}", None
    rollback = found.rollback
    if rollback is None:
        return (False, f"{found.deployment.describe()}, and no deployment is rolling it back", None) if late else None
    if rollback.status == "Succeeded":
        return True, f"{rollback.id} has rolled back {found.deployment.id}", rollback.id
    if not rollback.is_unfinished:
        return False, f"the rollback is over: {rollback.describe()}", rollback.id
    return (False, f"the rollback is still in progress: {rollback.describe()}", rollback.id) if late else None
