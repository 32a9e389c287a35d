"""Whether a tag of the image can be moved to another one. Pure.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
"""

import re
from dataclasses import dataclass

from promotion.unknown import Reason, Unknown

_COSIGN = re.compile(r"sha256-[0-9a-f]{64}(?:\.(?:sig|att|sbom))?")
"""Tags under which cosign keeps what belongs to an image. They grow with every signature."""


@dataclass(frozen=True)
class EcrRepository:
    """A repository in Amazon ECR, and the image in it."""

    name: str
    account: str
    mutability: str
    """`IMMUTABLE`, `MUTABLE`, `IMMUTABLE_WITH_EXCLUSION`, `MUTABLE_WITH_EXCLUSION`."""
    exclusions: tuple[str, ...] = ()
    """Tags that are the other way than `mutability` says; `*` stands for any characters."""
    has_image: bool = True
    """Whether ECR knows the digest."""
    tags: tuple[str, ...] = ()
    """Every tag of the image."""

    @property
    def movable(self) -> tuple[str, ...]:
        """Tags of the image that can be moved to another one."""
        return tuple(tag for tag in self.tags if not _COSIGN.fullmatch(tag) and self._can_be_moved(tag))

    @property
    def problem(self) -> str:
        """What is wrong with it, in a sentence; empty if its tags stay. Raises Unknown, not-supported."""
        if not self.has_image:
            return f"ECR has no image of this digest in {self.name} of account {self.account}: push it there"
        if self.mutability == "MUTABLE":
            return f"tags of {self.name} can be moved to another image (MUTABLE), expected IMMUTABLE"
        if self.mutability not in ("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"):
            raise Unknown(
                Reason.NOT_SUPPORTED, f"{self.name} is {self.mutability}, a setting that this version does not know"
            )
        if self.movable:
            filters = ", ".join(self.exclusions)
            return (
                f"the tags {', '.join(self.movable)} of this image are mutable: {self.name} is {self.mutability} "
                f"with {filters}; expected filters that keep the tags of releases immutable"
            )
        if self.mutability == "MUTABLE_WITH_EXCLUSION" and not self.tags:
            return f"a tag given to this image later may be mutable: {self.name} is {self.mutability}"
        return ""

    def _can_be_moved(self, tag: str) -> bool:
        excluded = any(_matches(one, tag) for one in self.exclusions)
        return excluded is (self.mutability != "MUTABLE_WITH_EXCLUSION")


def _matches(pattern: str, tag: str) -> bool:
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), tag) is not None
