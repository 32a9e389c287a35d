"""What a workflow of GitHub signs keyless with: a token of its own, a certificate authority, a transparency log.

All three on one loopback port: GitHub's OIDC endpoint, Fulcio's API v2 (https://github.com/sigstore/fulcio, fulcio.proto)
and Rekor's API v1 (https://github.com/sigstore/rekor, openapi.yaml), as far as a signer asks them.
"""

import base64
import binascii
import hashlib
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import jwt
from cryptography import x509

from promotion.sandbox.edge import Edge
from promotion.sandbox.request_log import Calls
from promotion.sandbox.serve import LOOPBACK, serve
from tests.signing.authority import OIDC, Authority, pem
from tests.signing.logged import bundle_entry, dsse_body

FULCIO, REKOR, TOKEN = "POST /api/v2/signingCert", "POST /api/v1/log/entries", "GET /token"
REQUEST = "the-request-token-of-the-workflow"
JSON = (("Content-Type", "application/json"),)


class Services:
    """The app behind the port. What went wrong can be asked of its edge."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self.certifying = {}
        """What certificates are made with beside identity, key and time: `sct_key`, say."""
        self.edge = Edge("sigstore", self, Calls())
        self.place = f"http://{LOOPBACK}:{serve(self.edge)}"

    def __call__(self, environ, start_response):
        """Answer one request."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        asks = {FULCIO: self._certify, REKOR: self._log, TOKEN: self._token}
        answer = asks[f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"](environ, body)
        start_response("201 Created" if environ["REQUEST_METHOD"] == "POST" else "200 OK", list(JSON))
        return [json.dumps(answer).encode()]

    def _token(self, environ, _):
        assert environ["HTTP_AUTHORIZATION"] == f"bearer {REQUEST}"
        assert environ["QUERY_STRING"] == "audience=sigstore"
        now = datetime.now(UTC)
        claims = {"iss": OIDC, "sub": "repo:example/shop:ref:refs/heads/main", "aud": "sigstore"}
        claims |= {"iat": now, "nbf": now - timedelta(minutes=1), "exp": now + timedelta(minutes=5)}
        return {"value": jwt.encode(claims, "k" * 32, algorithm="HS256")}

    def _certify(self, environ, body):
        assert environ["HTTP_AUTHORIZATION"].startswith("Bearer ")
        asked = x509.load_pem_x509_csr(base64.b64decode(json.loads(body)["certificateSigningRequest"]))
        assert asked.is_signature_valid
        now = datetime.now(UTC).replace(microsecond=0)
        times = {"valid_from": now - timedelta(minutes=1), "valid_to": now + timedelta(minutes=9)}
        key = SimpleNamespace(public_key=asked.public_key)
        leaf = self.authority.certify(key=key, **times, **self.certifying).certificate
        chain = [pem(one) for one in (leaf, self.authority.issuer, self.authority.root)]
        return {"signedCertificateEmbeddedSct": {"chain": {"certificates": chain}}}

    def _log(self, _, body):
        proposed = json.loads(body)["spec"]["proposedContent"]
        envelope = json.loads(proposed["envelope"])
        payload, signature = (base64.b64decode(one) for one in (envelope["payload"], envelope["signatures"][0]["sig"]))
        (verifier,) = (base64.b64decode(one).decode() for one in proposed["verifiers"])
        entry = dsse_body(proposed["envelope"].encode(), payload, signature, verifier)
        made = bundle_entry(self.authority.log_key, entry, datetime.now(UTC))
        proof = made["inclusionProof"]
        return {
            hashlib.sha256(b"\0" + entry).hexdigest(): {
                "body": made["canonicalizedBody"],
                "integratedTime": int(made["integratedTime"]),
                "logID": binascii.hexlify(base64.b64decode(made["logId"]["keyId"])).decode(),
                "logIndex": 0,
                "verification": {
                    "signedEntryTimestamp": made["inclusionPromise"]["signedEntryTimestamp"],
                    "inclusionProof": {
                        "logIndex": 0,
                        "rootHash": base64.b64decode(proof["rootHash"]).hex(),
                        "treeSize": 1,
                        "hashes": [],
                        "checkpoint": proof["checkpoint"]["envelope"],
                    },
                },
            }
        }

    def trust(self) -> str:
        """Write the client's configuration: whom to ask, and whom to believe."""
        service = {"url": self.place, "majorApiVersion": 1, "operator": "example"}
        service["validFor"] = {"start": "2020-01-01T00:00:00Z"}
        return json.dumps(
            {
                "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
                "trustedRoot": json.loads(self.authority.trusted_root()),
                "signingConfig": {
                    "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
                    "caUrls": [service],
                    "rekorTlogUrls": [service],
                    "rekorTlogConfig": {"selector": "ANY"},
                    "tsaConfig": {"selector": "ANY"},
                },
            }
        )
