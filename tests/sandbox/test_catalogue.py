"""The catalogue of faults: what may be declared, what is found, and that listing it needs nothing heavy."""

import subprocess
import sys

import pytest

from promotion.sandbox import catalogue
from promotion.sandbox.catalogue import CatalogueError, fault


@pytest.fixture(autouse=True)
def empty(monkeypatch):
    """Begin with no fault at all, whatever other tests have read."""
    monkeypatch.setattr(catalogue, "_faults", {})
    monkeypatch.setattr(catalogue, "_own", set())


def declare(name="alias-moved", doc="The alias was moved. Nobody knows why.", **given):
    """Declare a fault with this docstring."""

    def apply(world):
        world.append(name)

    apply.__doc__ = doc
    return fault(name, **{"item": "lambda-deployed", **given})(apply)


def test_a_fault_says_in_its_first_sentence_what_it_does():
    """Name, item, kind and what falls with it are kept, and applying it changes the world it is given."""
    declare(
        kind="blind", falls_with=["health-checks[lambda]", "no-alarms"], doc="Moves the alias\n    away. Then waits."
    )
    found = catalogue.find(["alias-moved"])[0]
    assert (found.name, found.item, found.kind) == ("alias-moved", "lambda-deployed", "blind")
    assert found.does == "Moves the alias away."
    assert found.falls_with == ("health-checks[lambda]", "no-alarms")
    world = []
    found.apply(world)
    assert world == ["alias-moved"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"name": "Alias_Moved"}, "lower-case words joined by hyphens"),
        ({"name": "a,b"}, "lower-case words"),
        ({"kind": "broken"}, "expected fault, clean, blind"),
        ({"item": "Lambda deployed"}, "expected an item's id"),
        ({"falls_with": ["health-checks["]}, r"or id\[subject\]"),
        ({"doc": None}, "needs a docstring"),
    ],
)
def test_an_ill_declared_fault_is_refused(given, says):
    """The message says what was expected."""
    with pytest.raises(CatalogueError, match=says):
        declare(**given)


def test_two_faults_of_one_name_are_refused():
    """Otherwise one of them would silently not be there."""
    declare()
    with pytest.raises(CatalogueError, match="two faults are called 'alias-moved'"):
        declare()


def test_an_unknown_name_is_an_error_that_names_the_nearest():
    """Who misspells a fault is told the right name."""
    declare()
    with pytest.raises(CatalogueError, match="no fault is called 'alias-move'; the nearest is 'alias-moved'"):
        catalogue.find(["alias-move"])
    with pytest.raises(CatalogueError, match="none is like it"):
        catalogue.find(["zzz"])


def test_a_team_adds_its_own_beside_its_checklist(tmp_path):
    """`promotion_faults.py` in the folder is read once."""
    (tmp_path / catalogue.OWN).write_text(
        "from promotion.sandbox.catalogue import fault\n"
        "@fault('queue-stuck', item='queue-empty')\n"
        "def stuck(world):\n    'The queue does not move.'\n"
    )
    for _ in range(2):
        assert catalogue.find(["queue-stuck"], tmp_path)[0].does == "The queue does not move."


def test_listing_faults_needs_only_the_plain_installation():
    """`promotion faults` works where moto, boto3 and the rest of the sandbox are not installed, and starts quickly."""
    code = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in "moto boto3 botocore flask werkzeug trustme cryptography time_machine".split():
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import promotion.commands.sandbox, promotion.sandbox.client
from promotion.sandbox import catalogue
print(len(catalogue.load()))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 0
