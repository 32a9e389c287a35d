"""A secret value that a program can carry about without ever showing it."""

import traceback
from collections.abc import Callable
from types import TracebackType
from typing import NoReturn

from promotion.unknown import Unknown


class SealedError(Exception):
    """Something went wrong while a value was open. It says what kind of thing, and nothing of the value."""


class SecretValue:
    """Bytes that are secret, and a name for them that is not.

    It cannot be printed, formatted, pickled, copied, written as JSON, hashed or compared: not even by an assertion
    that fails. What it holds is had in one way only:

        with sealed.open() as value:
            ...

    `value` is a bytearray that is filled with zeros when the block ends, however it ends.
    """

    __slots__ = ("_filled", "label")

    def __init__(self, value: bytes | str, label: str) -> None:
        """`label` says which value this is, such as `shop/dev/database password`; it is shown."""
        held = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else bytes(value)
        self.label = label

        # Whatever walks over attributes, such as inspect.getmembers, finds a function and not the bytes.
        def filled() -> bytearray:
            return bytearray(held)

        self._filled: Callable[[], bytearray] = filled

    def open(self) -> "Opened":
        """Give the value for the length of a `with` block. SealedError for whatever is raised in it, without its text.

        An Unknown passes: what it says is a sentence of ours.
        """
        return Opened(self._filled)

    def __repr__(self) -> str:
        return f"<sealed {self.label}>"

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError(f"{self!r} cannot be compared: an assertion would show what it was compared with")

    def __hash__(self) -> NoReturn:
        raise TypeError(f"{self!r} has no hash: it would confirm a correct guess")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"{self!r} cannot be copied or leave its process")


class Opened:
    """The block in which a sealed value is open."""

    __slots__ = ("_filled", "_value")

    def __init__(self, filled: Callable[[], bytearray]) -> None:
        self._filled = filled
        self._value = bytearray()

    def __enter__(self) -> bytearray:
        self._value = self._filled()
        return self._value

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, frames: TracebackType | None
    ) -> None:
        self._value[:] = bytes(len(self._value))
        if error is None or isinstance(error, Unknown) or not isinstance(error, Exception):
            return
        name = type(error).__name__
        _silence(error)
        # A UnicodeDecodeError, a JSONDecodeError and others carry what they read; so may what called them.
        raise SealedError(f"{name} while a secret value was in use") from None


def _silence(error: BaseException) -> None:
    """Empty an error, those it came from, and the frames it went through."""
    seen: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        one = left.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        left += [one.__cause__, one.__context__]
        traceback.clear_frames(one.__traceback__)
        one.args, one.__traceback__, one.__cause__, one.__context__ = (), None, None, None
        if isinstance(one, UnicodeDecodeError):
            one.object = b""
        elif isinstance(one, UnicodeEncodeError | UnicodeTranslateError):
            one.object = ""
        vars(one).clear()
