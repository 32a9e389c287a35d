"""Package URLs (https://github.com/package-url/purl-spec, ECMA-427): what they name, read leniently."""

from typing import NamedTuple, Self
from urllib.parse import unquote

OS_TYPES = frozenset({"deb", "rpm", "apk", "alpm"})
"""Types of packages that an operating system's package manager installs."""
IMAGE_TYPES = frozenset({"oci", "docker"})
"""Types that name a container image."""


class Purl(NamedTuple):
    """One package URL, decoded but for its qualifiers."""

    type: str
    namespace: str
    name: str
    version: str = ""
    query: str = ""

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read `pkg:type/namespace/name@version?qualifiers#subpath`; None for anything else."""
        scheme, _, rest = text.partition("#")[0].partition(":")
        rest, _, query = rest.partition("?")
        type_, _, path = rest.strip("/").partition("/")
        # syft leaves the port of a registry as it is, and npm scopes are often not encoded: the @ before a version
        # stands after the last slash and does not begin the name.
        namespace, _, last = path.rpartition("/")
        at = last.rfind("@", 1)
        name, version = (last, "") if at < 0 else (last[:at], last[at + 1 :])
        if scheme.lower() != "pkg" or not type_ or not name:
            return None
        return cls(type_.lower(), unquote(namespace), unquote(name), unquote(version), query)

    def qualifier(self, key: str) -> str:
        """Get one of the qualifiers; empty if it is not there."""
        for pair in self.query.split("&"):
            name, _, value = pair.partition("=")
            if name.lower() == key:
                return unquote(value)
        return ""

    @property
    def full_name(self) -> str:
        """Namespace and name: `example/shop`."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name
