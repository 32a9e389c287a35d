"""Which literals the code compares with what AWS answers, and what is wrong with them by botocore's models."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session

SERVICES = (
    "accessanalyzer",
    "acm",
    "application-signals",
    "cloudwatch",
    "codedeploy",
    "ec2",
    "ecr",
    "elbv2",
    "iam",
    "kms",
    "lambda",
    "logs",
    "s3",
    "secretsmanager",
    "sns",
    "ssm",
    "sts",
    "synthetics",
)
"""Those that are asked."""
_PLAIN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
"""A single word, which anybody may mean something else by."""


@dataclass(frozen=True)
class Compared:
    """A literal beside what it is compared with."""

    line: int
    key: str
    """The key of an answer that it is compared with; empty if that is no look-up by a literal key."""
    attribute: str
    """The attribute that it is compared with; empty if that is none."""
    literal: str


@cache
def model(service: str) -> Any:
    """Give botocore's model of a service."""
    return botocore.session.get_session().get_service_model(service)


@cache
def by_member() -> Mapping[str, frozenset[str]]:
    """Give the values of every enumeration by the member of an answer or request that has it, over all services."""
    found: dict[str, set[str]] = {}
    for service in SERVICES:
        for shape in map(model(service).shape_for, model(service).shape_names):
            for name, member in shape.members.items() if shape.type_name == "structure" else ():
                inner = member.member if member.type_name == "list" else member
                if inner.type_name == "string" and inner.enum:
                    found.setdefault(name, set()).update(inner.enum)
    return {name: frozenset(values) for name, values in found.items()}


@cache
def misspelt(literal: str) -> frozenset[str]:
    """Give the values that a literal is but for the size of its letters; none if it is one of them, or a plain word."""
    known = frozenset[str]().union(*by_member().values())
    alike = frozenset(value for value in known if value.lower() == literal.lower() and _PLAIN.fullmatch(value) is None)
    return frozenset() if literal in alike else alike


def compared(text: str) -> Iterator[Compared]:
    """Find every literal that a module compares: with `==`, `!=`, `in`, `not in`, or by one of its constants."""
    tree = ast.parse(text)
    constants = {
        name.id: tuple(_literals(one.value, {}))
        for one in tree.body
        if isinstance(one, ast.Assign)
        for name in one.targets
        if isinstance(name, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for number, side in enumerate(sides):
                other = sides[number - 1] if number else sides[1]
                for literal in _literals(side, constants):
                    yield Compared(node.lineno, *_name(other), literal)


def wrong(
    text: str, attributes: Mapping[str, Iterable[str]], aside: Mapping[str, Iterable[str]]
) -> Iterator[tuple[int, str]]:
    """Say which literals of a module no API ever gives.

    `attributes` are the values of what our own attributes keep of an answer, `aside` are literals by the key or attribute
    that they are compared with, which are no API's.
    """
    for one in compared(text):
        name = one.key or one.attribute
        if one.literal in aside.get(name, ()):
            continue
        known = by_member().get(one.key) if one.key else attributes.get(one.attribute)
        if known is not None and one.literal not in known:
            yield one.line, f"{name} is never {one.literal!r}; it is one of {', '.join(sorted(known))}"
        elif known is None and (right := misspelt(one.literal)):
            yield (
                one.line,
                f"{one.literal!r} is compared with {name or 'something'}; AWS writes {', '.join(sorted(right))}",
            )


def modules(root: Path, places: Iterable[str]) -> Iterator[Path]:
    """Give the modules of some folders."""
    for place in places:
        yield from sorted((root / place).rglob("*.py"))


def _literals(node: ast.expr, constants: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            for part in parts:
                yield from _literals(part, constants)
        case ast.Call(func=ast.Name(id="frozenset" | "set" | "tuple"), args=[inner]):
            yield from _literals(inner, constants)
        case ast.Name(id=name):
            yield from constants.get(name, ())


def _name(node: ast.expr) -> tuple[str, str]:
    """Give the key and the attribute that an expression reads; both may be empty."""
    match node:
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            return key, ""
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(key)), *_]):
            return key, ""
        case ast.Attribute(attr=name):
            return "", name
        case ast.Name(id=name):
            return "", name
    return "", ""
