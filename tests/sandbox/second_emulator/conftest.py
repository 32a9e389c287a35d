"""A second AWS for the proofs of this folder. Without it they are skipped, or fail if PROMOTION_REQUIRE_TOOLS=1."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest

from promotion.sandbox.world import build
from promotion.sandbox.world.building import World
from promotion.sandbox.world.model import Account
from tests.sandbox.second_emulator.server import SecondAccount, SecondAws, find, running


@pytest.fixture(scope="session")
def second() -> Iterator[SecondAws]:
    """The second AWS, in which every account is empty."""
    python = find()
    if python is None:
        message = "ministack is not here: run tests/tools/fetch_ministack.py, and set PROMOTION_TOOLS to its folder"
        if os.environ.get("PROMOTION_REQUIRE_TOOLS") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with running(python) as opened:
        yield opened


@pytest.fixture(scope="session")
def world() -> World:
    """The sandbox's own world, in this process. Tests have accounts of their own in it."""
    return build()


@pytest.fixture
def there(second: SecondAws) -> SecondAccount:
    """An account of the second AWS in which there is nothing yet."""
    return second.account()


@pytest.fixture
def here(world: World, there: SecondAccount) -> Account:
    """The account of the same number in the sandbox, in which there is nothing yet either."""
    return Account(there.account, world.aws)


@pytest.fixture
def both(here: Account, there: SecondAccount) -> tuple[Account, SecondAccount]:
    """Two empty accounts of the same number: the sandbox's, and the second AWS's."""
    return here, there


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the history of alarms be told as soon as there is any, as the second AWS does."""
    monkeypatch.setattr("promotion.sandbox.moto_patches.alarm_history.HISTORY_AFTER", timedelta())
