"""What promotion.toml says of earlier runs of the promotion, and what they left."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from promotion.record.history import FOLDER, name

if TYPE_CHECKING:
    from promotion.sandbox.endpoints import Places
    from promotion.sandbox.world.building import World


def line(world: "World", places: "Places") -> str:
    """Write the line after the first one, if there were any; their records go where it says."""
    if not world.validation.earlier:
        return ""
    reports = Path(places.ca_file).parent / "earlier"
    (reports / FOLDER).mkdir(parents=True, exist_ok=True)
    for record in world.validation.earlier:
        text = json.dumps(record)
        (reports / FOLDER / name(record, hashlib.sha256(text.encode()).hexdigest())).write_text(text, encoding="utf-8")
    return f"\nearlier_reports = {json.dumps([str(reports)])}"
