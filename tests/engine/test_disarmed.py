"""Whatever switches the judging off from outside: it is refused, or no item passes by it."""

import subprocess
import textwrap

import pytest

from tests.engine.project import Ran, outside

FALSE = "assert numbers['size'] < 0, 'the image is too large'"


def apart(project, *arguments, **environment):
    """Run in a process of its own, with these variables."""
    done = subprocess.run(
        project.command(*arguments),
        cwd=project.folder,
        env={**outside(), **environment},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return Ran.of(done.returncode, done.stdout, done.stderr, project.folder)


@pytest.mark.parametrize(
    ("level", "options"),
    [("2", ()), ("1", ("--assert=plain",)), ("1", ("-n", "1"))],
    ids=["rewritten", "plain", "worker"],
)
def test_a_python_without_asserts_is_refused(project, level, options):
    """`python -O` removes them: a usage error, whether pytest rewrites asserts or not."""
    project.judging(FALSE)
    ran = apart(project, *options, PYTHONOPTIMIZE=level)
    assert ran.code == 4
    assert "this Python removes assert statements" in ran.out + ran.err


def test_plain_asserts_judge_as_well(project):
    """`--assert=plain` takes pytest's account of values away, not the judgement."""
    project.judging(FALSE)
    ran = project.run("--assert=plain")
    assert ran.code == 1
    assert ran.message("image-size") == "the image is too large"


CONFTESTS = {
    "answers the call": """
        import pytest

        @pytest.hookimpl(tryfirst=True)
        def pytest_pyfunc_call(pyfuncitem):
            return True
    """,
    "swallows what it raises": """
        import pytest

        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_call(item):
            try:
                return (yield)
            except BaseException:
                return None
    """,
    "has another test called": """
        import pytest

        @pytest.hookimpl(tryfirst=True)
        def pytest_pyfunc_call(pyfuncitem):
            (lambda: None)()
            return True
    """,
    "runs no phase but setup": """
        import pytest

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_protocol(item, nextitem):
            from _pytest.runner import call_and_report

            item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
            call_and_report(item, "setup")
            call_and_report(item, "teardown", nextitem=nextitem)
            return True
    """,
    "reports what it likes": """
        import pytest

        @pytest.hookimpl(wrapper=True, tryfirst=True)
        def pytest_runtest_makereport(item, call):
            report = yield
            report.outcome, report.longrepr = "passed", None
            return report
    """,
    "ends with 0": """
        import pytest

        @pytest.hookimpl(wrapper=True, tryfirst=True)
        def pytest_sessionfinish(session):
            result = yield
            return result
    """,
}


@pytest.mark.parametrize("name", CONFTESTS)
def test_a_conftest_that_replaces_the_call_passes_nothing(project, name):
    """Not a GO, whatever it has pytest say."""
    project.judging(FALSE)
    project.write("conftest.py", textwrap.dedent(CONFTESTS[name]))
    ran = project.run()
    assert ran.code != 0, ran.out
    assert ran.record["verdict"] != "GO"
    assert ran.item("image-size")["status"] in ("failed", "unknown")


ADDOPTS = [
    "--setup-only",
    "--setup-plan",
    "--collect-only",
    "-p no:python",
    "-o python_functions=nothing",
    "-o python_files=nothing",
    "--override-ini=python_classes=X",
    "--deselect=test_checklist.py::test_image_size",
    "--ignore=test_checklist.py",
    "--ignore-glob=*",
    "-k nothing",
    "--maxfail=1",
    "--runxfail",
    "--lf",
    "--sw",
    "-p no:terminal",
    "-p no:logging",
    "-p no:junitxml",
    "-p no:html",
    "-p no:timeout",
    "-p no:assertion",
    "-p no:runner",
    "-p no:skipping",
    "--noconftest",
    "--continue-on-collection-errors",
    "-W error",
    "--exitfirst",
    "--no-summary",
    "--tb=no",
    "-qq",
    "-p no:promotion",
]


@pytest.mark.parametrize("options", ADDOPTS)
def test_options_in_the_environment_pass_nothing(project, monkeypatch, options):
    """PYTEST_ADDOPTS may narrow the run or break it; it never makes an item pass that does not hold, nor exit with 0.

    What only lists the tests ends with 0 and leaves no record, as on the command line.
    """
    project.judging(FALSE)
    monkeypatch.setenv("PYTEST_ADDOPTS", options)
    ran = project.run()
    if "record.json" in ran.left:
        assert ran.record["verdict"] != "GO"
        assert all(item["status"] != "passed" for item in ran.record["items"])
        assert ran.code != 0, ran.out + ran.err
    else:
        assert ran.code != 0 or "only" in options or "plan" in options, ran.out + ran.err


@pytest.mark.parametrize("body", ["async def test_image_size(): assert False", "async def test_image_size(): pass"])
@pytest.mark.parametrize("awaits", [False, True], ids=["thrown away", "not supported"])
def test_a_test_that_nobody_awaits_passes_nothing(project, body, awaits):
    """Whether pytest refuses it, or a conftest throws its coroutine away."""
    project.judging("pass")
    project.tests(f"""
        from promotion.items import item

        @item("image-size")
        {body}
    """)
    if not awaits:
        project.write(
            "conftest.py",
            "import pytest\n\n\n@pytest.hookimpl(tryfirst=True)\ndef pytest_pyfunc_call(pyfuncitem):\n"
            "    pyfuncitem.obj().close()\n    return True\n",
        )
    ran = project.run()
    assert ran.code != 0
    assert ran.item("image-size")["status"] in ("failed", "unknown")
