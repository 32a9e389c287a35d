"""Every sentence that a person can meet is plain technical English: messages, descriptions, settings, documentation.

Words that readers had to puzzle over are in a table, each with what to write instead.
"""

import ast
import re
import textwrap
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.runner import ROOT


class Banned(NamedTuple):
    """A turn of phrase that does not come in a sentence of ours."""

    pattern: str
    instead: str
    sample: str
    """A sentence that must be caught."""


WORDS = (
    Banned(r"\bmend(s|ed|ing)?\b", "fix, correct", "the endpoint answers 500: mend it and deploy again"),
    Banned(r"\b(which|that|what) (is|are) none\b", "is not a …; unknown …", "a rule for 'x', which is none"),
    Banned(r"\bof (theirs|ours)\b", "their …; of the gate", "no interface of theirs is known"),
    Banned(r"\btold of\b", "listed, reported, announced", "an interface that is told of twice"),
    Banned(r"\bnobody (knows|can tell|could tell|can say)\b", "it is unknown whether", "so that nobody knows when"),
    Banned(r"\blooked for where\b", "searched in", "the alarm is looked for where it was"),
    Banned(r"\bnone of (them|these) (bad|good)\b", "N more successful requests", "9 more are wanted, none of them bad"),
    Banned(r"\b(can ?not|could not) be told\b", "cannot be determined; is unknown", "which image runs cannot be told"),
    Banned(r"\blook again\b", "run again", "the list was cut: look again"),
    Banned(r"\bto come\b", "has not begun; in the future", "its rollback is still to come"),
    Banned(r"\bstands? (in|on|at|before|beside)\b(?! for\b)", "is in, is in front of", "a proxy stands before it"),
    Banned(r"\b(breaks?|broke|broken) off\b", "is cut off; was interrupted", "the answer breaks off half-way"),
    Banned(r"\bown word\b", "as it says, by its own date", "it is a week old by its own word"),
    Banned(r"\bheld (to|against)\b", "compared with; the limit is", "prod is held to other limits"),
    Banned(r"\bway back\b", "rollback", "the instances are kept for a way back"),
    Banned(r"\b(made good|put \w+ right)\b", "fixed, corrected", "a failure that the next one has made good"),
    Banned(r"\b(goes|went|going|gone) on\b", "is in progress; continues", "the deployment still goes on"),
    Banned(r"\ball the same\b", "nevertheless", "a used-up budget fails all the same"),
    Banned(r"\bso many\b", "N, this many", "of so many requests none failed"),
    Banned(r"\b(are|is|was|were) wanted\b", "needed, required", "299 durations are wanted"),
    Banned(r"\b(whoever|whomever|whosoever)\b", "anyone who; the person who", "whoever has the key may sign"),
    Banned(
        r"(?<!there )(?<!than )\b(is|are|was|were) no (?!longer\b|more\b|less\b|other\b|\w+er\b)",
        "is not a …",
        "the text is no digest",
    ),
    Banned(
        r"\b(albeit|amongst|anew|forthwith|hence|henceforth|herein|hither|lest|nought|thence|therein|thereby|thereof|"
        r"thereupon|thither|unto|whence|whereby|wherein|whereupon|whilst)\b",
        "again, so, in it, while …",
        "the page is drawn anew",
    ),
)

KEPT = {
    "promotion/report/attestations.py": "to be mended by",  # fixed words of the page: `promotion verify` redraws it
    "promotion/clients/aws/enums.py": "goes on",  # a value that is in the records of earlier runs
}
"""File to the text in it that stays: pages that were sealed and records that were written must still be verified."""

DESCRIBED = ("fixtures", "promotion/commands", "promotion/sandbox/faults", "promotion/settings", "tests_promotion")
"""Where docstrings are shown: by the report, by `promotion faults`, in help and in the schema of promotion.toml."""


def literals(source: str, *, docstrings: bool) -> Iterator[tuple[int, str]]:
    """Give line and text of what a module says: its literals, f-strings with `{}` for what is put in.

    A name in a literal of one word is no sentence. Docstrings come only if they are asked for.
    """
    tree = ast.parse(source)
    inner, documents = set[int](), set[int]()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inner.update(map(id, node.values))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            documents.add(id(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values)
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and " " in node.value
            and id(node) not in (inner if docstrings else inner | documents)
        ):
            yield node.lineno, node.value


def complaints(name: str, sentences: Iterator[tuple[int, str]]) -> list[str]:
    """Give each banned turn with its place, and what to write instead."""
    found: list[str] = []
    for line, text in sentences:
        said = " ".join(text.replace(KEPT[name], "").split()) if name in KEPT else " ".join(text.split())
        found += [
            f"{name}:{line}: {match[0]!r} in {said[:200]!r}: write {word.instead}"
            for word in WORDS
            if (match := re.search(word.pattern, said, re.IGNORECASE))
        ]
    return found


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Give line and text of each paragraph, since a turn may be broken over two lines."""
    line = 1
    for part in text.split("\n\n"):
        yield line, part
        line += part.count("\n") + 2


def modules() -> list[str]:
    """Every module of the gate, by its path."""
    found = [path for folder in ("fixtures", "promotion", "tests_promotion") for path in (ROOT / folder).rglob("*.py")]
    return sorted(str(path.relative_to(ROOT)) for path in found)


def pages() -> list[str]:
    """What is written for people in other files."""
    found = [*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md"), *(ROOT / "promotion").rglob("*.md")]
    found += (ROOT / "promotion").rglob("*.toml")  # some texts in them become part of a message
    return sorted(str(path.relative_to(ROOT)) for path in (*found, ROOT / "promotion.example.toml"))


@pytest.mark.parametrize("folder", sorted({name.rpartition("/")[0] for name in modules()}))
def test_messages_and_descriptions_are_plain(folder):
    """No literal of the gate, and no docstring that is shown, has a banned turn."""
    names = [name for name in modules() if name.rpartition("/")[0] == folder]
    found = [
        complaint
        for name in names
        for complaint in complaints(name, literals((ROOT / name).read_text(), docstrings=name.startswith(DESCRIBED)))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", pages())
def test_documentation_is_plain(name):
    """No page has a banned turn, in its examples neither."""
    found = complaints(name, paragraphs((ROOT / name).read_text()))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.instead)
def test_each_turn_is_caught(word, tmp_path):
    """In a literal, over two parts of an f-string, in a docstring that is shown, over two lines of a page."""
    half = len(word.sample.split()) // 2
    first, second = " ".join(word.sample.split()[:half]), " ".join(word.sample.split()[half:])
    source = textwrap.dedent(
        f'''
        def message(name):
            """{word.sample}"""
            yield "{word.sample}"
            return f"{{name}}: {first} " f"{second}"
        '''
    )
    assert len(complaints("module.py", literals(source, docstrings=False))) >= 2
    assert len(complaints("module.py", literals(source, docstrings=True))) >= 3
    assert complaints("page.md", paragraphs(f"# Title\n\nA page says that\n{first}\n{second}.\n"))


@pytest.mark.parametrize("name", sorted(KEPT))
def test_what_is_kept_is_still_there(name):
    """An exception that nothing needs any more goes."""
    assert KEPT[name] in (ROOT / name).read_text()


@pytest.mark.parametrize(
    "sentence",
    [
        "the version is no longer in service",
        "there is no listener on port 443",
        "the backup is no older than a day",
        "a person may stand in for a machine",
        "recommended: a commendable amendment",
    ],
)
def test_plain_sentences_are_left_alone(sentence):
    """What only looks alike is not caught."""
    assert not complaints("module.py", iter([(1, sentence)]))
