"""DSSE envelopes: the published vectors, a second implementation, and what is refused."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from promotion.signing.dsse import IN_TOTO, Envelope, pae, write_envelope
from promotion.signing.errors import Rejected
from promotion.signing.keys import PublicKey
from promotion.signing.statement import Statement

VECTORS = Path(__file__).with_name("vectors")
# From https://github.com/secure-systems-lab/dsse/blob/master/protocol.md, "Test Vectors".
HELLO = "http://example.com/HelloWorld"
X = 46950820868899156662930047687818585632848591499744589407958293238635476079160
Y = 5640078356564379163099075877009565129882514886557779369047442380624545832820
SIGNATURE = "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="


def envelope(**changes) -> bytes:
    """Write the specification's example, with changes."""
    fields = {"payload": "aGVsbG8gd29ybGQ=", "payloadType": HELLO, "signatures": [{"sig": SIGNATURE}]}
    return json.dumps({**fields, **changes}).encode()


@pytest.fixture
def hello() -> PublicKey:
    """Give the specification's key."""
    numbers = ec.EllipticCurvePublicNumbers(X, Y, ec.SECP256R1())
    return PublicKey.from_spki(numbers.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def test_pae_is_the_specification_s():
    """The example of the DSSE protocol."""
    assert pae(HELLO, b"hello world") == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_pae_counts_bytes():
    """Lengths are of bytes, not of characters."""
    assert pae("ü", "ß".encode()) == b"DSSEv1 2 \xc3\xbc 2 \xc3\x9f"


def test_the_specification_s_envelope_verifies(hello):
    """Its signature is raw r‖s."""
    assert Envelope.parse(envelope(), "it").verify([hello], HELLO) == b"hello world"


def test_a_real_statement_with_a_raw_signature_verifies():
    """A verification summary that a real producer signed without DER."""
    read = Envelope.parse((VECTORS / "vsa-raw-signature.json").read_bytes(), "it")
    key = PublicKey.from_pem((VECTORS / "vsa-raw-signature.pub").read_text())
    statement = Statement.parse(read.verify([key]))
    assert statement.predicate_type == "https://slsa.dev/verification_summary/v1"
    assert statement.predicate["verificationResult"] == "PASSED"


def test_a_second_implementation_agrees_on_the_encoding(optional):
    """Securesystemslib encodes the same bytes."""
    oracle = optional("securesystemslib.dsse")
    for payload in (b"", b"hello world", b"\0\xff \n"):
        assert oracle.Envelope(payload, IN_TOTO, {}).pae() == pae(IN_TOTO, payload)


@given(st.text(max_size=20), st.binary(max_size=50), st.text(max_size=20), st.binary(max_size=50))
def test_no_two_payloads_have_one_encoding(kind, payload, other_kind, other_payload):
    """Type and payload can be told apart in what is signed."""
    same = (kind, payload) == (other_kind, other_payload)
    assert (pae(kind, payload) == pae(other_kind, other_payload)) == same


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"signatures": []}, "has 0 signatures; expected exactly one"),
        ({"signatures": [{"sig": SIGNATURE}] * 2}, "has 2 signatures; expected exactly one"),
        ({"signatures": {"sig": SIGNATURE}}, "no list"),
        ({"signatures": ["x"]}, "not an object"),
        ({"signatures": [{"sig": None}]}, "no string at `sig`"),
        ({"signatures": [{"keyid": "a"}]}, "no string at `sig`"),
        ({"signatures": [{"sig": "A==="}]}, "base64"),
        ({"signatures": [{"sig": SIGNATURE, "Sig": SIGNATURE}]}, "differ only in case"),
        ({"payload": "aGVsbG8gd29ybGR="}, "not canonical base64"),
        ({"payload": "aGVsbG8gd29ybGQ= "}, "not base64"),
        ({"payload": None}, "no string at `payload`"),
        ({"payloadType": 1}, "no string at `payloadType`"),
        ({"Payload": "aGVsbG8gd29ybGQ="}, "differ only in case"),
    ],
)
def test_malformed_envelopes_are_refused(changes, why):
    """Each with what was there and what was expected."""
    with pytest.raises(Rejected, match=why):
        Envelope.parse(envelope(**changes), "the envelope")


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"payload": b64encode(b"hello worle").decode()}, HELLO),
        ({"payload": ""}, HELLO),
        ({"payloadType": HELLO + "/"}, HELLO + "/"),
        ({"payloadType": HELLO}, IN_TOTO),
    ],
    ids=["payload", "no payload", "type in the envelope", "type that was expected"],
)
def test_a_changed_payload_or_type_does_not_verify(hello, changes, kind):
    """The signature is over both, and the type must be the one that is expected."""
    with pytest.raises(Rejected):
        Envelope.parse(envelope(**changes), "it").verify([hello], kind)


def test_another_key_does_not_verify(key, hello):
    """The right one among several does."""
    read = Envelope.parse(envelope(), "it")
    with pytest.raises(Rejected, match="none of its signatures"):
        read.verify([key], HELLO)
    assert read.verify([key, hello], HELLO) == b"hello world"


def test_several_signatures_only_where_they_are_allowed(hello):
    """An `.att` envelope may have several; one by somebody trusted is enough, wherever it stands."""
    data = envelope(signatures=[{"sig": b64encode(b"x" * 64).decode()}, {"sig": SIGNATURE, "keyid": "hint"}])
    assert Envelope.parse(data, "it", at_most=3).verify([hello], HELLO) == b"hello world"
    with pytest.raises(Rejected, match="exactly one"):
        Envelope.parse(data, "it")


def test_what_is_written_is_read(signer):
    """Signed here, verified here."""
    data = json.dumps(write_envelope(b"{}", signer.sign(pae(IN_TOTO, b"{}")))).encode()
    assert Envelope.parse(data, "it").verify([signer.public]) == b"{}"
