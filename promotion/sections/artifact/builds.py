"""Which build made the image, as it is attested or labelled. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from promotion.clients.github.claims import BuildClaim
from promotion.people.attestations import other_image
from promotion.people.promotion_record import PromotionRecord
from promotion.unknown import Reason, Unknown


@dataclass(frozen=True)
class Claims:
    """Who says which build made the image."""

    claims: tuple[BuildClaim, ...] = ()
    elsewhere: tuple[str, ...] = ()
    """A sentence for each that says that the image comes from another repository."""
    notes: tuple[str, ...] = ()

    def __add__(self, other: "Claims") -> "Claims":
        """Put two together."""
        return Claims(self.claims + other.claims, self.elsewhere + other.elsewhere, self.notes + other.notes)


@dataclass(frozen=True)
class RecordedBuild:
    """What the record keeps of the image that is promoted."""

    repository: str
    digest: str
    commit: str | None
    run: int | None
    known_by: str
    promotion: PromotionRecord | None = None
    """The promotion record, if there is one yet."""
    promotion_name: str = "the promotion record"

    @property
    def label(self) -> str:
        """In a few words."""
        run = f", run {self.run}" if self.run else ""
        return f"commit {self.commit or 'unknown'}{run}, by {self.known_by}"

    def require_build(self) -> None:
        """Raise Unknown, no-data, unless a commit or a run is in it."""
        if self.commit is None and self.run is None:
            raise Unknown(Reason.NO_DATA, "neither the commit nor the run that built the image is known")

    def contradictions(self) -> Iterator[str]:
        """Say where the promotion record says otherwise, a sentence each."""
        said = self.promotion
        if said is None:
            return
        if said.digest != self.digest:
            yield other_image(self.promotion_name, said.digest, self.digest)
        if said.commit and self.commit is not None and said.commit != self.commit:
            yield (
                f"{self.promotion_name} names the commit {said.commit}, but the image was built from "
                f"{self.commit}: correct the record"
            )
        if said.build_run is not None and self.run is not None and said.build_run != self.run:
            yield (
                f"{self.promotion_name} names the run {said.build_run}, but {self.run} built the image: "
                "correct the record"
            )
