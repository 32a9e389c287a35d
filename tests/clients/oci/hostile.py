"""A web server that does what a test tells it, byte by byte where that matters, and remembers what it was asked."""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from promotion.clients.oci.manifest import OCI_INDEX, OCI_MANIFEST
from promotion.core.image_reference import Digest
from promotion.sandbox.images import CONFIG, LAYER, canonical, descriptor

Act = Callable[["Handler"], None]


@dataclass(frozen=True)
class Asked:
    """A request that arrived."""

    path: str
    authorization: str | None
    headers: Mapping[str, str]


@dataclass
class Server:
    """The server, while it runs."""

    url: str
    acts: dict[str, list[Act]] = field(default_factory=dict)
    """Path without query to what is done with its requests, in turn; the last one stays."""
    asked: list[Asked] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    """Set when the test is over: whoever hangs waits for it."""

    def on(self, path: str, *acts: Act) -> None:
        """Do this with requests of that path."""
        self.acts[path] = list(acts)

    def paths(self) -> list[str]:
        """List the paths that were asked for, without queries."""
        return [one.path.partition("?")[0] for one in self.asked]


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Any

    def do_GET(self) -> None:
        """Look up what to do, and do it."""
        server: Server = self.server.told
        server.asked.append(Asked(self.path, self.headers["Authorization"], dict(self.headers.items())))
        acts = server.acts.get(self.path.partition("?")[0], [answer(b"404 page not found", 404)])
        (acts.pop(0) if len(acts) > 1 else acts[0])(self)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def answer(body: bytes, status: int = 200, **headers: str) -> Act:
    """Answer well-formed; `Content_Type` stands for the header Content-Type."""

    def act(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return act


def refuse(status: int, code: str, message: str = "", **headers: str) -> Act:
    """Answer with an error of the distribution specification."""
    return answer(canonical({"errors": [{"code": code, "message": message}]}), status, **headers)


def redirect(location: str, status: int = 307) -> Act:
    """Send the caller elsewhere."""
    return answer(b"", status, Location=location)


def raw(head: str, *pieces: bytes) -> Act:
    """Send these bytes and hang up."""

    def act(handler: Handler) -> None:
        handler.wfile.write(head.replace("\n", "\r\n").encode())
        for piece in pieces:
            handler.wfile.write(piece)
        handler.close_connection = True

    return act


def hang(handler: Handler) -> None:
    """Never answer."""
    handler.server.told.over.wait()
    handler.close_connection = True


def hang_up(handler: Handler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True


@contextmanager
def serve(tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Run a server on a free port of 127.0.0.1."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # hanging up on us is what some tests do
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    told = Server(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}")
    server.told = told  # type: ignore[attr-defined]
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        told.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


CONFIG_BYTES = canonical({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}})
LAYER_BYTES = b"a layer"
IMAGE = {
    "schemaVersion": 2,
    "mediaType": OCI_MANIFEST,
    "config": descriptor(CONFIG, CONFIG_BYTES),
    "layers": [descriptor(LAYER, LAYER_BYTES)],
}
IMAGE_BYTES = canonical(IMAGE)
DIGEST = Digest.of(IMAGE_BYTES)
BLOB = b"the bytes of a blob"
BLOB_DIGEST = Digest.of(BLOB)


def artifact(subject: Digest, /, kind: str = "application/vnd.example.note", **changes: Any) -> bytes:
    """Write the manifest of an artifact that is attached to `subject`."""
    return canonical(
        {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "artifactType": kind,
            "config": descriptor("application/vnd.oci.empty.v1+json", b"{}"),
            "layers": [descriptor("text/plain", b"note")],
            "subject": {"mediaType": OCI_MANIFEST, "digest": subject, "size": len(IMAGE_BYTES)},
            **changes,
        }
    )


def listing(*manifests: bytes, kind: str | None = None) -> bytes:
    """Write an index that lists manifests, all with the artifact type `kind` if one is given."""
    extra = {"artifactType": kind} if kind else {}
    return canonical(
        {
            "schemaVersion": 2,
            "mediaType": OCI_INDEX,
            "manifests": [{**descriptor(OCI_MANIFEST, one), **extra} for one in manifests],
        }
    )
