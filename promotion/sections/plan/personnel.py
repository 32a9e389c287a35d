"""Whether the right people are named, and two of them. Pure."""

from collections.abc import Iterator

from promotion.people.promotion_record import People
from promotion.settings import Settings
from promotion.settings.people import require_name, same
from promotion.unknown import Reason, Unknown

_ROLES = {
    "lead": ("deployment lead", "leads"),
    "on_call": ("on-call engineer", "on_call"),
    "approver": ("approver", "approvers"),
}


def nobody_named(people: People) -> bool:
    """Whether nobody has been named for anything yet."""
    return not any(getattr(people, role) for role in _ROLES)


def describe(people: People) -> str:
    """In a few words."""
    return f"lead {people.lead or '–'}, on call {people.on_call or '–'}, approver {people.approver or '–'}"


def personnel_problems(people: People, settings: Settings) -> Iterator[str]:
    """Say what is wrong with who is named, a sentence each.

    Raises Unknown, not-declared, where promotion.toml does not say who may be named.
    """
    lists = settings.plan.people
    known = (*lists.everybody, *(settings.plan.attestations.by or ()))
    for role, (called, listed) in _ROLES.items():
        name, those = getattr(people, role), getattr(lists, listed)
        if not those:
            raise Unknown(
                Reason.NOT_DECLARED,
                f"promotion.toml does not say who may be {called}: name people in `{listed}` of [plan.people]",
            )
        if not name.strip():
            yield f"no {called} is named: fill in `people.{role}` with one of {', '.join(those)}"
            continue
        try:
            require_name(name)
        except ValueError as mistake:
            yield f"the {called} {name[:60]!a} is not a name: {mistake}"
            continue
        if not any(same(name, one, known) for one in those):
            yield f"the {called} is {name}, expected one of {', '.join(those)} (`{listed}` of [plan.people])"
    if people.lead.strip() and people.approver.strip() and same(people.lead, people.approver, known):
        yield (f"the approver, {people.approver}, is the deployment lead, {people.lead}: somebody else must approve")
