"""The shapes of the statuses, drawn once and used by name: each differs from the others in black and white too."""

from typing import Final

from markupsafe import Markup

from promotion.report.markup import el
from promotion.report.words import FACES, Face

_SOLID: Final = {
    # A filled tick-box, a stop sign, a diamond: they carry their mark in the colour of the page.
    "passed": ('<rect x="1" y="1" width="18" height="18" rx="4"/>', "M5.4 10.3l3.1 3.1 6.1-6.6"),
    "failed": ('<path d="M6.3 1h7.4L19 6.3v7.4L13.7 19H6.3L1 13.7V6.3z"/>', "M6.8 6.8l6.4 6.4M13.2 6.8l-6.4 6.4"),
    "unknown": (
        '<path d="M10 .6 19.4 10 10 19.4.6 10z"/>',
        "M7.8 8.1a2.2 2.2 0 1 1 3.3 2c-.8.45-1.1.85-1.1 1.6M10 14.3v.1",
    ),
}
_OUTLINE: Final = {
    "attested": '<rect x="1.7" y="1.7" width="16.6" height="16.6" rx="4"/><path d="M5.6 14.4l.9-3.2 6.3-6.3 2.3 2.3'
    '-6.3 6.3z"/>',
    "waived": '<rect x="1.7" y="1.7" width="16.6" height="16.6" rx="4"/><path d="M5 11.4c1.7-3.4 3.3-3.4 5-1.4s3.3 2 '
    '5-1.4"/>',
    "not-applicable": '<rect x="1.7" y="1.7" width="16.6" height="16.6" rx="4"/><path d="M6 10h8"/>',
    "pending": '<circle cx="10" cy="10" r="8.3"/><path d="M10 5.2V10l3.2 2.1"/>',
    "not-due": '<rect x="1.7" y="1.7" width="16.6" height="16.6" rx="4" stroke-dasharray="2.6 2.6"/>'
    '<path d="M10 6v4l2.4 1.6"/>',
    "not-run": '<rect x="1.7" y="1.7" width="16.6" height="16.6" rx="4" stroke-dasharray="2.6 2.6"/>',
}


def symbols() -> Markup:
    """Draw the shapes, to stand once in the document and not be seen there."""
    drawn = [
        f'<symbol id="glyph-{name}" viewBox="0 0 20 20"><g class="glyph-solid">{body}</g>'
        f'<path class="glyph-mark" d="{mark}"/></symbol>'
        for name, (body, mark) in _SOLID.items()
    ]
    drawn += [
        f'<symbol id="glyph-{name}" viewBox="0 0 20 20"><g class="glyph-outline">{body}</g></symbol>'
        for name, body in _OUTLINE.items()
    ]
    return Markup(f'<svg class="symbols" width="0" height="0" aria-hidden="true">{"".join(drawn)}</svg>')  # noqa: S704


_USES: Final = {
    name: el("svg", el("use", href=f"#glyph-{name}"), cls=f"glyph tone-{face.tone}", aria_hidden="true")
    for name, face in FACES.items()
}


def glyph(face: Face) -> Markup:
    """Draw the shape of a status, in its colour. The word always stands beside it, so screen readers skip it."""
    return _USES[face.name]
