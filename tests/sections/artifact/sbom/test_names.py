"""Package URLs, and what the application is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.sections.artifact.sbom.application import SOURCE_LABEL, Application
from promotion.sections.artifact.sbom.purl import parse_purl


@pytest.mark.parametrize(
    ("text", "purl"),
    [
        ("pkg:deb/debian/libc6@2.36-9%2Bdeb12u13?arch=all", ("deb", "debian", "libc6", "2.36-9+deb12u13", "arch=all")),
        ("pkg:pypi/shop@1.8.0", ("pypi", None, "shop", "1.8.0")),
        ("pkg:pypi/Shop_Front@1.8.0", ("pypi", None, "shop-front", "1.8.0")),
        ("pkg:npm/%40example/shop@1.8.0", ("npm", "@example", "shop", "1.8.0")),
        ("pkg:npm/@example/shop@1.8.0", ("npm", "@example", "shop", "1.8.0")),
        ("pkg:npm/@shop", ("npm", None, "@shop", None)),
        ("pkg:npm/@example/a@b@1", ("npm", "@example", "a@b", "1")),
        ("pkg:golang/github.com/example/shop/v2@v2.1.0#cmd", ("golang", "github.com/example/shop", "v2", "v2.1.0")),
        ("pkg:golang/a//b@v1", ("golang", "a", "b", "v1")),
        ("PKG:OCI/shop@sha256%3Aab", ("oci", None, "shop", "sha256:ab")),
        ("pkg://maven/org.example/shop", ("maven", "org.example", "shop", None)),
        ("pkg:generic///a.example/shop", ("generic", "a.example", "shop", None)),
        ("pkg:generic/https://a.example/shop", ("generic", "https:/a.example", "shop", None)),
        ("pkg:generic/[a/shop", ("generic", "[a", "shop", None)),
        ("pkg:deb/debian/sh\nop@1", ("deb", "debian", "sh\nop", "1")),
        # What syft 1.18 writes for a registry with a port.
        ("pkg:oci/127.0.0.1:5000/shop@sha256:ab?arch=", ("oci", "127.0.0.1:5000", "shop", "sha256:ab")),
        ("pkg:oci/Registry.example:5000/shop@sha256:ab", ("oci", "Registry.example:5000", "shop", "sha256:ab")),
        ("pkg:oci/user@registry.example/shop", ("oci", "user@registry.example", "shop", None)),
        ("pkg:deb", None),
        ("pkg:deb/", None),
        ("pkg:deb/@1", ("deb", None, "@1", None)),
        ("pkg:deb/%20", None),
        ("pkg:deb/debian/", ("deb", None, "debian", None)),
        ("pkg:de b/debian/libc6", None),
        ("shop", None),
        ("https://example.org/shop", None),
        ("", None),
    ],
)
def test_package_urls_are_read(text, purl):
    """As the specification has them, and as tools write them."""
    found = parse_purl(text)
    if purl is None:
        assert found is None
    else:
        query = "&".join(f"{key}={value}" for key, value in found.qualifiers.items())
        assert (found.type, found.namespace, found.name, found.version, query) == (*purl, "")[:5]


def test_qualifiers_are_decoded_and_found_in_any_case():
    """`distro` says which system a package is of; what is no qualifier beside it does no harm, and the first counts."""
    purl = parse_purl("pkg:deb/debian/libc6@1?Arch=all&distro=debian%2D12&empty&x=&9=1&a b=2&%41=3&DISTRO=alpine")
    assert purl is not None
    assert purl.qualifiers == {"arch": "all", "distro": "debian-12"}


@pytest.mark.parametrize("piece", ["/", "@", "a/", "@/", "%", "%2F", "&", "a=b&", "?", ":", "\n", "[", "#", "\ud800"])
def test_a_package_url_of_any_length_is_read(piece):
    """Half a million characters of what separates parts: read in one pass, or refused."""
    for text in (f"pkg:deb/a/{piece * 500_000}b@1", f"pkg:deb/a/b@1?{piece * 500_000}"):
        found = parse_purl(text)
        assert found is None or found.type == "deb"


@given(st.text())
def test_any_text_is_a_package_url_or_not(text):
    """No exception comes out."""
    for each in (text, f"pkg:{text}", f"pkg:deb/{text}"):
        found = parse_purl(each)
        assert found is None or found.name


@pytest.mark.parametrize(
    "label",
    [
        "https://github.com/example/shop",
        "https://github.com/Example/Shop.git",
        "git@github.com:example/shop.git",
        "ssh://git@github.com/example/shop/",
        "git+https://token@github.com/example/shop#main",
    ],
)
def test_the_source_label_names_the_application(label):
    """The repository names it, with and without owner and host, in every form of a Git address."""
    wanted = Application.wanted(None, None, {SOURCE_LABEL: label})
    assert wanted.names == {"shop", "example/shop", "github.com/example/shop"}
    assert wanted.called == "shop"
    assert wanted


@pytest.mark.parametrize("label", ["", "shop", "https://", "/"])
def test_a_label_that_names_no_repository_names_nothing(label):
    """Then nobody knows what the application is called."""
    assert not Application.wanted(None, None, {SOURCE_LABEL: label})


def test_the_settings_come_before_the_label():
    """Who declares a name means it."""
    labels = {SOURCE_LABEL: "https://github.com/example/shop"}
    assert Application.wanted("Store", None, labels).names == {"store"}
    by_purl = Application.wanted(None, "pkg:npm/%40example/store", labels)
    assert (by_purl.names, by_purl.called) == (frozenset(), "@example/store")
    with pytest.raises(ValueError, match="not a package URL"):
        Application.wanted(None, "store", labels)


@pytest.mark.parametrize(
    ("group", "name", "purl"),
    [
        ("", "shop", None),
        ("", "SHOP", None),
        ("", "github.com/example/shop", "pkg:golang/github.com/example/shop@v1.8.0"),
        ("", "github.com/example/shop/v2", "pkg:golang/github.com/example/shop/v2@v2.0.0"),
        ("example", "shop", None),
        ("@example", "shop", "pkg:npm/%40example/shop@1.8.0"),
        ("org.example", "shop", "pkg:maven/org.example/shop@1.8.0"),
        ("", "main", "pkg:golang/github.com/example/shop@(devel)"),
    ],
)
def test_ecosystems_name_one_application_differently(group, name, purl):
    """It is recognised as a Python, npm, Maven and Go package."""
    wanted = Application.wanted(None, None, {SOURCE_LABEL: "https://github.com/example/shop"})
    assert wanted.is_named_by(group, name, parse_purl(purl) if purl else None)


@pytest.mark.parametrize("name", ["shop-common", "workshop", "shop2", "example", "github.com/example/shop/internal"])
def test_similar_names_are_other_components(name):
    """A part of a name is not the name."""
    wanted = Application.wanted(None, None, {SOURCE_LABEL: "https://github.com/example/shop"})
    assert not wanted.is_named_by("", name, None)


def test_a_package_url_is_compared_exactly():
    """Type and full name count, and the version where one is declared."""
    wanted = Application.wanted(None, "pkg:pypi/shop", {})
    exact = Application.wanted(None, "pkg:pypi/shop@1.8.0", {})
    for purl, loosely, exactly in (
        ("pkg:pypi/shop@1.8.0", True, True),
        ("pkg:pypi/shop@1.7.0", True, False),
        ("pkg:npm/shop@1.8.0", False, False),
        ("pkg:pypi/other/shop@1.8.0", False, False),
    ):
        parsed = parse_purl(purl)
        assert (wanted.is_named_by("", "shop", parsed), exact.is_named_by("", "shop", parsed)) == (loosely, exactly)
    assert not wanted.is_named_by("", "shop", None)
