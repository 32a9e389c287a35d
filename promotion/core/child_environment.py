"""What a program that the gate starts gets of its environment: no credential that nobody named.

The gate runs with credentials of AWS, GitHub, an OIDC provider and channels in its environment; a tool for a functional
check or a scan needs none of them unless it is declared to.
"""

import re
from collections.abc import Iterable, Mapping

_PLAIN = re.compile(r"PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TZ|LANG|LANGUAGE|LC_[A-Z]+|XDG_[A-Z]+_(?:HOME|DIR|DIRS)")
"""Where programs and a person's files are, and the locale."""
_NETWORK = re.compile(
    r"(?i:https?_proxy|all_proxy|no_proxy)|SSL_CERT_(?:FILE|DIR)|NODE_EXTRA_CA_CERTS|REQUESTS_CA_BUNDLE"
)
"""How the network is reached, and which authorities are trusted there."""


def plain_environment(environ: Mapping[str, str], more: Iterable[str] = ()) -> dict[str, str]:
    """Give the variables that any program may have, and those of the names in `more` that are set."""
    named = frozenset(more)
    return {
        name: value
        for name, value in environ.items()
        if name in named or _PLAIN.fullmatch(name) or _NETWORK.fullmatch(name)
    }
