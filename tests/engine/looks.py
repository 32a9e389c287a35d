"""An engine with look-ups of one's own, outside any run."""

from collections.abc import Callable
from typing import Any

from promotion.core.clock import SystemClock
from promotion.core.redact import Redactor
from promotion.engine.lookups import Entry, Key, LookupScheduler
from promotion.evidence import Evidence

TARGETS = {"dev_target": ["lambda", "ec2"], "dev_ec2": ["ec2"], "dev_lambda": ["lambda"]}


def evidence(look: Callable[..., Any], *, per: str | None = None, deadline: float | None = None) -> Evidence:
    """Declare a look-up without telling the registry of the process."""
    return Evidence(look, per, deadline)


def engine(*declared: Evidence, sources: dict[str, Any] | None = None, **options: Any) -> LookupScheduler:
    """An engine for these look-ups."""
    given = {name: (lambda value=value: value) for name, value in (sources or {}).items()}
    options = {"clock": SystemClock(), "redactor": Redactor(), "deadline": 5, **options}
    return LookupScheduler({one.name: one for one in declared}, given, TARGETS.__getitem__, **options)


def looked(looking: LookupScheduler, *wanted: str) -> dict[str, Entry]:
    """Look, wait, and give what was settled."""
    looking.start(Key(name.split("[")[0], name[:-1].split("[")[1] if "[" in name else None) for name in wanted)
    looking.wait()
    return looking.entries


def seen(look: Callable[..., Any], **options: Any) -> Entry:
    """What one look-up on its own is settled with."""
    one = evidence(look)
    (entry,) = looked(engine(one, **options), one.name).values()
    return entry
