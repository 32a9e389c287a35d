"""Which parts of a secret's value are secret: a password is, the host and the user beside it are not. Pure."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

_SECRET = re.compile(
    r"pass|pwd|secret|token|key|credential|private|auth|salt|seed|pepper|signature|dsn|connection.?string|\bpin\b|cookie",
    re.IGNORECASE,
)
_PUBLIC = re.compile(
    r"user(_?name)?|login|host(_?name)?|port|engine|db_?name|database|schema|region|account|masterarn|server|address"
    r"|domain|issuer|audience|scopes?|algorithm|version|environment|email|created|expir\w*"
    r"|\w*?(_?(id|name|arn|url|uri|endpoint|type|identifier|file|path|host|algorithm|version|expiry)|public_?key|certificate)",
    re.IGNORECASE,
)
"""Names that say that a value is none, even where they have a word such as `key` in them: `key_id`, `token_url`."""
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://|arn:|/|[\w.+-]+@[\w-]+\.|[\w-]+(\.[\w-]+)+\.?(:\d+)?$", re.IGNORECASE)
_LONG, _RANDOM = 16, 3.5
"""Characters, and bits a character (Shannon), from which a value is taken for random whatever it is called."""


def sensitive(text: str, declared: Sequence[str]) -> list[tuple[str, str]]:
    """Give fields and values that are secret.

    `text` is a SecretString: a JSON object, of which `declared` names fields (`password`, `smtp.password`), or else
    those are taken whose name says so, or whose value looks random; or any other text, which is secret as a whole and
    has the field "".
    """
    try:
        tree = json.loads(text)
    except ValueError:
        tree = None
    if not isinstance(tree, dict):
        return [("", part) for part in _passwords(text) or [text]]
    fields = [(path, value) for path, value in _leaves(tree, ()) if value]
    if declared:
        return [
            (path, part) for path, value in fields if _named(path, declared) for part in _passwords(value) or [value]
        ]
    found = [(path, part) for path, value in fields for part in _passwords(value)]
    return found + [(path, value) for path, value in fields if not _passwords(value) and _is_secret(path, value)]


def missing(text: str, declared: Sequence[str]) -> list[str]:
    """Give the declared fields that there are not, or that are empty."""
    found = {path for path, _ in sensitive(text, declared)}
    return [name for name in declared if not any(_named(path, [name]) for path in found)]


def _named(path: str, declared: Sequence[str]) -> bool:
    return any(path == name or path.endswith(f".{name}") or path.startswith(f"{name}.") for name in declared)


def _leaves(tree: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    match tree:
        case dict():
            for key, inner in tree.items():
                yield from _leaves(inner, (*path, str(key)))
        case list():
            for place, inner in enumerate(tree):
                yield from _leaves(inner, (*path, str(place)))
        case bool() | None:
            return
        case _:
            yield ".".join(path), str(tree)


def _is_secret(path: str, value: str) -> bool:
    if "PRIVATE KEY-----" in value:
        return True
    name = next((part for part in reversed(path.split(".")) if not part.isdigit()), path)
    if _PUBLIC.fullmatch(name.replace("-", "_")):
        return False
    return bool(_SECRET.search(name)) or _is_random(value)


def _is_random(value: str) -> bool:
    if len(value) < _LONG or _ADDRESS.match(value) or any(character.isspace() for character in value):
        return False
    shares = [count / len(value) for count in Counter(value).values()]
    return -sum(share * math.log2(share) for share in shares) >= _RANDOM


def _passwords(value: str) -> list[str]:
    """Give the password in an address such as `postgres://user:password@host`, as it is there and decoded."""
    try:
        password = urlsplit(value).password if "://" in value else None
    except ValueError:
        return []
    return list(dict.fromkeys([password, unquote(password)])) if password else []
