"""Which image runs where. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from promotion.unknown import Reason, Unknown

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Running:
    """What runs at one target: the digest of each function version or instance that gets traffic."""

    told_by: str
    """How it is known, in words."""
    digests: Mapping[str, str]
    """Name of the version or instance to its digest, or to what is there in place of one."""

    def others(self, digest: str, platforms: Collection[str] = ()) -> Iterator[str]:
        """Say, for each that runs something else than the digest or one of its platforms, what it runs."""
        for name, found in sorted(self.digests.items()):
            if found not in {digest, *platforms}:
                yield f"{name} runs {found or 'no image that could be told'}"

    def require_traffic(self, target: str) -> None:
        """Raise Unknown, no-data, if nothing gets traffic there."""
        if not self.digests:
            raise Unknown(Reason.NO_DATA, f"nothing gets traffic at {target}, so nobody can say which image runs there")


def digest_in_revision(revision: str, key: str) -> str:
    """Read the digest out of a deployed revision's S3 location `bucket/key`; the location itself if it has none."""
    _, _, found = revision.partition("/")
    before, _, after = key.partition("{digest}")
    match = re.fullmatch(f"{re.escape(before)}(?P<hex>[0-9a-f]{{64}}){re.escape(after)}", found)
    return f"sha256:{match['hex']}" if match else revision


def digest_in(text: str) -> str:
    """Read the digest out of `sha256:…` or `registry/repository@sha256:…`; the text itself if it has none."""
    last = text.rpartition("@")[2].strip()
    return last if _DIGEST.fullmatch(last) else text
