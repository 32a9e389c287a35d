"""What a new item is made of, as text: the line, the judgement, the look-up, the faults, the section of docs. Pure.

Each is a stub: it can be imported and collected, and says "write me" wherever it is judged, looked up or seeded.
"""

from dataclasses import dataclass

WRITE_ME = "write me"


@dataclass(frozen=True)
class NewItem:
    """An item that is to be made."""

    id: str
    title: str
    section: str
    """The marker of its section, such as `dev`."""
    per: str | None
    """The kind of subject that it is judged over; None: it is its own subject."""
    evidence: str
    """Name of its look-up."""

    @property
    def words(self) -> str:
        """The id as a name in Python: `backup_taken`."""
        return self.id.replace("-", "_")

    @property
    def test(self) -> str:
        """Name of the function that judges it."""
        return f"test_{self.words}"

    @property
    def line(self) -> str:
        """Its line of checklist.md."""
        return f"- [ ] {self.title} · `{self.id}`"

    @property
    def heading(self) -> str:
        """The heading of its section in the docs."""
        return f"## {self.id}: {self.title}"


JUDGEMENT_IMPORTS = ("from promotion.items import item",)
EVIDENCE_IMPORTS = (
    "from promotion.evidence import evidence",
    "from promotion.settings import Settings",
    "from promotion.unknown import Reason, Unknown",
)
FAULT_IMPORTS = ("from promotion.sandbox.catalogue import fault, write_me",)


def judgement(new: NewItem, place: str) -> str:
    """The test; `place` is its file."""
    per = f', per="{new.per}"' if new.per else ""
    subject = f"{new.per}, " if new.per else ""
    seen = f"{new.evidence}[{new.per}]" if new.per else new.evidence
    return f'''@item("{new.id}"{per})
def {new.test}({subject}{new.evidence}, measured):
    """{_sentence(new.title)}"""
    measured({seen})
    raise AssertionError("{WRITE_ME}: {new.test} in {place}, which judges nothing")
'''


def evidence(new: NewItem, place: str) -> str:
    """The look-up; `place` is its file."""
    decorator = f'@evidence(per="{new.per}")' if new.per else "@evidence"
    subject = f"{new.per}: str, " if new.per else ""
    return f'''{decorator}
def {new.evidence}({subject}settings: Settings) -> str:
    """Write me: what is looked up where, in which units. Parameters are sources or other evidence."""
    raise Unknown(Reason.NOT_SUPPORTED, "{WRITE_ME}: {new.evidence} in {place}")
'''


def faults(new: NewItem, world: str = "") -> str:
    """A fault, a clean twin and a blindness case; `world` annotates the world, where its type is imported."""
    kinds = (
        ("wrong", "", "what is wrong in the world, which the item must catch"),
        ("unusual", ', kind="clean"', "what is unusual and right, which must change nothing"),
        ("unreadable", ', kind="blind"', "what cannot be seen, which must leave the item unknown"),
    )
    parameter, returns = (f"world: {world}", " -> None") if world else ("world", "")
    return "\n\n".join(
        f'''@fault("{name}", item="{new.id}"{kind})
def _({parameter}){returns}:
    """Write me: {what}."""
    write_me(world, "{name}")
'''
        for suffix, kind, what in kinds
        for name in (f"{new.id}-{suffix}",)
    )


def fault_names(new: NewItem) -> tuple[str, ...]:
    """The names of `faults`."""
    return tuple(f"{new.id}-{suffix}" for suffix in ("wrong", "unusual", "unreadable"))


def docs(new: NewItem) -> str:
    """Its section in the docs."""
    return f"""{new.heading}

Write me: what is looked at, what fails, what is unknown, what to do then, and the settings it goes by.
"""


def _sentence(title: str) -> str:
    return title if title.endswith((".", "!", "?")) else f"{title}."
