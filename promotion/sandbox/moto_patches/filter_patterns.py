"""Filter patterns of CloudWatch Logs: terms, phrases, regular expressions, and conditions on JSON fields.

moto takes every pattern it does not understand for one that matches everything. Here such a pattern is refused.
Syntax: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

import json
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

Matches = Callable[[str], bool]
"""Whether a message is let through."""

_TERM = re.compile(r'\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([\w.:@/=+*$#&,;!~^<>|\'()-]+))')
_TOKEN = re.compile(
    r"""\s*(?:(?P<selector>\$(?:\.[\w@-]+|\[\d+\]|\["[^"]+"\])+)|(?P<operator>&&|\|\||!=|<=|>=|=|<|>|\(|\))
    |(?P<word>IS|NOT|NULL|TRUE|FALSE|EXISTS)\b|"(?P<quoted>(?:[^"\\]|\\.)*)"|%(?P<regex>[^%]+)%
    |(?P<bare>[\w.*:@/+-]+))""",
    re.VERBOSE,
)
_MISSING: Any = object()
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "=": float.__eq__,
    "!=": float.__ne__,
    "<": float.__lt__,
    "<=": float.__le__,
    ">": float.__gt__,
    ">=": float.__ge__,
}


@cache
def compiled(pattern: str | None) -> Matches:
    """Read a pattern.

    Raises:
        NotImplementedError: it is not one of the kinds above, so nobody here knows what it would match.

    """
    text = (pattern or "").strip()
    if not text:
        return lambda _: True
    if text.startswith("{") and text.endswith("}"):
        return _on_json(text[1:-1])
    if text.startswith("["):
        raise NotImplementedError(f"filter pattern on space-delimited fields: {text}")
    return _on_text(text)


def _on_text(text: str) -> Matches:
    needed: list[Matches] = []
    refused: list[Matches] = []
    either: list[Matches] = []
    position = 0
    while position < len(text):
        found = _TERM.match(text, position)
        if not found:
            raise NotImplementedError(f"filter pattern {text!r}")
        sign, phrase, regex, word = found.groups()
        if word and not re.fullmatch(r"\w+", word):
            raise NotImplementedError(
                f"filter pattern {text!r}: a term with other than letters and digits needs quotes"
            )
        test = _containing(phrase if phrase is not None else word) if regex is None else _matching(regex)
        {"": needed, "-": refused, "?": either}[sign].append(test)
        position = found.end()
    if either and (needed or refused):
        raise NotImplementedError(f"filter pattern {text!r}: `?` together with other terms")

    def matches(message: str) -> bool:
        return (
            all(test(message) for test in needed)
            and not any(test(message) for test in refused)
            and (not either or any(test(message) for test in either))
        )

    return matches


def _containing(phrase: str) -> Matches:
    wanted = re.sub(r"\\(.)", r"\1", phrase)
    return lambda message: wanted in message


def _matching(regex: str) -> Matches:
    wanted = re.compile(regex)
    return lambda message: wanted.search(message) is not None


def _on_json(text: str) -> Matches:
    test = _Conditions(text).read()

    def matches(message: str) -> bool:
        try:
            document = json.loads(message)
        except ValueError:
            return False
        return isinstance(document, dict) and test(document)

    return matches


class _Conditions:
    """Reads conditions on JSON fields: `||` binds loosest, then `&&`; parentheses group."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while text[position:].strip():
            found = _TOKEN.match(text, position)
            if not found or not found.lastgroup:
                raise NotImplementedError(f"filter pattern {{{text}}}")
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            position = found.end()

    def read(self) -> Callable[[Any], bool]:
        test = self._any()
        if self._tokens:
            raise self._strange()
        return test

    def _any(self) -> Callable[[Any], bool]:
        tests = [self._all()]
        while self._take("operator", "||"):
            tests.append(self._all())
        return lambda document: any(test(document) for test in tests)

    def _all(self) -> Callable[[Any], bool]:
        tests = [self._one()]
        while self._take("operator", "&&"):
            tests.append(self._one())
        return lambda document: all(test(document) for test in tests)

    def _one(self) -> Callable[[Any], bool]:
        if self._take("operator", "("):
            test = self._any()
            self._need("operator", ")")
            return test
        path = _path(self._need("selector"))
        if self._take("word", "NOT"):
            self._need("word", "EXISTS")
            return lambda document: _at(document, path) is _MISSING
        if self._take("word", "IS"):
            wanted = {"NULL": None, "TRUE": True, "FALSE": False}[self._need("word")]
            return lambda document: _at(document, path) is wanted
        operator = self._need("operator")
        if operator not in _ORDER or not self._tokens:
            raise self._strange()
        test = _comparison(operator, *self._tokens.pop(0))
        return lambda document: test(_at(document, path))

    def _take(self, kind: str, text: str) -> bool:
        if self._tokens and self._tokens[0] == (kind, text):
            self._tokens.pop(0)
            return True
        return False

    def _need(self, kind: str, text: str | None = None) -> str:
        if not self._tokens or self._tokens[0][0] != kind or text not in {None, self._tokens[0][1]}:
            raise self._strange()
        return self._tokens.pop(0)[1]

    def _strange(self) -> NotImplementedError:
        return NotImplementedError(f"filter pattern {{{self._text}}}")


def _comparison(operator: str, kind: str, text: str) -> Callable[[Any], bool]:
    if kind == "bare" and re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", text):
        number = float(text)
        return lambda value: _is_number(value) and _ORDER[operator](float(value), number)
    if operator not in {"=", "!="} or kind not in {"bare", "quoted", "regex"}:
        raise NotImplementedError(f"filter pattern: {operator} {text}")
    if kind == "regex":
        expression = re.compile(text)
        return lambda value: isinstance(value, str) and (expression.search(value) is not None) == (operator == "=")
    wanted = re.sub(r"[\[?]", lambda special: f"[{special[0]}]", text)
    return lambda value: isinstance(value, str) and fnmatchcase(value, wanted) == (operator == "=")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _path(selector: str) -> list[str | int]:
    parts: list[str | int] = []
    for name, index, quoted in re.findall(r'\.([\w@-]+)|\[(\d+)\]|\["([^"]+)"\]', selector):
        parts.append(int(index) if index else name or quoted)
    return parts


def _at(document: Any, path: list[str | int]) -> Any:
    for part in path:
        try:
            document = document[part]
        except (KeyError, IndexError, TypeError):
            return _MISSING
    return document
