"""Fills refuse to work on a moto that has changed, and can be taken out."""

from contextlib import suppress

import pytest


class Responses:
    """A response class of moto's, much simplified."""

    answered = "by moto"

    @property
    def shop_backend(self):
        """Give the state."""
        return {"orders": 3}

    def _get_param(self, name):
        return f"asked {name}"

    def known(self):
        """Answer what moto knows."""
        return "moto"


def test_an_operation_gets_the_state_and_the_request():
    """And is found under the name that moto looks for."""
    from promotion.sandbox.moto_patches import operation

    @operation(Responses)
    def DescribeOrders(backend, ask):  # noqa: N802
        return backend["orders"], ask("Name")

    assert Responses().describe_orders().result == (3, "asked Name")


def test_an_operation_that_moto_has_is_refused():
    """It would hide what moto does by now."""
    from promotion.sandbox.moto_patches import operation

    with pytest.raises(AssertionError, match="moto has Known now: drop this fill"):

        @operation(Responses)
        def Known(backend, ask):  # noqa: N802
            """Do nothing."""


def test_an_amendment_of_what_is_not_there_is_refused():
    """Moto has moved it."""
    from promotion.sandbox.moto_patches import amends

    with pytest.raises(AttributeError):

        @amends(Responses, "gone")
        def better(original):
            """Do nothing."""


def test_a_property_that_moto_has_is_refused():
    """It would hide moto's own."""
    from promotion.sandbox.moto_patches import adds

    with pytest.raises(AssertionError, match="drop this fill"):

        @adds(Responses)
        def answered(self):
            """Do nothing."""


def test_unfilled_is_moto_as_it_came():
    """While it lasts, and not after, also when something goes wrong meanwhile."""
    from promotion.sandbox.moto_patches import adds, amends, unfilled

    @amends(Responses, "known")
    def better(original, self):
        return f"more than {original(self)}"

    @adds(Responses)
    def added(self):
        return "added"

    made = Responses()
    assert (made.known(), made.added) == ("more than moto", "added")
    with suppress(ZeroDivisionError), unfilled():
        assert made.known() == "moto"
        assert not hasattr(made, "added")
        raise ZeroDivisionError
    assert made.known() == "more than moto"


def test_what_nobody_can_answer_comes_through(client):
    """So that whoever serves the application can say so on the wire."""
    with pytest.raises(NotImplementedError):
        client("codedeploy").list_on_premises_instances()
