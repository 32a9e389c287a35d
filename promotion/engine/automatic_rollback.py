"""A rollout is taken back because of what was judged of it: what the controller does once the record is written."""

from datetime import timedelta
from typing import TYPE_CHECKING

from promotion.actions.context import context_of
from promotion.actions.rollback import roll_back
from promotion.clients.channels.message import VERDICT
from promotion.core.clock import stamp
from promotion.record.receipt import ActionState, Receipt
from promotion.record.receipts import STOP, key_of
from promotion.unknown import Unknown

if TYPE_CHECKING:
    from promotion.engine.run import Run


def call_person(run: "Run", why: str) -> None:
    """Tell the team that a hold at T+5 awaits somebody's decision, once, and leave the deployments alone.

    A channel that refuses has a receipt that says so.
    """
    from promotion.actions import notify as notifying

    try:
        context = context_of(run.sources, why, lambda _: None)
        settings, now = context.settings, context.clock.now()
        message = notifying.holds(settings.service, context.digest, run.redactor.text(why))
        days = timedelta(days=settings.channels.max_age_days)
        places = notifying.notify(context.means, settings.channels.team, message, lambda _: False, days, now)
        told = notifying.receipts(settings.channels.team, places, message, now)
    except Unknown as trouble:
        key = key_of(run.question.digest, f"{VERDICT}-hold")
        told = (Receipt(key, "person called", ActionState.FAILED, stamp(run.clock.now()), message=trouble.message),)
    run.acts += [receipt.as_json() for receipt in told]


def take_back(run: "Run", why: str) -> None:
    """Roll back, and leave each receipt in `run.acts` as it comes. What could not be begun is a receipt, too."""

    def keep(receipt: Receipt) -> None:
        run.acts.append(receipt.as_json())

    def gave_up(message: str) -> None:
        key = key_of(run.question.digest, f"{STOP.strip(':')}:all")
        keep(Receipt(key, "rollback", ActionState.FAILED, stamp(run.clock.now()), message=message))

    try:
        roll_back(context_of(run.sources, why, keep))
    except Unknown as trouble:
        gave_up(trouble.message)
    except Exception as trouble:  # noqa: BLE001 - a defect half-way: a person must hear of it, with the page at hand
        gave_up(
            f"the rollback stopped with an internal error ({type(trouble).__name__}) and may be incomplete: check "
            "the deployments in CodeDeploy now"
        )
