"""Where the time of a run went."""

from tests import cost

JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest">
<testcase classname="tests.faults.test_each" name="test_a[secret-missing]" time="1.5">
<properties><property name="cpu" value="0.75"/></properties></testcase>
<testcase classname="tests.sections.dev.test_faults" name="test_b" time="0.25"/>
<testcase classname="tests.sections.dev.test_faults" name="test_c" time="0.5"/>
<testcase classname="tests.test_cost" name="test_d" time="0"/>
</testsuite></testsuites>
"""


def test_areas_come_by_their_cost_and_then_the_slowest(tmp_path, capsys):
    """Wall and processor, summed by folder; what was not measured is a dash."""
    (tmp_path / "junit.xml").write_text(JUNIT)
    assert cost.main([str(tmp_path / "junit.xml")]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[:5] == [
        ["area", "tests", "seconds", "cpu"],
        ["faults", "1", "1.5", "0.8"],
        ["sections/dev", "2", "0.8", "-"],
        [".", "1", "0.0", "-"],
        ["all", "4", "2.2", "0.8"],
    ]
    assert lines[7:9] == [
        ["1.5", "faults/test_each::test_a[secret-missing]"],
        ["0.5", "sections/dev/test_faults::test_c"],
    ]


def test_without_a_run_it_says_what_to_do(tmp_path, capsys):
    """A usage error."""
    assert cost.main([str(tmp_path / "none.xml")]) == 2
    assert "pytest with --junitxml=FILE" in capsys.readouterr().err


def test_each_test_tells_what_it_took_of_a_processor(request):
    """Noted when it ends, for the junit file."""
    assert "cpu" not in dict(request.node.user_properties)
    plugin = request.config.pluginmanager.getplugin("tests.spent")
    assert plugin.spent() > 0
