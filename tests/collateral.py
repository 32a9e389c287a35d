"""What falls with a fault, in all sections: `python -m tests.collateral FAULT…`.

The proofs of a section run its own items. This runs the whole of what is due before a promotion (or `--phase`), once for each fault,
and prints what was not good, `undeclared` where neither the fault's item nor its `falls_with` speaks of it, and `missing`
where a declared one stood. Ten to twenty seconds of a processor for each.
"""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from promotion.sandbox import catalogue
from promotion.sandbox.catalogue import Fault
from promotion.sandbox.client import WorldPool
from promotion.sandbox.protocol import SCENE_OF
from tests.runner import judge
from tests.sections.rollback.proof import covers


def main() -> int:
    """Run; 1 if anything falls that is not declared, or stands that is."""
    parser = argparse.ArgumentParser(prog="python -m tests.collateral", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("faults", nargs="+", metavar="FAULT")
    parser.add_argument("--phase", default="pre_promotion", choices=sorted(SCENE_OF))
    asked = parser.parse_args()
    wrong = 0
    with WorldPool() as world_pool:
        for fault in catalogue.find(asked.faults):
            fell = fallen(world_pool, fault, asked.phase)
            ours = (fault.item, *fault.falls_with)
            undeclared = sorted(
                one for one in fell if fault.kind == "clean" or not any(covers(name, one) for name in ours)
            )
            missing = sorted(name for name in fault.falls_with if not any(covers(name, one) for one in fell))
            wrong += bool(undeclared or missing)
            _tell(fault.name, {"fell": sorted(fell), "undeclared": undeclared, "missing": missing})
    return 1 if wrong else 0


def fallen(world_pool: WorldPool, fault: Fault, phase: str) -> set[str]:
    """Give everything that is not good in a world with a fault, as `item[subject]`."""
    with TemporaryDirectory() as folder, world_pool.world(fault.name, scene=SCENE_OF[phase]) as world:
        return judge(world, Path(folder), "-m", phase).bad()


def _tell(name: str, lists: dict[str, Iterable[str]]) -> None:
    sys.stdout.write(f"{name}\n")
    for what, found in lists.items():
        sys.stdout.write(f"  {what:10}  {', '.join(found) or '-'}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
