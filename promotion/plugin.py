"""The pytest face of the gate: its options, what is registered for which kind of run, and its fixtures."""

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from promotion import checklist as checklists
from promotion.asking import as_controller, as_worker, subjects_if_any
from promotion.binding import Binding
from promotion.evidence import REGISTRY, DeclarationError, Evidence
from promotion.judging import MEASURED, Judging
from promotion.options import add_options, concerns, phase_of, read_options
from promotion.run import Run
from promotion.unknown import Reason, Unknown

RUN = pytest.StashKey[Run]()
SESSION = pytest.StashKey[pytest.Session]()
FIXTURES = pytest.StashKey[set[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the gate's options."""
    add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Read the checklist, the options and the settings; everything wrong with them is a usage error, exit 4."""
    config.addinivalue_line("markers", "item(id, per): the checklist item that a test judges, and over what")
    try:
        checklist = checklists.read(checklists.find(config.invocation_params.dir))
    except checklists.ChecklistError as mistake:
        raise pytest.UsageError(str(mistake)) from None
    for marker in checklist.markers:
        config.addinivalue_line("markers", f"{marker}: a section or phase of checklist.md")
    if not concerns(config):
        config.pluginmanager.register(Judging(Binding(checklist, None), checklist, None))
        return
    import promotion.fixtures  # noqa: F401 - declares the evidence, which ordinary test runs do without

    asked = read_options(config)
    phase = phase_of(config, checklist)
    if config.option.collectonly:
        binding = Binding(checklist, subjects_if_any(config, asked))
        config.pluginmanager.register(Judging(binding, checklist, None))
        return
    if hasattr(config, "workerinput"):
        run = as_worker(config, checklist)
    else:
        run, controller = as_controller(config, asked, phase, checklist)
        config.pluginmanager.register(controller)
        signal.signal(signal.SIGTERM, _stop)
    config.stash[RUN] = run
    config.pluginmanager.register(Judging(Binding(checklist, run.subjects), checklist, run))


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Make fixtures of the look-ups declared so far, and see that they hang together."""
    session.config.stash[SESSION] = session
    _make_fixtures(session.config)
    try:
        REGISTRY.check()
    except DeclarationError as mistake:
        raise pytest.UsageError(str(mistake)) from None


def pytest_plugin_registered(manager: pytest.PytestPluginManager) -> None:
    """Make fixtures of look-ups that a conftest.py further down declares."""
    config = manager.getplugin("pytestconfig")
    if config is not None and SESSION in config.stash:
        _make_fixtures(config)


def pytest_pycollect_makeitem(collector: pytest.Collector, obj: object) -> None:
    """Make a fixture of a look-up that stands in a test file."""
    if isinstance(obj, Evidence):
        _make_fixtures(collector.config)


def _make_fixtures(config: pytest.Config) -> None:
    made = config.stash.setdefault(FIXTURES, set())
    for name in [name for name in REGISTRY if name not in made]:
        reader = _reader(config.stash.get(RUN, None), name)
        reader.__doc__ = REGISTRY[name].__doc__
        pytest.register_fixture(name=name, func=reader, node=config.stash[SESSION], scope="session")
        made.add(name)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """End like Ctrl-C when a pipeline is cancelled (SIGTERM): with an incomplete record and report."""
    raise KeyboardInterrupt


def _reader(run: Run | None, name: str) -> Callable[[], Any]:
    def read() -> Any:
        if run is None or run.looking is None:
            raise Unknown(Reason.NOT_RUN, f"evidence {name} is looked up in a run of the checklist only")
        return run.looking.get(name)

    return read


@pytest.fixture(scope="session", name="_run")
def _the_run(request: pytest.FixtureRequest) -> Run:
    run = request.config.stash.get(RUN, None)
    if run is None:
        raise Unknown(Reason.NOT_RUN, "this fixture belongs to a run of the checklist: give --digest or --sandbox")
    return run


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
