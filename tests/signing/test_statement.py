"""What is said, and about what."""

import json

import pytest

from promotion.signing.errors import Rejected
from promotion.signing.simplesigning import TYPE, SimpleSigning
from promotion.signing.statement import V01, V1, Statement, Subject

HEX = "ab" * 32
OURS = f"sha256:{HEX}"
OTHER = "cd" * 32


def statement(**changes) -> bytes:
    """Write a statement about our digest, with changes."""
    fields = {"_type": V1, "subject": [{"digest": {"sha256": HEX}}], "predicateType": "p:q", "predicate": {"a": 1}}
    return json.dumps({**fields, **changes}).encode()


@pytest.mark.parametrize("version", [V01, V1])
def test_both_versions_are_read(version):
    """Cosign writes v0.1 for attestations and v1 for signatures."""
    read = Statement.parse(statement(_type=version))
    assert (read.version, read.predicate_type, read.predicate) == (version, "p:q", {"a": 1})
    read.about(OURS)


@pytest.mark.parametrize(
    "subjects",
    [
        [{"digest": {"sha256": OTHER}}],
        [{"digest": {"sha256": HEX.upper()}}],
        [{"digest": {"sha256": HEX[:-1]}}],
        [{"digest": {"sha256": OURS}}],
        [{"digest": {"sha1": "ab" * 20}}],
        [{"digest": {"SHA256": HEX}}],
        [{"digest": {"sha512": HEX}}],
        [{"name": HEX, "digest": {"sha256": OTHER}}],
    ],
)
def test_a_statement_about_something_else_is_not_about_us(subjects):
    """Only `sha256` with our own hex digits, in lower case, is us; a name is nothing."""
    with pytest.raises(Rejected, match=f"not about {OURS}"):
        Statement.parse(statement(subject=subjects)).about(OURS)


def test_one_of_several_subjects_is_enough():
    """A statement about the image and its report is about the image; how many others there are is counted."""
    read = Statement.parse(
        statement(subject=[{"name": "report", "digest": {"sha256": OTHER}}, {"digest": {"sha256": HEX}}])
    )
    read.about(OURS)
    assert read.others(OURS) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"_type": "https://in-toto.io/Statement/v2"},
        {"_type": None},
        {"predicateType": ""},
        {"predicateType": 7},
        {"subject": []},
        {"subject": {}},
        {"subject": [None]},
        {"subject": [{"digest": {}}]},
        {"subject": [{"digest": {"sha256": ""}}]},
        {"subject": [{"digest": {"sha256": None}}]},
        {"subject": [{"digest": HEX}]},
        {"subject": [{"name": "x"}]},
        {"subject": [{"digest": {"sha256": HEX}}, {"digest": {"sha256": ""}}]},
        {"subject": [{"digest": {"sha256": HEX}}] * 10_001},
    ],
)
def test_malformed_statements_are_refused(changes):
    """One malformed subject makes the whole statement malformed."""
    with pytest.raises(Rejected):
        Statement.parse(statement(**changes))


def test_duplicate_keys_are_refused():
    """Two subjects lists would mean one thing to us and another to Go."""
    twice = statement()[:-1] + b',"subject":[{"digest":{"sha256":"' + OTHER.encode() + b'"}}]}'
    with pytest.raises(Rejected, match="twice"):
        Statement.parse(twice)


def test_what_is_written_is_read():
    """A statement of two subjects survives writing and reading."""
    written = Statement("p:q", (Subject({"sha256": HEX}), Subject({"sha256": OTHER}, "report.html")), {"r": []}, V1)
    assert Statement.parse(written.write()) == written


def payload(**changes) -> bytes:
    """Write a simple signing payload as cosign 2.5 does, with changes to `critical`."""
    critical = {
        "identity": {"docker-reference": "127.0.0.1:5555/demo/app"},
        "image": {"docker-manifest-digest": OURS},
        "type": TYPE,
    }
    return json.dumps({"critical": {**critical, **changes}, "optional": None}, separators=(",", ":")).encode()


def test_cosign_s_payload_is_read():
    """As cosign 2.5 writes it, and with the capital letter of its specification."""
    for name in ("docker-manifest-digest", "Docker-manifest-digest"):
        read = SimpleSigning.parse(payload(image={name: OURS}))
        read.about(OURS)
        assert (read.reference, read.optional) == ("127.0.0.1:5555/demo/app", {})


def test_our_payload_is_cosign_s():
    """Byte by byte what cosign 2.5 signs for this image."""
    assert SimpleSigning(OURS, "127.0.0.1:5555/demo/app", {}).write() == payload()


@pytest.mark.parametrize(
    "changes",
    [
        {"image": {"docker-manifest-digest": f"sha256:{OTHER}"}},
        {"image": {"docker-manifest-digest": OURS.upper()}},
        {"image": {"docker-manifest-digest": OURS + " "}},
        {"image": {"docker-manifest-digest": None}},
        {"image": {"docker-manifest-digest": OURS, "Docker-manifest-digest": OURS}},
        {"image": {}},
        {"image": None},
        {"type": "atomic container signature"},
        {"type": None},
    ],
)
def test_a_payload_of_another_type_or_digest_is_refused(changes):
    """The type and the digest must be there, and equal."""
    with pytest.raises(Rejected):
        SimpleSigning.parse(payload(**changes)).about(OURS)
