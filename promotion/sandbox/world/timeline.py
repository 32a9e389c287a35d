"""Who gets the traffic of an environment, to the second: what a rollout that is played moves about."""

from dataclasses import dataclass, field

Shares = dict[str, float]
"""Share of the requests, 0 to 1, by who gets it: a version of the function, or a fleet (`blue`, `green`)."""


@dataclass
class Timeline:
    """From one minute on, where the requests of each target go. Before it, the environment's own history holds."""

    began: int
    """The minute since 1970 from which on this is what counts."""
    moves: dict[str, list[tuple[int, Shares]]] = field(default_factory=dict)
    """Target (`lambda`, `ec2`) to the shares from a millisecond since 1970 on, oldest first; the first from 0 on."""
    fleets: dict[str, list[str]] = field(default_factory=dict)
    """Fleet (`blue`, `green`) to the ids of its instances."""
    standing: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """Fleet to the spans, in milliseconds since 1970, in which it is registered with the load balancer."""

    def covers(self, minute: int) -> bool:
        """Tell whether a minute is one of those."""
        return minute >= self.began

    def shares(self, target: str, at: int) -> Shares:
        """Give who gets which share at a millisecond since 1970."""
        moves = self.moves[target]
        return next((shares for since, shares in reversed(moves) if at >= since), moves[0][1])

    def joined(self, target: str, who: str) -> int:
        """Give the millisecond since 1970 at which somebody first got traffic; 0 for who always did."""
        return next((since for since, shares in self.moves[target] if shares.get(who)), 0)

    def hosts(self, colour: str, minute: int) -> list[str]:
        """Give the instances of a fleet that are registered at the end of a minute."""
        end = (minute + 1) * 60_000 - 1
        return self.fleets[colour] if any(start <= end < stop for start, stop in self.standing[colour]) else []

    def colour_of(self, instance: str) -> str:
        """Give the fleet of an instance; empty if it is in none of these."""
        return next((colour for colour, fleet in self.fleets.items() if instance in fleet), "")
