"""What the application is called, so that a document can be asked whether it lists it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from packageurl import PackageURL

from promotion.sections.artifact.sbom.purl import full_name, parse_purl

SOURCE_LABEL = "org.opencontainers.image.source"
"""Where an image was built from (OCI image specification, annotations)."""

_BEFORE_HOST = re.compile(r"^(?:[a-z+]+://)?(?:[^@/]*@)?")
_GO_MAJOR = re.compile(r"/v[0-9]+$")


@dataclass(frozen=True)
class Application:
    """The application in an image, by name or by package URL."""

    names: frozenset[str] = frozenset()
    """In lower case; any of them will do."""
    purl: PackageURL | None = None
    """Type and full name must be the same; its version too, if it has one."""
    said_by: str = ""
    """Who says so, for sentences: `the settings`, or the label."""

    @classmethod
    def wanted(cls, name: str | None, purl: str | None, labels: Mapping[str, str]) -> Self:
        """Take what the settings say; else what the image's source label says: repository, with and without owner.

        ValueError for an invalid package URL.
        """
        parsed = None if purl is None else parse_purl(purl)
        if purl is not None and parsed is None:
            raise ValueError(f"{purl!r} is not a package URL: expected pkg:type/namespace/name")
        if name or parsed:
            return cls(frozenset({name.casefold()} if name else ()), parsed, "the settings")
        source = _BEFORE_HOST.sub("", labels.get(SOURCE_LABEL, "").casefold()).partition("#")[0]
        parts = source.replace(":", "/").rstrip("/").removesuffix(".git").split("/")
        if len(parts) < 2 or not parts[-1]:
            return cls()
        return cls(frozenset("/".join(parts[start:]) for start in range(len(parts))), None, f"the label {SOURCE_LABEL}")

    def __bool__(self) -> bool:
        return bool(self.names) or self.purl is not None

    @property
    def called(self) -> str:
        """For sentences: the shortest name."""
        return min((*self.names, *([full_name(self.purl)] if self.purl else [])), key=len, default="")

    def is_named_by(self, group: str, name: str, purl: PackageURL | None) -> bool:
        """Whether a component of that group, name and package URL is the application."""
        if self.purl is not None and purl is not None and self._is(purl):
            return True
        names = [name, f"{group}/{name}", f"{group}:{name}"] if group else [name]
        if purl is not None:
            names += [purl.name, full_name(purl)]
        return any(self._is_name(each.casefold()) for each in names)

    def _is_name(self, name: str) -> bool:
        return name in self.names or ("/v" in name and _GO_MAJOR.sub("", name) in self.names)

    def _is(self, purl: PackageURL) -> bool:
        mine = self.purl
        assert mine is not None
        same = (mine.type, full_name(mine).casefold()) == (purl.type, full_name(purl).casefold())
        return same and mine.version in (None, purl.version)
