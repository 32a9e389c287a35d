"""Look up the attestations that GitHub keeps of a digest. This module does I/O.

They are listed, not verified: https://docs.github.com/en/rest/repos/attestations. The bundle of each is sigstore's, for
`promotion.signing`.
"""

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from promotion.clients.github.answers import NotFound
from promotion.clients.github.client import GitHubClient
from promotion.clients.github.fields import GitHubFields, malformed
from promotion.clients.github.models import StoredAttestation
from promotion.clients.github.snappy import decompress
from promotion.core.parallel import in_parallel
from promotion.unknown import Reason, Unknown

if TYPE_CHECKING:
    from promotion.clients.oci.source import RegistryCall

ATTESTATIONS = "attestations: read"
MOST = 30
"""Attestations of one digest that are fetched."""
MOST_BYTES = 4 << 20
"""Bytes of one bundle, decompressed."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def attestations(
    client: GitHubClient, digest: str, predicate_type: str = "provenance"
) -> tuple[StoredAttestation, ...]:
    """List the attestations of a digest (`sha256:…`) of that type, newest first; `provenance` is SLSA's of any version.

    GitHub answers 404 both where there is none and where the token may not look: empty means none only if the token has
    `attestations: read`. Raises what `GitHubClient.get` does; Unknown, truncated, for more than 30; ValueError if the
    digest is none.
    """
    if not _DIGEST.fullmatch(digest):
        raise ValueError(f"{digest[:80]!r} is not a digest")
    what = f"the attestations of {digest} in {client.repository}"
    query = {"predicate_type": predicate_type}
    try:
        entries = client.listed(
            f"/attestations/{digest}", what, permission=ATTESTATIONS, key="attestations", query=query
        )
    except NotFound:
        return ()
    if len(entries) > MOST:
        raise Unknown(
            Reason.TRUNCATED,
            f"GitHub lists {len(entries)} of {what}, and this run reads {MOST}: delete those that are not needed",
        )
    return tuple(in_parallel(lambda entry: _attestation(client, entry, f"one of {what}"), entries))


def _attestation(client: GitHubClient, entry: object, what: str) -> StoredAttestation:
    fields = GitHubFields(entry, what)
    url = fields.text_if_any("bundle_url")
    # The bundle itself stands in answers of older versions of the API; today's give an address.
    if isinstance(entry, dict) and isinstance(entry.get("bundle"), dict):
        return StoredAttestation(json.dumps(entry["bundle"]))
    if not url:
        raise malformed(what, "it has neither `bundle` nor `bundle_url`")
    try:
        bundle = decompress(_fetched(client, url, what), MOST_BYTES).decode("utf-8")
    except ValueError as mistake:
        raise malformed(f"the bundle of {what}", f"it is not in Snappy's block format: {mistake}") from None
    return StoredAttestation(bundle)


def _fetched(client: GitHubClient, url: str, what: str) -> bytes:
    """GET what GitHub keeps elsewhere, at an address that carries its own permission. The token is not sent there."""
    from promotion.clients.oci.source import RegistryLimits
    from promotion.clients.oci.transport import Transport

    def note(call: "RegistryCall") -> None:
        if client.on_call is not None:
            client.on_call(
                method=call.method,
                url=call.url,
                status=call.status,
                started=client.clock.now(),
                request_id=call.request_id,
            )

    own = client.limits
    limits = RegistryLimits(own.connect, own.read, own.total, own.attempts, own.backoff)
    # It keeps queries out of the logs, which is where such an address has its permission.
    answer = Transport(client.api_url, limits, client.ca_bundle, note).get(url, accept="*/*", max_bytes=MOST_BYTES)
    if answer.status != 200:
        raise Unknown(
            Reason.ERROR,
            f"{urlsplit(answer.url).hostname} answered {answer.status} for the bundle of {what}, expected 200: "
            "such a URL is valid only for a short time; run again",
        )
    return answer.body
