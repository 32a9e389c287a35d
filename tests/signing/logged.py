"""For tests: a transparency log like Rekor, and what a keyless signer attaches to an image with its help."""

import hashlib
import json
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from promotion.signing.dsse import IN_TOTO, pae, write_envelope
from promotion.signing.keyless import CERTIFICATE, CHAIN, LOG_ENTRY
from promotion.signing.signatures_found import SIGNATURE, AttLayer, BundleManifest, SigLayer
from promotion.signing.simplesigning import SimpleSigning

from .authority import NOW, Authority, Leaf, b64, pem, spki


def promise(log_key, body: bytes, moment: datetime = NOW, index: int = 4711) -> dict:
    """Promise to record an entry, with the fields of cosign 2's annotation."""
    payload = {
        "body": b64(body),
        "integratedTime": int(moment.timestamp()),
        "logIndex": index,
        "logID": hashlib.sha256(spki(log_key)).hexdigest(),
    }
    canonical = json.dumps(payload, sort_keys=True, separators=(",", ":")).encode()
    return {"SignedEntryTimestamp": b64(log_key.sign(canonical, ec.ECDSA(SHA256()))), "Payload": payload}


def hashedrekord(payload: bytes, signature: bytes, verifier: str) -> bytes:
    """Write the body of an entry for a signature over a bare payload; `verifier` is PEM."""
    spec = {
        "data": {"hash": _hash(payload)},
        "signature": {"content": b64(signature), "publicKey": {"content": b64(verifier.encode())}},
    }
    return _body("hashedrekord", "0.0.1", spec)


def dsse_body(envelope: bytes, payload: bytes, signature: bytes, verifier: str) -> bytes:
    """Write the body of an entry for an envelope, kind dsse 0.0.1."""
    spec = {
        "envelopeHash": _hash(envelope),
        "payloadHash": _hash(payload),
        "signatures": [{"signature": b64(signature), "verifier": b64(verifier.encode())}],
    }
    return _body("dsse", "0.0.1", spec)


def intoto_1_body(envelope: bytes, payload: bytes, _: bytes, verifier: str) -> bytes:
    """Write the body of an entry for an envelope, kind intoto 0.0.1, which has no signature in it."""
    content = {"hash": _hash(envelope), "payloadHash": _hash(payload)}
    return _body("intoto", "0.0.1", {"content": content, "publicKey": b64(verifier.encode())})


def intoto_2_body(envelope: bytes, payload: bytes, signature: bytes, verifier: str) -> bytes:
    """Write the body of an entry for an envelope, kind intoto 0.0.2, with the signature in base64 twice."""
    signed = {"sig": b64(b64(signature).encode()), "publicKey": b64(verifier.encode())}
    content = {
        "envelope": {"payloadType": IN_TOTO, "signatures": [signed]},
        "hash": _hash(envelope),
        "payloadHash": _hash(payload),
    }
    return _body("intoto", "0.0.2", {"content": content})


def annotations(world: Authority, leaf: Leaf, signature: bytes, entry: dict) -> dict[str, str]:
    """Annotate a layer as cosign 2 does."""
    return {
        SIGNATURE: b64(signature),
        CERTIFICATE: pem(leaf.certificate),
        CHAIN: pem(world.issuer) + pem(world.root),
        LOG_ENTRY: json.dumps(entry),
    }


def sign_image(
    world: Authority, digest: str, leaf: Leaf, *, repository="registry.example.com/shop", moment=NOW
) -> SigLayer:
    """Sign an image keyless, as cosign 2 does."""
    payload = SimpleSigning(digest, repository, {}).write()
    signature = leaf.sign(payload)
    entry = promise(world.log_key, hashedrekord(payload, signature, pem(leaf.certificate)), moment)
    return SigLayer(payload, annotations(world, leaf, signature, entry))


def attest(world: Authority, statement: bytes, leaf: Leaf, *, record=dsse_body, moment=NOW) -> AttLayer:
    """Attest keyless, as cosign 2 does; `record` is the kind of the log entry."""
    signature = leaf.sign(pae(IN_TOTO, statement))
    envelope = json.dumps(write_envelope(statement, signature)).encode()
    entry = promise(world.log_key, record(envelope, statement, signature, pem(leaf.certificate)), moment)
    return AttLayer(envelope, {**annotations(world, leaf, signature, entry), SIGNATURE: ""})


def bundle(world: Authority, statement: bytes, leaf: Leaf, *, moment: datetime = NOW, body=None) -> BundleManifest:
    """Attest keyless as a sigstore bundle v0.3, in a log of exactly one entry."""
    signature = leaf.sign(pae(IN_TOTO, statement))
    envelope = write_envelope(statement, signature)
    body = body or dsse_body(b"normalised by the log", statement, signature, pem(leaf.certificate))
    der = leaf.certificate.public_bytes(Encoding.DER)
    entry = bundle_entry(world.log_key, body, moment)
    fields = {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"certificate": {"rawBytes": b64(der)}, "tlogEntries": [entry]},
        "dsseEnvelope": envelope,
    }
    return BundleManifest(json.dumps(fields).encode())


def bundle_entry(log_key, body: bytes, moment: datetime = NOW) -> dict:
    """Write a bundle's log entry, with promise, inclusion proof and checkpoint (a signed note)."""
    entry = promise(log_key, body, moment, index=0)
    log_id = hashlib.sha256(spki(log_key)).digest()
    tree = hashlib.sha256(b"\0" + body).digest()
    note = f"log.example.com - 4711\n1\n{b64(tree)}\n"
    signed = b64(log_id[:4] + log_key.sign(note.encode(), ec.ECDSA(SHA256())))
    kind = json.loads(body)
    return {
        "logIndex": "0",
        "logId": {"keyId": b64(log_id)},
        "kindVersion": {"kind": kind["kind"], "version": kind["apiVersion"]},
        "integratedTime": str(entry["Payload"]["integratedTime"]),
        "inclusionPromise": {"signedEntryTimestamp": entry["SignedEntryTimestamp"]},
        "inclusionProof": {
            "logIndex": "0",
            "rootHash": b64(tree),
            "treeSize": "1",
            "hashes": [],
            "checkpoint": {"envelope": f"{note}\n\u2014 log.example.com {signed}\n"},
        },
        "canonicalizedBody": b64(body),
    }


def _hash(data: bytes) -> dict[str, str]:
    return {"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest()}


def _body(kind: str, version: str, spec: dict) -> bytes:
    fields = {"apiVersion": version, "kind": kind, "spec": spec}
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
