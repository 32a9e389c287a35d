"""A look-up that is declared wrongly is refused before anything is looked at."""

import tomllib

import pytest

from promotion.core.clock import SystemClock
from promotion.core.redact import Redactor
from promotion.engine.sources import Sources
from promotion.evidence import REGISTRY, SOURCES, DeclarationError, Registry
from promotion.settings import parse
from promotion.unknown import Unknown
from tests.engine.looks import evidence as undeclared
from tests.engine.project import SETTINGS, TESTS

WRONG = {
    "a loop": (
        "def one(two: int) -> int: return two\n\n@evidence\ndef two(one: int) -> int: return one",
        "circular evidence: one → two → one",
    ),
    "itself": ("def one(one: int) -> int: return one", "circular evidence: one → one"),
    "an unknown parameter": (
        "def one(tmp_path) -> int: return 1",
        "evidence 'one' asks for 'tmp_path', which is neither",
    ),
    "no annotation": ("def one(): return 1", "evidence 'one' has no return annotation: add one"),
    "an annotation that is not there": ("def one() -> 'Nowhere': return 1", "that does not exist at run time"),
    "an unknown kind of subject": (
        "def one(planet: str) -> int: return 1",
        "is looked up per 'planet': expected one of dev_target",
    ),
    "a name twice": (
        "def one() -> int: return 1\n\n@evidence\ndef one() -> int: return 2",
        "two look-ups are named 'one'",
    ),
    "a taken name": ("def numbers() -> int: return 1", "two look-ups are named 'numbers'"),
    "a source's name": ("def settings() -> int: return 1", "'settings' is already in use"),
    "a kind's name": ("def dev_target() -> int: return 1", "'dev_target' is already in use"),
    "a fixture's name": ("def measured() -> int: return 1", "'measured' is already in use"),
    "a generator": ("def one() -> int: yield 1", "evidence 'one' is a generator or a coroutine"),
    "a coroutine": ("async def one() -> int: return 1", "evidence 'one' is a generator or a coroutine"),
}


def declared(what: str) -> str:
    """The source of a wrong declaration."""
    decorator = "@evidence(per='planet')" if "kind of subject" in what else "@evidence"
    return f"from promotion.evidence import evidence\n\n{decorator}\n{WRONG[what][0]}\n"


@pytest.mark.parametrize("what", WRONG)
def test_in_a_test_file_it_is_a_collection_error(project, what):
    """A clean error of that file: 2, HOLD, and the sentence in the record; nothing breaks and nothing hangs."""
    project.tests(f"{declared(what)}\ndef test_own(one): pass\n", name="test_own.py")
    project.tests(
        "from promotion.items import item\n\n@item('health-checks')\ndef test_health_checks(): pass\n", name="test_z.py"
    )
    ran = project.run()
    assert ran.code == 2, ran.out
    assert (ran.record["verdict"], ran.record["complete"]) == ("HOLD", False)
    assert WRONG[what][1] in " ".join(ran.record["errors"])
    assert "INTERNALERROR" not in ran.out + ran.err


@pytest.mark.parametrize("what", ["a loop", "no annotation", "an unknown parameter"])
def test_in_the_root_conftest_it_is_a_usage_error(project, what):
    """What is known to be wrong from the start is one sentence, exit 4, and nothing was begun."""
    project.write("conftest.py", declared(what))
    ran = project.run()
    assert ran.code == 4, ran.out
    assert ran.err.strip().startswith(f"ERROR: {WRONG[what][1]}")
    assert ran.left == set()


def test_a_reserved_name_in_the_root_conftest_is_a_usage_error(project):
    """What cannot be declared at all stops pytest where it reads the file: 4, and the sentence is there."""
    project.write("conftest.py", declared("a source's name"))
    ran = project.run()
    assert ran.code == 4
    assert WRONG["a source's name"][1] in ran.err
    assert "INTERNALERROR" not in ran.out + ran.err


def test_in_a_conftest_further_down_it_is_a_collection_error(project):
    """A conftest.py that is read while collecting is checked with the tests below it."""
    project.write("own/conftest.py", declared("a loop"))
    project.tests(
        "from promotion.items import item\n\n@item('health-checks')\ndef test_health_checks(one): pass\n",
        "own/test_own.py",
    )
    project.tests("from promotion.items import item\n\n@item('image-size')\ndef test_image_size(): pass\n")
    ran = project.run()
    assert ran.code == 2, ran.out
    assert "circular evidence" in " ".join(ran.record["errors"])
    assert "INTERNALERROR" not in ran.out + ran.err


def test_good_evidence_in_a_conftest_further_down_is_looked_up(project):
    """Evidence may stand in any conftest.py, beside the tests that need it."""
    project.write(
        "own/conftest.py", "from promotion.evidence import evidence\n\n@evidence\ndef one() -> int: return 1\n"
    )
    project.tests(
        "from promotion.items import item\n\n@item('image-size')\ndef test_image_size(one): assert one == 1\n",
        "own/test_own.py",
    )
    (project.folder / "test_checklist.py").unlink()
    ran = project.run("-m", "artifact")
    assert ran.subjects("image-size") == {"image-size": "passed"}
    assert ran.record["evidence"]["one"]["value"] == 1


def test_a_fixture_that_hides_evidence_is_unknown(project):
    """A fixture of the same name would be judged while the record shows what was looked up: refused, by name."""
    hiding = "    import pytest\n\n    @pytest.fixture(name='numbers')\n    def small(): return {'size': 1}\n\n"
    project.tests(hiding + TESTS.replace("400", "900"))
    ran = project.run()
    assert ran.subjects("image-size") == {"image-size": "error"}
    assert "hides the evidence numbers: call it something else, or declare it with @evidence" in ran.message(
        "image-size"
    )


def test_evidence_is_called_like_the_function_it_is():
    """A look-up can be tested without the engine."""

    def one(two: int) -> int:
        """One more."""
        return two + 1

    declared = undeclared(one)
    assert declared(2) == 3
    assert declared.__doc__ == "One more."
    assert declared.parameters == ("two",)


def test_a_module_that_is_read_again_declares_the_same():
    """The same function of a module that is read anew may be declared again; another one of that name may not."""
    source = "def one() -> int: return 1"
    registry = Registry()
    for _ in range(2):
        module = {"__name__": "test_own"}
        exec(source, module)
        registry.declare(undeclared(module["one"]))
    (kept,) = registry.values()
    assert kept.look is module["one"]
    exec(source, module)
    with pytest.raises(DeclarationError, match="two look-ups are named 'one': in test_own and in test_own"):
        registry.declare(undeclared(module["one"]))


def test_the_declared_look_ups_are_sound():
    """All of fixtures/ hangs together, asks for what there is, says what it returns, and has a docstring."""
    REGISTRY.check()
    assert not [one.name for one in REGISTRY.values() if not one.__doc__]


def test_the_reserved_names_are_the_sources_there_are(tmp_path):
    """What a look-up may ask for is exactly what the run can give."""
    given = Sources(
        parse(tomllib.loads(SETTINGS), "x"), "sha256:" + "a" * 64, SystemClock(), Redactor(), journal=tmp_path / "j"
    )
    assert set(given) == set(SOURCES)


def test_channels_share_a_journal_and_open_nothing_they_do_not_need(tmp_path):
    """Two look-ups that write receipts at once share its lock; settings of GitHub that are wrong fail who asks for it."""
    wrong = 'github.repository = "example/shop"\ngithub.api_url = "http://github.example"'
    settings = parse(tomllib.loads(SETTINGS.replace('github.repository = "example/shop"', wrong)), "x")
    given = Sources(settings, "sha256:" + "a" * 64, SystemClock(), Redactor(), journal=tmp_path / "j", act=True)
    means = given["channel_means"]()
    assert means.act
    assert means.journal is given["journal"]()
    with pytest.raises(Unknown, match="must be read over HTTPS"):
        means.github()
