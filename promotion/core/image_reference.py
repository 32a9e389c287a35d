"""What names an image: registry and repository, digest, platform."""

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field

from promotion.core.json_wire import WireModel

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
# The grammar of the distribution specification; a registry is a host name, or an address, with a port or without.
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_REGISTRY = re.compile(
    r"(?:localhost|(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
    r"|[A-Za-z0-9-]+(?=:[0-9])|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
)
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")


class Digest(str):
    """`sha256:` and 64 lower-case hex digits, checked. Being a `str`, it is written and compared as one.

    ValueError for anything else, other algorithms too: no registry a promotion reads from uses them, and a weaker one
    must not slip in.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check the text."""
        if not _DIGEST.fullmatch(text):
            raise ValueError(f"{text[:80]!r} is not a digest: expected sha256: and 64 lower-case hex digits")
        return super().__new__(cls, text)

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Hash these bytes."""
        return cls("sha256:" + hashlib.sha256(data).hexdigest())

    @property
    def hex(self) -> str:
        """The 64 hex digits alone."""
        return self.removeprefix("sha256:")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema(strict=True))


class Platform(WireModel):
    """What an image runs on, in Go's words: `linux/amd64`, `linux/arm64/v8`."""

    os: Annotated[str, Field(strict=True, max_length=64)]
    architecture: Annotated[str, Field(strict=True, max_length=64)]
    variant: Annotated[str, Field(strict=True, max_length=64)] = ""
    os_version: Annotated[str, Field(strict=True, max_length=64, alias="os.version")] = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


@dataclass(frozen=True)
class Repository:
    """A repository in a registry."""

    registry: str
    """Host, with the port if there is one: `999988887777.dkr.ecr.eu-west-1.amazonaws.com`."""
    name: str
    """Path in the registry: `shop`, `team/shop`."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `registry/repository`; ValueError, with a sentence, for anything else."""
        registry, _, name = text.partition("/")
        if not _REGISTRY.fullmatch(registry):
            raise ValueError(f"{text!r} does not begin with a registry: expected host/repository, without a scheme")
        if not _NAME.fullmatch(name) or len(name) > 255:
            raise ValueError(f"{text!r} names no repository: expected a lower-case path, without tag or digest")
        return cls(registry, name)

    @property
    def is_ecr(self) -> bool:
        """Whether this is a private Amazon ECR registry, by its name (IPv4 or dual-stack form)."""
        return re.search(r"^[0-9]{12}\.dkr[.-]ecr(?:-fips)?\.", self.registry) is not None

    def __str__(self) -> str:
        return f"{self.registry}/{self.name}"


@dataclass(frozen=True)
class Reference:
    """One image, by digest."""

    repository: Repository
    digest: Digest

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `registry/repository@sha256:…`; ValueError, with a sentence, for anything else, tags too."""
        repository, at, digest = text.partition("@")
        if not at:
            raise ValueError(f"{text!r} has no digest: expected registry/repository@sha256:…, because a tag can move")
        return cls(Repository.parse(repository), Digest(digest))

    def __str__(self) -> str:
        return f"{self.repository}@{self.digest}"


def digest_in(text: str) -> str:
    """Read the digest out of `sha256:…` or `registry/repository@sha256:…`; the text itself if it has none."""
    last = text.rpartition("@")[2].strip()
    return last if _DIGEST.fullmatch(last) else text
