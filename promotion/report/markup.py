"""Elements and text: the only place where markup is made.

Text becomes markup through `escape`, so that no text, wherever it comes from, can open an element, an attribute or a
comment. A plain `str` is text; `Markup` is markup.
"""

import re
from collections.abc import Iterable  # noqa: TC003 - part of a type that other modules read
from typing import LiteralString, TypeAlias

from markupsafe import Markup, escape

from promotion.core.visible_text import shown

Child: TypeAlias = "str | Iterable[Child] | None"
"""What may stand inside an element: text, markup, nothing, or several of these."""

VOID = frozenset({"input", "meta"})
"""Elements without an end tag (HTML Living Standard, 13.1.2), of those used here."""

EMPTY_IN_SVG = frozenset({"circle", "line", "polyline", "rect", "use"})
"""Elements of SVG without content, which close themselves."""


def join(children: Child) -> Markup:
    """Write the children one after another; text among them is escaped."""
    return Markup(_written(children))  # noqa: S704 - text is escaped


def _written(children: Child) -> str:
    if children is None:
        return ""
    if isinstance(children, Markup):
        return children
    if isinstance(children, str):
        return escape(shown(children))
    return "".join([_written(child) for child in children])


def el(tag: LiteralString, /, *children: Child, **attributes: str | bool | None) -> Markup:
    """One element. `cls` is the class; `_` in an attribute's name stands for `-`.

    An attribute that is None or False is left out; True gives its name alone.
    """
    written = [tag]
    for name, value in attributes.items():
        key = "class" if name == "cls" else name.replace("_", "-")
        if value is True:
            written.append(key)
        elif value is not None and value is not False:
            written.append(f'{key}="{escape(shown(value))}"')
    start = " ".join(written)
    if tag in EMPTY_IN_SVG:
        return Markup(f"<{start}/>")  # noqa: S704 - attributes are escaped
    return Markup(f"<{start}>" if tag in VOID else f"<{start}>{_written(children)}</{tag}>")  # noqa: S704 - both are escaped


_WEB = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][!-~]*)?")


def web(address: str) -> Child:
    """Give a link if the text is a plain https address, without a user in it; else the text. What is read is where it goes."""
    if not _WEB.fullmatch(address):
        return address
    return el("a", address, href=address, rel="noreferrer noopener", cls="web")


def cut(text: str, limit: int) -> str:
    """Return the text, or its first `limit` characters and how many more there are."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit} more characters in record.json)"
