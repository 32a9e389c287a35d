"""A target as a whole: of an EC2 target, all its target groups, since traffic may go from one to another."""

from dataclasses import dataclass

from promotion.sections.observability.metrics.queries_for import MeasuredTarget
from promotion.sections.observability.metrics.signals import Failures, whole_of
from promotion.settings.environment import Ec2Target


@dataclass(frozen=True)
class Whole(MeasuredTarget):
    """A target, and where its requests are counted, whoever answers them."""

    @property
    def failures(self) -> tuple[Failures, ...]:
        """Every place where its failures are counted, whichever of its target groups they are in."""
        places = super().failures
        if not isinstance(self.target, Ec2Target):
            return places
        whole = whole_of(places)
        return tuple(place for place in places if place == whole or place.shared)
