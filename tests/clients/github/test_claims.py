"""What the sources of a claim say together."""

import pytest

from promotion.clients.github.claims import Source, agree
from promotion.unknown import Reason

from .shop import COMMIT, PREVIOUS, claim, unknown


def test_all_that_there_are_agree() -> None:
    """Each adds what it knows; the signed one is named first whatever the order."""
    label = claim(Source.LABEL, run_id=None, attempt=None)
    option = claim(Source.OPTION, commit=None, attempt=None)
    basis = agree([label, option, claim()])
    assert (basis.commit, basis.run_id, basis.attempt, basis.problems, basis.notes) == (COMMIT, 5, 1, (), ())
    assert basis.known_by == "signed provenance, --build-run-id, image label"


def test_provenance_without_a_commit() -> None:
    """The label fills it in, and the run must then be of that commit."""
    basis = agree([claim(commit=None), claim(Source.LABEL, run_id=None, attempt=None)])
    assert (basis.commit, basis.run_id) == (COMMIT, 5)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            claim(Source.LABEL, commit=PREVIOUS, run_id=None),
            f"signed provenance says the commit {COMMIT}, and image label",
        ),
        (claim(Source.OPTION, commit=None, run_id=6), "signed provenance says the run 5, and --build-run-id says 6"),
        (claim(Source.ATTESTATION, run_id=6), "and GitHub attestation says 6"),
        (claim(run_id=6), "signed provenance says the run 5, and another signed provenance says 6"),
        (claim(repository="example/other"), "says the repository example/shop"),
    ],
    ids=["commit", "run", "attestation", "the same source", "repository"],
)
def test_a_contradiction_names_both(other: object, said: str) -> None:
    """It is a problem, and the more reliable source is followed."""
    basis = agree([claim(), other])
    (problem,) = basis.problems
    assert said in problem
    assert (basis.commit, basis.run_id) == (COMMIT, 5)


def test_spelling_is_no_contradiction() -> None:
    """GitHub does not mind upper and lower case in names."""
    assert agree([claim(), claim(Source.LABEL, repository="Example/Shop", run_id=None)]).problems == ()


def test_several_attempts_built_it() -> None:
    """A reproducible build gives the same digest again: the newest attempt that did counts, and that is said."""
    basis = agree([claim(attempt=1), claim(Source.ATTESTATION, attempt=2), claim(Source.LABEL, run_id=None, attempt=7)])
    assert (basis.attempt, basis.problems) == (2, ())
    assert basis.notes[0].startswith("attempts 1, 2 ")


@pytest.mark.parametrize("claims", [[], [claim(Source.OPTION, commit=None)]], ids=["nothing", "an option"])
def test_nothing_ties_the_image_to_a_build(claims: list[object]) -> None:
    """A run somebody names on the command line says nothing about the image."""
    said = unknown(lambda: agree(claims), Reason.NO_DATA)
    assert ("--build-run-id names a run" in said) is bool(claims)


@pytest.mark.parametrize(
    ("sources", "note"),
    [
        ([Source.PROVENANCE, Source.ATTESTATION, Source.LABEL], None),
        ([Source.ATTESTATION, Source.LABEL], "not verified"),
        ([Source.OPTION, Source.LABEL], "only from the image's label"),
        ([Source.LABEL], "only from the image's label"),
    ],
    ids=["signed", "kept", "named", "labelled"],
)
def test_how_far_it_can_be_relied_on_is_said(sources: list[Source], note: str | None) -> None:
    """Where nothing signed says it, a reader is told."""
    notes = agree([claim(source) for source in sources]).notes
    assert [note in one for one in notes] == ([] if note is None else [True])
