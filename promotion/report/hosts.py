"""Where AWS was asked, as the calls behind the evidence have it: a run against something else must not look like one of AWS."""

import re
from typing import Any

from promotion.report.markup import Child, el
from promotion.report.reading import RecordView, rows, table, text

_AWS = re.compile(
    r"[a-z0-9.-]+\.(?:amazonaws\.com(?:\.cn)?|api\.aws|api\.amazonwebservices\.com\.cn|c2s\.ic\.gov|sc2s\.sgov\.gov)"
)
"""Hosts of AWS's partitions: https://docs.aws.amazon.com/general/latest/gr/rande.html"""
_NAMED = 5


def asked_at(reading: RecordView) -> Child:
    """Name the hosts at which AWS APIs were asked: AWS's own by their number, every other one in full."""
    found = {
        text(call.get("host"))
        for name in reading.evidence
        for call in rows(table(reading.evidence[name]).get("calls"))
        if isinstance(call.get("host"), str)
    }
    if not found:
        return None
    ours = sorted(host for host in found if _AWS.fullmatch(host))
    others = sorted(found.difference(ours))
    said: list[Any] = []
    if ours:
        shown = ", ".join(ours[:_NAMED]) + (f" and {len(ours) - _NAMED} more" if len(ours) > _NAMED else "")
        said.append(shown)
    if others:
        words = f"not AWS's own: {', '.join(others[:_NAMED])}"
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        said.append(el("b", words + more))
    return [el("span", part, cls="under") if index else part for index, part in enumerate(said)]
