"""Whether a command ran any test at all: by its JUnit report, or by what it wrote last.

Many runners end with exit status 0 where nothing matched, or where every test was skipped.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from promotion.unknown import Reason, Unknown

_MOST_BYTES = 16 << 20
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
"""An entity may stand for gigabytes, or for a file."""

_NOTHING = re.compile(
    r"\b(?:no tests? (?:ran|found|were found|to run|executed)|collected 0 items|ran 0 tests|0 tests? (?:passed|completed|executed)"
    r"|0 passing|0 passed|tests run: 0\b|executed (?:files|requests): +0\b|total: 0 tests|no test files"
    r"|\[no tests to run\]|0 specs?\b|0 scenarios?\b|checks(?!_failed)[_.a-z]{0,60}: +0(?:\.0+)?%)",
    re.IGNORECASE,
)
"""How pytest, unittest, Playwright, Jest, Mocha, Vitest, JUnit, Go, Hurl, Cypress, Cucumber and k6 say so, in any case."""
_SKIPPED = re.compile(r"\b(?P<skipped>[1-9]\d*) (?:skipped|pending|todo)\b", re.IGNORECASE)
_RAN = re.compile(
    r"\b[1-9]\d* (?:passed|passing|failed|failing|succeeded|tests? (?:passed|completed|executed))\b", re.IGNORECASE
)


@dataclass(frozen=True)
class TestsRun:
    """What a report says of the tests of a command."""

    ran: int
    failed: int
    skipped: int


def says_nothing_ran(tail: str) -> str:
    """Give the words by which a command says that no test ran; empty if it does not."""
    lines = tail.splitlines()
    # One package or binary of several may have no test.
    if _RAN.search(tail) or any(line.startswith(("ok ", "ok\t")) for line in lines if "[no test" not in line):
        return ""
    for line in reversed(lines):
        if found := _NOTHING.search(line) or _SKIPPED.search(line):
            return found[0].strip()
    return ""


def read_junit(path: Path, since: float) -> TestsRun:
    """Count the test cases of a JUnit report that was written since a moment, in seconds since 1970.

    Raises Unknown: no-data without a report, stale for one of an earlier run, malformed, truncated.
    """
    from xml.etree import ElementTree as ET

    try:
        if path.stat().st_mtime < since - 1:
            raise Unknown(
                Reason.STALE, f"the JUnit report {path} is of an earlier run: have the command write it in each run"
            )
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise Unknown(
            Reason.NO_DATA, f"the command wrote no JUnit report {path}: let it write one, or correct `junit`"
        ) from None
    except OSError as mistake:
        raise Unknown(Reason.ERROR, f"the JUnit report {path} cannot be read: {mistake.strerror}") from None
    if len(content) > _MOST_BYTES:
        raise Unknown(
            Reason.TRUNCATED, f"the JUnit report {path} is larger than the {_MOST_BYTES:,} bytes that are read"
        )
    if any(word in content for word in _FORBIDDEN):
        raise Unknown(Reason.MALFORMED, f"the JUnit report {path} declares entities, which are not read")
    try:
        root = ET.fromstring(content)  # noqa: S314 - without a document type there is no entity
    except ET.ParseError as mistake:
        raise Unknown(Reason.MALFORMED, f"the JUnit report {path} is not XML: {mistake}") from None
    ran = failed = skipped = 0
    for case in root.iter("testcase"):
        kinds = {child.tag for child in case}
        if "skipped" in kinds:
            skipped += 1
            continue
        ran += 1
        failed += bool(kinds & {"failure", "error"})
    return TestsRun(ran, failed, skipped)


def require_tests(ran: TestsRun, least: int, what: str) -> None:
    """Raise Unknown, too-few-samples, where fewer tests ran than must."""
    if ran.ran < least:
        skipped = f", {ran.skipped} were skipped" if ran.skipped else ""
        raise Unknown(
            Reason.TOO_FEW_SAMPLES,
            f"{what} ran {ran.ran} tests{skipped}; expected at least {least}: check its selection, or `at_least`",
        )
