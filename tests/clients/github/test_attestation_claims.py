"""Claims out of the bundles that GitHub keeps, and out of labels and options."""

import json
from typing import Any

import pytest

from promotion.clients.github.claims import BuildClaim, Source
from promotion.clients.github.models import StoredAttestation
from promotion.clients.github.origins import BuiltElsewhere
from promotion.clients.github.provenance import REVISION, SOURCE, V1, attestation_claim, label_claim, option_claim
from promotion.signing.bundle import write_bundle
from promotion.signing.dsse import IN_TOTO, write_envelope
from promotion.signing.statement import Statement, Subject
from promotion.unknown import Reason

from .made import GITHUB, HOME
from .shop import COMMIT, DIGEST, REPOSITORY, unknown


def bundle(kind: str, predicate: Any, digest: str = DIGEST, payload_type: str = IN_TOTO) -> dict[str, Any]:
    """Write a sigstore bundle of a statement about a digest, with a signature that nobody checks."""
    statement = Statement(kind, (Subject({"sha256": digest[7:]}),), predicate)
    written: dict[str, Any] = json.loads(
        write_bundle(write_envelope(statement.write(), b"signature", payload_type), "")
    )
    return written


def test_an_attestation_is_read() -> None:
    """It names commit, run and attempt; it is told that nobody verified it."""
    found = attestation_claim(StoredAttestation(json.dumps(bundle(V1, GITHUB))), DIGEST, HOME)
    assert (found.source, found.commit, found.run_id, found.attempt) == (Source.ATTESTATION, COMMIT, 5, 2)


@pytest.mark.parametrize(
    ("kept", "reason"),
    [
        (bundle(V1, GITHUB, "sha256:" + "cd" * 32), Reason.MALFORMED),
        (bundle(V1, GITHUB, payload_type="text/plain"), Reason.MALFORMED),
        (bundle("https://slsa.dev/provenance/v9", GITHUB), Reason.NOT_SUPPORTED),
        (bundle(V1, "text"), Reason.MALFORMED),
        ({}, Reason.MALFORMED),
        (5, Reason.MALFORMED),
    ],
    ids=["another digest", "another payload", "another version", "no object", "no bundle", "a number"],
)
def test_attestations_that_say_nothing(kept: Any, reason: Reason) -> None:
    """What GitHub lists for a digest need not be about it, nor be readable."""
    unknown(lambda: attestation_claim(StoredAttestation(json.dumps(kept)), DIGEST, HOME), reason)


def test_a_blob_signature_is_no_attestation() -> None:
    """A bundle may sign bytes that are no statement."""
    kept = bundle(V1, GITHUB)
    del kept["dsseEnvelope"]
    kept["messageSignature"] = {"signature": "YQ=="}
    said = unknown(lambda: attestation_claim(StoredAttestation(json.dumps(kept)), DIGEST, HOME), Reason.MALFORMED)
    assert "blob" in said


@pytest.mark.parametrize(
    "source",
    [
        None,
        "",
        "https://github.com/example/shop",
        "https://github.com/Example/Shop.git",
        "git@github.com:example/shop.git",
        "ssh://git@github.com/example/shop",
        "git+https://github.com/example/shop@refs/heads/main",
        "https://github.com/example/shop/",
    ],
)
def test_labels(source: str | None) -> None:
    """The revision is the commit; a source must be the repository, however it is written."""
    labels = {REVISION: COMMIT.upper(), **({} if source is None else {SOURCE: source})}
    assert label_claim(labels, HOME) == BuildClaim(Source.LABEL, REPOSITORY, COMMIT)


def test_no_label() -> None:
    """A source without a revision names no commit."""
    assert label_claim({}, HOME) is None
    assert label_claim({REVISION: "", SOURCE: "https://elsewhere.example/x/y"}, HOME) is None


@pytest.mark.parametrize(
    "source",
    [
        "https://github.com/example/shop-base",
        "https://gitlab.com/example/shop",
        "https://github.com.evil.example/example/shop",
        "https://github.com@evil.example/example/shop",
        "https://github.com/evil/../example/shop",
        "https://github.com/example/shop/tree/main",
        "git@evil.example:example/shop.git",
        "https://github.com/example/shop?x=https://github.com/example/shop",
        "https://[github.com/example/shop",
        "example/shop",
        "https://github.com/evil/x@github.com/example/shop",
    ],
)
def test_labels_of_another_repository(source: str) -> None:
    """An image inherits the labels of its base image, or was built elsewhere: both are refused."""
    with pytest.raises(BuiltElsewhere, match=r"github\.repository"):
        label_claim({REVISION: COMMIT, SOURCE: source}, HOME)


@pytest.mark.parametrize("revision", ["main", COMMIT[:12], f"{COMMIT}-dirty", COMMIT + "0", "1.2.3", "\ud800"])
def test_revisions_that_are_no_commit(revision: str) -> None:
    """A short hash can mean another commit tomorrow, and a dirty checkout means none."""
    unknown(lambda: label_claim({REVISION: revision}, HOME), Reason.MALFORMED)


def test_options() -> None:
    """A run named on the command line."""
    assert option_claim(5, HOME) == BuildClaim(Source.OPTION, REPOSITORY, run_id=5)
    with pytest.raises(ValueError, match="is not a run id"):
        option_claim(0, HOME)
