"""How programs write a text into logs, by the standard library's own hand: nothing here is shared with the search."""

import base64
import codecs
import html
import json
import re
import shlex
from collections.abc import Callable
from urllib.parse import quote, quote_plus, urlencode

Writer = Callable[[str], str]


def _u(text: str, special: str) -> str:
    return re.sub(special, lambda found: f"\\u{ord(found[0]):04x}", text)


def _go(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


WRITERS: dict[str, Writer] = {
    "plain": str,
    "JSON": json.dumps,
    "JSON field": lambda text: json.dumps({"level": "INFO", "password": text, "n": 1}),
    "JSON as Go writes it": lambda text: _u(json.dumps({"password": text}, ensure_ascii=False), "[<>&]"),
    "JSON as Gson writes it": lambda text: _u(json.dumps({"password": text}, ensure_ascii=False), "[<>&'=]"),
    "JSON as PHP writes it": lambda text: json.dumps([text]).replace("/", "\\/"),
    "URL": lambda text: "https://api.example/?key=" + quote(text, safe="") + "&x=1",
    "URL in small letters": lambda text: re.sub("%..", lambda found: found[0].lower(), quote(text, safe="")),
    "URL path": lambda text: "/v1/" + quote(text),
    "URL of a browser": lambda text: quote(text, safe="!'()*-._~"),
    "form": lambda text: urlencode({"user": "shop", "password": text}),
    "plus": quote_plus,
    "HTML": lambda text: f"<b>{html.escape(text)}</b>",
    "XML": lambda text: html.escape(text, quote=False).replace('"', "&quot;").replace("'", "&apos;"),
    "HTML numbers": lambda text: "".join(one if one.isalnum() and one.isascii() else f"&#{ord(one)};" for one in text),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 after user": lambda text: base64.b64encode(b"shop:" + text.encode()).decode(),
    "base64 within": lambda text: base64.b64encode(b"ab" + text.encode() + b"\n").decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(b"x" + text.encode()).decode().rstrip("="),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "UTF-16LE": lambda text: text.encode("utf-16-le").decode("latin-1"),
    "UTF-16BE": lambda text: text.encode("utf-16-be").decode("latin-1"),
    "shell": shlex.quote,
    "shell with a backslash": lambda text: "'" + text.replace("'", "'\\''") + "'",
    "shell in double quotes": lambda text: '"' + re.sub(r'([$`"\\])', r"\\\1", text) + '"',
    "regular expression": re.escape,
    "Python": repr,
    "Python bytes": lambda text: repr(text.encode()),
    "Python in a list": lambda text: repr([text, "it's"]),
    "Go": _go,
    "SQL": lambda text: "VALUES ('" + text.replace("'", "''") + "')",
    "CSV": lambda text: '"' + text.replace('"', '""') + '"',
    "reversed": lambda text: text[::-1],
    "in capitals": lambda text: text.encode().upper().decode(),
}


def written(text: str, inner: str, outer: str, before: str = "", after: str = "") -> bytes:
    """Write a text in one way within another, with something around it in each."""
    # What UTF-16 gives are bytes and no text; as a buffer they stand as they are, within another encoding as Latin-1.
    once = before + WRITERS[inner](before + text + after) + after
    twice = WRITERS[outer](once)
    return codecs.encode(twice, "latin-1" if outer.startswith("UTF-16") else "utf-8")
