"""Push a manifest and its blobs, by the distribution specification 1.1. This module does I/O; it imports `requests`.

https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#push. Nothing is overwritten but the index at the
fallback tag, and that only to add to it, where a registry has no referrers API.
"""

import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit

import requests

from promotion.clients.oci.addresses import endpoint_of, is_loopback, same_server, shown
from promotion.clients.oci.auth import Authorization, Login
from promotion.clients.oci.manifest import OCI_INDEX, OCI_MANIFEST
from promotion.clients.oci.referrers import fallback_tag
from promotion.clients.oci.source import RegistryLimits
from promotion.clients.oci.transport import RegistryAnswer, Transport
from promotion.core.image_reference import Digest, Repository
from promotion.signing.artifacts import Artifact
from promotion.unknown import Reason, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

_DONE = frozenset({200, 201, 202, 204})


class Pusher:
    """Pushes into one repository. ValueError for an invalid endpoint."""

    def __init__(
        self,
        repository: Repository,
        *,
        endpoint: str | None = None,
        login: Login | None = None,
        ca_bundle: str | None = None,
        limits: RegistryLimits | None = None,
    ) -> None:
        self._endpoint = endpoint_of(repository, endpoint)
        self._repository = repository
        self._limits = limits or RegistryLimits()
        self._verify: bool | str = ca_bundle or True
        self._authorization = Authorization(repository, login, Transport(self._endpoint, self._limits, ca_bundle, None))
        self._base = f"{self._endpoint}/v2/{repository.name}"

    def attach(self, artifact: Artifact, subject: Digest) -> None:
        """Push an artifact that refers to `subject`. Pushing it again changes nothing.

        Raises Unknown: access-denied, unreachable, throttled, error.
        """
        for digest, blob in artifact.blobs.items():
            self._blob(digest, blob)
        place = artifact.tag or artifact.digest
        answer = self._ask("PUT", f"{self._base}/manifests/{place}", artifact.manifest, OCI_MANIFEST)
        if artifact.tag is None and "oci-subject" not in {name.lower() for name in answer.headers}:
            self._list(artifact, subject)

    def _blob(self, digest: str, blob: bytes) -> None:
        if self._ask("HEAD", f"{self._base}/blobs/{digest}", also=frozenset({404})).status == 200:
            return
        begun = self._ask("POST", f"{self._base}/blobs/uploads/")
        location = urljoin(f"{self._base}/blobs/uploads/", begun.headers.get("Location", ""))
        if not same_server(location, self._endpoint):
            raise Unknown(Reason.MALFORMED, f"the registry redirects the upload to another host, {shown(location)}")
        query = urlencode({"digest": digest})
        url = f"{location}{'&' if urlsplit(location).query else '?'}{query}"
        self._ask("PUT", url, blob, "application/octet-stream")

    def _list(self, artifact: Artifact, subject: Digest) -> None:
        """Add the artifact to the index at the fallback tag, where there is no API that lists it."""
        url = f"{self._base}/manifests/{fallback_tag(subject)}"
        found = self._ask("GET", url, accept=OCI_INDEX, also=frozenset({404}))
        index = json.loads(found.body) if found.status == 200 else None
        entries = list(index.get("manifests", ())) if isinstance(index, dict) else []
        manifest = json.loads(artifact.manifest)
        entry = {
            "mediaType": OCI_MANIFEST,
            "digest": artifact.digest,
            "size": len(artifact.manifest),
            "artifactType": manifest.get("artifactType"),
            "annotations": manifest.get("annotations", {}),
        }
        if any(one.get("digest") == artifact.digest for one in entries):
            return
        tree = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [*entries, entry]}
        self._ask("PUT", url, json.dumps(tree, separators=(",", ":")).encode(), OCI_INDEX)

    def _ask(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        kind: str | None = None,
        *,
        accept: str = "*/*",
        also: frozenset[int] = frozenset(),
    ) -> RegistryAnswer:
        sent = self._authorization.header()
        answer = self._send(method, url, body, kind, accept, None if sent is None else sent.reveal())
        if answer.status in (401, 403):
            renewed = self._authorization.renewed(answer, sent)
            if renewed is not None:
                answer = self._send(method, url, body, kind, accept, renewed.reveal())
        if answer.status in _DONE | also:
            return answer
        what = f"{method} {shown(url)}"
        if answer.status in (401, 403):
            raise Unknown(
                Reason.ACCESS_DENIED,
                f"the registry refuses {what} ({answer.status}): grant push access to {self._repository} to the "
                "identity that attaches",
            )
        reason = (
            Reason.THROTTLED if answer.status == 429 else Reason.UNREACHABLE if answer.status >= 500 else Reason.ERROR
        )
        raise Unknown(reason, f"the registry answers {what} with {answer.status}: nothing is attached")

    def _send(
        self, method: str, url: str, body: bytes | None, kind: str | None, accept: str, authorization: str | None
    ) -> RegistryAnswer:
        headers: dict[str, str] = {"User-Agent": "promotion-checklist", "Accept": accept, "Accept-Encoding": "identity"}
        headers |= {"Content-Type": kind} if kind else {}
        with requests.Session() as session:
            session.trust_env = not is_loopback(urlsplit(self._endpoint))
            session.auth = _Bare(authorization)
            try:
                response = session.request(
                    method,
                    url,
                    data=body if body is not None else b"" if method == "POST" else None,
                    headers=headers,
                    timeout=(self._limits.connect_timeout, self._limits.read_timeout),
                    allow_redirects=False,
                    verify=self._verify,
                )
            except requests.RequestException as trouble:
                raise Unknown(
                    Reason.UNREACHABLE, f"{shown(url)} did not answer ({type(trouble).__name__}): nothing is attached"
                ) from None
        answered: Mapping[str, str] = response.headers
        return RegistryAnswer(shown(url), response.status_code, answered, response.content, True, False, None)


class _Bare(requests.auth.AuthBase):
    """Sends the header that is given and no other: no password is taken from a netrc file."""

    def __init__(self, header: str | None) -> None:
        self._header = header

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._header is not None:
            request.headers["Authorization"] = self._header
        return request
