r"""Making an expression meet its secret also where a log has escaped it.

Logs nest: a line of JSON holds a request whose body is JSON, a URL holds a URL. Then a quote is `\"` or `\\\"`, an equals
sign is `\u003d` or `%3D`, and a line break is a backslash and an n, glued to the word after it. Each character of an
expression that writers escape is given its escaped forms beside itself, at any depth.

Sources: RFC 8259 section 7 (JSON), RFC 3986 section 2.1 (URL), HTML named and numeric character references; which characters
are written as `\u00XX`: Go's encoding/json (<, >, &), Gson (also = and '), System.Text.Json (also + and `).
"""

from functools import cache

from promotion.sections.security.leaks.patterns.rule_files import read
from promotion.sections.security.leaks.patterns.syntax import Choice, Edge, Group, Node, OneOf, Repeat, Sequence

BACKSLASHED = {'"': '"', "'": "'", "/": "/", "\n": "n", "\r": "r", "\t": "t"}
"""What JSON and other languages put a single backslash before, with the letter that then stands."""
NUMBERED = " \"'`/=+&<>:@;,!#$%?|~^(){}[]"
r"""What is written by its number: `%3D`, `\u003d`. Letters, digits and - . _ are not escaped by anybody (RFC 3986, 2.3)."""
REFERENCES = {
    '"': "(?:quot|#34|#x22)",
    "'": "(?:apos|#39|#x27)",
    "&": "(?:amp|#38|#x26)",
    "<": "lt",
    ">": "gt",
    "=": "(?:#61|#x3d|equals)",
}
WIDE = 40
"""A set of more characters than this that takes in a backslash, a percent sign or an ampersand takes in what begins with it."""
BACKSLASHES = r"(?:\\|%(?:25)*5[Cc])+"
"""One backslash a level of nesting, as it is or in a URL."""
ESCAPES = read(
    BACKSLASHES + r"(?:[abfnrtv]|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})"
    r"|%(?:25)*[0-9A-Fa-f]{2}|&\w{2,4};|(?:\[|%(?:25)*5[Bb])(?:[0-9;]|%(?:25)*3[Bb]){1,8}m"
)
"""Escapes whose last character is a letter or a digit; after them a word begins nevertheless, as after a terminal's colour."""
OPENING = Choice((Edge("b"), ESCAPES))
"""Where a word begins."""


def armoured(node: Node) -> Node:
    """Give the same expression, that also finds what it finds in escaped texts."""
    match node:
        case OneOf(bits):
            forms = _escaped(bits)
            return Choice((node, *forms)) if forms else node
        case Sequence(parts):
            *others, last = parts or (node,)
            if not parts:
                return node
            opened = [OPENING if part == Edge("b") else armoured(part) for part in others]
            return Sequence((*opened, armoured(last)))
        case Choice(options):
            begins = any(option in (Edge("^"), Edge("b")) for option in options)
            return Choice((*map(armoured, options), *([ESCAPES] if begins else ())))
        case Group(inner):
            return Group(armoured(inner))
        case Repeat(inner, low, high, lazy):
            return Repeat(armoured(inner), low, high, lazy)
        case _:
            return node


@cache
def _escaped(bits: int) -> tuple[Node, ...]:
    """Give the escaped forms of a set's characters, without those that the set takes in anyway."""
    one = OneOf(bits)
    backslashed = "".join(letter for char, letter in BACKSLASHED.items() if char in one)
    numbers = [ord(char) for char in [*NUMBERED, "\n", "\r", "\t"] if char in one]
    forms: list[str] = []
    wide = bits.bit_count() > WIDE
    if "\\" in one and not wide:
        forms.append(BACKSLASHES)
    if not ("\\" in one and wide):
        if backslashed:
            quotes = [ord(char) for char in "\"'/" if char in one]
            forms.append(f"{BACKSLASHES}(?:[{backslashed}]{f'|%(?:25)*(?i:{_numbered(quotes)})' if quotes else ''})")
        if numbers:
            forms.append(f"{BACKSLASHES}(?i:u00(?:{_numbered(numbers)}))")
    if numbers and not ("%" in one and wide):
        forms.append(rf"%(?:25)*(?i:{_numbered(numbers)})")
    references = [form for char, form in REFERENCES.items() if char in one]
    if references and not ("&" in one and wide):
        forms.append(f"&(?i:{'|'.join(references)});")
    return tuple(read(form) for form in forms)


def _numbered(numbers: list[int]) -> str:
    tens = sorted({number >> 4 for number in numbers})
    return "|".join(
        f"{ten:x}[{''.join(f'{number & 15:x}' for number in numbers if number >> 4 == ten)}]" for ten in tens
    )
