"""The records that the runs of a story have left behind."""

import hashlib
from pathlib import Path


def kept(folder: Path) -> list[str]:
    """Give the SHA-256 of each, oldest first."""
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((folder / "records").glob("*.json"))]
