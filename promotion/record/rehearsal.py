"""Whether a run was a rehearsal: a world that this machine serves itself, or another clock than the machine's. Pure.

AWS and GitHub do not answer at an address of the machine that asks; the embedded sandbox and emulators do. What was seen there
says nothing about a promotion, however it was asked for: by `--sandbox`, or by a promotion.toml that names such addresses.
"""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

_PLACES = (("dev", "endpoint_url"), ("prod", "endpoint_url"), ("image", "aws", "endpoint_url"), ("github", "api_url"))
"""Where settings say that AWS and GitHub are asked."""


def is_rehearsal(record: Mapping[str, Any]) -> bool:
    """Whether a record, or what its settings name, is of a rehearsal. Any value but False in `rehearsal` is one."""
    return record.get("rehearsal") is not False or bool(served_here(record.get("settings")))


def served_here(settings: Any) -> list[str]:
    """Give the addresses of this machine at which these settings (as JSON) have AWS or GitHub looked at."""
    return sorted({url for url in _urls(settings) if _is_local(url)})


def _urls(settings: Any) -> Iterator[str]:
    for path in _PLACES:
        found = settings
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        if isinstance(found, str):
            yield found


def _is_local(url: str) -> bool:
    """Whether the host of a URL is this machine: loopback, unspecified, or a name that RFC 6761 reserves for it."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    if host == "localhost" or host.endswith((".localhost", ".localdomain")) or host == "host.docker.internal":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return address.is_loopback or address.is_unspecified
