"""From promotion.toml, the environment and the command line to Settings; every mistake in one clear sentence."""

import os
import tomllib
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from promotion.settings.model import Settings
from promotion.settings.plan import RECORD

PREFIX = "PROMOTION__"
"""`PROMOTION__DEV__REGION=eu-west-1` sets `dev.region`."""

_SIGNERS = ("image.signer", "image.sbom.signer", "image.vulnerabilities.signer", "github.provenance_signer")
_PATHS = (
    "earlier_reports",
    "dev.ca_bundle",
    "prod.ca_bundle",
    "image.ca_bundle",
    "image.layout",
    "github.ca_bundle",
    "image.vulnerabilities.trivy_report",
    "leaks.rules",
    "plan.record",
    "plan.calendar",
    "plan.attestations.allowed_signers",
    "postdeploy.budget.open_slo",
    "baseline.file",
    *(f"{signer}.{name}" for signer in _SIGNERS for name in ("key", "trust_root")),
)
"""Settings that are files: relative to the folder of promotion.toml."""


class SettingsError(ValueError):
    """The settings cannot be used; the message says which key, what it was, and what is expected."""


@dataclass(frozen=True)
class Loaded:
    """Settings, and where each value that does not come from the file was set."""

    settings: Settings
    origins: Mapping[str, str]
    """Dotted key to `--set` or the environment variable's name. What is not here stood in the file or is a default."""


def load(path: Path, *, environ: Mapping[str, str] | None = None, assignments: Sequence[str] = ()) -> Loaded:
    """Read promotion.toml, then put environment variables and `--set key=value` on top.

    Raises SettingsError when the file is missing or not TOML, a key is unknown (naming the nearest), or a value does
    not fit.
    """
    tree = _toml(path, "copy promotion.example.toml and fill it in, or give --config")
    origins: dict[str, str] = {}
    for name, value in sorted((os.environ if environ is None else environ).items()):
        if name.startswith(PREFIX):
            _assign(tree, name.removeprefix(PREFIX).lower().replace("__", "."), value, origins, name)
    for assignment in assignments:
        key, sign, value = assignment.partition("=")
        if not sign:
            raise SettingsError(f"--set takes key=value, such as dev.region=eu-west-1, not {assignment!r}")
        _assign(tree, key.strip(), value, origins, "--set")
    base = path.resolve().parent
    if isinstance(plan := tree.setdefault("plan", {}), dict):
        plan.setdefault("record", RECORD)  # from the file's folder, too, where nobody names another
    for key in _PATHS:
        _from_base(tree, key.split("."), base)
    _read_waivers(tree, base)
    return Loaded(parse(tree, str(path), origins), origins)


def _read_waivers(tree: dict[str, Any], base: Path) -> None:
    """Put the waivers of a file of their own beside those of promotion.toml: a run is judged by all, or by none."""
    name, here = tree.get("waivers_file"), tree.get("waivers", [])
    if not isinstance(name, str) or not isinstance(here, list):
        return
    more = _toml(base / name, "correct `waivers_file`, or remove it")
    if unknown := sorted(more.keys() - {"waivers"}):
        raise SettingsError(f"{base / name}: unknown key {unknown[0]}: the file may contain only [[waivers]]")
    found = more.get("waivers", [])
    if not isinstance(found, list):
        raise SettingsError(f"{base / name}: waivers is not a list of tables: write [[waivers]]")
    tree["waivers"] = [*here, *found]


def _toml(path: Path, missing: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path} does not exist: {missing}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as mistake:
        raise SettingsError(f"{path} is not valid TOML: {mistake}") from None
    except OSError as mistake:
        raise SettingsError(f"{path} cannot be read: {mistake.strerror}") from None


def _from_base(table: Any, key: Sequence[str], base: Path) -> None:
    """Resolve a path in the file from the file's folder."""
    for part in key[:-1]:
        table = table.get(part) if isinstance(table, dict) else None
    path = table.get(key[-1]) if isinstance(table, dict) else None
    if isinstance(path, str):
        table[key[-1]] = str(base / path)
    elif isinstance(path, list):
        table[key[-1]] = [str(base / one) if isinstance(one, str) else one for one in path]


def parse(tree: Mapping[str, Any], source: str, origins: Mapping[str, str] | None = None) -> Settings:
    """Settings from a tree of plain values. Raises SettingsError with every mistake in it, one a line.

    `origins` says of single keys that they do not come from `source`.
    """
    try:
        return Settings.model_validate(tree)
    except ValidationError as mistakes:
        sentences = [_sentence(dict(error), source, origins or {}) for error in mistakes.errors()]
        raise SettingsError("\n".join(sentences)) from None


def _assign(tree: dict[str, Any], key: str, text: str, origins: dict[str, str], origin: str) -> None:
    *parents, last = key.split(".")
    table = tree
    for parent in parents:
        table = table.setdefault(parent, {})
        if not isinstance(table, dict):
            raise SettingsError(f"{origin}: {key} goes through {parent!r}, which is not a table")
    table[last] = _value(key.split("."), text)
    origins[key] = origin


def _value(key: Sequence[str], text: str) -> Any:
    """What a text outside of any file stands for: TOML, or itself where it is none or where the key holds a text."""
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    return text if not isinstance(value, str) and _holds_text(Settings, key) else value


def _holds_text(annotation: Any, key: Sequence[str]) -> bool:
    """Whether a value of this key is a text. Account numbers look like numbers, and are none."""
    annotation = _bare(annotation)
    if get_origin(annotation) in (Union, types.UnionType):
        return any(_holds_text(arm, key) for arm in get_args(annotation))
    if not key:
        return annotation is str
    return _holds_text(_inside(annotation, key[0]), key[1:])


def _sentence(error: dict[str, Any], source: str, origins: Mapping[str, str]) -> str:
    at = tuple(error["loc"])
    dotted, model = _walk(at)
    source = origins.get(dotted, source)
    if error["type"] == "extra_forbidden":
        known = _keys(model)
        near = get_close_matches(str(at[-1]), known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"the keys here are {', '.join(known)}"
        return f"{source}: unknown key {dotted}: {hint}"
    if error["type"] == "missing":
        return f"{source}: {dotted} is missing"
    what = str(error["msg"]).removeprefix("Value error, ")
    if isinstance(error.get("input"), str | int | float | bool):
        return f"{source}: {dotted} = {error['input']!r}: {what}"
    return f"{source}: {dotted}: {what}" if dotted else f"{source}: {what}"


def _keys(model: Any) -> list[str]:
    fields = getattr(model, "model_fields", {})
    return [field.alias or name for name, field in fields.items()]


def _walk(loc: Sequence[str | int]) -> tuple[str, Any]:
    """The dotted key people write for pydantic's location, and the model that holds its last part."""
    here: Any = Settings
    holder: Any = Settings
    written: list[str] = []
    for part in loc:
        here = _bare(here)
        tagged = _tagged(here, part)
        if tagged is not None:
            here = tagged
            continue
        holder = here
        if isinstance(part, int):
            written[-1:] = [f"{written[-1]}[{part}]"] if written else [f"[{part}]"]
        else:
            written.append(part)
        here = _inside(here, part)
    return ".".join(written), holder


def _bare(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [arm for arm in get_args(annotation) if arm is not type(None)]
        if len(rest) == 1:
            return _bare(rest[0])
    return annotation


def _tagged(annotation: Any, part: str | int) -> Any:
    if get_origin(annotation) not in (Union, types.UnionType):
        return None
    for arm in get_args(annotation):
        kind = getattr(arm, "model_fields", {}).get("kind")
        if kind is not None and get_origin(kind.annotation) is Literal and part in get_args(kind.annotation):
            return arm
    return None


def _inside(annotation: Any, part: str | int) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if part in (name, field.alias):
                return field.annotation
        return None
    arguments = get_args(annotation)
    if get_origin(annotation) is dict:
        return arguments[1]
    if get_origin(annotation) in (tuple, list):
        return arguments[0]
    return None
