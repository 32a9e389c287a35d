"""Keep what AWS answers out of Python's own logging.

At DEBUG, botocore logs whole answers, a secret's value and every log event among them, and signed headers with the
session token. A run with `--log-level=DEBUG` would show what it looks for.
"""

import logging

WITH_BODIES = ("botocore.auth", "botocore.endpoint", "botocore.parsers")
"""Loggers whose DEBUG lines carry answers, parameters or signatures."""


class _NothingBelowInfo(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.DEBUG


_FILTER = _NothingBelowInfo()


def keep_answers_out_of_logs() -> None:
    """Drop those lines where they are made, whatever level and handlers anybody sets later. Again changes nothing."""
    for name in WITH_BODIES:
        logging.getLogger(name).addFilter(_FILTER)
