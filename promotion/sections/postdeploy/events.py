"""What went wrong since a deployment began, as far as machines and the promotion record know. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from promotion.core.clock import parse_stamp
from promotion.people.promotion_record import PromotionRecord
from promotion.sections.rollout.watch import ProdDeployment
from promotion.unknown import Reason, Unknown


@dataclass(frozen=True)
class Fired:
    """An alarm that was in ALARM."""

    name: str
    at: datetime | None
    """When it fired; None if that was before the deployment and it has not gone back since."""


@dataclass(frozen=True)
class CustomerIssue:
    """An issue that a customer reported."""

    title: str
    at: datetime
    link: str


@dataclass(frozen=True)
class EarlierFailure:
    """An item that failed in an earlier run about this image."""

    item: str
    phase: str


@dataclass(frozen=True)
class Happened:
    """Everything since the deployment that somebody should know of."""

    shifts: tuple[ProdDeployment, ...]
    """The deployments as they stand now."""
    fired: tuple[Fired, ...]
    earlier: tuple[EarlierFailure, ...] = ()

    def sentences(self) -> Iterator[str]:
        """Say each thing that went wrong."""
        for shift in self.shifts:
            if shift.rolled_back_by:
                yield f"{shift.describe()} and was rolled back by {shift.rolled_back_by}"
            elif shift.status in ("Failed", "Stopped"):
                yield shift.describe()
        for alarm in self.fired:
            when = f"fired at {alarm.at:%H:%M:%S}Z" if alarm.at else "was in ALARM throughout"
            yield f"alarm {alarm.name} {when}"
        for phase in dict.fromkeys(one.phase for one in self.earlier):
            items = [one.item for one in self.earlier if one.phase == phase]
            yield f"{', '.join(items)} failed in {phase}"


def undocumented(wrong: Sequence[str], record: PromotionRecord | None) -> list[str]:
    """Say what went wrong if the promotion record has no incident for it, or one without a link.

    People decide which alarms belong to which incident: so there must be an incident, and each must have its link.
    """
    incidents = () if record is None else record.incidents
    if incidents:
        return [f"incident {one.what!r} has no link" for one in incidents if not one.link]
    return [*wrong]


def require_meeting(record: PromotionRecord | None, name: str, since: datetime, why: Sequence[str]) -> str:
    """Give when and by whom what went wrong is talked about. Raises Unknown, awaits-person, if that is not agreed yet.

    Raises AssertionError for a day before the deployment.
    """
    meeting = None if record is None else record.post_mortem
    if meeting is None:
        raise Unknown(
            Reason.AWAITS_PERSON,
            f"no post-mortem is scheduled, though {why[0]}{f' (and {len(why) - 1} more)' if len(why) > 1 else ''}: "
            f"agree on a date and an owner, and add [post_mortem] to {name}",
        )
    assert meeting.date >= since.date(), (
        f"the post-mortem in {name} is on {meeting.date}, before the deployment of {since:%Y-%m-%d}: agree on a new date"
    )
    return f"{meeting.date} by {meeting.owner}"


DOCUMENTATION = ("deployment-notes", "incidents-documented", "baseline-updated", "post-mortem-scheduled")
"""Items about what people and pipelines write down afterwards."""


def earlier_failures(chain: Sequence[Mapping[str, Any]], since: datetime) -> Iterator[EarlierFailure]:
    """Give what failed in runs since the deployment. What is only not written down is not an incident.

    Raises Unknown, malformed, for a record that does not say when its run ended.
    """
    for link in chain:
        try:
            later = parse_stamp(str(link["finished"])) >= since
        except (ValueError, TypeError):
            raise Unknown(
                Reason.MALFORMED,
                f"the record {link['sha256'][:12]} of {link['phase']} says that it ended at {link['finished']!r}, "
                "expected a time: find out who changed it, and restore the record of that run",
            ) from None
        if later:
            for item, status in link["items"].items():
                if status == "failed" and item not in DOCUMENTATION:
                    yield EarlierFailure(item, link["phase"])
