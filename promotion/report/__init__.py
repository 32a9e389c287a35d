"""The record's face: a page that people read and sign, and a summary for the pipeline. Pure: no clock, no I/O."""

from promotion.report.annotations import annotations
from promotion.report.document import fragment, page
from promotion.report.markdown import summary

__all__ = ["annotations", "fragment", "page", "summary"]
