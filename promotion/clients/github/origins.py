"""Addresses of git repositories and of runs, as builders write them. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from promotion.signing.errors import shown
from promotion.unknown import Reason, Unknown

_NAME = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")
_RUN = re.compile(r"/([^/]+/[^/]+)/actions/runs/([0-9]{1,18})(?:/attempts/([0-9]{1,9}))?/?")
_SCP = re.compile(r"(?:[^@/:]+@)?([^/:@]+):(?!//)(.+)")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class BuiltElsewhere(ValueError):  # noqa: N818 - it is a finding: somebody was asked, and said so
    """Somebody says that the image was built from another repository; the message is a sentence."""


@dataclass(frozen=True)
class Home:
    """The repository an image must come from."""

    repository: str
    """`owner/name`; GitHub does not mind the case."""
    server: str = "https://github.com"
    """Where people find it."""

    def same(self, uri: str) -> bool:
        """Whether an address is that of the repository, however it is written."""
        host, path = _host_and_path(uri)
        name, _ = _name_and_ref(path)
        return host == self._host and name is not None and name.lower() == self.repository.lower()

    def require_same_origin(self, uri: str, what: str) -> None:
        """Raise BuiltElsewhere unless the address is that of the repository. `what` says so: `the image label`."""
        if not self.same(uri):
            raise BuiltElsewhere(
                f"{what} says that the image was built from {shown(uri)}, expected {self.server}/{self.repository}: "
                "promote an image of this repository, or correct `github.repository`"
            )

    def run(self, uri: str, what: str) -> tuple[int, int | None] | None:
        """Read the id and the attempt of a run out of its address; None for what is not an address of a run.

        Raises BuiltElsewhere for a run of another repository.
        """
        try:
            parts = urlsplit(uri)
            host = (parts.hostname or "").lower()
        except ValueError:
            return None
        found = _RUN.fullmatch(parts.path) if parts.scheme in {"https", "http"} else None
        if found is None or parts.query or parts.fragment:
            return None
        if host != self._host or "@" in parts.netloc or found[1].lower() != self.repository.lower():
            raise BuiltElsewhere(
                f"{what} names the run {shown(uri)}, expected one of {self.server}/{self.repository}: promote an image "
                "of this repository, or correct `github.repository`"
            )
        return int(found[2]), int(found[3]) if found[3] else None

    @property
    def _host(self) -> str:
        return (urlsplit(self.server).hostname or "").lower()


def ref_of(uri: str) -> str | None:
    """Read the git reference (`refs/heads/main`) that an address ends with, after `@` or `#`; None if it has none."""
    _, ref = _name_and_ref(_host_and_path(uri)[1])
    return ref if ref is not None and ref.startswith("refs/") else None


def whole_commit(text: str, what: str) -> str:
    """Give the hash of a commit, in small letters. Raises Unknown, malformed, for anything but all of its digits."""
    found = text.strip().lower()
    if not _COMMIT.fullmatch(found):
        raise Unknown(
            Reason.MALFORMED,
            f"{what} names the commit {shown(text)}, expected a full hash of 40 hex digits: set it in the build, "
            "from a clean checkout",
        )
    return found


def _host_and_path(uri: str) -> tuple[str, str]:
    """Read host and path, with what follows it; empty if there is none."""
    uri = uri.strip().removeprefix("git+")
    scp = _SCP.fullmatch(uri)
    if scp is not None and "://" not in uri:
        return scp[1].lower(), scp[2]
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
    except ValueError:
        return "", ""
    if parts.scheme not in {"https", "http", "ssh", "git"} or parts.query:
        return "", ""
    return host.lower(), parts.path.lstrip("/") + (f"#{parts.fragment}" if parts.fragment else "")


def _name_and_ref(path: str) -> tuple[str | None, str | None]:
    """Read `owner/name`, and what follows after `@` (SPDX) or `#` (BuildKit: `#ref:directory`)."""
    name, _, ref = re.sub("[@#]", "\n", path, count=1).partition("\n")
    name = name.rstrip("/").removesuffix(".git")
    return (name if _NAME.fullmatch(name) else None), ref.partition(":")[0] or None
