"""What tests are given: a fixture for every look-up, and the plain things beside evidence."""

from collections.abc import Callable
from typing import Any

import pytest

from promotion.engine.run import Run
from promotion.engine.worker import MEASURED
from promotion.evidence import REGISTRY
from promotion.unknown import Reason, Unknown

RUN = pytest.StashKey[Run]()
_SESSION = pytest.StashKey[pytest.Session]()
_MADE = pytest.StashKey[set[str]]()
_READS = "reads_evidence"
"""Marks a fixture that reads evidence."""


def make_fixtures(config: pytest.Config, session: pytest.Session | None = None) -> None:
    """Make a fixture of every look-up that has none yet. `session` is given once, when there is one to put them on."""
    if session is not None:
        config.stash[_SESSION] = session
    if _SESSION not in config.stash:
        return
    made = config.stash.setdefault(_MADE, set())
    for name in [name for name in REGISTRY if name not in made]:
        reader = _reader(config.stash.get(RUN, None), name)
        reader.__doc__ = REGISTRY[name].__doc__
        pytest.register_fixture(name=name, func=reader, node=config.stash[_SESSION], scope="session")
        made.add(name)


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> None:
    """Refuse a fixture that hides evidence: the record would show what was looked up, and the test judge another thing."""
    if fixturedef.argname in REGISTRY and not hasattr(fixturedef.func, _READS):
        raise Unknown(
            Reason.ERROR,
            f"a fixture in {fixturedef.baseid or 'a plugin'} hides the evidence {fixturedef.argname}: call it something "
            "else, or declare it with @evidence",
        )


def _reader(run: Run | None, name: str) -> Callable[[], Any]:
    def read() -> Any:
        if run is None or run.looking is None:
            raise Unknown(Reason.NOT_RUN, f"evidence {name} is available only in a run of the checklist")
        return run.looking.get(name)

    setattr(read, _READS, name)
    return read


@pytest.fixture(scope="session", name="_run")
def _the_run(request: pytest.FixtureRequest) -> Run:
    return request.config.stash[RUN]


@pytest.fixture(scope="session")
def digest(_run: Run) -> str:
    """The digest of the image that is to be promoted, `sha256:…`."""
    return _run.question.digest


@pytest.fixture(scope="session")
def settings(_run: Run) -> Any:
    """What promotion.toml, the environment and the command line say."""
    return _run.settings


@pytest.fixture(scope="session")
def clock(_run: Run) -> Any:
    """The clock to judge by. It stands still at the moment looking was over, so that a replay judges alike."""
    return _run.judgement_clock


@pytest.fixture(scope="session")
def dev_aws(_run: Run) -> Any:
    """The dev account, for tests of one's own: `dev_aws.client("s3")` gives a boto3 client."""
    return _run.source("dev_aws")


@pytest.fixture(scope="session")
def prod_aws(_run: Run) -> Any:
    """The prod account, for tests of one's own: `prod_aws.client("s3")` gives a boto3 client."""
    return _run.source("prod_aws")


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say what was measured, against what, in a few words: `measured("612 ms of 500 ms")`."""

    def say(text: str) -> None:
        request.node.stash[MEASURED] = text

    return say
