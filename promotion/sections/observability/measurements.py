"""What one call told of an environment: of its targets, and of what its dashboard draws."""

from dataclasses import dataclass
from typing import Self, TypeVar

from promotion.clients.aws.cloudwatch.series import MetricsLook
from promotion.sections.observability.dashboards.judgement import Drawn
from promotion.unknown import Reason, Unknown

Look = TypeVar("Look", MetricsLook, Drawn)


@dataclass(frozen=True)
class Untellable:
    """Why something was not asked, or not answered."""

    reason: Reason
    message: str

    @classmethod
    def of(cls, unknown: Unknown) -> Self:
        """Keep what was raised."""
        return cls(unknown.reason, unknown.message)


@dataclass(frozen=True)
class Measurements:
    """The answers, each of which may be missing for a reason of its own and hides no other."""

    of_targets: MetricsLook | Untellable
    of_dashboard: Drawn | Untellable

    @property
    def targets(self) -> MetricsLook:
        """What was measured of the targets. Raises Unknown if that could not be determined."""
        return _told(self.of_targets)

    @property
    def dashboard(self) -> Drawn:
        """What the dashboard draws. Raises Unknown if that could not be determined."""
        return _told(self.of_dashboard)


def _told(look: Look | Untellable) -> Look:
    if isinstance(look, Untellable):
        raise Unknown(look.reason, look.message)
    return look
