"""Transparency log entries: promised by the right log, and about this very signature."""

import json
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from promotion.signing.dsse import IN_TOTO, pae, write_envelope
from promotion.signing.errors import Rejected
from promotion.signing.keys import PublicKey
from promotion.signing.rekor import LogEntry, TransparencyLog
from promotion.signing.signed import Signed

from . import logged
from .authority import NOW, pem, spki

# The public-good log's key, whose SHA-256 is its log id (rekor.sigstore.dev).
PUBLIC_GOOD = PublicKey.from_spki(
    b64decode(
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2G2Y+2tabdTV5BcGiBIx0a9fAFwrkBbmLSGtks4L3qX6yYY0zufBnhC8Ur/iy55GhWP/9A/b"
        "Y2LhC30M9+RYtw=="
    )
)
LOG = TransparencyLog(PUBLIC_GOOD)
PAYLOAD = b"what was signed"


@pytest.fixture
def published() -> dict:
    """Read the example of cosign's signature specification."""
    return json.loads(Path(__file__).with_name("vectors").joinpath("rekor-set.json").read_text())


def test_the_published_promise_verifies(published):
    """The specification's example, with the log's real key."""
    entry = LogEntry.from_annotation(json.dumps(published))
    assert entry.verify([LOG]) == datetime(2021, 6, 22, 21, 8, 5, tzinfo=UTC)
    assert entry.log_index == 5179


@pytest.mark.parametrize("field", ["integratedTime", "logIndex", "body", "SignedEntryTimestamp"])
def test_a_promise_is_about_time_index_and_body(published, field):
    """Each of them changed, it does not verify."""
    payload = published["Payload"]
    if field == "SignedEntryTimestamp":
        signed = bytearray(b64decode(published[field]))
        signed[-1] ^= 1
        published[field] = b64encode(signed).decode()
    elif field == "body":
        payload[field] = b64encode(b64decode(payload[field]) + b" ").decode()
    else:
        payload[field] += 1
    with pytest.raises(Rejected, match="not made over these bytes"):
        LogEntry.from_annotation(json.dumps(published)).verify([LOG])


def test_a_log_that_is_not_trusted_does_not_count(published, key):
    """Nor does any log when there is none."""
    entry = LogEntry.from_annotation(json.dumps(published))
    for logs in ([], [TransparencyLog(key)]):
        with pytest.raises(Rejected, match="which the trust root does not know"):
            entry.verify(logs)


def test_a_log_s_key_counts_only_for_its_time(published):
    """A key that was replaced says nothing of later entries, nor of earlier ones."""
    entry = LogEntry.from_annotation(json.dumps(published))
    day = timedelta(days=1)
    for log in (replace(LOG, end=entry.integrated - day), replace(LOG, start=entry.integrated + day)):
        with pytest.raises(Rejected, match="did not use that key"):
            entry.verify([log])
    entry.verify([replace(LOG, start=entry.integrated, end=entry.integrated)])


@pytest.mark.parametrize(
    "change",
    [
        {"integratedTime": "1624396085"},
        {"integratedTime": 1624396085.5},
        {"integratedTime": True},
        {"integratedTime": 0},
        {"integratedTime": 2**60},
        {"integratedTime": None},
        {"logIndex": -1},
        {"body": {}},
        {"body": "A"},
        {"logID": None},
    ],
)
def test_malformed_entries_are_refused(published, change):
    """Whatever is not a whole number, text or base64 where it should be."""
    published["Payload"].update(change)
    with pytest.raises(Rejected):
        LogEntry.from_annotation(json.dumps(published))


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"Payload":null}', "\udcff", "x" * 300_000])
def test_what_is_no_entry_is_refused(text):
    """Annotations are any text."""
    with pytest.raises(Rejected):
        LogEntry.from_annotation(text)


def _entry(body: bytes) -> LogEntry:
    return LogEntry(body, NOW, 0, "", b"")


def test_a_blob_s_entry_is_tied_to_payload_key_and_signature(signer, stranger):
    """An entry about another payload, by another key, or with another signature proves nothing of this one."""
    signature = signer.sign(PAYLOAD)
    ours = Signed.blob(PAYLOAD, signature)
    key, other = signer.public, stranger.public
    _entry(logged.hashedrekord(PAYLOAD, signature, key.pem)).ties(ours, key.spki)
    for body, why in (
        (logged.hashedrekord(PAYLOAD + b" ", signature, key.pem), "a payload other than"),
        (logged.hashedrekord(PAYLOAD, signature, other.pem), "a key or certificate other than"),
        (logged.hashedrekord(PAYLOAD, signer.sign(PAYLOAD), key.pem), "another signature"),
    ):
        with pytest.raises(Rejected, match=why):
            _entry(body).ties(ours, key.spki)


@pytest.mark.parametrize("record", [logged.dsse_body, logged.intoto_1_body, logged.intoto_2_body])
def test_an_envelope_s_entry_is_tied_to_envelope_payload_key_and_signature(signer, stranger, record):
    """The same for the three kinds of entries that record an envelope."""
    signature = signer.sign(pae(IN_TOTO, PAYLOAD))
    raw = json.dumps(write_envelope(PAYLOAD, signature)).encode()
    ours = Signed(PAYLOAD, pae(IN_TOTO, PAYLOAD), (signature,), in_envelope=True, envelope=raw)
    key, other = signer.public, stranger.public
    _entry(record(raw, PAYLOAD, signature, key.pem)).ties(ours, key.spki)
    wrong = [
        (record(raw + b" ", PAYLOAD, signature, key.pem), "another envelope"),
        (record(raw, PAYLOAD + b" ", signature, key.pem), "a payload other than"),
        (record(raw, PAYLOAD, signature, other.pem), "a key or certificate other than"),
    ]
    if record is not logged.intoto_1_body:
        wrong.append((record(raw, PAYLOAD, signer.sign(PAYLOAD), key.pem), "another signature"))
    for body, why in wrong:
        with pytest.raises(Rejected, match=why):
            _entry(body).ties(ours, key.spki)


def test_an_entry_without_the_signature_needs_the_envelope(signer):
    """`intoto 0.0.1` has no signature in it, so without the envelope's own digest it ties nothing."""
    signature = signer.sign(pae(IN_TOTO, PAYLOAD))
    ours = Signed(PAYLOAD, pae(IN_TOTO, PAYLOAD), (signature,), in_envelope=True)
    body = logged.intoto_1_body(b"any", PAYLOAD, signature, signer.public.pem)
    with pytest.raises(Rejected, match="does not record the signature"):
        _entry(body).ties(ours, signer.public.spki)


def test_entries_of_other_kinds_are_refused(signer, published):
    """A blob is not an envelope; and there are kinds that are not read."""
    signature = signer.sign(PAYLOAD)
    blob = Signed.blob(PAYLOAD, signature)
    envelope = replace(blob, in_envelope=True)
    for signed, body in (
        (envelope, logged.hashedrekord(PAYLOAD, signature, signer.public.pem)),
        (blob, logged.dsse_body(b"", PAYLOAD, signature, signer.public.pem)),
        (blob, b64decode(published["Payload"]["body"])),
        (blob, b'{"kind":"hashedrekord","apiVersion":"0.0.1"}'),
        (blob, b"{}"),
    ):
        with pytest.raises(Rejected):
            _entry(body).ties(signed, signer.public.spki)


def test_a_certificate_is_compared_as_a_certificate(world):
    """An entry with the same key and another certificate is another entry."""
    leaf = world.certify()
    again = world.certify(key=leaf.key)
    signature = leaf.sign(PAYLOAD)
    body = logged.hashedrekord(PAYLOAD, signature, pem(again.certificate))
    with pytest.raises(Rejected, match="a key or certificate other than"):
        _entry(body).ties(Signed.blob(PAYLOAD, signature), spki(leaf.key))


def test_a_bundle_s_entry_is_read(world, signer):
    """Protobuf's JSON has 64-bit numbers as text and the log id in base64."""
    signature = signer.sign(PAYLOAD)
    fields = logged.bundle_entry(world.log_key, logged.hashedrekord(PAYLOAD, signature, signer.public.pem))
    log = TransparencyLog(PublicKey.from_spki(spki(world.log_key)))
    assert LogEntry.from_bundle(fields).verify([log]) == NOW
    for change in ({"integratedTime": "x"}, {"integratedTime": "9" * 30}, {"logId": None}, {"inclusionPromise": {}}):
        with pytest.raises(Rejected):
            LogEntry.from_bundle({**fields, **change})
