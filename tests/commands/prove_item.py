"""Judge an item of the repository in the current folder, in a clean world and in that of each of its faults.

`python prove_item.py ID [TESTS…]` prints status and message by the world as JSON, on its last line.
"""

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import pytest

from promotion.sandbox import catalogue
from promotion.sandbox.client import WorldPool
from promotion.sandbox.protocol import SandboxError


def judged(pool, item, names, tests):
    """Give status and message of an item in a world with these faults."""
    try:
        world = pool.world(*names)
    except SandboxError as error:
        return {"status": None, "message": str(error)}
    out = io.StringIO()
    with world, TemporaryDirectory() as folder, mock.patch.dict(os.environ, world.environment):
        options = ["-p", "promotion.plugin", "-p", "no:cacheprovider", "--report-dir", folder]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            asked = ["-m", "dev", "-k", item.replace("-", "_"), "--config", str(world.config), "--digest", world.digest]
            pytest.main([*asked, *options, *tests])
        record = Path(folder) / "record.json"
        if not record.exists():
            return {"status": None, "message": out.getvalue()}
        found = next(one for one in json.loads(record.read_text())["items"] if one["id"] == item)
    return {"status": found["status"], "message": " ".join(one["message"] for one in found["subjects"])}


def main(item, *tests):
    """Print what became of the item."""
    known = [fault.name for fault in catalogue.load().values() if fault.item == item]
    assert len(known) == 3, known
    with WorldPool(ready_within=180) as pool:
        found = {
            (names or ("clean",))[0]: judged(pool, item, names, tests) for names in [(), *((name,) for name in known)]
        }
    sys.stdout.write(f"\n{json.dumps(found)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
