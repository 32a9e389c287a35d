"""How fast and how surely logs are searched for secrets: `python -m benchmarks.leaks [--megabytes 200]`.

The aims, on one core: known values at 1.5 GB/s or at half of what Hyperscan does by itself with the same texts, patterns at
60 MB/s, every known value found, 98 % of the kinds of secrets, no false finding, and memory under 150 MB.
Speeds are megabytes per second of processor time, over the part of the log in which nothing is planted. kingfisher and
detect-secrets run beside if they are on the PATH.
"""

import argparse
import json
import re
import resource
import shutil
import subprocess
import sys
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.corpus import Piece, Plant, corpus, sealed, values
from promotion.sections.security.leaks import fragments as known_pieces
from promotion.sections.security.leaks import known_engines
from promotion.sections.security.leaks.known_values import KnownPlaintext
from promotion.sections.security.leaks.match import BufferSearch, SecretHit

TODAY = date(2026, 11, 23)
PEER_SAMPLE = 1_000_000
"""Bytes for detect-secrets, which is slow."""


class Timer:
    """Processor time and bytes of one way to search."""

    def __init__(self, search: Callable[[bytes], Any]) -> None:
        self._search = search
        self.seconds = 0.0
        self.size = 0

    def run(self, piece: Piece) -> Any:
        """Search, on the clock where nothing is planted."""
        begun = time.process_time()
        found = self._search(piece.data)
        if not piece.plants:
            self.seconds += time.process_time() - begun
            self.size += len(piece.data)
        return found

    @property
    def speed(self) -> float:
        """Megabytes a second."""
        return self.size / 1e6 / max(self.seconds, 1e-9)


class Score:
    """What was found of what was planted, and what was found where nothing is."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self.planted: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.false: Counter[str] = Counter()

    def add(self, piece: Piece, hits: Sequence[SecretHit]) -> None:
        """Compare the hits in a buffer with what is in it."""
        starts = [plant.start for plant in piece.plants]
        seen: set[int] = set()
        for hit in hits:
            place = bisect_left(starts, hit.end) - 1
            if place < 0 or piece.plants[place].end <= hit.start:
                self.false[hit.rule] += 1
            elif self._counts(piece.plants[place], hit):
                seen.add(place)
        for place, plant in enumerate(piece.plants):
            if plant.kind == self._kind:
                self.planted[plant.form] += 1
                self.found[plant.form] += place in seen

    def _counts(self, plant: Plant, hit: SecretHit) -> bool:
        return plant.kind == self._kind and (hit.kind == "pattern" or hit.rule == plant.what)

    @property
    def recall(self) -> float:
        """The share that was found."""
        return self.found.total() / max(self.planted.total(), 1)

    def missed(self) -> Iterator[str]:
        """Give the forms of which not all were found."""
        for form, count in sorted(self.planted.items()):
            if self.found[form] < count:
                yield f"{form} {self.found[form]}/{count}"


def say(what: str, told: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{what:<44}{told}\n")


def raw(texts: Sequence[bytes]) -> Callable[[bytes], object]:
    """Hyperscan by itself: the same texts, and nothing done with what it finds."""
    import hyperscan

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    expressions = [b"".join(b"\\x%02x" % byte for byte in text) for text in texts]
    database.compile(
        expressions=expressions,
        elements=len(texts),
        flags=[hyperscan.HS_FLAG_CASELESS] * len(texts),
        ids=[0] * len(texts),
    )
    scratch = hyperscan.Scratch(database)
    return lambda data: database.scan(data, match_event_handler=lambda *_: None, scratch=scratch)


def own_searches() -> dict[str, BufferSearch]:
    """Make the searches that a run makes."""
    found: dict[str, BufferSearch] = {"known values": KnownPlaintext(sealed(values()))}
    try:
        from promotion.sections.security.leaks.patterns import load
    except ImportError:
        say("patterns", "not there")
        return found
    return {**found, "patterns": load(today=TODAY)}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=200)
    parser.add_argument("--memory-of-known", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.memory_of_known:
        memory_of_known(asked.megabytes)
        return
    begun = time.process_time()
    searches = own_searches()
    say("made ready", f"{time.process_time() - begun:.1f} s")
    needles = sorted({text for value in values().values() for text in known_pieces.needles(value.encode())})
    timers = {name: Timer(lambda data, search=search: list(search.scan(data))) for name, search in searches.items()}
    lines_timer = Timer(lambda data: data.count(b"\n"))
    raw_timer = Timer(raw(needles)) if known_engines.name() == "hyperscan" else None
    scores = {"known values": Score("known"), "patterns": Score("pattern")}
    lines = 0
    with TemporaryDirectory() as scratch:
        files = Files(Path(scratch))
        for piece in corpus(asked.megabytes):
            lines += piece.lines
            lines_timer.run(piece)
            if raw_timer:
                raw_timer.run(piece)
            for name, timer in timers.items():
                scores[name].add(piece, timer.run(piece))
            files.add(piece)
        say("log", f"{files.size / 1e6:.0f} MB, {lines:,} lines, {len(files.plants):,} of them with something planted")
        say("count newlines", f"{lines_timer.speed:,.0f} MB/s")
        if raw_timer:
            say(f"hyperscan, the same {len(needles):,} texts", f"{raw_timer.speed:,.0f} MB/s")
        for name, timer in timers.items():
            report(name, timer, scores[name], lines)
        ratios(timers["known values"], raw_timer, lines_timer)
        peers(files, lines)
    measure_memory()


def report(name: str, timer: Timer, score: Score, lines: int) -> None:
    """Print what one search did."""
    say(
        name,
        f"{timer.speed:,.0f} MB/s, found {score.found.total():,} of {score.planted.total():,} ({score.recall:.2%})",
    )
    for missed in score.missed():
        say("", f"missed: {missed}")
    say("", f"false findings {score.false.total() / lines * 1e6:,.1f} in a million lines {dict(score.false) or ''}")


def ratios(known: Timer, raw_timer: Timer | None, lines: Timer) -> None:
    """Print the speed of the search for known values beside what is possible."""
    if raw_timer:
        say("known values / hyperscan", f"{known.speed / raw_timer.speed:.2f}")
    say("known values / counting newlines", f"{known.speed / lines.speed:.2f}")


def memory_of_known(megabytes: float) -> None:
    """Search for known values and print the most memory this process had, in MB: before the log, and after it."""
    search = KnownPlaintext(sealed(values()))
    before = peak()
    for piece in corpus(megabytes):
        sum(1 for _ in search.scan(piece.data))
    sys.stdout.write(f"{before:.0f} {peak():.0f}\n")


def peak() -> float:
    """Give the most memory this process had, in MB. On Linux getrusage counts what its parent had, before exec, too."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def measure_memory() -> None:
    """Print the peak of two processes of their own, with a short and a longer log: it must not grow."""
    for megabytes in (20, 60):
        command = [sys.executable, "-m", "benchmarks.leaks", "--memory-of-known", "--megabytes", str(megabytes)]
        told = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()  # noqa: S603 - our own words
        say(f"memory, known values in {megabytes} MB", f"peak {told[1]} MB, {told[0]} MB of it before the log")


class Files:
    """The log on disk, for programs that read files; its plants by file and line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.size = 0
        self.plants: dict[tuple[str, int], Plant] = {}
        self.lines = 0
        self._number = 0

    def add(self, piece: Piece) -> None:
        """Write a buffer to a file of its own: kingfisher overlooks some kinds in files of hundreds of megabytes."""
        name = f"{self._number:04}.log"
        self._number += 1
        (self.folder / name).write_bytes(piece.data)
        self.size += len(piece.data)
        for plant in piece.plants:
            self.plants[name, piece.data.count(b"\n", 0, plant.start) + 1] = plant

    def describe(self, places: set[tuple[str, int]], lines: int) -> str:
        """Say what of the kinds of secrets was found, and on how many lines nothing is."""
        pattern = {place for place, plant in self.plants.items() if plant.kind == "pattern"}
        false = places - set(self.plants)
        share = len(places & pattern) / max(len(pattern), 1)
        return f"found {share:.1%} of the kinds, false on {len(false) / lines * 1e6:,.0f} of a million lines"


def peers(files: Files, lines: int) -> None:
    """Run other people's programs over the same log."""
    if (kingfisher := shutil.which("kingfisher")) is None:
        say("kingfisher", "not installed")
    else:
        options = ["--no-validate", "--confidence", "low", "--no-dedup", "--format", "json", "--no-update-check"]
        seconds, out = _timed([kingfisher, "scan", str(files.folder), *options])
        say("kingfisher", f"{files.size / 1e6 / seconds:,.0f} MB/s, {files.describe(set(_kingfisher(out)), lines)}")
    if (detect := shutil.which("detect-secrets")) is None:
        say("detect-secrets", "not installed")
        return
    with TemporaryDirectory() as scratch:
        whole = (files.folder / "0000.log").read_bytes()[:PEER_SAMPLE]
        sample = Path(scratch, "0000.log")
        sample.write_bytes(whole[: whole.rfind(b"\n") + 1])
        seconds, out = _timed([detect, "scan", "--all-files", str(sample)])
        count = sample.read_bytes().count(b"\n")
        marked = {("0000.log", one["line_number"]) for found in json.loads(out)["results"].values() for one in found}
        some = Files(files.folder)
        some.plants = {
            place: plant for place, plant in files.plants.items() if place[0] == "0000.log" and place[1] <= count
        }
        say("detect-secrets", f"{sample.stat().st_size / 1e6 / seconds:,.2f} MB/s, {some.describe(marked, count)}")


def _timed(command: list[str]) -> tuple[float, str]:
    """Run a program; give the processor time it took, in seconds, and what it said."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, check=False, text=True)  # noqa: S603 - what is on the PATH
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def _kingfisher(out: str) -> Iterator[tuple[str, int]]:
    """Give file and line of every finding."""
    told, _ = json.JSONDecoder().raw_decode(out)  # a summary follows
    for one in told["findings"]:
        yield Path(one["finding"]["path"]).name, int(one["finding"]["line"])


if __name__ == "__main__":
    main()
