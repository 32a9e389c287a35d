"""Looking: every look-up the selected items need, made once, at the same time, and written down."""

from promotion.core.api_calls import ORPHANS, note_call
from promotion.engine.lookups.scheduler import LookupScheduler
from promotion.engine.lookups.snapshot import Entry, Key

__all__ = ["ORPHANS", "Entry", "Key", "LookupScheduler", "note_call"]
