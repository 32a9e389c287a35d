"""How long a report of many items takes to draw, and how large it is. The aim: 500 items in 1 s and 1 MB.

Run it as `python benchmarks/report.py [ITEMS]`.
"""

import sys
import time
from typing import Any

from promotion.report import page, summary

SECTIONS = 10
FAILING = 10
"""Every tenth item failed, so that its evidence stands open."""


def record(items: int) -> dict[str, Any]:
    """Make a record whose items have two subjects each, with evidence of a dozen fields, a table and three calls."""
    sections = [{"name": f"part{n}", "number": n + 1, "title": f"Part {n + 1}"} for n in range(SECTIONS)]
    rows = [_item(n, SECTIONS * n // items) for n in range(items)]
    return {
        "schema": "promotion-checklist/record/v2",
        "phase": "pre_promotion",
        "service": "shop",
        "verdict": "NO-GO",
        "exit_code": 1,
        "complete": True,
        "digest": f"sha256:{'0123456789abcdef' * 4}",
        "started": "2026-11-23T09:41:07Z",
        "finished": "2026-11-23T09:42:55Z",
        "clock": "2026-11-23T09:42:55Z",
        "errors": [],
        "settings": {},
        "sections": sections,
        "items": rows,
        "evidence": {name: _evidence(name) for row in rows for name in row["subjects"][0]["evidence"]},
    }


def _item(n: int, section: int) -> dict[str, Any]:
    status = "passed" if n % FAILING else "failed"
    message = "" if n % FAILING else f"Item {n} was 624 ms, the limit is 500 ms: compare what changed at 09:14Z."
    subjects = [
        {"name": name, "status": status, "message": message, "measured": "624 ms of 500 ms", "evidence": [f"seen_{n}"]}
        for name in ("lambda", "alb")
    ]
    return {
        "id": f"item-{n}",
        "number": f"{section + 1}.{n}",
        "section": f"part{section}",
        "title": f"What item {n} of the checklist asks for",
        "status": status,
        "reason": None,
        "subjects": subjects,
    }


def _evidence(name: str) -> dict[str, Any]:
    call = {"service": "cloudwatch", "operation": "GetMetricData", "time": "2026-11-23T09:41:12.084Z"}
    value: dict[str, Any] = {f"field_{n}": f"{name} value {n}" for n in range(8)}
    value["hosts"] = [{"instance": f"i-0a11c3f5e7b9d1f3{n}", "state": "healthy"} for n in range(4)]
    calls = [{**call, "request_id": f"12c1f0a4-5b7e-4d2a-9c3f-0000e6a7b8c{n}"} for n in range(3)]
    return {"seen": "2026-11-23T09:41:12Z", "value": value, "unknown": None, "calls": calls}


def main() -> None:
    """Draw, and tell the time and the size."""
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    made = record(items)
    page(record(1))  # imports and caches are not what is measured
    start = time.perf_counter()
    html = page(made)
    drawn = time.perf_counter()
    words = summary(made)
    end = time.perf_counter()
    sys.stdout.write(
        f"{items} items: page {drawn - start:.2f} s, {len(html.encode()) / 1e6:.2f} MB; "
        f"summary {end - drawn:.2f} s, {len(words.encode()) / 1e3:.0f} kB\n"
    )


if __name__ == "__main__":
    main()
