"""Where the time of a run went: `python -m tests.cost [FILE]` prints it by area, and the twenty slowest tests.

FILE is what `pytest --junitxml=FILE` wrote; tox leaves one in its own folder, which is the default.
"""

import argparse
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.runner import ROOT

SLOWEST = 20
CPU = "cpu"
"""Property of a test: seconds of a processor that its own process and the children it has waited for took."""


@dataclass(frozen=True)
class Took:
    """One test."""

    area: str
    """The folder of its file, two levels below `tests`."""
    name: str
    seconds: float
    """By the clock on the wall, set-up and tear-down included."""
    cpu: float | None
    """Of a processor; None if that was not measured."""


def main(words: list[str] | None = None) -> int:
    """Print it; 2 if there is no such file."""
    parser = argparse.ArgumentParser(prog="python -m tests.cost", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("file", nargs="?", type=Path, default=newest(), help="junit.xml of a run")
    file = parser.parse_args(words).file
    if file is None or not file.is_file():
        sys.stderr.write(f"there is no {file or '.tox/*/junit.xml'}: run tox, or pytest with --junitxml=FILE\n")
        return 2
    sys.stdout.write(told(list(tests_in(file))))
    return 0


def newest() -> Path | None:
    """Find what the newest run of tox left."""
    found = sorted((ROOT / ".tox").glob("*/junit.xml"), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else None


def tests_in(file: Path) -> Iterator[Took]:
    """Read the tests of a run. Raises ET.ParseError if the file is no XML."""
    for case in ET.parse(file).getroot().iter("testcase"):
        kept = {one.get("name"): one.get("value") for one in case.iter("property")}
        where = (case.get("classname") or "").split(".")
        cpu = kept.get(CPU)
        yield Took(
            "/".join(where[1:-1][:2]) or ".",
            f"{'/'.join(where[1:])}::{case.get('name')}",
            float(case.get("time") or 0),
            float(cpu) if cpu else None,
        )


def told(took: Iterable[Took]) -> str:
    """Put it into words: a table of areas, the most costly first, and the slowest tests."""
    took = list(took)
    areas: Mapping[str, list[Took]] = _by_area(took)
    lines = [f"{'area':32} {'tests':>6} {'seconds':>9} {'cpu':>9}"]
    order = sorted(areas, key=lambda area: -sum(one.seconds for one in areas[area]))
    lines += [_line(area, areas[area]) for area in order]
    lines += [_line("all", took), "", f"the {SLOWEST} slowest:"]
    lines += [f"{one.seconds:9.1f}  {one.name}" for one in sorted(took, key=lambda one: -one.seconds)[:SLOWEST]]
    return "\n".join(lines) + "\n"


def _by_area(took: Iterable[Took]) -> Mapping[str, list[Took]]:
    areas = defaultdict(list)
    for one in took:
        areas[one.area].append(one)
    return areas


def _line(name: str, took: list[Took]) -> str:
    measured = [one.cpu for one in took if one.cpu is not None]
    cpu = f"{sum(measured):9.1f}" if measured else f"{'-':>9}"
    return f"{name:32} {len(took):6} {sum(one.seconds for one in took):9.1f} {cpu}"


if __name__ == "__main__":
    sys.exit(main())
