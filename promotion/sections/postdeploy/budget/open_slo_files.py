"""OpenSLO files, read from disk. This module does I/O."""

from collections.abc import Sequence
from pathlib import Path

from promotion.sections.postdeploy.budget import open_slo
from promotion.sections.postdeploy.budget.open_slo import OpenSlo
from promotion.unknown import Reason, Unknown

_LARGEST = 256 * 1024


def read_files(names: Sequence[str]) -> list[OpenSlo]:
    """Read every SLO of files. Raises Unknown: no-data and truncated for a file, and as `open_slo.read`."""
    return open_slo.parse_open_slos((Path(name).name, _text(Path(name))) for name in names)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as mistake:
        raise Unknown(Reason.NO_DATA, f"{path.name} cannot be read: {mistake.strerror}: correct `open_slo`") from None
    if len(content) > _LARGEST:
        raise Unknown(
            Reason.TRUNCATED, f"{path.name} is longer than the {_LARGEST:,} bytes that this run reads: split it"
        )
    return content.decode(errors="replace")
