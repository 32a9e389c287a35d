"""Faults of the wire to AWS, in one declaration each: which operation misbehaves, how, and in which account."""

from collections.abc import Iterable
from inspect import currentframe
from typing import TYPE_CHECKING, Any, Literal

from promotion.sandbox.catalogue import Kind, fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

How = Literal["deny", "throttle", "truncate", "empty", "empty_page", "fail", "cut", "drop", "delay"]
"""What `Wire` can do to an operation: a method of it."""


def wire_fault(
    name: str,
    does: str,
    how: How,
    pattern: str,
    *more: Any,
    item: str,
    kind: Kind = "blind",
    on: Literal["dev", "prod", "tools"] | None = None,
    falls_with: Iterable[str] = (),
    **options: Any,
) -> None:
    """Declare a fault in which requests that fit `pattern` are answered wrongly, everywhere or `on` one account.

    `does` is the sentence that `promotion faults` shows; `more` and `options` are for the method `how` of `Wire`. Raises
    CatalogueError as `fault` does; a pattern that fits nothing is a ValueError when the world is built.
    """

    def apply(world: "World") -> None:
        account = {} if on is None else {"account": getattr(world, on).id}
        getattr(world.wire, how)(pattern, *more, **account, **options)

    apply.__doc__ = does
    # Faults are grouped by the module that declares them.
    frame = currentframe()
    declaring = frame.f_back if frame else None
    if declaring is not None:
        apply.__module__ = declaring.f_globals["__name__"]
    fault(name, item=item, kind=kind, falls_with=falls_with)(apply)
