"""Characters that are not seen, spelled out: what is signed or posted is what is seen. Pure."""

import re

UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
"""Characters that are not seen, or that change how others are seen (UAX #9, UTR #36), and lone surrogates."""


def shown(text: str) -> str:
    r"""Return the text with every unseen character spelled out (`\u202e`): what is signed is what is seen.

    Tabs and line ends stay as they are.
    """
    return UNSEEN.sub(_spelled, text)


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
