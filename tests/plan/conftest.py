"""What the proofs of the plan share: tools of other people, which must be there where they are required."""

import os
import shutil

import pytest


@pytest.fixture(scope="session")
def ssh_keygen():
    """Give OpenSSH's ssh-keygen; skip, or fail under PROMOTION_REQUIRE_TOOLS=1, where there is none."""
    found = shutil.which("ssh-keygen")
    if found is None and os.environ.get("PROMOTION_REQUIRE_TOOLS") == "1":
        pytest.fail("ssh-keygen is required and not here: install OpenSSH's client")
    if found is None:
        pytest.skip("ssh-keygen is not here: install OpenSSH's client")
    return found
