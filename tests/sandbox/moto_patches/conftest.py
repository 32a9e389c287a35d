"""A moto of its own for each guard: every fill is shown to be needed, and to work."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

ACCOUNT = "111122223333"
REGION = "eu-west-1"


@cache
def application() -> Any:
    """Make the one application of the process: making it anew for each test would be most of their time."""
    from promotion.sandbox import aws

    return aws.application()


@pytest.fixture
def client() -> Callable[[str], Any]:
    """Give boto3 clients of an empty account, answered by moto with the fills in."""
    app = application()
    from moto.core.base_backend import BackendDict

    from promotion.sandbox import transport

    BackendDict.reset()
    return lambda service: transport.client(app, ACCOUNT, service)


@pytest.fixture
def state() -> Callable[[str], Any]:
    """Moto's state of a service in that account."""
    from promotion.sandbox.world.model import Account

    return lambda service: Account(ACCOUNT, lambda *_: []).backend(service)


@pytest.fixture
def at_once(monkeypatch) -> None:
    """Have the history of alarms be told as soon as there is any."""
    monkeypatch.setattr("promotion.sandbox.moto_patches.alarm_history.HISTORY_AFTER", timedelta())


@pytest.fixture
def guarded(client) -> Callable[..., None]:
    """Show that moto alone answers wrongly, and with the fills rightly.

    `ask` asks; `wrong` and `right` judge its answer. An exception is an answer too: `wrong` may be its type.
    """
    from promotion.sandbox import moto_patches

    def guard(ask, wrong, right):
        with moto_patches.unfilled():
            if isinstance(wrong, type):
                with pytest.raises(wrong):
                    ask()
            else:
                answer = ask()
                assert wrong(answer), f"moto got it right, drop this fill: {answer}"
        answer = ask()
        assert right(answer), answer

    return guard
