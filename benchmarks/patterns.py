"""How fast and how surely the search by patterns finds secrets: `python -m benchmarks.patterns [--lines 1000000]`.

Prints MB a second of one core, recall by kind and nesting, false findings in a million harmless lines and peak memory, and
beside them the same of kingfisher and detect-secrets: on PATH, or in the folder that `--scanners` names. The corpus is seeded
(benchmarks/pattern_corpus.py); peers get a smaller part of it, as files.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

from benchmarks.pattern_corpus import buffers, clean_lines, planted, planted_once
from promotion.sections.security.leaks.patterns import Patterns, load

SHARES = (0.0, 0.05, 0.5)
"""Shares of lines that look like secrets, for the speed: a quiet service, an ordinary one, and the worst there is."""
Lines = list[bytes]
Found = Callable[[Lines], set[int]]
"""Tells which lines, by their number, hold something."""
out = sys.stdout.write


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lines", type=int, default=200_000, help="harmless lines to search")
    parser.add_argument("--peer-lines", type=int, default=100_000, help="harmless lines that peers get")
    parser.add_argument("--scanners", type=Path, help="folder with the programs kingfisher and detect-secrets")
    arguments = parser.parse_args()
    started = time.process_time()
    patterns = load(today=date(2026, 11, 23))
    out(f"{patterns.rules} kinds, {patterns.engine}, ready in {time.process_time() - started:.1f} s\n")
    ours = speed(patterns, arguments.lines)
    out(f"peak memory: {peak()} MB (target: below 150)\n")
    recall(patterns)
    out(f"peak memory after every rule was needed: {peak()} MB\n")
    peers(arguments.scanners, arguments.peer_lines, ours)


def speed(patterns: Patterns, count: int) -> float:
    """Print MB a second and false findings; give the speed for an ordinary service.

    Lines are made while they are searched, and only the search is timed: memory stays flat.
    """
    ordinary = 0.0
    for share in SHARES:
        took = newlines = 0.0
        size = lines = false = 0
        for number, buffer in enumerate(buffers(clean_lines(count, alike=share))):
            hits, seconds = timed(lambda buffer=buffer: sum(1 for _ in patterns.scan(buffer)))
            false += hits
            if (
                number == 0 and count > len(buffer) // 300
            ):  # engines make themselves ready while they see the first lines
                continue
            at_least, counting = timed(lambda buffer=buffer: buffer.count(b"\n"))
            took, newlines = took + seconds, newlines + counting
            size, lines = size + len(buffer), lines + at_least
        rate = size / took / 1e6
        ordinary = rate if share == SHARES[1] else ordinary
        out(
            f"{share:4.0%} lookalikes: {rate:6.1f} MB/s (target: 60 for an ordinary service), {newlines / took:.3f} of counting "
            f"newlines, {false * 1e6 / count:.0f} false findings in a million lines (target: 0)\n"
        )
    return ordinary


def peak() -> int:
    """Give the most memory that this process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def timed(work: Callable[[], int]) -> tuple[int, float]:
    """Give what some work gives, and the seconds of this thread that it took."""
    started = time.thread_time()
    given = work()
    return given, time.thread_time() - started


def recall(patterns: Patterns) -> None:
    """Print what share of planted secrets is found, and the worst kinds and nestings."""
    made, found, named = Counter[str](), Counter[str](), 0
    for sample, nesting, line in planted(each=3):
        hits = {hit.rule for hit in patterns.scan(line)}
        named += sample.kind in hits
        for group in ("all", f"kind {sample.kind}", f"nesting {nesting}"):
            made[group] += 1
            found[group] += bool(hits)
    out(
        f"recall: {found['all'] / made['all']:.2%} of {made['all']} (target: 98 %), by its own name {named / made['all']:.2%}\n"
    )
    for group in sorted(made, key=lambda one: (not one.startswith("nesting"), one)):
        if group.startswith("nesting") or found[group] < made[group]:
            out(f"  {group}: {found[group] / made[group]:.1%}\n")


def peers(folder: Path | None, count: int, ours: float) -> None:
    """Print what other scanners make of a part of the corpus; detect-secrets is slow and gets a fiftieth of it."""
    held = planted_once()
    lookalikes = list(clean_lines(4_000, alike=0.5))
    for name, run, lines in (("kingfisher", kingfisher, count), ("detect-secrets", detect_secrets, count // 50)):
        program = shutil.which(name, path=str(folder) if folder else None)
        if program is None:
            out(f"{name}: NOT MEASURED, it is not installed: give its folder by --scanners\n")
            continue
        ordinary = list(clean_lines(lines, alike=SHARES[1]))
        seen, _ = run(program, held)
        false, _ = run(program, lookalikes)
        _, took = run(program, ordinary)
        rate = sum(map(len, ordinary)) / took / 1e6
        out(
            f"{name}: recall {len(seen) / len(held):.1%}, {len(false) * 1e6 / len(lookalikes):,.0f} lines falsely reported of a "
            f"million, half of them lookalikes, {rate:.2f} MB/s with its start; this search is {ours / rate:.1f} times as fast\n"
        )


def kingfisher(program: str, lines: Lines) -> tuple[set[int], float]:
    """Run kingfisher as Prowler does, without asking anybody whether a secret is still good."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "events.log")
        path.write_bytes(b"".join(lines))
        options = ["--no-validate", "--confidence", "low", "--no-dedup", "--redact", "--format", "json", "--jobs", "1"]
        text, took = ran([program, "scan", str(path), *options, "--no-update-check"])
    told, _ = json.JSONDecoder().raw_decode(text)  # a summary follows
    return {one["finding"]["line"] - 1 for one in told["findings"]}, took


def detect_secrets(program: str, lines: Lines) -> tuple[set[int], float]:
    """Run detect-secrets with what it looks for by default."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "events.log")
        path.write_bytes(b"".join(lines))
        # Of files outside of where it runs, it says that nothing is in them.
        text, took = ran([program, "scan", "--all-files", "--no-verify", path.name], folder)
    found = json.loads(text)["results"]
    return {one["line_number"] - 1 for places in found.values() for one in places}, took


def ran(command: list[str], folder: str | None = None) -> tuple[str, float]:
    """Run a program; give what it says, and the processor's seconds that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)  # noqa: S603 - what is on the PATH
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
