"""Blobs on their way into the registry: in one piece, in chunks, or mounted from another repository."""

import uuid

from werkzeug import Request, Response

from promotion.sandbox.registry_store import Refused, Repository


class Uploads:
    """The upload sessions that are open (distribution specification, Pushing Blobs)."""

    def __init__(self) -> None:
        self._open: dict[str, bytearray] = {}

    def answer(self, request: Request, name: str, upload: str, repositories: dict[str, Repository]) -> Response:
        """Answer a request under `/v2/<name>/blobs/uploads/`; `upload` is the session, empty to begin one.

        Raises Refused.
        """
        place = f"/v2/{name}/blobs/uploads/"
        store = repositories.setdefault(name, Repository())
        if request.method == "POST" and not upload:
            return self._begin(request, name, store, repositories)
        if upload not in self._open:
            raise Refused(404, "BLOB_UPLOAD_UNKNOWN", f"upload {upload} is unknown")
        received = self._open[upload]
        if request.method == "GET":
            return _proceed(place + upload, len(received), upload, status=204)
        if request.method not in {"PATCH", "PUT"}:
            raise Refused(405, "UNSUPPORTED", f"{request.method} is not supported here")
        start = request.headers.get("Content-Range", f"{len(received)}-").split("-")[0]
        if start != str(len(received)):
            raise Refused(416, "BLOB_UPLOAD_INVALID", f"the next chunk starts at {len(received)}, not at {start}")
        received.extend(request.get_data())
        if request.method == "PATCH":
            return _proceed(place + upload, len(received), upload)
        digest = request.args.get("digest", "")
        store.put_blob(digest, bytes(self._open.pop(upload)))
        return created(f"/v2/{name}/blobs/{digest}", digest)

    def _begin(self, request: Request, name: str, store: Repository, repositories: dict[str, Repository]) -> Response:
        mounted = repositories.get(request.args.get("from", ""), Repository()).blobs
        if (digest := request.args.get("mount", "")) in mounted:
            store.put_blob(digest, mounted[digest])
            return created(f"/v2/{name}/blobs/{digest}", digest)
        if digest := request.args.get("digest", ""):
            store.put_blob(digest, request.get_data())
            return created(f"/v2/{name}/blobs/{digest}", digest)
        upload = str(uuid.uuid4())
        self._open[upload] = bytearray()
        return _proceed(f"/v2/{name}/blobs/uploads/{upload}", 0, upload)


def created(location: str, digest: str) -> Response:
    """Say that content is there now, and where."""
    return Response(status=201, headers={"Location": location, "Docker-Content-Digest": digest})


def _proceed(location: str, received: int, upload: str, status: int = 202) -> Response:
    told = {"Location": location, "Range": f"0-{max(received - 1, 0)}", "Docker-Upload-UUID": upload}
    return Response(status=status, headers=told)
