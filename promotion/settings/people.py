"""Who is who: logins and e-mail addresses, however they are written. Pure."""

import re
import unicodedata
from collections.abc import Iterable

_BOTH = re.compile(r"(?P<login>[^<>]+?)\s*<(?P<email>[^<>\s]+@[^<>\s]+)>")


def require_name(name: str) -> str:
    """Give the name back. Raises ValueError if it is none: empty, or with a line break or another control character."""
    if not name.strip().lstrip("@"):
        raise ValueError("it is empty, expected a login or an e-mail address")
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Zl", "Zp"} for letter in name):
        raise ValueError("it contains an invisible character, expected a login or an e-mail address")
    return name


def names_of(person: str) -> tuple[str, ...]:
    """What somebody is called, as it is written: the login, the e-mail address, or both of `login <email>`."""
    found = _BOTH.fullmatch(person.strip())
    names = found.groups() if found else (person,)
    return tuple(name.strip().removeprefix("@") for name in names)


def same(one: str, other: str, known: Iterable[str] = ()) -> bool:
    """Whether two names are those of one person.

    Neither capitals nor the form of a Unicode character make a difference (NFKC, case folding). `known` are names that
    may tie a login to an e-mail address.
    """
    ours = _everything(one, known)
    return bool(ours & _everything(other, known))


def allowed(person: str, those: Iterable[str]) -> str | None:
    """Find the one of those who is this person, as it is written there; None if nobody is."""
    return next((one for one in those if same(person, one)), None)


def _everything(person: str, known: Iterable[str]) -> set[str]:
    found = {_plain(name) for name in names_of(person)}
    pairs = [{_plain(name) for name in names_of(one)} for one in known]
    grown = True
    while grown:
        more = set().union(*(pair for pair in pairs if pair & found)) - found
        found |= more
        grown = bool(more)
    return found


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
