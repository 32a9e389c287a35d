"""How a text may be written in a log: what remains of it, certain to be there, whatever stands around it.

Every encoding here gives the *cores* of some bytes: what their written form has in common wherever in a longer text
they stand. Most write byte for byte or character for character, and have one core. Base64 (RFC 4648) packs three bytes
into four characters: it has a core for each place in the three, without the characters at the edges that depend on
the neighbours.

The search ignores the case of ASCII letters; digits of either case are told apart here for what is packed once more.
"""

import base64
import contextlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

PLAIN = "plain"


@dataclass(frozen=True)
class Encoding:
    """One way to write bytes."""

    name: str
    """For people: `base64`, `JSON`."""
    cores: Callable[[bytes], list[bytes]]
    """What of the written form is certain."""


def once(plain: bytes) -> dict[bytes, str]:
    """Every core of some bytes as they are and in one encoding, with the name of the plainest that gives it."""
    found = {plain: PLAIN}
    for encoding in ENCODINGS:
        for core in encoding.cores(plain):
            found.setdefault(core, encoding.name)
    return found


def twice(plain: bytes) -> dict[bytes, str]:
    """Every core of some bytes as they are, in one encoding, and in one within another: `JSON in base64`."""
    found = once(plain)
    for inner, name in list(found.items())[1:]:
        for core, outer in list(once(inner).items())[1:]:
            found.setdefault(core, f"{name} in {outer}")
    return found


def _by_character(write: Callable[[str], str]) -> Callable[[bytes], list[bytes]]:
    """Make cores of a function that writes text character by character; nothing where the bytes are no text."""

    def cores_of(plain: bytes) -> list[bytes]:
        try:
            text = plain.decode()
        except UnicodeDecodeError:
            return []
        return [write(text).encode()]

    return cores_of


def _escaping(special: str, escaped: Callable[[str], str]) -> Callable[[bytes], list[bytes]]:
    """Make cores of an encoding that writes some characters otherwise and leaves all others as they are."""
    characters = re.compile(special)
    return _by_character(lambda text: characters.sub(lambda found: escaped(found[0]), text))


def _json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _json_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _u(character: str) -> str:
    return f"\\u{ord(character):04x}"


def _upper_u(text: str, special: str) -> str:
    text = re.sub(special, lambda found: _u(found[0]), text)
    return re.sub(r"\\u[0-9a-f]{4}", lambda found: "\\u" + found[0][2:].upper(), text)


def _python(plain: bytes) -> list[bytes]:
    """What repr shows of the text and of the bytes, in either kind of quotes (library reference, `repr`)."""
    shown = [repr(plain + b"'\"")[2:-4].replace("\\'", "'")]
    with contextlib.suppress(UnicodeDecodeError):
        # With both quotes in it, repr chooses single ones and escapes them; without the double one it need not.
        shown.append(repr(plain.decode() + "'\"")[1:-4].replace("\\'", "'"))
    quoted = [one.replace("'", "\\'") for one in shown]
    return [one.encode() for one in (*shown, *quoted)]


def _go(text: str) -> str:
    r"""What Go's `%q` shows (strconv.Quote): as JSON, but `\x` and `\U` for what cannot be printed."""

    def shown(character: str) -> str:
        if character in _GO:
            return _GO[character]
        if character.isprintable():
            return character
        number = ord(character)
        if number < 0x80:
            return f"\\x{number:02x}"
        return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"

    return "".join(map(shown, text))


_GO = {
    '"': '\\"',
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}


def base64_cores(plain: bytes) -> list[bytes]:
    """What of the base64 of some bytes is certain, for each of the three places they may begin at."""
    found: list[bytes] = []
    for before in range(3):
        written = base64.b64encode(bytes(before) + plain + bytes(2))
        # A character holds six bits; the first whole one and the last are counted from the start of the padding.
        first, last = -(-8 * before // 6), 8 * (before + len(plain)) // 6
        found.append(written[first:last])
    return found


def _base64_url(plain: bytes) -> list[bytes]:
    return [core.translate(bytes.maketrans(b"+/", b"-_")) for core in base64_cores(plain)]


def _utf16(order: str) -> Callable[[bytes], list[bytes]]:
    def cores_of(plain: bytes) -> list[bytes]:
        try:
            packed = plain.decode().encode(f"utf-16-{order}", "surrogatepass")
        except UnicodeDecodeError:
            return []
        # Log events are UTF-8: its bytes come there as characters of Latin-1, those of "ö" as others than they are.
        return list(dict.fromkeys([packed, packed.decode("latin-1").encode()]))

    return cores_of


def _entity(named: dict[str, str]) -> Callable[[bytes], list[bytes]]:
    return _escaping("[&<>\"']", lambda character: named.get(character, character))


_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_PERCENT = re.compile("%..")
_OTHER = r"[^A-Za-z0-9]"

ENCODINGS = (
    Encoding("JSON", _by_character(_json)),
    Encoding("JSON", _by_character(_json_text)),
    Encoding("JSON with \\/", _by_character(lambda text: _json(text).replace("/", "\\/"))),
    # Go's encoding/json, and Gson and Rails, which write more of HTML so.
    Encoding(
        "JSON for HTML", _by_character(lambda text: re.sub("[<>&]", lambda found: _u(found[0]), _json_text(text)))
    ),
    Encoding(
        "JSON for HTML", _by_character(lambda text: re.sub("[<>&='+]", lambda found: _u(found[0]), _json_text(text)))
    ),
    # .NET's System.Text.Json (JavaScriptEncoder.Default).
    Encoding("JSON for HTML", _by_character(lambda text: _upper_u(_json(text).replace('\\"', '"'), "[\"<>&'+`]"))),
    Encoding("URL", _by_character(lambda text: quote(text, safe=""))),
    Encoding("URL", _by_character(lambda text: _PERCENT.sub(lambda found: found[0].lower(), quote(text, safe="")))),
    Encoding("URL", _by_character(lambda text: quote(text, safe="/"))),
    Encoding("URL form", _by_character(quote_plus)),
    # encodeURIComponent and encodeURI (ECMA-262, 19.2.6).
    Encoding("URL", _by_character(lambda text: quote(text, safe="!'()*"))),
    Encoding("URL", _by_character(lambda text: quote(text, safe=";/?:@&=+$,#!'()*"))),
    Encoding("HTML", _entity(_NAMED)),
    Encoding("HTML", _entity({**_NAMED, "'": "&#x27;"})),
    Encoding("HTML", _entity({**_NAMED, "'": "&#39;"})),
    Encoding("HTML", _entity({**_NAMED, "'": "&apos;"})),
    Encoding("HTML", _entity({**_NAMED, '"': "&#34;", "'": "&#39;"})),
    Encoding("HTML numbers", _escaping(_OTHER, lambda character: f"&#{ord(character)};")),
    Encoding("HTML numbers", _escaping(_OTHER, lambda character: f"&#x{ord(character):x};")),
    Encoding("base64", base64_cores),
    Encoding("base64url", _base64_url),
    Encoding("hex", lambda plain: [plain.hex().encode()]),
    Encoding("hex", lambda plain: [plain.hex().upper().encode()]),
    Encoding("UTF-16LE", _utf16("le")),
    Encoding("UTF-16BE", _utf16("be")),
    Encoding("shell", _escaping("'", lambda _: "'\"'\"'")),
    Encoding("shell", _escaping("'", lambda _: "'\\''")),
    Encoding("shell", _escaping('[$`"\\\\]', lambda character: "\\" + character)),
    Encoding("backslashes", _escaping(r"[^A-Za-z0-9_@%+=:,./-]", lambda character: "\\" + character)),
    Encoding("backslashes", _escaping(_OTHER, lambda character: "\\" + character)),
    Encoding("backslashes", _by_character(re.escape)),
    Encoding("Python", _python),
    Encoding("Go", _by_character(_go)),
    Encoding("doubled quotes", _escaping("'", lambda _: "''")),
    Encoding("doubled quotes", _escaping('"', lambda _: '""')),
    Encoding("reversed", _by_character(lambda text: text[::-1])),
    Encoding("reversed", lambda plain: [plain[::-1]]),
)
"""Where two have one name, programs differ in what they escape."""
