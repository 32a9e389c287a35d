"""IRI references (RFC 3987, 2.2), which CycloneDX has wherever a document names a place.

jsonschema leaves them to the package rfc3987_syntax. That compiles 38 grammars when it is imported, five seconds of a
processor, and reads each reference with an Earley parser; here it is one regular expression.
"""

import ipaddress
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

PACKAGE = "rfc3987_syntax"

_PLANES = "".join(
    f"{chr((plane << 16) + (0x1000 if plane == 14 else 0))}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 15)
)
_UCSCHAR = f"\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef{_PLANES}"
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_UNRESERVED, _SUB_DELIMS, _ENCODED = rf"A-Za-z0-9\-._~{_UCSCHAR}", "!$&'()*+,;=", "%[0-9A-Fa-f]{2}"
_NAME = rf"(?:[{_UNRESERVED}{_SUB_DELIMS}]|{_ENCODED})"
_PCHAR = rf"(?:[{_UNRESERVED}{_SUB_DELIMS}:@]|{_ENCODED})"
_LITERAL = rf"\[(?:(?P<six>[0-9A-Fa-f:.]+)|v[0-9A-Fa-f]+\.[A-Za-z0-9\-._~{_SUB_DELIMS}:]+)\]"
_AUTHORITY = rf"//(?:(?:{_NAME}|:)*@)?(?:{_LITERAL}|{_NAME}*)(?::[0-9]*)?(?:/{_PCHAR}*)*"
_ABSOLUTE = rf"/(?:{_PCHAR}+(?:/{_PCHAR}*)*)?"
_NOT_A_SCHEME = rf"(?:[{_UNRESERVED}{_SUB_DELIMS}@]|{_ENCODED})+(?:/{_PCHAR}*)*"
_REFERENCE = re.compile(
    rf"(?:[A-Za-z][A-Za-z0-9+.\-]*:(?:{_AUTHORITY}|{_ABSOLUTE}|{_PCHAR}+(?:/{_PCHAR}*)*|)"
    rf"|{_AUTHORITY.replace('?P<six>', '?P<six_relative>')}|{_ABSOLUTE}|{_NOT_A_SCHEME}|)"
    rf"(?:\?(?:{_PCHAR}|[/?{_PRIVATE}])*)?(?:\#(?:{_PCHAR}|[/?])*)?"
)


def is_iri_reference(text: str) -> bool:
    """Tell whether a text is an IRI, or a reference relative to one."""
    found = _REFERENCE.fullmatch(text)
    if found is None:
        return False
    six = found["six"] or found["six_relative"]
    try:
        return six is None or bool(ipaddress.IPv6Address(six))
    except ValueError:
        return False


@contextmanager
def in_place_of_the_package() -> Iterator[None]:
    """Let a module that is imported meanwhile find this in place of rfc3987_syntax, unless that is loaded already."""
    if PACKAGE in sys.modules:
        yield
        return
    own: Any = ModuleType(PACKAGE)
    own.is_valid_syntax = lambda term, value: term == "iri_reference" and is_iri_reference(value)
    sys.modules[PACKAGE] = own
    try:
        yield
    finally:
        del sys.modules[PACKAGE]
