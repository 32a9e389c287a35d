"""The dashboard is looked at when the requests that the run made itself have settled in the metrics."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from promotion.fixtures import dashboards as looking

from promotion.looking.seen import PerSubject
from promotion.unknown import Reason, Unknown

NOW = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ended", "waited"),
    [(None, 0), (NOW, 150), (NOW - timedelta(seconds=90), 30), (NOW - timedelta(minutes=9), 0)],
)
def test_the_runs_own_requests_are_waited_for(monkeypatch, ended, waited):
    """Two minutes after the minute they ended in; of a target that could not be asked, its own items speak."""
    naps = []
    monkeypatch.setattr(looking.time, "sleep", naps.append)

    def unknown():
        raise Unknown(Reason.UNREACHABLE, "no answer")

    made = PerSubject("dev_requests_made", {"ec2": unknown, "lambda": lambda: SimpleNamespace(ended=ended)})
    looking._wait_for(made, SimpleNamespace(now=lambda: NOW))
    assert sum(naps) == waited


def test_a_refusal_that_is_no_absence_comes_through():
    """Only a dashboard that is not there is not there; anything else is unknown."""
    from botocore.exceptions import ClientError

    def account(code):
        def get_dashboard(**_):
            raise ClientError({"Error": {"Code": code}}, "GetDashboard")

        return SimpleNamespace(client=lambda _: SimpleNamespace(get_dashboard=get_dashboard))

    settings = SimpleNamespace(dev=SimpleNamespace(dashboard="shop-dev"))
    assert looking.dev_dashboard(settings, account("ResourceNotFound")).body is None
    with pytest.raises(ClientError):
        looking.dev_dashboard(settings, account("InvalidParameterValue"))
