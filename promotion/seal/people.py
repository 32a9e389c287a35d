"""Who leads and who approves, by the record and its settings, and whether two names are one person's."""

from collections.abc import Mapping, Sequence
from typing import Any


def lead_of(record: Mapping[str, Any]) -> str | None:
    """Give who leads the deployment, by the promotion record that the run read; None if it does not say."""
    found: Any = record
    for name in ("evidence", "promotion_record", "value", "record", "people", "lead"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) and found else None


def approvers_of(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Give who may approve, by promotion.toml."""
    return tuple(str(one) for one in _people(settings).get("approvers") or ())


def everybody(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Give everybody whom promotion.toml names."""
    return tuple(str(one) for listed in _people(settings).values() if isinstance(listed, list) for one in listed)


def same_person(one: str, other: str, known: Sequence[str] = ()) -> bool:
    """Whether two ways to name a person are one: login, or `login <mail>`; `known` may tie one to the other."""
    from promotion.settings.people import same

    return same(one, other, known)


def names(person: str) -> Sequence[str]:
    """Give the names by which an SSH key may be known to be this person's."""
    from promotion.settings.people import names_of

    return names_of(person)


def _people(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    return (settings.get("plan") or {}).get("people") or {}
