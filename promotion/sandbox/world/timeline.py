"""Who gets the traffic of an environment, to the second: what a rollout that is played moves about."""

from dataclasses import dataclass, field

Shares = dict[str, float]
"""Share of the requests, 0 to 1, by who gets it: a version of the function, or a target group (`blue`, `green`)."""


@dataclass
class Timeline:
    """From one minute on, where the requests of each target go. Before it, the environment's own history holds."""

    began: int
    """The minute since 1970 from which on this is what counts."""
    moves: dict[str, list[tuple[int, Shares]]] = field(default_factory=dict)
    """Target (`lambda`, `ec2`) to the shares from a millisecond since 1970 on, oldest first; the first from 0 on."""
    fleets: dict[str, list[str]] = field(default_factory=dict)
    """Target group (`blue`, `green`) to the ids of the instances that stand in it, now or later."""
    standing: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """Target group to the spans, in milliseconds since 1970, in which its fleet is registered there."""

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

    def hosts(self, group: str, minute: int) -> list[str]:
        """Give the instances registered in a target group at the end of a minute."""
        end = (minute + 1) * 60_000 - 1
        return self.fleets[group] if any(start <= end < stop for start, stop in self.standing[group]) else []

    def group_of(self, instance: str) -> str:
        """Give the target group in which an instance stands; empty if it is none of these."""
        return next((group for group, fleet in self.fleets.items() if instance in fleet), "")
