"""Bind a test to its line of the checklist."""

import pytest


def item(item_id: str, *, per: str | None = None) -> pytest.MarkDecorator:
    """Mark a test as the judgement of one checklist item.

    `per` names the kind of subject it is parametrized over (`dev_target`, `dev_smoke_test`, …); the test takes a
    parameter of that name. The subjects come from the settings, so that they are known before anything is looked up.
    """
    return pytest.mark.item(id=item_id, per=per)
