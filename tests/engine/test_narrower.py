"""Whatever leaves something out can never say GO: what has no result is listed as not run."""

import pytest

from tests.engine.project import CHECKLIST, DIGEST

GOOD = {"lambda": "passed", "ec2": "passed"}
LEFT_OUT = {"lambda": "not-run", "ec2": "not-run"}


@pytest.mark.parametrize(
    ("arguments", "image", "health"),
    [
        (("-m", "dev"), {"image-size": "not-run"}, GOOD),
        (("-m", "pre_promotion and not dev"), {"image-size": "passed"}, LEFT_OUT),
        (("-m", "item(id='health-checks')"), {"image-size": "not-run"}, GOOD),
        (("-k", "ec2"), {"image-size": "not-run"}, {"lambda": "not-run", "ec2": "passed"}),
        (("test_checklist.py::test_image_size",), {"image-size": "passed"}, {}),
        (("test_checklist.py::test_health_checks[ec2]",), {}, {"lambda": "not-run", "ec2": "passed"}),
        (
            ("--deselect", "test_checklist.py::test_health_checks[lambda]"),
            {"image-size": "passed"},
            {"lambda": "not-run", "ec2": "passed"},
        ),
        (("--setup-only",), {"image-size": "not-run"}, LEFT_OUT),
    ],
    ids=" ".join,
)
def test_a_selection_that_leaves_something_out_holds(project, arguments, image, health):
    """One marker, a word, a file, a node id, or deselecting one subject: HOLD, 10, and what is left out is not run."""
    ran = project.run(*arguments)
    assert ran.code == 10, ran.out
    assert (ran.record["verdict"], ran.record["complete"]) == ("HOLD", True)
    assert ran.subjects("image-size") == image
    assert ran.subjects("health-checks") == health


def test_a_single_file_holds(project):
    """Another file's items are not run when one file is named."""
    project.tests("def test_nothing(): pass", name="test_other.py")
    ran = project.run("test_other.py")
    assert (ran.code, ran.record["verdict"]) == (5, "HOLD")


def test_only_what_failed_last_holds(project):
    """--lf runs what failed before; now that it is good, the rest still was not run."""
    project.tests("""
        from promotion.items import item

        @item("health-checks", per="dev_target")
        def test_health_checks(dev_target):
            import pathlib
            assert dev_target == "lambda" or pathlib.Path("mended").exists(), "wrong"
    """)
    # Not with the arguments that all other runs have: --lf needs the cache.
    words = ("-p", "cacheprovider")
    assert project.run(*words).subjects("health-checks") == {"lambda": "passed", "ec2": "failed"}
    project.write("mended", "")
    ran = project.run(*words, "--lf")
    assert ran.code == 10, ran.out
    assert ran.subjects("health-checks") == {"lambda": "not-run", "ec2": "passed"}


@pytest.mark.parametrize(
    "conftest",
    [
        "def pytest_collection_modifyitems(items):\n    items[:] = items[:1]\n",
        "collect_ignore = ['test_checklist.py']\n",
        "def pytest_runtest_protocol(item):\n    return 'lambda' in item.name or None\n",
        "import pytest\n@pytest.fixture(autouse=True)\ndef every_test(): pytest.skip('no')\n",
    ],
    ids=["items-removed", "file-ignored", "test-swallowed", "skipped-by-a-fixture"],
)
def test_a_plugin_that_leaves_something_out_holds(project, conftest):
    """Tests that a conftest.py removes, ignores, swallows or skips leave their items without a pass."""
    project.write("conftest.py", conftest)
    ran = project.run()
    assert ran.code in (5, 10), ran.out
    assert ran.record["verdict"] == "HOLD"


def test_no_subject_declared_is_unknown(project):
    """An item whose subjects promotion.toml does not name is unknown, and says where to add one."""
    project.tests("""
        from promotion.items import item

        @item("health-checks", per="dev_smoke_test")
        def test_health_checks(dev_smoke_test): pass
    """)
    ran = project.run()
    assert ran.code == 10
    assert ran.subjects("health-checks") == {"none-declared": "not-declared"}
    assert "[[dev.smoke_tests]]" in ran.message("health-checks")


def test_workers_give_the_same_record(project):
    """Over two workers the record differs in times alone; and only what the selected tests need is looked up."""

    def timeless(record):
        evidence = {name: {**entry, "seen": ""} for name, entry in record["evidence"].items()}
        once = {"started": "", "finished": "", "clock": "", "chain": [], "previous": None}
        return {**record, "evidence": evidence, **once}

    plain, shared = project.run(), project.run_apart("-n", "2")
    assert timeless(plain.record) == timeless(shared.record)
    assert plain.code == shared.code == 0
    assert set(shared.record["evidence"]) == {"numbers", "health[ec2]", "health[lambda]"}
    assert set(project.run("-k", "ec2").record["evidence"]) == {"numbers", "health[ec2]"}


def test_bare_pytest_is_pre_promotion(project):
    """Without -m the phase is the one before the promotion, and nothing of another one runs."""
    project.write("checklist.md", f"{CHECKLIST}\n## 8. After · `postdeploy`\n\n- [ ] Later · `later`\n")
    later = "from promotion.items import item\n\n@item('later')\ndef test_later(): assert False, 'never'\n"
    project.tests(later, name="test_later.py")
    ran = project.run()
    assert (ran.code, ran.record["phase"], ran.record["selection"]) == (0, "pre_promotion", "-m pre_promotion")
    assert project.run("-m", "postdeploy").code == 1


def test_the_record_says_what_was_selected(project):
    """`selection` is what one would type to get the same again."""
    ran = project.run("-m", "dev", "-k", "ec2 and health", "test_checklist.py")
    assert ran.record["selection"] == "-m dev -k 'ec2 and health' test_checklist.py"
    assert ran.record["digest"] == DIGEST
