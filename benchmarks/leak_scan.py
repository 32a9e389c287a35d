"""Whether memory stays flat as logs grow, and how fast they are searched: `python -m benchmarks.leak_scan`.

Pages like those of FilterLogEvents are made as they are asked for, so that what is measured is reading and searching alone.
"""

import json
import random
import resource
import secrets
import sys
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from promotion.core.secret_value import SecretValue
from promotion.sections.security.leaks import engines
from promotion.sections.security.leaks.doubts import Doubts
from promotion.sections.security.leaks.findings import LeakCollector
from promotion.sections.security.leaks.log_group import LogGroupReader, search
from promotion.sections.security.leaks.scan import Scan
from promotion.settings.secrets import Leaks

PAGE = 1 << 20
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
MEGABYTES = (10, 100)


class Log:
    """Stands for an account whose log holds so many pages, of many streams."""

    account, region = "111122223333", "eu-west-1"

    def __init__(self, pages: int) -> None:
        self._pages = pages
        self._dice = random.Random(7)  # noqa: S311 - a log like any other
        self.spent = 0.0

    def client(self, _service: str) -> "Log":
        """Give itself."""
        return self

    def filter_log_events(self, **asked: Any) -> dict[str, Any]:
        """Make a page. The seconds that takes are `spent`."""
        began = time.process_time()
        number = int(asked.get("nextToken", 0))
        events = list(self._events(number))
        self.spent += time.process_time() - began
        return {"events": events, **({"nextToken": str(number + 1)} if number + 1 < self._pages else {})}

    def _events(self, number: int) -> Iterator[dict[str, Any]]:
        size, at = 0, int((SINCE + timedelta(seconds=number)).timestamp() * 1000)
        while size < PAGE:
            message = json.dumps(
                {
                    "level": "INFO",
                    "correlation_id": f"{self._dice.getrandbits(128):032x}",
                    "digest": f"sha256:{self._dice.getrandbits(256):064x}",
                    "message": "request completed",
                    "path": f"/orders/o-{self._dice.getrandbits(20)}",
                }
            )
            size += len(message)
            yield {
                "logStreamName": f"stream-{self._dice.randrange(300)}",
                "timestamp": at,
                "message": message,
                "eventId": f"{number}-{size}",
            }


def main() -> None:
    """Print what is held at most, and megabytes searched in a second of one core, for a log and one ten times as long."""
    leaks = Leaks(calls_per_second=100)
    _, values = engines.known(
        [SecretValue(secrets.token_urlsafe(24), f"value {place}") for place in range(6)], ["shop"]
    )
    patterns, planted = engines.patterns(leaks, SINCE.date())
    peaks = []
    for megabytes in MEGABYTES:
        for traced in (False, True):
            log, found, doubts = Log(megabytes), LeakCollector(5), Doubts("benchmark")
            reading = LogGroupReader(log, "/shop", SINCE, leaks, SINCE + timedelta(days=1))  # type: ignore[arg-type]
            if traced:
                tracemalloc.start()
            began = time.process_time()
            search(reading, Scan([values, planted], found, b"key"), doubts)
            spent = time.process_time() - began - log.spent
            if traced:
                peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
                tracemalloc.stop()
            else:
                said = f"{megabytes:>4} MB, {reading.events:>9,} events: {reading.size / 1e6 / spent:6.1f} MB/s"
                sys.stdout.write(f"{said}, found {sum(found.counts.values())}, doubts {len(doubts.all())}\n")
    sys.stdout.write(f"{patterns.rules} patterns by {patterns.patterns.engine}\n")
    sys.stdout.write(f"most held at once: {peaks[0]:.1f} MB and {peaks[1]:.1f} MB, {peaks[1] / peaks[0]:.2f} times\n")
    sys.stdout.write(
        f"the process at its largest: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB\n"
    )


if __name__ == "__main__":
    main()
