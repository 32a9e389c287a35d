"""What is attached to an image: all of it, and nothing else, or unknown."""

import pytest

from promotion.clients.oci.manifest import OCI_INDEX, OCI_MANIFEST
from promotion.clients.oci.source import DigestMismatch, RegistryCall, RegistryLimits
from promotion.core.image_reference import Digest
from promotion.unknown import Reason, Unknown

from .hostile import (
    DIGEST,
    IMAGE_BYTES,
    Act,
    Handler,
    Server,
    answer,
    artifact,
    hang,
    listing,
    refuse,
)
from .looks import REFERRERS_PATH, TAG_PATH, Make, unknown


def attach(server: Server, *manifests: bytes) -> None:
    """Keep manifests at their digests."""
    for one in manifests:
        server.on(f"/v2/shop/manifests/{Digest.of(one)}", answer(one, Content_Type=OCI_MANIFEST))


def index(body: bytes, **headers: str) -> Act:
    """Answer with an index."""
    return answer(body, 200, Content_Type=OCI_INDEX, **headers)


SIGNATURE, SBOM = (
    artifact(DIGEST, "application/vnd.example.signature"),
    artifact(DIGEST, "application/vnd.example.sbom"),
)


def test_pages(server: Server, source: Make) -> None:
    """All pages are read, in their order, and an artifact that is on two of them counts once."""
    attach(server, SIGNATURE, SBOM)
    server.on(REFERRERS_PATH, index(listing(SIGNATURE), Link=f'<{REFERRERS_PATH}/2?after=1>; rel="next"'))
    server.on(f"{REFERRERS_PATH}/2", index(listing(SBOM, SIGNATURE), Link='<3>; rel="next"'))
    server.on(f"{'/'.join(REFERRERS_PATH.split('/')[:-1])}/{DIGEST}/3", index(listing()))
    found = source().referrers(DIGEST)
    assert [one.digest for one in found] == [Digest.of(SIGNATURE), Digest.of(SBOM)]


def test_one_type(server: Server, source: Make) -> None:
    """One type is picked by what the artifacts say, not by what the list says; the registry is not asked to filter."""
    attach(server, SIGNATURE, SBOM)
    server.on(REFERRERS_PATH, index(listing(SIGNATURE, SBOM, kind="application/vnd.oci.empty.v1+json")))
    (found,) = source().referrers(DIGEST, "application/vnd.example.sbom")
    assert found.digest == Digest.of(SBOM)
    assert found.artifact_type == "application/vnd.example.sbom"
    assert "artifactType" not in "".join(one.path for one in server.asked)


def test_attached_to_another_image(server: Server, source: Make) -> None:
    """A list may name an artifact of another image, or of none: it is left out."""
    foreign, free = artifact(Digest.of(b"other")), artifact(DIGEST, subject=None)
    attach(server, foreign, free, SIGNATURE)
    server.on(REFERRERS_PATH, index(listing(foreign, free, SIGNATURE)))
    assert [one.digest for one in source().referrers(DIGEST)] == [Digest.of(SIGNATURE)]
    server.on(REFERRERS_PATH, answer(b"404 page not found", 404))
    server.on(TAG_PATH, index(listing(foreign, free, SIGNATURE)))
    assert [one.digest for one in source().referrers(DIGEST)] == [Digest.of(SIGNATURE)]


@pytest.mark.parametrize("status", [404, 405, 406])
def test_the_fallback_tag(server: Server, source: Make, status: int) -> None:
    """Without the API the index at the tag is read; cosign's wrong artifactType there does no harm."""
    attach(server, SIGNATURE, SBOM)
    server.on(REFERRERS_PATH, answer(b"404 page not found", status))
    server.on(TAG_PATH, index(listing(SIGNATURE, SBOM, kind="application/vnd.oci.empty.v1+json")))
    assert len(source().referrers(DIGEST)) == 2
    assert len(source().referrers(DIGEST, "application/vnd.example.signature")) == 1


def test_no_referrers(server: Server, source: Make) -> None:
    """Nothing is attached if the API lists nothing, or if there is neither API nor tag; both were said."""
    server.on(REFERRERS_PATH, index(listing()))
    assert source().referrers(DIGEST) == ()
    server.on(REFERRERS_PATH, answer(b"404 page not found", 404))
    server.on(TAG_PATH, refuse(404, "MANIFEST_UNKNOWN"))
    assert source().referrers(DIGEST) == ()


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (answer(b"404 page not found", 404), Reason.ERROR),
        (refuse(403, "DENIED"), Reason.ACCESS_DENIED),
        (answer(IMAGE_BYTES, Content_Type=OCI_MANIFEST), Reason.MALFORMED),
        (answer(b"<html>", Content_Type="text/html"), Reason.MALFORMED),
    ],
    ids=["404", "403", "no index", "no JSON"],
)
def test_no_clear_word_about_the_tag(server: Server, source: Make, act: Act, reason: Reason) -> None:
    """Without the API, only a clear word about the fallback tag says that nothing is attached."""
    server.on(REFERRERS_PATH, answer(b"404 page not found", 404))
    server.on(TAG_PATH, act)
    unknown(lambda: source().referrers(DIGEST), reason)


@pytest.mark.parametrize(
    "act",
    [
        answer(b"<html>welcome</html>", Content_Type="text/html"),
        answer(b"{}", Content_Type="application/json"),
        answer(IMAGE_BYTES, Content_Type=OCI_MANIFEST),
    ],
    ids=["a page", "nothing", "an image"],
)
def test_a_list_that_is_none(server: Server, source: Make, act: Act) -> None:
    """Some servers answer 200 to any path: that is not a list."""
    server.on(REFERRERS_PATH, act)
    unknown(lambda: source().referrers(DIGEST), Reason.MALFORMED)


@pytest.mark.parametrize("link", ["<http://127.0.0.1:1/v2/>", "<//registry.example/v2/>", "<https://127.0.0.1/>"])
def test_a_page_elsewhere(server: Server, source: Make, link: str, calls: list[RegistryCall]) -> None:
    """The next page is on the same server, or nowhere: neither the login nor the judgement goes to another."""
    server.on(REFERRERS_PATH, index(listing(), Link=f'{link}; rel="next"'))
    unknown(lambda: source().referrers(DIGEST), Reason.MALFORMED)
    assert len(calls) == 1


@pytest.mark.parametrize(
    "act",
    [refuse(404, "X"), refuse(500, "X"), refuse(403, "X"), hang, answer(b"{}")],
    ids=["404", "500", "403", "hangs", "nothing"],
)
def test_a_page_that_fails(server: Server, source: Make, act: Act) -> None:
    """Half a list is no list, also when the other half is 404."""
    attach(server, SIGNATURE)
    server.on(REFERRERS_PATH, index(listing(SIGNATURE), Link='</next>; rel="next"'))
    server.on("/next", act)
    server.on(TAG_PATH, refuse(404, "MANIFEST_UNKNOWN"))
    with pytest.raises(Unknown):
        source().referrers(DIGEST)


def test_pages_have_an_end(server: Server, source: Make) -> None:
    """A list that comes back to itself, or never ends, is left."""
    server.on(REFERRERS_PATH, index(listing(), Link=f'<{REFERRERS_PATH}>; rel="next"'))
    unknown(lambda: source().referrers(DIGEST), Reason.MALFORMED)
    pages = (f"/p?{number}" for number in range(10**9))

    def one_more(handler: Handler) -> None:
        index(listing(), Link=f'<{next(pages)}>; rel="next"')(handler)

    server.on("/p", one_more)
    server.on(REFERRERS_PATH, index(listing(), Link='</p>; rel="next"'))
    unknown(lambda: source(limits=RegistryLimits(referrers=5)).referrers(DIGEST), Reason.MALFORMED)


def test_too_many(server: Server, source: Make) -> None:
    """More artifacts than are read is unknown, from the API and from the tag: a part would look like all."""
    many = [artifact(DIGEST, f"application/vnd.example.{number}") for number in range(4)]
    server.on(REFERRERS_PATH, index(listing(*many)))
    unknown(lambda: source(limits=RegistryLimits(referrers=3)).referrers(DIGEST), Reason.TRUNCATED)
    server.on(REFERRERS_PATH, index(listing(*many), Link='</next>; rel="next"'))
    unknown(lambda: source(limits=RegistryLimits(referrers=3)).referrers(DIGEST), Reason.TRUNCATED)
    assert set(server.paths()) == {REFERRERS_PATH}
    server.on(REFERRERS_PATH, answer(b"", 404))
    server.on(TAG_PATH, index(listing(*many)))
    unknown(lambda: source(limits=RegistryLimits(referrers=3)).referrers(DIGEST), Reason.TRUNCATED)


def test_an_artifact_that_cannot_be_read(server: Server, source: Make) -> None:
    """A list is complete only if everything on it could be read; what was deleted is left on a client's list alone."""
    attach(server, SIGNATURE)
    server.on(REFERRERS_PATH, index(listing(SIGNATURE, SBOM)))
    path = f"/v2/shop/manifests/{Digest.of(SBOM)}"
    server.on(path, refuse(403, "DENIED"))
    unknown(lambda: source().referrers(DIGEST), Reason.ACCESS_DENIED)
    server.on(path, refuse(404, "MANIFEST_UNKNOWN"))
    unknown(lambda: source().referrers(DIGEST), Reason.MALFORMED)
    server.on(path, answer(SIGNATURE, Content_Type=OCI_MANIFEST))
    with pytest.raises(DigestMismatch):
        source().referrers(DIGEST)
    server.on(REFERRERS_PATH, answer(b"", 404))
    server.on(TAG_PATH, index(listing(SIGNATURE, SBOM)))
    server.on(path, refuse(404, "MANIFEST_UNKNOWN"))
    assert [one.digest for one in source().referrers(DIGEST)] == [Digest.of(SIGNATURE)]
