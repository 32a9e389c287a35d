"""The charts of the evidence, where they are seen: with an item that needs reading, else under its section."""

from markupsafe import Markup

from promotion.report.chart_data import charts_in
from promotion.report.markup import Child, el
from promotion.report.reading import ItemView, RecordView, SectionView

MOST = 12
"""Charts of one item or one section that are drawn."""


def of_item(reading: RecordView, item: ItemView) -> Child:
    """Draw the charts of an item that stands open."""
    return _row(_charts(reading, item)) if item.needs_reading else None


def of_section(reading: RecordView, section: SectionView) -> Child:
    """Draw the charts of the items that stand closed, so that nobody has to open them, on paper neither."""
    return _row([chart for item in section.items if not item.needs_reading for chart in _charts(reading, item)])


def _charts(reading: RecordView, item: ItemView) -> list[Markup]:
    """Draw what the evidence shown under this item holds."""
    mine = [name for name in item.evidence if reading.homes[name].anchor == item.anchor]
    return [chart for name in mine for chart in charts_in(reading.seen(name))]


def _row(charts: list[Markup]) -> Child:
    if not charts:
        return None
    more = el("p", f"and {len(charts) - MOST} more charts in record.json", cls="rest") if len(charts) > MOST else None
    return el("div", charts[:MOST], more, cls="figures")
