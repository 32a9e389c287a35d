"""The verdict in words."""

from collections.abc import Mapping
from typing import Any

from promotion.core.sentences import join_words, pluralize
from promotion.record.receipt import ActionState, Receipt
from promotion.record.receipts import verified
from promotion.report.reading import RecordView, rows, table, text
from promotion.report.words import FACES, GOOD, PHASES, ROLLED_BACK, Face


def face(reading: RecordView) -> Face:
    """How the verdict looks. A HOLD that only people or time can end looks like waiting."""
    if reading.verdict != "HOLD":
        return FACES["passed" if reading.verdict == "GO" else "failed"]
    waits = bool(reading.blocking) and all(item.face.name in {"pending", "not-due"} for item in reading.blocking)
    return FACES["pending" if waits and reading.complete and not reading.doubt else "unknown"]


def headline(reading: RecordView) -> str:
    """`Promote`, `Do not promote`, `Rolled back; …`, `Not yet: 2 could not be judged and 1 waits for a person`."""
    if reading.verdict == "HOLD":
        why = join_words(_counts(reading, good=False))
        return f"Not yet: {why}" if why else "Not yet: nothing was judged" if not reading.items else "Not yet"
    _, go, no_go = PHASES.get(reading.phase, ("", "Go", "No go"))
    if reading.verdict == "NO-GO" and taken_back(reading.record):
        return ROLLED_BACK
    return go if reading.verdict == "GO" else no_go


def taken_back(record: Mapping[str, Any]) -> bool:
    """Whether a record's receipts show that the rollout was rolled back at every target, and that this was verified.

    A receipt that is strange in any way is none of something done.
    """
    if record.get("phase") != "rollout" or record.get("exit_code") == 20:
        return False
    done = {str(ActionState.DONE), str(ActionState.ALREADY)}
    return verified(
        Receipt(
            text(act.get("key")), "", ActionState.DONE if text(act.get("state")) in done else ActionState.UNCLEAR, ""
        )
        for act in map(table, rows(record.get("acts")))
    )


def sentence(reading: RecordView) -> str:
    """How it came to this: counts of what blocks, or of what is good."""
    whole = sum(item.in_phase for item in reading.items)
    if reading.verdict == "GO":
        return f"All {whole} items of this phase are good: {join_words(_counts(reading, good=True))}."
    good = sum(item.good for item in reading.items if item.in_phase)
    so_far = f"{good} of {whole} items of this phase are good."
    if reading.verdict == "NO-GO":
        return f"{join_words(_counts(reading, good=False, noun=True))}. {so_far}".lstrip(". ")
    if any(shape.name == "failed" for shape, _ in reading.counts):
        return so_far
    return f"{so_far} Nothing failed; {_awaited(reading)}."


def _awaited(reading: RecordView) -> str:
    return "people or time are awaited" if face(reading).name == "pending" else "but not everything is known"


def _counts(reading: RecordView, *, good: bool, noun: bool = False) -> list[str]:
    """`2 items failed`, `1 waits for a person`: worst first; with `noun`, the first says what is counted."""
    number = dict(reading.counts)
    shapes = [shape for shape in FACES.values() if (shape.name in GOOD) is good and shape in number]
    return [
        pluralize(
            number[shape],
            f"{'item ' if noun and not n else ''}{shape.one}",
            f"{'items ' if noun and not n else ''}{shape.many}",
        )
        for n, shape in enumerate(shapes)
    ]
