"""Images in a registry, by the distribution specification 1.1. ECR is one of them, with a login of its own (`ecr`)."""

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from promotion.clients.oci.addresses import endpoint_of, same_server, shown
from promotion.clients.oci.auth import Authorization, Login
from promotion.clients.oci.manifest import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
    Descriptor,
    ImageIndex,
    Manifest,
    parse_manifest,
)
from promotion.clients.oci.referrers import attached, fallback_listing, fallback_tag, raise_if_too_many
from promotion.clients.oci.refusals import has_no_referrers_api, refusal, says_absent
from promotion.clients.oci.source import NotThere, OnCall, Referrer, RegistryLimits, checked
from promotion.core.image_reference import TAG, Digest, Repository
from promotion.core.json_wire import malformed
from promotion.unknown import Reason, Unknown

if TYPE_CHECKING:
    from promotion.clients.oci.transport import RegistryAnswer

_MANIFESTS = f"{OCI_MANIFEST}, {OCI_INDEX}, {DOCKER_MANIFEST}, {DOCKER_LIST}"
# What ECR's users need beside ecr:GetAuthorizationToken; its referrers are read under the same action as manifests.
_READ_MANIFESTS = "ecr:BatchGetImage"
_READ_BLOBS = "ecr:GetDownloadUrlForLayer"


class RegistrySource:
    """A repository in a registry (`source.ImageSource`).

    `endpoint` is where the registry is served, if not at `https://` and its own name; plain `http://` only on loopback.
    `login` gives credentials when the registry asks for them; without it the registry is read anonymously.
    `ca_bundle` is a PEM file of the certificate authorities that are trusted in place of the system's.
    `on_call` hears of every request. Safe to use from several threads. ValueError for an invalid endpoint.
    """

    def __init__(
        self,
        repository: Repository,
        *,
        endpoint: str | None = None,
        login: Login | None = None,
        ca_bundle: str | None = None,
        limits: RegistryLimits | None = None,
        on_call: OnCall | None = None,
    ) -> None:
        from promotion.clients.oci.transport import Transport

        self._endpoint = endpoint_of(repository, endpoint)
        self.repository = repository
        self._limits = limits or RegistryLimits()
        self._transport = Transport(self._endpoint, self._limits, ca_bundle, on_call)
        self._authorization = Authorization(repository, login, self._transport)

    def __repr__(self) -> str:
        return f"RegistrySource({self.repository})"

    def manifest(self, digest: Digest) -> Manifest:
        """Read the manifest with that digest, an image's or an index."""
        what = f"the manifest {digest}"
        answer = self._get(f"manifests/{digest}", _MANIFESTS, self._limits.manifest_bytes)
        raw = self._bytes(answer, digest, what, _READ_MANIFESTS)
        return parse_manifest(raw, answer.headers.get("Content-Type"))

    def blob(self, digest: Digest, max_bytes: int) -> bytes:
        """Read the blob with that digest, at most `max_bytes` of it."""
        answer = self._get(f"blobs/{digest}", "*/*", max_bytes)
        return self._bytes(answer, digest, f"the blob {digest}", _READ_BLOBS)

    def tag(self, name: str) -> bytes | None:
        """Read the manifest the tag points to; None only if the registry said that there is none, or no repository.

        ValueError if `name` is not a valid tag.
        """
        if not TAG.fullmatch(name):
            raise ValueError(f"{name[:130]!r} is not a valid tag")
        answer = self._get(f"manifests/{name}", _MANIFESTS, self._limits.manifest_bytes)
        if says_absent(answer):
            return None
        if answer.status != 200:
            raise refusal(answer, f"the tag {name}", self.repository, _READ_MANIFESTS)
        announced = answer.headers.get("Docker-Content-Digest", "")
        actual = Digest.of(answer.body)
        if announced.startswith("sha256:") and announced != actual:
            raise malformed(
                f"the tag {name} of {self.repository}", f"its content hashes to {actual}, not to the announced digest"
            )
        return answer.body

    def referrers(self, digest: Digest, artifact_type: str | None = None) -> tuple[Referrer, ...]:
        """List every artifact attached to that image, or those of one type; by the API, else by the fallback tag.

        The registry is not asked to filter: what it takes for the artifact type need not be the artifact's own.
        """
        most = self._limits.referrers
        listed = self._listed(digest)
        if listed is not None:
            return attached(self, digest, listed, artifact_type, most=most)
        listed = fallback_listing(self.tag(fallback_tag(digest)), digest)
        return attached(self, digest, listed, artifact_type, most=most, kept_by_clients=True)

    def _listed(self, digest: Digest) -> tuple[Descriptor, ...] | None:
        """Read the registry's own list of referrers, all pages of it; None if it has no API for that."""
        what = f"the artifacts of {digest}"
        found: list[Descriptor] = []
        url = f"{self._endpoint}/v2/{self.repository.name}/referrers/{digest}"
        seen: set[str] = set()
        while True:
            seen.add(url)
            answer = self._get_url(url, OCI_INDEX, self._limits.manifest_bytes)
            if len(seen) == 1 and has_no_referrers_api(answer):
                return None
            if answer.status != 200:
                raise refusal(answer, what, self.repository, _READ_MANIFESTS)
            page = parse_manifest(answer.body, answer.headers.get("Content-Type"))
            if not isinstance(page, ImageIndex):
                raise malformed(f"the list of artifacts of {digest}", "it is not an index")
            found += page.manifests
            raise_if_too_many(digest, found, self._limits.referrers)
            if answer.next_page is None:
                return tuple(found)
            following = urljoin(url, answer.next_page)
            if not same_server(url, following):
                raise malformed(f"the list of artifacts of {digest}", f"its next page is at {shown(following)}")
            if following in seen or len(seen) > self._limits.referrers:
                raise malformed(f"the list of artifacts of {digest}", "its pages do not end")
            url = following

    def _get(self, path: str, accept: str, max_bytes: int) -> "RegistryAnswer":
        return self._get_url(f"{self._endpoint}/v2/{self.repository.name}/{path}", accept, max_bytes)

    def _get_url(self, url: str, accept: str, max_bytes: int) -> "RegistryAnswer":
        """GET from the registry, logging in if it asks for that, once."""
        sent = self._authorization.header()
        answer = self._transport.get(url, accept=accept, max_bytes=max_bytes, authorization=sent)
        if answer.status in {400, 401, 403} and not answer.redirected:
            renewed = self._authorization.renewed(answer, sent)
            if renewed is not None:
                answer = self._transport.get(url, accept=accept, max_bytes=max_bytes, authorization=renewed)
        return answer

    def _bytes(self, answer: "RegistryAnswer", digest: Digest, what: str, iam_action: str) -> bytes:
        """Give the body, which is what was asked for by digest."""
        if says_absent(answer):
            raise NotThere(what, str(self.repository))
        if answer.status != 200:
            raise refusal(answer, what, self.repository, iam_action)
        if not answer.whole and Digest.of(answer.body) != digest:
            raise Unknown(
                Reason.TRUNCATED,
                f"{what} of {self.repository} is incomplete, because the connection was closed; run again",
            )
        return checked(answer.body, digest, f"{what} of {self.repository}")
