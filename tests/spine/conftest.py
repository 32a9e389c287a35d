"""A repository for each proof, and nothing of it left for the next."""

import signal
from collections.abc import Iterator

import pytest

from promotion.evidence import REGISTRY
from promotion.looking import ORPHANS
from tests.spine.project import Project


@pytest.fixture
def project(pytester, monkeypatch) -> Iterator[Project]:
    """A repository with a checklist of two items that are good."""
    for name in ("PROMOTION_DIGEST", "PROMOTION_CONFIG", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"):
        monkeypatch.delenv(name, raising=False)
    declared, on_cancel = dict(REGISTRY), signal.getsignal(signal.SIGTERM)
    yield Project(pytester.path, pytester)
    REGISTRY._declared = declared
    assert signal.getsignal(signal.SIGTERM) is on_cancel
    assert ORPHANS == []


@pytest.fixture(params=[(), ("-n", "2")], ids=["plain", "n2"])
def workers(request) -> tuple[str, ...]:
    """Run in one process, or over two workers."""
    return request.param
