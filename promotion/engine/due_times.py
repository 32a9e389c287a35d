"""Whether the due times in checklist.md are those that the items are judged at: a line that says otherwise would be ignored."""

from pathlib import Path

from promotion import checklist as checklists
from promotion.checklist import Checklist, ChecklistError
from promotion.settings import Settings

_SHIPPED = Path(checklists.__file__).with_name("checklist.md")


def require_due_times(checklist: Checklist, settings: Settings) -> None:
    """Raise ChecklistError for a line of an item of this package that is due at another time than it is judged at.

    An item that comes with this package is judged when promotion.toml says; a line may give that time, the one of the shipped
    checklist, or none. When an item of one's own is due is for its own test to say.
    """
    shipped = {item.id: item.due for item in checklists.load_checklist(_SHIPPED)}
    for item in checklist:
        if item.due is None or item.id not in shipped or item.due == shipped[item.id]:
            continue
        name, minutes = _setting(shipped[item.id], settings)
        if minutes is None or item.due != f"T+{minutes:g}":
            if minutes is not None:
                when, change = f"it is judged at T+{minutes:g} ({name} in promotion.toml)", f"change {name}"
            elif shipped[item.id] == "after":
                when, change = "it is judged after all that have a time", "write `after`"
            else:
                when, change = "it is judged when the command runs", "remove the time"
            raise ChecklistError(
                f"checklist.md says that `{item.id}` is due at {item.due!r}, but {when}: {change}, or correct the line"
            )


def _setting(due: str | None, settings: Settings) -> tuple[str, float | None]:
    """Give the setting that an item of the shipped checklist is judged by, and its minutes; None if it has none."""
    rollout, postdeploy = settings.rollout, settings.postdeploy
    return {
        "T+2": ("rollout.first_decision_minutes", float(rollout.first_decision_minutes)),
        "T+5": ("rollout.second_decision_minutes", float(rollout.second_decision_minutes)),
        "T+10": ("postdeploy.first_minutes", float(postdeploy.first_minutes)),
        "T+30": ("postdeploy.second_minutes", float(postdeploy.second_minutes)),
    }.get(due or "", ("", None))
