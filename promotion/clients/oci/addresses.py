"""URLs that others send us: where they lead, and how they may be written down."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from promotion.core.image_reference import Repository
from promotion.unknown import Reason, Unknown

_PORTS = {"https": 443, "http": 80}


def split(url: str) -> SplitResult:
    """Split a URL into its parts; Unknown("malformed") if it has none."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise Unknown(Reason.MALFORMED, "a registry redirected to an invalid URL; check the registry") from None
    return parts


def endpoint_of(repository: Repository, given: str | None) -> str:
    """Give the address of a repository's registry. ValueError for one that credentials must not be sent to."""
    endpoint = (given or f"https://{repository.registry}").rstrip("/")
    parts = urlsplit(endpoint)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts)):
        raise ValueError(f"the registry of {repository} must be read over HTTPS: its address must begin with https://")
    if not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(f"the address of the registry of {repository} must be only scheme, host and port")
    return endpoint


def is_loopback(parts: SplitResult) -> bool:
    """Say whether a URL points to this machine itself."""
    host = parts.hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def same_server(one: str, other: str) -> bool:
    """Say whether two URLs have the same scheme, host and port."""
    return _origin(split(one)) == _origin(split(other))


def shown(url: str) -> str:
    """Give a URL as it may be written down: no query (signatures live there), no user, no fragment."""
    parts = split(url)
    return SplitResult(parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "").geturl()[:300]


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
