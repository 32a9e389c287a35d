"""Stepping stones: from the internet to whoever is in a group that a rule names, and on from there."""

from collections import deque
from collections.abc import Iterable

from promotion.sections.security.network.account_groups import Ground
from promotion.sections.security.network.ingress import Opening, who


def stepping_stones(ground: Ground, found: Iterable[Opening], trusted: Iterable[str]) -> list[str]:
    """Follow the groups that openings name, and say by whom the internet comes near.

    `trusted` are ids of groups that are meant to be reached from the internet and are judged for themselves: those of
    the load balancer. Each group is followed once, so that groups that name each other come to an end.
    """
    seen = set(trusted)
    waiting: deque[tuple[str, tuple[str, ...]]] = deque(
        (peer.group, (opening.label,)) for opening in found for peer in opening.peers
    )
    said: list[str] = []
    while waiting:
        group, path = waiting.popleft()
        if group in seen or group not in ground.groups:
            continue
        seen.add(group)
        for interface in ground.standing.get(group, ()):
            opened = ground.openings(interface.groups)
            reached = [opening for opening in opened if ground.is_world_open(opening)]
            if reached:
                said.append(
                    f"{' ← '.join([*path, ground.label_of(group)])}: {interface.label} is in this group and "
                    f"reachable from {who(reached[0].addresses)} at {reached[0].label}; it can be used as a jump "
                    "host: close that rule, or stop allowing the group"
                )
            waiting.extend(
                (peer.group, (*path, ground.label_of(group), opening.label))
                for opening in opened
                for peer in opening.peers
            )
    return said
