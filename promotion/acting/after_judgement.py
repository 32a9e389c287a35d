"""A rollout is taken back because of what was judged of it: what the controller does once the record is written."""

from typing import TYPE_CHECKING

from promotion.acting.context import context_of
from promotion.acting.receipt import Receipt, State
from promotion.acting.rolling_back import roll_back
from promotion.acting.stopping import key_of
from promotion.acting.verifying import STOP
from promotion.clock import stamp
from promotion.unknown import Unknown

if TYPE_CHECKING:
    from promotion.run import Run


def take_back(run: "Run", why: str) -> None:
    """Roll back, and leave each receipt in `run.acts` as it comes. What could not be begun is a receipt, too."""

    def keep(receipt: Receipt) -> None:
        run.acts.append(receipt.as_json())

    try:
        roll_back(context_of(run.sources, why, keep))
    except Unknown as trouble:
        key = key_of(run.question.digest, f"{STOP.strip(':')}:all")
        receipt = Receipt(key, "rollback", State.FAILED, stamp(run.clock.now()), message=trouble.message)
        keep(receipt)
