"""What the proofs share: one warm parent a process, from which worlds are forked."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from promotion.sandbox.client import Nursery

# A busy machine is slow: how long an example takes proves nothing. A pipeline tries the same examples every time, so that
# it never fails for what nobody changed; new ones are tried where people work.
settings.register_profile("patient", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Gives worlds in a fraction of a second, after the first."""
    with Nursery() as opened:
        yield opened
