"""A text that matches two patterns at once: one of a policy, and the form that a value has which somebody may choose.

`meet("arn:aws:iam::*:role/shop-*", "arn:aws:iam::{!}:role/*")` gives an ARN of a role in an account that the policy does
not name. Without such a text, nobody with a value of that form meets the policy's pattern.

In a form `*` is what whoever asks is free to choose, and `{-}` the same within one component of an ARN. `{!}` is a part
that others assign, such as the number of an account or the owner of a repository: he cannot have the one that the policy
names, so a wildcard of the policy must have a hand in it. It holds no `:`, `/` or `@`, which set such parts apart.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from functools import lru_cache

FILLER = "q7zk"
"""What stands for a wildcard: unlike anything that people choose."""
_WILD, _SEPARATORS = "\ue000", frozenset(":/@")
_MANY, _ONE, _ASSIGNED, _SEGMENT = "*", "?", "{!}", "{-}"
_EXCLUDED = {_ASSIGNED: _SEPARATORS, _SEGMENT: frozenset(":")}
_OPEN = (_MANY, _SEGMENT)
_TOKENS = re.compile(r"\{!\}|\{-\}|\$\{([*?$])\}|\$\{[^${}]*\}|.", re.DOTALL)

Token = tuple[str, str]
"""`("text", character)`, or one of the wildcards with an empty text."""


@lru_cache(maxsize=4096)
def meet(pattern: str, form: str) -> tuple[str, ...]:
    """Give texts that match both, as far apart as may be: wildcards filled with something, and with as little as may be.

    Policy variables are taken for wildcards: what they stand for is known only with the rest of a request.
    """
    path = _path(_tokens(pattern), _tokens(form))
    if path is None:
        return ()
    long = "".join(_readable(character, repeat=True) for character in path)
    short = "".join(_readable(character, repeat=False) for character in path)
    return tuple(dict.fromkeys((long, short)))


def _readable(character: str, *, repeat: bool) -> str:
    if character == _WILD + _MANY:
        return FILLER if repeat else ""
    return "q" if character == _WILD else character


def _tokens(pattern: str) -> tuple[Token, ...]:
    found: list[Token] = []
    for token in _TOKENS.finditer(pattern):
        text = token[0]
        if text in (_MANY, _ONE, _ASSIGNED, _SEGMENT):
            if text != _MANY or not found or found[-1] != (_MANY, ""):
                found.append((text, ""))
        elif token[1]:
            found.append(("text", token[1]))
        elif len(text) > 1:
            found.append((_MANY, ""))
        else:
            found.append(("text", text))
    return tuple(found)


State = tuple[int, int, bool]
"""How far the pattern and the form are matched, and whether a wildcard had a hand in the assigned part at hand."""


def _path(pattern: Sequence[Token], form: Sequence[Token]) -> tuple[str, ...] | None:
    """Give the characters of a shortest text that both match; where both leave it open, one that stands for any."""
    first: State = (0, 0, False)
    before: dict[State, tuple[State, str] | None] = {first: None}
    waiting = deque([first])
    while waiting:
        state = waiting.popleft()
        if state[0] == len(pattern) and state[1] == len(form):
            return _walked(before, state)
        for after, character, costly in _steps(pattern, form, state):
            if after not in before:
                before[after] = (state, character)
                (waiting.append if costly else waiting.appendleft)(after)
    return None


def _walked(before: dict[State, tuple[State, str] | None], state: State) -> tuple[str, ...]:
    characters: list[str] = []
    step = before[state]
    while step is not None:
        state, character = step
        if character:
            characters.append(character)
        step = before[state]
    return tuple(reversed(characters))


def _steps(pattern: Sequence[Token], form: Sequence[Token], state: State) -> Iterator[tuple[State, str, bool]]:
    here, there, touched = state
    own = pattern[here] if here < len(pattern) else ("end", "")
    other = form[there] if there < len(form) else ("end", "")
    if own[0] == _MANY and other[0] == _ASSIGNED and not touched:
        yield (here, there, True), _WILD + _MANY, False
    # Where both leave it open, any text may stand.
    left = _WILD + _MANY if own[0] == _MANY and other[0] in _OPEN else ""
    if own[0] == _MANY:
        yield (here + 1, there, touched), left, False
    if other[0] in _OPEN or (other[0] == _ASSIGNED and touched):
        yield (here, there + 1, False), left, False
    yield from _consumed(own, other, state)


def _consumed(own: Token, other: Token, state: State) -> Iterator[tuple[State, str, bool]]:
    """Take one character that both allow."""
    here, there, touched = state
    if "end" in (own[0], other[0]):
        return
    onward = here + (own[0] != _MANY)
    beyond = there + (other[0] in ("text", _ONE))
    if own[0] == "text" and other[0] == "text":
        if own[1] == other[1]:
            yield (onward, beyond, touched), own[1], True
    elif own[0] == "text":
        if own[1] not in _EXCLUDED.get(other[0], ()):
            yield (onward, beyond, touched), own[1], True
    elif other[0] == "text":
        yield (onward, beyond, touched), other[1], True
    elif own[0] == _ONE or other[0] == _ONE:
        yield (onward, beyond, touched or other[0] == _ASSIGNED), _WILD, True
