"""The registry of the sandbox keeps to the distribution specification, and real tools take it for a registry."""

import base64
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import Client, TestResponse

from promotion.sandbox.images import CONFIG, EMPTY, INDEX, LAYER, MANIFEST, Image, build_image, build_index, digest_of
from promotion.sandbox.registry import LARGEST_MANIFEST, Registry
from promotion.sandbox.registry_auth import Door, Mode

BUNDLE = "application/vnd.dsse.envelope.v1+json"
SBOM = "application/vnd.cyclonedx+json"


def build(version: str = "1.8.0", **changes: Any) -> Image:
    """Build the image of a release."""
    return build_image(revision="c0ffee00" * 5, version=version, created=datetime(2026, 3, 2, tzinfo=UTC), **changes)


@pytest.fixture
def image() -> Image:
    """Build the image of a release."""
    return build()


@pytest.fixture
def registry(image: Image) -> Registry:
    """Push the image to a registry, into the repository `shop`."""
    registry = Registry()
    registry.push("shop", image, tags=["1.8.0"])
    return registry


@pytest.fixture
def client(registry: Registry) -> Client:
    """Ask the registry without a socket."""
    return Client(registry)


def code_of(response: TestResponse) -> str:
    """Give the error code of a refusal in the form of the specification."""
    (error,) = json.loads(response.get_data())["errors"]
    assert set(error) == {"code", "message", "detail"}
    return str(error["code"])


# Reading


def test_it_says_what_it_is(client: Client) -> None:
    """`GET /v2/` is how clients find out that this is a registry."""
    assert client.get("/v2/").status_code == 200


@pytest.mark.parametrize("reference", ["1.8.0", build().digest])
def test_a_manifest_by_tag_and_by_digest(client: Client, image: Image, reference: str) -> None:
    """Both names give the same bytes, their media type and their digest; HEAD says the same without the bytes."""
    got, head = client.get(f"/v2/shop/manifests/{reference}"), client.head(f"/v2/shop/manifests/{reference}")
    assert got.get_data() == image.manifest
    assert head.get_data() == b""
    for answer in (got, head):
        assert answer.headers["Docker-Content-Digest"] == image.digest
        assert answer.headers["Content-Type"] == MANIFEST
        assert answer.headers["Content-Length"] == str(len(image.manifest))


def test_blobs_whole_and_in_ranges(client: Client, image: Image) -> None:
    """A blob is the bytes of its digest; a range gives a part, one beyond the end is refused."""
    path = f"/v2/shop/blobs/{digest_of(image.layers[0])}"
    assert client.get(path).get_data() == image.layers[0]
    assert client.head(path).headers["Content-Length"] == str(len(image.layers[0]))
    part = client.get(path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.get_data()) == (206, image.layers[0][10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(image.layers[0])}"
    assert client.get(path, headers={"Range": "bytes=999999999-"}).status_code == 416


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v2/other/tags/list", "NAME_UNKNOWN"),
        ("/v2/shop/manifests/2.0.0", "MANIFEST_UNKNOWN"),
        (f"/v2/shop/manifests/sha256:{'0' * 64}", "MANIFEST_UNKNOWN"),
        (f"/v2/shop/blobs/sha256:{'0' * 64}", "BLOB_UNKNOWN"),
        ("/v2/shop/blobs/uploads/nothing", "BLOB_UPLOAD_UNKNOWN"),
    ],
)
def test_what_is_not_there(client: Client, path: str, code: str) -> None:
    """Each absence is a 404 with the code of the specification."""
    answer = client.get(path)
    assert (answer.status_code, code_of(answer)) == (404, code)


def test_tags_come_in_pages(registry: Registry, client: Client, image: Image) -> None:
    """Pages of `n` tags after `last`, each with a link to the next, end with one that has none."""
    registry.push("shop", image, tags=["b", "A", "c"])
    seen, path = [], "/v2/shop/tags/list?n=2"
    while path:
        answer = client.get(path)
        seen.append(answer.get_json()["tags"])
        path = answer.headers.get("Link", "").partition(">")[0].lstrip("<")
    assert seen == [["1.8.0", "A"], ["b", "c"]]
    none = client.get("/v2/shop/tags/list?n=0")
    assert none.get_json()["tags"] == []
    assert "Link" not in none.headers


# Writing


def test_pushing_in_every_way(client: Client) -> None:
    """A blob arrives whole by POST and PUT, whole by one POST, in chunks, or mounted from another repository."""
    content = b"0123456789"
    digest = digest_of(content)
    where = client.post("/v2/one/blobs/uploads/").headers["Location"]
    assert client.put(f"{where}?digest={digest}", data=content).status_code == 201
    assert client.post(f"/v2/two/blobs/uploads/?digest={digest}", data=content).status_code == 201
    where = client.post("/v2/three/blobs/uploads/").headers["Location"]
    for start, end in ((0, 4), (4, 10)):
        chunk = {"Content-Range": f"{start}-{end - 1}"}
        answer = client.patch(where, data=content[start:end], headers=chunk)
        assert (answer.status_code, answer.headers["Range"]) == (202, f"0-{end - 1}")
    assert client.get(where).status_code == 204
    assert client.put(f"{where}?digest={digest}").headers["Docker-Content-Digest"] == digest
    assert client.post(f"/v2/four/blobs/uploads/?mount={digest}&from=one").status_code == 201
    for name in ("one", "two", "three", "four"):
        assert client.get(f"/v2/{name}/blobs/{digest}").get_data() == content


def test_chunks_out_of_order_are_refused(client: Client) -> None:
    """A chunk that does not continue the last one is answered with 416."""
    where = client.post("/v2/shop/blobs/uploads/").headers["Location"]
    assert client.patch(where, data=b"late", headers={"Content-Range": "5-8"}).status_code == 416


def test_content_must_have_its_digest(client: Client, image: Image) -> None:
    """Neither a blob nor a manifest is taken under another digest than its own."""
    wrong = f"sha256:{'0' * 64}"
    where = client.post("/v2/shop/blobs/uploads/").headers["Location"]
    blob = client.put(f"{where}?digest={wrong}", data=b"something")
    manifest = client.put(f"/v2/shop/manifests/{wrong}", data=image.manifest, content_type=MANIFEST)
    assert [(a.status_code, code_of(a)) for a in (blob, manifest)] == [(400, "DIGEST_INVALID")] * 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"not json", 400, "MANIFEST_INVALID"),
        (b'{"schemaVersion":1}', 400, "MANIFEST_INVALID"),
        (b'{"schemaVersion":2,"layers":[{}]}', 400, "MANIFEST_INVALID"),
        (json.dumps({"schemaVersion": 2, "mediaType": INDEX}).encode(), 400, "MANIFEST_INVALID"),
        (build("9.9.9").manifest, 400, "MANIFEST_BLOB_UNKNOWN"),
        (b" " * (LARGEST_MANIFEST + 1), 413, "SIZE_INVALID"),
    ],
)
def test_manifests_that_are_refused(client: Client, body: bytes, status: int, code: str) -> None:
    """A manifest must be one, be of the type that is said, and name only what is there."""
    answer = client.put("/v2/shop/manifests/new", data=body, content_type=MANIFEST)
    assert (answer.status_code, code_of(answer)) == (status, code)


def test_immutable_tags_do_not_move(registry: Registry, client: Client, image: Image) -> None:
    """With the switch on a tag keeps its image: another one is refused, the same one is not."""
    other = build("1.8.1")
    registry.push("shop", other)
    registry.immutable_tags = True
    refused = client.put("/v2/shop/manifests/1.8.0", data=other.manifest, content_type=MANIFEST)
    assert (refused.status_code, code_of(refused)) == (400, "TAG_INVALID")
    assert registry.repositories["shop"].tags["1.8.0"] == image.digest
    assert client.put("/v2/shop/manifests/1.8.0", data=image.manifest, content_type=MANIFEST).status_code == 201


def test_spoilt_content_is_served_as_it_is(registry: Registry, client: Client, image: Image) -> None:
    """A blob that was changed behind its digest is served: finding that out is the reader's part."""
    digest = digest_of(image.layers[1])
    registry.repositories["shop"].blobs[digest] = b"something else"
    assert client.get(f"/v2/shop/blobs/{digest}").get_data() == b"something else"


# Referrers


def test_referrers_with_filter_and_pages(registry: Registry, client: Client, image: Image) -> None:
    """All that refer to an image are listed as an index, by type if asked, page by page if there are many."""
    kinds = [BUNDLE, SBOM, BUNDLE]
    attached = [
        registry.attach("shop", image.digest, kind, [(kind, b"%d" % number)], {"n": str(number)})
        for number, kind in enumerate(kinds)
    ]
    everything = client.get(f"/v2/shop/referrers/{image.digest}")
    assert everything.headers["Content-Type"] == INDEX
    entries = everything.get_json()["manifests"]
    assert [(e["digest"], e["artifactType"], e["annotations"]["n"]) for e in entries] == [
        (digest, kind, str(number)) for number, (digest, kind) in enumerate(zip(attached, kinds, strict=True))
    ]
    some = client.get(f"/v2/shop/referrers/{image.digest}", query_string={"artifactType": SBOM})
    assert [entry["digest"] for entry in some.get_json()["manifests"]] == [attached[1]]
    assert some.headers["OCI-Filters-Applied"] == "artifactType"
    registry.referrers_per_page = 1
    first = client.get(f"/v2/shop/referrers/{image.digest}", query_string={"artifactType": BUNDLE})
    second = client.get(first.headers["Link"].partition(">")[0].lstrip("<"))
    pages = [page.get_json()["manifests"][0]["digest"] for page in (first, second)]
    assert pages == [attached[0], attached[2]]
    assert "Link" not in second.headers


def test_an_image_without_referrers_has_an_empty_list(client: Client) -> None:
    """Nothing refers to it: an empty index, never a 404, also for a digest nobody knows."""
    answer = client.get(f"/v2/shop/referrers/sha256:{'0' * 64}")
    assert (answer.status_code, answer.get_json()["manifests"]) == (200, [])


def test_a_pushed_referrer_is_acknowledged(registry: Registry, client: Client, image: Image) -> None:
    """OCI-Subject tells a client that it need not keep a fallback tag; without the API it is absent."""
    digest = registry.attach("shop", image.digest, SBOM, [(SBOM, b"{}")])
    manifest = registry.repositories["shop"].manifests[digest].content
    for there, said in ((True, image.digest), (False, None)):
        registry.referrers = there
        answer = client.put(f"/v2/shop/manifests/{digest}", data=manifest, content_type=MANIFEST)
        assert answer.headers.get("OCI-Subject") == said


def test_without_the_api_there_are_fallback_tags(registry: Registry, client: Client, image: Image) -> None:
    """The API is a 404, and what clients would have kept is at the tag made of the digest, later additions too."""
    before = registry.attach("shop", image.digest, SBOM, [(SBOM, b"{}")])
    registry.turn_off_referrers()
    after = registry.attach("shop", image.digest, BUNDLE, [(BUNDLE, b"{}")])
    assert client.get(f"/v2/shop/referrers/{image.digest}").status_code == 404
    entries = client.get(f"/v2/shop/manifests/{image.digest.replace(':', '-')}").get_json()["manifests"]
    assert [entry["digest"] for entry in entries] == [before, after]
    assert {entry["artifactType"] for entry in entries} == {EMPTY}


# Authentication


def locked(mode: Mode) -> Client:
    """Ask a registry that asks who one is."""
    return Client(Registry(Door(mode, {"AWS": "right", "reader": "right"}, read_only={"reader"})))


def basic(name: str, password: str) -> dict[str, str]:
    """Write an Authorization header."""
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def test_basic_authentication() -> None:
    """As Amazon ECR: name and password on every request, a reader may not push."""
    client = locked("basic")
    refused = client.get("/v2/")
    assert (refused.status_code, code_of(refused)) == (401, "UNAUTHORIZED")
    assert refused.headers["WWW-Authenticate"].startswith("Basic ")
    assert client.get("/v2/", headers=basic("AWS", "wrong")).status_code == 401
    assert client.get("/v2/", headers=basic("AWS", "right")).status_code == 200
    pushed = client.post("/v2/shop/blobs/uploads/", headers=basic("reader", "right"))
    assert (pushed.status_code, code_of(pushed)) == (403, "DENIED")


def test_bearer_authentication() -> None:
    """The challenge says where a token is to be had and for what; a token is good for its scope only."""
    client = locked("bearer")
    challenge = client.get("/v2/shop/tags/list").headers["WWW-Authenticate"]
    assert challenge == ('Bearer realm="http://localhost/token",service="localhost",scope="repository:shop:pull"')
    scope = {"scope": "repository:shop:pull"}
    assert client.get("/token", query_string=scope).status_code == 401
    token = client.get("/token", query_string=scope, headers=basic("AWS", "right")).get_json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.get("/v2/shop/tags/list", headers=bearer).status_code == 404
    assert client.get("/v2/other/tags/list", headers=bearer).status_code == 401
    assert client.post("/v2/shop/blobs/uploads/", headers=bearer).status_code == 401
    assert client.get("/v2/", headers={"Authorization": "Bearer made-up"}).status_code == 401


# Real tools, over a real socket


class Quiet(WSGIRequestHandler):
    """Serves without a line for each request."""

    protocol_version = "HTTP/1.1"

    def log(self, *_: Any) -> None:
        """Keep silent."""


@contextmanager
def served(registry: Registry) -> Iterator[str]:
    """Serve a registry on loopback, and give its host and port."""
    server = make_server("127.0.0.1", 0, registry, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def tool(tmp_path: Path) -> Callable[..., str]:
    """Run a tool by name, give what it wrote; where it is not installed the test says so."""

    def run(name: str, *arguments: str) -> str:
        folder = os.environ.get("PROMOTION_TOOLS")
        program = shutil.which(name, path=str(Path(folder, "bin")) if folder else None)
        if program is None:
            message = f"{name} is not installed: set PROMOTION_TOOLS to a folder with bin/{name}, or put it on PATH"
            if os.environ.get("PROMOTION_REQUIRE_TOOLS") == "1":
                pytest.fail(message)
            pytest.skip(message)
        home = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)}
        done = subprocess.run(
            [program, *arguments], check=False, capture_output=True, text=True, timeout=30, env=home, cwd=tmp_path
        )
        assert done.returncode == 0, f"{name} {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    return run


@pytest.mark.parametrize("mode", ["none", "basic", "bearer"])
def test_skopeo_pulls_and_pushes(tool: Callable[..., str], image: Image, tmp_path: Path, mode: Mode) -> None:
    """Skopeo copies the image out to a folder and in again under another name, without changing a byte."""
    registry = Registry(Door(mode, {"AWS": "right"}))
    registry.push("shop", image, tags=["1.8.0"])
    login = [] if mode == "none" else ["AWS:right"]
    source, target = (["--src-creds", *login], ["--dest-creds", *login]) if login else ([], [])
    copy = ("--insecure-policy", "copy", "--src-tls-verify=false", "--dest-tls-verify=false", "--preserve-digests")
    with served(registry) as host:
        tool("skopeo", *copy, *source, f"docker://{host}/shop@{image.digest}", f"dir:{tmp_path}/image")
        tool("skopeo", *copy, *target, f"dir:{tmp_path}/image", f"docker://{host}/team/copy:new")
    assert registry.repositories["team/copy"].tags == {"new": image.digest}
    assert set(registry.repositories["team/copy"].blobs.values()) == set(image.blobs)


def test_crane_copies_an_index(tool: Callable[..., str], image: Image) -> None:
    """Crane copies an image of two platforms and tells its digest."""
    registry = Registry()
    index = build_index([image, build(platform="linux/arm64")])
    registry.push("shop", index, tags=["1.8.0"])
    with served(registry) as host:
        tool("crane", "copy", f"{host}/shop:1.8.0", f"{host}/copy:1.8.0")
        assert tool("crane", "digest", f"{host}/copy:1.8.0").strip() == index.digest
    assert {index.digest, *(part.digest for part in index.images)} == set(registry.repositories["copy"].manifests)


@pytest.mark.parametrize("with_api", [True, False])
def test_oras_attaches_and_discovers(tool: Callable[..., str], image: Image, tmp_path: Path, with_api: bool) -> None:
    """Oras finds what was planted here and attaches what is found here, by the API and by the fallback tag."""
    registry = Registry()
    registry.push("shop", image, tags=["1.8.0"])
    registry.attach("shop", image.digest, SBOM, [(SBOM, b"{}")])
    if not with_api:
        registry.turn_off_referrers()
    Path(tmp_path, "note.txt").write_text("seen")
    with served(registry) as host:
        tool("oras", "attach", "--plain-http", "--artifact-type", "text/note", f"{host}/shop:1.8.0", "note.txt")
        found = tool("oras", "discover", "--plain-http", "--format", "json", f"{host}/shop@{image.digest}")
    assert len(json.loads(found)["referrers"]) == 2
    assert len(registry.repositories["shop"].referrers(image.digest)) == 2


def test_media_types_are_those_of_the_specification(image: Image) -> None:
    """Tools choose what to do by these names."""
    manifest = json.loads(image.manifest)
    assert manifest["config"]["mediaType"] == CONFIG
    assert {layer["mediaType"] for layer in manifest["layers"]} == {LAYER}
