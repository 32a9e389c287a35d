"""Evidence of several subjects, as a test sees it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any


class PerSubject(Mapping[str, Any]):
    """From subject to what was seen of it. Where nothing was seen, access raises Unknown, for that subject alone."""

    def __init__(self, name: str, looks: Mapping[str, Callable[[], Any]]) -> None:
        self._name = name
        self._looks = looks

    def __getitem__(self, subject: str) -> Any:
        return self._looks[subject]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._looks)

    def __len__(self) -> int:
        return len(self._looks)

    def __repr__(self) -> str:
        return f"<{self._name} of {', '.join(self._looks)}>"
