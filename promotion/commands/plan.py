"""Write the first record of a promotion, with what can be known filled in. This module does I/O."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from promotion.people.promotion_record import parse_promotion_record, path_of
from promotion.people.toml_writer import value
from promotion.settings import Loaded, Settings
from promotion.unknown import Unknown

if TYPE_CHECKING:
    from promotion.clients.github.claims import Basis


class PlanError(ValueError):
    """The record cannot be written; the message is one sentence."""


def plan(loaded: Loaded, digest: str) -> Path:
    """Write the record of this image's promotion, and give its path. Raises PlanError if there is one already."""
    path = Path(path_of(loaded.settings.plan.record, digest))
    if path.exists():
        raise PlanError(f"{path} exists already: edit it, or remove it first")
    try:
        known: Basis | str = _origin(loaded, digest)
    except Unknown as unknown:
        known = unknown.message
    text = draft(loaded.settings, digest, known)
    parse_promotion_record(text)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError:
        raise PlanError(f"{path} exists already: edit it, or remove it first") from None
    except OSError as mistake:
        raise PlanError(f"{path} cannot be written: {mistake.strerror}") from None
    return path


def draft(settings: Settings, digest: str, known: "Basis | str") -> str:
    """Give the text of a first record. `known` is where the image comes from, or why that is not known."""
    people, home = settings.plan.people, f"{settings.github.web_url.rstrip('/')}/{settings.github.repository}"
    if isinstance(known, str):
        origin = [
            f"# Commit and build run are not known: {' '.join(known.split())}",
            'commit = ""',
            "# build_run = ",
        ]
        commit = None
    else:
        commit = known.commit
        origin = [
            f"commit = {value(commit or '')}  # by {known.known_by}",
            f"build_run = {known.run_id}" if known.run_id else "# build_run = ",
        ]
    document = settings.plan.rollback_plan
    rollback = "" if document is None or commit is None else f"{home}/blob/{commit}/{document.path}"
    zones = {freeze.zone for freeze in settings.plan.freezes}
    minutes = settings.plan.window.minutes
    lines = [
        f"# The promotion of {settings.service}. Fill in the empty fields, and have it reviewed.",
        f"digest = {value(digest)}",
        f"service = {value(settings.service)}",
        *origin,
        'notes = ""  # the deployment notes, once it is done',
        "",
        "[window]",
        'start = ""  # local time, as "2026-05-04T10:00"',
        f"zone = {value(zones.pop() if len(zones) == 1 else '')}  # as Europe/Vienna",
        f"minutes = {minutes}",
        f'backup = {{ start = "", minutes = {minutes} }}',
        "",
        "[people]",
        f'lead = ""  # {_one_of(people.leads)}',
        f'on_call = ""  # {_one_of(people.on_call)}',
        f'approver = ""  # {_one_of(people.approvers)}, and not the lead',
        "",
        "[links]",
        f"rollback_plan = {value(rollback)}",
        'announcement = ""  # where stakeholders are notified of the window',
        'channel = ""  # the message in the channel',
        'status_page = ""  # the scheduled maintenance',
        'promotion_run = ""',
        "",
        "# `promotion attest ITEM --digest … --by …` adds people's words below.",
    ]
    return "\n".join(lines) + "\n"


def _origin(loaded: Loaded, digest: str) -> "Basis":
    """Look up where the image comes from, as the gate does. Raises Unknown."""
    from promotion.checklist import find, load_checklist
    from promotion.engine.declared import declare
    from promotion.engine.lookups import Key
    from promotion.engine.run import Question, Run

    declare()
    run = Run(Question("pre_promotion", digest, loaded, "", Path()), load_checklist(find(Path.cwd())))
    try:
        looking = run.ready_to_look(None)
        looking.start([Key("image_origin")])
        looking.wait()
        found: Basis = looking.get("image_origin")
    finally:
        run.close()
    return found


def _one_of(names: Iterable[str]) -> str:
    return f"one of {', '.join(names)}" if names else "anyone named in [plan.people] of promotion.toml"
