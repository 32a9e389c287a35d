"""The pytest face of the gate: its options, and what a run of the checklist brings with it.

Nothing heavy is imported here: a project that merely has this plugin installed pays for its options and no more.
"""

import sys

import pytest

from promotion.engine.options import add_options, concerns
from promotion.engine.plain_imports import import_plainly
from promotion.unknown import Reason, Unknown

_OURS = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the gate's options."""
    import_plainly()
    add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Claim the report directory, before anything can go wrong: no GO of an earlier run outlasts this command."""
    option = early_config.known_args_namespace
    if concerns(early_config, option, option.file_or_dir or []):
        from promotion.engine.claim import claim_early

        claim_early(early_config)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Begin a run of the checklist, if this is one. Everything wrong with what was asked is a usage error, exit 4."""
    config.addinivalue_line(
        "markers", "item(id, per): the checklist item that a test judges, and the subjects that it is judged per"
    )
    config.stash[_OURS] = concerns(config, config.option, config.args)
    if config.stash[_OURS]:
        from promotion.engine.start import start

        start(config)


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Make fixtures of the look-ups declared so far."""
    _declared_so_far(session.config, session)


def pytest_plugin_registered(manager: pytest.PytestPluginManager) -> None:
    """Make fixtures of look-ups that a conftest.py further down declares."""
    config = manager.getplugin("pytestconfig")
    if config is not None:
        _declared_so_far(config)


def pytest_pycollect_makeitem(collector: pytest.Collector, obj: object) -> None:
    """Make a fixture of a look-up that is in a test file."""
    declaring = sys.modules.get("promotion.evidence")
    if declaring is not None and isinstance(obj, declaring.Evidence):
        _declared_so_far(collector.config)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Keep a test of the checklist from passing where nobody looks and nobody keeps a record."""
    if item.get_closest_marker("item") is None or item.config.option.setuponly or item.config.stash[_OURS]:
        return
    raise Unknown(
        Reason.NOT_RUN,
        "this test judges an item of the checklist: run it with --digest=sha256:…, --sandbox or --replay",
    )


def _declared_so_far(config: pytest.Config, session: pytest.Session | None = None) -> None:
    if "promotion.evidence" in sys.modules:
        from promotion.engine.evidence_fixtures import make_fixtures

        make_fixtures(config, session)
