"""An OCI registry in memory, as one WSGI application (distribution specification 1.1, without deletion).

Answers what `docker push`, skopeo, crane, oras and cosign ask. Two switches make it like other registries: `referrers`
(off: as those before 1.1, clients then keep an index at the tag `sha256-<hex>`) and `immutable_tags`. Content planted
through `repositories` is served as it is, also when it does not hash to its digest.
"""

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug import Request, Response
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from promotion.sandbox.images import (
    EMPTY,
    EMPTY_CONFIG,
    INDEX,
    MANIFEST,
    Image,
    Index,
    canonical,
    descriptor,
    digest_of,
)
from promotion.sandbox.registry_auth import Door
from promotion.sandbox.registry_store import Manifest, Refused, Repository
from promotion.sandbox.registry_uploads import Uploads, created

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_NAME = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*"
_PATH = re.compile(
    rf"/v2/(?P<name>{_NAME})/(?:(?P<uploads>blobs/uploads/)(?P<upload>[\w-]*)|(?P<kind>blobs|manifests|referrers)/"
    r"(?P<reference>[\w:.+-]+)|(?P<tags>tags/list))"
)
LARGEST_MANIFEST = 4 * 1024 * 1024
"""Bytes; the specification asks registries to take at least this much."""


class Registry:
    """The registry. Requests are answered one at a time."""

    def __init__(self, door: Door | None = None) -> None:
        """`door` asks callers who they are; without one nobody is asked."""
        self.repositories: dict[str, Repository] = {}
        self.door = door or Door()
        self.referrers = True
        """Whether there is a referrers API."""
        self.referrers_per_page: int | None = None
        """How many referrers a page has; None for all on one."""
        self.immutable_tags = False
        self._uploads = Uploads()
        self._lock = threading.Lock()

    # Planting

    def repository(self, name: str) -> Repository:
        """Get the repository of that name, which is made if there is none."""
        return self.repositories.setdefault(name, Repository())

    def push(self, repository: str, image: Image | Index, tags: Sequence[str] = ()) -> str:
        """Push an image or index with everything it consists of, and give its digest."""
        store = self.repository(repository)
        for part in image.images if isinstance(image, Index) else ():
            self.push(repository, part)
        if isinstance(image, Image):
            for blob in image.blobs:
                store.put_blob(digest_of(blob), blob)
        digest = image.digest
        # Not through `put_manifest`: an image may declare a layer that is not there.
        store.manifests[digest] = Manifest(image.media_type, image.manifest)
        store.tags.update(dict.fromkeys(tags, digest))
        return digest

    def put_blob(self, repository: str, content: bytes) -> str:
        """Keep a blob, and give its digest."""
        self.repository(repository).put_blob(digest_of(content), content)
        return digest_of(content)

    def put_manifest(self, repository: str, content: bytes, media_type: str = MANIFEST, tag: str | None = None) -> str:
        """Keep a manifest as a client would push it, and give its digest.

        Raises Refused, as a client would be.
        """
        return self.repository(repository).put_manifest(tag or digest_of(content), Manifest(media_type, content))

    def attach(
        self,
        repository: str,
        subject_digest: str,
        artifact_type: str,
        blobs: Sequence[tuple[str, bytes]],
        annotations: Mapping[str, str] | None = None,
    ) -> str:
        """Attach an artifact to an image, and give the digest of the artifact's manifest.

        `blobs` are media type and content of each layer. The manifest is an OCI image manifest with the empty
        configuration and a `subject`, which is how cosign 3 and oras write it.
        """
        store = self.repository(repository)
        for content in (EMPTY_CONFIG, *(content for _, content in blobs)):
            store.put_blob(digest_of(content), content)
        _, subject = store.find(subject_digest)
        manifest = canonical(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "artifactType": artifact_type,
                "config": descriptor(EMPTY, EMPTY_CONFIG),
                "layers": [descriptor(media_type, content) for media_type, content in blobs],
                "subject": {**descriptor(subject.media_type, subject.content), "digest": subject_digest},
                "annotations": dict(annotations or {}),
            }
        )
        digest = store.put_manifest(digest_of(manifest), Manifest(MANIFEST, manifest))
        if not self.referrers:
            store.write_fallback_tag(subject_digest)
        return digest

    def turn_off_referrers(self) -> None:
        """Become a registry without the referrers API, with the fallback tags that clients would have written."""
        self.referrers = False
        for store in self.repositories.values():
            for subject in store.subjects():
                store.write_fallback_tag(subject)

    # Serving

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        request.get_data()
        found = _PATH.fullmatch(request.path)
        name = found["name"] if found else ""
        with self._lock:
            try:
                response = self._answer(request, found)
            except Refused as refused:
                body = {"errors": [{"code": refused.code, "message": refused.message, "detail": None}]}
                response = _json(body, refused.status)
                if refused.status == 401:
                    response.headers["WWW-Authenticate"] = self.door.challenge(request, name)
        response.headers["Docker-Distribution-Api-Version"] = "registry/2.0"
        return response(environ, start_response)

    def _answer(self, request: Request, found: re.Match[str] | None) -> Response:
        if request.path == "/token" and self.door.mode == "bearer":
            return _json(self.door.token(request))
        self.door.check(request, found["name"] if found else "")
        if request.path in {"/v2/", "/v2"}:
            return _json({})
        if found is None:
            raise Refused(404, "NAME_INVALID", f"there is nothing at {request.path}")
        if found["uploads"]:
            return self._uploads.answer(request, found["name"], found["upload"], self.repositories)
        if found["kind"] == "manifests" and request.method == "PUT":
            return self._take_manifest(request, found["name"], found["reference"])
        if request.method not in {"GET", "HEAD"}:
            raise Refused(405, "UNSUPPORTED", f"{request.method} is not supported here")
        return self._show(request, found)

    def _show(self, request: Request, found: re.Match[str]) -> Response:
        store = self.repositories.get(found["name"])
        if found["kind"] == "referrers":
            return self._list_referrers(request, store or Repository(), found["reference"])
        if store is None:
            raise Refused(404, "NAME_UNKNOWN", f"there is no repository {found['name']}")
        if found["tags"]:
            return _list_tags(request, found["name"], store)
        if found["kind"] == "manifests":
            digest, manifest = store.find(found["reference"])
            return _content(request, digest, manifest.content, manifest.media_type)
        if found["reference"] not in store.blobs:
            raise Refused(404, "BLOB_UNKNOWN", f"blob {found['reference']} is unknown")
        return _content(request, found["reference"], store.blobs[found["reference"]], "application/octet-stream")

    def _take_manifest(self, request: Request, name: str, reference: str) -> Response:
        content = request.get_data()
        if len(content) > LARGEST_MANIFEST:
            raise Refused(413, "SIZE_INVALID", f"the manifest is larger than {LARGEST_MANIFEST} bytes")
        store = self.repository(name)
        manifest = Manifest(request.mimetype, content)
        digest = store.put_manifest(reference, manifest, immutable_tags=self.immutable_tags)
        response = created(f"/v2/{name}/manifests/{digest}", digest)
        subject = store.subject_of(digest)
        if self.referrers and subject:
            response.headers["OCI-Subject"] = subject
        return response

    def _list_referrers(self, request: Request, store: Repository, digest: str) -> Response:
        if not self.referrers:
            return Response("404 page not found\n", 404, content_type="text/plain; charset=utf-8")
        wanted = request.args.get("artifactType")
        entries = [e for e in store.referrers(digest) if wanted is None or e.get("artifactType") == wanted]
        start = int(request.args.get("after", "0"))
        end = start + (self.referrers_per_page or len(entries))
        response = _json({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries[start:end]}, content_type=INDEX)
        if wanted is not None:
            response.headers["OCI-Filters-Applied"] = "artifactType"
        if end < len(entries):
            query = urlencode({**({"artifactType": wanted} if wanted is not None else {}), "after": end})
            response.headers["Link"] = f'<{request.path}?{query}>; rel="next"'
        return response


def _list_tags(request: Request, name: str, store: Repository) -> Response:
    tags = list(store.sorted_tags())
    last = request.args.get("last", "")
    left = [tag for tag in tags if (tag.lower(), tag) > (last.lower(), last)] if last else tags
    number = request.args.get("n")
    if number is not None and not number.isdecimal():
        raise Refused(400, "UNSUPPORTED", f"n={number} is not a number of tags")
    page = left if number is None else left[: int(number)]
    response = _json({"name": name, "tags": page})
    if page and len(page) < len(left):
        query = urlencode({"n": number, "last": page[-1]})
        response.headers["Link"] = f'<{request.path}?{query}>; rel="next"'
    return response


def _content(request: Request, digest: str, content: bytes, media_type: str) -> Response:
    response = Response(content, content_type=media_type, headers={"Docker-Content-Digest": digest})
    response.set_etag(digest)
    try:
        return response.make_conditional(request, accept_ranges=True, complete_length=len(content))
    except RequestedRangeNotSatisfiable:
        raise Refused(416, "SIZE_INVALID", f"the content has {len(content)} bytes") from None


def _json(body: Any, status: int = 200, content_type: str = "application/json") -> Response:
    return Response(canonical(body), status, content_type=content_type)
