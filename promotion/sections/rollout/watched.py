"""How a canary is watched: for how long, with which limit, and how uneven a version may run by itself."""

from dataclasses import dataclass

from promotion.core.statistics.noise_model import Noise


@dataclass(frozen=True)
class Watched:
    """How a canary is watched."""

    planned: int = 5
    """Minutes from T0 to the last decision."""
    limit_ms: float = 1000.0
    """The duration that no more than `slow_share` of requests may exceed."""
    noise: Noise = Noise()  # noqa: RUF009 - frozen
    """How large noise between minutes may be."""
    whole: int | None = None
    """How many minutes are over: durations of another one are compared when it is, or at the last decision. None: all."""
