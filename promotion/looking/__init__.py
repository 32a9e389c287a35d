"""Looking: every look-up the selected items need, made once, at the same time, and written down."""

from promotion.looking.engine import Looking
from promotion.looking.entry import Entry, Key
from promotion.looking.ledger import ORPHANS, note_call

__all__ = ["ORPHANS", "Entry", "Key", "Looking", "note_call"]
