"""Declare a look-up: what is seen, from what, and how long it may take."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_type_hints, overload

from promotion.settings.subjects import kinds

SOURCES = (
    "settings",
    "clock",
    "digest",
    "wait",
    "act",
    "journal",
    "chain",
    "redactor",
    "secrecy",
    "dev_aws",
    "prod_aws",
    "dev_http",
    "prod_http",
    "github",
    "channel_means",
    "image_aws",
    "image_source",
    "promoted_image",
)
"""What a look-up may ask for beside other evidence. The names are reserved."""

_OTHER_FIXTURES = ("request", "measured")


class DeclarationError(ValueError):
    """A look-up is declared wrongly; the message says which and how to fix it."""


class Evidence:
    """A look-up with a name. Calling it is calling the plain function, which is how it is unit-tested."""

    def __init__(self, look: Callable[..., Any], per: str | None, deadline: float | None) -> None:
        self.name = look.__name__
        self.look = look
        self.per = per
        """Looked up once for each subject of this kind; None: looked up once."""
        self.deadline = deadline
        """Seconds; None: as the settings say."""
        self.parameters = tuple(inspect.signature(look).parameters)
        self.__doc__ = look.__doc__
        self.__name__ = look.__name__
        self.__module__ = look.__module__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Look, here and now."""
        return self.look(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<evidence {self.name}>"

    @property
    def value_type(self) -> Any:
        """The declared type of what is seen. DeclarationError if there is none."""
        try:
            hints = get_type_hints(self.look, include_extras=True)
        except NameError as mistake:
            raise DeclarationError(
                f"evidence {self.name!r} is annotated with a name that does not exist at run time: {mistake}"
            ) from None
        if "return" not in hints:
            raise DeclarationError(f"evidence {self.name!r} has no return annotation: add one")
        return hints["return"]


class Registry(Mapping[str, Evidence]):
    """Every declared look-up, by name."""

    def __init__(self) -> None:
        self._declared: dict[str, Evidence] = {}

    def __getitem__(self, name: str) -> Evidence:
        return self._declared[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)

    def declare(self, evidence: Evidence) -> None:
        """Add a look-up. DeclarationError if the name is taken by another function or is a source's."""
        known = self._declared.get(evidence.name)
        if known is not None and not _read_again(known, evidence):
            raise DeclarationError(
                f"two look-ups are named {evidence.name!r}: in {known.__module__} and in {evidence.__module__}"
            )
        if evidence.name in (*SOURCES, *_OTHER_FIXTURES, *kinds()):
            raise DeclarationError(f"{evidence.name!r} is already in use: rename the evidence")
        if inspect.isgeneratorfunction(evidence.look) or inspect.iscoroutinefunction(evidence.look):
            raise DeclarationError(
                f"evidence {evidence.name!r} is a generator or a coroutine: return the value instead"
            )
        self._declared[evidence.name] = evidence

    def check(self) -> None:
        """DeclarationError when a parameter is nothing known, a type is missing, or look-ups wait for each other."""
        for evidence in self.values():
            _ = evidence.value_type
            if evidence.per is not None and evidence.per not in kinds():
                raise DeclarationError(
                    f"evidence {evidence.name!r} is looked up per {evidence.per!r}: expected one of "
                    f"{', '.join(kinds())}"
                )
            for parameter in evidence.parameters:
                if parameter not in self and parameter not in SOURCES and parameter != evidence.per:
                    raise DeclarationError(
                        f"evidence {evidence.name!r} asks for {parameter!r}, which is neither evidence nor one of the "
                        f"sources {', '.join(SOURCES)}"
                    )
        for name in self:
            self._raise_if_loop(name, ())

    def _raise_if_loop(self, name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise DeclarationError("circular evidence: " + " → ".join((*above[above.index(name) :], name)))
        for parameter in self[name].parameters:
            if parameter in self:
                self._raise_if_loop(parameter, (*above, name))


def _read_again(known: Evidence, evidence: Evidence) -> bool:
    """Whether it is the same function, of a module that was read again."""
    return (known.__module__, known.look.__qualname__) == (
        evidence.__module__,
        evidence.look.__qualname__,
    ) and known.look.__globals__ is not evidence.look.__globals__


REGISTRY = Registry()
"""Every look-up declared in this process."""


@overload
def evidence(look: Callable[..., Any], /) -> Evidence: ...
@overload
def evidence(*, per: str | None = None, deadline: float | None = None) -> Callable[[Callable[..., Any]], Evidence]: ...
def evidence(
    look: Callable[..., Any] | None = None, /, *, per: str | None = None, deadline: float | None = None
) -> Evidence | Callable[[Callable[..., Any]], Evidence]:
    """Declare a look-up, which also makes a fixture of its name.

    Its parameters are sources or other evidence. It returns what it saw, as the type its annotation says: something
    that survives JSON, mapping keys being strings. It raises Unknown, or whatever its client raises, when it could not
    see. It does not judge, makes no threads, and is not a generator.

    `per` looks once for each subject of that kind; the subject's name comes as the parameter of that name, other
    evidence of the same kind comes for the same subject, and the fixture is a mapping from subject to what was seen.
    `deadline` is in seconds.
    """

    def declare(function: Callable[..., Any]) -> Evidence:
        declared = Evidence(function, per, deadline)
        REGISTRY.declare(declared)
        return declared

    return declare if look is None else declare(look)
