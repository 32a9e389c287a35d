"""IRI references are told as RFC 3987 has them, and as the grammar does that jsonschema would ask."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.sections.artifact.sbom.iri import is_iri_reference

GOOD = [
    "",
    "a",
    "a:b",
    "./a:b",
    "/",
    "//",
    "//h",
    "///",
    "?q",
    "#f",
    "a://b",
    "mailto:a@b",
    "urn:x:y",
    "pkg:npm/%40a/b@1",
    "http://a/b?c#d",
    "http://u:p@h:80/",
    "http://h:",
    "http://[::1]/",
    "http://[v1.a:b]/",
    "http://é/ü?\ue000",
    "\U000e1000",
]
BAD = [
    " ",
    "a b",
    ":b",
    "1a:b",
    "%zz",
    "#f#g",
    "[",
    "x[1]",
    "<x>",
    "http://h:x/",
    "http://a\\b",
    "//a@b@c",
    "http://[::g]/",
    "http://[1::2::3]/",
    "\ue000",
    "\U000e0100",
    "a\n",
]


@pytest.mark.parametrize("text", GOOD)
def test_what_is_one(text):
    """Absolute, relative, with every part that there is."""
    assert is_iri_reference(text)


@pytest.mark.parametrize("text", BAD)
def test_what_is_none(text):
    """Characters out of place, parts out of place, addresses that are none."""
    assert not is_iri_reference(text)


@pytest.fixture(scope="module")
def grammar():
    """Give the grammar of rfc3987_syntax, without the 37 others that its import would compile."""
    lark = pytest.importorskip("lark")
    found = importlib.util.find_spec("rfc3987_syntax")
    assert found
    assert found.origin
    text = Path(found.origin).with_name("syntax_rfc3987.lark").read_text(encoding="utf-8")
    parser = lark.Lark(text, start="iri_reference", parser="earley")

    def says(value):
        try:
            parser.parse(value)
        except lark.exceptions.LarkError:
            return False
        return True

    return says


@given(text=st.text("aZ09-._~!$&'()*+,;=:@/?#%[]é ", max_size=12).filter(lambda text: "[" not in text))
def test_the_grammar_says_the_same(grammar, text):
    """An independent judge. It knows no address in brackets, so there are none."""
    assert is_iri_reference(text) == grammar(text)


def test_the_package_is_not_loaded():
    """Neither it nor its parser, by what validates a document; and nothing is left in its place."""
    code = (
        "import sys\n"
        "from promotion.sections.artifact.sbom.iri import in_place_of_the_package\n"
        "with in_place_of_the_package():\n"
        "    from cyclonedx.validation.json import JsonStrictValidator\n"
        "from jsonschema.validators import Draft7Validator\n"
        "said = Draft7Validator({'format': 'iri-reference'}, format_checker=Draft7Validator.FORMAT_CHECKER)\n"
        "print(said.is_valid('a b'), said.is_valid('a/b'), 'lark' in sys.modules, 'rfc3987_syntax' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "False", "False"]
