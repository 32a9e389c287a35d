"""Package URLs (ECMA-427, https://github.com/package-url/purl-spec), with packageurl-python's rules for each type.

Its `from_string` refuses what tools write nevertheless, and takes 50 µs for each; a document may list a hundred thousand.
So the text is split here, leniently, and its parts are decoded and normalized there.
"""

import re
from functools import lru_cache

from packageurl import PackageURL, normalize_name, normalize_namespace, normalize_qualifiers, normalize_version

OS_TYPES = frozenset({"deb", "rpm", "apk", "alpm"})
"""Types of packages that an operating system's package manager installs."""
IMAGE_TYPES = frozenset({"oci", "docker"})
"""Types that name a container image."""

_WORD = re.compile(r"[a-z._-][a-z0-9._-]*")
"""A type or the key of a qualifier, in lower case."""


def parse_purl(text: str) -> PackageURL | None:
    """Read `pkg:type/namespace/name@version?qualifiers#subpath`, without the subpath; None for anything else.

    Beyond the specification: the scheme may be in any case; npm scopes and the `@` of a namespace need not be encoded, as
    an `@` that begins the name or is in front of the last slash begins no version; of qualifiers, those without a value
    or with an impossible key are left out, and of two with one key the first counts. The qualifiers may be shared with
    other package URLs: they are not to be changed.
    """
    scheme, _, rest = text.partition("#")[0].partition(":")
    rest, _, query = rest.partition("?")
    type_, _, path = rest.strip("/").partition("/")
    type_ = type_.lower()
    if scheme.lower() != "pkg" or not _WORD.fullmatch(type_):
        return None
    above, _, last = path.rpartition("/")
    at = last.rfind("@", 1)
    written, version = (last, "") if at < 0 else (last[:at], last[at + 1 :])
    qualifiers = _qualifiers(query)
    name = normalize_name(written, qualifiers, type_, encode=False)
    if not name:
        return None
    return PackageURL(
        type_,
        _namespace(above, type_),
        name,
        normalize_version(version, type_, encode=False),
        qualifiers,
        normalize_purl=False,
    )


def full_name(purl: PackageURL) -> str:
    """Namespace and name: `example/shop`."""
    return f"{purl.namespace}/{purl.name}" if purl.namespace else purl.name


@lru_cache(maxsize=256)
def _namespace(written: str, type_: str) -> str | None:
    """Most packages of a document have the namespace of another."""
    return normalize_namespace(written, type_, encode=False)


@lru_cache(maxsize=256)
def _qualifiers(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        if value and _WORD.fullmatch(key.lower()):
            found.setdefault(key.lower(), value)
    return normalize_qualifiers("&".join(f"{key}={value}" for key, value in found.items()), encode=False)
