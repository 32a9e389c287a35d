"""The search on each engine there is, made once."""

from datetime import date
from functools import cache

from promotion.sections.security.leaks.patterns import Patterns, load
from promotion.sections.security.leaks.patterns.engine import have

TODAY = date(2026, 11, 23)
ENGINES = ["python", *(["fast"] if have("hyperscan") and have("re2") else [])]


@cache
def search(engine: str) -> Patterns:
    return load(today=TODAY, fast=engine == "fast")


def rules_in(line: bytes | str, engine: str = "python") -> list[str]:
    data = line if isinstance(line, bytes) else line.encode() + b"\n"
    return [hit.rule for hit in search(engine).scan(data)]
