"""The shortest test that every match of an expression passes: what a fast engine looks for in whole buffers.

A match holds a match of each stretch of its expression. So what is at the edges may go: places of no width, what may
be absent, and all but the first repetitions of the last part; and a part may be described more loosely than it is.
What is left ends where it can first end, so an engine that reports every end reports few.
"""

from promotion.sections.security.leaks.patterns.syntax import EMPTY, Choice, Edge, Group, Node, OneOf, Repeat, Sequence

ENOUGH = 12
"""Repetitions that tell a secret from a word; more of them cost time and exclude little."""
UNBOUNDED = 40
"""Upper limits above this are left out: engines count them one by one."""
NAMED, TELLING = 3, 6
"""Characters of a name that can be a needle alone, and those that are rare enough in logs to stop at."""
BEARABLE = 1350
"""Characters of an expression that Hyperscan compiles in a fraction of a second; much larger ones it refuses."""
LETTER = 2
"""A letter in both cases is one character of a word."""
STATES, OPTIONAL_STATES = 24, 3
"""An engine's states that a part may take; a part that would take more is described more loosely."""


def needle(node: Node, *, common: bool = False) -> Node:
    """Give an expression that is met inside every match of this one; the empty one, if it says nothing.

    `common` is for names that stand in many lines without a secret (`password`): what follows the name then stays as it is,
    if an engine can bear it, since asking about every such line takes longer.
    """
    if common and _size(exact := _without_tail(_without_head(_without_edges(node)))) <= BEARABLE:
        return exact
    return _without_tail(_without_value(_without_head(_loose(node))))


def _without_edges(node: Node) -> Node:
    match node:
        case Edge():
            return EMPTY
        case Sequence(parts):
            return Sequence(tuple(one for part in map(_without_edges, parts) for one in _parts(part)))
        case Choice(options):
            return Choice(tuple(map(_without_edges, options)))
        case Group(inner):
            return _without_edges(inner)
        case Repeat(inner, low, high):
            return Repeat(_without_edges(inner), low, None if high is not None and high > UNBOUNDED else high)
        case _:
            return node


def _size(node: Node) -> int:
    """Count the characters that an expression is made of, each repetition again."""
    match node:
        case OneOf():
            return 1
        case Sequence(parts) | Choice(parts):
            return sum(map(_size, parts))
        case Group(inner):
            return _size(inner)
        case Repeat(inner, low, high):
            return _size(inner) * max(1, low, min(high or 0, UNBOUNDED))
        case _:
            return 0


def can_be_empty(node: Node) -> bool:
    """Tell whether the expression accepts the empty text."""
    match node:
        case OneOf():
            return False
        case Edge():
            return True
        case Sequence(parts):
            return all(map(can_be_empty, parts))
        case Choice(options):
            return any(map(can_be_empty, options))
        case Group(inner):
            return can_be_empty(inner)
        case Repeat(inner, low):
            return low == 0 or can_be_empty(inner)


def _loose(node: Node) -> Node:
    match node:
        case Edge():
            return EMPTY
        case Sequence(parts):
            return _in_sequence([one for part in map(_loose, parts) for one in _parts(part)])
        case Choice(options):
            return _cheap(Choice(tuple(map(_loose, options))))
        case Group(inner):
            return _loose(inner)
        case Repeat(inner, low, high):
            return _cheap(Repeat(_loose(inner), low, None if high is not None and high > UNBOUNDED else high))
        case _:
            return node


def _parts(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, Sequence) else (node,)


def _in_sequence(parts: list[Node]) -> Node:
    """Join neighbours that say only which characters follow, and how many at least."""
    joined: list[Node] = []
    for part in parts:
        before = joined[-1] if joined else None
        if isinstance(part, Repeat) and isinstance(before, Repeat) and part.high is None and before.high is None:
            mine, other = part.inner, before.inner
            if isinstance(mine, OneOf) and isinstance(other, OneOf):
                joined[-1] = Repeat(OneOf(mine.mask | other.mask), min(part.low + before.low, UNBOUNDED), None)
                continue
        joined.append(part)
    return joined[0] if len(joined) == 1 else Sequence(tuple(joined))


def _cheap(node: Node) -> Node:
    """Say of what an engine would need many states for only which characters, and how many at least."""
    if isinstance(node, Repeat) and isinstance(node.inner, OneOf):
        return Repeat(node.inner, 0, None) if node.low == 0 and node.high != 1 else node
    may_be_absent = isinstance(node, Repeat) and node.low == 0
    if _states(node) <= (OPTIONAL_STATES if may_be_absent else STATES):
        return node
    if isinstance(node, Choice) and _told(node) >= NAMED:
        return node
    bits, least = _characters(node)
    return Repeat(OneOf(bits), min(least, UNBOUNDED), None)


def _states(node: Node) -> int:
    """Count the places at which any of several characters may stand; letters of words cost little."""
    match node:
        case OneOf(bits):
            return bits.bit_count() > LETTER
        case Sequence(parts) | Choice(parts):
            return sum(map(_states, parts))
        case Group(inner):
            return _states(inner)
        case Repeat(inner, low, None):
            return _states(inner) * max(STATES, low)
        case Repeat(inner, low, int(high)):
            return _states(inner) * max(1, low, high)
        case _:
            return 0


def _characters(node: Node) -> tuple[int, int]:
    """Give every character that a match can hold, and the length of the shortest."""
    match node:
        case OneOf(bits):
            return bits, 1
        case Sequence(parts):
            found = list(map(_characters, parts))
            return _union(found), sum(least for _, least in found)
        case Choice(options):
            found = list(map(_characters, options))
            return _union(found), min(least for _, least in found)
        case Repeat(inner, low):
            bits, least = _characters(inner)
            return bits, least * low
        case Group(inner):
            return _characters(inner)
        case Edge():
            return 0, 0


def _union(found: list[tuple[int, int]]) -> int:
    bits = 0
    for one, _ in found:
        bits |= one
    return bits


def _without_head(node: Node) -> Node:
    if isinstance(node, Choice):
        return Choice(tuple(map(_without_head, node.options)))
    if not isinstance(node, Sequence):
        return node
    parts = list(node.parts)
    while parts and (can_be_empty(parts[0]) or (not _told(parts[0]) and sum(map(_told, parts)) >= NAMED)):
        parts.pop(0)
    return Sequence((_without_head(parts[0]), *parts[1:])) if parts else EMPTY


def _without_value(node: Node) -> Node:
    """Leave out a value of any characters after a name that says enough by itself.

    Engines make a state of each place at which such a value may have begun, which is slow to compile and finds no less.
    What goes on to a sign of its own (the `:` and `@` of a URL) is left as it is.
    """
    if not isinstance(node, Sequence):
        return node
    for at, part in enumerate(node.parts):
        if not isinstance(part, Repeat) or part.high is not None or part.low > NAMED:
            continue
        before, after = sum(map(_told, node.parts[:at])), sum(map(_told, node.parts[at:]))
        enough = before >= TELLING or (before >= NAMED and after < NAMED)
        if enough and not any(_asks_for(later, "@:/") for later in node.parts[at:]):
            return Sequence(node.parts[:at])
    return node


def _asks_for(node: Node, signs: str) -> bool:
    """Tell whether every match holds one of these signs, plain or escaped, at a place of its own."""
    match node:
        case OneOf(bits):
            return bits.bit_count() == 1 and any(sign in node for sign in signs)
        case Sequence(parts):
            return any(_asks_for(part, signs) for part in parts)
        case Choice(options):
            return _asks_for(options[0], signs) and (
                isinstance(options[0], OneOf) or all(_asks_for(one, signs) for one in options)
            )
        case Repeat(inner, low):
            return low > 0 and _asks_for(inner, signs)
        case _:
            return False


def _told(node: Node) -> int:
    """Count the characters that an expression asks for by name."""
    match node:
        case OneOf(bits):
            return bits.bit_count() <= LETTER
        case Sequence(parts):
            return sum(map(_told, parts))
        case Choice(options):
            return min(map(_told, options))
        case Repeat(inner, low):
            return low * _told(inner)
        case _:
            return 0


def _without_tail(node: Node) -> Node:
    match node:
        case Sequence(parts):
            kept = list(parts)
            while kept and can_be_empty(kept[-1]):
                kept.pop()
            return Sequence((*kept[:-1], _without_tail(kept[-1]))) if kept else EMPTY
        case Choice(options):
            return Choice(tuple(map(_without_tail, options)))
        case Repeat(inner, low):
            return Repeat(inner, min(low, ENOUGH), min(low, ENOUGH))
        case _:
            return node
