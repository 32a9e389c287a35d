"""What moto lacks or tells wrongly, filled in: one small module per theme.

Three decorators, each of which refuses to work when moto has changed under it: `operation` for an API operation moto
does not have, `amends` for a function or method whose answer is wrong, `adds` for a property a model lacks. `unfilled`
takes all of them out for a while, so that tests can show that moto still needs each one.
"""

import importlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

THEMES = (
    "deployment_configs",
    "deployment_groups",
    "deployments",
    "deployment_targets",
    "application_revisions",
    "rollbacks",
    "new_deployments",
    "functions",
    "target_health",
    "canaries",
    "roles",
    "policy_simulation",
    "last_accessed",
    "container_images",
    "image_scans",
    "metrics",
    "log_events",
    "keys",
    "secret_versions",
    "calendars",
    "listeners",
    "certificates",
    "alarms",
    "alarm_history",
    "application_signals",
)
"""The modules of this package that hold fills."""

MISSING: Any = object()
"""Stands for an attribute that was not there."""

Fill = Callable[..., Any]


@dataclass
class _Change:
    """One attribute of moto's, as it was and as it is now."""

    owner: Any
    name: str
    before: Any
    after: Any

    def put(self, value: Any) -> None:
        if isinstance(self.owner, dict):
            self.owner.pop(self.name) if value is MISSING else self.owner.__setitem__(self.name, value)
        elif value is MISSING:
            delattr(self.owner, self.name)
        else:
            setattr(self.owner, self.name, value)


_changes: list[_Change] = []


def install() -> None:
    """Put every fill in. Doing it again changes nothing."""
    for theme in THEMES:
        importlib.import_module(f"{__name__}.{theme}")


def operation(responses: type) -> Callable[[Fill], Fill]:
    """Declare an operation that moto's response class lacks.

    The function is called like the operation. It gets moto's backend of the caller's account and region, and `ask`,
    which gives a parameter of the request by its name in the API, or None. It returns what botocore's model of the
    operation describes, or raises a `ServiceException`.
    """

    def declare(fill: Fill) -> Fill:
        from moto.core.responses import ActionResult
        from moto.core.utils import camelcase_to_underscores

        name = camelcase_to_underscores(fill.__name__)
        assert not hasattr(responses, name), f"moto has {fill.__name__} now: drop this fill"
        backend = next(key for key, value in inspect.getmembers(responses) if _is_backend(key, value))

        def answer(self: Any) -> Any:
            return ActionResult(fill(getattr(self, backend), self._get_param))

        _change(responses, name, MISSING, answer)
        return fill

    return declare


def amends(owner: Any, name: str) -> Callable[[Fill], Fill]:
    """Declare a better `owner.name`. The function gets moto's own as its first argument.

    Raises:
        AttributeError: moto has moved it.

    """

    def declare(fill: Fill) -> Fill:
        original = getattr(owner, name)
        before = inspect.getattr_static(owner, name)
        get: Any = before.fget if isinstance(before, property) else original

        def better(*args: Any, **kwargs: Any) -> Any:
            return fill(get, *args, **kwargs)

        after: Any = better
        if isinstance(before, property):
            after = property(better)
        elif isinstance(before, staticmethod):
            after = staticmethod(better)
        _change(owner, name, before, after)
        return fill

    return declare


def adds(owner: type) -> Callable[[Fill], Fill]:
    """Declare a property that moto's model lacks; moto writes it into answers by its name in snake case."""

    def declare(fill: Fill) -> Fill:
        assert not hasattr(owner, fill.__name__), f"{owner.__name__} has {fill.__name__} now: drop this fill"
        _change(owner, fill.__name__, MISSING, property(fill))
        return fill

    return declare


def routes(urls: Any, *paths: str) -> None:
    """Declare paths that a service of moto's does not listen on; its operations are found by botocore's model."""
    dispatch = next(iter(urls.url_paths.values()))
    for path in paths:
        assert path not in urls.url_paths, f"moto listens on {path} now: drop this route"
        _change(urls.url_paths, path, MISSING, dispatch)


@contextmanager
def unfilled() -> Iterator[None]:
    """Take every fill out for as long as it lasts: moto as it came. Applications made meanwhile lack the routes too."""
    try:
        for change in reversed(_changes):
            change.put(change.before)
        _forget()
        yield
    finally:
        for change in _changes:
            change.put(change.after)
        _forget()


def _change(owner: Any, name: str, before: Any, after: Any) -> None:
    change = _Change(owner, name, before, after)
    change.put(after)
    _changes.append(change)
    _forget()


def _forget() -> None:
    """Drop what `warm` keeps about moto's classes."""
    import moto.core.responses

    kept = vars(moto.core.responses)["method_names_from_class"]
    if hasattr(kept, "cache_clear"):
        kept.cache_clear()


def _is_backend(name: str, value: object) -> bool:
    return isinstance(value, property) and name.endswith("backend")
