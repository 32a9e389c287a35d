"""From what tests say to the verdict, the exit code, and what is left in the report directory."""

import pytest

ALL = {"record.json", "checklist.html", "junit.xml", "summary.md"}


def test_everything_good_is_go(project):
    """A checklist whose every item is good says GO, 0, and leaves its four files."""
    ran = project.run_apart()
    assert ran.code == 0, ran.out
    assert (ran.record["verdict"], ran.record["exit_code"], ran.record["complete"]) == ("GO", 0, True)
    assert ran.left == ALL
    assert ran.subjects("health-checks") == {"lambda": "passed", "ec2": "passed"}
    assert ran.item("image-size")["subjects"][0]["measured"] == "400 of 500 MB"


def test_a_failed_assertion_is_no_go(project):
    """An assertion that does not hold says NO-GO, 1, in the words of the assertion."""
    project.judging('assert numbers["size"] == 1, "too small"')
    ran = project.run()
    assert ran.code == 1
    assert (ran.record["verdict"], ran.record["exit_code"], ran.record["complete"]) == ("NO-GO", 1, True)
    assert ran.subjects("image-size") == {"image-size": "failed"}
    assert ran.message("image-size") == "too small"
    assert ran.left == ALL


@pytest.mark.parametrize(
    ("raised", "code", "status"),
    [
        ("Unknown(Reason.NO_DATA, 'nothing there')", 10, "unknown"),
        ("Unknown(Reason.NOT_DUE, 'at T+10')", 11, "pending"),
        ("Unknown(Reason.AWAITS_PERSON, 'the approver')", 11, "pending"),
    ],
)
def test_not_known_is_hold(project, raised, code, status):
    """What is unknown holds the promotion with 10; what only waits for a person or its time, with 11."""
    project.judging(f"raise {raised}", imports="from promotion.unknown import Reason, Unknown")
    ran = project.run()
    assert ran.code == code
    assert (ran.record["verdict"], ran.record["exit_code"], ran.record["complete"]) == ("HOLD", code, True)
    assert ran.item("image-size")["status"] == status
    assert ran.left == ALL


def test_a_failure_outweighs_what_is_unknown(project):
    """One failed subject beside an unknown one is NO-GO, and the item is as bad as its worst subject."""
    project.tests("""
        from promotion.items import item
        from promotion.unknown import Reason, Unknown

        @item("health-checks", per="dev_target")
        def test_health_checks(dev_target):
            if dev_target == "lambda":
                raise Unknown(Reason.THROTTLED, "asked too often")
            assert dev_target == "?", "wrong"
    """)
    ran = project.run()
    assert ran.code == 1
    assert ran.item("health-checks")["status"] == "failed"
    assert ran.subjects("health-checks") == {"lambda": "throttled", "ec2": "failed"}
    assert ran.subjects("image-size") == {}
    assert ran.item("image-size")["reason"] == "not-run"


def test_nothing_selected_is_hold(project):
    """A selection that matches nothing is 5, and HOLD."""
    ran = project.run("-k", "nothing_is_called_so")
    assert ran.code == 5
    assert (ran.record["verdict"], ran.record["exit_code"]) == ("HOLD", 5)
    assert ran.left == ALL


def test_a_phase_without_items_is_hold(project):
    """A phase for which the checklist has no item cannot be GO."""
    ran = project.run("-m", "postdeploy")
    assert ran.code == 5
    assert (ran.record["phase"], ran.record["verdict"], ran.record["items"]) == ("postdeploy", "HOLD", [])


def test_no_tests_at_all_is_hold(project):
    """A checklist that no test judges is HOLD, with all its items listed."""
    (project.folder / "test_checklist.py").unlink()
    ran = project.run()
    assert ran.code == 5
    assert [item["id"] for item in ran.record["items"]] == ["image-size", "health-checks"]
    assert {item["status"] for item in ran.record["items"]} == {"unknown"}


def test_a_collection_error_is_hold(project):
    """A test file that cannot be imported is 2, HOLD and incomplete, and says which file it is."""
    project.tests("import nothing_is_called_so", name="test_broken.py")
    ran = project.run()
    assert ran.code == 2, ran.out
    assert (ran.record["verdict"], ran.record["exit_code"], ran.record["complete"]) == ("HOLD", 2, False)
    assert "test_broken.py" in " ".join(ran.record["errors"])
    assert "nothing_is_called_so" in " ".join(ran.record["errors"])
    assert ran.left == ALL


def test_an_internal_error_is_hold(project, workers):
    """When pytest or a plugin breaks, that is 3, HOLD and incomplete."""
    project.write("conftest.py", "def pytest_runtest_protocol(item):\n    raise RuntimeError('broken')\n")
    ran = project.run_apart(*workers)
    assert ran.code == 3, ran.out
    assert (ran.record["verdict"], ran.record["exit_code"], ran.record["complete"]) == ("HOLD", 3, False)
    assert "RuntimeError: broken" in " ".join(ran.record["errors"])
    assert ran.left == ALL


def test_a_reporting_plugin_that_breaks_takes_no_go_along(project):
    """A GO whose page could not be written is none: 3, HOLD, and the record says why."""
    project.write(
        "conftest.py",
        "import pytest\n\n@pytest.hookimpl(trylast=True)\ndef pytest_sessionfinish():\n    raise OSError\n",
    )
    ran = project.run()
    assert ran.code == 3, ran.out
    assert (ran.record["verdict"], ran.record["exit_code"], ran.record["complete"]) == ("HOLD", 3, False)
    assert ran.record["errors"] == ["the reports could not be written: OSError"]


def test_ending_the_run_from_within_is_an_interruption(project):
    """pytest.exit ends with 2 and HOLD, whatever return code it asks for."""
    project.judging("import pytest\npytest.exit('enough', returncode=0)")
    ran = project.run_apart()
    assert ran.code == 2, ran.out
    assert (ran.record["verdict"], ran.record["exit_code"], ran.record["complete"]) == ("HOLD", 2, False)


def test_the_first_failure_may_end_the_run(project, workers):
    """-x and --maxfail keep 1 for a failure; what did not run is not-run, not good."""
    project.tests("""
        from promotion.items import item

        @item("image-size")
        def test_image_size():
            assert False, "too big"

        @item("health-checks", per="dev_target")
        def test_health_checks(dev_target):
            import time
            time.sleep(0.5)
    """)
    ran = project.run(*workers, "-x")
    assert ran.code == 1, ran.out
    assert (ran.record["verdict"], ran.record["complete"]) == ("NO-GO", True)
    assert ran.subjects("image-size") == {"image-size": "failed"}
    assert ran.item("health-checks")["reason"] == "not-run"


def test_a_failing_test_beside_the_checklist_holds(project):
    """A selected test of no item that fails keeps a GO back, and is named in the record and on the terminal."""
    project.tests(
        """
        import pytest

        @pytest.mark.pre_promotion
        def test_of_our_own(digest):
            assert digest == "another", "ours is wrong"
        """,
        name="test_own.py",
    )
    ran = project.run()
    assert ran.code == 10, ran.out
    assert (ran.record["verdict"], ran.record["exit_code"], ran.record["complete"]) == ("HOLD", 10, True)
    (error,) = ran.record["errors"]
    assert "test_own.py::test_of_our_own" in error
    assert "test_own.py::test_of_our_own" in ran.out


def test_a_passing_test_beside_the_checklist_changes_nothing(project):
    """Tests of one's own get the digest, and decide nothing when they pass."""
    project.tests(
        """
        import pytest

        @pytest.mark.pre_promotion
        def test_of_our_own(digest, clock, settings):
            assert digest.startswith("sha256:") and settings.service == "shop" and clock.now()
        """,
        name="test_own.py",
    )
    ran = project.run()
    assert (ran.code, ran.record["errors"]) == (0, [])
