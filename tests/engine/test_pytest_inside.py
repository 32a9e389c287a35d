"""What the gate uses of pytest, xdist and others without their promise: each name is here, and fails here first."""

import ast
import inspect
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _is_for_types_only(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def test_nothing_private_is_imported():
    """No module of the gate imports from inside of pytest or of its plugins, but for a type that has no other name."""
    inside = {"_pytest", "xdist", "pytest_html", "pytest_timeout", "pluggy"}
    for path in (ROOT / "promotion").rglob("*.py"):
        tree = ast.parse(path.read_text())
        tree.body = [node for node in tree.body if not _is_for_types_only(node)]
        for node in ast.walk(tree):
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            named += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in named if name.split(".")[0] in inside], path


def test_the_reporter_has_what_is_overridden():
    """The checklist's reporter silences methods of pytest's, which is final by declaration: a new name would speak."""
    from promotion.report.terminal import ChecklistReporter

    for name, method in vars(ChecklistReporter).items():
        if name.startswith("__"):
            continue
        old = inspect.getattr_static(pytest.TerminalReporter, name)
        assert isinstance(old, property) == isinstance(method, property), name
    assert callable(pytest.TerminalReporter._add_stats)


@pytest.mark.parametrize(
    "name",
    [
        *("markexpr", "keyword", "deselect", "collectonly", "showfixtures", "show_fixtures_per_test", "setupplan"),
        *("setuponly", "markers", "help", "version", "cacheshow", "tbstyle", "verbose", "xmlpath"),
        *("htmlpath", "self_contained_html", "timeout_method", "dist"),
    ],
)
def test_the_options_that_are_read_are_there(request, name):
    """Options of pytest, pytest-html, pytest-timeout and xdist, by the names they are kept under."""
    assert hasattr(request.config.option, name)


def test_the_configuration_says_what_was_asked(request):
    """Arguments, and whether a person gave them; the configuration is a plugin of that name."""
    assert isinstance(request.config.args, list)
    assert request.config.args_source in pytest.Config.ArgsSource
    assert request.config.pluginmanager.getplugin("pytestconfig") is request.config


def test_a_time_out_says_so_in_these_words():
    """pytest-timeout has no exception of its own: its message is all there is to know it by."""
    import pytest_timeout

    assert pytest_timeout.PYTEST_FAILURE_MESSAGE.startswith("Timeout (")


def test_xdist_reports_a_death_in_these_words():
    """The phase of a test whose worker died is `???`, and workers are told through `workerinput`."""
    from xdist import dsession, workermanage

    assert 'when="???"' in inspect.getsource(dsession).replace("'", '"') or '"???"' in inspect.getsource(dsession)
    assert "workerinput" in inspect.getsource(workermanage)


def test_botocore_keeps_credentials_under_this_name():
    """A session that assumes a role is made by setting its credentials; calls are heard of by these events."""
    import botocore.client
    import botocore.session

    session = botocore.session.Session()
    marker = object()
    session._credentials = marker
    assert session.get_credentials() is marker
    source = inspect.getsource(botocore.client)
    for event in ("before-call.", "after-call.", "after-call-error."):
        assert event in source
    from botocore.parsers import ResponseParserError

    assert issubclass(ResponseParserError, Exception)
