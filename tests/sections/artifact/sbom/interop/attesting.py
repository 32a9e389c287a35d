"""Have real cosign attest something, and read the statement it signed."""

import json
from pathlib import Path

from promotion.signing.dsse import Envelope
from promotion.signing.statement import Statement
from tests.sections.artifact.sbom.tools import program

PASSWORD = {"COSIGN_PASSWORD": ""}


def attested(cosign: str, home: Path, kind: str, predicate: bytes, subject: bytes) -> Statement:
    """Sign `predicate` as an attestation of that kind about `subject`, with a key made here, without a log."""
    run = program(cosign, home)
    files = {name: home / f"{cosign}-{kind}.{name}" for name in ("predicate", "subject", "signed")}
    files["predicate"].write_bytes(predicate)
    files["subject"].write_bytes(subject)
    key = home / f"{cosign}.key"
    if not key.exists():
        run("generate-key-pair", "--output-key-prefix", cosign, environ=PASSWORD)
    if cosign == "cosign2":
        offline = ["--tlog-upload=false", "--output-signature", str(files["signed"])]
    else:
        config = home / "signing-config.json"
        run("signing-config", "create", "--out", str(config))
        offline = ["--signing-config", str(config), "--bundle", str(files["signed"])]
    options = ["--key", str(key), "--yes", "--type", kind, "--predicate", str(files["predicate"])]
    run("attest-blob", *options, *offline, str(files["subject"]), environ=PASSWORD)
    signed = json.loads(files["signed"].read_bytes())
    envelope = Envelope.parse(json.dumps(signed.get("dsseEnvelope", signed)).encode(), "the envelope")
    return Statement.parse(envelope.payload)
