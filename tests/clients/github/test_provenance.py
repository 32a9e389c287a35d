"""What is read out of SLSA provenance, and what is refused."""

from typing import Any

import pytest

from promotion.clients.github.origins import BuiltElsewhere, Home
from promotion.clients.github.provenance import V02, V1, provenance_claim
from promotion.unknown import Reason

from .made import GITHUB, HOME, MADE, SHOP, changed
from .shop import COMMIT, PREVIOUS, REPOSITORY, unknown


@pytest.mark.parametrize("maker", MADE)
def test_what_each_maker_writes(maker: str) -> None:
    """Repository, commit, run, attempt, workflow and reference, as far as it says them."""
    kind, predicate, expected = MADE[maker]
    assert provenance_claim(kind, predicate, HOME) == expected


@pytest.mark.parametrize(
    ("maker", "place", "value"),
    [
        ("GitHub", "buildDefinition|externalParameters|workflow|repository", "https://github.com/evil/shop"),
        ("GitHub", "buildDefinition|externalParameters|workflow|repository", "https://ghe.example/example/shop"),
        ("GitHub", "runDetails|metadata|invocationId", "https://github.com/evil/shop/actions/runs/5/attempts/2"),
        ("GitHub", "runDetails|metadata|invocationId", "https://evil.example/example/shop/actions/runs/5"),
        ("GitHub", "runDetails|metadata|invocationId", "https://github.com@evil.example/example/shop/actions/runs/5"),
        ("BuildKit v1", "runDetails|builder|id", "https://github.com/evil/shop/actions/runs/5/attempts/2"),
        ("BuildKit v1", "buildDefinition|externalParameters|configSource|uri", "https://github.com/evil/shop.git#main"),
        (
            "BuildKit v0.2",
            "metadata|https://mobyproject.org/buildkit@v1#metadata|vcs|source",
            "git@evil.example:example/shop",
        ),
        ("BuildKit v0.2", "builder|id", "https://github.com/evil/shop/actions/runs/5"),
        ("generator", "invocation|configSource|uri", "git+https://github.com/evil/shop@refs/heads/main"),
    ],
)
def test_another_repository_or_host(maker: str, place: str, value: str) -> None:
    """It is refused with a sentence that names what was there and what was expected."""
    kind, predicate, _ = MADE[maker]
    with pytest.raises(
        BuiltElsewhere, match=r"signed provenance .* expected (one of )?https://github\.com/example/shop"
    ):
        provenance_claim(kind, changed(predicate, place, value), HOME)


def test_an_enterprise_server() -> None:
    """Its own address counts, and github.com does not."""
    ours = Home(REPOSITORY, "https://ghe.example")
    predicate = changed(
        GITHUB, "buildDefinition|externalParameters|workflow|repository", "https://ghe.example/example/shop"
    )
    with pytest.raises(BuiltElsewhere):
        provenance_claim(V1, predicate, ours)
    predicate = changed(
        predicate, "runDetails|metadata|invocationId", "https://ghe.example/Example/Shop/actions/runs/7"
    )
    found = provenance_claim(V1, predicate, ours)
    assert (found.run_id, found.attempt, found.commit) == (7, None, None)


@pytest.mark.parametrize(
    ("maker", "place", "value", "name", "expected"),
    [
        ("GitHub", "runDetails|metadata|invocationId", "gitlab-5", "run_id", None),
        ("GitHub", "runDetails|metadata", None, "run_id", None),
        ("GitHub", "runDetails|metadata|invocationId", "ftp://github.com/example/shop/actions/runs/5", "run_id", None),
        ("GitHub", "runDetails|metadata|invocationId", f"{SHOP}/actions/runs/5?x=1", "run_id", None),
        ("GitHub", "runDetails|metadata|invocationId", f"{SHOP}/actions/runs/5", "attempt", None),
        ("GitHub", "buildDefinition|resolvedDependencies", None, "commit", None),
        ("GitHub", "buildDefinition|externalParameters", None, "workflow_path", None),
        ("GitHub", "buildDefinition|externalParameters|workflow|ref", "refs/tags/v1@2", "ref", "refs/tags/v1@2"),
        ("generator", "invocation|environment", None, "run_id", None),
        ("generator", "invocation|configSource|uri", f"git+{SHOP}", "ref", "refs/heads/main"),
        ("generator", "invocation|configSource|uri", None, "run_id", None),
        ("generator", "invocation|environment|github_run_attempt", None, "attempt", None),
        ("generator", "invocation|configSource|entryPoint", "Dockerfile", "workflow_path", None),
    ],
)
def test_what_is_not_said(maker: str, place: str, value: Any, name: str, expected: Any) -> None:
    """A field that is not there is not guessed."""
    kind, predicate, _ = MADE[maker]
    found = provenance_claim(kind, changed(predicate, place, value), HOME)
    assert getattr(found, name) == expected


@pytest.mark.parametrize(
    ("maker", "place", "value", "reason"),
    [
        ("GitHub", "buildDefinition|resolvedDependencies|0|digest|gitCommit", "main", Reason.MALFORMED),
        ("GitHub", "buildDefinition|resolvedDependencies|0|digest", "x", Reason.MALFORMED),
        ("GitHub", "buildDefinition|resolvedDependencies", {"uri": "x"}, Reason.MALFORMED),
        ("GitHub", "buildDefinition|externalParameters|workflow", "build.yml", Reason.MALFORMED),
        ("GitHub", "runDetails|metadata|invocationId", 5, Reason.MALFORMED),
        ("GitHub", "runDetails|builder|id", f"{SHOP}/actions/runs/6", Reason.MALFORMED),
        ("BuildKit v1", "buildDefinition|externalParameters|configSource|digest|sha1", PREVIOUS, Reason.MALFORMED),
        (
            "BuildKit v0.2",
            "metadata|https://mobyproject.org/buildkit@v1#metadata|vcs|revision",
            f"{COMMIT}-dirty",
            Reason.MALFORMED,
        ),
        ("generator", "invocation|environment|github_run_id", "\u0665", Reason.MALFORMED),
        ("generator", "invocation|environment|github_run_id", "9" * 5000, Reason.MALFORMED),
    ],
    ids=[
        "no hash",
        "no digest",
        "no list",
        "no object",
        "no text",
        "two runs",
        "two commits",
        "dirty",
        "digit",
        "long",
    ],
)
def test_what_cannot_be_read(maker: str, place: str, value: Any, reason: Reason) -> None:
    """Another type, two commits or two runs, a dirty checkout: nobody can tell."""
    kind, predicate, _ = MADE[maker]
    unknown(lambda: provenance_claim(kind, changed(predicate, place, value), HOME), reason)


def test_provenance_that_names_nothing() -> None:
    """One without a run and without a commit of ours leads nowhere; another version is not guessed at."""
    unknown(lambda: provenance_claim(V1, {}, HOME), Reason.NO_DATA)
    unknown(lambda: provenance_claim(V02, {"materials": []}, HOME), Reason.NO_DATA)
    unknown(lambda: provenance_claim("https://slsa.dev/provenance/v0.1", GITHUB, HOME), Reason.NOT_SUPPORTED)
    unknown(lambda: provenance_claim(V1, [], HOME), Reason.MALFORMED)
