"""What the proofs share: one warm parent a process, from which worlds are forked."""

import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings

from promotion.sandbox.client import WorldPool

pytest_plugins = ["tests.spent"]

# A busy machine is slow: how long an example takes proves nothing. A pipeline tries the same examples every time, so that
# it never fails for what nobody changed; new ones are tried where people work.
settings.register_profile("patient", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def world_pool() -> Iterator[WorldPool]:
    """Gives worlds in a fraction of a second, after the first."""
    from tests.spent import POOLS

    with WorldPool(on_start=POOLS.add) as opened:
        yield opened


@pytest.fixture(scope="session")
def ssh_keygen():
    """Give OpenSSH's ssh-keygen; skip, or fail under PROMOTION_REQUIRE_TOOLS=1, where there is none."""
    found = shutil.which("ssh-keygen")
    if found is None and os.environ.get("PROMOTION_REQUIRE_TOOLS") == "1":
        pytest.fail("ssh-keygen is required and not here: install OpenSSH's client")
    if found is None:
        pytest.skip("ssh-keygen is not here: install OpenSSH's client")
    return found
