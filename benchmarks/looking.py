"""How looking compares with the least it could take: `python -m benchmarks.looking`.

Judges the dev section of the embedded world with 100 ms added to each answer of AWS, and prints ratios: calls made to
different calls, and the wall time of looking to the longest chain of calls that wait for each other.
"""

import json
import sys
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import promotion.fixtures  # noqa: F401 - declares the evidence

from promotion.evidence import REGISTRY
from promotion.sandbox.client import WorldPool
from tests.runner import judge

LATENCY_MS = 100


def main() -> None:
    """Print the ratios."""
    with TemporaryDirectory() as folder, WorldPool() as world_pool:
        with world_pool.world() as warm:
            judge(warm, Path(folder), "-m", "dev")
        with world_pool.world(latency_ms=LATENCY_MS) as world:
            judge(world, Path(folder), "-m", "dev")
            calls = [call for call in world.calls() if call.account]
        record = json.loads(Path(folder, "record.json").read_text())
    evidence = record["evidence"]
    own = Counter({name.partition("[")[0]: 0 for name in evidence})
    for name, entry in evidence.items():
        count = sum("." not in call["service"] and ":" not in call["service"] for call in entry["calls"])
        own[name.partition("[")[0]] = max(count, own[name.partition("[")[0]])

    @cache
    def chain(name: str) -> int:
        deeper = [chain(one) for one in REGISTRY[name].parameters if one in REGISTRY]
        return own[name] + max(deeper, default=0)

    longest = max(own, key=chain)
    started = datetime.fromisoformat(record["started"])
    looked = max(datetime.fromisoformat(entry["seen"]) for entry in evidence.values()) - started
    least = chain(longest) * LATENCY_MS / 1000
    out = sys.stdout.write
    out(f"AWS calls: {len(calls)}, one after another they would take {len(calls) * LATENCY_MS / 1000:.1f} s\n")
    out(f"longest chain: {chain(longest)} calls to {longest}, at least {least:.1f} s\n")
    out(f"looking took {looked.total_seconds():.2f} s: {looked.total_seconds() / least:.2f} × the longest chain\n")


if __name__ == "__main__":
    main()
