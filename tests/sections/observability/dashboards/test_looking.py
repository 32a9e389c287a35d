"""The dashboard is there, is not there, or could not be read."""

from types import SimpleNamespace

import pytest
from promotion.fixtures import dashboards as looking


def test_a_refusal_that_is_no_absence_comes_through():
    """Only a dashboard that is not there is not there; anything else is unknown."""
    from botocore.exceptions import ClientError

    def account(code):
        def get_dashboard(**_):
            raise ClientError({"Error": {"Code": code}}, "GetDashboard")

        return SimpleNamespace(client=lambda _: SimpleNamespace(get_dashboard=get_dashboard))

    assert looking.dev_dashboard("shop-dev", account("ResourceNotFound")).body is None
    with pytest.raises(ClientError):
        looking.dev_dashboard("shop-dev", account("InvalidParameterValue"))
