"""What is asked wrongly gets one clear sentence and exit 4, before anything is looked at."""

import json

import pytest

from tests.engine.project import DIGEST, SETTINGS


def complaint(ran) -> str:
    """The one sentence that pytest prints for a usage error."""
    (line,) = [line for line in (ran.out + ran.err).splitlines() if line.startswith("ERROR: ")]
    return line.removeprefix("ERROR: ")


@pytest.mark.parametrize(
    ("digest", "words"),
    [
        ("latest", "got 'latest'. A tag can be moved"),
        ("shop:1.4", "A tag can be moved"),
        ("registry.example/shop@" + DIGEST, "takes only the part after the @"),
        (DIGEST.upper(), "64 hexadecimal digits in lower case"),
        (DIGEST[:-1], "(63 characters after the colon)"),
        (DIGEST + "\n", "64 hexadecimal digits"),
        ("sha512:" + "a" * 128, "--digest takes sha256:"),
    ],
)
def test_a_digest_is_a_digest(project, digest, words):
    """A tag, a whole reference, another length or case is no digest, and the sentence says what is expected."""
    ran = project.run(digest=digest)
    assert ran.code == 4
    assert words in complaint(ran).replace("\\n", "\n")
    assert ran.left == set()


def test_a_digest_must_be_given(project, monkeypatch):
    """Without a digest nothing is judged; PROMOTION_DIGEST gives one, and is checked as well."""
    ran = project.run("-m", "dev", digest=None)
    assert ran.code == 4
    assert complaint(ran).startswith("give the digest of the image to be promoted: --digest=sha256:…, or --sandbox")
    monkeypatch.setenv("PROMOTION_DIGEST", "latest")
    assert project.run("-m", "dev", digest=None).code == 4
    monkeypatch.setenv("PROMOTION_DIGEST", DIGEST)
    assert project.run("-m", "pre_promotion", digest=None).code == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("--config", "nowhere.toml"),
            "nowhere.toml does not exist: copy promotion.example.toml and fill it in, or give --config",
        ),
        (("--set", "dev.regoin=eu-west-1"), "--set: unknown key dev.regoin: did you mean 'region'?"),
        (("--set", "dev.region"), "--set takes key=value, such as dev.region=eu-west-1, not 'dev.region'"),
        (("--set", "looking.at_once=many"), "--set: looking.at_once = 'many': Input should be a valid integer"),
        (("-m", "pre_promotoin"), "-m names 'pre_promotoin', which is not a marker: did you mean 'pre_promotion'?"),
        (("-m", "not dev and xyzzy"), "-m names 'xyzzy', which is not a marker: the markers are"),
        (
            ("-m", "dev or rollout"),
            "-m 'dev or rollout' spans the phases pre_promotion, rollout: one run judges one phase",
        ),
        (
            ("--sandbox", "--config", "promotion.toml"),
            "--sandbox has its own settings: it cannot be combined with --config",
        ),
        (
            ("--replay", "nowhere.json", "--set", "a=b"),
            "--replay judges the evidence in the record: it cannot be combined with --digest",
        ),
        (("--timeout-method=thread",), "--timeout-method=thread ends the whole process without a report: use signal"),
        (("--report-dir", "checklist.md"), "cannot write to checklist.md: File exists"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_wrong_usage_is_one_sentence(project, arguments, sentence):
    """Missing files, unknown keys and markers, conflicts: a sentence that names the way out, and exit 4."""
    ran = project.run(*arguments)
    assert ran.code == 4, ran.out
    assert complaint(ran).startswith(sentence)
    assert "Traceback" not in ran.out + ran.err


def test_usage_errors_are_the_same_over_workers(project):
    """The controller refuses a wrong marker itself: a worker could only break."""
    ran = project.run_apart("-n", "2", "-m", "pre_promotoin")
    assert ran.code == 4
    assert "did you mean 'pre_promotion'?" in complaint(ran)
    assert "INTERNALERROR" not in ran.out + ran.err


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        (None, "record old.json does not exist"),
        ("not JSON", "old.json cannot be parsed as a record"),
        ("{}", "old.json is not a record of schema promotion-checklist/record/v1 or promotion-checklist/record/v2"),
        ('{"schema": "promotion-checklist/record/v1"}', "old.json is not a complete record: 'phase' is missing"),
    ],
)
def test_a_replay_needs_a_record(project, record, sentence):
    """--replay of something that is no record says so."""
    if record is not None:
        project.write("old.json", record)
    ran = project.run("--replay", "old.json", digest=None)
    assert ran.code == 4
    assert complaint(ran).startswith(sentence)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('service = "shop"\nservice = 1\n', "promotion.toml is not valid TOML:"),
        (SETTINGS.replace("[prod]", "[prod]\nprofiel = 'x'"), "unknown key prod.profiel: did you mean 'profile'?"),
        (
            SETTINGS.replace('"111122223333"', "111122223333"),
            "dev.account = 111122223333: Input should be a valid string",
        ),
        (SETTINGS.replace('service = "shop"', ""), "service is missing"),
    ],
)
def test_settings_that_cannot_be_used(project, text, sentence):
    """What is wrong with promotion.toml is said by key."""
    project.write("promotion.toml", text)
    ran = project.run()
    assert ran.code == 4
    assert sentence in complaint(ran)


def test_a_path_that_is_not_there(project):
    """A test file that does not exist is a usage error; what had been begun by then is closed as HOLD, 4."""
    ran = project.run("test_nowhere.py")
    assert ran.code == 4
    record = ran.record
    assert (record["verdict"], record["exit_code"], record["complete"]) == ("HOLD", 4, False)


def test_no_old_go_is_left_once_a_run_has_begun(project):
    """Whatever ends a run early, the GO of an earlier one is gone from all four files."""
    assert project.run().code == 0
    ran = project.run("-m", "pre_promotoin")
    assert ran.code == 4
    assert (ran.record["verdict"], ran.record["exit_code"], ran.record["complete"]) == ("HOLD", 4, False)
    assert "checklist.html" not in ran.left
    assert "junit.xml" not in ran.left
    assert "GO" not in (ran.reports / "summary.md").read_text().replace("NO-GO", "")


def test_a_command_that_is_refused_leaves_no_record(project):
    """A mistyped command judges nothing: what an earlier run left is not taken for its answer.

    A copy of the earlier record stays among those of the promotion.
    """
    before = project.run().record
    ran = project.run(digest="latest")
    assert ran.code == 4
    assert ran.left == set()
    (kept,) = (ran.reports / "records").iterdir()
    assert json.loads(kept.read_text()) == before


def test_markers_of_ones_own_are_none_of_our_business(project):
    """-m takes markers that a project declares itself: in its settings, or as late as in the conftest.py's configure."""
    project.write("pytest.ini", "[pytest]\nmarkers = quick: ours\n")
    project.write(
        "conftest.py", "def pytest_configure(config):\n    config.addinivalue_line('markers', 'late: ours')\n"
    )
    for marker in ("quick", "late"):
        assert project.run("-m", f"pre_promotion and not {marker}").code == 0
