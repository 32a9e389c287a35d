"""Who signs: a PEM key, a key in AWS KMS, or the workflow itself (keyless). This module does I/O."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from promotion.signing.keys import PublicKey
from promotion.signing.sign import Signer, attestation_bundle
from promotion.unknown import Reason, Unknown

Bundle = Callable[[bytes], bytes]
"""Takes an in-toto statement, gives a sigstore bundle v0.3 over it."""
KMS, KEYLESS = "awskms:///", "keyless"
PASSWORD = "PROMOTION_KEY_PASSWORD"  # noqa: S105 - the name of a variable


def open_signer(key: str) -> Bundle:
    """Open what `--key` names: a PEM file, `awskms:///` and a key's id, ARN or alias, or `keyless`.

    The password of a PEM file is read from PROMOTION_KEY_PASSWORD. Raises Unknown: not-supported, malformed, error.
    """
    if key == KEYLESS:
        return _keyless
    signer = _kms(key.removeprefix(KMS)) if key.startswith(KMS) else _pem(Path(key))
    return lambda statement: attestation_bundle(statement, signer).bundle


def _pem(path: Path) -> Signer:
    try:
        pem = path.read_bytes()
    except OSError as trouble:
        raise Unknown(Reason.ERROR, f"{path} cannot be read: {trouble.strerror}") from None
    password = os.environ.get(PASSWORD)
    return Signer.from_pem(pem, path.name, password.encode() if password else None)


def _kms(key: str, client: Any = None) -> Signer:
    """Sign with a key that never leaves KMS: it is sent the SHA-256 (MessageType DIGEST), since 4096 bytes is its limit.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        if client is None:
            import boto3
            from botocore.config import Config

            from promotion.clients.aws.account import EXPLICIT_ENDPOINTS

            # A stray AWS_ENDPOINT_URL must not decide who signs or keeps.
            client = boto3.client("kms", config=Config(**EXPLICIT_ENDPOINTS))
        public = PublicKey.from_spki(client.get_public_key(KeyId=key)["PublicKey"], key)
    except (BotoCoreError, ClientError) as trouble:
        raise _refused(key, trouble) from None

    def sign(digest: bytes) -> bytes:
        try:
            answer = client.sign(KeyId=key, Message=digest, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256")
        except (BotoCoreError, ClientError) as trouble:
            raise _refused(key, trouble) from None
        return bytes(answer["Signature"])

    return Signer(public, sign)


def _refused(key: str, trouble: Exception) -> Unknown:
    code = getattr(trouble, "response", {}).get("Error", {}).get("Code", type(trouble).__name__)
    reason = Reason.ACCESS_DENIED if "AccessDenied" in str(code) else Reason.ERROR
    return Unknown(reason, f"AWS KMS refuses to sign with {key}: {code}")


def _keyless(statement: bytes) -> bytes:
    """Sign as the workflow that runs this, with a certificate of a few minutes (Fulcio) and an entry in the log (Rekor).

    Raises Unknown: not-supported without the package sigstore; access-denied where nothing tells who this is; error
    where the certificate authority or the log refuses, or cannot be believed.
    """
    try:
        from requests import RequestException
        from sigstore.dsse import Statement
        from sigstore.models import ClientTrustConfig
        from sigstore.oidc import ExpiredIdentity, IdentityError, IdentityToken, detect_credential
        from sigstore.sign import SigningContext
    except ModuleNotFoundError:
        raise Unknown(
            Reason.NOT_SUPPORTED, "keyless signing needs the extra: pip install promotion-checklist[keyless]"
        ) from None
    try:
        credential = detect_credential()
        token = None if credential is None else IdentityToken(credential)
    except (IdentityError, ExpiredIdentity) as trouble:
        raise _no_identity(trouble) from None
    except (RequestException, ValueError) as trouble:
        raise _no_signature(trouble) from None
    if token is None:
        raise Unknown(
            Reason.ACCESS_DENIED, "there is no identity to sign with: give the workflow `permissions: id-token: write`"
        )
    try:
        context = SigningContext.from_trust_config(ClientTrustConfig.production())
        with context.signer(token) as signer:
            return str(signer.sign_dsse(Statement(statement)).to_json()).encode()
    except ExpiredIdentity as trouble:
        raise _no_identity(trouble) from None
    except Exception as trouble:
        # What its clients of Fulcio and Rekor raise has no public name: it is known by the package it is of.
        if not isinstance(trouble, RequestException | ValueError) and not _of_sigstore(trouble):
            raise
        raise _no_signature(trouble) from None


def _no_identity(trouble: Exception) -> Unknown:
    return Unknown(
        Reason.ACCESS_DENIED,
        f"the workflow's identity token could not be fetched ({trouble}): give the workflow `permissions: "
        "id-token: write`",
    )


def _no_signature(trouble: Exception) -> Unknown:
    """Of an answer only the kind of trouble is shown: its text may quote what was sent, the token among it."""
    kind = type(trouble.__cause__ or trouble).__name__
    return Unknown(
        Reason.ERROR, f"sigstore made no keyless signature ({kind}): check the status of its services, and run again"
    )


def _of_sigstore(trouble: Exception) -> bool:
    return any(kind.__module__.partition(".")[0] == "sigstore" for kind in type(trouble).__mro__)
